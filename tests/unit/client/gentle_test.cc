// "You always", "you never".
// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/gentle.h"

#include <gtest/gtest.h>

namespace duolog::client {
namespace {

TEST(Gentle, HearsItHoweverItIsWritten) {
  for (const char* text : {"you always leave", "You Never call", "and YOU  ALWAYS do", "you\nnever", "you\tnever",
                           "you\u00a0always", "you're always late", "you\u2019re always late", "YOU\u2019VE never",
                           "you are always", "(you never)", "\"you always\""}) {
    EXPECT_NE(always_or_never(text), "") << text;
  }
}

TEST(Gentle, HearsWholeWordsOfOneSentenceOnly) {
  for (const char* text :
       {"", "you", "always", "never you", "thank you. Never mind", "are you, always?", "bayou always", "you alwaysy",
        "youalways", "we never", "your always", "I always", "you nevertheless"}) {
    EXPECT_EQ(always_or_never(text), "") << text;
  }
}

TEST(Gentle, BearsWhatIsNoUtf8) { EXPECT_EQ(always_or_never("\xff you never \xc3"), "you never"); }

TEST(Gentle, NamesTheWords) {
  EXPECT_EQ(always_or_never("and then, as ever: You  ARE always late"), "you are always");
  EXPECT_EQ(always_or_never("YOU\u2019VE never, you always"), "you've never");
}

}  // namespace
}  // namespace duolog::client
