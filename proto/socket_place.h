// socket_place.h: where a person's tools and their daemon meet. Both sides compute it here, so they cannot disagree.
//
// With a home given, everything lives under it: <home>/run/control.sock. Without: $XDG_RUNTIME_DIR/duolog/control.sock,
// or <data folder>/run/control.sock where there is no runtime folder. A runtime folder comes and goes with its session,
// and a job at night has none: so the daemon also says beside the database where it listens, and who finds nobody at
// the one place looks at the other. A path longer than a socket address can hold is reached through /proc/self/fd, so
// no home is too deep.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace duolog::proto {

// The folders of one person's device. `home` is --home or DUOLOG_HOME; empty: the XDG folders.
// Throws std::runtime_error when neither a home nor $HOME is known.
struct Places {
  std::filesystem::path data;     // database, vault, key file, lock
  std::filesystem::path config;   // config.toml
  std::filesystem::path state;    // notes
  std::filesystem::path runtime;  // the socket's folder, 0700
  [[nodiscard]] std::filesystem::path socket() const { return runtime / "control.sock"; }
  // Held by the daemon of this database. Two lines: its process, for people, and its socket.
  [[nodiscard]] std::filesystem::path lock() const { return data / "lock"; }
};
Places places(const std::filesystem::path& home);

// The socket that the lock's last holder named, alive or not; nullopt where it names none.
std::optional<std::filesystem::path> socket_named_by_lock(const Places& places);

// A daemon has this database, also one that answers nobody any more because it is ending.
bool is_held(const Places& places);

// A path for sun_path: `socket` itself where it fits, else one through a folder descriptor that this object holds.
class SocketAddress {
 public:
  explicit SocketAddress(const std::filesystem::path& socket);  // throws std::system_error
  ~SocketAddress();
  SocketAddress(const SocketAddress&) = delete;
  SocketAddress& operator=(const SocketAddress&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  int folder_ = -1;
  std::string path_;
};

}  // namespace duolog::proto
