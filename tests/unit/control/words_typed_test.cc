// words_typed_test.cc: the 24 words as people type them: what is wrong with them is found before they are used.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/control/words_typed.h"

#include <gmock/gmock.h>

#include "crypto/keys.h"
#include "proto/control.pb.h"

namespace duolog::control {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;

const std::string& someones_words() {
  crypto::initialise();
  static const std::string words(crypto::words_from_entropy(*crypto::RootEntropy::from(Bytes(32, 7))).text());
  return words;
}

Error::Code fault_of(std::string_view words, bool all_wanted = true) {
  crypto::initialise();
  const auto fault = fault_in_words(words, all_wanted);
  return fault ? fault->code() : Error::UNSPECIFIED;
}

TEST(WordsTyped, AreFineAsTheyStandOnThePaper) { EXPECT_EQ(fault_of(someones_words()), Error::UNSPECIFIED); }

TEST(WordsTyped, AreFineInCapitalsAndOnSeveralLines) {
  std::string words = someones_words();
  for (char& c : words) c = c == ' ' ? '\n' : static_cast<char>(std::toupper(c));
  EXPECT_EQ(fault_of("  " + words + "\r\n"), Error::UNSPECIFIED);
}

TEST(WordsTyped, AreLookedAtOneByOneWhereMoreAreToCome) {
  EXPECT_EQ(fault_of("abandon", false), Error::UNSPECIFIED);
  EXPECT_EQ(fault_of("abandon", true), Error::WRONG_RECOVERY_WORDS);
  EXPECT_EQ(fault_of("", false), Error::WRONG_RECOVERY_WORDS);
}

TEST(WordsTyped, OneThatIsInNoListIsNamedWithItsPlaceAndTheNearest) {
  const auto fault = fault_in_words("abandon abilty", false);
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->code(), Error::MISTYPED_WORD);
  EXPECT_EQ(fault->offset(), 2U);
  EXPECT_EQ(fault->detail(), "abilty");
  EXPECT_THAT(fault->candidates(), Contains("ability"));
}

TEST(WordsTyped, WhatIsNoWordAtAllIsNotSaidBack) {
  for (const std::string& none : {std::string(65, 'x'), std::string("\xff\xfe"), std::string(1 << 20, 'x')}) {
    const auto fault = fault_in_words(none, false);
    ASSERT_TRUE(fault);
    EXPECT_EQ(fault->code(), Error::MISTYPED_WORD);
    EXPECT_EQ(fault->detail(), "");
    EXPECT_THAT(fault->candidates(), IsEmpty());
  }
}

TEST(WordsTyped, TwoThatAreExchangedOrOneTooManyAreNobodys) {
  const std::size_t first = someones_words().find(' ');
  const std::size_t second = someones_words().find(' ', first + 1);
  const std::string exchanged = someones_words().substr(first + 1, second - first - 1) + " " +
                                someones_words().substr(0, first) + someones_words().substr(second);
  ASSERT_NE(exchanged, someones_words());
  EXPECT_EQ(fault_of(exchanged), Error::WRONG_RECOVERY_WORDS);
  EXPECT_EQ(fault_of(exchanged, false), Error::WRONG_RECOVERY_WORDS) << "all 24 are there";
  EXPECT_EQ(fault_of(someones_words() + " abandon", false), Error::WRONG_RECOVERY_WORDS);
}

}  // namespace
}  // namespace duolog::control
