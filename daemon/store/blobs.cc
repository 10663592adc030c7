// blobs.cc: chunks on the disk: written whole, found by name, hashed whenever they are read.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/store/blobs.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "crypto/check.h"
#include "daemon/home/descriptor.h"
#include "daemon/home/home.h"

namespace duolog::store {
namespace {

namespace fs = std::filesystem;
using home::Descriptor;

constexpr mode_t kOnlyOurs = 0700;
constexpr std::string_view kBeingWritten = "new";
constexpr std::size_t kFanOut = 2;  // hex digits that name a chunk's folder

[[noreturn]] void refuse(const fs::path& file) {
  throw NotDurable(fmt::format("{}: {}", file.string(), std::generic_category().message(errno)));
}

// As the system's own error says it, in this room's words.
template <class Work>
void as_the_disk_allows(Work&& work) {
  try {
    work();
  } catch (const std::system_error& error) {
    throw NotDurable(error.what());
  }
}

void make_folder(const fs::path& folder) {
  if (::mkdir(folder.c_str(), kOnlyOurs) == 0) {
    return as_the_disk_allows([&] { home::sync_folder(folder.parent_path()); });
  }
  if (errno != EEXIST) refuse(folder);
  struct stat found{};
  if (::lstat(folder.c_str(), &found) != 0 || !S_ISDIR(found.st_mode) || found.st_uid != ::geteuid()) {
    throw NotDurable(
        fmt::format("{} is not a folder of your own\nhint: look at what it is and move it away", folder.string()));
  }
}

void write_all(const Descriptor& to, ByteView bytes, const fs::path& file) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(to.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) refuse(file);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void write_new(const fs::path& file, ByteView bytes) {
  const Descriptor opened(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!opened.is_open()) refuse(file);
  write_all(opened, bytes, file);
  if (::fsync(opened.get()) != 0) refuse(file);
}

struct Reading {
  enum class Outcome {
    kRead,
    kGone,
    kNoChunk,     // a link, a folder, or longer than any chunk
    kUnreadable,  // the disk fails
    kNotNow,      // too many files are open, no memory: nothing is wrong with it
  };
  Outcome outcome = Outcome::kNotNow;
  Bytes bytes;
};

Reading::Outcome outcome_of(int why) {
  if (why == ENOENT || why == ENOTDIR) return Reading::Outcome::kGone;
  if (why == ELOOP) return Reading::Outcome::kNoChunk;
  return why == EIO ? Reading::Outcome::kUnreadable : Reading::Outcome::kNotNow;
}

Reading read_file(const fs::path& file) {
  using Outcome = Reading::Outcome;
  const Descriptor opened(::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!opened.is_open()) return {outcome_of(errno), {}};
  struct stat found{};
  if (::fstat(opened.get(), &found) != 0) return {outcome_of(errno), {}};
  const bool may_be = S_ISREG(found.st_mode) && static_cast<std::uint64_t>(found.st_size) <= crypto::kSealedChunkLimit;
  if (!may_be) return {Outcome::kNoChunk, {}};
  Reading reading{Outcome::kRead, Bytes(static_cast<std::size_t>(found.st_size))};
  std::size_t have = 0;
  while (have < reading.bytes.size()) {
    const ssize_t got = ::read(opened.get(), reading.bytes.data() + have, reading.bytes.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return {outcome_of(errno), {}};
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  reading.bytes.resize(have);
  return reading;
}

std::optional<std::uint64_t> free_on_disk(const fs::path& folder) {
  struct statvfs disk{};
  if (::statvfs(folder.c_str(), &disk) != 0) return std::nullopt;
  return static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
}

std::optional<ChunkId> id_named(const fs::path& file) {
  const auto bytes = from_hex(file.filename().string());
  return bytes ? ChunkId::from(*bytes) : std::nullopt;
}

}  // namespace

Blobs::Blobs(fs::path folder, BlobQuota quota, FreeBytes free_bytes)
    : folder_(std::move(folder)), quota_(quota), free_bytes_(free_bytes ? std::move(free_bytes) : free_on_disk) {
  check(!folder_.empty(), "attachments have no folder");
  sweep();
  learn();
}

fs::path Blobs::folder_of(const ChunkId& id) const { return folder_ / hex(id.view()).substr(0, kFanOut); }
fs::path Blobs::file_of(const ChunkId& id) const { return folder_of(id) / hex(id.view()); }

// ---- at the start ----

// Of a name that cannot be removed nothing depends.
void Blobs::sweep() {
  std::error_code ignored;
  if (fs::symlink_status(folder_ / kBeingWritten, ignored).type() != fs::file_type::directory) return;
  for (const auto& left : fs::directory_iterator(folder_ / kBeingWritten, ignored)) ::unlink(left.path().c_str());
}

void Blobs::learn() {
  std::error_code ignored;
  for (const auto& folder : fs::directory_iterator(folder_, ignored)) {
    if (folder.path().filename().string().size() == kFanOut) learn_folder(folder.path());
  }
}

// What is named otherwise is not ours and stays where it is.
void Blobs::learn_folder(const fs::path& folder) {
  std::error_code ignored;
  for (const auto& file : fs::directory_iterator(folder, ignored)) {
    const auto id = id_named(file.path());
    struct stat found{};
    if (!id || file.path() != file_of(*id) || ::lstat(file.path().c_str(), &found) != 0 || !S_ISREG(found.st_mode))
      continue;
    held_.insert(*id);
    bytes_ += static_cast<std::uint64_t>(found.st_size);
  }
}

// ---- reading ----

// A file is removed only where its own bytes have said that it is no chunk; what a failing disk holds back stays there.
std::optional<Bytes> Blobs::get(const ChunkId& id) {
  using Outcome = Reading::Outcome;
  if (!has(id)) return std::nullopt;
  Reading reading = read_file(file_of(id));
  if (reading.outcome == Outcome::kNotNow) return std::nullopt;
  const bool read = reading.outcome == Outcome::kRead;
  if (read && crypto::chunk_id(reading.bytes) == id) return std::move(reading.bytes);
  struct stat found{};
  const bool measured = ::lstat(file_of(id).c_str(), &found) == 0;
  if (read || reading.outcome == Outcome::kNoChunk) ::unlink(file_of(id).c_str());
  forget(id, measured ? static_cast<std::uint64_t>(found.st_size) : 0);
  if (lost) lost(id);
  return std::nullopt;
}

void Blobs::forget(const ChunkId& id, std::uint64_t size) {
  held_.erase(id);
  bytes_ -= std::min(bytes_, size);
}

// ---- writing ----

void Blobs::require_room(std::size_t more, std::uint64_t to_stay_free) const {
  const auto free = free_bytes_(folder_);
  if (!free || *free >= to_stay_free + more) return;
  throw NotDurable(fmt::format("less than {} MiB would stay free on the disk of {}: make room there",
                               to_stay_free >> 20, folder_.string()));
}

void Blobs::put_own(const ChunkId& id, ByteView sealed) {
  if (has(id)) return;
  const auto try_it = [&] {
    require_room(sealed.size(), quota_.free_for_own);
    put(id, sealed);
  };
  try {
    return try_it();
  } catch (const NotDurable&) {
    if (!make_room || !make_room()) throw;
  }
  try_it();
}

void Blobs::put_theirs(const ChunkId& id, ByteView sealed) {
  if (has(id)) return;
  if (const std::string why = why_nothing_is_received(); !why.empty()) throw NotDurable(why);
  put(id, sealed);
}

std::string Blobs::why_nothing_is_received() const {
  const auto free = free_bytes_(folder_);
  if (free && *free < quota_.free_for_others + crypto::kSealedChunkLimit) {
    return fmt::format("less than {} MiB are free on the disk of {}: no more attachments are received; make room there",
                       quota_.free_for_others >> 20, folder_.string());
  }
  if (bytes_ < quota_.bytes) return {};
  return fmt::format(
      "attachments have reached their {} MiB: no more are received; raise attachments_limit_mib in config.toml",
      quota_.bytes >> 20);
}

void Blobs::put(const ChunkId& id, ByteView sealed) {
  const fs::path unfinished = folder_ / kBeingWritten / std::to_string(++written_);
  for (const fs::path& folder : {folder_, folder_ / kBeingWritten, folder_of(id)}) make_folder(folder);
  try {
    write_new(unfinished, sealed);
    if (::rename(unfinished.c_str(), file_of(id).c_str()) != 0) refuse(file_of(id));
    as_the_disk_allows([&] { home::sync_folder(folder_of(id)); });
  } catch (...) {
    ::unlink(unfinished.c_str());
    ::unlink(file_of(id).c_str());  // its name may not be durable: it is not here
    throw;
  }
  held_.insert(id);
  bytes_ += sealed.size();
}

bool Blobs::drop(const ChunkId& id) {
  if (!has(id)) return true;
  struct stat found{};
  const bool measured = ::lstat(file_of(id).c_str(), &found) == 0;
  if (::unlink(file_of(id).c_str()) != 0 && errno != ENOENT) return false;
  forget(id, measured ? static_cast<std::uint64_t>(found.st_size) : 0);
  return true;
}

}  // namespace duolog::store
