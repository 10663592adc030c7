// announcement_test.cc: the packet in the clear, and what is concluded from several.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/announcement.h"

#include <gmock/gmock.h>

namespace duolog::net {
namespace {

Heard from(std::string host, unsigned interface = 2, std::uint16_t port = 4000, bool v6 = false) {
  return {{7, port}, std::move(host), interface, v6};
}

TEST(Announcement, IsElevenBytesInTheClear) {
  const Bytes packet = encode(Announcement{7, 0x1234});
  EXPECT_EQ(as_text(packet), std::string("DUOLOGP1\x07\x12\x34"));
  EXPECT_EQ(decode_announcement(packet), (Announcement{7, 0x1234}));
}

TEST(Announcement, OfAnotherLengthIsNone) {
  Bytes packet = encode(Announcement{7, 4000});
  for (std::size_t cut = 0; cut < packet.size(); ++cut)
    EXPECT_FALSE(decode_announcement(ByteView(packet).first(cut))) << cut;
  packet.push_back(0);
  EXPECT_FALSE(decode_announcement(packet));
}

TEST(Announcement, WithAForeignMarkNoNumberOrNoPortIsNone) {
  const Bytes packet = encode(Announcement{7, 4000});
  for (std::size_t i = 0; i < kAnnouncementMark.size(); ++i) {
    Bytes flipped = packet;
    flipped[i] ^= 1;
    EXPECT_FALSE(decode_announcement(flipped)) << i;
  }
  EXPECT_FALSE(decode_announcement(as_bytes(std::string_view("DUOLOGP1\0\x12\x34", 11))));
  EXPECT_FALSE(decode_announcement(as_bytes(std::string_view("DUOLOGP1\x64\x12\x34", 11))));
  EXPECT_FALSE(decode_announcement(as_bytes(std::string_view("DUOLOGP1\x07\0\0", 11))));
}

TEST(Announcements, OfOneHostByManyInterfacesAreOneWindow) {
  Announcements heard(7);
  EXPECT_TRUE(heard.hear(from("127.0.0.1", 1)));
  EXPECT_TRUE(heard.hear(from("fe80::7%eth0", 2, 4000, true)));
  EXPECT_TRUE(heard.hear(from("192.0.2.7", 2)));
  EXPECT_FALSE(heard.hear(from("192.0.2.7", 2)));
  EXPECT_FALSE(heard.two_windows());
  EXPECT_THAT(heard.addresses(), ::testing::ElementsAre(Address{"192.0.2.7", 4000}, Address{"fe80::7%eth0", 4000},
                                                        Address{"127.0.0.1", 4000}));
}

TEST(Announcements, OfAnotherNumberAreNotHeard) {
  Announcements heard(8);
  EXPECT_FALSE(heard.hear(from("192.0.2.7")));
  EXPECT_TRUE(heard.addresses().empty());
}

TEST(Announcements, FromTwoSourcesByOneInterfaceAreTwoWindows) {
  Announcements heard(7);
  heard.hear(from("192.0.2.7"));
  heard.hear(from("192.0.2.8"));
  EXPECT_TRUE(heard.two_windows());
}

TEST(Announcements, OfAHostWhoseIpv6AddressChangesAreOneWindow) {
  Announcements heard(7);
  heard.hear(from("192.0.2.7"));
  heard.hear(from("fe80::7%eth0", 2, 4000, true));
  EXPECT_FALSE(heard.in_doubt());
  EXPECT_TRUE(heard.hear(from("fe80::99%eth0", 2, 4000, true)));
  EXPECT_TRUE(heard.in_doubt());
  EXPECT_FALSE(heard.hear(from("fe80::99%eth0", 2, 4000, true)));
  EXPECT_FALSE(heard.two_windows());
  EXPECT_EQ(heard.addresses().size(), 3U);
}

TEST(Announcements, OverIpv6FromTwoSourcesThatBothGoOnAreTwoWindows) {
  Announcements heard(7);
  heard.hear(from("fe80::7%eth0", 2, 4000, true));
  heard.hear(from("fe80::99%eth0", 2, 4000, true));
  heard.hear(from("fe80::7%eth0", 2, 4000, true));
  EXPECT_TRUE(heard.two_windows());
}

TEST(Announcements, OverIpv6FromThreeSourcesOrOfAnotherPortAreTwoWindows) {
  Announcements three(7);
  for (const char* host : {"fe80::7%eth0", "fe80::8%eth0", "fe80::9%eth0"}) three.hear(from(host, 2, 4000, true));
  EXPECT_TRUE(three.two_windows());
  Announcements ports(7);
  ports.hear(from("fe80::7%eth0", 2, 4000, true));
  ports.hear(from("fe80::8%eth0", 2, 4001, true));
  EXPECT_TRUE(ports.two_windows());
}

TEST(Announcements, OfTwoPortsAreTwoWindows) {
  Announcements heard(7);
  heard.hear(from("192.0.2.7", 2, 4000));
  heard.hear(from("192.0.2.7", 2, 4001));
  EXPECT_TRUE(heard.two_windows());
}

TEST(Announcements, AreBoundedInNumber) {
  Announcements heard(7);
  for (unsigned i = 0; i < 1000; ++i) heard.hear(from("192.0.2.7", i));
  EXPECT_FALSE(heard.hear(from("192.0.2.9", 5000)));
}

}  // namespace
}  // namespace duolog::net
