// dialer.cc: patience, written down.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/dialer.h"

#include <algorithm>

namespace duolog::net {
namespace {

using std::chrono::milliseconds;

milliseconds doubled(milliseconds first, milliseconds longest, int times) {
  milliseconds pause = first;
  for (int i = 0; i < times && pause < longest; ++i) pause *= 2;
  return std::min(pause, longest);
}

}  // namespace

Dialer::Dialer(Random random) : random_(std::move(random)) {}

void Dialer::look_for(const std::vector<PeerKey>& keys, SteadyTime now) {
  std::map<PeerKey, Entry> kept;
  for (const PeerKey& key : keys) {
    const auto known = entries_.find(key);
    kept.emplace(key, known != entries_.end() ? known->second : Entry{.next_try = now});
  }
  entries_ = std::move(kept);
}

std::vector<PeerKey> Dialer::due(SteadyTime now) {
  std::vector<PeerKey> keys;
  for (auto& [key, entry] : entries_) {
    if (entry.state != State::kWaiting || entry.next_try > now) continue;
    entry.state = State::kDialling;
    keys.push_back(key);
  }
  return keys;
}

// Neither back-off nor misbehaviour is forgotten by this alone: see lost().
void Dialer::connected(const PeerKey& key, SteadyTime now) {
  const auto entry = entries_.find(key);
  if (entry == entries_.end() || entry->second.state == State::kConnected) return;
  entry->second.state = State::kConnected;
  entry->second.connected_at = now;
}

void Dialer::failed(const PeerKey& key, SteadyTime now) {
  const auto found = entries_.find(key);
  if (found == entries_.end() || found->second.state == State::kConnected) return;
  Entry& entry = found->second;
  const milliseconds pause = stretched(doubled(kFirstRetry, kLongestRetry, entry.failures++));
  entry.state = State::kWaiting;
  entry.next_try = std::max(now + pause, entry.penalty_until);
}

void Dialer::misbehaved(const PeerKey& key, SteadyTime now) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return;
  Entry& entry = found->second;
  const milliseconds pause = stretched(doubled(kFirstPenalty, kLongestPenalty, entry.offences++));
  entry.penalty_until = now + std::min(pause, kLongestPenalty);
  entry.state = State::kWaiting;
  entry.next_try = entry.penalty_until;
}

// A connection that comes and goes within moments is no better than one that never came; one that served for a while
// clears the record.
void Dialer::lost(const PeerKey& key, SteadyTime now, milliseconds pause) {
  const auto found = entries_.find(key);
  if (found == entries_.end() || found->second.state != State::kConnected) return;
  Entry& entry = found->second;
  const milliseconds served = now - entry.connected_at;
  entry.state = State::kWaiting;
  if (served < kSettled) return failed(key, now);
  if (served >= kLongestPenalty) entry.offences = 0;
  entry.failures = 0;
  entry.next_try = std::max(now + stretched(pause), entry.penalty_until);
}

void Dialer::encourage(const PeerKey& key, SteadyTime now) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return;
  Entry& entry = found->second;
  entry.failures = 0;
  if (entry.state == State::kWaiting) entry.next_try = std::max(now, entry.penalty_until);
}

void Dialer::encourage_all(SteadyTime now) {
  for (const auto& [key, entry] : entries_) encourage(key, now);
}

void Dialer::try_now(const PeerKey& key, SteadyTime now) {
  const auto found = entries_.find(key);
  if (found == entries_.end() || found->second.state != State::kWaiting) return;
  found->second.next_try = std::max(now, found->second.penalty_until);
}

bool Dialer::penalised(const PeerKey& key, SteadyTime now) const {
  const auto found = entries_.find(key);
  return found != entries_.end() && found->second.penalty_until > now;
}

SteadyTime Dialer::deadline() const {
  SteadyTime soonest = SteadyTime::max();
  for (const auto& [key, entry] : entries_)
    if (entry.state == State::kWaiting) soonest = std::min(soonest, entry.next_try);
  return soonest;
}

Dialer::Status Dialer::status(const PeerKey& key) const {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return {};
  return {found->second.state, found->second.failures, found->second.next_try};
}

// By up to a half, at random.
milliseconds Dialer::stretched(milliseconds pause) {
  const auto half = static_cast<std::uint32_t>(pause.count() / 2);
  return pause + milliseconds(half == 0 ? 0 : random_(half + 1));
}

}  // namespace duolog::net
