// config_test.cc: every key, every wrong turn, with file, line and key in the answer.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>

#include <limits>

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
  // What the refusal says between the file's name and that nothing was changed.
  std::string refusal(const std::string& text) {
    const std::string said = what_it_says<std::runtime_error>([&] { read(text); });
    const std::string name = file().string() + ":";
    return said.starts_with(name) ? said.substr(name.size(), said.find("; nothing was changed\nhint: ") - name.size())
                                  : said;
  }

 private:
  testing::TemporaryFolder folder_;
};

TEST_F(ConfigFile, ThatIsAbsentMeansTheDefaults) {
  const Config config = read_config(file());
  EXPECT_EQ(config.listen, "");
  EXPECT_TRUE(config.discovery);
  EXPECT_TRUE(config.port_mapping);
  EXPECT_THAT(config.addresses, IsEmpty());
  EXPECT_EQ(config.notes_level, "info");
  EXPECT_EQ(config.journal_limit_mib, 4096U);
  EXPECT_EQ(config.passphrase_cost.ops, 3U);
  EXPECT_EQ(config.passphrase_cost.memory_kib, 256U << 10);
  EXPECT_TRUE(config.notify.desktop);
  EXPECT_FALSE(config.notify.content);
  EXPECT_THAT(config.notify.command, IsEmpty());
  EXPECT_THAT(config.notify.quiet, IsEmpty());
  EXPECT_THAT(config.notify.reminders, IsEmpty());
}

TEST_F(ConfigFile, ThatIsEmptyMeansTheDefaults) { EXPECT_EQ(read("").notes_level, "info"); }

TEST_F(ConfigFile, SaysEverythingItCan) {
  const Config config = read(R"(
listen = "[::1]:38650"
discovery = false
port_mapping = false
tor = true
tor_lines = "/etc/bridges"
addresses = ["home.example.org:38650", "192.0.2.7:1"]
notes_level = "debug"
journal_limit_mib = 1048576
[passphrase]
ops = 10
memory_kib = 8
)");
  EXPECT_EQ(config.listen, "[::1]:38650");
  EXPECT_FALSE(config.discovery);
  EXPECT_FALSE(config.port_mapping);
  EXPECT_TRUE(config.tor);
  EXPECT_EQ(config.tor_lines, "/etc/bridges");
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
  EXPECT_EQ(refusal("tor_lines = \"bridges\""), "1: tor_lines must be a whole path: \"/…\"");
  EXPECT_EQ(refusal("notes_level = \"loud\""), R"(1: notes_level must be "error", "warning", "info" or "debug")");
  EXPECT_EQ(refusal("journal_limit_mib = 0"), "1: journal_limit_mib must be from 1 to 1048576");
  EXPECT_EQ(refusal("journal_limit_mib = 1048577"), "1: journal_limit_mib must be from 1 to 1048576");
  EXPECT_EQ(refusal("[passphrase]\nops = 0"), "2: passphrase.ops must be from 1 to 10");
  EXPECT_EQ(refusal("[passphrase]\nops = 11"), "2: passphrase.ops must be from 1 to 10");
  EXPECT_EQ(refusal("[passphrase]\nmemory_kib = 7"), "2: passphrase.memory_kib must be from 8 to 2097152");
  EXPECT_EQ(refusal("[passphrase]\nmemory_kib = 2097153"), "2: passphrase.memory_kib must be from 8 to 2097152");
  EXPECT_EQ(refusal("[passphrase]\nops = -9223372036854775808"), "2: passphrase.ops must be from 1 to 10");
}

