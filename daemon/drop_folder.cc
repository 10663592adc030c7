// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/drop_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <memory>
#include <system_error>

#include "crypto/secret.h"

namespace duolog {
namespace {

constexpr std::size_t kDigits = 16;
constexpr std::string_view kEnd = ".duolog";
constexpr std::string_view kPartBegin = ".duolog-";
constexpr std::string_view kPartEnd = ".part";
constexpr std::int64_t kSecondsOfADay = 24 * 60 * 60;

[[noreturn]] void refuse(const std::string& what) { throw std::system_error(errno, std::generic_category(), what); }

bool is_part_name(std::string_view name) {
  if (!name.starts_with(kPartBegin) || !name.ends_with(kPartEnd)) return false;
  name.remove_prefix(kPartBegin.size());
  name.remove_suffix(kPartEnd.size());
  return is_drop_name(std::string(name) + std::string(kEnd));
}

int open_folder(const std::filesystem::path& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) refuse(folder.string());
  return fd;
}

}  // namespace

std::string drop_name() { return hex(crypto::random_bytes(kDigits / 2)) + std::string(kEnd); }

bool is_drop_name(std::string_view name) {
  return name.size() == kDigits + kEnd.size() && name.ends_with(kEnd) &&
         name.substr(0, kDigits).find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::vector<DropFolder::Found> DropFolder::look() const {
  const int fd = open_folder(folder_);
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(::fdopendir(fd), ::closedir);
  if (!entries) refuse(folder_.string());
  std::vector<Found> found;
  for (std::size_t read = 0; read < kNamesRead && found.size() < kFilesFound; ++read) {
    const dirent* entry = ::readdir(entries.get());
    if (entry == nullptr) break;
    const std::string name = entry->d_name;
    const bool is_part = is_part_name(name);
    struct stat is{};
    if (!is_part && !is_drop_name(name)) continue;
    if (::fstatat(fd, name.c_str(), &is, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(is.st_mode)) continue;
    if (!is_part) {
      found.push_back({name, static_cast<std::uint64_t>(is.st_size),
                       is.st_mtim.tv_sec * std::int64_t{1'000'000'000} + is.st_mtim.tv_nsec, is.st_ino});
    } else if (is.st_uid == ::geteuid() && is.st_mtim.tv_sec + kSecondsOfADay < ::time(nullptr)) {
      ::unlinkat(fd, name.c_str(), 0);
    }
  }
  std::ranges::sort(found);
  return found;
}

home::Descriptor DropFolder::open(const std::string& name) const {
  home::Descriptor file(::open((folder_ / name).c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  struct stat is{};
  if (!file.is_open() || ::fstat(file.get(), &is) != 0 || !S_ISREG(is.st_mode)) return home::Descriptor(-1);
  return file;
}

bool DropFolder::has(const std::string& name) const {
  struct stat is{};
  return ::lstat((folder_ / name).c_str(), &is) == 0 && S_ISREG(is.st_mode);
}

// A folder that is not there (a stick that was pulled out) still has the file.
void DropFolder::remove(const std::string& name) const {
  const home::Descriptor folder(open_folder(folder_));
  struct stat is{};
  if (::fstatat(folder.get(), name.c_str(), &is, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno != ENOENT) refuse(folder_.string());
    return;
  }
  if (S_ISREG(is.st_mode) && ::unlinkat(folder.get(), name.c_str(), 0) != 0 && errno != ENOENT)
    refuse(folder_.string());
}

DropFolder::Writing::Writing(const std::filesystem::path& folder, std::string name)
    : folder_(open_folder(folder)),
      name_(std::move(name)),
      part_(std::string(kPartBegin) + name_.substr(0, kDigits) + std::string(kPartEnd)),
      file_(::openat(folder_.get(), part_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)) {
  if (!file_.is_open()) refuse(folder.string());
  // Whoever may read the folder may read what is sealed in it: the other may be another user of this machine.
  struct stat is{};
  if (::fstat(folder_.get(), &is) == 0) ::fchmod(file_.get(), 0600 | (is.st_mode & 0044));
}

DropFolder::Writing::~Writing() {
  if (!kept_ && file_.is_open()) ::unlinkat(folder_.get(), part_.c_str(), 0);
}

void DropFolder::Writing::write(ByteView bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(file_.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) refuse("a file in the drop box");
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void DropFolder::Writing::keep() {
  if (::fsync(file_.get()) != 0) refuse("a file in the drop box");
  if (::renameat(folder_.get(), part_.c_str(), folder_.get(), name_.c_str()) != 0) refuse("a file in the drop box");
  kept_ = true;
  static_cast<void>(::fsync(folder_.get()));  // of a folder that cannot be synced the file is there all the same
}

}  // namespace duolog
