// changing_test.cc: entries are changed and words taken back, by their authors alone, on both sides.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <fstream>
#include <iterator>

#include "daemon/journal/other_years.h"
#include "daemon/journal/searching.h"
#include "daemon/journal/tally.h"
#include "daemon/store/query.h"
#include "tests/unit/journal/together.h"

namespace duolog::journal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Changing : public Together {
 protected:
  static Changed reword(Person& who, const Saved& what, const std::string& text) {
    return who.shelf().edit({{id_of(what)}, text}, {});
  }
  static TakenAway take_back(Person& who, const Saved& what) { return who.shelf().take_back({{id_of(what)}}, {}); }
  // In the order in which they stand, as everybody finds them.
  static std::vector<std::string> of_kind(Person& who, const std::string& kind) {
    std::vector<std::string> all;
    for (const Item& item : list(who.shelf(), {.kind = kind})) all.push_back(item.text);
    return all;
  }
  static RecordId last(Person& who) { return who.log().head(who.shared(), who.device())->head; }
  static std::string everything(Person& who) {
    std::string all;
    for (const Item& item : list(who.shelf(), {})) {
      all += hex(item.id.view()) + std::string(name(item.kind)) + item.text + item.edited_at + item.taken_back_at;
      for (const std::string& tag : item.tags) all += "#" + tag;
      for (const ItemVersion& one : item.versions) all += one.text;
      all += std::to_string(item.version_count) + std::to_string(item.remark_count) + "\n";
    }
    return all;
  }
  // What a view that was made anew says, and what the log says while it is.
  static void expect_the_same_anew(Person& who) {
    const std::string before = everything(who);
    who.stop();
    who.restart();
    EXPECT_EQ(everything(who), before);
    who.settle();
    EXPECT_EQ(everything(who), before);
  }
};

// ---- edit ----

TEST_F(Changing, AnEditIsSeenOnBothSides) {
  const Saved saved = ada.write("we walked to the lake");
  meet(ada, bo);
  ada.now += kHour;
  EXPECT_FALSE(reword(ada, saved, "we walked to the sea").unchanged);
  meet(ada, bo);
  for (Person* who : {&ada, &bo}) {
    EXPECT_THAT(who->texts(), ElementsAre("we walked to the sea"));
    const Item item = shown(*who, saved);
    EXPECT_EQ(item.id, saved.id) << "it is the same entry";
    EXPECT_EQ(item.version_count, 2U);
    EXPECT_NE(item.edited_at, "");
    const std::vector<ItemVersion> past = past_of(*who, saved);
    ASSERT_THAT(past, SizeIs(2));
    EXPECT_EQ(past.front().text, "we walked to the lake");
    expect_the_same_anew(*who);
  }
}

// More would count nowhere: so they are not written.
TEST_F(Changing, AnEntryTakesSoManyEditsAndNoMore) {
  const Saved saved = ada.write("the list");
  std::vector<Event> events;
  RecordId replaced = saved.id;
  Journal& journal = ada.journal(ada.shared());
  for (std::size_t made = 0; made < kEditsCounted - 1; made += events.size()) {
    events.clear();
    while (events.size() < 512 && made + events.size() < kEditsCounted - 1)
      events.push_back({ada.now, 0, {}, Edit{saved.id, Entry{"the list, longer"}, {replaced}}});
    replaced = journal.append_all(events, {}).back();
  }
  ada.settle();
  EXPECT_FALSE(reword(ada, saved, "the last one").unchanged);
  try {
    reword(ada, saved, "one too many");
    ADD_FAILURE() << "was written";
  } catch (const Refusal& refusal) {
    EXPECT_EQ(refusal.reason, Reason::kTooLong);
    EXPECT_EQ(refusal.detail, "versions");
    EXPECT_EQ(refusal.limit, kEditsCounted);
  }
  meet(ada, bo);
  for (Person* who : {&ada, &bo}) EXPECT_EQ(past_of(*who, saved).size(), kEditsCounted + 1);
}

