// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/backup_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>

#include "client/failure.h"
#include "client/keeping.h"
#include "client/sanitise.h"
#include "client/words.h"

namespace duolog::client {
namespace {

Failure file_failed(const std::string& what, const std::string& file, const std::string& hint) {
  return {Exit::kFailed, "BACKUP_FILE", what + " " + sanitise_line(file) + ": " + std::strerror(errno), hint};
}

std::string next_piece(int fd, const std::string& file) {
  auto piece = read_piece(fd);
  if (!piece) throw file_failed("cannot read", file, "is the disk whole? nothing was changed");
  return std::move(*piece);
}

std::string folder_of(const std::string& file) {
  const auto slash = file.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : file.substr(0, slash);
}

bool exists(const std::string& file) {
  struct stat found{};
  return ::lstat(file.c_str(), &found) == 0;
}

// What a backup that was killed has left: empty, or it begins as one does. Anything else of this name is a person's.
bool is_left_by_a_backup(const std::string& file) {
  constexpr std::string_view kMagic = "DUOLOGK1";  // proto/README.md section 3.16
  struct stat found{};
  if (::lstat(file.c_str(), &found) != 0 || !S_ISREG(found.st_mode)) return false;
  const int fd = ::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return false;
  char begin[kMagic.size()];
  const auto got = ::read(fd, begin, sizeof begin);
  ::close(fd);
  return got >= 0 && kMagic.starts_with(std::string_view(begin, static_cast<std::size_t>(got)));
}

}  // namespace

BackupTarget::BackupTarget(const std::string& file, bool over) : file_(file), over_(over) {
  if (file == "-") {
    if (::isatty(STDOUT_FILENO) == 1) throw wrong_usage("a backup is no text for a terminal", "duolog backup FILE");
    fd_ = STDOUT_FILENO;
    return;
  }
  if (exists(file) && !over) {
    throw Failure(Exit::kFailed, "BACKUP_FILE", sanitise_line(file) + " is there already; nothing was written",
                  "choose another name, or --yes to put the new backup in its place");
  }
  const auto unfinished = file + ".unfinished";
  if (exists(unfinished) && !is_left_by_a_backup(unfinished)) {
    throw Failure(Exit::kFailed, "BACKUP_FILE", sanitise_line(unfinished) + " is there already; nothing was written",
                  "a backup is written under that name first: choose another name for it");
  }
  unfinished_ = unfinished;
  ::unlink(unfinished_.c_str());
  fd_ = ::open(unfinished_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd_ < 0) {
    const auto failure = file_failed("cannot make", unfinished_, "name a file in a folder of your own");
    unfinished_.clear();
    throw failure;
  }
}

BackupTarget::~BackupTarget() {
  if (fd_ > STDERR_FILENO) ::close(fd_);
  if (!unfinished_.empty()) ::unlink(unfinished_.c_str());
}

void BackupTarget::write(std::string_view piece) {
  while (!piece.empty()) {
    const auto written = ::write(fd_, piece.data(), piece.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0)
      throw file_failed("no backup was made: cannot write", file_, "make room there, or name another disk");
    piece.remove_prefix(static_cast<std::size_t>(written));
  }
}

void BackupTarget::settle() {
  if (!is_file()) return;
  if (::fsync(fd_) != 0 || ::lseek(fd_, 0, SEEK_SET) != 0)
    throw file_failed("no backup was made: cannot write", file_, "make room there, or name another disk");
  ::posix_fadvise(fd_, 0, 0, POSIX_FADV_DONTNEED);  // so that it is read from the disk, as far as the system lets us
}

std::string BackupTarget::read() { return next_piece(fd_, unfinished_); }

void BackupTarget::keep() {
  if (!is_file()) return;
  const unsigned how = over_ ? 0U : RENAME_NOREPLACE;
  int result = ::renameat2(AT_FDCWD, unfinished_.c_str(), AT_FDCWD, file_.c_str(), how);
  if (result != 0 && errno == EINVAL && !exists(file_)) result = ::rename(unfinished_.c_str(), file_.c_str());
  if (result != 0) throw file_failed("no backup was made: cannot name it", file_, "choose another name");
  unfinished_.clear();
  const int folder = ::open(folder_of(file_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder >= 0) {
    ::fsync(folder);
    ::close(folder);
  }
}

BackupSource::BackupSource(const std::string& file) : file_(file) {
  fd_ = file == "-" ? STDIN_FILENO : ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (fd_ < 0) throw file_failed("cannot read", file, "duolog restore FILE wants what duolog backup has made");
}

BackupSource::~BackupSource() {
  if (fd_ > STDERR_FILENO) ::close(fd_);
}

std::string BackupSource::read() { return next_piece(fd_, file_); }

std::uint64_t BackupSource::size() const {
  struct stat found{};
  return ::fstat(fd_, &found) == 0 && S_ISREG(found.st_mode) ? static_cast<std::uint64_t>(found.st_size) : 0;
}

}  // namespace duolog::client
