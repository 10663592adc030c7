// blob_test.cc: chunks of attachments: byte for byte as kat.json has them, and nothing else opens.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/blob.h"

#include <gtest/gtest.h>

#include "vectors.h"

namespace duolog::crypto::testing {
namespace {

Bytes pattern(std::size_t length) {
  Bytes bytes(length);
  for (std::size_t i = 0; i < length; ++i) bytes[i] = static_cast<std::uint8_t>(i * 7 + i / 251 + 1);
  return bytes;
}

class ABlob : public ::testing::Test {
 protected:
  BlobKey blob_ = BlobKey::random();
  ChunkKey key_ = chunk_key(blob_);
};

TEST(KnownAnswersOfBlobs, ChunksAndTheirIds) {
  const ChunkKey key = chunk_key(kat_as<BlobKey>("/blob/key"));
  Bytes data(100);
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::uint8_t>(i);
  constexpr std::size_t kLengthThere = 64;
  const Bytes first = seal_piece(key, 0, false, ByteView(data).first(kLengthThere));
  Bytes rest = to_bytes(ByteView(data).subspan(kLengthThere));
  rest.resize(padme(rest.size()));
  const Bytes second = seal_piece(key, 1, true, rest);
  EXPECT_EQ(hex(first), hex(kat("/blob/chunks/0")));
  EXPECT_EQ(hex(second), hex(kat("/blob/chunks/1")));
  EXPECT_EQ(chunk_id(first), kat_as<ChunkId>("/blob/ids/0"));
  EXPECT_EQ(chunk_id(second), kat_as<ChunkId>("/blob/ids/1"));
  EXPECT_EQ(open_piece(key, 1, true, kat("/blob/chunks/1")), rest);
}

TEST_F(ABlob, OfNoBytesHasNoChunkAndTheLargestHas4096) {
  EXPECT_EQ(chunk_count(0), 0U);
  EXPECT_EQ(chunk_count(1), 1U);
  EXPECT_EQ(chunk_count(kChunkLength), 1U);
  EXPECT_EQ(chunk_count(kChunkLength + 1), 2U);
  EXPECT_EQ(chunk_count(kBlobLimit), kChunkLimit);
  EXPECT_EQ(kChunkLimit, 4096U);
}

TEST_F(ABlob, OpensToWhatWasSealedAtEveryKindOfLength) {
  for (const std::size_t length :
       {std::size_t{1}, std::size_t{2}, std::size_t{100}, std::size_t{4097}, kChunkLength - 1, kChunkLength}) {
    const Bytes text = pattern(length);
    const Bytes sealed = seal_chunk(key_, length, 0, text);
    EXPECT_EQ(sealed.size(), sealed_chunk_length(length, 0));
    EXPECT_LE(sealed.size(), kSealedChunkLimit);
    EXPECT_EQ(open_chunk(key_, length, 0, sealed), text) << length;
  }
}

TEST_F(ABlob, EveryBitFlippedIsRefused) {
  const Bytes text = pattern(300);
  Bytes sealed = seal_chunk(key_, text.size(), 0, text);
  const ChunkId id = chunk_id(sealed);
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    sealed[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    EXPECT_EQ(open_chunk(key_, text.size(), 0, sealed), std::nullopt) << bit;
    EXPECT_NE(chunk_id(sealed), id) << bit;
    sealed[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
  }
  EXPECT_EQ(open_chunk(key_, text.size(), 0, sealed), text);
}

TEST_F(ABlob, EveryCutIsRefused) {
  const Bytes text = pattern(200);
  const Bytes sealed = seal_chunk(key_, text.size(), 0, text);
  for (std::size_t length = 0; length < sealed.size(); ++length)
    EXPECT_EQ(open_chunk(key_, text.size(), 0, ByteView(sealed).first(length)), std::nullopt) << length;
}

TEST_F(ABlob, AChunkInAnothersPlaceIsRefused) {
  const std::uint64_t size = 3 * kChunkLength;
  const Bytes text = pattern(kChunkLength);
  const Bytes sealed = seal_chunk(key_, size, 1, text);
  EXPECT_EQ(open_chunk(key_, size, 0, sealed), std::nullopt);
  EXPECT_EQ(open_chunk(key_, size, 2, sealed), std::nullopt);
  EXPECT_EQ(open_chunk(key_, size, 3, sealed), std::nullopt);
  EXPECT_EQ(open_chunk(chunk_key(BlobKey::random()), size, 1, sealed), std::nullopt);
  EXPECT_EQ(open_chunk(key_, size, 1, sealed), text);
}

TEST_F(ABlob, AnEndThatWasCutOffIsNoticed) {
  const std::uint64_t size = 2 * kChunkLength;
  const Bytes sealed = seal_chunk(key_, size, 0, pattern(kChunkLength));
  EXPECT_EQ(open_chunk(key_, kChunkLength, 0, sealed), std::nullopt) << "the first of two is not the last of one";
}

TEST_F(ABlob, AnotherSizeThatPadsAlikeIsRefusedWhereItCutsBytesOff) {
  const std::size_t length = 4000;  // pads to 4096
  const Bytes sealed = seal_chunk(key_, length, 0, pattern(length));
  ASSERT_EQ(sealed_chunk_length(length, 0), sealed_chunk_length(length - 10, 0));
  EXPECT_EQ(open_chunk(key_, length - 10, 0, sealed), std::nullopt) << "what would be padding is not zero";
}

TEST_F(ABlob, LengthsOfLastChunksLookAlike) {
  std::size_t lengths = 0;
  std::size_t before = 0;
  for (std::size_t length = 1; length <= kChunkLength; ++length) {
    const std::size_t sealed = sealed_chunk_length(length, 0);
    lengths += sealed != before ? 1 : 0;
    before = sealed;
  }
  EXPECT_LT(lengths, 300U);
}

}  // namespace
}  // namespace duolog::crypto::testing
