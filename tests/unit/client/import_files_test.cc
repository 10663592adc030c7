// Archives that mean harm, and folders that hold more than a journal.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <zip.h>

#include "client/import/json_items.h"
#include "tests/unit/client/foreign_files.h"

#include <nlohmann/json.hpp>

namespace duolog::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ImportFiles : public ForeignFiles {
 protected:
  std::string refusal_of(const ZipMaker& zip) {
    const auto place = put("a.zip", zip.bytes());
    return refused([&] {
      const auto files = open_files(place);
      for (const auto& file : files->all()) static_cast<void>(files->read(file, kFileLimit));
    });
  }
  std::string refusal_of_name(const std::string& name) {
    ZipMaker zip;
    zip.add("fine.json", "{}");
    zip.add(name, "x");
    return refusal_of(zip);
  }
};

TEST_F(ImportFiles, AHonestArchiveIsReadByName) {
  ZipMaker zip;
  zip.add("b.json", "{}");
  zip.add("a b/Tagebuch ä.json", "[1]");
  const auto files = open_files(put("a.zip", zip.bytes()));
  ASSERT_EQ(files->all().size(), 2U);
  EXPECT_EQ(files->all()[0].name, "a b/Tagebuch ä.json");
  EXPECT_EQ(files->read(files->all()[0], 100), "[1]");
}

TEST_F(ImportFiles, NamesThatLeadElsewhereAreRefused) {
  for (const auto* name :
       {"../../.ssh/authorized_keys", "/etc/passwd", "a/../../b", "C:/windows", "..\\b", "a/./b", "\xff.json", "a\nb"})
    EXPECT_THAT(refusal_of_name(name), HasSubstr("leads elsewhere")) << name;
  EXPECT_THAT(refusal_of_name(std::string(kNameLimit + 1, 'a')), HasSubstr("leads elsewhere"));
  EXPECT_THAT(refusal_of_name(std::string(kNameLimit, 'a')), IsEmpty());
}

TEST_F(ImportFiles, ANameThatStandsThereTwiceIsRefused) {
  EXPECT_NE(refusal_of_name("fine.json"), "");  // by libzip, or by us
}

TEST_F(ImportFiles, ALinkIsRefused) {
  ZipMaker zip;
  zip.add("link.json", "/etc/passwd", {.mode = 0120777});
  EXPECT_THAT(refusal_of(zip), HasSubstr("a link"));
}

TEST_F(ImportFiles, WhatUnpacksToFarMoreThanItIsIsRefused) {
  ZipMaker zip;
  zip.add("bomb.json", std::string(1000, '\0'), {.size = 1 << 30, .method = 8});
  EXPECT_THAT(refusal_of(zip), HasSubstr("unpacks to far more"));
}

TEST_F(ImportFiles, ARealBombIsRefusedBeforeItIsUnpacked) {
  const auto place = folder_.path() / "bomb.zip";
  zip_t* archive = zip_open(place.c_str(), ZIP_CREATE, nullptr);
  const std::string zeros(64 << 20, '0');
  zip_file_add(archive, "a.json", zip_source_buffer(archive, zeros.data(), zeros.size(), 0), ZIP_FL_ENC_UTF_8);
  ASSERT_EQ(zip_close(archive), 0);
  EXPECT_THAT(refused([&] { open_files(place); }), HasSubstr("unpacks to far more"));
}

TEST_F(ImportFiles, WhatLiesAboutItsSizeIsRefused) {
  ZipMaker zip;
  zip.add("a.json", "{\"entries\": []}", {.size = 3});
  EXPECT_NE(refusal_of(zip), "");
}

TEST_F(ImportFiles, WhatWantsAPasswordIsRefused) {
  ZipMaker zip;
  zip.add("a.json", "{}", {.flags = 1});
  EXPECT_THAT(refusal_of(zip), HasSubstr("password"));
}

TEST_F(ImportFiles, AnArchiveThatWasCutOffIsRefusedAtEveryByte) {
  ZipMaker zip;
  zip.add("a.json", "{\"entries\": []}");
  const auto whole = zip.bytes();
  for (std::size_t length = 4; length < whole.size(); ++length) {
    const auto place = put("a.zip", whole.substr(0, length));
    EXPECT_NE(refused([&] { open_files(place); }), "") << length;
  }
}

