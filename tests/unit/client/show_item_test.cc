// Entries as people read them, and nothing foreign in them that reaches the terminal as it came.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/show_item.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/dynamic_message.h>

#include <memory>

#include "client/delivery.h"
#include "client/json.h"
#include "client/layout.h"
#include "client/show_round.h"
#include "client/today.h"
#include "nasty.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const Output& plain() {
  static const Output kOut(Colour::kNever, false);
  return kOut;
}

control::Item entry(const std::string& text) {
  control::Item item;
  item.set_id("3fa9c2d1e5");
  item.set_kind("entry");
  item.set_author("Ada");
  item.set_written_at("2026-11-22T21:14:05+01:00");
  item.set_text(text);
  item.set_visibility("shared");
  return item;
}

constexpr int kDepth = 4;  // a remark is an item, too

// Every string of a message and of those in it.
void fill_everything(google::protobuf::Message& message, const std::string& with, int depth) {
  if (depth == 0) return;
  const auto* type = message.GetDescriptor();
  const auto* reflection = message.GetReflection();
  for (int i = 0; i < type->field_count(); ++i) {
    const auto* field = type->field(i);
    if (field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_STRING) {
      if (field->is_repeated()) {
        reflection->AddString(&message, field, with);
      } else {
        reflection->SetString(&message, field, with);
      }
    } else if (field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) {
      fill_everything(field->is_repeated() ? *reflection->AddMessage(&message, field)
                                           : *reflection->MutableMessage(&message, field),
                      with, depth - 1);
    }
  }
}

template <typename Message>
Message full_of(const std::string& text) {
  google::protobuf::FileDescriptorSet files;
  EXPECT_TRUE(files.ParseFromArray(control_described().data(), static_cast<int>(control_described().size())));
  google::protobuf::DescriptorPool pool;
  for (const auto& file : files.file()) EXPECT_NE(pool.BuildFile(file), nullptr);
  google::protobuf::DynamicMessageFactory factory(&pool);
  const auto* type = pool.FindMessageTypeByName(Message().GetTypeName());
  const std::unique_ptr<google::protobuf::Message> any(factory.GetPrototype(type)->New());
  fill_everything(*any, text, kDepth);
  Message message;
  EXPECT_TRUE(message.ParseFromString(any->SerializeAsString()));
  return message;
}

TEST(ShowItem, AnEntryHasItsHourItsAuthorAndItsWords) {
  EXPECT_EQ(item_text(entry("we walked to the lake"), plain(), {}),
            "21:14  Ada · 3fa9c2d1\n       we walked to the lake\n");
}

TEST(ShowItem, TheDeliveryLineNamesTheDeviceAndTheHour) {
  auto item = entry("hello");
  item.mutable_delivery()->set_state("here");
  EXPECT_THAT(item_text(item, plain(), {}), HasSubstr("\n       here\n"));
  auto& delivery = *item.mutable_delivery();
  delivery.set_state("delivered");
  delivery.set_at("2026-11-22T21:15:00+01:00");
  delivery.set_person("Bo");
  delivery.set_device("laptop");
  EXPECT_THAT(item_text(item, plain(), {}), HasSubstr("on Bo's laptop 21:15\n"));
  delivery.set_device("Bo's laptop");
  EXPECT_THAT(item_text(item, plain(), {}), HasSubstr("\n       on Bo's laptop 21:15\n"));
}

TEST(ShowItem, ASealedAnswerSaysSoAndNothingElse) {
  auto item = entry("");
  item.set_kind("answer");
  item.set_practice("checkin");
  item.set_period("2026-W47");
  item.set_visibility("sealed");
  EXPECT_THAT(item_text(item, plain(), {}), HasSubstr("check-in, week 47 of 2026 · sealed"));
}

TEST(ShowItem, AChoiceAndARankingAreShownAsTheyRead) {
  auto item = entry("");
  item.set_kind("answer");
  item.set_practice("plan");
  auto& kind = *item.add_fields();
  kind.set_id("kind"), kind.set_text("phone-free"), kind.add_labels("without telephones");
  auto& order = *item.add_fields();
  order.set_id("receive");
  for (const char* id : {"touch", "words"}) order.add_items(id);
  for (const char* label : {"a hug", "kind words"}) order.add_labels(label);
  auto& what = *item.add_fields();
  what.set_id("what"), what.set_text("the long way round");
  const auto text = item_text(item, plain(), {});
  EXPECT_THAT(text, HasSubstr("kind: without telephones\n"));
  EXPECT_THAT(text, HasSubstr("1. a hug\n"));
  EXPECT_THAT(text, HasSubstr("2. kind words\n"));
  EXPECT_THAT(text, Not(HasSubstr("phone-free")));
  EXPECT_EQ(headline(item), "the long way round");
}

