// restored_mark.h: this home comes from a backup or is a copy of another; in which journals it may not write yet.
//
// A device that writes on from an older state forks its own log. So while a journal stands in the mark nothing is
// appended to this device's chain there; meeting the other person's device, who has what was written since, takes it
// out. The file holds ids, which the database shows as well, and no secret. Spec: proto/README.md section 3.5.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <set>

#include "crypto/bytes.h"

namespace duolog::store {

class RestoredMark {
 public:
  // Reads it. No file: nothing is held. Throws BadVaultFile for one that cannot be read: it would be a way to fork.
  explicit RestoredMark(std::filesystem::path file);

  [[nodiscard]] const std::set<JournalId>& held() const { return held_; }
  [[nodiscard]] bool holds(const JournalId& journal) const { return held_.contains(journal); }
  // Durable when these return. They throw std::system_error; nothing has changed then. No journal, no file.
  void hold(std::set<JournalId> journals);
  void release(const JournalId& journal);
  // As hold(), where the disk refuses that: as long as this object lives.
  void hold_meanwhile(std::set<JournalId> journals) { held_ = std::move(journals); }

 private:
  std::filesystem::path file_;
  std::set<JournalId> held_;
};

}  // namespace duolog::store
