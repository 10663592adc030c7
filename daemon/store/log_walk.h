// log_walk.h: every record of a log read once and checked, a slice at a time, so that a daemon goes on serving.
//
// What is found is what reading always finds: a body that no longer matches is forgotten and wanted again, a lost head
// is wanted again and stands in SealedLog::damage(). Records that come while it walks are not waited for.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/store/sealed_log.h"

namespace duolog::store {

class LogWalk {
 public:
  // The log must outlive it.
  explicit LogWalk(SealedLog& log);

  // At most so many records. False: all was read. Throws NotDurable where a rotten body cannot be forgotten.
  bool step(std::size_t records);
  [[nodiscard]] std::uint64_t read() const { return read_; }
  [[nodiscard]] std::uint64_t total() const { return total_; }

 private:
  struct Chain {
    JournalId journal;
    DeviceId device;
    std::uint64_t last = 0;
  };
  SealedLog& log_;
  std::vector<Chain> chains_;
  std::uint64_t next_ = 1;  // of the last chain
  std::uint64_t read_ = 0;
  std::uint64_t total_ = 0;
};

// Records that are not here whole, in all journals.
std::uint64_t missing_in_all(const SealedLog& log);

}  // namespace duolog::store
