// receipts.h: since when which device of the other person has held how much of this device's log.
//
// A receipt is a frontier that the other sent after its commit, or one inside an event it wrote. Remembered in
// LocalState as steps of (seq, when), so that "on Bo's laptop 21:14" survives a restart. Nobody waits for the disk
// here: what a kill takes, the next meeting tells again.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>

#include "daemon/store/local_state.h"

namespace duolog::journal {

class Receipts {
 public:
  Receipts(store::LocalState& state, const JournalId& journal);

  // `by` holds our log up to `seq`. Returns up to where that was known before; nullopt: nothing new.
  std::optional<std::uint64_t> raise(const DeviceId& by, std::uint64_t seq, std::int64_t at_ms);

  struct Receipt {
    DeviceId by;
    std::int64_t at_ms = 0;
  };
  [[nodiscard]] std::optional<Receipt> of(std::uint64_t seq) const;  // the earliest

  // What was put somewhere for them, and nobody has acknowledged: whoever puts it there says so anew at each start, and
  // whenever it changes.
  enum class Way { kMailbox, kBundle };
  struct Lying {
    std::uint64_t after = 0;
    std::uint64_t up_to = 0;
    std::int64_t at_ms = 0;
  };
  void lies(Way way, std::vector<Lying> all);
  struct Waiting {
    Way way = Way::kMailbox;
    std::int64_t at_ms = 0;
  };
  [[nodiscard]] std::optional<Waiting> waits(std::uint64_t seq) const;  // in a mailbox rather than in a bundle
  [[nodiscard]] std::uint64_t up_to(const DeviceId& by) const;          // what `by` is known to hold; 0: nothing

 private:
  struct Step {
    std::uint64_t seq = 0;
    std::int64_t at_ms = 0;
  };
  void keep(const DeviceId& by, const std::vector<Step>& steps);

  store::LocalState& state_;
  std::string prefix_;
  std::map<DeviceId, std::vector<Step>> steps_;  // both ascending
  std::map<Way, std::vector<Lying>> lying_;
};

}  // namespace duolog::journal
