// facts.h: what the machine has learnt from a journal's records and no reader ever sees: kept in the view, so that no
// start reads the log for it.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/journal/membership.h"

namespace duolog::journal {

// As records of kind 3 told them: of an author and a device the one that counts.
struct AddedFact {
  DeviceId device;
  DeviceId by;
  std::uint64_t seq = 0;
  std::uint32_t chain = 0;  // which of Facts::chains: many may say the same, and one is long
  std::string paired_by;
};
struct RemovedFact {
  Removal removal;
  std::int64_t at_ms = 0;  // by the clock of whoever wrote it
};

// That this person has left a journal, as one of their devices told it.
struct PartedFact {
  JournalId journal;
  bool forgotten = false;
  DeviceId by;
  std::uint64_t seq = 0;
};
// What a notebook keeps of another journal, and where.
struct KeptFact {
  DeviceId by;
  std::uint64_t seq = 0;
  EpochId under;  // the notebook's epoch: whoever has that one has read it
};

struct Facts {
  std::vector<EpochFact> epochs;        // as Membership was told
  std::vector<crypto::Chain> founders;  // of the founding record
  std::vector<crypto::Chain> chains;    // of those that were added
  std::vector<AddedFact> added;
  std::vector<RemovedFact> removed;
  std::vector<PartedFact> parted;
  std::set<DeviceId> zero_authors;  // whose logs begin with epoch zero
  std::map<DeviceId, std::uint64_t> epochs_written;
  std::map<bool, std::uint64_t> practices_written;           // by this person or not
  std::map<JournalId, std::vector<KeptFact>> journals_kept;  // a notebook's alone
  std::map<EpochId, std::vector<KeptFact>> epochs_kept;
  std::set<std::string> alarms;  // codes

  std::uint32_t number_of(const crypto::Chain& chain);  // in `chains`; it is there from now on

  [[nodiscard]] Bytes encode() const;
  static Facts decode(ByteView bytes);  // REQUIRES: encode() has made them
};

}  // namespace duolog::journal
