// file_name_test.cc: whatever a file is called over there, what is created here is harmless.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/file_name.h"

#include <gtest/gtest.h>

#include "client/sanitise.h"

namespace duolog::client {
namespace {

TEST(AFileName, ThatIsHarmlessStaysAsItIs) {
  for (const char* name : {"photo.jpg", "Unser See 2026.png", "größe.txt", "山.jpg", "a", "tar.gz", "one (2).txt"})
    EXPECT_EQ(safe_file_name(name), name);
}

TEST(AFileName, IsNeverAPath) {
  EXPECT_EQ(safe_file_name("../../evil"), "evil");
  EXPECT_EQ(safe_file_name("/etc/passwd"), "passwd");
  EXPECT_EQ(safe_file_name("a/b/"), "attachment");
  EXPECT_EQ(safe_file_name("C:\\windows\\system.ini"), "system.ini");
  for (const char* nothing : {"", ".", "..", "...", " ", "/", "\\", ". . ."})
    EXPECT_EQ(safe_file_name(nothing), "attachment") << nothing;
}

TEST(AFileName, BeginsWithNoDotAndNoHyphen) {
  EXPECT_EQ(safe_file_name(".bashrc"), "bashrc");
  EXPECT_EQ(safe_file_name("..profile"), "profile");
  EXPECT_EQ(safe_file_name("-rf"), "_rf");
  EXPECT_EQ(safe_file_name("--help"), "_-help");
  EXPECT_EQ(safe_file_name(" name. . "), "name");
}

TEST(AFileName, HoldsNothingThatCannotBeSeenOrMeansSomething) {
  EXPECT_EQ(safe_file_name("a\x1b[2Jb.txt"), "a_[2Jb.txt");
  EXPECT_EQ(safe_file_name("x\u202egpj.exe"), "x_gpj.exe");
  EXPECT_EQ(safe_file_name("line\nbreak\ttab"), "line_break_tab");
  EXPECT_EQ(safe_file_name("*?<>|\":.txt"), "_______.txt");
  EXPECT_EQ(safe_file_name(std::string_view("a\0b", 3)), "a_b");
  EXPECT_EQ(safe_file_name("good\xff\xfe.txt"), "good");
}

TEST(AFileName, IsNoDeviceOfAnotherSystem) {
  EXPECT_EQ(safe_file_name("CON"), "_CON");
  EXPECT_EQ(safe_file_name("nul.txt"), "_nul.txt");
  EXPECT_EQ(safe_file_name("lpt1.tar.gz"), "_lpt1.tar.gz");
  EXPECT_EQ(safe_file_name("console.txt"), "console.txt");
  EXPECT_EQ(safe_file_name("com10.txt"), "com10.txt");
}

TEST(AFileName, IsShortAndKeepsItsEnd) {
  EXPECT_EQ(safe_file_name(std::string(200, 'n')).size(), 200U);
  EXPECT_EQ(safe_file_name(std::string(201, 'n')).size(), 200U);
  const auto name = safe_file_name(std::string(250, 'n') + ".jpg");
  EXPECT_EQ(name.size(), kFileNameBytes);
  EXPECT_TRUE(name.ends_with("n.jpg"));
  std::string wide;
  for (int i = 0; i < 100; ++i) wide += "山";
  EXPECT_LE(safe_file_name(wide + ".png").size(), kFileNameBytes);
  EXPECT_EQ(utf8_fault(safe_file_name(wide + ".png")), std::string_view::npos);
}

TEST(AFileName, OfEveryByteAndPairOfBytesIsOneThatCanBeCreated) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string foreign{static_cast<char>(first), static_cast<char>(second)};
      const auto name = safe_file_name(foreign);
      EXPECT_FALSE(name.empty());
      EXPECT_EQ(name.find('/'), std::string::npos);
      EXPECT_NE(name.front(), '.');
      EXPECT_NE(name.front(), '-');
      EXPECT_EQ(sanitise_line(name), name);
    }
  }
}

TEST(AFileName, CanBeGivenOnceMore) {
  EXPECT_EQ(numbered("photo.jpg", 2), "photo (2).jpg");
  EXPECT_EQ(numbered("photo", 3), "photo (3)");
  EXPECT_LE(numbered(safe_file_name(std::string(300, 'n')), 999).size(), 255U);
}

TEST(AFileName, SaysWhatMayRun) {
  for (const char* name : {"a.desktop", "page.HTML", "run.sh", "x.exe", "drawing.svg", "page.xht", "page.mhtml",
                           "a.svgz", "a.jnlp", "a.hta", "a.docm", "a.of-no-kind", "sh", "attachment"})
    EXPECT_TRUE(may_run(name)) << name;
  for (const char* name : {"photo.jpg", "song.ogg", "letter.PDF", "words.txt"}) EXPECT_FALSE(may_run(name)) << name;
}

TEST(AFileName, MayRunByTheEndThatIsCreatedWhateverStoodBehindIt) {
  for (const std::string& name : {std::string("evil.html."), std::string("evil.desktop "), std::string("evil.sh/"),
                                  std::string(195, 'a') + ".html" + std::string(20, 'x')})
    EXPECT_TRUE(may_run(safe_file_name(name))) << name;
}

TEST(AFileName, SaysWhatKindItIs) {
  EXPECT_EQ(media_type_of("Lake.JPG"), "image/jpeg");
  EXPECT_EQ(media_type_of("a.tar.zip"), "application/zip");
  EXPECT_EQ(media_type_of("unknown"), "");
}

TEST(ASize, IsReadAtAGlance) {
  EXPECT_EQ(size_text(0), "0 bytes");
  EXPECT_EQ(size_text(1), "1 byte");
  EXPECT_EQ(size_text(1023), "1023 bytes");
  EXPECT_EQ(size_text(1024), "1.0 KiB");
  EXPECT_EQ(size_text(3'250'586), "3.1 MiB");
  EXPECT_EQ(size_text(std::uint64_t{1} << 30), "1.0 GiB");
}

}  // namespace
}  // namespace duolog::client
