// secret_test.cc: what a secret lets be done with it, and what not.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/secret.h"

#include <gtest/gtest.h>

#include <sstream>

namespace duolog::crypto::testing {
namespace {

template <class T>
concept Printable = requires(std::ostream& out, const T& value) { out << value; };
template <class T>
concept TurnsIntoHex = requires(const T& value) { hex(value); };

static_assert(!std::is_copy_constructible_v<EpochSecret> && !std::is_copy_assignable_v<EpochSecret>);
static_assert(!std::is_copy_constructible_v<SecretBytes> && !std::is_copy_constructible_v<Wiped<32>>);
static_assert(!std::is_convertible_v<EpochSecret, RecordKey> && !std::is_constructible_v<RecordKey, EpochSecret>);
static_assert(!Printable<EpochSecret> && !TurnsIntoHex<EpochSecret>);
static_assert(std::is_nothrow_move_constructible_v<EpochSecret>);

TEST(Secret, HasExactlyItsLength) {
  EXPECT_TRUE(EpochSecret::from(Bytes(32)));
  EXPECT_FALSE(EpochSecret::from(Bytes(31)));
  EXPECT_FALSE(EpochSecret::from(Bytes(33)));
}

TEST(Secret, ACloneIsEqualAndAnotherIsNot) {
  const EpochSecret secret = EpochSecret::random();
  EXPECT_TRUE(secret.clone() == secret);
  EXPECT_FALSE(EpochSecret::random() == secret);
}

TEST(Secret, MovedAwayItHoldsNothing) {
  EpochSecret from = EpochSecret::random();
  const EpochSecret to = std::move(from);
  EXPECT_EQ(to.view().size(), 32U);
  EXPECT_TRUE(from.view().empty());  // NOLINT(bugprone-use-after-move): that is what is tested
}

TEST(Secret, AssigningReleasesTheOldOne) {
  EpochSecret secret = EpochSecret::random();
  const EpochSecret other = EpochSecret::random();
  secret = other.clone();
  EXPECT_TRUE(secret == other);
}

TEST(Secret, MemoryStartsZeroed) {
  const SecretMemory memory(100);
  EXPECT_EQ(to_bytes(memory.view()), Bytes(100));
}

TEST(Secret, WipingZeroes) {
  Bytes bytes(100, 0xaa);
  wipe(bytes);
  EXPECT_EQ(bytes, Bytes(100));
  wipe({});
}

TEST(Secret, EqualityNeedsEqualLengths) {
  const Bytes two{1, 2};
  EXPECT_TRUE(equal_in_constant_time({}, {}));
  EXPECT_TRUE(equal_in_constant_time(two, Bytes{1, 2}));
  EXPECT_FALSE(equal_in_constant_time(two, Bytes{1, 3}));
  EXPECT_FALSE(equal_in_constant_time(two, ByteView(two).first(1)));
  EXPECT_FALSE(equal_in_constant_time(two, {}));
}

TEST(SecretDeathTest, CloningWhatWasMovedAwayStops) {
  EpochSecret from = EpochSecret::random();
  const EpochSecret to = std::move(from);
  EXPECT_DEATH((void)from.clone(), "moved away");  // NOLINT(bugprone-use-after-move)
}

}  // namespace
}  // namespace duolog::crypto::testing
