// faulty_files.h: a file system that fails when told to, for what our own rooms write without SQLite. The linker leads
// write(), fsync() and rename() of the tested libraries here (--wrap); while no fault is set they are the system's.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace duolog::testing {

class FaultyFiles {
 public:
  enum class Fault { kWriteError, kFull, kTornWrite, kSyncError, kRenameError };

  // The `nth` operation from now on (1 is the next) that `fault` can strike.
  FaultyFiles(Fault fault, int nth);
  ~FaultyFiles();
  FaultyFiles(const FaultyFiles&) = delete;
  FaultyFiles& operator=(const FaultyFiles&) = delete;
  [[nodiscard]] bool fired() const;
};

}  // namespace duolog::testing