TEST_F(ImportFiles, OfAFolderLinksAndHiddenThingsAreLeftOutAndTold) {
  put("notes/a.md", "x");
  put("notes/.obsidian/app.json", "{}");
  std::filesystem::create_symlink("/etc/passwd", folder_.path() / "notes" / "link.md");
  const auto files = open_files(folder_.path() / "notes");
  ASSERT_EQ(files->all().size(), 1U);
  EXPECT_THAT(files->left_out(), ::testing::UnorderedElementsAre(".obsidian", "link.md"));
}

TEST_F(ImportFiles, WhatIsNotThereSaysSo) {
  EXPECT_THAT(refused([&] { open_files(folder_.path() / "nothing.zip"); }), HasSubstr("No such file"));
}

// ---- JSON of any length ----

class ImportJson : public ForeignFiles {
 protected:
  std::vector<std::string> items(const std::string& json) {
    const auto files = open_files(put("a.json", json));
    std::vector<std::string> all;
    read_ = read_json_items(
        *files->open(files->all().front()), "a.json", "entries",
        [&](nlohmann::json& one) { all.push_back(one.dump()); },
        [&](std::size_t at) { all.push_back("other " + std::to_string(at)); });
    return all;
  }
  JsonRead read_;
};

TEST_F(ImportJson, OneObjectAfterTheOther) {
  EXPECT_THAT(items(R"({"a":[1,{"entries":[{"x":1}]}],"version":"1","entries":[{"t":[1,{"u":null}]},{"t":2}],"z":{}})"),
              ElementsAre(R"({"t":[1,{"u":null}]})", R"({"t":2})"));
  EXPECT_TRUE(read_.has_array);
  EXPECT_EQ(read_.top, R"({"version":"1"})");
}

TEST_F(ImportJson, WhatIsNoObjectIsTold) {
  EXPECT_THAT(items(R"({"entries":[1,"x",[2,3],{"t":1},null]})"),
              ElementsAre("other 0", "other 1", "other 2", R"({"t":1})", "other 4"));
}

TEST_F(ImportJson, NestedTooDeepIsRefusedAndJustDeepEnoughIsNot) {
  const auto nested = [](std::size_t depth) {
    return R"({"entries":[{"a":)" + std::string(depth, '[') + std::string(depth, ']') + "}]}";
  };
  EXPECT_EQ(refused([&] { items(nested(kJsonDepth - 3)); }), "");
  EXPECT_THAT(refused([&] { items(nested(kJsonDepth - 2)); }), HasSubstr("too deep"));
  EXPECT_THAT(refused([&] { items("{\"x\":" + std::string(1 << 20, '[')); }), HasSubstr("too deep"));
}

TEST_F(ImportJson, AnEntryThatIsTooLargeIsRefused) {
  constexpr std::size_t kEach = 32;  // what the smallest value counts
  const auto many = [](std::size_t count) {
    std::string json = R"({"entries":[{"a":[)";
    for (std::size_t i = 1; i < count; ++i) json += "1,";
    return json + "1]}]}";
  };
  EXPECT_EQ(refused([&] { items(many(kItemBytes / kEach - 10)); }), "");
  EXPECT_THAT(refused([&] { items(many(kItemBytes / kEach + 10)); }), HasSubstr("16 MiB"));
}

TEST_F(ImportJson, CutAnywhereItIsNoJson) {
  const std::string whole = R"({"entries":[{"text":"a \u00e4","n":1.5e3}]})";
  EXPECT_EQ(items(whole).size(), 1U);
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_THAT(refused([&] { items(whole.substr(0, length)); }), HasSubstr("no JSON")) << length;
}

TEST_F(ImportJson, BytesThatAreNoUtf8AreRefusedWithTheirPlace) {
  EXPECT_THAT(refused([&] { items("{\"entries\":[{\"text\":\"a\xff\"}]}"); }), HasSubstr("no JSON from byte 23"));
}

}  // namespace
}  // namespace duolog::client
