// blob.h: an attachment is sealed piece by piece, so that each can travel, be kept and be checked alone.
//
// One key a blob; a chunk's nonce is its place, and its place and whether it is the last are bound in. So nothing can
// be moved, cut off or put behind, and a chunk's id tells nobody what is in it. A key seals one file once. Spec:
// proto/README.md section 3.2b.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/hash.h"

namespace duolog::crypto {

inline constexpr std::size_t kChunkLength = 256 << 10;  // DO NOT CHANGE: bytes of the file in a chunk
inline constexpr std::size_t kChunkOverhead = 16;       // the tag
inline constexpr std::size_t kSealedChunkLimit = kChunkLength + kChunkOverhead;
inline constexpr std::uint64_t kBlobLimit = std::uint64_t{1} << 30;  // bytes of a file
inline constexpr std::size_t kChunkLimit = kBlobLimit / kChunkLength;

// How many chunks a file of this size has; an empty one has none.
std::uint64_t chunk_count(std::uint64_t size);
// Bytes of the file in chunk `index`. REQUIRES: index < chunk_count(size).
std::size_t chunk_length(std::uint64_t size, std::uint64_t index);
// Bytes of chunk `index` once it is sealed: the last one is padded, so that its length tells little.
std::size_t sealed_chunk_length(std::uint64_t size, std::uint64_t index);

ChunkKey chunk_key(const BlobKey& blob);
// REQUIRES: index < chunk_count(size); plaintext.size() == chunk_length(size, index).
Bytes seal_chunk(const ChunkKey& key, std::uint64_t size, std::uint64_t index, ByteView plaintext);
// The bytes of the file, without the padding. nullopt: not this chunk of a file of this size under this key.
std::optional<Bytes> open_chunk(const ChunkKey& key, std::uint64_t size, std::uint64_t index, ByteView sealed);
ChunkId chunk_id(ByteView sealed);

// The construction beneath, whatever the length of a chunk is. `padded` has its padding already.
Bytes seal_piece(const ChunkKey& key, std::uint64_t index, bool last, ByteView padded);
std::optional<Bytes> open_piece(const ChunkKey& key, std::uint64_t index, bool last, ByteView sealed);

}  // namespace duolog::crypto
