// upnp_words_test.cc: what an errand is told and what it tells, and everything else that it might say.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/upnp_words.h"

#include <gtest/gtest.h>

#include "daemon/line/interfaces.h"

namespace duolog::net {
namespace {

using Is = UpnpAnswer::Is;

const UpnpWish kWish{{"192.168.7.1", *ip_bytes("192.168.7.10"), {}}, 38650, 38650, 3'600, kUpnpPorts, 1};
const UpnpCounter kCounter{"192.168.7.1", "http://192.168.7.1:5000/ctl",
                           "urn:schemas-upnp-org:service:WANIPConnection:1"};

std::optional<UpnpErrand> told(const UpnpErrand& errand) {
  const std::vector<std::string> words = words_of(errand);
  std::vector<const char*> pointers;
  for (const std::string& word : words) pointers.push_back(word.c_str());
  return read_errand(pointers);
}

TEST(TheWordsOfAnErrand, AreItsWish) {
  for (const auto& counter : {std::optional<UpnpCounter>(), std::optional(kCounter)}) {
    const auto errand = told({kWish, counter});
    ASSERT_TRUE(errand);
    EXPECT_EQ(errand->wish.route, kWish.route);
    EXPECT_EQ(errand->wish.port, kWish.port);
    EXPECT_EQ(errand->wish.outside_port, kWish.outside_port);
    EXPECT_EQ(errand->wish.seconds, kWish.seconds);
    EXPECT_EQ(errand->wish.ports, kWish.ports);
    EXPECT_EQ(errand->counter, counter);
  }
}

TEST(TheWordsOfAnErrand, AreNothingElse) {
  std::vector<const char*> words{"192.168.7.1", "192.168.7.10", "38650", "38650", "3600", "4"};
  ASSERT_TRUE(read_errand(words));
  for (std::size_t i = 0; i < words.size(); ++i)
    for (const char* wrong : {"", "x", "-1", "70000000000", "1 ", "0x10"}) {
      auto bent = words;
      bent[i] = wrong;
      EXPECT_FALSE(read_errand(bent)) << i << " " << wrong;
    }
  for (std::size_t size = 0; size < words.size(); ++size) EXPECT_FALSE(read_errand(std::span(words).first(size)));
  words.insert(words.end(), {"http://192.168.7.2/ctl", "service"});
  EXPECT_FALSE(read_errand(words)) << "another machine's";
}

TEST(AReport, IsHeard) {
  const auto report =
      read_report(line_of(kCounter) + line_of(UpnpAnswer{Is::kMapped, 38651, *ip_bytes("8.8.4.1"), 3'600}), kWish);
  EXPECT_EQ(report.counter, kCounter);
  EXPECT_EQ(report.answer, (UpnpAnswer{Is::kMapped, 38651, *ip_bytes("8.8.4.1"), 3'600}));
  for (const Is is : {Is::kNobody, Is::kRefused, Is::kNotOutside, Is::kGone})
    EXPECT_EQ(read_report(line_of(UpnpAnswer{is}), kWish).answer, UpnpAnswer{is});
}

TEST(AReport, ThatWasCutOffSaysWhatWasWhole) {
  const std::string whole = line_of(kCounter) + line_of(UpnpAnswer{Is::kMapped, 38650, *ip_bytes("8.8.4.1"), 3'600});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto report = read_report(std::string_view(whole).substr(0, size), kWish);
    EXPECT_FALSE(report.answer) << size;
    EXPECT_EQ(report.counter.has_value(), size >= line_of(kCounter).size()) << size;
  }
}

TEST(AReport, OfWhatNobodyWishedForIsNone) {
  for (const char* lie : {"mapped 38649 8.8.4.1 3600", "mapped 38654 8.8.4.1 3600", "mapped 22 8.8.4.1 3600",
                          "mapped 0 8.8.4.1 3600", "mapped 38650 8.8.4.1 3601", "mapped 38650 8.8.4.1 -1",
                          "mapped 38650 8.8.4.1 3600 x", "mapped 38650 8.8.4.1", "mapped 38650 example.org 3600",
                          "mapped 104186 8.8.4.1 3600", "mapped", "", " ", "granted", "nobody ", "\x1b[2J"})
    EXPECT_FALSE(read_report(std::string(lie) + "\n", kWish).answer) << lie;
}

TEST(AReport, OfACounterElsewhereOrOfNoneIsNone) {
  const std::string far(201, 'x');
  for (const std::string& lie :
       {std::string("at http://192.168.7.2/ctl s"), std::string("at http://192.168.7.10/ctl s"),
        std::string("at http://192.168.7.1@evil/ s"), std::string("at https://192.168.7.1/ s"),
        std::string("at http://192.168.7.1/\x1b s"), std::string("at http://192.168.7.1/ "),
        "at http://192.168.7.1/" + far + " s", "at http://192.168.7.1/ " + far})
    EXPECT_FALSE(read_report(lie + "\n", kWish).counter) << lie;
  EXPECT_FALSE(read_report(std::string(kUpnpReportLimit, 'a') + "\nrefused\n", kWish).answer) << "far too long";
}

TEST(APort, ThatIsTheLastIsFollowedByTheFirstThatIsFree) {
  EXPECT_EQ(port_above(38650), 38651);
  EXPECT_EQ(port_above(0xffff), 1024);
}

}  // namespace
}  // namespace duolog::net
