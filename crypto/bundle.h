// bundle.h: records on their way by hand: one sealed file that whoever has one of these epochs can open, and the roots.
//
//   "DUOLOGB1" || epk 32 || 2 root slots x 48 || u8 n (<= 4) || n x SEAL(KDF(E_i, "bundle"), "", bk)      the head
//                 (we write four always: what is over is random)
//   || secretstream header 24 || chunks of 64 KiB, the last one shorter, marked and padded
//
// Streamed both ways: neither side holds more than a chunk. What the reader hands on is authentic and in order, also
// where the file ends too early: then its beginning is what was sealed, and finish() says that the rest is not there.
// What is inside is daemon/sync/bundle.h's. Spec: proto/README.md section 3.11.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/keys.h"
#include "crypto/slot.h"

namespace duolog::crypto {

inline constexpr std::string_view kBundleMagic = "DUOLOGB1";    // DO NOT CHANGE
inline constexpr std::string_view kAnyBundleMagic = "DUOLOGB";  // of any version
inline constexpr std::size_t kBundleRoots = 2;                  // DO NOT CHANGE
inline constexpr std::size_t kBundleEpochs = 4;
inline constexpr std::size_t kBundleChunk = 64 << 10;
inline constexpr std::size_t kSealedBundleChunk = kBundleChunk + 17;  // a tag of secretstream, and its authentication
inline constexpr std::size_t kBundleFloor = 4096;
inline constexpr std::size_t kBundleWrapLength = 24 + 32 + 16;
inline constexpr std::size_t kBundleHeadFloor = 8 + 32 + kBundleRoots * kSlotLength + 1;  // with no epoch
inline constexpr std::size_t kBundleHeadLimit = kBundleHeadFloor + kBundleEpochs * kBundleWrapLength;
inline constexpr std::size_t kBundleStreamHead = 24;
inline constexpr std::uint64_t kBundleLimit = std::uint64_t{16} << 30;  // bytes of the inside

using BundleKey = Secret<struct BundleKeyTag>;  // bk: of one file

// How long the file is that holds so much.
std::uint64_t bundle_length(std::uint64_t inside);

class BundleSealer {
 public:
  // For whoever knows one of these epochs, and for the roots with their words. `inside`: how many bytes there will be.
  // REQUIRES: at most kBundleRoots and kBundleEpochs of them; inside <= kBundleLimit.
  BundleSealer(std::span<const WrapPublic> roots, std::span<const EpochSecret* const> epochs, std::uint64_t inside);

  // The next bytes of the inside, in whatever pieces; what is ready of the file is appended to `file`. REQUIRES: in all
  // no more than was said.
  void seal(ByteView inside, Bytes& file);
  [[nodiscard]] std::uint64_t to_come() const { return to_come_; }  // bytes of the inside
  // At most one chunk more of padding, or of what was held back. False: the file is whole. REQUIRES: to_come() == 0.
  bool pad(Bytes& file);

 private:
  void push(Bytes& file);

  Bytes head_;  // the associated data of the first chunk; empty once that is out
  ByteArray<kBundleStreamHead> stream_head_{};
  SecretMemory stream_;
  Bytes chunk_;                // of the plaintext, not full yet
  std::uint64_t to_come_ = 0;  // bytes of the inside
  std::uint64_t to_fill_ = 0;  // bytes of the plaintext, padding included, that are in no chunk yet
};

// The beginning of a file, which says who can open the rest.
class BundleHead {
 public:
  // How long the head is. nullopt: no bundle of this version. REQUIRES: at least kBundleHeadFloor bytes.
  static std::optional<std::size_t> length(ByteView start);
  // REQUIRES: exactly length() bytes.
  explicit BundleHead(Bytes head);

  [[nodiscard]] std::optional<BundleKey> open(const EpochSecret& epoch) const;
  [[nodiscard]] std::optional<BundleKey> open(const RootKeys& root) const;
  [[nodiscard]] ByteView bytes() const { return bytes_; }

 private:
  Bytes bytes_;
};

class BundleReader {
 public:
  BundleReader(const BundleHead& head, const BundleKey& key);

  // What comes after the head, in whatever pieces; what was inside is appended to `inside`. False, and false for ever:
  // this was not sealed so.
  bool feed(ByteView file, Bytes& inside);
  // The file ends here. False: it was cut off, or its end was not sealed so.
  bool finish(Bytes& inside);
  // Bytes of the inside in all, once the first chunk was read; 0 before.
  [[nodiscard]] std::uint64_t inside() const { return length_.value_or(0); }

 private:
  bool pull(ByteView sealed, Bytes& inside);
  bool take(ByteView plain, Bytes& inside);
  bool refuse();

  Bytes key_head_;  // the head, until the first chunk is read
  std::optional<BundleKey> key_;
  SecretMemory stream_;
  Bytes held_;  // less than a chunk, or the stream's header
  std::optional<std::uint64_t> length_;
  std::uint64_t taken_ = 0;
  std::uint64_t padding_ = 0;  // that is still to come
  bool begun_ = false;
  bool ended_ = false;
  bool refused_ = false;
};

}  // namespace duolog::crypto
