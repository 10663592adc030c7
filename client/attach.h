// attach.h: files that go with an entry: opened and looked at before anything is written, sent piece by piece before it
// is saved. The daemon seals them; this program holds no key.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <string>
#include <vector>

#include "client/verbs.h"

namespace duolog::client {

inline constexpr std::uint64_t kAttachmentLimit = std::uint64_t{1}
                                                  << 30;  // bytes of a file; the daemon holds to it too
inline constexpr std::size_t kPieceLength = 256 << 10;

// One file for the next entry on this connection. `fill` puts the next bytes into a piece of the length that they have,
// or throws; `told` hears how many are sealed and durable. Throws Failure.
void send_file(Daemon& daemon, const std::string& name, std::uint64_t size,
               const std::function<void(std::string& piece)>& fill, const std::function<void(std::uint64_t)>& told);

class FilesToAttach {
 public:
  // Throws Failure where one is missing, is no ordinary file, or too long; `-` is none.
  explicit FilesToAttach(const std::vector<std::string>& paths);
  ~FilesToAttach();
  FilesToAttach(const FilesToAttach&) = delete;
  FilesToAttach& operator=(const FilesToAttach&) = delete;

  [[nodiscard]] bool empty() const { return files_.empty(); }
  [[nodiscard]] std::size_t count() const { return files_.size(); }
  // For the next entry on this connection. Throws Failure, also where a file is not what it was when it was opened.
  void send(Context& context);

 private:
  struct File {
    std::string path;
    std::string name;
    std::uint64_t size = 0;
    int fd = -1;
  };
  static File opened(const std::string& path);
  static void send(Context& context, const File& file);
  std::list<File> files_;
};

}  // namespace duolog::client
