// recent_runs.h: the newest records as they were checked and committed a moment ago. Whoever opens them next need not
// read them back and check them again; what nobody has opened by then is read from the disk, as everything else is.
//
// At most kRecentBytes, and as a rule nothing at rest: a run goes when it has been read to its end.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>
#include <memory>

#include "crypto/record.h"

namespace duolog::store {

inline constexpr std::size_t kRecentBytes = 4 << 20;

class RecentRuns {
 public:
  struct Run {
    JournalId journal;
    DeviceId device;
    std::uint64_t first = 1;  // seq
    std::vector<RecordId> ids;
    std::shared_ptr<const std::vector<crypto::Record>> records;
  };
  // Where there is memory for it. REQUIRES: checked; their transaction has committed, or takes this down with it by
  // clear(); as many ids as records, and at least one.
  void keep(Run run) noexcept;
  // The run that holds this record. It outlives whatever happens here meanwhile.
  [[nodiscard]] std::shared_ptr<const Run> find(const JournalId& journal, const DeviceId& device,
                                                std::uint64_t seq) const;
  void drop(const std::shared_ptr<const Run>& run);
  void clear();  // something on the disk is no longer what it was

 private:
  std::deque<std::pair<std::shared_ptr<const Run>, std::size_t>> runs_;  // with their bytes, the oldest first
  std::size_t bytes_ = 0;
};

}  // namespace duolog::store
