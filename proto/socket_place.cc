// socket_place.cc: the folders of one person's device, and a socket path that always fits.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "proto/socket_place.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace duolog::proto {
namespace {

namespace fs = std::filesystem;

// An XDG variable counts only when it holds an absolute path; so says the XDG specification.
std::optional<fs::path> folder_in_environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || value[0] != '/') return std::nullopt;
  return fs::path(value);
}

fs::path xdg_folder(const char* variable, const char* below_home) {
  if (const auto set = folder_in_environment(variable)) return *set / "duolog";
  const auto home = folder_in_environment("HOME");
  if (!home) throw std::runtime_error("neither --home nor HOME says where duolog's folders are");
  return *home / below_home / "duolog";
}

// The runtime folder vanishes at logout and is somebody else's after su: then it is as if there were none.
bool is_own_folder(const fs::path& folder) {
  struct stat found{};
  return ::stat(folder.c_str(), &found) == 0 && S_ISDIR(found.st_mode) && found.st_uid == ::geteuid();
}

// Absolute, and without the trailing "/" or "/." behind which a symbolic link would hide.
fs::path as_given(const fs::path& home) {
  fs::path absolute = fs::absolute(home);
  while (absolute.has_parent_path() && (absolute.filename().empty() || absolute.filename() == ".")) {
    if (absolute == absolute.parent_path()) break;
    absolute = absolute.parent_path();
  }
  return absolute;
}

}  // namespace

Places places(const fs::path& home) {
  if (!home.empty()) {
    const fs::path folder = as_given(home);
    return {folder, folder, folder, folder / "run"};
  }
  Places found;
  found.data = xdg_folder("XDG_DATA_HOME", ".local/share");
  found.config = xdg_folder("XDG_CONFIG_HOME", ".config");
  found.state = xdg_folder("XDG_STATE_HOME", ".local/state");
  const auto runtime = folder_in_environment("XDG_RUNTIME_DIR");
  found.runtime = runtime && is_own_folder(*runtime) ? *runtime / "duolog" : found.data / "run";
  return found;
}

// By the lock that names its holder: asking for the other one would take it.
bool is_held(const Places& places) {
  const int fd = ::open(places.lock().c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return false;
  struct flock tag{};
  tag.l_type = F_WRLCK;
  tag.l_whence = SEEK_SET;
  const bool held = ::fcntl(fd, F_GETLK, &tag) == 0 && tag.l_type != F_UNLCK;
  ::close(fd);
  return held;
}

std::optional<fs::path> socket_named_by_lock(const Places& places) {
  std::ifstream lock(places.lock());
  std::string process;
  std::string socket;
  if (!std::getline(lock, process) || !std::getline(lock, socket) || !socket.starts_with('/')) return std::nullopt;
  return socket;
}

SocketAddress::SocketAddress(const fs::path& socket) : path_(socket.string()) {
  if (path_.size() < sizeof(sockaddr_un::sun_path)) return;
  folder_ = ::open(socket.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (folder_ < 0) throw std::system_error(errno, std::generic_category(), socket.parent_path().string());
  path_ = "/proc/self/fd/" + std::to_string(folder_) + "/" + socket.filename().string();
}

SocketAddress::~SocketAddress() {
  if (folder_ >= 0) ::close(folder_);
}

}  // namespace duolog::proto