TEST(ShowItem, AQuestionForTheOtherIsItsOwnQuestion) {
  auto item = entry("");
  item.set_kind("answer");
  item.set_practice("prompt");
  item.add_labels("What would you like to ask the other?");
  auto& asked = *item.add_fields();
  asked.set_id("question"), asked.set_text("which song was on?");
  EXPECT_THAT(item_text(item, plain(), {}), HasSubstr("\n       which song was on?\n"));
  EXPECT_THAT(item_text(item, plain(), {}), Not(HasSubstr("What would you like")));
}

TEST(ShowItem, WhatWasSharedOnItsDayNeedNotSayWhenItWasWritten) {
  auto item = entry("hello");
  item.set_first_written("2026-11-22T09:00:00+01:00");
  EXPECT_THAT(item_text(item, plain(), {}), Not(HasSubstr("first written")));
  item.set_first_written("2026-11-20T09:00:00+01:00");
  EXPECT_THAT(item_text(item, plain(), {}), HasSubstr("first written 2026-11-20"));
}

TEST(ShowItem, TheQuestionOfARoundStandsOnceAboveItsAnswers) {
  control::RoundReport round;
  round.set_practice("question");
  round.set_period("2026-11-22.a066");
  auto& form = *round.add_form();
  form.set_id("answer"), form.set_question("Which bird?");
  for (const char* words : {"the heron", "the wren"}) {
    auto& answer = *round.add_answers() = entry("");
    answer.set_kind("answer");
    answer.set_practice("question");
    answer.add_labels("Which bird?");
    auto& field = *answer.add_fields();
    field.set_id("answer"), field.set_text(words);
  }
  const auto text = round_text(round, plain(), false);
  EXPECT_EQ(text.find("Which bird?"), text.rfind("Which bird?")) << text;
  EXPECT_THAT(text, testing::AllOf(HasSubstr("the heron"), HasSubstr("the wren")));
}

TEST(ShowItem, WhoPassesATurnLeavesNobodyToWaitFor) {
  control::RoundReport round;
  round.set_sharing("in turns");
  round.set_other("Bo");
  round.set_mine_in(true);
  round.set_theirs_passed(true);
  EXPECT_EQ(round_state(round), "Bo has passed; each of you has had a turn");
  round.set_mine_in(false), round.set_theirs_in(true);
  round.set_theirs_passed(false), round.set_mine_passed(true);
  EXPECT_EQ(round_state(round), "you have passed; each of you has had a turn");
}

control::Item letter(bool mine) {
  auto item = entry("for the day you move out");
  item.set_kind("letter");
  item.set_mine(mine);
  item.set_visibility("sealed");
  item.set_opens_at("9027-01-01");
  return item;
}

TEST(ShowItem, OnesOwnLetterIsReadByShowAloneBeforeItsDay) {
  auto item = letter(true);
  item.mutable_delivery()->set_person("Bo");
  EXPECT_THAT(item_text(item, plain(), {}), HasSubstr("a letter to Bo · opens 9027-01-01"));
  EXPECT_THAT(item_text(item, plain(), {}), Not(HasSubstr("move out")));
  EXPECT_THAT(item_text(item, plain(), {.whole = true}), HasSubstr("move out"));
  item.set_opens_at("2020-01-01");
  EXPECT_THAT(item_text(item, plain(), {}), HasSubstr("move out"));
}

TEST(ShowItem, ALetterToMeSaysWhenItOpens) {
  auto item = letter(false);
  item.clear_text();
  EXPECT_THAT(item_text(item, plain(), {}), HasSubstr("a letter to you · opens 9027-01-01"));
  EXPECT_THAT(item_text(item, plain(), {}), HasSubstr("sealed until monday 1 january 9027"));
}

