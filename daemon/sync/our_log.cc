// our_log.cc: reads what may be told.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/sync/our_log.h"

namespace duolog::sync {

void OurLog::refresh() {
  forks_.clear();
  for (store::ForkProof& proof : log_.forks(journal_)) forks_[proof.device] = std::move(proof);
  refresh_heads();
  missing_.clear();
  for (const auto& [device, seqs] : log_.missing_bodies(journal_)) missing_[device] = {seqs.begin(), seqs.end()};
}

void OurLog::refresh_heads() { frontier_ = log_.frontier(journal_); }

const store::FrontierEntry* OurLog::entry(const DeviceId& device) const {
  const auto at =
      std::lower_bound(frontier_.begin(), frontier_.end(), device,
                       [](const store::FrontierEntry& entry, const DeviceId& wanted) { return entry.device < wanted; });
  return at != frontier_.end() && at->device == device ? &*at : nullptr;
}

std::uint64_t OurLog::held(const DeviceId& device) const {
  const store::FrontierEntry* found = entry(device);
  return found != nullptr ? found->seq : 0;
}

std::optional<RecordId> OurLog::id_at(const DeviceId& device, std::uint64_t seq) const {
  const store::FrontierEntry* end = entry(device);
  if (end != nullptr && end->seq == seq) return end->head;
  return log_.id_at(journal_, device, seq);
}

std::optional<std::uint64_t> OurLog::forked_at(const DeviceId& device) const {
  const auto fork = forks_.find(device);
  if (fork == forks_.end()) return std::nullopt;
  return fork->second.start_seq;
}

void OurLog::run_came(const DeviceId& device, std::uint64_t start, std::span<const crypto::Record> run) {
  const std::uint64_t before = held(device);
  refresh_heads();
  std::set<std::uint64_t>& missing = missing_[device];
  for (std::size_t i = 0; i < run.size(); ++i) {
    const std::uint64_t seq = start + i;
    if (run[i].body) missing.erase(seq);
    if (!run[i].body && seq > before && seq <= held(device)) missing.insert(seq);
  }
  if (missing.empty()) missing_.erase(device);
}

Claim OurLog::claim() const {
  Claim claim{frontier_, {}};
  if (missing_.empty()) return claim;
  const std::size_t share = std::max<std::size_t>(1, kMissingTold / missing_.size());
  for (const auto& [device, seqs] : missing_) {
    std::vector<std::uint64_t>& told = claim.missing[device];
    for (auto seq = seqs.begin(); seq != seqs.end() && told.size() < share; ++seq) told.push_back(*seq);
  }
  return claim;
}

}  // namespace duolog::sync
