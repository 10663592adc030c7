// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/export/private_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <vector>

#include "client/failure.h"
#include "client/sanitise.h"

namespace duolog::client {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kBuffer = 1 << 16;
constexpr const char* kMark = ".duolog-export";  // in a folder that an export has made
constexpr std::string_view kUnfinished = ".unfinished-";
constexpr std::string_view kEarlier = ".earlier-";  // that steps aside for a new one
constexpr std::size_t kChance = 8;                  // bytes, in hexadecimal at the end of a name

[[noreturn]] void fail(const fs::path& place, int why) {
  throw Failure(
      Exit::kFailed, "NOT_WRITTEN",
      "not exported: " + sanitise_line(place.string()) + ": " + std::strerror(why) + "; nothing half-written is left",
      why == ENOSPC || why == EDQUOT ? "your journal is as it was; make room on that disk, or name another place"
                                     : "your journal is as it was; name another place");
}

[[noreturn]] void fail_taken(const fs::path& place, const char* hint) {
  throw Failure(Exit::kFailed, "EXISTS", sanitise_line(place.string()) + " is there already; nothing was written",
                hint);
}

std::string beginning_beside(const fs::path& place, std::string_view what) {
  return "." + place.filename().string().substr(0, 200) + std::string(what);
}

fs::path named_beside(const fs::path& place, std::string_view what = kUnfinished) {
  std::array<unsigned char, kChance> chance{};
  if (::getrandom(chance.data(), chance.size(), 0) != static_cast<ssize_t>(chance.size())) fail(place, errno);
  std::string name = beginning_beside(place, what);
  for (const auto byte : chance) {
    name += "0123456789abcdef"[byte >> 4];
    name += "0123456789abcdef"[byte & 15];
  }
  return place.parent_path() / name;
}

bool is_named_beside(std::string_view name, const fs::path& place, std::string_view what) {
  const auto beginning = beginning_beside(place, what);
  if (!name.starts_with(beginning) || name.size() != beginning.size() + 2 * kChance) return false;
  return name.find_first_not_of("0123456789abcdef", beginning.size()) == std::string_view::npos;
}

// Where a file system knows no locks, it is not held, and nobody sweeps it either.
bool hold(int fd) { return ::flock(fd, LOCK_EX | LOCK_NB) == 0; }

void take_away(const fs::path& left) {
  struct stat found{};
  if (::lstat(left.c_str(), &found) != 0 || found.st_uid != ::geteuid()) return;
  if (!S_ISREG(found.st_mode) && !S_ISDIR(found.st_mode)) return;
  const int fd = ::open(left.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return;
  std::error_code trouble;
  if (hold(fd)) fs::remove_all(left, trouble);
  ::close(fd);
}

fs::path settled(const fs::path& place) {
  auto whole = fs::absolute(place).lexically_normal();
  return whole.has_filename() ? whole : whole.parent_path();
}

// 0, or why not.
int write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto wrote = ::write(fd, text.data(), text.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return wrote < 0 ? errno : EIO;
    text.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return 0;
}

void flush_folder(const fs::path& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  static_cast<void>(::fsync(fd));  // some file systems cannot; the files themselves are flushed
  ::close(fd);
}

// Nothing is replaced but what `replace` allows, whoever was quicker.
void put_in_place(const fs::path& from, const fs::path& to, bool replace) {
  const unsigned flags = replace ? 0 : RENAME_NOREPLACE;
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), flags) == 0) return flush_folder(to.parent_path());
  if (errno == EEXIST || errno == ENOTEMPTY) fail_taken(to, "another name, or --yes to replace it");
  if (errno != EINVAL || replace) fail(to, errno);
  // A file system that knows no such rename.
  if (fs::exists(fs::symlink_status(to))) fail_taken(to, "another name, or --yes to replace it");
  if (::rename(from.c_str(), to.c_str()) != 0) fail(to, errno);
  flush_folder(to.parent_path());
}

}  // namespace

void check_place(const fs::path& given, bool folder, bool replace) {
  const auto place = settled(given);
  std::error_code trouble;
  const auto there = fs::symlink_status(place, trouble);
  if (!fs::exists(there)) {
    if (!fs::is_directory(place.parent_path(), trouble)) fail(place.parent_path(), ENOENT);
    return;
  }
  if (!folder) {
    if (fs::is_directory(there)) fail(place, EISDIR);
    if (!replace) fail_taken(place, "another name, or --yes to replace it");
    return;
  }
  if (!fs::is_directory(there)) fail_taken(place, "a folder is written: another name");
  if (fs::is_empty(place, trouble)) return;
  if (!fs::exists(place / kMark)) fail_taken(place, "it is no earlier export, so it is never replaced: another name");
  if (!replace) fail_taken(place, "another name, or --yes to replace that export");
}

