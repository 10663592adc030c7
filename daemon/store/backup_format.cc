// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/store/backup_format.h"

#include <fmt/format.h>

#include "crypto/hash.h"

namespace duolog::store {
namespace {

constexpr std::size_t kHeadLength = 8 + 32;  // moment, device
constexpr std::size_t kEndLength = 32;
constexpr std::size_t kSizeLength = 8;
constexpr std::uint64_t kFilesLimit = std::uint64_t{1} << 24;
constexpr std::string_view kBlobs = "blobs/";
constexpr std::size_t kFolderLength = 2;  // digits
static_assert(kBackupNameLimit == kBlobs.size() + kFolderLength + 1 + 2 * ChunkId::kLength);

Bytes frame_head(FrameKind kind, std::size_t length) {
  Bytes bytes{static_cast<std::uint8_t>(kind)};
  append_u32(bytes, static_cast<std::uint32_t>(length));
  return bytes;
}

Hash beginning() { return crypto::hash("backup.begin", {as_bytes(kBackupMagic)}); }

Hash next(const Hash& chain, ByteView head, ByteView content) {
  return crypto::hash("backup.frame", {chain.view(), head, content});
}

using EndSeal = crypto::Secret<struct EndSealTag>;
EndSeal end_seal(const crypto::LocalKey& key, const Hash& chain) {
  return crypto::kdf<EndSeal>(key.view(), "backup.end", {chain.view()});
}

}  // namespace

// ---- writing ----

BackupFrames::BackupFrames() : chain_(beginning()) {}

Bytes BackupFrames::frame(FrameKind kind, ByteView content) {
  Bytes bytes = frame_head(kind, content.size());
  chain_ = next(chain_, bytes, content);
  append(bytes, content);
  append(bytes, chain_.view());
  return bytes;
}

Bytes BackupFrames::head(const BackupHead& head) {
  Bytes content;
  append_u64(content, static_cast<std::uint64_t>(head.made_ms));
  append(content, head.device.view());
  Bytes bytes = to_bytes(as_bytes(kBackupMagic));
  append(bytes, frame(FrameKind::kHead, content));
  return bytes;
}

Bytes BackupFrames::file(std::string_view name, std::uint64_t size) {
  check(is_backup_name(name), "a file was to go into a backup under a name that nobody would take out again");
  Bytes content;
  append_u64(content, size);
  append(content, as_bytes(name));
  return frame(FrameKind::kFile, content);
}

Bytes BackupFrames::piece(ByteView bytes) {
  check(!bytes.empty() && bytes.size() <= kBackupPiece, "a piece of a backup has a length that no reader takes");
  return frame(FrameKind::kPiece, bytes);
}

Bytes BackupFrames::end(const crypto::LocalKey& key) {
  const EndSeal seal = end_seal(key, chain_);
  return frame(FrameKind::kEnd, seal.view());
}

std::string backup_name(const ChunkId& chunk) {
  const std::string digits = hex(chunk.view());
  return std::string(kBlobs) + digits.substr(0, kFolderLength) + "/" + digits;
}

bool is_backup_name(std::string_view name) {
  if (name == "vault" || name == "duolog.db") return true;
  if (name.size() != kBackupNameLimit) return false;
  const auto bytes = from_hex(name.substr(kBlobs.size() + kFolderLength + 1));
  const auto chunk = bytes ? ChunkId::from(*bytes) : std::nullopt;
  return chunk && backup_name(*chunk) == name;
}

// ---- reading ----

BackupReader::BackupReader(Sink sink) : sink_(std::move(sink)), chain_(beginning()) {}

void BackupReader::refuse(const std::string& why) {
  refused_ = why;
  held_.clear();
  throw BadBackup(why);
}

// The length is judged as soon as it is known: no stranger's number makes this hold more than one frame.
void BackupReader::feed(ByteView bytes) {
  if (!refused_.empty()) throw BadBackup(refused_);
  const auto take_up_to = [&](std::size_t wanted) {
    const std::size_t more = std::min(bytes.size(), wanted - std::min(wanted, held_.size()));
    append(held_, bytes.first(more));
    bytes = bytes.subspan(more);
    return held_.size() >= wanted;
  };
  while (!bytes.empty()) {
    if (ended_) refuse("there is more behind its end");
    if (!magic_seen_) {
      if (!take_up_to(kBackupMagic.size())) return;
      const std::string_view magic = as_text(held_);
      const bool newer = magic.back() > kBackupMagic.back() && magic.back() <= '9';  // any other one has rotted
      if (newer && magic.substr(0, 7) == kBackupMagic.substr(0, 7)) refuse("it was made by a newer duolog");
      if (magic != kBackupMagic) refuse("it is no backup");
      magic_seen_ = true;
      held_.clear();
      continue;
    }
    if (!take_up_to(kFrameHead)) return;
    const std::size_t length = read_u32(ByteView(held_).subspan(1));
    if (length > kBackupPiece) refuse("it is damaged");
    if (!take_up_to(kFrameHead + length + kFrameHash)) return;
    const ByteView whole(held_);
    const Hash hash = next(chain_, whole.first(kFrameHead), whole.subspan(kFrameHead, length));
    const ByteView given = whole.last(kFrameHash);
    if (!std::equal(given.begin(), given.end(), hash.bytes.begin())) refuse("it is damaged");
    before_end_ = std::exchange(chain_, hash);
    const Bytes frame = std::exchange(held_, {});
    take(static_cast<FrameKind>(frame.front()), ByteView(frame).subspan(kFrameHead, length));
  }
}

// Every frame that comes here is as it was made: what does not fit was made by another program.
void BackupReader::take(FrameKind kind, ByteView content) {
  if (!head_ && kind != FrameKind::kHead) refuse("it does not begin as a backup does");
  switch (kind) {
    case FrameKind::kHead: {
      if (head_ || content.size() != kHeadLength) refuse("its head is not that of a backup");
      head_ = BackupHead{static_cast<std::int64_t>(read_u64(content)), *DeviceId::from(content.subspan(8))};
      return;
    }
    case FrameKind::kFile:
      return begin_file(content);
    case FrameKind::kPiece:
      if (!wanted_ || content.empty() || content.size() > *wanted_) refuse("a file in it is longer than it says");
      *wanted_ -= content.size();
      sink_.bytes(content);
      return file_is_whole();
    case FrameKind::kEnd:
      if (wanted_ || content.size() != kEndLength) refuse("a file in it is shorter than it says");
      end_ = to_bytes(content);
      ended_ = true;
      return;
  }
  refuse("it was made by a newer duolog");
}

void BackupReader::begin_file(ByteView content) {
  if (wanted_) refuse("a file in it is shorter than it says");
  if (content.size() <= kSizeLength || content.size() > kSizeLength + kBackupNameLimit) refuse("a name in it is none");
  const std::string name(as_text(content.subspan(kSizeLength)));
  const std::uint64_t size = read_u64(content);
  if (!is_backup_name(name) || size > kBackupFileLimit || ++files_ > kFilesLimit)
    refuse("it holds a file that does not belong in a backup");
  wanted_ = size;
  sink_.begin(name, size);
  file_is_whole();
}

void BackupReader::file_is_whole() {
  if (!wanted_ || *wanted_ > 0) return;
  wanted_.reset();
  sink_.done();
}

void BackupReader::finish() const {
  if (!refused_.empty()) throw BadBackup(refused_);
  if (!ended_) throw BadBackup(magic_seen_ ? "it is cut short" : "it is no backup");
}

bool BackupReader::is_of(const crypto::LocalKey& key) const {
  return crypto::equal_in_constant_time(end_seal(key, before_end_).view(), end_);
}

}  // namespace duolog::store
