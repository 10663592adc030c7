// bundle_test.cc: what is carried by hand: sealed and read in pieces, and what becomes of it on a bad stick.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/bundle.h"

#include "damage.h"
#include "vectors.h"

namespace duolog::crypto::testing {
namespace {

using Inside = std::optional<Bytes>;

// All of it at once, as whoever holds this key reads it; nullopt: refused.
template <class Key>
Inside opened(ByteView file, const Key& key, std::size_t piece = SIZE_MAX) {
  if (file.size() < kBundleHeadFloor) return std::nullopt;
  const auto length = BundleHead::length(file);
  if (!length || file.size() < *length) return std::nullopt;
  const BundleHead head(to_bytes(file.first(*length)));
  const auto bundle_key = head.open(key);
  if (!bundle_key) return std::nullopt;
  BundleReader reader(head, *bundle_key);
  Bytes inside;
  for (ByteView rest = file.subspan(*length); !rest.empty();) {
    const ByteView now = rest.first(std::min(piece, rest.size()));
    if (!reader.feed(now, inside)) return std::nullopt;
    rest = rest.subspan(now.size());
  }
  if (!reader.finish(inside)) return std::nullopt;
  return inside;
}

class ABundle : public ::testing::Test {
 protected:
  static Bytes text(std::size_t length) {
    Bytes bytes(length);
    for (std::size_t i = 0; i < length; ++i) bytes[i] = static_cast<std::uint8_t>(i * 7 + i / 251);
    return bytes;
  }
  // In pieces of so many bytes.
  Bytes sealed(ByteView inside, std::size_t piece = SIZE_MAX) {
    const std::vector<WrapPublic> roots{ada_.public_keys().wrap, bo_.public_keys().wrap};
    const std::vector<const EpochSecret*> epochs{&first_, &second_};
    BundleSealer sealer(roots, epochs, inside.size());
    Bytes file;
    while (!inside.empty()) {
      const ByteView now = inside.first(std::min(piece, inside.size()));
      sealer.seal(now, file);
      inside = inside.subspan(now.size());
    }
    while (sealer.pad(file)) {
    }
    return file;
  }

