// faulty_disk.cc: SQLite's calls to the disk, passed on or failed.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/store/faulty_disk.h"

#include <sqlite3.h>

#include <cstring>

namespace duolog::testing {
namespace {

constexpr const char* kName = "faulty";

struct Plan {
  FaultyDisk::Fault fault = FaultyDisk::Fault::kWriteError;
  int until = 0;  // operations left before the fault; 0: no plan
  bool for_good = false;
  bool fired = false;
};
Plan plan;              // SQLite's callbacks have no place for it
sqlite3_vfs* real_vfs;  // the one that was the default
sqlite3_vfs faulty_vfs;

// True when this operation is to fail.
bool strikes(FaultyDisk::Fault fault) {
  if (plan.until == 0 || plan.fault != fault || --plan.until > 0) return false;
  plan.fired = true;
  if (plan.for_good) plan.until = 1;
  return true;
}

struct File {
  sqlite3_file base;
  sqlite3_file* real;
};
sqlite3_file* real_of(sqlite3_file* file) { return reinterpret_cast<File*>(file)->real; }

int close_file(sqlite3_file* file) { return real_of(file)->pMethods->xClose(real_of(file)); }
int read_file(sqlite3_file* file, void* to, int amount, sqlite3_int64 at) {
  if (strikes(FaultyDisk::Fault::kReadError)) return SQLITE_IOERR_READ;
  return real_of(file)->pMethods->xRead(real_of(file), to, amount, at);
}
int write_file(sqlite3_file* file, const void* from, int amount, sqlite3_int64 at) {
  const bool full = strikes(FaultyDisk::Fault::kFull);
  const bool error = strikes(FaultyDisk::Fault::kWriteError);
  if (!full && !error) return real_of(file)->pMethods->xWrite(real_of(file), from, amount, at);
  real_of(file)->pMethods->xWrite(real_of(file), from, amount / 2, at);
  return full ? SQLITE_FULL : SQLITE_IOERR_WRITE;
}
int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  if (strikes(FaultyDisk::Fault::kTruncateError)) return SQLITE_IOERR_TRUNCATE;
  return real_of(file)->pMethods->xTruncate(real_of(file), size);
}
int sync_file(sqlite3_file* file, int flags) {
  if (strikes(FaultyDisk::Fault::kSyncError)) return SQLITE_IOERR_FSYNC;
  return real_of(file)->pMethods->xSync(real_of(file), flags);
}
int file_size(sqlite3_file* file, sqlite3_int64* size) {
  return real_of(file)->pMethods->xFileSize(real_of(file), size);
}
int lock_file(sqlite3_file* file, int level) { return real_of(file)->pMethods->xLock(real_of(file), level); }
int unlock_file(sqlite3_file* file, int level) { return real_of(file)->pMethods->xUnlock(real_of(file), level); }
int check_lock(sqlite3_file* file, int* held) {
  return real_of(file)->pMethods->xCheckReservedLock(real_of(file), held);
}
int file_control(sqlite3_file* file, int operation, void* argument) {
  return real_of(file)->pMethods->xFileControl(real_of(file), operation, argument);
}
int sector_size(sqlite3_file* file) { return real_of(file)->pMethods->xSectorSize(real_of(file)); }
int characteristics(sqlite3_file* file) { return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file)); }

sqlite3_io_methods methods_without_shared_memory() {
  sqlite3_io_methods methods{};
  methods.iVersion = 1;
  methods.xClose = close_file;
  methods.xRead = read_file;
  methods.xWrite = write_file;
  methods.xTruncate = truncate_file;
  methods.xSync = sync_file;
  methods.xFileSize = file_size;
  methods.xLock = lock_file;
  methods.xUnlock = unlock_file;
  methods.xCheckReservedLock = check_lock;
  methods.xFileControl = file_control;
  methods.xSectorSize = sector_size;
  methods.xDeviceCharacteristics = characteristics;
  return methods;
}
const sqlite3_io_methods kMethods = methods_without_shared_memory();

// The real file lies behind ours in the memory that SQLite gave.
int open_file(sqlite3_vfs* /*vfs*/, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  auto* ours = reinterpret_cast<File*>(file);
  ours->real = reinterpret_cast<sqlite3_file*>(ours + 1);
  const int result = real_vfs->xOpen(real_vfs, name, ours->real, flags, out_flags);
  ours->base.pMethods = ours->real->pMethods != nullptr ? &kMethods : nullptr;
  return result;
}

}  // namespace

FaultyDisk::FaultyDisk() {
  plan = {};
  real_vfs = sqlite3_vfs_find(nullptr);
  faulty_vfs = *real_vfs;  // every other call goes to the real one, which ignores whose it is
  faulty_vfs.zName = kName;
  faulty_vfs.pNext = nullptr;
  faulty_vfs.szOsFile = static_cast<int>(sizeof(File)) + real_vfs->szOsFile;
  faulty_vfs.xOpen = open_file;
  sqlite3_vfs_register(&faulty_vfs, 1);
}

FaultyDisk::~FaultyDisk() {
  sqlite3_vfs_unregister(&faulty_vfs);
  sqlite3_vfs_register(real_vfs, 1);
}

void FaultyDisk::fail_at(Fault fault, int nth, bool for_good) { plan = {fault, nth, for_good, false}; }
void FaultyDisk::heal() { plan.until = 0; }
bool FaultyDisk::fired() const { return plan.fired; }

}  // namespace duolog::testing