TEST_F(ConfigFile, SaysWhichAttachmentsComeByThemselves) {
  EXPECT_EQ(read("").attachments_eager_bytes, std::uint64_t{32} << 20);
  EXPECT_EQ(read("attachments = \"always\"").attachments_eager_bytes, std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(read("attachments = \"on demand\"").attachments_eager_bytes, 0U);
  EXPECT_EQ(read("attachments = 1").attachments_eager_bytes, std::uint64_t{1} << 20);
  EXPECT_EQ(read("attachments = 1024").attachments_eager_bytes, std::uint64_t{1} << 30);
  const std::string must = "1: attachments must be \"always\", \"on demand\" or a number of MiB from 1 to 1024";
  for (const char* wrong : {"\"never\"", "0", "1025", "-1", "true", "2.5"})
    EXPECT_EQ(refusal(std::string("attachments = ") + wrong), must);
  EXPECT_EQ(read("attachments_limit_mib = 1").attachments_limit_mib, 1U);
  EXPECT_EQ(refusal("attachments_limit_mib = 0"), "1: attachments_limit_mib must be from 1 to 16777216");
}

TEST_F(ConfigFile, NamesADropBoxByItsWholePath) {
  EXPECT_EQ(read("").drop_box, "");
  EXPECT_EQ(read("drop_box = \"/srv/shared\"").drop_box, "/srv/shared");
  EXPECT_EQ(refusal("drop_box = \"shared\""), "1: drop_box must be a whole path: \"/…\"");
  EXPECT_EQ(refusal("drop_box = true"), "1: drop_box must be text");
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

TEST_F(ConfigFile, SaysHowAPersonWantsToBeSpokenTo) {
  const Notify notify = read(R"(
[notify]
desktop = false
content = true
command = ["mail", "-s", "", "ada@example.org"]
quiet = ["22:00-07:00", "00:00-24:00", "12:30-13:30"]
[[notify.reminders]]
practice = "checkin"
days = ["sunday", "wednesday"]
at = "19:00"
[[notify.reminders]]
practice = "question-2"
days = "daily"
at = "00:00"
[[notify.reminders]]
practice = "mood"
at = "23:59"
)")
                            .notify;
  EXPECT_FALSE(notify.desktop);
  EXPECT_TRUE(notify.content);
  EXPECT_THAT(notify.command, ElementsAre("mail", "-s", "", "ada@example.org"));
  EXPECT_THAT(notify.quiet, ElementsAre(QuietHours{22 * 60, 7 * 60}, QuietHours{0, 24 * 60}, QuietHours{750, 810}));
  EXPECT_THAT(notify.reminders, ElementsAre(Reminder{"checkin", 0b1000100, 19 * 60}, Reminder{"question-2", 127, 0},
                                            Reminder{"mood", 127, 23 * 60 + 59}));
}

TEST_F(ConfigFile, NamesTheLineAndTheKeyOfAWrongWayToBeSpokenTo) {
  EXPECT_EQ(refusal("notify = true"), "1: notify must be a table");
  EXPECT_EQ(refusal("[notify]\ndesktop = 1"), "2: notify.desktop must be true or false");
  EXPECT_EQ(refusal("[notify]\nsound = true"), "2: notify.sound is not a key that duolog knows");
  EXPECT_EQ(refusal("[notify]\ncommand = \"mail ada\""), "2: notify.command must be a list of text");
  EXPECT_EQ(refusal("[notify]\ncommand = [\n\"mail\",\n7]"), "4: notify.command must hold text only");
  EXPECT_EQ(refusal("[notify]\ncommand = [\"mail\", \"a\\u0000b\"]"), "2: notify.command must hold text only");
  EXPECT_EQ(refusal("[notify]\ncommand = [\"\", \"mail\"]"), "2: notify.command must begin with a program");
  EXPECT_EQ(refusal("[notify]\nquiet = \"22:00-07:00\""), "2: notify.quiet must be a list of \"22:00-07:00\"");
  EXPECT_EQ(refusal("[notify]\nreminders = [\"checkin\"]"), "2: notify.reminders must hold tables only");
}

TEST_F(ConfigFile, NamesTheLineOfQuietHoursThatAreNone) {
  for (const std::string span : {"", "22:00", "22:00-", "22:00-22:00", "24:00-07:00", "22:00-00:00", "22:60-07:00",
                                 "22:00-24:01", "9:00-10:00", "22.00-07:00", "22:00 - 07:00", "22:00-07:00-08:00"}) {
    EXPECT_EQ(refusal("[notify]\nquiet = [\n\"" + span + "\"]"),
              "3: notify.quiet must hold spans like \"22:00-07:00\" only");
  }
}

TEST_F(ConfigFile, NamesTheLineAndTheKeyOfAReminderThatIsNone) {
  const auto with = [this](const std::string& lines) { return refusal("[[notify.reminders]]\n" + lines); };
  EXPECT_EQ(with("at = \"19:00\""), "1: notify.reminders.practice is missing");
  EXPECT_EQ(with("practice = \"checkin\""), "1: notify.reminders.at is missing");
  EXPECT_EQ(with("practice = \"Check in\"\nat = \"19:00\""),
            "2: notify.reminders.practice must be the short name of a practice, like \"checkin\"");
  EXPECT_EQ(with("practice = \"checkin\"\nat = \"24:00\""),
            "3: notify.reminders.at must be a time of day like \"19:00\"");
  EXPECT_EQ(with("practice = \"checkin\"\nat = 19:00:00"), "3: notify.reminders.at must be text like \"19:00\"");
  for (const std::string days : {"\"weekly\"", "[]", "[\"Sunday\"]", "[7]", "\"sunday\""}) {
    EXPECT_EQ(with("practice = \"checkin\"\nat = \"19:00\"\ndays = " + days),
              "4: notify.reminders.days must be \"daily\" or a list of \"monday\" to \"sunday\"");
  }
  EXPECT_EQ(with("practice = \"checkin\"\nat = \"19:00\"\nsound = true"),
            "4: notify.reminders.sound is not a key that duolog knows");
}

TEST_F(ConfigFile, HoldsThirtyTwoRemindersAndNotOneMore) {
  const auto reminders = [](int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += "[[notify.reminders]]\npractice = \"mood\"\nat = \"19:00\"\n";
    return text;
  };
  EXPECT_EQ(read(reminders(32)).notify.reminders.size(), 32U);
  EXPECT_THAT(refusal(reminders(33)), HasSubstr("notify.reminders holds more than 32"));
}

}  // namespace
}  // namespace duolog::home
