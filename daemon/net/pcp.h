// pcp.h: the packets in which the router of a network is asked to let one TCP port in: PCP (RFC 6887, MAP) and the
// elder NAT-PMP (RFC 6886). Values to bytes, bytes to values; no socket, no clock.
//
// Whoever stands in the same network may answer in the router's name, and a router may say anything: what comes is
// taken for what it is (`said`), never for what was asked; the asker compares. Numbers are big-endian, as there.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "crypto/bytes.h"

namespace duolog::net {

inline constexpr std::uint16_t kRouterPort = 5351;      // UDP, where a router is asked
inline constexpr std::uint16_t kRouterNewsPort = 5350;  // where it tells everybody, at 224.0.0.1, that it began anew
inline constexpr std::size_t kRouterPacketLimit = 1100;

using MapNonce = ByteArray<12>;  // by which a router knows again who has asked

struct PcpMap {
  MapNonce nonce;
  ByteArray<16> here{};            // this machine's address, as the router sees it
  std::uint16_t port = 0;          // that is listened on here
  std::uint16_t outside_port = 0;  // wished for; 0: any
  std::uint32_t seconds = 0;       // 0: the mapping shall go
};
Bytes encode(const PcpMap& map);

struct PmpMap {
  std::uint16_t port = 0;
  std::uint16_t outside_port = 0;
  std::uint32_t seconds = 0;
};
Bytes encode(const PmpMap& map);
Bytes encode_pmp_address();  // which address it has outside

// What a router says, in any of the two languages.
struct RouterSaid {
  enum class Kind {
    kPcpMap,      // about a mapping: `nonce`, `port`, `outside_port`, `outside`, `seconds`
    kPmpMap,      // about a mapping: `port`, `outside_port`, `seconds`
    kPmpAddress,  // `outside`
    kPcpBegan,    // an ANNOUNCE: nothing but the epoch
    kNoPcp,       // it does not speak this PCP; it may speak NAT-PMP
  } kind;
  enum class Verdict {
    kGranted,
    kRefused,    // not allowed, no room, not for this machine
    kNoOutside,  // it has no address outside that a mapping could be at
  } verdict = Verdict::kGranted;
  std::uint32_t epoch = 0;  // seconds since it began to keep its mappings
  std::uint32_t seconds = 0;
  std::uint16_t port = 0;
  std::uint16_t outside_port = 0;
  ByteArray<16> outside{};
  MapNonce nonce{};
};
// nullopt: nothing that a router would say to us.
std::optional<RouterSaid> decode_router(ByteView packet);

}  // namespace duolog::net
