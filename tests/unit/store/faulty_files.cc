// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/store/faulty_files.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace duolog::testing {
namespace {

struct Plan {
  FaultyFiles::Fault fault = FaultyFiles::Fault::kFull;
  int left = 0;  // until it strikes; 0: nothing is planned
  bool fired = false;
};
Plan& plan() {
  static Plan one;
  return one;
}

bool strikes(FaultyFiles::Fault fault) {
  if (plan().left == 0 || plan().fault != fault || --plan().left != 0) return false;
  plan().fired = true;
  return true;
}

}  // namespace

FaultyFiles::FaultyFiles(Fault fault, int nth) { plan() = {fault, nth, false}; }
FaultyFiles::~FaultyFiles() { plan() = {}; }
bool FaultyFiles::fired() const { return plan().fired; }

}  // namespace duolog::testing

using duolog::testing::FaultyFiles;
using duolog::testing::strikes;

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming): the linker's
// names
extern "C" {

ssize_t __real_write(int fd, const void* bytes, size_t size);
int __real_fsync(int fd);
int __real_rename(const char* from, const char* to);
ssize_t __wrap_write(int fd, const void* bytes, size_t size);
int __wrap_fsync(int fd);
int __wrap_rename(const char* from, const char* to);

ssize_t __wrap_write(int fd, const void* bytes, size_t size) {
  if (strikes(FaultyFiles::Fault::kWriteError)) return errno = EIO, -1;
  if (strikes(FaultyFiles::Fault::kFull)) return errno = ENOSPC, -1;
  if (strikes(FaultyFiles::Fault::kTornWrite)) {
    static_cast<void>(__real_write(fd, bytes, size / 2) < 0);
    return errno = ENOSPC, -1;
  }
  return __real_write(fd, bytes, size);
}

int __wrap_fsync(int fd) {
  if (strikes(FaultyFiles::Fault::kSyncError)) return errno = EIO, -1;
  return __real_fsync(fd);
}

int __wrap_rename(const char* from, const char* to) {
  if (strikes(FaultyFiles::Fault::kRenameError)) return errno = EIO, -1;
  return __real_rename(from, to);
}

}  // extern "C"
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming)
