// ways_test.cc: which addresses the internet has a way to, and what a connection is called by.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/ways.h"

#include <gtest/gtest.h>

#include "daemon/line/interfaces.h"

namespace duolog::net {
namespace {

bool is_public(const char* host) { return net::is_public(ip_bytes(host).value()); }

TEST(AnAddress, OfTheInternetIsPublic) {
  for (const char* host :
       {"8.8.4.1", "1.0.0.1", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0",
        "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255", "2001:4860::1", "2001:200::1", "192.88.98.1"})
    EXPECT_TRUE(is_public(host)) << host;
}

TEST(AnAddress, OfAnythingElseIsNot) {
  for (const char* host : {"0.0.0.0",
                           "10.0.0.2",
                           "10.255.255.255",
                           "100.64.0.0",
                           "100.127.255.255",
                           "127.0.0.1",
                           "169.254.1.1",
                           "172.16.0.0",
                           "172.31.255.255",
                           "192.0.0.8",
                           "192.0.2.7",
                           "192.168.7.1",
                           "198.18.0.1",
                           "198.19.255.255",
                           "198.51.100.7",
                           "203.0.113.7",
                           "224.0.0.1",
                           "255.255.255.255",
                           "::",
                           "::1",
                           "fe80::7",
                           "fd81::1",
                           "ff02::1",
                           "192.88.99.1",
                           "2001:db8::7",
                           "2001:0:102:304::1",
                           "2001:1ff::1",
                           "2002:c0a8:701::1"})
    EXPECT_FALSE(is_public(host)) << host;
}

TEST(AnAddress, IsWrittenAsPeopleWriteIt) {
  for (const char* host : {"8.8.4.1", "2001:db8::7", "0.0.0.0"}) EXPECT_EQ(ip_text(*ip_bytes(host)), host);
}

TEST(AWay, IsToldByTheAddressThatWasDialled) {
  EXPECT_EQ(way_of_dial({"192.168.7.10", 1}), Way::kHere);
  EXPECT_EQ(way_of_dial({"fe80::7%eth0", 1}), Way::kHere);
  EXPECT_EQ(way_of_dial({"8.8.4.1", 1}), Way::kAcross);
  EXPECT_EQ(way_of_dial({"home.example.org", 1}), Way::kName);
}

TEST(AWay, IsToldByWhereSomebodyCameFrom) {
  EXPECT_EQ(way_of_visit("192.168.7.10", true), Way::kHere);
  EXPECT_EQ(way_of_visit("8.8.4.1", false), Way::kCameIn);
  EXPECT_EQ(way_of_visit("8.8.4.1", true), Way::kThroughPort);
  EXPECT_EQ(way_of_visit("2a00::7", true), Way::kCameIn) << "no port is mapped for IPv6";
}

}  // namespace
}  // namespace duolog::net
