// Which way of replying is meant, and what a reaction is.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>

#include <algorithm>

#include "client/emoji.h"
#include "client/failure.h"
#include "client/reply_manner.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

using testing::HasSubstr;

// As the daemon sends it: its own ways first, with those that close it named, then those that everything has.
control::Item waiting(const std::vector<std::string>& own, const std::vector<std::string>& settling) {
  control::Item item;
  item.set_id("3fa9c2d1e5");
  item.set_author("Bo");
  item.set_state("open");
  for (const auto& manner : own) {
    auto& may = *item.add_may();
    may.set_manner(manner);
    may.set_settles(std::ranges::find(settling, manner) != settling.end());
  }
  for (const char* manner : {"", "reflect", "ask", "validate", "thank"}) item.add_may()->set_manner(manner);
  return item;
}

std::string meant(const control::Item& item) {
  const auto answer = answered_by_words(item);
  if (answer) return answer->manner();
  return awaited_by(item).empty() ? "plain" : "which?";
}

TEST(Reply, WordsAnswerWhatWaitsForAnAnswer) {
  EXPECT_EQ(meant(waiting({"answer"}, {"answer"})), "answer");
  EXPECT_EQ(meant(waiting({"answer", "later"}, {"answer"})), "answer");
}

TEST(Reply, WhatClosesAThingIsTheDaemonsToSay) {
  EXPECT_EQ(meant(waiting({"agree", "boundary"}, {})), "plain");
  EXPECT_EQ(meant(waiting({"of a newer version"}, {"of a newer version"})), "which?");
}

TEST(Reply, WhereSeveralAnswersArePossibleItIsAskedWhich) {
  const auto need = waiting({"agree", "boundary", "compromise"}, {"agree", "boundary", "compromise"});
  EXPECT_EQ(meant(need), "which?");
  EXPECT_EQ(meant(waiting({"forgive", "later", "ask"}, {"forgive"})), "which?");
  const auto failure = which_manner(need);
  EXPECT_EQ(failure.status(), Exit::kUsage);
  EXPECT_THAT(failure.what(), HasSubstr("nothing was saved"));
  EXPECT_THAT(failure.hint(), HasSubstr("--as agree, --as boundary, --as compromise, --as reply, --reflect"));
}

TEST(Reply, WordsAreAPlainReplyWhereNothingWaits) {
  EXPECT_EQ(meant(waiting({}, {})), "plain");
  EXPECT_EQ(meant(waiting({"validate", "ask", "thank"}, {})), "plain");  // a mood: nobody owes an answer
  auto answered = waiting({"answer"}, {"answer"});
  answered.set_state("answer");
  EXPECT_EQ(meant(answered), "plain");
  auto mine = waiting({"answer"}, {"answer"});
  mine.set_mine(true);
  EXPECT_EQ(meant(mine), "plain");
}

TEST(Reply, WithoutWordsItSaysWhatIsWanted) {
  EXPECT_THAT(nothing_to_reply(waiting({}, {})).hint(), HasSubstr("duolog reply 3fa9c2d1 WORDS"));
  EXPECT_THAT(nothing_to_reply(waiting({"agree"}, {"agree"})).hint(), HasSubstr("--as agree"));
}

TEST(Reply, WhatIsTheOthersToSayIsToldSo) {
  control::Practice promise;
  promise.add_steps()->set_manner("kept");
  promise.add_replies()->set_manner("accept");
  auto item = waiting({}, {});
  EXPECT_EQ(not_offered(item, &promise, "kept").code(), "NOT_YOURS");
  EXPECT_THAT(not_offered(item, &promise, "kept").what(), HasSubstr("that is Bo's to say"));
  EXPECT_EQ(not_offered(item, &promise, "nonsense").code(), "USAGE");
  item.set_mine(true);
  EXPECT_EQ(not_offered(item, &promise, "accept").code(), "NOT_YOURS");
  EXPECT_EQ(not_offered(item, nullptr, "reflect").code(), "NOT_YOURS");
}

TEST(Reply, WhatIsSealedCannotBeAnsweredYet) {
  auto item = waiting({}, {});
  EXPECT_NO_THROW(check_readable(item));
  item.set_kind("letter");
  item.set_opens_at("9027-01-01");
  EXPECT_THROW(check_readable(item), Failure);
  item.set_mine(true);
  EXPECT_THROW(check_readable(item), Failure);
  control::Item answer;
  answer.set_answer_state("sealed");
  EXPECT_THROW(check_readable(answer), Failure);
}

TEST(Reaction, IsOneEmoji) {
  for (const char* emoji :
       {"🌿", "❤️", "❤", "👍🏽", "👨‍👩‍👧‍👦", "🇦🇹", "1️⃣", "✓", "★", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"})
    EXPECT_EQ(emoji_of(emoji), emoji);
}

TEST(Reaction, IsNoWordAndNoRowOfThem) {
  for (const char* other : {"", "nice", "x", "1", "+", ":)", "🌿🌿", "❤️ ", "🌿x", "ß", "日", "\xff", "é", "🇦🇹🇩🇪"})
    EXPECT_EQ(emoji_of(other), "") << other;
}

TEST(Reaction, MayBeNamed) {
  EXPECT_EQ(emoji_of("heart"), "❤️");
  EXPECT_EQ(emoji_of("thanks"), "🙏");
  EXPECT_THAT(emoji_names(), HasSubstr("heart, thanks, hug"));
}

}  // namespace
}  // namespace duolog::client
