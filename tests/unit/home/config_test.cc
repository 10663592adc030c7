// config_test.cc: every key, every wrong turn, with file, line and key in the answer.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>

#include "daemon/home/home.h"
#include "tests/unit/home/temporary_folder.h"

namespace duolog::home {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::what_it_says;

class ConfigFile : public ::testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path file() const { return folder_ / "config.toml"; }
  Config read(const std::string& text) {
    testing::write_text(file(), text);
    return read_config(file());
  }
  // What the refusal says after the file's name and before its hint.
  std::string refusal(const std::string& text) {
    const std::string said = what_it_says<std::runtime_error>([&] { read(text); });
    const std::string name = file().string() + ":";
    return said.starts_with(name) ? said.substr(name.size(), said.find("\nhint: ") - name.size()) : said;
  }

 private:
  testing::TemporaryFolder folder_;
};

TEST_F(ConfigFile, ThatIsAbsentMeansTheDefaults) {
  const Config config = read_config(file());
  EXPECT_EQ(config.listen, "");
  EXPECT_TRUE(config.discovery);
  EXPECT_THAT(config.addresses, IsEmpty());
  EXPECT_EQ(config.notes_level, "info");
  EXPECT_EQ(config.journal_limit_mib, 4096U);
  EXPECT_EQ(config.passphrase_cost.ops, 3U);
  EXPECT_EQ(config.passphrase_cost.memory_kib, 256U << 10);
}

TEST_F(ConfigFile, ThatIsEmptyMeansTheDefaults) { EXPECT_EQ(read("").notes_level, "info"); }

TEST_F(ConfigFile, SaysEverythingItCan) {
  const Config config = read(R"(
listen = "[::1]:38650"
discovery = false
addresses = ["home.example.org:38650", "192.0.2.7:1"]
notes_level = "debug"
journal_limit_mib = 1048576
[passphrase]
ops = 10
memory_kib = 8
)");
  EXPECT_EQ(config.listen, "[::1]:38650");
  EXPECT_FALSE(config.discovery);
  EXPECT_THAT(config.addresses, ElementsAre("home.example.org:38650", "192.0.2.7:1"));
  EXPECT_EQ(config.notes_level, "debug");
  EXPECT_EQ(config.journal_limit_mib, 1048576U);
  EXPECT_EQ(config.passphrase_cost.ops, 10U);
  EXPECT_EQ(config.passphrase_cost.memory_kib, 8U);
}

TEST_F(ConfigFile, NamesTheLineAndTheKeyItDoesNotKnow) {
  EXPECT_EQ(refusal("discovery = true\n\ndiscovry = true\n"), "3: discovry is not a key that duolog knows");
  EXPECT_EQ(refusal("[passphrase]\nopps = 3\n"), "2: passphrase.opps is not a key that duolog knows");
  EXPECT_EQ(refusal("[net]\nport = 3\n"), "1: net is not a key that duolog knows");
}

TEST_F(ConfigFile, NamesTheLineAndTheKeyOfAWrongKind) {
  EXPECT_EQ(refusal("discovery = \"yes\""), "1: discovery must be true or false");
  EXPECT_EQ(refusal("\nlisten = 38650"), "2: listen must be text");
  EXPECT_EQ(refusal("addresses = \"a:1\""), "1: addresses must be a list of \"host:port\"");
  EXPECT_EQ(refusal("addresses = [\n\"a:1\",\n7]"), "3: addresses must hold \"host:port\" only");
  EXPECT_EQ(refusal("passphrase = 3"), "1: passphrase must be a table");
  EXPECT_EQ(refusal("[passphrase]\nops = 3.5"), "2: passphrase.ops must be a whole number");
}

TEST_F(ConfigFile, NamesTheLineAndTheKeyOfAWrongValue) {
  EXPECT_EQ(refusal("listen = \"38650\""), "1: listen must be \"host:port\"");
  EXPECT_EQ(refusal("notes_level = \"loud\""), R"(1: notes_level must be "error", "warning", "info" or "debug")");
  EXPECT_EQ(refusal("journal_limit_mib = 0"), "1: journal_limit_mib must be from 1 to 1048576");
  EXPECT_EQ(refusal("journal_limit_mib = 1048577"), "1: journal_limit_mib must be from 1 to 1048576");
  EXPECT_EQ(refusal("[passphrase]\nops = 0"), "2: passphrase.ops must be from 1 to 10");
  EXPECT_EQ(refusal("[passphrase]\nops = 11"), "2: passphrase.ops must be from 1 to 10");
  EXPECT_EQ(refusal("[passphrase]\nmemory_kib = 7"), "2: passphrase.memory_kib must be from 8 to 2097152");
  EXPECT_EQ(refusal("[passphrase]\nmemory_kib = 2097153"), "2: passphrase.memory_kib must be from 8 to 2097152");
  EXPECT_EQ(refusal("[passphrase]\nops = -9223372036854775808"), "2: passphrase.ops must be from 1 to 10");
}

TEST_F(ConfigFile, NamesTheLineThatIsNoToml) {
  EXPECT_THAT(refusal("discovery = true\nlisten = \n"), HasSubstr("2: "));
  EXPECT_THAT(what_it_says<std::runtime_error>([&] { read("listen = \n"); }), HasSubstr("\nhint: mend that line"));
}

TEST_F(ConfigFile, HoldsEightAddressesAndNotNine) {
  const auto list = [](int count) {
    std::string text = "addresses = [";
    for (int i = 1; i <= count; ++i) text += "\"a:" + std::to_string(i) + "\",";
    return text + "]";
  };
  EXPECT_EQ(read(list(8)).addresses.size(), 8U);
  EXPECT_EQ(refusal(list(9)), "1: addresses holds more than 8");
}

TEST_F(ConfigFile, ThatIsTooLongIsRefused) {
  EXPECT_NO_THROW(read(std::string(64 << 10, '\n')));
  EXPECT_THAT(refusal(std::string((64 << 10) + 1, '\n')), HasSubstr("is too long"));
}

TEST_F(ConfigFile, ThatIsAFolderIsRefused) {
  std::filesystem::create_directory(file());
  EXPECT_THAT(what_it_says<std::runtime_error>([&] { read_config(file()); }), HasSubstr("cannot be read"));
}

}  // namespace
}  // namespace duolog::home
