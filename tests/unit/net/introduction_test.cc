// introduction_test.cc: an introduction as bytes, and every way in which it can be wrong.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/introduction.h"

#include "crypto/hash.h"
#include "tests/unit/net/people.h"
#include "tests/unit/proto/lies.h"
#include "tests/unit/proto/memory_peak.h"

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

// A member of the journal has passed the handshake and says anything of itself, one field at a time.
TEST(Introduction, WithALieInAnyFieldIsRefusedOrWithinItsLimits) {
  const Introduction truth = people().introduction_of(*people().ada);
  const Bytes bytes = *crypto::unpad(encode(truth));
  std::size_t refused = 0;
  const std::size_t told = duolog::testing::Lies::about(bytes, [&](const duolog::testing::Lie& lie) {
    const duolog::testing::MemoryPeak peak;
    const auto read = decode_introduction(crypto::pad(lie, crypto::kHandshakePayloadFloor));
    EXPECT_LE(peak.bytes(), std::size_t{64} << 20);
    if (!read) ++refused;
    if (!read) return;
    EXPECT_TRUE(!read->chain.empty() && read->chain.size() <= crypto::kChainLimit);
    EXPECT_LE(read->name.size(), crypto::kNameLimit);
    if (read->chain != truth.chain) {
      EXPECT_FALSE(crypto::prove(read->chain, people().genesis.roots()));
    }
  });
  EXPECT_GT(told, 60U);
  EXPECT_GT(refused, told / 4);
}

}  // namespace
}  // namespace duolog::net
