// home.cc: the folders, made or refused, and their locks.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/home/home.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>
#include <utility>

#include "crypto/check.h"
#include "daemon/home/descriptor.h"

namespace duolog::home {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kOnlyOurs = 0700;
constexpr mode_t kOthersMayWrite = S_IWGRP | S_IWOTH;
constexpr mode_t kOthersMayAnything = S_IRWXG | S_IRWXO;
constexpr std::size_t kLongestDatabasePath = 512 - 8;  // SQLite's, with room for "-journal"
constexpr std::chrono::milliseconds kNameTagPatience{1000};
constexpr std::chrono::milliseconds kNameTagLook{5};

std::system_error failed(const fs::path& what) { return {errno, std::generic_category(), what.string()}; }

std::runtime_error unusable(const fs::path& folder, const std::error_code& why) {
  return std::runtime_error(
      fmt::format("the folder {} cannot be used: {}; nothing was changed\n"
                  "hint: look at it and at the disk it is on, or name another with --home",
                  folder.string(), why.message()));
}
std::error_code last_error() { return {errno, std::generic_category()}; }

// With its parents, each of which is to be found again after a power cut.
void make_folder(const fs::path& folder) {
  std::error_code unknown;
  if (folder.has_parent_path() && !fs::exists(folder.parent_path(), unknown)) make_folder(folder.parent_path());
  if (::mkdir(folder.c_str(), kOnlyOurs) == 0) {
    return sync_folder(folder.has_parent_path() ? folder.parent_path() : fs::path("."));
  }
  if (errno != EEXIST) throw unusable(folder, last_error());
}

// Opened without following a link, then judged by what was opened: nothing can be exchanged in between.
Descriptor open_own_folder(const fs::path& folder) {
  struct stat found{};
  if (::lstat(folder.c_str(), &found) == 0 && S_ISLNK(found.st_mode)) {
    throw std::runtime_error(fmt::format(
        "{} is a symbolic link; nothing was changed\nhint: name the folder it leads to with --home", folder.string()));
  }
  Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!opened.is_open() || ::fstat(opened.get(), &found) != 0) throw unusable(folder, last_error());
  if (found.st_uid != ::geteuid()) {
    throw std::runtime_error(
        fmt::format("{} belongs to another user (uid {}); nothing was changed\nhint: use a folder of your own",
                    folder.string(), found.st_uid));
  }
  if ((found.st_mode & kOthersMayWrite) != 0) {
    throw std::runtime_error(fmt::format(
        "{0} can be written by others; nothing was changed\nhint: chmod go-w '{0}', after looking at what is in it",
        folder.string()));
  }
  return opened;
}

void close_to_others(const Descriptor& folder, const fs::path& name) {
  struct stat found{};
  if (::fstat(folder.get(), &found) != 0) throw failed(name);
  if ((found.st_mode & kOthersMayAnything) != 0 && ::fchmod(folder.get(), kOnlyOurs) != 0) throw failed(name);
}

// flock() keeps the others out and tells nobody's name. This one is there for its name alone, which the kernel keeps
// true: what stands in the file may be a killed daemon's pid, and somebody else's by now.
struct flock name_tag() {
  struct flock tag{};
  tag.l_type = F_WRLCK;
  tag.l_whence = SEEK_SET;
  return tag;
}

// 0: whoever holds it has not put its name on it within a moment.
int pid_of_holder(int fd) {
  for (auto tries = kNameTagPatience / kNameTagLook; tries > 0; --tries) {
    struct flock tag = name_tag();
    if (::fcntl(fd, F_GETLK, &tag) != 0) return 0;
    if (tag.l_type != F_UNLCK) return tag.l_pid;
    std::this_thread::sleep_for(kNameTagLook);
  }
  return 0;
}

// On a full disk people do without.
void write_holder(int fd, const proto::Places& places) {
  const std::string text = fmt::format("{}\n{}\n", ::getpid(), places.socket().string());
  if (::ftruncate(fd, 0) == 0) static_cast<void>(::pwrite(fd, text.data(), text.size(), 0) < 0);
}

Descriptor locked(const fs::path& file) {
  Descriptor opened(::open(file.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!opened.is_open()) throw failed(file);
  if (::flock(opened.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) throw AlreadyRunning(pid_of_holder(opened.get()));
    throw failed(file);
  }
  struct flock tag = name_tag();
  (void)::fcntl(opened.get(), F_SETLK, &tag);  // where it cannot be had, the other is not named
  return opened;
}

void make_socket_folder(const fs::path& folder) {
  make_folder(folder);
  close_to_others(open_own_folder(folder), folder);
}

}  // namespace

AlreadyRunning::AlreadyRunning(int pid_of_other)
    : std::runtime_error(pid_of_other > 0 ? fmt::format("duologd is already running here (pid {})", pid_of_other)
                                          : std::string("duologd is already running here")),
      pid(pid_of_other) {}

Home::Home(const fs::path& home) : given_(home), places_(proto::places(home)) {
  if (database().string().size() > kLongestDatabasePath) {
    throw std::runtime_error(
        fmt::format("the folder {} is too deep: its name may have {} bytes; nothing was changed\nhint: name a shorter "
                    "one with --home",
                    places_.data.string(), kLongestDatabasePath - database().filename().string().size() - 1));
  }
  for (const fs::path& folder : {places_.data, places_.state}) {
    make_folder(folder);
    open_own_folder(folder);
  }
  make_socket_folder(places_.runtime);
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
  Descriptor data = locked(places_.lock());
  Descriptor runtime = locked(places_.runtime / "lock");
  write_holder(data.get(), places_);
  lock_fds_ = {data.release(), runtime.release()};
}

void Home::move_house() {
  check(lock_fds_[0] >= 0, "a home moves that is not locked");
  places_.runtime = proto::places(given_).runtime;
  make_socket_folder(places_.runtime);
  ::close(std::exchange(lock_fds_[1], -1));  // where the folder is the old one, it must not keep us out
  lock_fds_[1] = locked(places_.runtime / "lock").release();
  write_holder(lock_fds_[0], places_);
}

void sync_folder(const fs::path& folder) {
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened.is_open() || ::fsync(opened.get()) != 0) throw failed(folder);
}

}  // namespace duolog::home
