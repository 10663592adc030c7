// album.h: a home with chunks of attachments, and an account of which the journal names and which are wanted here.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/unit/sync/homes.h"

namespace duolog::sync::testing {

struct Chunk {
  ChunkId id;
  Bytes sealed;
};

inline Chunk chunk_of(std::uint8_t seed, std::size_t length = 1000) {
  Chunk chunk;
  chunk.sealed.assign(length, seed);
  chunk.id = crypto::chunk_id(chunk.sealed);
  return chunk;
}

struct Album {
  explicit Album(const crypto::DeviceKeys& self, store::BlobQuota quota = {.free_for_others = 0, .free_for_own = 0},
                 const std::filesystem::path& file = {})
      : home(self, file), blobs(folder.path() / "blobs", quota) {}

  void hold(const Chunk& chunk) {
    blobs.put_own(chunk.id, chunk.sealed);
    named.insert(chunk.id);
  }
  void want(const Chunk& chunk) {
    named.insert(chunk.id);
    wanted.push_back(chunk.id);
  }
  void want_before_all(const Chunk& chunk) {
    named.insert(chunk.id);
    wanted.insert(wanted.begin(), chunk.id);
    --first;
  }
  Hooks hooks() {
    Hooks hooks = home.hooks();
    if (!knows_blobs) return hooks;
    hooks.chunks.store = &blobs;
    hooks.chunks.named = [this](const ChunkId& chunk) { return named.contains(chunk); };
    hooks.chunks.wanted = [this](std::size_t most, std::int64_t& place,
                                 const std::function<bool(const ChunkId&)>& passed) {
      std::vector<ChunkId> chosen;
      for (; place - first < static_cast<std::int64_t>(wanted.size()) && chosen.size() < most; ++place, ++looked) {
        const ChunkId& chunk = wanted[static_cast<std::size_t>(place - first)];
        if (!blobs.has(chunk) && !passed(chunk)) chosen.push_back(chunk);
      }
      return chosen;
    };
    hooks.chunks.first_place = [this] { return first; };
    hooks.chunks.came = [this](const ChunkId& chunk) { came.push_back(chunk); };
    hooks.chunks.is_not_there = [this](const ChunkId& chunk) { not_there.push_back(chunk); };
    return hooks;
  }

  Folder folder;
  Home home;
  store::Blobs blobs;
  bool knows_blobs = true;
  std::set<ChunkId> named;
  std::vector<ChunkId> wanted;
  std::int64_t first = 0;  // the place of the first of them
  std::size_t looked = 0;  // how many a session has looked at
  std::vector<ChunkId> came;
  std::vector<ChunkId> not_there;
};

}  // namespace duolog::sync::testing
