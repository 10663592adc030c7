// pcp_test.cc: what is said to a router, byte for byte as the two RFCs draw it, and what is made of its answers.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/pcp.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/line/interfaces.h"

namespace duolog::net {
namespace {

using Kind = RouterSaid::Kind;
using Verdict = RouterSaid::Verdict;

constexpr MapNonce kNonce{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

Bytes bytes(const std::string& digits) { return from_hex(digits).value(); }

const std::string kHere = "00000000000000000000ffffc0a8070a";  // 192.168.7.10
const std::string kNonceDigits = "0102030405060708090a0b0c";
const std::string kAnyV4 = "00000000000000000000ffff00000000";
const std::string kOutside = "00000000000000000000ffff08080401";  // 8.8.4.1

TEST(AQuestionInPcp, IsAsTheRfcDrawsIt) {
  const PcpMap map{kNonce, *ip_bytes("192.168.7.10"), 38650, 38651, 3600};
  EXPECT_EQ(hex(encode(map)),
            "02010000"  // version, MAP, reserved
            "00000e10"  // an hour
                + kHere + kNonceDigits +
                "06000000"  // TCP
                "96fa96fb"  // the ports, inside and wished for
                + kAnyV4);
}

TEST(AQuestionInNatPmp, IsAsTheRfcDrawsIt) {
  EXPECT_EQ(hex(encode(PmpMap{38650, 38651, 3600})), "0002000096fa96fb00000e10");
  EXPECT_EQ(hex(encode_pmp_address()), "0000");
}

// An answer in PCP: result, lifetime, epoch, then the mapping.
std::string pcp_answer(const std::string& result = "00", const std::string& protocol = "06") {
  return "028100" + result + "00000e10" + "00000007" + std::string(24, '0') + kNonceDigits + protocol + "000000" +
         "96fa96fb" + kOutside;
}

TEST(AnAnswerInPcp, IsReadFieldByField) {
  const auto said = decode_router(bytes(pcp_answer()));
  ASSERT_TRUE(said);
  EXPECT_EQ(said->kind, Kind::kPcpMap);
  EXPECT_EQ(said->verdict, Verdict::kGranted);
  EXPECT_EQ(said->seconds, 3600u);
  EXPECT_EQ(said->epoch, 7u);
  EXPECT_EQ(said->nonce, kNonce);
  EXPECT_EQ(said->port, 38650);
  EXPECT_EQ(said->outside_port, 38651);
  EXPECT_EQ(said->outside, *ip_bytes("8.8.4.1"));
}

TEST(AnAnswerInPcp, ThatRefusesSaysWhichWay) {
  // 7 network failure, 11 no such address outside, 12 another router in between; the others refuse.
  for (int result = 1; result <= 255; ++result) {
    const std::string digits = hex(Bytes{static_cast<std::uint8_t>(result)});
    const auto said = decode_router(bytes(pcp_answer(digits)));
    ASSERT_TRUE(said) << result;
    const bool no_outside = result == 7 || result == 11 || result == 12;
    EXPECT_EQ(said->verdict, no_outside ? Verdict::kNoOutside : Verdict::kRefused) << result;
  }
}

TEST(AnAnswerInPcp, OfAnErrorAloneMeansThatItIsNotSpoken) {
  const auto said = decode_router(bytes("02810001" + std::string(40, '0')));
  ASSERT_TRUE(said);
  EXPECT_EQ(said->kind, Kind::kNoPcp);
}

TEST(AnAnswerInPcp, ThatGrantsNothingInParticularIsNone) {
  EXPECT_FALSE(decode_router(bytes("02810000" + std::string(40, '0'))));
}

TEST(AnAnswerInPcp, AboutUdpIsNone) { EXPECT_FALSE(decode_router(bytes(pcp_answer("00", "11")))); }

TEST(AnAnswerInPcp, CutAnywhereGrantsNothing) {
  const Bytes whole = bytes(pcp_answer());
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const auto said = decode_router(ByteView(whole).first(length));
    EXPECT_FALSE(said) << length;
  }
}

TEST(AnAnswerInPcp, MayBeFollowedByOptionsUpToTheLimitOfThePacket) {
  Bytes packet = bytes(pcp_answer());
  packet.resize(kRouterPacketLimit);
  EXPECT_TRUE(decode_router(packet));
  packet.resize(kRouterPacketLimit + 4);
  EXPECT_FALSE(decode_router(packet));
}

TEST(AQuestion, IsNoAnswer) {
  const PcpMap map{kNonce, *ip_bytes("192.168.7.10"), 38650, 38651, 3600};
  EXPECT_FALSE(decode_router(encode(map)));
  EXPECT_FALSE(decode_router(encode(PmpMap{38650, 38651, 3600})));
}

TEST(ARouterThatBeganAnew, SaysItsSeconds) {
  const auto said =
      decode_router(bytes("02800000"
                          "00000000"
                          "00000005" +
                          std::string(24, '0')));
  ASSERT_TRUE(said);
  EXPECT_EQ(said->kind, Kind::kPcpBegan);
  EXPECT_EQ(said->epoch, 5u);
}

TEST(AnAnswerInNatPmp, TellsTheAddressOutside) {
  const auto said =
      decode_router(bytes("00800000"
                          "00000009"
                          "08080401"));
  ASSERT_TRUE(said);
  EXPECT_EQ(said->kind, Kind::kPmpAddress);
  EXPECT_EQ(said->verdict, Verdict::kGranted);
  EXPECT_EQ(said->epoch, 9u);
  EXPECT_EQ(said->outside, *ip_bytes("8.8.4.1"));
}

TEST(AnAnswerInNatPmp, TellsTheMapping) {
  const auto said =
      decode_router(bytes("00820000"
                          "00000009"
                          "96fa96fb"
                          "00000e10"));
  ASSERT_TRUE(said);
  EXPECT_EQ(said->kind, Kind::kPmpMap);
  EXPECT_EQ(said->port, 38650);
  EXPECT_EQ(said->outside_port, 38651);
  EXPECT_EQ(said->seconds, 3600u);
}

TEST(AnAnswerInNatPmp, ThatRefusesSaysWhichWay) {
  for (int result = 1; result <= 8; ++result) {
    const std::string digits = hex(Bytes{0, static_cast<std::uint8_t>(result)});
    const auto said = decode_router(bytes("0082" + digits +
                                          "00000009"
                                          "96fa0000"
                                          "00000000"));
    ASSERT_TRUE(said) << result;
    EXPECT_EQ(said->kind, result == 1 ? Kind::kNoPcp : Kind::kPmpMap) << result;
    EXPECT_EQ(said->verdict, result == 3 ? Verdict::kNoOutside : Verdict::kRefused) << result;
  }
}

TEST(AnAnswerInNatPmp, ToAQuestionInPcpMeansThatPcpIsNotSpoken) {
  for (const char* opcode : {"80", "81"}) {
    const auto said = decode_router(bytes(std::string("00") + opcode +
                                          "0001"
                                          "00000009"));
    ASSERT_TRUE(said);
    EXPECT_EQ(said->kind, Kind::kNoPcp);
  }
}

TEST(AnAnswerInNatPmp, CutOrWithMoreBehindItGrantsNothing) {
  const Bytes whole = bytes(
      "00820000"
      "00000009"
      "96fa96fb"
      "00000e10"
      "00");
  for (std::size_t length = 0; length <= whole.size(); ++length)
    EXPECT_EQ(decode_router(ByteView(whole).first(length)).has_value(), length == 16) << length;
}

}  // namespace
}  // namespace duolog::net
