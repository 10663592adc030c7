// pairing_test.cc: codes and links as people and machines get them wrong.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/pairing.h"

#include <gmock/gmock.h>

#include <set>

#include "damage.h"
#include "people.h"

namespace duolog::crypto::testing {
namespace {

using ::testing::Contains;
using Guess = CodeHost::Guess;

class CodeTest : public ::testing::Test {
 protected:
  People people_;
  PairCode code_{7, "guitar", "banana"};

  [[nodiscard]] CodeHost host(PairPurpose purpose = PairPurpose::kPartner) const {
    return {purpose, code_, people_.laptop.noise()};
  }
  [[nodiscard]] CodeJoiner joiner(const PairCode& code, PairPurpose purpose = PairPurpose::kPartner) const {
    return {purpose, code, people_.desktop.noise()};
  }
  // How the host judges this joiner.
  static Guess judged(CodeHost host, CodeJoiner joiner) {
    return host.judge(*joiner.guess(*host.offer(joiner.greeting())));
  }
};

TEST_F(CodeTest, TheRightCodeEndsInAHandshakeBothTrust) {
  CodeHost host = this->host();
  CodeJoiner joiner = this->joiner(code_);
  ASSERT_EQ(host.judge(*joiner.guess(*host.offer(joiner.greeting()))), Guess::kGood);
  ASSERT_TRUE(joiner.handshake().read(host.handshake().write({})));
  ASSERT_TRUE(host.handshake().read(joiner.handshake().write({})));
  EXPECT_EQ(joiner.handshake().remote(), people_.laptop.public_keys().noise);
  EXPECT_EQ(comparison_words(host.handshake().channel_binding()),
            comparison_words(joiner.handshake().channel_binding()));
  EXPECT_EQ(genesis_nonce(host.handshake().channel_binding()), genesis_nonce(joiner.handshake().channel_binding()));
}

TEST_F(CodeTest, AnotherWordNameplateOrPurposeIsWrong) {
  EXPECT_EQ(judged(host(), joiner({7, "guitar", "cabin"})), Guess::kWrong);
  EXPECT_EQ(judged(host(), joiner({7, "banana", "guitar"})), Guess::kWrong);
  EXPECT_EQ(judged(host(), joiner({8, "guitar", "banana"})), Guess::kWrong);
  EXPECT_EQ(judged(host(), joiner(code_, PairPurpose::kOwnDevice)), Guess::kWrong);
}

TEST_F(CodeTest, TheJoinerNeverMakesASecondGuess) {
  CodeJoiner joiner = this->joiner(code_);
  const Bytes offer = *host().offer(joiner.greeting());
  EXPECT_TRUE(joiner.guess(offer));
  EXPECT_FALSE(joiner.guess(offer));
  EXPECT_FALSE(joiner.guess(*host().offer(joiner.greeting())));
}

TEST_F(CodeTest, TheHostJudgesOneGuessAnOffer) {
  CodeHost host = this->host();
  CodeJoiner wrong = joiner({7, "guitar", "cabin"});
  const Bytes offer = *host.offer(wrong.greeting());
  CodeJoiner right = joiner(code_);
  EXPECT_EQ(host.judge(*wrong.guess(offer)), Guess::kWrong);
  EXPECT_EQ(host.judge(*right.guess(offer)), Guess::kUndecodable);
}

TEST_F(CodeTest, TheHostOffersOnce) {
  CodeHost host = this->host();
  EXPECT_FALSE(host.offer(Bytes(15)));
  EXPECT_FALSE(host.offer(Bytes(17)));
  EXPECT_TRUE(host.offer(Bytes(16)));
  EXPECT_FALSE(host.offer(Bytes(16)));
}

TEST_F(CodeTest, AGuessBeforeAnOfferIsNone) { EXPECT_EQ(host().judge(Bytes(kPairGuessLength)), Guess::kUndecodable); }

TEST_F(CodeTest, AGuessOfAnotherLengthIsNone) {
  for (const std::size_t length : {std::size_t{0}, kPairGuessLength - 1, kPairGuessLength + 1}) {
    CodeHost host = this->host();
    ASSERT_TRUE(host.offer(Bytes(16)));
    EXPECT_EQ(host.judge(Bytes(length)), Guess::kUndecodable);
  }
}

TEST_F(CodeTest, PointsThatAreNoneAreNotAGuess) {
  for (const char* point : {"0000000000000000000000000000000000000000000000000000000000000000",
                            "2b3c6b8c4f3800e7aef6864025b4ed79bd599117e427c41bd47d93d654b4a51c"}) {
    CodeHost host = this->host();
    ASSERT_TRUE(host.offer(Bytes(16)));
    Bytes guess = *from_hex(point);
    guess.resize(kPairGuessLength);
    EXPECT_EQ(host.judge(guess), Guess::kUndecodable);

    CodeJoiner joiner = this->joiner(code_);
    Bytes offer(16);
    append(offer, *from_hex(point));
    EXPECT_FALSE(joiner.guess(offer));
    EXPECT_TRUE(joiner.guess(*this->host().offer(joiner.greeting())));  // nothing was spent
  }
}

TEST_F(CodeTest, AnOfferOfAnotherLengthSpendsNothing) {
  CodeJoiner joiner = this->joiner(code_);
  EXPECT_FALSE(joiner.guess(Bytes(kPairOfferLength - 1)));
  EXPECT_FALSE(joiner.guess(Bytes(kPairOfferLength + 1)));
  EXPECT_TRUE(joiner.guess(*host().offer(joiner.greeting())));
}

TEST_F(CodeTest, EveryByteOfTheGuessIsBound) {
  for (std::size_t i = 0; i < kPairGuessLength; ++i) {
    CodeHost host = this->host();
    CodeJoiner joiner = this->joiner(code_);
    Bytes guess = *joiner.guess(*host.offer(joiner.greeting()));
    guess[i] ^= 1;
    EXPECT_NE(host.judge(guess), Guess::kGood) << i;
  }
}

TEST_F(CodeTest, EveryByteOfTheOfferIsBound) {
  for (std::size_t i = 0; i < kPairOfferLength; ++i) {
    CodeHost host = this->host();
    CodeJoiner joiner = this->joiner(code_);
    Bytes offer = *host.offer(joiner.greeting());
    offer[i] ^= 1;
    const auto guess = joiner.guess(offer);
    EXPECT_TRUE(!guess || host.judge(*guess) == Guess::kWrong) << i;
  }
}

TEST(CodeText, RandomCodesAreReadBack) {
  std::set<int> nameplates;
  for (int i = 0; i < 500; ++i) {
    const PairCode code = PairCode::random();
    nameplates.insert(code.nameplate);
    const auto parsed = parse_code(code.text());
    ASSERT_TRUE(std::holds_alternative<PairCode>(parsed)) << code.text();
    EXPECT_EQ(std::get<PairCode>(parsed).text(), code.text());
  }
  EXPECT_GE(*nameplates.begin(), 1);
  EXPECT_LE(*nameplates.rbegin(), 99);
  EXPECT_GT(nameplates.size(), 60U);
}

TEST(CodeText, IsReadForgivingly) {
  for (const char* typed :
       {"7-guitar-banana", " 7 Guitar  Banana\n", "07-GUITAR-BANANA", "7 - guitar - banana", "7 guitar-banana"}) {
    const auto parsed = parse_code(typed);
    ASSERT_TRUE(std::holds_alternative<PairCode>(parsed)) << typed;
    EXPECT_EQ(std::get<PairCode>(parsed).text(), "7-guitar-banana");
  }
}

TEST(CodeText, AMistypedWordGetsAHintBeforeAGuessIsSpent) {
  const auto parsed = parse_code("7-guitra-banana");
  ASSERT_TRUE(std::holds_alternative<MistypedWord>(parsed));
  EXPECT_EQ(std::get<MistypedWord>(parsed).word, "guitra");
  EXPECT_THAT(std::get<MistypedWord>(parsed).nearest, Contains("guitar"));
  EXPECT_EQ(std::get<MistypedWord>(parse_code("7-guitar-bananna")).word, "bananna");
}

TEST(CodeText, WhatIsNoCodeIsSaidToBeNone) {
  for (const char* typed : {"", "7", "7-guitar", "guitar-banana", "0-guitar-banana", "100-guitar-banana",
                            "7-guitar-banana-cabin", "-7-8-9-10", "x-guitar-banana", "duolog:abc"})
    EXPECT_TRUE(std::holds_alternative<NotACode>(parse_code(typed))) << typed;
  EXPECT_TRUE(std::holds_alternative<NotACode>(parse_code("7-guitar-banana" + std::string(200, ' '))));
}

class LinkTest : public ::testing::Test {
 protected:
  People people_;
  PairLink link_{PairPurpose::kPartner,
                 LinkSecret::random(),
                 fingerprint(people_.laptop.public_keys().noise),
                 1893456000,
                 {"192.0.2.7:38650", "[2001:db8::1]:38650"}};
  std::string text_ = std::string(link_.text().text());

