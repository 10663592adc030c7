// backup_format.h: a home as one file: frames that hang together, so that nothing in it can be cut, changed or moved.
//
//   magic ─► head ─► file ─► piece* ─► file ─► piece* … ─► end, and nothing behind it
//
// A frame is taken only once its hash fits, which covers all that came before: what a reader hands on was checked, and
// no more than one frame is ever held. Bytes in, values out; no file is touched here.
// Spec: proto/README.md section 3.16.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <stdexcept>
#include <string>

#include "crypto/secret.h"

namespace duolog::store {

inline constexpr std::string_view kBackupMagic = "DUOLOGK1";         // DO NOT CHANGE
inline constexpr std::size_t kBackupPiece = std::size_t{256} << 10;  // bytes of content in one frame, at most
inline constexpr std::size_t kFrameHead = 1 + 4;                     // kind, length
inline constexpr std::size_t kFrameHash = 32;
inline constexpr std::size_t kLongestBackupFrame = kFrameHead + kBackupPiece + kFrameHash;
inline constexpr std::size_t kBackupNameLimit = 6 + 2 + 1 + 64;  // "blobs/3f/3f09…e1", see blobs.h
inline constexpr std::uint64_t kBackupFileLimit = std::uint64_t{1} << 42;

enum class FrameKind : std::uint8_t { kHead = 1, kFile = 2, kPiece = 3, kEnd = 4 };  // DO NOT CHANGE

// Cut, damaged, no backup at all, or one of a newer version; the text says which.
struct BadBackup : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct BackupHead {
  std::int64_t made_ms = 0;  // since 1970, by the clock of the device that made it
  DeviceId device;           // whose home this is
};

// The frames, one after the other. REQUIRES: head(), then files with all their pieces, then end().
class BackupFrames {
 public:
  BackupFrames();
  Bytes head(const BackupHead& head);  // with the magic before it
  Bytes file(std::string_view name, std::uint64_t size);
  Bytes piece(ByteView bytes);
  Bytes end(const crypto::LocalKey& key);

 private:
  Bytes frame(FrameKind kind, ByteView content);
  Hash chain_;
};

// A chunk lies where blobs.h keeps it.
std::string backup_name(const ChunkId& chunk);
// May a file of a backup be called this? "vault", "duolog.db", or exactly the name of a chunk: never a path elsewhere.
bool is_backup_name(std::string_view name);

class BackupReader {
 public:
  // Called in this order for each file: begin, bytes (none for an empty one), done. What they throw goes through.
  struct Sink {
    std::function<void(const std::string& name, std::uint64_t size)> begin;
    std::function<void(ByteView bytes)> bytes;
    std::function<void()> done;
  };
  explicit BackupReader(Sink sink);

  // Whatever pieces the bytes come in. Throws BadBackup, and after that for ever.
  void feed(ByteView bytes);
  // All bytes were fed. Throws BadBackup unless the end was among them.
  void finish() const;
  [[nodiscard]] const std::optional<BackupHead>& head() const { return head_; }
  // The end was made by the device whose key this is: REQUIRES: finish() did not throw.
  [[nodiscard]] bool is_of(const crypto::LocalKey& key) const;

 private:
  void take(FrameKind kind, ByteView content);
  void begin_file(ByteView content);
  void file_is_whole();
  [[noreturn]] void refuse(const std::string& why);

  Sink sink_;
  Bytes held_;  // of the magic or the frame under way
  Hash chain_;
  std::optional<BackupHead> head_;
  std::optional<std::uint64_t> wanted_;  // bytes still to come of the file under way
  std::uint64_t files_ = 0;
  Hash before_end_;
  Bytes end_;
  bool magic_seen_ = false;
  bool ended_ = false;
  std::string refused_;
};

}  // namespace duolog::store
