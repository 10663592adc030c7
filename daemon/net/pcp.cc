// pcp.cc: two formats, byte for byte.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/pcp.h"

namespace duolog::net {
namespace {

using Kind = RouterSaid::Kind;
using Verdict = RouterSaid::Verdict;

constexpr std::uint8_t kAnswer = 0x80;  // this bit of the second byte
constexpr std::uint8_t kTcp = 6;
constexpr std::size_t kV4At = 12;  // in ::ffff:a.b.c.d

// PCP: version 2. 24 bytes, then those of MAP.
constexpr std::uint8_t kPcp = 2;
constexpr std::uint8_t kPcpAnnounce = 0;
constexpr std::uint8_t kPcpMapOpcode = 1;
constexpr std::size_t kPcpHeader = 24;
constexpr std::size_t kPcpMapLength = kPcpHeader + 36;
constexpr std::uint8_t kPcpNetworkFailure = 7;
constexpr std::uint8_t kPcpCannotProvideExternal = 11;
constexpr std::uint8_t kPcpAddressMismatch = 12;  // another router stands between it and us

// NAT-PMP: version 0.
constexpr std::uint8_t kPmp = 0;
constexpr std::uint8_t kPmpAddressOpcode = 0;
constexpr std::uint8_t kPmpMapTcp = 2;
constexpr std::size_t kPmpShortest = 8;
constexpr std::size_t kPmpAddressLength = 12;
constexpr std::size_t kPmpMapLength = 16;
constexpr std::uint16_t kPmpNetworkFailure = 3;

void add16(Bytes& out, std::uint16_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8));
  out.push_back(static_cast<std::uint8_t>(value & 0xff));
}
void add32(Bytes& out, std::uint32_t value) {
  add16(out, static_cast<std::uint16_t>(value >> 16));
  add16(out, static_cast<std::uint16_t>(value & 0xffff));
}
std::uint16_t get16(ByteView from, std::size_t at) { return static_cast<std::uint16_t>(from[at] << 8 | from[at + 1]); }
std::uint32_t get32(ByteView from, std::size_t at) {
  return std::uint32_t{get16(from, at)} << 16 | get16(from, at + 2);
}

Verdict pcp_verdict(std::uint8_t result) {
  if (result == 0) return Verdict::kGranted;
  const bool no_outside =
      result == kPcpNetworkFailure || result == kPcpCannotProvideExternal || result == kPcpAddressMismatch;
  return no_outside ? Verdict::kNoOutside : Verdict::kRefused;
}

// An error may come without the mapping it is about; then it says only that this was not understood.
std::optional<RouterSaid> decode_pcp(ByteView packet) {
  if (packet.size() < kPcpHeader || packet.size() % 4 != 0) return std::nullopt;
  const std::uint8_t opcode = packet[1] & static_cast<std::uint8_t>(~kAnswer);
  RouterSaid said{.kind = Kind::kPcpBegan, .verdict = pcp_verdict(packet[3])};
  said.seconds = get32(packet, 4);
  said.epoch = get32(packet, 8);
  if (opcode == kPcpAnnounce && said.verdict == Verdict::kGranted) return said;
  if (opcode != kPcpMapOpcode) return std::nullopt;
  said.kind = packet.size() < kPcpMapLength ? Kind::kNoPcp : Kind::kPcpMap;
  if (said.kind == Kind::kNoPcp) {
    if (said.verdict == Verdict::kGranted) return std::nullopt;
    return said;
  }
  if (packet[36] != kTcp) return std::nullopt;
  std::copy_n(packet.begin() + kPcpHeader, said.nonce.size(), said.nonce.begin());
  said.port = get16(packet, 40);
  said.outside_port = get16(packet, 42);
  std::copy_n(packet.begin() + 44, said.outside.size(), said.outside.begin());
  return said;
}

Verdict pmp_verdict(std::uint16_t result) {
  if (result == 0) return Verdict::kGranted;
  return result == kPmpNetworkFailure ? Verdict::kNoOutside : Verdict::kRefused;
}

// "Unsupported version" is also what a router says in NAT-PMP that was asked in PCP.
std::optional<RouterSaid> decode_pmp(ByteView packet) {
  constexpr std::uint16_t kOtherVersion = 1;
  if (packet.size() < kPmpShortest) return std::nullopt;
  const std::uint8_t opcode = packet[1] & static_cast<std::uint8_t>(~kAnswer);
  const std::uint16_t result = get16(packet, 2);
  RouterSaid said{.kind = Kind::kNoPcp, .verdict = pmp_verdict(result), .epoch = get32(packet, 4)};
  if (result == kOtherVersion) return said;
  if (opcode == kPmpAddressOpcode && (result != 0 || packet.size() == kPmpAddressLength)) {
    said.kind = Kind::kPmpAddress;
    said.outside[kV4At - 2] = said.outside[kV4At - 1] = 0xff;
    if (result == 0) std::copy_n(packet.begin() + kPmpShortest, 4, said.outside.begin() + kV4At);
    return said;
  }
  if (opcode != kPmpMapTcp || (result == 0 && packet.size() != kPmpMapLength)) return std::nullopt;
  said.kind = Kind::kPmpMap;
  if (packet.size() != kPmpMapLength) return said;
  said.port = get16(packet, 8);
  said.outside_port = get16(packet, 10);
  said.seconds = get32(packet, 12);
  return said;
}

}  // namespace

Bytes encode(const PcpMap& map) {
  Bytes packet{kPcp, kPcpMapOpcode, 0, 0};
  add32(packet, map.seconds);
  append(packet, map.here);
  append(packet, map.nonce);
  append(packet, ByteArray<4>{kTcp, 0, 0, 0});
  add16(packet, map.port);
  add16(packet, map.outside_port);
  ByteArray<16> any{};  // of IPv4, where we are: which address outside is the router's affair
  any[kV4At - 2] = any[kV4At - 1] = 0xff;
  append(packet, any);
  return packet;
}

Bytes encode(const PmpMap& map) {
  Bytes packet{kPmp, kPmpMapTcp, 0, 0};
  add16(packet, map.port);
  add16(packet, map.outside_port);
  add32(packet, map.seconds);
  return packet;
}

Bytes encode_pmp_address() { return {kPmp, kPmpAddressOpcode}; }

std::optional<RouterSaid> decode_router(ByteView packet) {
  if (packet.size() < 2 || packet.size() > kRouterPacketLimit || (packet[1] & kAnswer) == 0) return std::nullopt;
  if (packet[0] == kPcp) return decode_pcp(packet);
  return packet[0] == kPmp ? decode_pmp(packet) : std::nullopt;
}

}  // namespace duolog::net
