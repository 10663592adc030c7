// rounds.cc: see the header; there is no more to it.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/rounds.h"

#include <algorithm>

#include "crypto/check.h"

namespace duolog::net {

namespace {

void try_another_manner(Manner& manner) {
  if (manner.narrow) ++manner.epoch;
  manner.narrow = !manner.narrow;
}

}  // namespace

void Rounds::begin(const PeerKey& key, const std::vector<Address>& addresses, SteadyTime now) {
  const auto [round, fresh] = rounds_.try_emplace(key);
  check(fresh, "a round of dialling began twice");
  round->second.left.assign(addresses.begin(), addresses.end());
  round->second.next_at = now;
}

std::optional<Rounds::Call> Rounds::next(SteadyTime now) {
  for (auto& [key, round] : rounds_) {
    if (round.left.empty() || (now < round.next_at && !round.lines.empty())) continue;
    Call call{key, round.left.front(), manners_[key]};
    round.left.pop_front();
    round.tried.push_back(call.address);
    round.next_at = now + kNextAddressAfter;
    return call;
  }
  return std::nullopt;
}

void Rounds::began(const PeerKey& key, LineId line) { rounds_.at(key).lines.insert(line); }

void Rounds::failed(LineId line, bool silent) {
  for (auto& [key, round] : rounds_)
    if (round.lines.erase(line) > 0) round.silent = round.silent || silent;
}

bool Rounds::offer(const PeerKey& key, const Address& address, SteadyTime now) {
  const auto found = rounds_.find(key);
  if (found == rounds_.end() || std::ranges::find(found->second.tried, address) != found->second.tried.end())
    return false;
  Round& round = found->second;
  std::erase(round.left, address);
  round.left.push_front(address);
  if (!std::exchange(round.told, true)) round.next_at = now;
  return true;
}

std::optional<PeerKey> Rounds::next_failed() {
  for (auto round = rounds_.begin(); round != rounds_.end(); ++round) {
    if (!round->second.left.empty() || !round->second.lines.empty()) continue;
    const PeerKey key = round->first;
    if (round->second.silent) try_another_manner(manners_[key]);
    rounds_.erase(round);
    return key;
  }
  return std::nullopt;
}

std::set<LineId> Rounds::drop(const PeerKey& key) {
  auto round = rounds_.extract(key);
  return round.empty() ? std::set<LineId>{} : std::move(round.mapped().lines);
}

SteadyTime Rounds::deadline() const {
  SteadyTime soonest = SteadyTime::max();
  for (const auto& [key, round] : rounds_)
    if (!round.left.empty()) soonest = std::min(soonest, round.next_at);
  return soonest;
}

}  // namespace duolog::net
