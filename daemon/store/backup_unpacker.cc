// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/store/backup_unpacker.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "daemon/home/home.h"
#include "daemon/store/database.h"

namespace duolog::store {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void not_written(const fs::path& file) {
  throw NotDurable(fmt::format("{} cannot be written: {}", file.string(), std::generic_category().message(errno)));
}

}  // namespace

BackupUnpacker::BackupUnpacker(fs::path folder)
    : folder_(std::move(folder)),
      reader_({[this](const std::string& name, std::uint64_t) { begin(name); },
               [this](ByteView bytes) { write(bytes); }, [this] { done(); }}) {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
  if (::mkdir(folder_.c_str(), 0700) != 0) not_written(folder_);
}

BackupUnpacker::~BackupUnpacker() {
  file_.reset();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void BackupUnpacker::feed(ByteView bytes) { reader_.feed(bytes); }

void BackupUnpacker::finish() {
  reader_.finish();
  if (!fs::exists(vault()) || !fs::exists(database())) throw BadBackup("there is no whole home in it");
  try {
    for (const fs::path& folder : folders_) home::sync_folder(folder);
    home::sync_folder(folder_);
  } catch (const std::system_error& error) {
    throw NotDurable(fmt::format("{} cannot be written: {}", folder_.string(), error.code().message()));
  }
}

// The name was judged by the reader: it leads nowhere else.
void BackupUnpacker::begin(const std::string& name) {
  writing_ = folder_ / name;
  make_folders(writing_);
  file_ = std::make_unique<home::Descriptor>(
      ::open(writing_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file_->is_open() && errno == EEXIST) throw BadBackup("a file is in it twice");
  if (!file_->is_open()) not_written(writing_);
}

void BackupUnpacker::make_folders(const fs::path& file) {
  const fs::path folder = file.parent_path();
  if (folder == folder_ || folders_.contains(folder)) return;
  make_folders(folder);
  if (::mkdir(folder.c_str(), 0700) != 0) not_written(folder);
  folders_.insert(folder);
}

void BackupUnpacker::write(ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file_->get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) not_written(writing_);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void BackupUnpacker::done() {
  if (::fsync(file_->get()) != 0) not_written(writing_);
  file_.reset();
}

}  // namespace duolog::store
