// introduction_test.cc: an introduction as bytes, and every way in which it can be wrong.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/introduction.h"

#include "crypto/hash.h"
#include "tests/unit/net/people.h"

namespace duolog::net {
namespace {

using testing::people;

Introduction ada() { return people().introduction_of(*people().ada); }

TEST(Introduction, ComesBackAsItWasSaid) {
  const auto back = decode_introduction(encode(ada()));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->chain, ada().chain);
  EXPECT_EQ(back->name, "Ada");
}

TEST(Introduction, IsPaddedSoThatNamesOfAnyLengthLookAlike) {
  Introduction longer = ada();
  longer.name = std::string(crypto::kNameLimit, 'A');
  EXPECT_EQ(encode(ada()).size(), crypto::kHandshakePayloadFloor);
  EXPECT_EQ(encode(longer).size(), crypto::kHandshakePayloadFloor);
}

TEST(Introduction, CutAnywhereIsRefused) {
  const Bytes whole = encode(ada());
  const std::size_t said = 4 + read_u32(whole);  // what follows is padding, which the channel's tag covers
  for (std::size_t cut = 0; cut < said; ++cut) ASSERT_FALSE(decode_introduction(ByteView(whole).first(cut))) << cut;
}

TEST(Introduction, WithANameOfOneByteTooManyOrNotUtf8IsRefused) {
  Introduction named = ada();
  named.name = std::string(crypto::kNameLimit + 1, 'A');
  EXPECT_FALSE(decode_introduction(encode(named)));
  const std::string wire("\x0a\x04\x0a\x02\x0a\x00\x12\x02\xc3\x28", 10);  // and a certificate without a signature
  EXPECT_FALSE(decode_introduction(crypto::pad(as_bytes(wire), 1024)));
}

TEST(Introduction, WithoutAChainOrWithOneTooLongIsRefused) {
  Introduction chained = ada();
  chained.chain.assign(crypto::kChainLimit, ada().chain[0]);
  EXPECT_TRUE(decode_introduction(encode(chained)));
  chained.chain.push_back(ada().chain[0]);
  EXPECT_FALSE(decode_introduction(encode(chained)));
  chained.chain.clear();
  EXPECT_FALSE(decode_introduction(encode(chained)));
}

TEST(Introduction, OfTheLongestChainFitsItsFrame) {
  Introduction chained = ada();
  chained.chain.assign(crypto::kChainLimit,
                       crypto::certify(people().ada_root, people().ada->public_keys(), 1, std::string(64, 'n')));
  EXPECT_LE(encode(chained).size() + crypto::kSecondMessageOverhead, kIntroductionFrame);
}

TEST(Introduction, IsOfTheKeyThatWasSpokenWith) {
  EXPECT_EQ(introduced_device(ada().chain, people().ada->public_keys().noise), people().ada->public_keys());
  EXPECT_FALSE(introduced_device(ada().chain, people().bo->public_keys().noise));
  EXPECT_FALSE(introduced_device({}, people().bo->public_keys().noise));
}

}  // namespace
}  // namespace duolog::net
