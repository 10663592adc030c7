// recent_runs.cc: a queue that forgets.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/store/recent_runs.h"

#include <algorithm>
#include <new>

namespace duolog::store {

void RecentRuns::keep(Run run) noexcept {
  std::size_t bytes = 0;
  for (const crypto::Record& record : *run.records)
    bytes += record.head.size() + (record.body ? record.body->size() : 0);
  if (bytes > kRecentBytes) return;
  while (bytes_ + bytes > kRecentBytes) {
    bytes_ -= runs_.front().second;
    runs_.pop_front();
  }
  try {
    runs_.emplace_back(std::make_shared<const Run>(std::move(run)), bytes);
    bytes_ += bytes;
  } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch): the disk has them
  }
}

std::shared_ptr<const RecentRuns::Run> RecentRuns::find(const JournalId& journal, const DeviceId& device,
                                                        std::uint64_t seq) const {
  for (const auto& [run, bytes] : runs_) {
    const bool holds_it = seq >= run->first && seq - run->first < run->records->size();
    if (holds_it && run->device == device && run->journal == journal) return run;
  }
  return nullptr;
}

void RecentRuns::drop(const std::shared_ptr<const Run>& run) {
  const auto at = std::find_if(runs_.begin(), runs_.end(), [&](const auto& one) { return one.first == run; });
  if (at == runs_.end()) return;
  bytes_ -= at->second;
  runs_.erase(at);
}

void RecentRuns::clear() {
  runs_.clear();
  bytes_ = 0;
}

}  // namespace duolog::store
