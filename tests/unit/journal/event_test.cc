// event_test.cc: events come back as they went; what is out of limits or no text does not come back at all.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/event.h"

#include <gmock/gmock.h>

#include "proto/event.pb.h"

namespace duolog::journal {
namespace {

using ::testing::ElementsAre;

class EventTest : public ::testing::Test {
 protected:
  static Bytes bytes_of(const event::Event& message) {
    const std::string text = message.SerializeAsString();
    return {text.begin(), text.end()};
  }
  static bool reads(const event::Event& message) { return decode_event(bytes_of(message)).has_value(); }

  template <class Payload>
  static Payload there_and_back(Payload payload) {
    const auto bytes = encode_event({1234, -90, {{DeviceId{}, 5}}, std::move(payload)});
    auto event = decode_event(bytes.view());
    EXPECT_TRUE(event);
    EXPECT_EQ(event->written_ms, 1234);
    EXPECT_EQ(event->offset_minutes, -90);
    EXPECT_THAT(event->seen, ElementsAre(Seen{DeviceId{}, 5}));
    return std::get<Payload>(std::move(event->payload));
  }

  static event::Event sealed_message() {
    event::Event message;
    event::Sealed* sealed = message.mutable_sealed();
    sealed->set_practice("checkin");
    sealed->set_period("2026-W47");
    const QuestionId question = crypto::round_question("checkin", "2026-W47");
    sealed->set_question(std::string(as_text(question.bytes)));
    sealed->set_rule("both");
    sealed->set_commit(std::string(32, 'c'));
    sealed->set_ciphertext("ct");
    sealed->set_ephemeral(std::string(32, 'e'));
    for (int i = 0; i < 9; ++i) sealed->add_slots(std::string(48, 's'));
    return message;
  }
};

TEST_F(EventTest, AnEntryComesBackAsItWent) {
  const Entry entry = there_and_back(Entry{"grüße 🌊", {"sea", "us"}, Moment{77, 60, true}});
  EXPECT_EQ(entry.text, "grüße 🌊");
  EXPECT_THAT(entry.tags, ElementsAre("sea", "us"));
  EXPECT_EQ(entry.about, (Moment{77, 60, true}));
}

TEST_F(EventTest, APartingComesBackAsItWent) {
  EXPECT_EQ(there_and_back(Parted{}).journal, std::nullopt);
  const Parted told = there_and_back(Parted{JournalId{{7}}, true});
  EXPECT_EQ(told.journal, JournalId{{7}});
  EXPECT_TRUE(told.forgotten);
  event::Event message;
  message.mutable_parted()->set_journal_id(std::string(31, 'j'));
  EXPECT_FALSE(decode_event(as_bytes(message.SerializeAsString())));
}

TEST_F(EventTest, MembersThatComeAndGoComeBackAsTheyWent) {
  crypto::Chain chain{{Bytes{1, 2, 3}, {}}, {Bytes{4}, {}}};
  chain.back().signature.fill(7);
  const auto add = there_and_back(DeviceAdd{chain, "link"});
  EXPECT_EQ(add.chain, chain);
  EXPECT_EQ(add.paired_by, "link");
  DeviceRemove remove{DeviceId{{1}}, 17, RecordId{{2}}};
  EXPECT_EQ(there_and_back(remove).device, remove.device);
  EXPECT_EQ(there_and_back(remove).cut_seq, 17u);
  EXPECT_EQ(there_and_back(remove).cut_record, remove.cut_record);
  EXPECT_FALSE(there_and_back(remove).root_signature);
  remove.root_signature.emplace().fill(9);
  EXPECT_EQ(there_and_back(remove).root_signature, remove.root_signature);
}

TEST_F(EventTest, ADeviceThatIsNamedInPartIsNotRemoved) {
  event::Event message;
  message.mutable_device_remove()->set_device(std::string(32, 'd'));
  message.mutable_device_remove()->set_cut_record(std::string(32, 'r'));
  EXPECT_TRUE(reads(message));
  message.mutable_device_remove()->set_root_signature(std::string(63, 's'));
  EXPECT_FALSE(reads(message));
  message.mutable_device_remove()->set_root_signature(std::string(64, 's'));
  EXPECT_TRUE(reads(message));
  message.mutable_device_remove()->set_device(std::string(31, 'd'));
  EXPECT_FALSE(reads(message));
}

TEST_F(EventTest, AChainOfSoManyIsReadAndNoMore) {
  event::Event message;
  for (std::size_t i = 0; i < crypto::kChainLimit; ++i)
    message.mutable_device_add()->mutable_chain()->add_certificates()->set_signature(std::string(64, 's'));
  EXPECT_TRUE(reads(message));
  message.mutable_device_add()->mutable_chain()->add_certificates()->set_signature(std::string(64, 's'));
  EXPECT_FALSE(reads(message));
}

TEST_F(EventTest, AFormComesBackAsItWent) {
  const Form form{{"connection", 7},
                  {"wish", std::string("rest")},
                  {"list", std::vector<std::string>{"a", "b"}},
                  {"none", std::vector<std::string>{}}};
  EXPECT_EQ(there_and_back(Answer{"checkin", "2026-W47", form}).form, form);
  EXPECT_EQ(decode_form(encode_form(form)), form);
}

TEST_F(EventTest, AnOpeningComesBackAsItWent) {
  Opening opening{RecordId{}, {}, {RecordId{}, RecordId{}}};
  opening.key.fill(9);
  const Opening back = there_and_back(opening);
  EXPECT_EQ(back.key, opening.key);
  EXPECT_EQ(back.counted.size(), 2u);
}

TEST_F(EventTest, AnEditComesBackAsItWent) {
  RecordId first;
  first.bytes.fill(1);
  RecordId second;
  second.bytes.fill(2);
  const Edit back = there_and_back(Edit{first, Entry{"as it should read", {"sea"}, {}, 3}, {first, second}});
  EXPECT_EQ(back.entry, first);
  EXPECT_EQ(back.content.text, "as it should read");
  EXPECT_EQ(back.content.mood, 3u);
  EXPECT_THAT(back.replaces, ElementsAre(first, second));
}

TEST_F(EventTest, WhatIsTakenBackComesBackAsItWent) {
  RecordId record;
  record.bytes.fill(7);
  const Bytes both = crypto::encode_rule({true, std::nullopt});
  EXPECT_TRUE(there_and_back(Erase{}).records.empty());
  const Erase back = there_and_back(Erase{{{record}, {record, "checkin", "2026-W47", both}}});
  ASSERT_EQ(back.records.size(), 2u);
  EXPECT_EQ(back.records[0].record, record);
  EXPECT_EQ(back.records[0].practice, "");
  EXPECT_EQ(back.records[1].period, "2026-W47");
  EXPECT_EQ(back.records[1].rule, both);
}

TEST_F(EventTest, ACalendarComesBackAsItWent) {
  const Calendar back = there_and_back(Calendar{"Asia/Kathmandu", 5, 7});
  EXPECT_EQ(back, (Calendar{"Asia/Kathmandu", 5, 7, -90})) << "with its writer's offset to fall back on";
}

TEST_F(EventTest, WhatTheNotebookKeepsComesBackAsItWent) {
  crypto::Genesis genesis;
  genesis.first.sign.bytes.fill(1);
  const auto secret = crypto::EpochSecret::random();
  const JournalKept kept = there_and_back(JournalKept{genesis, secret.clone(), "us", "Bo", "partner", "code"});
  EXPECT_EQ(kept.genesis, genesis);
  EXPECT_TRUE(kept.epoch_zero == secret);
  EXPECT_TRUE(there_and_back(EpochKept{JournalId{}, secret.clone()}).secret == secret);
}

TEST_F(EventTest, AnUnknownPayloadIsOfANewerVersion) {
  event::Event message;
  message.set_written_ms(5);
  Bytes bytes = bytes_of(message);
  append(bytes, Bytes{0xa2, 0x06, 0x01, 'x'});  // field 100, one byte
  const auto event = decode_event(bytes);
  ASSERT_TRUE(event);
  EXPECT_TRUE(std::holds_alternative<Newer>(event->payload));
}

TEST_F(EventTest, AnUnknownFieldOfAKnownPayloadIsSkipped) {
  event::Event message;
  message.mutable_entry()->set_text("kept");
  Bytes bytes = bytes_of(message);
  append(bytes, Bytes{0x52, 0x04, 0xa2, 0x06, 0x01, 'x'});  // the entry once more, merged: its field 100
  const auto event = decode_event(bytes);
  ASSERT_TRUE(event);
  EXPECT_EQ(std::get<Entry>(event->payload).text, "kept");
}

TEST_F(EventTest, TagsHaveLimits) {
  event::Event message;
  message.mutable_entry()->set_text("x");
  for (std::size_t i = 0; i < kTagCount; ++i) message.mutable_entry()->add_tags(std::string(kTagLimit, 't'));
  EXPECT_TRUE(reads(message));
  message.mutable_entry()->add_tags("one more");
  EXPECT_FALSE(reads(message));
  message.mutable_entry()->mutable_tags()->RemoveLast();
  message.mutable_entry()->set_tags(0, std::string(kTagLimit + 1, 't'));
  EXPECT_FALSE(reads(message));
}

TEST_F(EventTest, AnEventHasALimit) {
  event::Event message;
  message.mutable_entry()->set_text(std::string(crypto::kEventLimit - 8, 'x'));
  ASSERT_EQ(message.ByteSizeLong(), crypto::kEventLimit);
  EXPECT_TRUE(reads(message));
  message.mutable_entry()->mutable_text()->push_back('x');
  EXPECT_FALSE(reads(message));
}

TEST_F(EventTest, TextThatIsNotUtf8IsRefusedWhereverItStands) {
  event::Event entry;
  entry.mutable_entry()->set_text("ok");
  entry.mutable_entry()->add_tags("\xc3");
  EXPECT_FALSE(reads(entry));
  event::Event answer;
  answer.mutable_answer()->set_practice("p");
  answer.mutable_answer()->set_period("q");
  answer.mutable_answer()->mutable_form()->add_fields()->set_id("f");
  EXPECT_TRUE(reads(answer));
  answer.mutable_answer()->mutable_form()->mutable_fields(0)->set_text("\xed\xa0\x80");  // a lone surrogate
  EXPECT_FALSE(reads(answer));
}

TEST_F(EventTest, WhatAnEditReplacesAndWhatIsTakenBackHaveLimits) {
  event::Event edit;
  edit.mutable_edit()->set_entry(std::string(32, 'e'));
  for (std::size_t i = 0; i < kReplacesLimit; ++i) edit.mutable_edit()->add_replaces(std::string(32, 'r'));
  EXPECT_TRUE(reads(edit));
  edit.mutable_edit()->add_replaces(std::string(32, 'r'));
  EXPECT_FALSE(reads(edit));
  event::Event erase;
  for (std::size_t i = 0; i < kErasedLimit; ++i) erase.mutable_erase()->add_records()->set_record(std::string(32, 'r'));
  EXPECT_TRUE(reads(erase));
  erase.mutable_erase()->add_records()->set_record(std::string(32, 'r'));
  EXPECT_FALSE(reads(erase));
}

TEST_F(EventTest, AnAnswerThatIsTakenBackIsNamedWholeOrNotAtAll) {
  event::Event erase;
  event::Erased* one = erase.mutable_erase()->add_records();
  one->set_record(std::string(32, 'r'));
  one->set_practice("checkin");
  EXPECT_FALSE(reads(erase));
  one->set_period("2026-W47");
  one->set_rule("both");
  EXPECT_TRUE(reads(erase));
  one->set_rule("whenever");
  EXPECT_FALSE(reads(erase));
}

TEST_F(EventTest, AFrontierHasALimit) {
  event::Event message;
  message.mutable_entry()->set_text("x");
  for (std::size_t i = 0; i < kSeenLimit; ++i) message.add_seen()->set_device(std::string(32, 'd'));
  EXPECT_TRUE(reads(message));
  message.add_seen()->set_device(std::string(32, 'd'));
  EXPECT_FALSE(reads(message));
}

TEST_F(EventTest, AnOffsetIsAtMostADay) {
  event::Event message;
  message.mutable_entry()->set_text("x");
  message.set_offset_minutes(kOffsetLimit);
  EXPECT_TRUE(reads(message));
  message.set_offset_minutes(kOffsetLimit + 1);
  EXPECT_FALSE(reads(message));
}

TEST_F(EventTest, ASealedAnswerHasExactlyItsParts) {
  EXPECT_TRUE(reads(sealed_message()));
  event::Event slots = sealed_message();
  slots.mutable_sealed()->add_slots(std::string(48, 's'));
  EXPECT_FALSE(reads(slots));
  event::Event slot = sealed_message();
  slot.mutable_sealed()->mutable_slots(3)->pop_back();
  EXPECT_FALSE(reads(slot));
  event::Event commit = sealed_message();
  commit.mutable_sealed()->mutable_commit()->push_back('x');
  EXPECT_FALSE(reads(commit));
  event::Event other_week = sealed_message();
  other_week.mutable_sealed()->set_period("2026-W48");
  EXPECT_FALSE(reads(other_week));
}

TEST_F(EventTest, AnotherRuleIsOfANewerVersion) {
  event::Event message = sealed_message();
  message.mutable_sealed()->set_rule("whenever");
  const auto event = decode_event(bytes_of(message));
  ASSERT_TRUE(event);
  EXPECT_TRUE(std::holds_alternative<Newer>(event->payload));
}

TEST_F(EventTest, ACalendarHasHoursAndWeekdays) {
  event::Event message;
  message.mutable_calendar()->set_turn_hour(23);
  message.mutable_calendar()->set_first_weekday(7);
  EXPECT_TRUE(reads(message));
  message.mutable_calendar()->set_turn_hour(24);
  EXPECT_FALSE(reads(message));
  message.mutable_calendar()->set_turn_hour(4);
  message.mutable_calendar()->set_first_weekday(0);
  EXPECT_FALSE(reads(message));
}

TEST_F(EventTest, CutAnywhereNothingWorseHappensThanNoEvent) {
  const Bytes whole = bytes_of(sealed_message());
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const auto event = decode_event(ByteView(whole).first(length));
    EXPECT_FALSE(event && std::holds_alternative<Sealed>(event->payload)) << length;
  }
}

TEST_F(EventTest, EveryBitFlippedIsReadOrRefusedWithoutHarm) {
  Bytes bytes = bytes_of(sealed_message());
  std::size_t refused = 0;
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    refused += decode_event(bytes) ? 0U : 1U;
    bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
  }
  EXPECT_GT(refused, 100u);  // lengths, tags, the question; a changed commit or slot still reads
}

TEST_F(EventTest, GroupsNestedWithoutEndAreRefused) {
  Bytes bytes(10'000, 0xa3);  // field 20, start of a group, again and again
  EXPECT_FALSE(decode_event(bytes));
}

}  // namespace
}  // namespace duolog::journal
