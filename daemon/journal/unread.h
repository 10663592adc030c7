// unread.h: which of the other's items have not met their reader's eyes on this device.
//
// For each device's log: everything up to a marker has been seen, and a few beyond it. Kept in LocalState.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <set>

#include "daemon/journal/records.h"
#include "daemon/store/local_state.h"

namespace duolog::journal {

class Unread {
 public:
  Unread(store::LocalState& state, const JournalId& journal);
  [[nodiscard]] bool is_new(const DeviceId& author, std::uint64_t seq) const;
  [[nodiscard]] std::uint64_t seen_up_to(const DeviceId& author) const;
  // Of one author. Cheap: one small write, and none where nothing was new. A full disk is no reason to fail.
  void mark(const Records& records, const DeviceId& author, const std::vector<std::uint64_t>& seqs);

 private:
  struct Marks {
    std::uint64_t up_to = 0;
    std::set<std::uint64_t> beyond;
  };
  static void advance(const Records& records, const DeviceId& author, Marks& marks);
  bool keep(const DeviceId& author, const Marks& marks);  // false: the disk refused; it will be new after a restart

  store::LocalState& state_;
  std::string prefix_;
  std::map<DeviceId, Marks> marks_;
};

}  // namespace duolog::journal