TEST(ShowItem, ARemarkSaysWhatItDidAndToWhat) {
  auto item = entry("not on weekdays");
  item.set_kind("remark");
  item.set_to("a1b2c3d4e5");
  item.set_manner("boundary");
  EXPECT_THAT(item_text(item, plain(), {}), HasSubstr("reply to a1b2c3d4: names a limit"));
  item.clear_text();
  item.set_manner("kept");
  EXPECT_EQ(item_text(item, plain(), {}), "21:14  Ada · reply to a1b2c3d4: kept it · 3fa9c2d1\n");
}

TEST(ShowItem, AReplyNamesTheWordsThatItIsAbout) {
  auto item = entry("not on weekdays");
  item.set_kind("remark");
  item.set_to("a1b2c3d4e5");
  item.set_quote("the guests stayed until one, and nobody had asked me whether I minded the noise they made");
  item.set_quote_mine(true);
  EXPECT_THAT(item_text(item, plain(), {}), HasSubstr("\n       on yours: 'the guests stayed until one, and nobody "));
  EXPECT_THAT(item_text(item, plain(), {}), HasSubstr(" …'\n       not on weekdays\n"));
  item.set_quote("rain");
  item.set_quote_mine(false);
  EXPECT_THAT(item_text(item, plain(), {}), HasSubstr("\n       on Ada's: 'rain'\n"));
  item.set_mine(true);
  EXPECT_THAT(item_text(item, plain(), {}), HasSubstr("\n       on theirs: 'rain'\n"));
}

TEST(ShowItem, ALetterWhoseDayHasComeSaysSo) {
  auto item = letter(false);
  item.set_opens_at("2026-12-01");
  item.set_is_new(true);
  item.set_visibility("shared");
  item.set_opens_at("2020-01-01");
  const auto shown = item_text(item, plain(), {});
  EXPECT_THAT(shown, HasSubstr("a letter to you, written 22 november 2026; it may be read now · 3fa9c2d1"));
  EXPECT_THAT(shown, HasSubstr("for the day you move out"));
  item.set_is_new(false);
  EXPECT_THAT(item_text(item, plain(), {}), HasSubstr("a letter to you · opened 2020-01-01"));
}

TEST(ShowItem, NothingIsOfferedForALetterThatWaitsForItsDay) {
  for (const bool mine : {true, false}) {
    auto item = letter(mine);
    item.add_may()->set_label("reply");
    EXPECT_THAT(item_text(item, plain(), {.whole = true}), Not(HasSubstr("what you can do")));
    item.set_opens_at("2020-01-01");
    EXPECT_THAT(item_text(item, plain(), {.whole = true}), HasSubstr("what you can do"));
  }
}

TEST(ShowItem, ASentenceHasNoSecondMarkAtItsEnd) {
  control::Item item = entry("");
  item.set_kind("answer");
  item.set_practice("our-own");
  item.set_title("How was Sunday?");
  item.set_period("2026-W47");
  auto& field = *item.add_fields();
  field.set_id("when");
  field.set_text("late");
  for (const char* label : {"Tell about a walk.", "What else?", "I feel …", "I feel … (a word or two)"}) {
    item.clear_labels();
    item.add_labels(label);
    EXPECT_THAT(item_text(item, plain(), {}), Not(testing::ContainsRegex("[.?!…]:"))) << label;
  }
  EXPECT_THAT(item_text(item, plain(), {}), HasSubstr("How was Sunday, week 47 of 2026"));
}

TEST(ShowItem, WhatWasSaidAboutItFollowsAndWhatCanBeDone) {
  auto item = entry("I call the landlord");
  item.set_state("owned");
  auto& reaction = *item.add_reactions();
  reaction.set_emoji("🌿");
  reaction.set_person("Bo");
  auto& remark = *item.add_remarks();
  remark.set_author("Bo");
  remark.set_id("77777777");
  remark.set_text("thank you for saying so");
  auto& may = *item.add_may();
  may.set_manner("boundary");
  may.set_label("say where my limit is");
  const auto shown = item_text(item, plain(), {.whole = true});
  EXPECT_THAT(shown, HasSubstr("Ada · not kept, and owned · 3fa9c2d1"));
  EXPECT_THAT(shown, HasSubstr("\n       🌿 Bo\n"));
  EXPECT_THAT(shown, HasSubstr("\n       Bo (77777777): thank you for saying so\n"));
  EXPECT_THAT(shown, HasSubstr("\n  duolog reply 3fa9c2d1 --as boundary: say where my limit is\n"));
  EXPECT_THAT(item_text(item, plain(), {}), Not(HasSubstr("--as boundary")));
}

