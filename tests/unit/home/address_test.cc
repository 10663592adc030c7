// address_test.cc: what is an address and what is not.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/home/address.h"

#include <gtest/gtest.h>

namespace duolog {
namespace {

std::string round(std::string_view text) {
  const auto address = parse_address(text);
  return address ? address->text() : "none";
}

TEST(Address, MayLeaveOutThePort) {
  EXPECT_EQ(round("192.0.2.7"), "192.0.2.7:38650");
  EXPECT_EQ(round("bo-laptop.local"), "bo-laptop.local:38650");
  EXPECT_EQ(round("2001:db8::7"), "[2001:db8::7]:38650");
}

TEST(Address, KeepsThePortItNames) {
  EXPECT_EQ(round("192.0.2.7:1"), "192.0.2.7:1");
  EXPECT_EQ(round("[2001:db8::7]:65535"), "[2001:db8::7]:65535");
  EXPECT_EQ(round("[fe80::7%eth0]:4000"), "[fe80::7%eth0]:4000");
}

TEST(Address, RefusesWhatIsNone) {
  for (const char* text :
       {"",           ":1",          "host:",  "host:0", "host:65536", "host:12x",  "a b",     "[::1",
        "[]:1",       "[host]:1",    "[::1]x", "[::1]:", "x:1:2",      "host/path", "::1%",    "fe80::1%a b",
        "-\n",        "h\xc3\xb6st", "-a:1",   ".a:1",   "host:01",    "host:+1",   "host:-1", "host:99999999999",
        "[::1%e/t]:1"})
    EXPECT_EQ(round(text), "none") << text;
}

TEST(Address, ThatIsToldToAnotherNamesItsPort) {
  for (const char* text : {"a:1", "host.example:38650", "10.0.0.1:65535", "[::1]:1", "[fe80::1%eth0]:9"})
    EXPECT_TRUE(is_address(text)) << text;
  for (const char* text : {"a", "[::1]", "::1", "10.0.0.1", "a:0", "a:"}) EXPECT_FALSE(is_address(text)) << text;
}

TEST(Address, ToListenAtMayHaveAnyFreePort) {
  EXPECT_EQ(parse_place_to_listen("[::]:0"), (Address{"::", 0}));
  EXPECT_EQ(parse_place_to_listen("a:1"), (Address{"a", 1}));
  for (const char* text : {"a:00", "38650", "::1", "[::1]"}) EXPECT_FALSE(parse_place_to_listen(text)) << text;
}

TEST(Address, HasSixtyFourBytesAndNotOneMore) {
  const std::string longest(kAddressLimit - 2, 'a');
  EXPECT_NE(round(longest + ":1"), "none");
  EXPECT_EQ(round(longest + ":12"), "none");
  EXPECT_EQ(round(longest), "none") << "it has more with its port";
}

}  // namespace
}  // namespace duolog