TEST_F(Changing, ItIsFoundByWhatIsShown) {
  Draft draft;
  draft.text = "a red day";
  draft.tags = {"red"};
  const Saved saved = ada.shelf().write(draft, {});
  ada.shelf().edit({.entry = {id_of(saved)}, .tags = {{"blue"}}, .mood = 4, .on = "2026-11-03"}, {});
  meet(ada, bo);
  for (Person* who : {&ada, &bo}) {
    EXPECT_THAT(who->texts({.tag = "red"}), IsEmpty());
    EXPECT_THAT(who->texts({.tag = "blue"}), ElementsAre("a red day"));
    EXPECT_THAT(who->texts({.until = "2026-11-03"}), ElementsAre("a red day"));
    EXPECT_EQ(shown(*who, saved).mood, 4U);
    expect_the_same_anew(*who);
  }
}

std::vector<std::string> sought(Person& who, const std::string& words) {
  std::vector<std::string> all;
  for (const Finding& found : search(who.shelf(), words, {}).findings) all.push_back(found.item.text);
  return all;
}

std::vector<std::string> remembered(Person& who) {
  const std::int64_t now = std::exchange(who.now, who.now + 365 * kDay);
  std::vector<std::string> all;
  for (const Memory& memory : other_years(who.shelf(), {}).memories) all.push_back(memory.item.text);
  who.now = now;
  return all;
}

TEST_F(Changing, SearchOtherYearsAndNumbersKnowWhatIsShownAndNothingElse) {
  const Saved edited = ada.write("pomegranates");
  const Saved regretted = ada.write("quinces");
  reword(ada, edited, "two red apples");
  meet(ada, bo);
  for (Person* who : {&ada, &bo}) {
    EXPECT_THAT(sought(*who, "pomegranates"), IsEmpty());
    EXPECT_THAT(sought(*who, "apples"), ElementsAre("two red apples"));
    EXPECT_THAT(sought(*who, "quinces"), ElementsAre("quinces"));
    EXPECT_THAT(remembered(*who), ElementsAre("two red apples", "quinces"));
    EXPECT_EQ(tally(who->shelf(), {}).front().words, 4U);
  }
  take_back(ada, regretted);
  meet(ada, bo);
  for (Person* who : {&ada, &bo}) {
    EXPECT_THAT(sought(*who, "quinces"), IsEmpty());
    EXPECT_THAT(remembered(*who), ElementsAre("two red apples"));
    EXPECT_EQ(tally(who->shelf(), {}).front().words, 3U);
  }
}

TEST_F(Changing, WhatStandsSideBySideIsFoundByTheWordsOfEach) {
  const Saved saved = ada.write("first");
  reword(ada, saved, "on the laptop");
  forge(ada, ada.shared(), Edit{saved.id, Entry{"by telephone", {"away"}, {}}, {saved.id}});
  meet(ada, bo);
  for (Person* who : {&ada, &bo}) {
    EXPECT_THAT(sought(*who, "laptop"), SizeIs(1));
    EXPECT_THAT(sought(*who, "telephone"), SizeIs(1));
    EXPECT_THAT(who->texts({.tag = "away"}), SizeIs(1));
    EXPECT_THAT(sought(*who, "first"), IsEmpty());
  }
}

TEST_F(Changing, TheOthersNewEntryIsShownAsItReadsByNow) {
  const Saved saved = ada.write("as it was");
  reword(ada, saved, "as it is");
  meet(ada, bo);
  ASSERT_THAT(bo.news, SizeIs(1));
  EXPECT_EQ(bo.news.front().item->text, "as it is");
  const Today page = today(bo.shelf());
  ASSERT_THAT(page.news, SizeIs(1));
  EXPECT_EQ(page.news.front().text, "as it is");
}

TEST_F(Changing, APrivateEntryIsSharedAsItReadsByNow) {
  Draft draft;
  draft.text = "not yet";
  draft.private_entry = true;
  const Saved saved = ada.shelf().write(draft, {});
  reword(ada, saved, "now");
  const Saved shared = ada.shelf().share({id_of(saved)}, {}, {}, {});
  meet(ada, bo);
  EXPECT_THAT(bo.texts(), ElementsAre("now"));
  EXPECT_EQ(shown(bo, shared).version_count, 0U) << "what it was before stays private";
  EXPECT_THAT(history(bo.shelf(), {id_of(shared)}).versions, SizeIs(1));
}

TEST_F(Changing, WhereNothingChangesNothingIsWritten) {
  const Saved saved = ada.write("the same");
  const auto before = ada.log().record_count(ada.shared());
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(reword(ada, saved, "the same").unchanged);
  EXPECT_EQ(ada.log().record_count(ada.shared()), before);
}

