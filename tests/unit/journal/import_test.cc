// What another program kept, in a journal: once, whole batches, nobody else's words.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/compose.h"
#include "daemon/journal/foreign.h"
#include "daemon/journal/upload.h"
#include "tests/unit/journal/together.h"

namespace duolog::journal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Importing : public Together {
 protected:
  static Foreign entry(std::string text, std::string origin = {}, std::int64_t at_ms = kNoon - 365 * kDay) {
    Foreign item;
    item.text = std::move(text);
    item.origin = std::move(origin);
    item.at = {at_ms, 120, false};
    return item;
  }
  Imported import(std::vector<Foreign> items, std::string journal = {}, ByteView request = {}) {
    return ada.shelf().import({std::move(journal), std::move(items), false}, request);
  }
  static std::size_t written(const Imported& imported) {
    return static_cast<std::size_t>(std::count_if(imported.items.begin(), imported.items.end(),
                                                  [](const auto& one) { return !one.already_there && !one.refused; }));
  }
};

TEST_F(Importing, WhatIsImportedIsPrivateAndKeepsItsDay) {
  Foreign item = entry("long ago", "jrnl x");
  item.tags = {"lake"};
  item.mood = 4;
  const Imported imported = import({item});
  EXPECT_FALSE(imported.shared);
  const Item shown = list(ada.shelf(), {.journal = "notebook"}).back();
  EXPECT_EQ(shown.text, "long ago");
  EXPECT_EQ(shown.on, "2025-11-22T14:00:00+02:00");
  EXPECT_EQ(shown.source.size(), kSourceLength);
  EXPECT_EQ(shown.mood, 4U);
  EXPECT_THAT(shown.tags, ElementsAre("lake"));
}

TEST_F(Importing, TheSecondTimeNothingIsWrittenAlsoAfterARestart) {
  const std::vector<Foreign> items{entry("a", "jrnl 1"), entry("b"), entry("b", {}, kNoon), entry("")};
  EXPECT_EQ(written(import(items)), 3U);
  EXPECT_EQ(written(import(items)), 0U);
  ada.restart();
  EXPECT_EQ(written(import(items)), 0U);
  EXPECT_EQ(list(ada.shelf(), {.journal = "notebook"}).size(), 3U);
}

TEST_F(Importing, WhatSaysTheSameTwiceIsTwoThingsWhereThatIsSaid) {
  Foreign again = entry("same");
  again.again = 1;
  EXPECT_EQ(written(import({entry("same"), again})), 2U);
  EXPECT_EQ(written(import({entry("same"), again})), 0U);
}

TEST_F(Importing, OneThatIsNotTakenLeavesTheOthers) {
  Foreign tag = entry("bad tag");
  tag.tags = {"two words"};
  Foreign late = entry("no such time");
  late.at.at_ms = INT64_MAX;
  const Imported imported = import({entry("a"), tag, late, entry("\xff"), entry(std::string(kTextLimit + 1, 'x')),
                                    entry(std::string(kTextLimit, 'x'))});
  EXPECT_EQ(written(imported), 2U);
  EXPECT_EQ(imported.items[1].refused->reason, Reason::kBadField);
  EXPECT_EQ(imported.items[2].refused->reason, Reason::kBadDate);
  EXPECT_EQ(imported.items[3].refused->reason, Reason::kBadUtf8);
  EXPECT_EQ(imported.items[4].refused->reason, Reason::kTooLong);
}

TEST_F(Importing, FilesGoWithEntriesAloneAndAnEntryOfAFileAloneIsOne) {
  Upload lake(ada.blobs(), "lake.jpg", "image/jpeg", 3);
  lake.take(Bytes{1, 2, 3});
  Foreign picture = entry("", "day-one A");
  picture.attachments = {lake.attachment()};
  Foreign answer = picture;
  answer.practice = "checkin";
  const Imported imported = import({picture, answer, entry("", "day-one B")});
  lake.kept();
  EXPECT_EQ(imported.items[1].refused->reason, Reason::kNotItsKind);
  EXPECT_EQ(imported.items[2].refused->reason, Reason::kEmpty);
  const Item shown = list(ada.shelf(), {.journal = "notebook"}).back();
  ASSERT_EQ(shown.attachments.size(), 1U);
  EXPECT_EQ(read_piece(ada.blobs(), lake.attachment(), 0), (Bytes{1, 2, 3}));
  EXPECT_TRUE(import({picture}).items[0].already_there);
}