void sweep_unfinished(const fs::path& given) {
  const auto place = settled(given);
  std::error_code trouble;
  // Killed between two renames, the earlier export is the only whole one.
  const bool whole = fs::exists(fs::symlink_status(place, trouble));
  std::vector<fs::path> left;
  for (const auto& entry : fs::directory_iterator(place.parent_path(), trouble)) {
    const auto name = entry.path().filename().string();
    if (is_named_beside(name, place, kUnfinished) || (whole && is_named_beside(name, place, kEarlier)))
      left.push_back(entry.path());
  }
  for (const auto& one : left) take_away(one);
}

// ---- a file ----

PrivateFile::PrivateFile(const fs::path& place) : place_(settled(place)), unfinished_(named_beside(place_)) {
  fd_ = ::open(unfinished_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd_ < 0) fail(place_, errno);
  static_cast<void>(hold(fd_));
}

PrivateFile::~PrivateFile() {
  if (fd_ >= 0) ::close(fd_);
  if (!unfinished_.empty()) ::unlink(unfinished_.c_str());
}

void PrivateFile::write(std::string_view text) {
  buffer_ += text;
  if (buffer_.size() >= kBuffer) flush();
}

void PrivateFile::flush() {
  if (const int why = write_all(fd_, buffer_); why != 0) fail(place_, why);
  buffer_.clear();
}

void PrivateFile::keep(bool replace) {
  flush();
  if (::fsync(fd_) != 0) fail(place_, errno);
  const int closed = ::close(std::exchange(fd_, -1));
  if (closed != 0) fail(place_, errno);
  put_in_place(unfinished_, place_, replace);
  unfinished_.clear();
}

// ---- a folder ----

PrivateFolder::PrivateFolder(const fs::path& place) : place_(settled(place)), unfinished_(named_beside(place_)) {
  if (::mkdir(unfinished_.c_str(), 0700) != 0) fail(place_, errno);
  fd_ = ::open(unfinished_.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd_ >= 0) static_cast<void>(hold(fd_));
}

PrivateFolder::~PrivateFolder() {
  std::error_code trouble;
  if (!unfinished_.empty()) fs::remove_all(unfinished_, trouble);
  if (fd_ >= 0) ::close(fd_);
}

void PrivateFolder::keep(bool replace) {
  PrivateFile mark(unfinished_ / kMark);
  mark.write("an export of Duolog made this folder; the next one replaces it when told to\n");
  mark.keep(false);
  check_place(place_, true, replace);
  if (!fs::exists(fs::symlink_status(place_))) {
    put_in_place(unfinished_, place_, false);
    unfinished_.clear();
    return;
  }
  // The old one steps aside, so that one of them is whole at any time.
  const auto old = named_beside(place_, kEarlier);
  if (::rename(place_.c_str(), old.c_str()) != 0) fail(place_, errno);
  if (::rename(unfinished_.c_str(), place_.c_str()) != 0) {
    const int why = errno;
    static_cast<void>(::rename(old.c_str(), place_.c_str()));
    fail(place_, why);
  }
  unfinished_.clear();
  flush_folder(place_.parent_path());
  std::error_code trouble;
  fs::remove_all(old, trouble);
}

void make_private_folder(const fs::path& place) {
  if (::mkdir(place.c_str(), 0700) == 0) return flush_folder(place.parent_path());
  if (errno != EEXIST) fail(place, errno);
}

// ---- aside ----

Aside::Aside(const fs::path& place) {
  const auto folder = settled(place).parent_path();
  fd_ = ::open(folder.c_str(), O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
  if (fd_ >= 0) return;
  const auto named = named_beside(folder / "aside");
  fd_ = ::open(named.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd_ < 0) fail(place, errno);
  ::unlink(named.c_str());
}

Aside::~Aside() { ::close(fd_); }

std::size_t Aside::put(std::string_view text) {
  const auto at = end_;
  buffer_ += text;
  end_ += text.size();
  if (buffer_.size() >= kBuffer) {
    if (const int why = write_all(fd_, buffer_); why != 0) fail("a file beside it", why);
    buffer_.clear();
  }
  return at;
}

std::string Aside::get(std::size_t at, std::size_t length) {
  if (const int why = write_all(fd_, buffer_); why != 0) fail("a file beside it", why);
  buffer_.clear();
  std::string text(length, '\0');
  for (std::size_t have = 0; have < length;) {
    const auto got = ::pread(fd_, text.data() + have, length - have, static_cast<off_t>(at + have));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) fail("a file beside it", got < 0 ? errno : EIO);
    have += static_cast<std::size_t>(got);
  }
  return text;
}

}  // namespace duolog::client
