// homecoming_test.cc: Ada has lost her laptop, and comes back with her words on a device called desk. What she can do
// there, who hears of it, and what becomes of the laptop.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/own_enrolment.h"
#include "tests/unit/journal/two_people.h"

namespace duolog::journal {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

class AHomecoming : public TwoPeople {
 protected:
  std::unique_ptr<Person> come_back() { return std::make_unique<Person>(words_of(ada), "Ada", "desk", bo); }
  // A part of one log, as Bo has it.
  void bring(Person& to, const DeviceId& author, std::size_t records) {
    for (const crypto::Chain& chain : bo.door().chains(bo.shared())) to.door().admit(bo.shared(), chain);
    const auto run = bo.log().read_run(bo.shared(), author, 1, records);
    const auto accepted = to.log().accept(bo.shared(), author, 1, run);
    ASSERT_EQ(accepted.verdict, store::Accepted::Verdict::kStored) << accepted.why;
    to.shelf().stored(bo.shared(), author, accepted.first, accepted.last);
    to.settle();
  }
  static DeviceRow row(Person& at, const DeviceId& id) {
    for (const DeviceRow& one : at.shelf().devices())
      if (one.id == id) return one;
    ADD_FAILURE() << "no such device";
    return {};
  }
  static std::optional<Reason> why_not(Person& person, const std::string& text, const std::string& journal = {}) {
    try {
      person.write(text, journal);
    } catch (const Refusal& refusal) {
      return refusal.reason;
    }
    return std::nullopt;
  }
  static std::vector<std::string> alarms(const Person& person) {
    std::vector<std::string> codes;
    for (const News& one : person.news)
      if (one.kind == News::Kind::kAlarm) codes.push_back(one.detail);
    return codes;
  }
};

TEST_F(AHomecoming, ReadsWhatTheTwoHaveWrittenAndGoesOnWriting) {
  ada.write("from Ada, before");
  bo.write("from Bo, before");
  meet(ada, bo);
  const auto desk = come_back();
  EXPECT_THAT(desk->texts(), IsEmpty());
  meet(bo, *desk, bo.shared());
  meet(bo, *desk, bo.shared());
  EXPECT_THAT(desk->texts(), UnorderedElementsAre("from Ada, before", "from Bo, before"));
  EXPECT_TRUE(bo.journal(bo.shared()).membership().live(desk->device()));
  desk->write("from Ada, on the desk");
  meet(bo, *desk, bo.shared());
  EXPECT_THAT(bo.texts(), Contains("from Ada, on the desk"));
  EXPECT_EQ(list(bo.shelf(), {}).back().author, "Ada");
  bo.write("for you, wherever you are");
  meet(bo, *desk, bo.shared());
  EXPECT_THAT(desk->texts(), Contains("for you, wherever you are"));
  for (const Item& item : list(desk->shelf(), {})) EXPECT_EQ(item.mine, item.text.starts_with("from Ada")) << item.text;
}

TEST_F(AHomecoming, LooksForWhoeverGaveItBackAndForNobodyElse) {
  const auto desk = come_back();
  const auto members = desk->door().members(desk->shared());
  ASSERT_EQ(members.size(), 1U) << "else nobody is dialled";
  EXPECT_EQ(members.front().device, bo.device());
  EXPECT_FALSE(members.front().mine);
  EXPECT_EQ(members.front().person, "Bo");
  EXPECT_THAT(desk->door().journals(), ElementsAre(desk->shared())) << "the notebook is nobody else's";
}

TEST_F(AHomecoming, BeginsANotebookOfItsOwn) {
  ada.write("only ever on the laptop", "notebook");
  const auto desk = come_back();
  EXPECT_NE(desk->notebook(), ada.notebook());
  EXPECT_EQ(why_not(*desk, "a new page", "notebook"), std::nullopt);
  EXPECT_THAT(desk->texts(), ElementsAre("a new page"));
}

TEST_F(AHomecoming, WritesNothingThereBeforeAllIsHereThatTheOtherHeld) {
  bo.write("one");
  bo.write("two");
  const auto desk = come_back();
  EXPECT_EQ(why_not(*desk, "too early"), Reason::kNotYetKnown);
  bring(*desk, ada.device(), crypto::kRunLimit);
  EXPECT_FALSE(desk->journal(bo.shared()).membership().enrolled().empty()) << "it knows the founders";
  EXPECT_EQ(why_not(*desk, "still too early"), Reason::kNotYetKnown);
  desk->restart();
  EXPECT_EQ(why_not(*desk, "after a start, too"), Reason::kNotYetKnown);
  meet(bo, *desk, bo.shared());
  EXPECT_EQ(why_not(*desk, "now"), std::nullopt);
}

TEST_F(AHomecoming, ALogThatIsForkedMeanwhileIsNotWaitedFor) {
  ada.write("a word that is not brought");
  meet(ada, bo);
  bo.write("a word that is");
  const auto desk = come_back();
  bring(*desk, ada.device(), kBirthLength);
  bring(*desk, bo.device(), crypto::kRunLimit);
  EXPECT_EQ(why_not(*desk, "too early"), Reason::kNotYetKnown);
  desk->journal(bo.shared()).freeze(ada.device());
  desk->settle();
  EXPECT_TRUE(desk->journal(bo.shared()).membership().was_enrolled(desk->device()));
}

TEST_F(AHomecoming, IsTheSameAfterAStartAtAnyPoint) {
  bo.write("before");
  const auto desk = come_back();
  desk->restart();
  desk->killed_after = 1;  // its own record is durable, and it is stopped before it has folded it
  EXPECT_THROW(meet(bo, *desk, bo.shared()), Person::Killed);
  desk->killed_after = 0;
  desk->restart();
  meet(bo, *desk, bo.shared());
  EXPECT_EQ(desk->log().head(bo.shared(), desk->device())->seq, 1U) << "it has said so once";
  EXPECT_FALSE(desk->identity().journal(bo.shared()).awaited);
  EXPECT_EQ(why_not(*desk, "after all"), std::nullopt);
  desk->restart();
  EXPECT_THAT(desk->texts(), UnorderedElementsAre("before", "after all"));
}

TEST_F(AHomecoming, LocksTheLostDeviceOut) {
  const auto desk = come_back();
  meet(bo, *desk, bo.shared());
  EXPECT_TRUE(row(*desk, ada.device()).live);
  desk->shelf().remove_device(ada.device());
  meet(bo, *desk, bo.shared());
  EXPECT_TRUE(row(*desk, ada.device()).removed);
  EXPECT_TRUE(bo.journal(bo.shared()).membership().removed(ada.device()));
  bo.write("not for the thief");
  desk->write("nor this");
  meet(bo, *desk, bo.shared());
  EXPECT_FALSE(bo.door().prove(bo.shared(), ada.identity().chain())) << "nobody lets it in";
  EXPECT_FALSE(desk->door().prove(bo.shared(), ada.identity().chain()));
  for (const crypto::Chain& chain : bo.door().chains(bo.shared())) ada.door().admit(bo.shared(), chain);
  carry(bo, ada, bo.shared());  // and whatever hands it the records
  EXPECT_THAT(ada.texts(), Not(Contains("not for the thief")));
  EXPECT_THAT(ada.texts(), Not(Contains("nor this")));
}

TEST_F(AHomecoming, IsToldToTheOtherAndToEveryDeviceOfOnesOwn) {
  Person phone(ada, "phone");
  meet(ada, phone, ada.notebook());
  meet(ada, phone, ada.shared());
  meet(ada, bo);
  const auto desk = come_back();
  meet(bo, *desk, bo.shared());
  meet(bo, phone, bo.shared());
  ASSERT_THAT(alarms(bo), ElementsAre(StartsWith("let-back-in:theirs:")));
  EXPECT_THAT(alarms(bo).front(), HasSubstr(":Ada"));
  ASSERT_THAT(alarms(phone), ElementsAre(StartsWith("let-back-in:mine:")));
  EXPECT_THAT(alarms(phone).front(), HasSubstr(hex(desk->device().bytes).substr(0, 8) + ":desk"));
  EXPECT_THAT(alarms(*desk), IsEmpty());
  EXPECT_THAT(warnings(phone.shelf()), Contains(alarms(phone).front()));
  phone.restart();
  EXPECT_THAT(warnings(phone.shelf()), Contains(StartsWith("let-back-in:mine:"))) << "not only while it is new";
}

TEST_F(AHomecoming, IsToldForAMonthAlsoOnceItIsOut) {
  Person phone(ada, "phone");
  meet(ada, phone, ada.notebook());
  meet(ada, phone, ada.shared());
  meet(ada, bo);
  const auto desk = come_back();
  meet(bo, *desk, bo.shared());
  meet(bo, phone, bo.shared());
  EXPECT_THAT(warnings(bo.shelf()), Contains(StartsWith("let-back-in:theirs:2026-11-22T13:")));
  bo.now += 30 * kDay;
  EXPECT_THAT(warnings(bo.shelf()), Contains(StartsWith("let-back-in:theirs:2026-11-22T13:")));
  bo.now += 2 * kDay;
  EXPECT_THAT(warnings(bo.shelf()), Not(Contains(StartsWith("let-back-in:"))));
  phone.shelf().remove_device(desk->device());
  EXPECT_THAT(warnings(phone.shelf()), Contains(StartsWith("let-back-in:mine:")))
      << "a removal may be the newcomer's own doing";
  EXPECT_TRUE(row(phone, desk->device()).removed);
  meet(bo, phone, bo.shared());
  EXPECT_FALSE(bo.door().prove(bo.shared(), desk->identity().chain())) << "whoever has found the words is out again";
}

TEST_F(AHomecoming, IsToldWhateverItsOwnClockSays) {
  ada.now = bo.now = kSecond;  // whoever has found the words has a clock of 1970, and a month has passed since
  const auto desk = come_back();
  bo.now = kNoon;
  meet(bo, *desk, bo.shared());
  EXPECT_EQ(bo.journal(bo.shared()).membership().ever().at(desk->device()).created, 1U);
  EXPECT_THAT(alarms(bo), ElementsAre(StartsWith("let-back-in:theirs:2026-11-22T")));
  EXPECT_THAT(warnings(bo.shelf()), Contains(StartsWith("let-back-in:theirs:2026-11-22T")));
}

TEST_F(AHomecoming, IsToldWhateverItSaysOfHowItCame) {
  const crypto::RootKeys words = words_of(ada);
  const crypto::DeviceKeys found(crypto::DeviceSeed::random());
  const crypto::Chain chain{crypto::certify(words, found.public_keys(), 1, "found")};
  const JournalId id = bo.shared();
  ASSERT_TRUE(bo.door().admit(id, chain));
  const crypto::EpochSecret& epoch = bo.identity().journal(id).epochs.back();
  const auto event = encode_event({kNoon, 0, {}, DeviceAdd{chain, "code"}});
  bo.log().append(id, found.id(), [&](const crypto::ChainPosition& at) {
    return crypto::make_event_record(id, found, crypto::RecordKind::kMembership, at, crypto::epoch_id(id, epoch),
                                     crypto::record_key(epoch, found.id()), event.view());
  });
  bo.settle();
  EXPECT_THAT(alarms(bo), ElementsAre(StartsWith("let-back-in:theirs:")));
}

TEST_F(AHomecoming, IsListedAsWhatItIs) {
  Person phone(ada, "phone");
  meet(ada, phone, ada.notebook());
  meet(ada, phone, ada.shared());
  meet(ada, bo);
  const auto desk = come_back();
  meet(bo, *desk, bo.shared());
  meet(bo, phone, bo.shared());
  EXPECT_EQ(row(*desk, desk->device()).paired_by, "words");
  EXPECT_TRUE(row(*desk, desk->device()).self);
  EXPECT_EQ(row(phone, desk->device()).paired_by, "words");
  EXPECT_EQ(row(phone, desk->device()).name, "desk");
  EXPECT_EQ(row(phone, phone.device()).paired_by, "code");
  EXPECT_EQ(row(phone, ada.device()).paired_by, "") << "the first one";
}

TEST_F(AHomecoming, NobodyElseCanSayThatADeviceCameWithTheWords) {
  const crypto::DeviceKeys thief(crypto::DeviceSeed::random());
  crypto::Chain chain = ada.identity().chain();
  chain.push_back(crypto::certify(ada.identity().keys(), thief.public_keys(), 1'795'400'000, "thief"));
  forge(ada, ada.shared(), DeviceAdd{chain, kPairedByWords}, crypto::RecordKind::kMembership);
  meet(ada, bo);
  EXPECT_THAT(alarms(bo), IsEmpty());
}

TEST_F(AHomecoming, ASecondOneIsAnotherDeviceAndBothWrite) {
  const auto desk = come_back();
  meet(bo, *desk, bo.shared());
  const auto tablet = come_back();
  meet(bo, *tablet, bo.shared());
  meet(bo, *desk, bo.shared());
  desk->write("from the one");
  meet(bo, *desk, bo.shared());
  tablet->write("from the other");
  meet(bo, *tablet, bo.shared());
  meet(*desk, *tablet, bo.shared());
  EXPECT_THAT(desk->texts(), UnorderedElementsAre("from the one", "from the other"));
}

}  // namespace
}  // namespace duolog::journal