TEST_F(Importing, ATrialWritesNothing) {
  const auto records = ada.log().record_count(ada.notebook());
  const Imported tried = ada.shelf().import({{}, {entry("a")}, true}, {});
  EXPECT_EQ(written(tried), 1U);
  EXPECT_EQ(ada.log().record_count(ada.notebook()), records);
}

TEST_F(Importing, ARepeatedRequestSaysSo) {
  const Bytes request(16, 7);
  EXPECT_FALSE(import({entry("a")}, {}, request).repeated);
  const Imported again = import({entry("a")}, {}, request);
  EXPECT_TRUE(again.repeated);
  EXPECT_EQ(written(again), 0U);
}

TEST_F(Importing, IntoASharedJournalBothReadIt) {
  import({entry("for both", "x 1")}, "Bo");
  meet(ada, bo);
  EXPECT_THAT(bo.texts(), ElementsAre("for both"));
}

TEST_F(Importing, AnEntryOfThisVeryJournalIsThereAlready) {
  const Saved saved = ada.write("mine", "notebook");
  const Imported imported = import({entry("mine", std::string(kOwnOrigin) + id_of(saved))});
  EXPECT_TRUE(imported.items[0].already_there);
  EXPECT_EQ(imported.items[0].id, saved.id);
}

TEST_F(Importing, ThatOfTheOtherIsNot) {
  const Saved theirs = bo.write("theirs");
  meet(ada, bo);
  EXPECT_EQ(written(import({entry("theirs", std::string(kOwnOrigin) + id_of(theirs))}, "Bo")), 1U);
}

TEST_F(Importing, AnAnswerIsTakenByTheNotebookAndOnce) {
  Foreign answer = entry("", "duolog ee");
  answer.practice = "mood";
  answer.period = "2025-11-22";
  answer.fields = {{"mood", std::int32_t{3}}, {"line", std::string("so so")}};
  EXPECT_EQ(written(import({answer})), 1U);
  EXPECT_EQ(written(import({answer})), 0U);
  EXPECT_EQ(list(ada.shelf(), {.kind = "answer"}).back().fields, answer.fields);
  EXPECT_EQ(import({answer}, "Bo").items[0].refused->reason, Reason::kNotItsKind);
}

TEST_F(Importing, WhatWasSaidAboutAThingIsSaidOnce) {
  const RecordId about = *import({entry("a", "x 1")}).items[0].id;
  Foreign remark;
  remark.to = about;
  remark.text = "a thought";
  Foreign reaction = remark;
  reaction.emoji = "🌿";
  EXPECT_EQ(written(import({remark, reaction})), 2U);
  EXPECT_EQ(written(import({remark, reaction})), 0U);
  const Item whole = show(ada.shelf(), {hex(about.view())});
  EXPECT_EQ(whole.remarks.at(0).text, "a thought");
  EXPECT_EQ(whole.reactions.at(0).emoji, "🌿");
  remark.to = RecordId{};
  EXPECT_EQ(import({remark}).items[0].refused->reason, Reason::kNotFound);
}

TEST(EntrySource, HasSixteenBytesOrNone) {
  for (const std::size_t length : {0U, 15U, 16U, 17U}) {
    Entry entry{"x", {}, {}};
    entry.source = Bytes(length, 1);
    const auto bytes = encode_event({kNoon, 0, {}, entry});
    EXPECT_EQ(decode_event(bytes.view()).has_value(), length == 0 || length == 16) << length;
  }
}

}  // namespace
}  // namespace duolog::journal
