// home.cc: the folders, made or refused, and their locks.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/home/home.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <system_error>

#include "crypto/check.h"
#include "daemon/home/descriptor.h"

namespace duolog::home {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kOnlyOurs = 0700;
constexpr mode_t kOthersMayWrite = S_IWGRP | S_IWOTH;
constexpr mode_t kOthersMayAnything = S_IRWXG | S_IRWXO;

std::system_error failed(const fs::path& what) { return {errno, std::generic_category(), what.string()}; }

void make_folder(const fs::path& folder) {
  if (folder.has_parent_path()) fs::create_directories(folder.parent_path());
  if (::mkdir(folder.c_str(), kOnlyOurs) == 0) return sync_folder(folder.parent_path());
  if (errno != EEXIST) throw failed(folder);
}

// Opened without following a link, then judged by what was opened: nothing can be exchanged in between.
Descriptor open_own_folder(const fs::path& folder) {
  struct stat found{};
  if (::lstat(folder.c_str(), &found) == 0 && S_ISLNK(found.st_mode)) {
    throw std::runtime_error(
        fmt::format("{} is a symbolic link\nhint: name the folder it leads to with --home", folder.string()));
  }
  Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!opened.is_open() || ::fstat(opened.get(), &found) != 0) throw failed(folder);
  if (found.st_uid != ::geteuid()) {
    throw std::runtime_error(fmt::format("{} belongs to another user (uid {})\nhint: use a folder of your own",
                                         folder.string(), found.st_uid));
  }
  if ((found.st_mode & kOthersMayWrite) != 0) {
    throw std::runtime_error(fmt::format(
        "{0} can be written by others\nhint: chmod go-w '{0}', after looking at what is in it", folder.string()));
  }
  return opened;
}

void close_to_others(const Descriptor& folder, const fs::path& name) {
  struct stat found{};
  if (::fstat(folder.get(), &found) != 0) throw failed(name);
  if ((found.st_mode & kOthersMayAnything) != 0 && ::fchmod(folder.get(), kOnlyOurs) != 0) throw failed(name);
}

int pid_in(int fd) {
  std::array<char, 16> text{};
  const ssize_t length = ::pread(fd, text.data(), text.size(), 0);
  int pid = 0;
  if (length > 0) std::from_chars(text.data(), text.data() + length, pid);
  return pid;
}

void write_pid(int fd, const fs::path& file) {
  const std::string pid = fmt::format("{}\n", ::getpid());
  if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
    throw failed(file);
  }
}

Descriptor locked(const fs::path& file) {
  Descriptor opened(::open(file.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!opened.is_open()) throw failed(file);
  if (::flock(opened.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) throw AlreadyRunning(pid_in(opened.get()));
    throw failed(file);
  }
  return opened;
}

}  // namespace

AlreadyRunning::AlreadyRunning(int pid_of_other)
    : std::runtime_error(pid_of_other > 0 ? fmt::format("duologd is already running here (pid {})", pid_of_other)
                                          : std::string("duologd is already running here")),
      pid(pid_of_other) {}

Home::Home(const fs::path& home) : places_(proto::places(home)) {
  for (const fs::path& folder : {places_.data, places_.state, places_.runtime}) {
    make_folder(folder);
    const Descriptor opened = open_own_folder(folder);
    if (folder == places_.runtime) close_to_others(opened, folder);
  }
}

Home::~Home() {
  // And with them the locks; the files stay, for they are what others lock.
  for (const int fd : lock_fds_) {
    if (fd >= 0) ::close(fd);
  }
}

// One lock would not do: two data folders can share one runtime folder, and whoever starts second there would take the
// live socket of the first for a stale one.
void Home::lock() {
  check(lock_fds_[0] < 0, "the home is locked twice");
  Descriptor data = locked(places_.data / "lock");
  Descriptor runtime = locked(places_.runtime / "lock");
  write_pid(data.get(), places_.data / "lock");
  write_pid(runtime.get(), places_.runtime / "lock");
  lock_fds_ = {data.release(), runtime.release()};
}

void sync_folder(const fs::path& folder) {
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened.is_open() || ::fsync(opened.get()) != 0) throw failed(folder);
}

}  // namespace duolog::home
