// disk_files.cc: the files that our own rooms open, write and rename without SQLite. The linker leads their system
// calls here (--wrap); whatever lies on no disk of ours goes on to the system untouched.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>

#include "tests/simulation/disk.h"

using duolog::simulation::Disk;

namespace {

// What a descriptor stands for. One that was closed is forgotten when its number is given out again.
struct Opened {
  Disk* disk = nullptr;
  std::shared_ptr<Disk::File> file;  // null: the folder itself
};
std::map<int, Opened>& opened() {
  static std::map<int, Opened> all;
  return all;
}

bool refused(Disk::Answer answer) {
  if (answer == Disk::Answer::kDone) return false;
  errno = answer == Disk::Answer::kFull ? ENOSPC : EIO;
  return true;
}

std::string name_of(const char* path) { return std::filesystem::path(path).filename().string(); }

}  // namespace

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming): the linker's
// names
extern "C" {

int __real_open(const char* path, int flags, mode_t mode);
ssize_t __real_write(int fd, const void* bytes, size_t size);
int __real_fsync(int fd);
int __real_ftruncate(int fd, off_t size);
int __real_rename(const char* from, const char* to);
int __real_unlink(const char* path);
int __wrap_open(const char* path, int flags, ...);
ssize_t __wrap_write(int fd, const void* bytes, size_t size);
int __wrap_fsync(int fd);
int __wrap_ftruncate(int fd, off_t size);
int __wrap_rename(const char* from, const char* to);
int __wrap_unlink(const char* path);

int __wrap_open(const char* path, int flags, ...) {
  mode_t mode = 0;
  if ((flags & O_CREAT) != 0) {
    va_list more;
    va_start(more, flags);
    mode = va_arg(more, mode_t);
    va_end(more);
  }
  Disk* disk = Disk::of(path);
  const bool is_new = disk != nullptr && (flags & O_CREAT) != 0 && disk->find(name_of(path)) == nullptr;
  if (is_new && refused(disk->make(name_of(path)))) return -1;
  const int fd = __real_open(path, flags, mode);
  opened().erase(fd);
  if (fd < 0) return fd;
  if (disk != nullptr) opened()[fd] = {disk, disk->find(name_of(path))};
  if (Disk* folder = Disk::of_folder(path)) opened()[fd] = {folder, nullptr};
  return fd;
}

ssize_t __wrap_write(int fd, const void* bytes, size_t size) {
  const auto found = opened().find(fd);
  if (found == opened().end() || found->second.file == nullptr) return __real_write(fd, bytes, size);
  const off_t at = ::lseek(fd, 0, SEEK_CUR);
  const off_t end = ::lseek(fd, 0, SEEK_END);
  ::lseek(fd, at, SEEK_SET);
  const auto* first = static_cast<const std::uint8_t*>(bytes);
  const bool grows = at + static_cast<off_t>(size) > end;
  const auto written =
      found->second.disk->write(*found->second.file, static_cast<std::uint64_t>(at), {first, size}, grows);
  const ssize_t passed = written.passed > 0 ? __real_write(fd, bytes, written.passed) : 0;
  return refused(written.answer) ? -1 : passed;
}

int __wrap_fsync(int fd) {
  const auto found = opened().find(fd);
  if (found == opened().end()) return __real_fsync(fd);
  const Opened& what = found->second;
  return refused(what.file != nullptr ? what.disk->sync(*what.file) : what.disk->sync_names()) ? -1 : 0;
}

int __wrap_ftruncate(int fd, off_t size) {
  const auto found = opened().find(fd);
  if (found != opened().end() && found->second.file != nullptr &&
      refused(found->second.disk->cut(*found->second.file, static_cast<std::uint64_t>(size)))) {
    return -1;
  }
  return __real_ftruncate(fd, size);
}

int __wrap_rename(const char* from, const char* to) {
  Disk* disk = Disk::of(from);
  if (disk != nullptr && disk->find(name_of(from)) != nullptr && refused(disk->move(name_of(from), name_of(to))))
    return -1;
  return __real_rename(from, to);
}

int __wrap_unlink(const char* path) {
  Disk* disk = Disk::of(path);
  if (disk != nullptr && disk->find(name_of(path)) != nullptr && refused(disk->remove(name_of(path)))) return -1;
  return __real_unlink(path);
}

}  // extern "C"
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming)
