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
    go_on(key, round);
    if (round.left.empty() || (now < round.next_at && !round.lines.empty())) continue;
    Call call{key, round.left.front(), manners_[key]};
    round.left.pop_front();
    round.tried.push_back(call.address);
    round.next_at = now + kNextAddressAfter;
    return call;
  }
  return std::nullopt;
}

// All have been tried in one manner. Of those that were silent one is called in the next, and in the next round another
// one: many addresses are often one machine.
void Rounds::go_on(const PeerKey& key, Round& round) {
  Manner& manner = manners_[key];
  if (!round.left.empty() || !round.lines.empty() || round.silent_at.empty()) return;
  if (manner.silences >= kCuriousRounds || round.manners >= kMannersARound) return;
  ++round.manners;
  try_another_manner(manner);
  round.left.push_back(round.silent_at[manner.silences % round.silent_at.size()]);
  round.silent_at.clear();
}

void Rounds::began(const PeerKey& key, LineId line) {
  Round& round = rounds_.at(key);
  round.lines.emplace(line, round.tried.back());
}

void Rounds::failed(LineId line, bool silent) {
  for (auto& [key, round] : rounds_) {
    const auto call = round.lines.extract(line);
    if (call.empty() || !silent) continue;
    round.silent = true;
    round.silent_at.push_back(call.mapped());
  }
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
    Manner& manner = manners_[key];
    manner.silences = round->second.silent ? manner.silences + 1 : 0;
    if (round->second.silent) try_another_manner(manner);
    rounds_.erase(round);
    return key;
  }
  return std::nullopt;
}

std::set<LineId> Rounds::drop(const PeerKey& key) {
  manners_[key].silences = 0;
  std::set<LineId> lines;
  const auto round = rounds_.extract(key);
  if (!round.empty())
    for (const auto& [line, address] : round.mapped().lines) lines.insert(line);
  return lines;
}

SteadyTime Rounds::deadline() const {
  SteadyTime soonest = SteadyTime::max();
  for (const auto& [key, round] : rounds_)
    if (!round.left.empty()) soonest = std::min(soonest, round.next_at);
  return soonest;
}

}  // namespace duolog::net