TEST_F(Changing, AHundredSavesAreOneEntryAndNoConflict) {
  const Saved saved = ada.write("0");
  for (int i = 1; i <= 100; ++i) {
    reword(ada, saved, std::to_string(i));
    if (i % 10 == 0) meet(ada, bo);
  }
  EXPECT_THAT(bo.texts(), ElementsAre("100"));
  EXPECT_THAT(shown(bo, saved).versions, IsEmpty());
}

TEST_F(Changing, WhatWasWrittenSideBySideStaysUntilItIsMadeOne) {
  const Saved saved = ada.write("first");
  reword(ada, saved, "on the laptop");
  forge(ada, ada.shared(), Edit{saved.id, Entry{"on the telephone", {}, {}}, {saved.id}});
  meet(ada, bo);
  for (Person* who : {&ada, &bo}) {
    EXPECT_THAT(shown(*who, saved).versions, SizeIs(2));
    EXPECT_THAT(who->ids(), SizeIs(1)) << "one conflict, and one entry";
  }
  reword(ada, saved, "on both");
  meet(ada, bo);
  EXPECT_THAT(shown(bo, saved).versions, IsEmpty());
  EXPECT_THAT(bo.texts(), ElementsAre("on both"));
}

TEST_F(Changing, AnEditReplacesWhatItsWriterSawAndNothingElse) {
  const Saved saved = ada.write("first");
  const std::string seen = id_of(saved);
  reword(ada, saved, "meanwhile");
  ada.shelf().edit({.entry = {seen}, .text = "an hour later", .replaces = {seen}}, {});
  EXPECT_THAT(shown(ada, saved).versions, SizeIs(2));
}

TEST_F(Changing, ARepeatedRequestEditsOnce) {
  const Saved saved = ada.write("first");
  const Bytes request(16, 7);
  ada.shelf().edit({{id_of(saved)}, "second"}, request);
  EXPECT_TRUE(ada.shelf().edit({{id_of(saved)}, "second"}, request).repeated);
  EXPECT_EQ(shown(ada, saved).version_count, 2U);
}

TEST_F(Changing, NobodyChangesOrTakesBackTheOthersWords) {
  const Saved saved = ada.write("hers");
  meet(ada, bo);
  EXPECT_EQ(refused([&] { reword(bo, saved, "his"); }), Reason::kNotYours);
  EXPECT_EQ(refused([&] { take_back(bo, saved); }), Reason::kNotYours);
  forge(bo, bo.shared(), Edit{saved.id, Entry{"forged", {}, {}}, {saved.id}});
  forge(bo, bo.shared(), Erase{{{saved.id}}});
  meet(ada, bo);
  for (Person* who : {&ada, &bo}) {
    EXPECT_THAT(who->texts(), ElementsAre("hers"));
    EXPECT_EQ(shown(*who, saved).version_count, 0U);
    expect_the_same_anew(*who);
  }
}

// ---- taken back ----

bool lies_below(const std::filesystem::path& folder, ByteView bytes) {
  const std::string wanted(as_text(bytes.subspan(bytes.size() / 3, 48)));
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    if (!file.is_regular_file()) continue;
    std::ifstream stream(file.path(), std::ios::binary);
    const std::string all(std::istreambuf_iterator<char>(stream), {});
    if (all.find(wanted) != std::string::npos) return true;
  }
  return false;
}

Bytes sealed_bytes(Person& who, const DeviceId& author, std::uint64_t seq) {
  Bytes body;
  who.log().each(who.shared(), author, seq, [&](auto, const auto&, const crypto::Record& record) {
    if (record.body) body = *record.body;
    return false;
  });
  return body;
}

