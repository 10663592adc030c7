// keeping.h: what a device knows of its backups and its restores, whether or not its home is open: where they lie
// meanwhile, that only one restore is under way, and whether this home is a copy of another.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/household.h"
#include "daemon/restoring.h"
#include "daemon/store/backup_writer.h"

namespace duolog {

class Keeping {
 public:
  // Both outlive it.
  Keeping(const home::Home& home, const home::Config& config) : home_(home), config_(config) {}

  // At the start. A kill in the middle of a backup leaves its copy, which is as sealed as the database but takes its
  // room; one in the middle of a restore leaves what it has unpacked.
  void clear_unfinished() const;

  // Throws what Identity::sealing_for_backup() throws.
  store::BackupParts backup_parts(Household& house, WallTime now, const crypto::SecretBytes& passphrase);

  // Throws control::HomeInUse where there is a home already. REQUIRES: !is_restoring()
  std::shared_ptr<store::BackupUnpacker> begin_restore();

  [[nodiscard]] bool is_restoring() const { return !restoring_.expired(); }

  // What was noted down of a home that lay here before: a new one is no copy of it. Throws std::system_error.
  void forget_what_lay_here() const;

  // In which journals this home may not write yet: it was restored, or it is found to be a copy, which may be older
  // than what goes on elsewhere. A home that was never noted down is where it has always been. Throws
  // store::BadVaultFile.
  [[nodiscard]] store::RestoredMark look_where_it_lies(const journal::Identity& identity) const;

 private:
  const home::Home& home_;
  const home::Config& config_;
  std::weak_ptr<store::BackupUnpacker> restoring_;
  std::uint64_t backups_ = 0;  // made since the start: each copy has a name of its own
};

}  // namespace duolog
