// blobs.h: sealed chunks of attachments, as files named by their id. Nothing here can open one.
//
//   blobs/3f/3f09…e1      a chunk; its name is the hash of what is in it
//   blobs/new/…           one that is being written; swept at the start
//
// What put() has returned for survives a power cut: file, then name, then folder. What is read is hashed: a chunk that
// does not match is forgotten, `lost` is told, and it is to be had from another device again. Losing a chunk loses no
// word, only a picture until it comes again; so nothing here is an alarm.
// Spec: proto/README.md section 3.2b.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <unordered_set>

#include "crypto/blob.h"
#include "daemon/store/database.h"

namespace duolog::store {

// How much of the disk chunks may take.
struct BlobQuota {
  std::uint64_t bytes = std::uint64_t{16384} << 20;          // of all chunks; from there on others' are not taken in
  std::uint64_t free_for_others = std::uint64_t{500} << 20;  // stays free when others' are taken in …
  std::uint64_t free_for_own = std::uint64_t{64} << 20;      // … and when one's own are: words go before pictures
};

class Blobs {
 public:
  using FreeBytes = std::function<std::optional<std::uint64_t>(const std::filesystem::path&)>;

  // Sweeps what was being written and learns which chunks are here. Throws nothing: a daemon starts whatever is wrong
  // with this folder, and the first chunk that is put finds it made, or says why not.
  Blobs(std::filesystem::path folder, BlobQuota quota = {}, FreeBytes free_bytes = {});

  [[nodiscard]] bool has(const ChunkId& id) const { return held_.contains(id); }
  [[nodiscard]] std::size_t count() const { return held_.size(); }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  [[nodiscard]] std::uint64_t limit() const { return quota_.bytes; }  // of bytes()
  // nullopt: not here; a chunk that has rotted is not, from now on. Or it cannot be read just now: has() still says so.
  std::optional<Bytes> get(const ChunkId& id);

  // Durable when it returns. One that is here already is not written again. Throws NotDurable where the disk refuses or
  // there would be too little room. REQUIRES: the id is that of these bytes (put_theirs: the caller has compared them).
  void put_own(const ChunkId& id, ByteView sealed);
  void put_theirs(const ChunkId& id, ByteView sealed);
  // Less than this free, and put_own() may have too little room.
  [[nodiscard]] std::uint64_t room_for_own() const { return quota_.free_for_own + crypto::kSealedChunkLimit; }
  // Empty while put_theirs() takes in what is new; else why not, and what to do about it.
  [[nodiscard]] std::string why_nothing_is_received() const;

  // Gone from the disk; not here is no error. False: the disk refuses, and it is still here.
  bool drop(const ChunkId& id);
  [[nodiscard]] std::vector<ChunkId> all() const { return {held_.begin(), held_.end()}; }

  // Told whenever a chunk was found rotten or gone, after it was forgotten.
  std::function<void(const ChunkId&)> lost;
  // Asked where one's own find no room: true, and they are tried once more. May be empty.
  std::function<bool()> make_room;

 private:
  struct IdHash {  // an id is a hash already
    std::size_t operator()(const ChunkId& id) const { return static_cast<std::size_t>(read_u64(id.view())); }
  };

  [[nodiscard]] std::filesystem::path folder_of(const ChunkId& id) const;
  [[nodiscard]] std::filesystem::path file_of(const ChunkId& id) const;
  void sweep();
  void learn();
  void learn_folder(const std::filesystem::path& folder);
  void put(const ChunkId& id, ByteView sealed);
  void forget(const ChunkId& id, std::uint64_t size);
  void require_room(std::size_t more, std::uint64_t to_stay_free) const;

  std::filesystem::path folder_;
  BlobQuota quota_;
  FreeBytes free_bytes_;
  std::unordered_set<ChunkId, IdHash> held_;
  std::uint64_t bytes_ = 0;  // of all of them
  std::uint64_t written_ = 0;
};

}  // namespace duolog::store
