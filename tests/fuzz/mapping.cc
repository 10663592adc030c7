// What a router says when it is asked to map a port, in PCP, NAT-PMP and UPnP, and what somebody cries in its name:
// answers of its own kind with any number in any field, damaged ones, noise, and hours in which nothing comes.
// Whatever it says: an address that is told to the partner is one of the internet, of a mapping that was asked for and
// granted; and it is asked no more often than the questions have a pace.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <deque>

#include "daemon/line/interfaces.h"
#include "daemon/net/mapping.h"
#include "daemon/net/ways.h"
#include "tests/fuzz/script.h"

using namespace duolog;
using fuzz::must;

namespace {

constexpr net::MapNonce kNonce{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
constexpr std::uint16_t kPort = 38650;

void add(Bytes& out, std::uint32_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(value >> shift));
}

std::uint32_t number(fuzz::Script& script) {
  const std::uint32_t low = script.word();
  return script.byte() % 8 == 0 ? ~low : low;
}

ByteArray<16> read_ip(fuzz::Script& script) {
  if (script.byte() % 2 == 0) return *net::ip_bytes("8.8.4.1");
  ByteArray<16> ip{};
  std::ranges::copy(script.take(ip.size()), ip.begin());
  if (script.byte() % 2 == 0) std::fill(ip.begin(), ip.begin() + 10, std::uint8_t{0}), ip[10] = ip[11] = 0xff;
  return ip;
}

Bytes pcp(fuzz::Script& script) {
  Bytes packet{2, 0x81, 0, static_cast<std::uint8_t>(script.byte() % 16)};
  if (script.byte() % 2 == 0) packet[3] = 0;
  add(packet, number(script), 4);
  add(packet, number(script), 4);
  packet.resize(24);
  net::MapNonce nonce = kNonce;
  if (script.byte() % 8 == 7) nonce[script.below(nonce.size())] ^= 1;
  append(packet, nonce);
  add(packet, 6 << 24, 4);
  add(packet, script.byte() % 8 == 7 ? script.word() : kPort, 2);
  add(packet, script.word(), 2);
  append(packet, read_ip(script));
  return packet;
}

Bytes pmp(fuzz::Script& script) {
  const bool address = script.byte() % 2 == 0;
  Bytes packet{0, static_cast<std::uint8_t>(address ? 0x80 : 0x82), 0, 0};
  if (script.byte() % 4 == 3) packet[3] = script.byte() % 8;
  add(packet, number(script), 4);
  if (address) {
    append(packet, ByteView(read_ip(script)).last(4));
    return packet;
  }
  add(packet, script.byte() % 8 == 7 ? script.word() : kPort, 2);
  add(packet, script.word(), 2);
  add(packet, number(script), 4);
  return packet;
}

net::UpnpAnswer upnp(fuzz::Script& script) {
  net::UpnpAnswer answer{static_cast<net::UpnpAnswer::Is>(script.byte() % 5)};
  answer.outside_port = script.word();
  answer.outside = read_ip(script);
  answer.seconds = number(script);
  return answer;
}

Bytes packet(fuzz::Script& script) {
  switch (script.byte() % 4) {
    case 0:
      return pcp(script);
    case 1:
      return pmp(script);
    case 2: {
      Bytes bent = script.byte() % 2 == 0 ? pcp(script) : pmp(script);
      fuzz::damage(script, bent);
      return bent;
    }
    default:
      return to_bytes(script.take(script.below(200)));
  }
}

void look(const net::Mapping& mapping) {
  const net::MappingStatus& status = mapping.status();
  const bool mapped = status.is == net::MappingStatus::Is::kMapped;
  must(mapped == status.outside.has_value(), "an address without a mapping, or a mapping without one");
  if (!mapped) return;
  const auto ip = net::ip_bytes(status.outside->host);
  must(ip && net::is_public(*ip), "an address that the internet has no way to is told");
  must(status.outside->port != 0, "port 0 is told");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Script script(data, size);
  const net::Route home{"192.168.7.1", *net::ip_bytes("192.168.7.10"), kNonce};
  SteadyTime now{};
  net::Mapping mapping(kPort);
  std::deque<net::UpnpWish> wishes;  // every one, since an answer may come late
  constexpr std::size_t kAnswered = 8;
  std::size_t said = 0;
  std::size_t answers = 1;
  const auto carry = [&] {
    said += mapping.take_packet() ? 1 : 0;
    while (auto wish = mapping.take_wish()) {
      ++said;
      wishes.push_back(*std::move(wish));
      if (wishes.size() > kAnswered) wishes.pop_front();
    }
    look(mapping);
  };
  mapping.ask(home, now);
  carry();
  while (!script.over()) {
    switch (script.byte() % 6) {
      case 0:
        if (!wishes.empty()) mapping.answered(wishes[script.below(wishes.size())], upnp(script), now);
        break;
      case 1:
        mapping.nobody_there(now);
        break;
      case 2:
        mapping.heard(packet(script), now);
        break;
      case 3:
        now = std::max(now, std::min(mapping.deadline(), now + std::chrono::hours(24)));
        mapping.tick(now);
        break;
      default:
        mapping.received(packet(script), now);
    }
    ++answers;
    carry();
  }
  must(said <= 3 * answers, "one answer or one moment makes for more than a question and two farewells");
  mapping.stop();
  must(!mapping.status().outside, "an address is told after the end");
  return 0;
}
