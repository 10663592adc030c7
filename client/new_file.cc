// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/new_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "client/failure.h"
#include "client/sanitise.h"

namespace duolog::client {
namespace {

constexpr std::string_view kHidden = ".duolog-";  // then digits
constexpr std::string_view kPart = ".part";
constexpr mode_t kOnlyOurs = 0600;  // it was private, and what is saved of it is

std::string hidden_name() {
  std::uint64_t chance = 0;
  static_cast<void>(::getrandom(&chance, sizeof(chance), 0) < 0);
  return std::string(kHidden) + std::to_string(chance) + std::string(kPart);
}

bool is_hidden_name(std::string_view name) {
  if (!name.starts_with(kHidden) || !name.ends_with(kPart)) return false;
  name = name.substr(kHidden.size(), name.size() - kHidden.size() - kPart.size());
  return !name.empty() && name.find_first_not_of("0123456789") == std::string_view::npos;
}

// Where a file system knows no locks, it is not held, and nobody sweeps it either.
bool hold(int fd) { return ::flock(fd, LOCK_EX | LOCK_NB) == 0; }

}  // namespace

NewFile::NewFile(const std::string& folder) : folder_(folder.empty() ? "." : folder) {
  folder_fd_ = ::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder_fd_ < 0) refuse(errno);
  sweep();
  fd_ = ::openat(folder_fd_, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, kOnlyOurs);
  if (fd_ < 0) {
    hidden_ = hidden_name();
    fd_ = ::openat(folder_fd_, hidden_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kOnlyOurs);
  }
  if (fd_ < 0) {
    const int why = errno;
    ::close(folder_fd_);
    refuse(why);
  }
  static_cast<void>(hold(fd_));
}

NewFile::~NewFile() {
  if (!hidden_.empty()) ::unlinkat(folder_fd_, hidden_.c_str(), 0);
  ::close(fd_);
  ::close(folder_fd_);
}

// What a kill has left.
void NewFile::sweep() const {
  const int listed = ::openat(folder_fd_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR* folder = listed >= 0 ? ::fdopendir(listed) : nullptr;
  if (folder == nullptr) return;
  std::vector<std::string> left;
  while (const dirent* entry = ::readdir(folder))
    if (is_hidden_name(entry->d_name)) left.emplace_back(entry->d_name);
  ::closedir(folder);
  for (const auto& one : left) take_away(one);
}

// A file of one's own, that nobody is writing.
void NewFile::take_away(const std::string& left) const {
  struct stat found{};
  if (::fstatat(folder_fd_, left.c_str(), &found, AT_SYMLINK_NOFOLLOW) != 0) return;
  if (found.st_uid != ::geteuid() || !S_ISREG(found.st_mode)) return;
  const int fd = ::openat(folder_fd_, left.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return;
  if (hold(fd)) ::unlinkat(folder_fd_, left.c_str(), 0);
  ::close(fd);
}

void NewFile::refuse(int why) const {
  throw Failure(Exit::kFailed, "CANNOT_SAVE",
                "nothing can be saved in " + sanitise_line(folder_) + ": " + std::strerror(why),
                "-o names another folder, or a file");
}

void NewFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(fd_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) refuse(written < 0 ? errno : ENOSPC);
    bytes.remove_prefix(static_cast<std::size_t>(written));
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