  static bool same(const PairLink& a, const PairLink& b) {
    return a.purpose == b.purpose && a.secret == b.secret && a.host_fingerprint == b.host_fingerprint &&
           a.expires == b.expires && a.addresses == b.addresses;
  }
};

TEST_F(LinkTest, ComesBackFromItsText) {
  EXPECT_EQ(text_.substr(0, 7), "duolog:");
  const auto parsed = parse_link(text_);
  ASSERT_TRUE(parsed);
  EXPECT_TRUE(same(*parsed, link_));
}

TEST_F(LinkTest, CapitalsAndWrappedLinesAreForgiven) {
  std::string shouted;
  for (std::size_t i = 0; i < text_.size(); ++i) {
    if (i % 40 == 39) shouted += "\r\n  ";
    shouted += static_cast<char>(text_[i] >= 'a' && text_[i] <= 'z' ? text_[i] - 'a' + 'A' : text_[i]);
  }
  const auto parsed = parse_link(shouted);
  ASSERT_TRUE(parsed);
  EXPECT_TRUE(same(*parsed, link_));
}

TEST_F(LinkTest, EveryCutIsRefused) {
  expect_each_cut_refused(as_bytes(text_), [](ByteView bad) { return !parse_link(as_text(bad)); });
}

TEST_F(LinkTest, EveryLetterChangedIsAnotherLinkOrNone) {
  for (std::size_t i = 0; i < text_.size(); ++i) {
    std::string other = text_;
    other[i] = other[i] == 'a' ? 'b' : 'a';
    const auto parsed = parse_link(other);
    EXPECT_FALSE(parsed && same(*parsed, link_)) << i;
  }
}

TEST_F(LinkTest, LeftoverBitsMustBeZero) {
  link_.addresses.clear();  // 59 bytes: three bits of the last letter are left over
  std::string text(link_.text().text());
  ASSERT_TRUE(parse_link(text));
  text.back() = static_cast<char>(text.back() + 1);
  EXPECT_FALSE(parse_link(text));
}

// Any bytes as the text of a link.
std::string link_of(ByteView bytes) {
  std::string text = "duolog:";
  unsigned held = 0;
  unsigned bits = 0;
  const auto put = [&](unsigned group) { text += "abcdefghijklmnopqrstuvwxyz234567"[group & 31]; };
  for (const std::uint8_t byte : bytes) {
    held = held << 8 | byte;
    for (bits += 8; bits >= 5; bits -= 5) put(held >> (bits - 5));
  }
  if (bits > 0) put(held << (5 - bits));
  return text;
}

class LinkBytesTest : public ::testing::Test {
 protected:
  static Bytes with_addresses(const std::vector<std::string>& addresses) {
    Bytes bytes{1, 'A'};
    bytes.resize(1 + 1 + 32 + 16 + 8);
    bytes.push_back(static_cast<std::uint8_t>(addresses.size()));
    for (const std::string& address : addresses) {
      bytes.push_back(static_cast<std::uint8_t>(address.size()));
      append(bytes, as_bytes(address));
    }
    return bytes;
  }
  static bool accepted(const std::vector<std::string>& addresses) { return accepted(with_addresses(addresses)); }
  static bool accepted(ByteView bytes) { return parse_link(link_of(bytes)).has_value(); }
};

TEST_F(LinkBytesTest, EightAddressesAreReadAndANinthIsNot) {
  EXPECT_TRUE(accepted(std::vector<std::string>{}));
  EXPECT_TRUE(accepted(std::vector<std::string>(8, "h:1")));
  EXPECT_FALSE(accepted(std::vector<std::string>(9, "h:1")));
}

TEST_F(LinkBytesTest, AnAddressOf64BytesIsReadAndLongerShorterOrStrangerIsNot) {
  EXPECT_TRUE(accepted(std::vector<std::string>(8, std::string(64, 'a'))));
  EXPECT_FALSE(accepted({std::string(65, 'a')}));
  EXPECT_FALSE(accepted({std::string()}));
  EXPECT_FALSE(accepted({"a b:1"}));
  EXPECT_FALSE(accepted({"\x1b[2J:1"}));
  EXPECT_FALSE(accepted({"h\xc3\xa4:1"}));
}

TEST_F(LinkBytesTest, BytesAfterTheLastAddressAreRefused) {
  Bytes bytes = with_addresses({"h:1"});
  EXPECT_TRUE(accepted(bytes));
  bytes.push_back(0);
  EXPECT_FALSE(accepted(bytes));
}

TEST_F(LinkBytesTest, AnotherVersionOrPurposeIsRefused) {
  Bytes bytes = with_addresses({});
  for (const char purpose : {'D', 'R', 'A'}) {
    bytes[1] = static_cast<std::uint8_t>(purpose);
    EXPECT_TRUE(accepted(bytes));
  }
  bytes[0] = 2;
  EXPECT_FALSE(accepted(bytes));
  bytes[0] = 1;
  bytes[1] = 'M';
  EXPECT_FALSE(accepted(bytes));
}

TEST_F(LinkTest, AnotherSchemeOrTooMuchTextIsRefused) {
  EXPECT_FALSE(parse_link("duolop:" + text_.substr(7)));
  EXPECT_FALSE(parse_link(text_.substr(7)));
  EXPECT_FALSE(parse_link(text_ + std::string(1'000'000, 'a')));
}

TEST_F(LinkTest, AShakenHandNeedsTheSameSecretAndPurpose) {
  const PreparedPsk right = prepare_link(link_.purpose, link_.secret);
  Handshake joiner = Handshake::initiate(right, people_.desktop.noise());
  const Bytes first = joiner.write({});
  EXPECT_TRUE(right.fits(first));
  EXPECT_FALSE(prepare_link(PairPurpose::kOwnDevice, link_.secret).fits(first));
  EXPECT_FALSE(prepare_link(link_.purpose, LinkSecret::random()).fits(first));
}

using LinkDeathTest = LinkTest;
TEST_F(LinkDeathTest, AnAddressThatNoLinkCanHoldIsOurBug) {
  link_.addresses = {std::string(kLinkAddressLengthLimit + 1, 'a')};
  EXPECT_DEATH((void)link_.text(), "cannot hold this address");
  link_.addresses = {"with space:1"};
  EXPECT_DEATH((void)link_.text(), "cannot hold this address");
}

}  // namespace
}  // namespace duolog::crypto::testing
