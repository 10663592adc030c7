// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/new_file.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "client/failure.h"
#include "client/sanitise.h"

namespace duolog::client {
namespace {

constexpr mode_t kOnlyOurs = 0600;  // it was private, and what is saved of it is

std::string hidden_name() {
  std::uint64_t chance = 0;
  static_cast<void>(::getrandom(&chance, sizeof(chance), 0) < 0);
  return ".duolog-" + std::to_string(chance) + ".part";
}

}  // namespace

NewFile::NewFile(const std::string& folder) : folder_(folder.empty() ? "." : folder) {
  folder_fd_ = ::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder_fd_ < 0) refuse(errno);
  fd_ = ::openat(folder_fd_, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, kOnlyOurs);
  if (fd_ >= 0) return;
  const auto name = hidden_name();
  fd_ = ::openat(folder_fd_, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kOnlyOurs);
  if (fd_ < 0) {
    const int why = errno;
    ::close(folder_fd_);
    refuse(why);
  }
  hidden_ = name;
}

NewFile::~NewFile() {
  if (!hidden_.empty()) ::unlinkat(folder_fd_, hidden_.c_str(), 0);
  ::close(fd_);
  ::close(folder_fd_);
}

void NewFile::refuse(int why) const {
  throw Failure(Exit::kFailed, "CANNOT_SAVE",
                "nothing can be saved in " + sanitise_line(folder_) + ": " + std::strerror(why),
                "-o names another folder, or a file");
}

void NewFile::write(std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(fd_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) refuse(written < 0 ? errno : ENOSPC);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

// A link is made only where nothing is: it neither follows nor replaces.
bool NewFile::link_as(const std::string& name) {
  const auto own = "/proc/self/fd/" + std::to_string(fd_);
  const int linked = hidden_.empty() ? ::linkat(AT_FDCWD, own.c_str(), folder_fd_, name.c_str(), AT_SYMLINK_FOLLOW)
                                     : ::linkat(folder_fd_, hidden_.c_str(), folder_fd_, name.c_str(), 0);
  if (linked == 0) return true;
  if (errno == EEXIST) return false;
  // A file system without hard links: the last one to ask whether something is there.
  if (!hidden_.empty() && ::renameat2(folder_fd_, hidden_.c_str(), folder_fd_, name.c_str(), RENAME_NOREPLACE) == 0) {
    hidden_.clear();
    return true;
  }
  if (errno == EEXIST) return false;
  refuse(errno);
}

void NewFile::make_durable() {
  if (::fsync(fd_) != 0) refuse(errno);
}

bool NewFile::appear_as(const std::string& name) {
  make_durable();
  if (!link_as(name)) return false;
  static_cast<void>(::fsync(folder_fd_));  // of a folder that cannot be synced the file is there all the same
  return true;
}

void NewFile::replace(const std::string& name) {
  make_durable();
  if (hidden_.empty()) {
    const auto beside = hidden_name();
    if (!link_as(beside)) refuse(EEXIST);
    hidden_ = beside;
  }
  if (::renameat(folder_fd_, hidden_.c_str(), folder_fd_, name.c_str()) != 0) refuse(errno);
  hidden_.clear();
  static_cast<void>(::fsync(folder_fd_));
}

bool NewFile::name_is_taken(const std::string& name) const {
  struct stat found{};
  return ::fstatat(folder_fd_, name.c_str(), &found, AT_SYMLINK_NOFOLLOW) == 0;
}

}  // namespace duolog::client
