// switchboard_peers.cc: what becomes of a peer: admitted, open, the one that stays, gone; and what its session's news
// means for the others.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "daemon/net/switchboard_state.h"
#include "daemon/net/ways.h"

namespace duolog::net {
namespace {

constexpr milliseconds kSimultaneous{2'000};   // the other's dial may be under way this long after a connection stands
constexpr milliseconds kLetThemRedial{2'000};  // whoever dialled before dials again first
constexpr milliseconds kTheirAnswer{2'000};    // the other's time to answer a call of ours that crossed theirs

std::string short_name(const DeviceId& device) { return hex(device.view().first(4)); }

}  // namespace

std::optional<crypto::ProvenDevice> Switchboard::State::admit(const JournalId& journal, const crypto::Chain& chain) {
  auto proven = house.hooks.admits(journal, chain);
  if (proven && dialer.penalised({journal, proven->device.id()}, now())) return std::nullopt;
  return proven;
}

sync::Hooks Switchboard::State::hooks_for(const JournalId& journal, const crypto::ProvenDevice& device) {
  const PeerKey key{journal, device.device.id()};
  sync::Hooks hooks = house.hooks.session(journal, device);
  hooks.stored = [this, key, above = std::move(hooks.stored)](const DeviceId& author, std::uint64_t first,
                                                              std::uint64_t last) {
    if (above) above(author, first, last);
    when_quiet([this, key] { push(key.journal); });  // to the other devices of this journal
    changed(key);
  };
  hooks.forked = [this, key, above = std::move(hooks.forked)](const DeviceId& frozen) {
    if (above) above(frozen);
    when_quiet([this, key] { push(key.journal); });
  };
  hooks.acknowledged = [this, key, above = std::move(hooks.acknowledged)](const store::Frontier& frontier) {
    if (above) above(frontier);
    changed(key);
  };
  return hooks;
}

// Looks at what the last call made of a peer.
void Switchboard::State::follow(LineId id) {
  Line& line = lines.at(id);
  if (auto crossed = line.peer->take_crossed()) cross(id, *std::move(crossed));
  if (!line.peer) return;  // one of too many that are half known, from now on
  if (line.peer->open() && !line.known) opened(id);
  if (line.peer->greeting() && !line.greeted) take_greeting(line);
  if (line.peer->end() != PeerEnd::kNone && !line.ended) ended(id);
}

// Two calls have become one connection, as where both call from the port that they listen on, through routers that keep
// it. Both hold both messages 1, so both see the same: whose is the smaller, byte by byte, goes on as the one who
// called, and the other answers. Where that one cannot, for an epoch that it has not heard of, it keeps silent and goes
// on waiting; then, after two seconds without a word, the first answers instead.
void Switchboard::State::cross(LineId id, Bytes message1) {
  Line& line = lines.at(id);
  line.has_crossed = true;
  if (std::ranges::lexicographical_compare(message1, line.peer->called_with())) {
    answer_crossed(id, message1);
    return;
  }
  line.crossed = std::move(message1);
  line.answers_crossed = now() + kTheirAnswer;
}

bool Switchboard::State::answer_crossed(LineId id, ByteView message1) {
  Line& line = lines.at(id);
  if (!line.peer->awaits_second()) return false;
  auto matched = match(message1);
  if (!matched || !seen.first_time(message1)) return false;
  const SteadyTime until = line.peer->deadline();
  line.peer = std::make_unique<Peer>(Peer::respond(peer_house, matched->first, std::move(matched->second), until));
  if (line.looked_for && matched->first != line.looked_for->journal) {
    lost_dial(id, Trouble::kNone);  // another round's success
    limit_half_known();
  }
  return true;
}

void Switchboard::State::opened(LineId id) {
  Line& line = lines.at(id);
  const PeerKey key = key_of(*line.peer);
  line.known = true;
  if (line.looked_for) drop_round(*line.looked_for, id);
  drop_round(key, id);
  const auto holder = live.find(key);
  if (holder != live.end()) {
    Line& held = lines.at(holder->second);
    if (!outranks(line, *held.peer)) return line.peer->part(sync::Parting::kDuplicate, now());
    held.live = false;
    held.peer->part(sync::Parting::kDuplicate, now());
  }
  line.live = true;
  live[key] = id;
  fell_silent.erase(key);
  troubles.erase(key);
  beacon_news.forget(key);
  dialer.connected(key, now());
  if (line.peer->initiator()) book.reached(key.device, line.address);
  book.seen(key.device, house.clock.wall());
  changed(key);
}

// Both dialled at once: the connection whose initiator has the smaller id stays, on both sides. Else the newer one: who
// dials has lost the older, however young it is.
bool Switchboard::State::outranks(const Line& challenger, const Peer& holder) const {
  const Peer& peer = *challenger.peer;
  const bool at_once = challenger.began - holder.opened_at() < kSimultaneous;
  if (!at_once || peer.initiator() == holder.initiator()) return true;
  const bool mine_is_smaller = house.self.keys.id() < peer.met()->device.device.id();
  return peer.initiator() == mine_is_smaller;
}

// Silence, or a farewell without a word by somebody who has heard nothing for so long, with records on their way.
bool Switchboard::State::may_have_stalled(const Peer& peer) const {
  if (peer.end() == PeerEnd::kDead) return true;
  return peer.end() == PeerEnd::kClosed && now() - peer.opened_at() >= kDeadAfter &&
         peer.session()->unacknowledged() > 0;
}

// What they say of themselves, and where they seem to come from: this address, the port they listen on (that of the
// last address: the first may be mapped ones).
void Switchboard::State::take_greeting(Line& line) {
  line.greeted = true;
  const PeerKey key = key_of(*line.peer);
  other_versions.erase(key.device);
  if (const auto ahead = line.peer->clock_ahead()) clocks[key.device] = *ahead;
  std::vector<Address> addresses;
  for (const std::string& text : line.peer->greeting()->addresses)
    if (const auto address = parse_address(text)) addresses.push_back(*address);
  if (addresses.size() > kAddressesLimit) addresses.resize(kAddressesLimit);
  const std::string& host = line.address.host;
  if (!line.peer->initiator() && !addresses.empty() && !host.empty() && !is_onion(host))
    addresses.insert(addresses.begin(), Address{host, addresses.back().port});
  book.learn(key.device, addresses);
  changed(key);
}

void Switchboard::State::ended(LineId id) {
  Line& line = lines.at(id);
  line.ended = true;
  const Peer& peer = *line.peer;
  if (line.looked_for) lost_dial(id, peer.end() == PeerEnd::kSilent ? Trouble::kSilent : Trouble::kRefused);
  if (!peer.met()) return;
  const PeerKey key = key_of(peer);
  note_version(key.device, peer);
  if (!peer.detail().empty()) note("device " + short_name(key.device) + ": " + peer.detail());
  const auto holder = live.find(key);
  if (holder == live.end() || holder->second != id) {
    if (peer.end() != PeerEnd::kMisbehaved || holder != live.end()) return;
    drop_round(key, id);
    return dialer.misbehaved(key, now());
  }
  live.erase(holder);
  line.live = false;
  if (peer.end() == PeerEnd::kDead) fell_silent.insert(key);
  if (may_have_stalled(peer)) rounds.stalled(key);
  if (peer.end() == PeerEnd::kRenew) rounds.widen(key);
  book.seen(key.device, house.clock.wall() - (now() - peer.heard_at()));
  tell_dialer(key, peer);
  changed(key);
}

// Whoever speaks the newer version leaves nobody: it is the older that cannot follow, and says so in its BYE.
void Switchboard::State::note_version(const DeviceId& device, const Peer& peer) {
  if (peer.end() == PeerEnd::kNewer) other_versions[device] = PeerStatus::Version::kNewer;
  if (peer.session() != nullptr && peer.session()->their_reason() == sync::Parting::kNewer)
    other_versions[device] = PeerStatus::Version::kOlder;
}

void Switchboard::State::tell_dialer(const PeerKey& key, const Peer& peer) {
  switch (peer.end()) {
    case PeerEnd::kMisbehaved:
    case PeerEnd::kNewer:
      return dialer.misbehaved(key, now());
    case PeerEnd::kTheyLeft:
      return dialer.lost(key, now(), kLetThemRedial);
    case PeerEnd::kRenew:
      return dialer.lost(key, now(), peer.initiator() ? milliseconds(0) : kLetThemRedial);
    default:
      return dialer.lost(key, now(), kFirstRetry);
  }
}

void Switchboard::State::push(const JournalId& journal) {
  for (auto& [id, line] : lines)
    if (line.live && line.peer->journal() == journal) line.peer->log_grew();
}

void Switchboard::State::changed(const PeerKey& key) {
  if (house.hooks.changed) news.push_back([this, key] { house.hooks.changed(key.journal, key.device); });
}

}  // namespace duolog::net
