// blob.cc: chunks of an attachment, sealed and opened.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/blob.h"

#include <sodium.h>

#include "crypto/check.h"

namespace duolog::crypto {
namespace {

constexpr std::size_t kNonceLength = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
static_assert(kChunkOverhead == crypto_aead_xchacha20poly1305_ietf_ABYTES);

ByteArray<kNonceLength> nonce_of(std::uint64_t index) {
  Bytes place;
  append_u64(place, index);
  ByteArray<kNonceLength> nonce{};
  std::copy(place.begin(), place.end(), nonce.begin());
  return nonce;
}

Bytes associated_data(std::uint64_t index, bool last) {
  Bytes ad = to_bytes(as_bytes("duolog1:blob"));
  append_u64(ad, index);
  ad.push_back(last ? 1 : 0);
  return ad;
}

bool is_last(std::uint64_t size, std::uint64_t index) { return index + 1 == chunk_count(size); }

}  // namespace

std::uint64_t chunk_count(std::uint64_t size) { return (size + kChunkLength - 1) / kChunkLength; }

std::size_t chunk_length(std::uint64_t size, std::uint64_t index) {
  check(index < chunk_count(size), "a chunk beyond the end of its file");
  return static_cast<std::size_t>(std::min<std::uint64_t>(kChunkLength, size - index * kChunkLength));
}

std::size_t sealed_chunk_length(std::uint64_t size, std::uint64_t index) {
  return static_cast<std::size_t>(padme(chunk_length(size, index))) + kChunkOverhead;
}

ChunkKey chunk_key(const BlobKey& blob) { return kdf<ChunkKey>(blob.view(), "blob.key"); }

ChunkId chunk_id(ByteView sealed) { return hash<ChunkId>("blob.chunk", {sealed}); }

Bytes seal_piece(const ChunkKey& key, std::uint64_t index, bool last, ByteView padded) {
  Bytes sealed(padded.size() + kChunkOverhead);
  const auto nonce = nonce_of(index);
  const Bytes ad = associated_data(index, last);
  crypto_aead_xchacha20poly1305_ietf_encrypt(sealed.data(), nullptr, padded.data(), padded.size(), ad.data(), ad.size(),
                                             nullptr, nonce.data(), key.view().data());
  return sealed;
}

std::optional<Bytes> open_piece(const ChunkKey& key, std::uint64_t index, bool last, ByteView sealed) {
  if (sealed.size() < kChunkOverhead) return std::nullopt;
  Bytes opened(sealed.size() - kChunkOverhead);
  const auto nonce = nonce_of(index);
  const Bytes ad = associated_data(index, last);
  const int refused =
      crypto_aead_xchacha20poly1305_ietf_decrypt(opened.data(), nullptr, nullptr, sealed.data(), sealed.size(),
                                                 ad.data(), ad.size(), nonce.data(), key.view().data());
  if (refused != 0) return std::nullopt;
  return opened;
}

Bytes seal_chunk(const ChunkKey& key, std::uint64_t size, std::uint64_t index, ByteView plaintext) {
  check(plaintext.size() == chunk_length(size, index), "a chunk of another length than its place has");
  Bytes padded = to_bytes(plaintext);
  padded.resize(static_cast<std::size_t>(padme(plaintext.size())));
  Bytes sealed = seal_piece(key, index, is_last(size, index), padded);
  wipe(padded);
  return sealed;
}

std::optional<Bytes> open_chunk(const ChunkKey& key, std::uint64_t size, std::uint64_t index, ByteView sealed) {
  if (size > kBlobLimit || index >= chunk_count(size) || sealed.size() != sealed_chunk_length(size, index))
    return std::nullopt;
  auto opened = open_piece(key, index, is_last(size, index), sealed);
  if (!opened) return std::nullopt;
  const std::size_t length = chunk_length(size, index);
  if (std::any_of(opened->begin() + static_cast<std::ptrdiff_t>(length), opened->end(),
                  [](std::uint8_t byte) { return byte != 0; }))
    return std::nullopt;
  opened->resize(length);
  return opened;
}

}  // namespace duolog::crypto