  RootKeys ada_{RootEntropy::random()};
  RootKeys bo_{RootEntropy::random()};
  EpochSecret first_ = EpochSecret::random();
  EpochSecret second_ = EpochSecret::random();
};

TEST(TheKnownBundle, OpensByItsEpochAndByEitherRoot) {
  const Bytes file = kat("/bundle/file");
  const Bytes inner = kat("/bundle/inner");
  EXPECT_EQ(opened(file, kat_as<EpochSecret>("/bundle/epoch_key_used")), inner);
  EXPECT_EQ(opened(file, RootKeys(kat_as<RootEntropy>("/keys/root_entropy_A"))), inner);
  EXPECT_EQ(opened(file, RootKeys(kat_as<RootEntropy>("/seeds/root_entropy_B"))), inner);
  EXPECT_EQ(opened(file, EpochSecret::random()), std::nullopt);
  EXPECT_EQ(bundle_length(inner.size()) - 3 * kBundleWrapLength, file.size()) << "it has one key, and ours have four";
}

TEST(TheKnownBundle, IsRefusedWithAnyByteChangedOrMissing) {
  const Bytes file = kat("/bundle/file");
  const auto key = kat_as<EpochSecret>("/bundle/epoch_key_used");
  expect_each_flip_refused(file, [&](const Bytes& bad) { return !opened(bad, key); });
  expect_each_cut_refused(file, [&](const Bytes& bad) { return !opened(bad, key); });
  Bytes longer = file;
  longer.push_back(0);
  EXPECT_FALSE(opened(longer, key));
}

TEST_F(ABundle, IsOpenedByWhoeverItIsFor) {
  const Bytes inside = text(5000);
  const Bytes file = sealed(inside);
  EXPECT_EQ(opened(file, first_), inside);
  EXPECT_EQ(opened(file, second_), inside);
  EXPECT_EQ(opened(file, ada_), inside);
  EXPECT_EQ(opened(file, bo_), inside);
  EXPECT_EQ(opened(file, RootKeys(RootEntropy::random())), std::nullopt);
}

TEST_F(ABundle, OfOneRootHasASecondSlotThatNobodyOpens) {
  const std::vector<WrapPublic> one{ada_.public_keys().wrap};
  BundleSealer sealer(one, {}, 3);
  Bytes file;
  sealer.seal(text(3), file);
  while (sealer.pad(file)) {
  }
  EXPECT_EQ(opened(file, ada_), text(3));
  EXPECT_EQ(opened(file, bo_), std::nullopt);
  EXPECT_EQ(opened(file, first_), std::nullopt);
}

// Around the floor, around whole chunks, and in pieces of any size on both ways.
TEST_F(ABundle, OfAnyLengthComesBackWhateverThePieces) {
  for (const std::size_t length : {0UL, 1UL, 4087UL, 4088UL, 4089UL, kBundleChunk - 9, kBundleChunk - 8,
                                   kBundleChunk - 7, 3 * kBundleChunk, 5 * kBundleChunk + 17}) {
    const Bytes inside = text(length);
    const Bytes file = sealed(inside, 7777);
    EXPECT_EQ(file.size(), bundle_length(length)) << length;
    EXPECT_EQ(opened(file, first_), inside) << length;
    EXPECT_EQ(opened(file, first_, 1), inside) << length;
    EXPECT_EQ(opened(file, first_, kSealedBundleChunk + 1), inside) << length;
  }
}

TEST_F(ABundle, SaysNoMoreOfItsLengthThanPadmeDoes) {
  EXPECT_EQ(bundle_length(0), bundle_length(4088)) << "the floor";
  EXPECT_EQ(sealed(text(100'000)).size(), sealed(text(100'100)).size());
  EXPECT_NE(sealed(text(100'000)), sealed(text(100'000))) << "and nothing of what is in it";
}

TEST_F(ABundle, DoesNotTellUnderHowManyKeysItIs) {
  const auto length_under = [&](std::vector<const EpochSecret*> epochs) {
    BundleSealer sealer({}, epochs, 0);
    Bytes file;
    while (sealer.pad(file)) {
    }
    EXPECT_EQ(file.size(), bundle_length(0));
    return *BundleHead::length(file);
  };
  EXPECT_EQ(length_under({}), kBundleHeadLimit);
  EXPECT_EQ(length_under({&first_}), kBundleHeadLimit);
  EXPECT_EQ(length_under({&first_, &first_, &first_, &first_}), kBundleHeadLimit);
}

TEST_F(ABundle, ThatIsCutOffGivesItsWholeChunksAndSaysSo) {
  const Bytes inside = text(4 * kBundleChunk);
  const Bytes file = sealed(inside);
  const BundleHead head(to_bytes(ByteView(file).first(*BundleHead::length(file))));
  BundleReader reader(head, *head.open(first_));
  Bytes got;
  const std::size_t half = 2 * kSealedBundleChunk + 1000;
  ASSERT_TRUE(reader.feed(ByteView(file).subspan(head.bytes().size(), half), got));
  EXPECT_FALSE(reader.finish(got));
  EXPECT_EQ(got, Bytes(inside.begin(), inside.begin() + static_cast<std::ptrdiff_t>(2 * kBundleChunk - 8)));
}

TEST_F(ABundle, WhoseChunksAreExchangedOrLeftOutIsRefused) {
  const Bytes file = sealed(text(4 * kBundleChunk));
  const std::size_t begin = *BundleHead::length(file) + kBundleStreamHead;
  const auto chunk = [&](std::size_t i) {
    return file.begin() + static_cast<std::ptrdiff_t>(begin + i * kSealedBundleChunk);
  };
  Bytes exchanged = file;
  std::swap_ranges(exchanged.begin() + (chunk(0) - file.begin()), exchanged.begin() + (chunk(1) - file.begin()),
                   exchanged.begin() + (chunk(1) - file.begin()));
  EXPECT_FALSE(opened(exchanged, first_));
  Bytes shorter(file.begin(), chunk(1));
  shorter.insert(shorter.end(), chunk(2), file.end());
  EXPECT_FALSE(opened(shorter, first_));
  Bytes twice = file;
  twice.insert(twice.end(), chunk(3), file.end());
  EXPECT_FALSE(opened(twice, first_));
}

TEST_F(ABundle, OfAnotherVersionOrWithTooManyKeysIsNone) {
  Bytes file = sealed(text(10));
  file[7] = '2';
  EXPECT_FALSE(BundleHead::length(file));
  file[7] = '1';
  file[136] = kBundleEpochs + 1;
  EXPECT_FALSE(BundleHead::length(file));
}

}  // namespace
}  // namespace duolog::crypto::testing