TEST(ShowItem, FieldsHaveTheirLabels) {
  control::Item item = entry("");
  item.set_kind("answer");
  item.set_practice("checkin");
  auto& field = *item.add_fields();
  field.set_id("wish");
  field.set_text("sleep");
  EXPECT_THAT(item_text(item, plain(), {}), HasSubstr("wish: sleep\n"));
  item.add_labels("One small wish?");
  EXPECT_THAT(item_text(item, plain(), {}), HasSubstr("One small wish? sleep\n"));
}

TEST(ShowItem, DaysAreHeadings) {
  ItemPage page(plain(), {});
  page.add(entry("one"));
  auto next = entry("two");
  next.set_written_at("2026-11-23T08:00:00+01:00");
  page.add(next);
  EXPECT_THAT(page.text(), HasSubstr("sunday 22 november 2026\n"));
  EXPECT_THAT(page.text(), HasSubstr("monday 23 november 2026\n"));
}

TEST(ShowItem, WhatWasTakenBackStandsWithWhatComesBeforeItUnderNoDayOfItsOwn) {
  control::Item gone;
  gone.set_kind("taken back");
  gone.set_author("Bo");
  gone.set_taken_back_at("2026-11-25T08:00:00+01:00");
  ItemPage page(plain(), {});
  for (const auto& item : {gone, entry("one"), gone, entry("two")}) page.add(item);
  EXPECT_THAT(page.text(), Not(HasSubstr("no date")));
  EXPECT_THAT(page.text(), StartsWith("       Bo"));
  const std::string_view heading = "sunday 22 november 2026\n";
  const auto first = page.text().find(heading);
  ASSERT_NE(first, std::string::npos);
  EXPECT_EQ(page.text().find(heading, first + 1), std::string::npos) << "one day, one heading";
}

TEST(ShowItem, HostileTextInEveryFieldComesOutHarmless) {
  const std::string hostile = "\x1b]0;x\x07\u009b31m\u202e\u200b\n\rgo\x7f\u0301";
  for (const char* kind : {"entry", "answer", "letter", "remark", "unreadable", "newer"}) {
    auto item = full_of<control::Item>(hostile);
    ASSERT_EQ(item.text(), hostile);
    item.set_kind(kind);
    const auto shown = item_text(item, plain(), {.journal = true, .full_id = true, .whole = true});
    EXPECT_FALSE(has_raw_control(shown) || has_bidi_control(shown)) << kind << shown;
  }
  for (const char* sharing : {"", "open", "in turns", "sealed until both"}) {
    auto round = full_of<control::RoundReport>(hostile);
    round.set_practice("question");
    round.set_sharing(sharing);
    const auto shown = round_text(round, plain(), false);
    EXPECT_FALSE(has_raw_control(shown) || has_bidi_control(shown)) << shown;
  }
  const auto report = full_of<control::TodayReport>(hostile);
  const auto shown = today_text(report, plain(), true) + today_line(report);
  EXPECT_FALSE(has_raw_control(shown) || has_bidi_control(shown)) << shown;
}

TEST(ShowItem, NoLineIsWiderThanTheTerminal) {
  auto item = entry(std::string(500, 'x') + " " + std::string(300, 'y'));
  for (int i = 0; i < 20; ++i) item.add_tags("a-long-tag-with-a-number-" + std::to_string(i));
  const auto shown = item_text(item, plain(), {});
  for (std::size_t at = 0; at < shown.size();) {
    const auto end = shown.find('\n', at);
    EXPECT_LE(display_width(shown.substr(at, end - at)), plain().width());
    at = end + 1;
  }
}

TEST(ShowItem, ADeviceThatIsAwayIsToldInWords) {
  control::Peer peer;
  for (const auto& [state, text] :
       {std::pair{"waiting", "not connected"},
        {"dialling", "trying now"},
        {"never met", "not connected since pairing"},
        {"no address", "no address of it is known: it is found where both are in one network"},
        {"no answer", "no answer"},
        {"brand-new", "not connected"}}) {
    peer.set_state(state);
    EXPECT_EQ(peer_state(peer), text);
  }
}

