// faulty_disk.h: a disk that fails when told to, as an SQLite VFS over the real one.
//
// While one exists, every database is opened through it. It counts reads, writes, syncs and truncations, and fails the
// Nth of the chosen kind: a failing write leaves half of its bytes behind, as a torn one does. It offers no shared
// memory, so a database that works here does without.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace duolog::testing {

class FaultyDisk {
 public:
  enum class Fault { kWriteError, kFull, kSyncError, kTruncateError, kReadError };

  FaultyDisk();
  ~FaultyDisk();
  FaultyDisk(const FaultyDisk&) = delete;
  FaultyDisk& operator=(const FaultyDisk&) = delete;

  // The `nth` operation from now on (1 is the next) that `fault` can strike, and every later one while `for_good`.
  void fail_at(Fault fault, int nth, bool for_good = false);
  void heal();
  [[nodiscard]] bool fired() const;
};

}  // namespace duolog::testing
