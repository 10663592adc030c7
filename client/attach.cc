// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/attach.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "client/file_name.h"
#include "client/keeping.h"
#include "client/progress.h"
#include "client/sanitise.h"
#include "client/words.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

Failure unfit(const std::string& path, const std::string& why, const std::string& hint = {}) {
  return {Exit::kFailed, "CANNOT_ATTACH", sanitise_line(path) + " " + why + "; nothing was saved", hint};
}

Failure changed(const std::string& path) {
  return unfit(path, "has changed while it was read", "wait until whoever writes it is done");
}

// As many bytes as there should be, or fewer at the end of the file.
std::size_t read_of(const std::string& path, int fd, char* into, std::size_t length) {
  const auto have = read_up_to(fd, into, length);
  if (!have) throw unfit(path, std::string("cannot be read: ") + std::strerror(errno));
  return *have;
}

}  // namespace

void send_file(Daemon& daemon, const std::string& name, std::uint64_t size,
               const std::function<void(std::string& piece)>& fill, const std::function<void(std::uint64_t)>& told) {
  control::Request begin;
  begin.mutable_attach()->set_name(name);
  begin.mutable_attach()->set_media_type(media_type_of(name));
  begin.mutable_attach()->set_size(static_cast<std::uint32_t>(size));
  daemon.ask_one(begin, kDurable);
  for (std::uint64_t done = 0; done < size;) {
    std::string piece(static_cast<std::size_t>(std::min<std::uint64_t>(kPieceLength, size - done)), '\0');
    fill(piece);
    control::Request request;
    request.mutable_attach_piece()->set_data(std::move(piece));
    done = daemon.ask_one(request, kDurable).attach().stored();
    told(done);
  }
}

FilesToAttach::FilesToAttach(const std::vector<std::string>& paths) {
  for (const auto& path : paths) files_.push_back(opened(path));
}

FilesToAttach::~FilesToAttach() {
  for (const auto& file : files_) ::close(file.fd);
}

FilesToAttach::File FilesToAttach::opened(const std::string& path) {
  if (path == "-") {
    throw wrong_usage("--attach takes files, not standard input", "save it to a file first; its name goes with it");
  }
  File file{path, std::filesystem::path(path).filename().string(), 0, -1};
  file.fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file.fd < 0) throw unfit(path, std::string("cannot be opened: ") + std::strerror(errno));
  struct stat found{};
  const bool ordinary = ::fstat(file.fd, &found) == 0 && S_ISREG(found.st_mode);
  file.size = ordinary ? static_cast<std::uint64_t>(found.st_size) : 0;
  if (ordinary && file.size <= kAttachmentLimit) return file;
  ::close(file.fd);
  if (!ordinary) throw unfit(path, "is no ordinary file", "a folder goes as an archive: zip, or tar");
  throw unfit(path, "is longer than " + size_text(kAttachmentLimit), "split it: split -b 1000M");
}

void FilesToAttach::send(Context& context) {
  for (const auto& file : files_) send(context, file);
}

void FilesToAttach::send(Context& context, const File& file) {
  Progress progress("attaching " + sanitise_line(file.name), file.size, context.out.json());
  if (::lseek(file.fd, 0, SEEK_SET) != 0) throw changed(file.path);
  const auto fill = [&file](std::string& piece) {
    if (read_of(file.path, file.fd, piece.data(), piece.size()) != piece.size()) throw changed(file.path);
  };
  send_file(context.daemon, file.name, file.size, fill, [&progress](std::uint64_t done) { progress.at(done); });
  char more = 0;
  if (read_of(file.path, file.fd, &more, 1) != 0) throw changed(file.path);
}

}  // namespace duolog::client
