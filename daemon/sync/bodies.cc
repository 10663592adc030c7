// bodies.cc: keeps the account of bodies that travel alone.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/sync/bodies.h"

namespace duolog::sync {

constexpr std::size_t kPendingLimit = 4 * kWantLimit;  // an honest peer awaits at most kWantLimit at a time

void BodyWants::plan(const OurLog& ours, const TheirLogs& theirs) {
  to_ask_.clear();
  for (const auto& [device, seqs] : ours.missing()) {
    const TheirLog* log = theirs.find(device);
    if (log == nullptr || !log->listed || log->differs) continue;
    for (const std::uint64_t seq : seqs) {
      if (seq > log->known()) break;
      if (!log->missing.contains(seq) && !done_.contains({device, seq})) to_ask_.emplace(device, seq);
    }
  }
}

void BodyWants::came_there(const TheirLogs& before, const Claim& now) {
  for (const auto& [device, log] : before.all()) {
    const auto still = now.missing.find(device);
    for (const std::uint64_t seq : log.missing) {
      const bool is_missing =
          still != now.missing.end() && std::binary_search(still->second.begin(), still->second.end(), seq);
      if (!is_missing) done_.erase({device, seq});
    }
  }
}

void BodyWants::came_here(const DeviceId& device, std::uint64_t start, std::span<const crypto::Record> run) {
  for (std::size_t i = 0; i < run.size(); ++i) {
    const BodyPlace place{device, start + i};
    to_ask_.erase(place);
    awaited_.erase(place);
    if (!run[i].body) done_.insert(place);
  }
}

BodyWant BodyWants::question() {
  BodyWant want{to_ask_.begin()->first, {}};
  for (auto at = to_ask_.begin(); at != to_ask_.end() && at->first == want.device && awaited_.size() < kWantLimit;
       at = to_ask_.erase(at)) {
    want.seqs.push_back(at->second);
    awaited_.insert(*at);
    done_.insert(*at);
  }
  return want;
}

void BodyAnswers::want(const BodyWant& want, std::uint64_t held) {
  for (const std::uint64_t seq : want.seqs) {
    if (seq > held) break;
    pending_.emplace(want.device, seq);
  }
  if (pending_.size() > kPendingLimit) throw ProtocolError("too many bodies are wanted at once");
}

BodyPlace BodyAnswers::take() { return pending_.extract(pending_.begin()).value(); }

bool BodyAnswers::was_given(const BodyPlace& place) {
  std::vector<bool>& given = given_[place.first];
  if (given.size() <= place.second) given.resize(place.second + 1);
  const bool before = given[place.second];
  given[place.second] = true;
  return before;
}

}  // namespace duolog::sync
