// The QR as a scanner sees it.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/qr.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "client/invitation.h"
#include "client/program.h"

namespace duolog::client {
namespace {

// As long as one with two addresses is.
const std::string kLink =
    "duolog:"
    "afaxqmjsgm2dknrxha4tambrgiztinjwg44dsmbrgiztinjwg44dsmbrgiztinjwg44dsmbrgiztinjwg44dsmbrgiztinjwg44dsmbrgizt"
    "injwg44dsmbrgiztinjwg44dsmbrgiztinjwg44dsmbr";

struct Picture {
  std::size_t width = 0;
  std::vector<bool> dark;
};

// A terminal of its own: reads the colours and half blocks back, as an eye would.
Picture look_at(const std::string& shown) {
  Picture picture;
  std::vector<bool> upper;
  std::vector<bool> lower;
  bool upper_dark = false;
  bool lower_dark = false;
  for (std::size_t i = 0; i < shown.size();) {
    if (shown[i] == '\x1b') {
      const auto end = shown.find('m', i);
      const auto sgr = shown.substr(i + 2, end - i - 2);
      upper_dark = sgr.find("38;5;16") != std::string::npos;
      lower_dark = sgr.find("48;5;16") != std::string::npos;
      i = end + 1;
    } else if (shown[i] == '\n') {
      picture.width = upper.size();
      picture.dark.insert(picture.dark.end(), upper.begin(), upper.end());
      picture.dark.insert(picture.dark.end(), lower.begin(), lower.end());
      upper.clear();
      lower.clear();
      ++i;
    } else {
      EXPECT_EQ(shown.substr(i, 3), "▀");
      upper.push_back(upper_dark);
      lower.push_back(lower_dark);
      i += 3;
    }
  }
  return picture;
}

class PictureFile {
 public:
  explicit PictureFile(const Picture& picture) {
    constexpr std::size_t kScale = 4;
    const int fd = ::mkstemp(name_.data());
    ::close(fd);
    std::ofstream file(name_, std::ios::binary);
    const auto height = picture.dark.size() / picture.width;
    file << "P5\n" << picture.width * kScale << ' ' << height * kScale << "\n255\n";
    for (std::size_t y = 0; y < height * kScale; ++y) {
      for (std::size_t x = 0; x < picture.width * kScale; ++x) {
        file.put(picture.dark[y / kScale * picture.width + x / kScale] ? '\0' : '\xff');
      }
    }
  }
  ~PictureFile() { ::unlink(name_.c_str()); }
  PictureFile(const PictureFile&) = delete;
  PictureFile& operator=(const PictureFile&) = delete;
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  std::string name_ = "/tmp/duolog-qr-XXXXXX";
};

class Qrs : public testing::Test {
 protected:
  void SetUp() override {
    if (!is_installed("zbarimg")) GTEST_SKIP() << "NOT RUN: zbarimg is not installed (zbar-tools)";
  }
};

TEST_F(Qrs, WhatTheTerminalShowsIsReadBackAsTheLink) {
  const PictureFile picture(look_at(half_blocks(qr_of_link(kLink))));
  EXPECT_EQ(link_in_picture(picture.name()), kLink);
}

TEST_F(Qrs, SomebodyElsesQrIsNotTakenForAnInvitation) {
  const PictureFile picture(look_at(half_blocks(qr_of_link("https://example.org/"))));
  EXPECT_THROW(link_in_picture(picture.name()), std::runtime_error);
}

TEST_F(Qrs, APictureWithoutOneIsSaidToHaveNone) {
  const PictureFile picture(Picture{50, std::vector<bool>(2500, false)});
  EXPECT_THROW(link_in_picture(picture.name()), std::runtime_error);
}

TEST(Qr, TheQuietZoneIsFourModulesOnEverySide) {
  const auto qr = qr_of_link(kLink);
  const auto picture = look_at(half_blocks(qr));
  ASSERT_EQ(picture.width, qr.side + 8);
  const auto height = picture.dark.size() / picture.width;
  for (std::size_t y = 0; y < height; ++y) {
    for (std::size_t x = 0; x < picture.width; ++x) {
      const bool inside = x >= 4 && x < 4 + qr.side && y >= 4 && y < 4 + qr.side;
      EXPECT_TRUE(inside || !picture.dark[y * picture.width + x]) << x << ' ' << y;
    }
  }
}

TEST(Qr, EveryLineSetsItsColoursAndResetsThem) {
  const auto shown = half_blocks(qr_of_link(kLink));
  std::size_t lines = 0;
  for (std::size_t at = 0; at < shown.size(); ++lines) {
    const auto end = shown.find('\n', at);
    const auto line = shown.substr(at, end - at);
    EXPECT_TRUE(line.starts_with("\x1b[38;5;231;48;5;231m"));
    EXPECT_TRUE(line.ends_with("\x1b[0m"));
    at = end + 1;
  }
  EXPECT_EQ(lines, qr_of_link(kLink).rows());
}

TEST(Qr, ALinkWithTwoAddressesFitsIntoAnOrdinaryTerminal) { EXPECT_LE(qr_of_link(kLink).columns(), 80U); }

TEST(Qr, WhatFitsIntoNoQrMakesNone) { EXPECT_EQ(qr_of_link(std::string(8000, 'a')).side, 0U); }

TEST(Invitation, CodesAreForgivenCaseSpacesAndHyphens) {
  EXPECT_EQ(invitation_text({" 7-Guitar-Banana\n"}), "7-guitar-banana");
  EXPECT_EQ(invitation_text({"7", "guitar", "banana"}), "7-guitar-banana");
  EXPECT_EQ(invitation_text({}), "");
}

TEST(Invitation, ALinkBrokenByAMailIsMadeWhole) {
  EXPECT_EQ(invitation_text({"DUOLOG:ABC\n  def"}), "duolog:abcdef");
  EXPECT_EQ(invitation_text({"duolog:abc", "def"}), "duolog:abcdef");
}

TEST(Invitation, APictureThatIsNotThereIsNamed) {
  try {
    link_in_picture("/nowhere/photo.png");
    FAIL();
  } catch (const std::runtime_error& failure) {
    EXPECT_THAT(failure.what(), testing::HasSubstr("/nowhere/photo.png"));
  }
}

}  // namespace
}  // namespace duolog::client