TEST_F(Changing, WhatIsTakenBackIsGoneOnBothSidesAndAMarkStays) {
  const Saved saved = ada.write("words that I take back");
  const auto seq = ada.log().head(ada.shared(), ada.device())->seq;
  bo.write("his stay");
  meet(ada, bo);
  bo.shelf().remark({id_of(saved)}, "", "a reply", {});
  meet(ada, bo);
  const Bytes body = sealed_bytes(bo, ada.device(), seq);
  ASSERT_FALSE(body.empty());
  ASSERT_TRUE(lies_below(bo.database().file().parent_path(), body));
  take_back(ada, saved);
  meet(ada, bo);
  for (Person* who : {&ada, &bo}) {
    EXPECT_FALSE(lies_below(who->database().file().parent_path(), body));
    const Item item = shown(*who, saved);
    EXPECT_EQ(item.kind, ItemKind::kTakenBack);
    EXPECT_EQ(item.text, "");
    EXPECT_EQ(item.author, "Ada");
    EXPECT_NE(item.taken_back_at, "");
    EXPECT_EQ(item.remark_count, 1U) << "the other's words stay";
    EXPECT_THAT(who->log().missing_bodies(who->shared()), IsEmpty());
    expect_the_same_anew(*who);
    EXPECT_FALSE(lies_below(who->database().file().parent_path(), body));
  }
}

TEST_F(Changing, AllVersionsGoAndOneMarkStays) {
  const Saved saved = ada.write("first");
  reword(ada, saved, "second");
  reword(ada, saved, "third");
  meet(ada, bo);
  take_back(ada, saved);
  meet(ada, bo);
  for (Person* who : {&ada, &bo}) {
    EXPECT_THAT(who->ids(), ElementsAre(saved.id));
    const std::vector<ItemVersion> past = past_of(*who, saved);
    ASSERT_THAT(past, SizeIs(3));
    for (const ItemVersion& one : past) EXPECT_EQ(one.text, "");
    expect_the_same_anew(*who);
  }
}

TEST_F(Changing, WhatWasEditedWithoutKnowingThatItWasTakenBackStays) {
  const Saved saved = ada.write("first");
  take_back(ada, saved);
  forge(ada, ada.shared(), Edit{saved.id, Entry{"on the telephone", {"kept"}, {}}, {saved.id}});
  meet(ada, bo);
  for (Person* who : {&ada, &bo}) {
    EXPECT_THAT(who->texts({.tag = "kept"}), ElementsAre("on the telephone"));
    EXPECT_THAT(of_kind(*who, "entry"), ElementsAre("on the telephone"));
    EXPECT_NE(past_of(*who, saved).front().taken_back_at, "");
    expect_the_same_anew(*who);
  }
  take_back(ada, saved);
  meet(ada, bo);
  EXPECT_THAT(of_kind(bo, "entry"), IsEmpty());
}

TEST_F(Changing, WhoComesLaterNeverSeesTheWords) {
  const Saved saved = ada.write("before the two met again");
  take_back(ada, saved);
  meet(ada, bo);
  EXPECT_EQ(shown(bo, saved).kind, ItemKind::kTakenBack);
  EXPECT_THAT(bo.log().missing_bodies(bo.shared()), IsEmpty());
  EXPECT_THAT(bo.news, IsEmpty()) << "that there is nothing to read is no news";
  expect_the_same_anew(bo);
}

TEST_F(Changing, NothingThatAMachineNeedsCanBeTakenBack) {
  ada.answer(7, "the walk");
  bo.answer(5, "the soup");
  meet(ada, bo);
  meet(ada, bo);
  const RecordId opening = last(bo);
  const auto seq = bo.log().head(bo.shared(), bo.device())->seq;
  forge(bo, bo.shared(), Erase{{{opening}}});
  const RecordId tombstone = last(bo);
  forge(bo, bo.shared(), Erase{{{tombstone}}});
  meet(ada, bo);
  EXPECT_FALSE(sealed_bytes(ada, bo.device(), seq).empty());
  EXPECT_FALSE(sealed_bytes(ada, bo.device(), seq + 1).empty());
  EXPECT_EQ(round_of(ada, {"checkin", "2026-W47"}).state, RoundState::kBothIn);
  expect_the_same_anew(ada);
}

TEST_F(Changing, ASealedAnswerStaysAsItWasGivenUntilBothHaveOpened) {
  const Saved mine = ada.answer(7, "the walk");
  EXPECT_EQ(refused([&] { take_back(ada, mine); }), Reason::kStaysAsGiven);
  bo.answer(5, "the soup");
  meet(ada, bo);
  meet(ada, bo);
  take_back(ada, mine);
  meet(ada, bo);
  for (Person* who : {&ada, &bo}) {
    for (int times = 0; times < 2; ++times) {
      const Round round = round_of(*who, {"checkin", "2026-W47"});
      EXPECT_EQ(round.state, RoundState::kBothIn) << "the question stays answered";
      const bool ada_asks = who == &ada;
      for (const Item& answer : round.answers) {
        if (answer.mine == ada_asks) {
          EXPECT_EQ(answer.kind, ItemKind::kTakenBack);
        } else {
          EXPECT_EQ(answer.state, AnswerState::kReadable) << "taking back one's own shuts nothing";
          EXPECT_FALSE(answer.fields.empty());
        }
      }
      expect_the_same_anew(*who);
    }
  }
}

