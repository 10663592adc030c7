// hash_test.cc: bytes, lv, boxes, signatures and padding.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/hash.h"

#include "damage.h"

namespace duolog::crypto::testing {
namespace {

TEST(Bytes, IntegersAreLittleEndian) {
  Bytes out;
  append_u32(out, 0x01020304);
  append_u64(out, 0x0102030405060708);
  EXPECT_EQ(hex(out), "040302010807060504030201");
  EXPECT_EQ(read_u32(out), 0x01020304U);
  EXPECT_EQ(read_u64(ByteView(out).subspan(4)), 0x0102030405060708U);
}

TEST(Bytes, HexRefusesWhatIsNoHex) {
  EXPECT_EQ(from_hex("00fFa0"), (Bytes{0x00, 0xff, 0xa0}));
  EXPECT_FALSE(from_hex("0"));
  EXPECT_FALSE(from_hex("0g"));
  EXPECT_FALSE(from_hex(" 0"));
}

TEST(Bytes, AnIdHasExactly32Bytes) {
  EXPECT_TRUE(DeviceId::from(Bytes(32)));
  EXPECT_FALSE(DeviceId::from(Bytes(31)));
  EXPECT_FALSE(DeviceId::from(Bytes(33)));
}

TEST(Utf8, WellFormedTextHasNoFault) {
  EXPECT_EQ(utf8_fault({}), std::nullopt);
  EXPECT_EQ(utf8_fault(as_bytes("a\x7f"
                                "\xc2\x80"
                                "\xdf\xbf")),
            std::nullopt);
  EXPECT_EQ(utf8_fault(as_bytes("\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf")), std::nullopt);
  EXPECT_EQ(utf8_fault(as_bytes("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf")), std::nullopt);
}

TEST(Utf8, TheFaultIsWhereItBegins) {
  for (const char* bad : {"\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
                          "\xf5\x80\x80\x80", "\xff", "\xc3", "\xe2\x82", "\xf0\x9f\x98", "\xe2\x28\xa1"})
    EXPECT_EQ(utf8_fault(as_bytes(std::string("ok\xc3\xa4") + bad)), 4U) << hex(as_bytes(bad));
}

TEST(Utf8, TheFaultIsFoundBetweenAnyNumberOfLetters) {
  for (std::size_t letters = 0; letters < 20; ++letters) {
    const std::string before(letters, 'a');
    EXPECT_EQ(utf8_fault(as_bytes(before + "\xc3" + std::string(17, 'b'))), letters);
    EXPECT_EQ(utf8_fault(as_bytes(before + "\xc3\xa4\x80" + std::string(7, 'b'))), letters + 2);
    EXPECT_EQ(utf8_fault(as_bytes(before + "\xc3\xa4" + before)), std::nullopt);
  }
}

TEST(Lv, LengthsAreLeb128) {
  EXPECT_EQ(lv({}), Bytes{});
  EXPECT_EQ(lv({Bytes{}, Bytes{9}}), (Bytes{0, 1, 9}));
  EXPECT_EQ(lv({Bytes(127)}).size(), 1U + 127U);
  const Bytes long_part = lv({Bytes(128)});
  EXPECT_EQ(long_part.size(), 2U + 128U);
  EXPECT_EQ(hex(ByteView(long_part).first(2)), "8001");
  EXPECT_EQ(hex(ByteView(lv({Bytes(300)})).first(2)), "ac02");
}

TEST(Hash, PartsDoNotRunIntoEachOther) {
  const Bytes a{1};
  const Bytes b{2, 3};
  const Bytes c{1, 2};
  const Bytes d{3};
  EXPECT_NE(hash_bytes("t", {a, b}), hash_bytes("t", {c, d}));
  EXPECT_NE(hash_bytes("t", {a}), hash_bytes("t1", {a}));
  EXPECT_EQ(hash_bytes("t", {a, b}), hash_list("t", std::vector<ByteView>{a, b}));
}

class Box : public ::testing::Test {
 protected:
  LocalKey key_ = LocalKey::random();
  Bytes ad_{1, 2, 3};
  Bytes text_ = to_bytes(as_bytes("only for us"));
  Bytes box_ = seal(key_.view(), ad_, text_);
};

TEST_F(Box, OpensWithKeyAndContext) { EXPECT_EQ(open(key_.view(), ad_, box_), text_); }
TEST_F(Box, AnotherKeyOrContextIsRefused) {
  EXPECT_FALSE(open(LocalKey::random().view(), ad_, box_));
  EXPECT_FALSE(open(key_.view(), Bytes{1, 2, 4}, box_));
  EXPECT_FALSE(open(key_.view(), {}, box_));
}
TEST_F(Box, EveryBitFlippedIsRefused) {
  expect_each_bit_flip_refused(box_, [&](ByteView bad) { return !open(key_.view(), ad_, bad); });
}
TEST_F(Box, EveryCutIsRefused) {
  expect_each_cut_refused(box_, [&](ByteView bad) { return !open(key_.view(), ad_, bad); });
}
TEST_F(Box, NothingCanBeSealedToo) {
  const Bytes empty = seal(key_.view(), {}, {});
  EXPECT_EQ(empty.size(), kSealOverhead);
  EXPECT_EQ(open(key_.view(), {}, empty), Bytes{});
}
TEST_F(Box, TwoBoxesOfTheSameTextDiffer) { EXPECT_NE(seal(key_.view(), ad_, text_), box_); }
TEST_F(Box, MemoryOfAnotherLengthIsNotWrittenTo) {
  Bytes small(text_.size() - 1);
  EXPECT_FALSE(open_into(small, key_.view(), ad_, box_));
}

TEST(Pad, TheFloorThenPadme) {
  EXPECT_EQ(pad({}, 512).size(), 512U);
  EXPECT_EQ(pad(Bytes(508), 512).size(), 512U);
  EXPECT_EQ(pad(Bytes(509), 512).size(), 544U);
  EXPECT_EQ(padme(513), 544U);
}

TEST(Pad, WhatWasPaddedComesBack) {
  for (const std::size_t length : {0U, 1U, 507U, 508U, 509U, 70'000U}) {
    const Bytes text(length, 0x5a);
    EXPECT_EQ(unpad(pad(text, 512)), text);
  }
}

TEST(Pad, ALengthThatDoesNotFitIsRefused) {
  Bytes padded = pad(Bytes(10, 1), 16);
  padded[0] = 12;  // all that is there
  EXPECT_TRUE(unpad(padded));
  padded[0] = 13;
  EXPECT_FALSE(unpad(padded));
  padded[3] = 0xff;
  EXPECT_FALSE(unpad(padded));
}

TEST(Pad, APadByteThatIsNotZeroIsRefused) {
  const Bytes padded = pad(Bytes(10, 1), 32);
  for (std::size_t i = 4 + 10; i < padded.size(); ++i) {
    Bytes bad = padded;
    bad[i] = 1;
    EXPECT_FALSE(unpad(bad)) << i;
  }
}

TEST(Pad, LessThanALengthIsRefused) {
  EXPECT_FALSE(unpad({}));
  EXPECT_FALSE(unpad(Bytes(3)));
  EXPECT_EQ(unpad(Bytes(4)), Bytes{});
}

TEST(Pad, PadmeNeverShrinksAndLeaksFewLengths) {
  std::size_t lengths = 0;
  for (std::uint64_t i = 1, last = 0; i < 100'000; ++i) {
    EXPECT_GE(padme(i), i);
    EXPECT_LE(padme(i), i + i / 8 + 1);
    lengths += padme(i) != last ? 1U : 0U;
    last = padme(i);
  }
  EXPECT_LT(lengths, 250U);
}

}  // namespace
}  // namespace duolog::crypto::testing