TEST(ShowItem, ADeviceThatIsConnectedIsToldByWhichWay) {
  control::Peer peer;
  peer.set_connected(true);
  peer.set_behind(1);
  for (const auto& [way, text] : {std::pair{"", "connected"},
                                  {"here", "connected in this network"},
                                  {"name", "connected by a name"},
                                  {"across", "connected across the internet"},
                                  {"came in", "connected from across the internet"},
                                  {"through port", "connected through the port that your router maps"},
                                  {"tor", "connected through Tor"},
                                  {"brand-new\x1b", "connected"}}) {
    peer.set_way(way);
    EXPECT_EQ(peer_state(peer), std::string(text) + ", 1 not there yet");
  }
}

TEST(ShowItem, ADeviceOfAnotherVersionIsToldWithWhoNeedsAnUpdate) {
  control::Peer peer;
  peer.set_state("waiting");
  peer.set_behind(2);
  peer.set_version("newer");
  EXPECT_EQ(peer_state(peer), "not connected, its Duolog is newer: update this one, 2 not there yet");
  peer.set_version("older");
  EXPECT_EQ(peer_state(peer), "not connected, its Duolog is older: it needs an update, 2 not there yet");
}

TEST(ShowItem, ADeviceThatDoesNotAnswerIsToldSinceWhenAndWhenItIsTriedAgain) {
  control::Peer peer;
  peer.set_state("no answer");
  peer.set_since("2020-02-03T10:00:00+01:00");
  peer.set_last_seen("2020-02-03T10:00:00+01:00");
  EXPECT_EQ(peer_state(peer), "no answer since 3 feb 2020 10:00, trying now");
  peer.set_next_try("2020-02-03T10:05:00+01:00");
  peer.set_behind(2);
  EXPECT_EQ(peer_state(peer), "no answer since 3 feb 2020 10:00, next try 3 feb 2020 10:05, 2 not there yet");
}

TEST(ShowRound, TheJournalIsNamedWhereThereAreSeveral) {
  control::StatusReport status;
  for (const char* kind : {"notebook", "shared"}) status.add_journals()->set_kind(kind);
  EXPECT_FALSE(several_shared(status));
  status.add_journals()->set_kind("shared");
  EXPECT_TRUE(several_shared(status));
  control::RoundReport round;
  round.set_practice("checkin");
  round.set_period("2026-W47");
  round.set_journal("B\x1bo");
  EXPECT_EQ(round_title(round, true), "check-in, week 47 of 2026 · in B‹U+001B›o");
  EXPECT_EQ(round_title(round, false), "check-in, week 47 of 2026");
}

TEST(ShowRound, TheStateIsASentence) {
  control::RoundReport round;
  round.set_other("Bo");
  round.set_current(true);
  EXPECT_EQ(round_state(round), "nobody has answered yet");
  round.set_theirs_in(true);
  EXPECT_EQ(round_state(round), "Bo has answered; yours opens both");
  round.set_mine_in(true);
  EXPECT_EQ(round_state(round), "both are in");
  round.set_theirs_in(false);
  EXPECT_EQ(round_state(round), "yours is sealed; it opens when Bo has answered");
}

TEST(ShowRound, ATurnIsSaid) {
  control::RoundReport round;
  round.set_other("Bo");
  round.set_sharing("in turns");
  round.set_turn("theirs");
  round.set_mine_in(true);
  EXPECT_EQ(round_state(round), "yours is in; it is Bo's turn");
  round.set_turn("yours");
  round.set_mine_in(false);
  EXPECT_EQ(round_state(round), "it is your turn");
  round.set_theirs_passed(true);
  EXPECT_EQ(round_state(round), "Bo has passed; it is your turn");
}

TEST(ShowRound, WhoHasWrittenHasPassedNothing) {
  control::RoundReport round;
  round.set_other("Bo");
  round.set_sharing("in turns");
  round.set_turn("theirs");
  round.set_mine_in(true), round.set_mine_passed(true);
  EXPECT_EQ(round_state(round), "yours is in; it is Bo's turn");
  round.set_turn("yours");
  round.set_mine_in(false), round.set_mine_passed(false);
  round.set_theirs_in(true), round.set_theirs_passed(true);
  EXPECT_EQ(round_state(round), "Bo has written; it is your turn");
}

}  // namespace
}  // namespace duolog::client
