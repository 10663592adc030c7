// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/mailbox/new_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "crypto/secret.h"
#include "daemon/home/home.h"

namespace duolog::mailbox {
namespace {

constexpr std::size_t kRandom = 8;

[[noreturn]] void refuse(const std::filesystem::path& what) {
  throw std::system_error(errno, std::generic_category(), what.string());
}

}  // namespace

NewFile::NewFile(std::filesystem::path folder)
    : folder_(std::move(folder)),
      part_(std::string(kPartBegin) + hex(crypto::random_bytes(kRandom))),
      file_(::open((folder_ / part_).c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)) {
  if (!file_.is_open()) refuse(folder_);
}

NewFile::~NewFile() {
  if (!kept_) ::unlink((folder_ / part_).c_str());
}

void NewFile::write_at(std::uint64_t place, ByteView bytes) {
  while (!bytes.empty()) {
    const auto written = ::pwrite(file_.get(), bytes.data(), bytes.size(), static_cast<off_t>(place));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) refuse(folder_);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    place += static_cast<std::uint64_t>(written);
  }
}

Bytes NewFile::read_at(std::uint64_t place, std::size_t length) const {
  Bytes bytes(length);
  std::size_t got = 0;
  while (got < length) {
    const auto read = ::pread(file_.get(), bytes.data() + got, length - got, static_cast<off_t>(place + got));
    if (read < 0 && errno == EINTR) continue;
    if (read <= 0) refuse(folder_);
    got += static_cast<std::size_t>(read);
  }
  return bytes;
}

void NewFile::keep(const std::string& name) {
  if (::fsync(file_.get()) != 0) refuse(folder_);
  if (::rename((folder_ / part_).c_str(), (folder_ / name).c_str()) != 0) refuse(folder_);
  kept_ = true;
  home::sync_folder(folder_);
}

void replace_file(const std::filesystem::path& file, ByteView content) {
  NewFile made(file.parent_path());
  made.write_at(0, content);
  made.keep(file.filename().string());
}

}  // namespace duolog::mailbox