// Whoever takes back what they never opened has not answered.
TEST_F(Changing, ATombstoneOpensNothing) {
  const Saved mine = ada.answer(7, "the walk");
  const Saved bait = bo.write("no answer at all");
  forge(bo, bo.shared(), Erase{{{bait.id, "checkin", "2026-W47", crypto::rule_both()}}});
  meet(ada, bo);
  meet(ada, bo);
  EXPECT_FALSE(ada.journal(ada.shared()).answers().look(mine.id).published);
  EXPECT_TRUE(shown(bo, mine).fields.empty());
  expect_the_same_anew(ada);
}

TEST_F(Changing, ALetterIsTakenBackBeforeItsDay) {
  Draft draft;
  draft.text = "for later";
  draft.open_on = "2026-12-24";
  const Saved letter = ada.shelf().write(draft, {});
  meet(ada, bo);
  take_back(ada, letter);
  pass_time(40 * kDay);
  EXPECT_EQ(shown(bo, letter).kind, ItemKind::kTakenBack);
  EXPECT_THAT(today(bo.shelf()).letters, IsEmpty());
  expect_the_same_anew(ada);
  expect_the_same_anew(bo);
}

TEST_F(Changing, WhatIsGoneIsNeitherEditedNorTakenBackAgain) {
  const Saved saved = ada.write("once");
  take_back(ada, saved);
  EXPECT_EQ(refused([&] { reword(ada, saved, "again"); }), Reason::kGone);
  EXPECT_EQ(refused([&] { take_back(ada, saved); }), Reason::kGone);
  EXPECT_EQ(refused([&] { ada.shelf().remark({id_of(saved)}, "", "so?", {}); }), Reason::kGone);
}

TEST_F(Changing, MoreThanTenWantTheirNumber) {
  TakingBack many;
  for (int i = 0; i < 11; ++i) many.ids.push_back(id_of(ada.write("entry " + std::to_string(i))));
  EXPECT_EQ(refused([&] { ada.shelf().take_back(many, {}); }), Reason::kWantsConfirming);
  EXPECT_THAT(of_kind(ada, "entry"), SizeIs(11)) << "all of it or nothing";
  many.look_only = true;
  EXPECT_THAT(ada.shelf().take_back(many, {}).items, SizeIs(11));
  EXPECT_THAT(of_kind(ada, "entry"), SizeIs(11));
  many.look_only = false;
  many.confirmed = 11;
  ada.shelf().take_back(many, {});
  EXPECT_THAT(of_kind(ada, "entry"), IsEmpty());
}

// ---- and the disk rots ----

class TakenBackAndRotten : public Changing {
 protected:
  [[nodiscard]] std::vector<std::uint64_t> wanted(Person& who, const DeviceId& author) const {
    auto missing = who.log().missing_bodies(who.shared());
    return missing[author];
  }
  // As a session does it: one by one, the lowest first, each as `from` has it.
  void fetch(Person& to, Person& from, const DeviceId& author) {
    for (const std::uint64_t at : wanted(to, author))
      give(to, at, author, from.log().read_run(from.shared(), author, at, 1));
  }
  void give(Person& to, std::uint64_t at, const DeviceId& author, const std::vector<crypto::Record>& one) {
    const auto accepted = to.log().accept(to.shared(), author, at, one);
    ASSERT_EQ(accepted.verdict, store::Accepted::Verdict::kBodies);
    to.shelf().stored(to.shared(), author, accepted.first, accepted.last);
    to.settle();
  }
  void expect_gone(Person& who, const Saved& taken, ByteView body) {
    EXPECT_THAT(wanted(who, ada.device()), IsEmpty());
    EXPECT_EQ(shown(who, taken).kind, ItemKind::kTakenBack);
    EXPECT_FALSE(lies_below(who.database().file().parent_path(), body));
    expect_the_same_anew(who);
  }
  void write_and_meet() {
    ada.write("before");
    saved = ada.write("words that I take back");
    seq = ada.log().head(ada.shared(), ada.device())->seq;
    ada.write("after");
    meet(ada, bo);
    whole = bo.log().read_run(bo.shared(), ada.device(), 1);
    ASSERT_TRUE(whole.at(seq - 1).body);
  }
  Saved saved;
  std::uint64_t seq = 0;
  std::vector<crypto::Record> whole;  // Ada's log, as it was
};

