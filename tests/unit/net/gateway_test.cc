// gateway_test.cc: the kernel's table of routes, as text.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/gateway.h"

#include <gtest/gtest.h>

#include "daemon/line/interfaces.h"

namespace duolog::net {
namespace {

const std::string kHead = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n";
const std::string kDefault = "eth0\t00000000\t0107A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n";
const std::string kLan = "eth0\t0007A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0\n";

TEST(TheGateway, IsThatOfTheDefaultRoute) {
  EXPECT_EQ(read_gateway(kHead + kLan + kDefault), (Gateway{"eth0", "192.168.7.1"}));
}

TEST(TheGateway, IsTheOneWithTheSmallestMetric) {
  const std::string better = "wlan0\t00000000\t0108A8C0\t0003\t0\t0\t50\t00000000\t0\t0\t0\n";
  const Gateway expected{"wlan0", "192.168.8.1"};
  EXPECT_EQ(read_gateway(kHead + kDefault + better), expected);
  EXPECT_EQ(read_gateway(kHead + better + kDefault), expected);
}

TEST(TheGateway, IsNoneWhereNoRouteLeadsThroughARouter) {
  const std::string without_router = "tun0\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0\n";
  const std::string down = "eth0\t00000000\t0107A8C0\t0002\t0\t0\t0\t00000000\t0\t0\t0\n";
  const std::string rejects = "*\t00000000\t0107A8C0\t0203\t0\t0\t0\t00000000\t0\t0\t0\n";
  const std::string half_the_world = "tun0\t00000000\t0107A8C0\t0003\t0\t0\t0\t00000080\t0\t0\t0\n";
  for (const std::string& line : {without_router, down, rejects, half_the_world, kLan, std::string()})
    EXPECT_FALSE(read_gateway(kHead + line)) << line;
}

TEST(TheGateway, IsNoneInATableThatIsNone) {
  EXPECT_FALSE(read_gateway(""));
  EXPECT_FALSE(read_gateway("\n\n\t\t\n"));
  for (std::size_t length = 0; length + 8 < kDefault.size(); ++length)
    read_gateway(kHead + kDefault.substr(0, length));  // whatever it says, it ends
  EXPECT_FALSE(read_gateway(kHead + kDefault.substr(0, 20)));
}

// ---- neighbours ----

const std::string kNeighbours =
    "IP address       HW type     Flags       HW address            Mask     Device\n"
    "192.168.7.10     0x1         0x2         02:00:00:00:00:10     *        eth0\n"
    "192.168.7.1      0x1         0x2         02:11:22:aa:BB:ff     *        eth0\n"
    "192.168.7.2      0x1         0x0         00:00:00:00:00:00     *        eth0\n"
    "192.168.7.3      0x1         0x2         02:11:22:aa             *        eth0\n";

TEST(TheGateway, HasTheHardwareThatTheKernelKnows) {
  EXPECT_EQ(read_neighbour(kNeighbours, "192.168.7.1"), (ByteArray<6>{2, 0x11, 0x22, 0xaa, 0xbb, 0xff}));
}

TEST(TheGateway, HasNoHardwareBeforeItHasAnswered) {
  for (const char* host : {"192.168.7.2", "192.168.7.3", "192.168.7.4", "IP", ""})
    EXPECT_FALSE(read_neighbour(kNeighbours, host)) << host;
  EXPECT_FALSE(read_neighbour("", "192.168.7.1"));
}

// ---- kinds of interfaces, and where this machine's packets go ----

TEST(AnInterface, ThatIsNoneOrSpeaksNoEthernetIsNoWayToARouterAtHome) {
  EXPECT_TRUE(is_tunnel("lo"));
  EXPECT_TRUE(is_tunnel("not-there"));
  EXPECT_TRUE(is_tunnel("a-name-that-is-too-long-for-any"));
}

TEST(ThisMachine, HasAnAddressTowardsItself) {
  EXPECT_EQ(source_towards("127.0.0.1"), *ip_bytes("127.0.0.1"));
  EXPECT_FALSE(source_towards("no address"));
}

}  // namespace
}  // namespace duolog::net