TEST_F(TakenBackAndRotten, AHeadThatComesAgainBringsNoWordsAndWantsNone) {
  write_and_meet();
  take_back(ada, saved);
  meet(ada, bo);
  for (Person* who : {&ada, &bo}) {
    rot_head(*who, who->shared(), ada.device(), seq);
    (void)who->log().read_run(who->shared(), ada.device(), seq, 1);
    ASSERT_THAT(wanted(*who, ada.device()), ElementsAre(seq - 1, seq));
    fetch(*who, who == &ada ? bo : ada, ada.device());
    expect_gone(*who, saved, *whole[seq - 1].body);
  }
}

TEST_F(TakenBackAndRotten, ARecordThatWasLostAltogetherIsTakenBackOnceMoreWhenItComes) {
  write_and_meet();
  take_back(ada, saved);
  meet(ada, bo);
  bo.database().transaction([&] { store::Query(bo.database(), "DELETE FROM record WHERE body IS x''").run(); });
  (void)bo.log().read_run(bo.shared(), ada.device(), seq, 1);
  ASSERT_THAT(wanted(bo, ada.device()), ElementsAre(seq - 1, seq));
  for (const std::uint64_t one : {seq - 1, seq}) give(bo, one, ada.device(), {whole[one - 1]});
  expect_gone(bo, saved, *whole[seq - 1].body);
}

TEST_F(TakenBackAndRotten, WhatCannotBeErasedWhileItsHeadIsLostIsErasedOnceThatIsHere) {
  write_and_meet();
  rot_head(bo, bo.shared(), ada.device(), seq);
  (void)bo.log().read_run(bo.shared(), ada.device(), seq, 1);
  take_back(ada, saved);
  carry(ada, bo, ada.shared());
  ASSERT_TRUE(lies_below(bo.database().file().parent_path(), *whole[seq - 1].body)) << "else this shows nothing";
  for (const std::uint64_t one : {seq - 1, seq}) {
    crypto::Record bare = whole[one - 1];
    if (one == seq) bare.body.reset();
    give(bo, one, ada.device(), {bare});
  }
  expect_gone(bo, saved, *whole[seq - 1].body);
}

TEST_F(Changing, OfManyWhatIsGoneAlreadyIsPassedOver) {
  TakingBack both{{id_of(ada.write("one")), id_of(ada.write("two"))}, {}, 0, false};
  ada.shelf().take_back({{both.ids.front()}}, {});
  EXPECT_THAT(ada.shelf().take_back(both, {}).items, SizeIs(1));
  EXPECT_THAT(of_kind(ada, "entry"), IsEmpty());
  EXPECT_EQ(refused([&] { ada.shelf().take_back(both, {}); }), Reason::kGone);
}

TEST_F(Changing, MoreThanOneTombstoneNamesAreTakenBackTogether) {
  TakingBack many;
  for (std::size_t i = 0; i < kErasedLimit + 1; ++i) many.ids.push_back(id_of(ada.write(std::to_string(i))));
  many.confirmed = static_cast<std::uint32_t>(many.ids.size());
  const auto before = ada.log().record_count(ada.shared());
  ada.killed_after = 1;
  EXPECT_THROW(ada.shelf().take_back(many, {}), Person::Killed);
  ada.killed_after = 0;
  ada.restart();
  EXPECT_EQ(ada.log().record_count(ada.shared()), before + 2);
  EXPECT_THAT(of_kind(ada, "entry"), IsEmpty());
}

TEST_F(Changing, AStartBelievesAViewInWhichSomethingWasTakenBack) {
  const Saved saved = ada.write("the last thing that was written");
  take_back(ada, saved);
  ada.restart();
  EXPECT_TRUE(ada.journal(ada.shared()).ready());
  EXPECT_EQ(shown(ada, saved).kind, ItemKind::kTakenBack);
}

}  // namespace
}  // namespace duolog::journal
