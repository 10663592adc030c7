// lies_test.cc: a partner who lies in every field of what a journal reads, one field at a time: the events in its own
// records, under a good seal, and the messages of a founding. Nothing stops the daemon, nothing is in the way of what
// comes behind, every door for reading stays open, and what is kept is shown as what it is.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/proto/lies.h"

#include "daemon/journal/attachments.h"
#include "tests/unit/journal/event_limits.h"
#include "tests/unit/journal/everything.h"
#include "tests/unit/proto/fields.h"
#include "tests/unit/proto/memory_peak.h"

namespace duolog::journal {
namespace {

using duolog::testing::Fields;
using duolog::testing::ForAWhile;
using duolog::testing::Lie;
using duolog::testing::Lies;
using duolog::testing::MemoryPeak;
using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::size_t kMemoryLimit = 64 << 20;
constexpr std::size_t kLongLie = 40'000;  // of these a few are enough: each is a record on the disk

constexpr std::size_t kFoundings = 120;  // in the quick tier, for each message; at night one for every lie

bool nightly() {
  const char* tier = std::getenv("DUOLOG_TIER");
  return tier != nullptr && std::string_view(tier) == "nightly";
}

class InMemory {
 private:
  ForAWhile where_{"TMPDIR", std::filesystem::exists("/dev/shm") ? "/dev/shm" : nullptr};
};

// ---- events ----

class EveryFieldOfAnEvent : private InMemory, public TwoPeople {
 protected:
  template <class Payload>
  crypto::SecretBytes told_truly(Payload payload) {
    return encode_event({bo.now, 60, {{ada.device(), 2}}, std::move(payload)});
  }
  template <class Payload>
  void may_be_a_lie(Payload payload, crypto::RecordKind kind = crypto::RecordKind::kEvent) {
    const auto truth = told_truly(std::move(payload));
    std::size_t told = 0;
    Lies::about(truth.view(), [&](const Lie& lie) {
      expect_to_be_read_within_limits(lie);
      if (lie.size() > crypto::kEventLimit || (lie.size() > kLongLie && told % 4 != 0)) return;
      forge_bytes(bo, bo.shared(), lie, kind);
      ++told;
    });
    EXPECT_GT(told, 100U);
    bo.write("behind it all");
    meet(bo, ada);
    EXPECT_THAT(ada.texts(), Contains("behind it all"));
    const JournalStatus now = status(ada.shelf())[1];
    EXPECT_GT(now.unreadable, told / 4) << "the lies are not noticed";
    EXPECT_GE(now.records, told);
    ada.write("and an answer");
    meet(ada, bo);
    expect_the_same_is_told_after_a_start();
    EXPECT_EQ(status(ada.shelf())[1].unreadable, now.unreadable);
  }
  static void expect_to_be_read_within_limits(const Lie& lie) {
    const MemoryPeak peak;
    const auto read = decode_event(lie);
    EXPECT_LE(peak.bytes(), kMemoryLimit);
    if (read) {
      EXPECT_EQ(EventLimits::broken_by(*read), "");
    }
  }
  void expect_the_same_is_told_after_a_start() {
    EXPECT_EQ(ada.ids(), bo.ids());
    for (Person* who : {&ada, &bo}) {
      const std::string before = everything(*who);
      who->restart();
      EXPECT_EQ(everything(*who), before);
    }
  }

  // ---- one of every kind, with a value in every field ----

  [[nodiscard]] static Entry entry() {
    Attachment photograph{{}, crypto::kChunkLength + 7, {kFirstChunk, kLastChunk}, "lake.jpg", "image/jpeg"};
    photograph.key.fill(5);
    Entry entry{"words", {"lake", "us"}, Moment{kNoon - kDay, 60, true}};
    entry.mood = 4;
    entry.between_us = true;
    entry.first_written = Moment{kNoon - 2 * kDay, -210, true};
    entry.attachments = {photograph};
    entry.source = Bytes(kSourceLength, 9);
    return entry;
  }
  [[nodiscard]] static Answer answer() {
    const Form form{{"connection", 4}, {"highlight", std::string("x")}, {"list", std::vector<std::string>{"a", "b"}}};
    return {"checkin", "2026-W47", form};
  }
  Sealed sealed(const std::string& practice, const std::string& period, const Bytes& rule) {
    const std::vector<WrapPublic> own{bo.identity().keys().public_keys().wrap};
    return {practice, period,
            crypto::seal_answer(bo.shared(), bo.device(), crypto::round_question(practice, period), rule,
                                encode_form({{"connection", 4}}), own)};
  }
  Sealed answer_sealed() { return sealed("checkin", "2026-W47", crypto::rule_both()); }
  [[nodiscard]] static Opening opening() { return {RecordId{{1}}, {2}, {RecordId{{3}}, RecordId{{4}}}}; }
  [[nodiscard]] static Calendar calendar() { return {"Europe/Berlin", 4, 1, 0}; }
  Remark remark() { return {hers(), "thank", "for the soup"}; }
  Reaction reaction() { return {hers(), "🌿"}; }
  [[nodiscard]] static OwnPractice own_practice() {
    return {
        "id = \"walk\"\ntitle = \"A walk\"\nwhy = \"Because.\"\nrhythm = \"weekly\"\nsharing = \"open\"\n"
        "[[fields]]\nid = \"note\"\nkind = \"text\"\nquestion = \"And?\"\n"};
  }
  [[nodiscard]] static Wish wish() { return {std::string(kAboutPause), "2026-12-24"}; }
  [[nodiscard]] static Pass pass() { return {"appreciate", "2026-W47"}; }
  Edit edit() {
    const RecordId mine = bo.write("as it was").id;
    return {mine, entry(), {mine}};
  }
  Erase erase() {
    return {{{.record = bo.write("regretted").id, .entry = RecordId{{5}}},
             {.record = {{6}}, .practice = "checkin", .period = "2026-W47", .rule = crypto::rule_both()}}};
  }
  Found found() { return {{ada.identity().chain(), bo.identity().chain()}}; }
  DeviceAdd device_add() {
    crypto::Chain chain = bo.identity().chain();
    const crypto::DeviceKeys phone(crypto::DeviceSeed::random());
    chain.push_back(crypto::certify(bo.identity().keys(), phone.public_keys(), kNoon / 1000, "Bo's phone"));
    return {chain, "code"};
  }
  DeviceRemove device_remove() {
    const crypto::RootKeys root(*bo.identity().entropy());
    const DeviceId phone{{9}};
    return {phone, 7, RecordId{{8}}, crypto::revoke(root, bo.shared(), phone, 7, RecordId{{8}})};
  }
  [[nodiscard]] static Parted parted() { return {JournalId{{7}}, true}; }
  JournalKept journal_kept() {
    const JournalSecrets& secrets = bo.identity().journal(bo.shared());
    return {secrets.genesis, secrets.epochs[0].clone(), "Bo", "Bo", "partner", "code"};
  }
  EpochKept epoch_kept() { return {bo.shared(), bo.identity().journal(bo.shared()).epochs[1].clone()}; }

  static constexpr ChunkId kFirstChunk{{1}};
  static constexpr ChunkId kLastChunk{{2}};

 private:
  // Something that Bo can speak about.
  RecordId hers() {
    const RecordId id = ada.write("hers").id;
    meet(ada, bo);
    return id;
  }
};

// Else a field, or a kind, that is new would be lied about by nobody.
TEST_F(EveryFieldOfAnEvent, HasAValueInOneOfTheseTruths) {
  Fields fields(std::filesystem::path(DUOLOG_SOURCE_DIR) / "proto/event.proto", "Event");
  EXPECT_THAT(fields.never_met(), Contains("Entry.mood")) << "the description was not read";
  const auto put = [&](auto payload) { fields.meet(told_truly(std::move(payload)).view()); };
  put(entry());
  put(answer());
  put(answer_sealed());
  put(opening());
  put(calendar());
  put(remark());
  put(reaction());
  put(own_practice());
  put(wish());
  put(pass());
  put(edit());
  put(erase());
  put(found());
  put(device_add());
  put(device_remove());
  put(parted());
  put(journal_kept());
  put(epoch_kept());
  EXPECT_THAT(fields.never_met(), IsEmpty());
}

TEST_F(EveryFieldOfAnEvent, AnEntry) {
  may_be_a_lie(entry());
  Attachments attachments(ada.shelf(), ada.blobs(), crypto::kBlobLimit, {[](const JournalId&) {}, [] {}});
  attachments.start();
  std::int64_t place = attachments.first_place(ada.shared());
  const auto wanted = attachments.wanted(ada.shared(), SIZE_MAX, place, [](const ChunkId&) { return false; });
  EXPECT_THAT(wanted, Contains(kFirstChunk).Times(1));
  EXPECT_THAT(wanted, Contains(kLastChunk).Times(1));
  EXPECT_LT(wanted.size(), 10U);
}

TEST_F(EveryFieldOfAnEvent, AnAnswer) { may_be_a_lie(answer()); }
TEST_F(EveryFieldOfAnEvent, ASealedAnswer) { may_be_a_lie(answer_sealed()); }

TEST_F(EveryFieldOfAnEvent, AnEdit) { may_be_a_lie(edit()); }
TEST_F(EveryFieldOfAnEvent, WhatIsTakenBack) { may_be_a_lie(erase()); }

TEST_F(EveryFieldOfAnEvent, ALetter) {
  may_be_a_lie(sealed(std::string(kLetterPractice), "00112233", crypto::rule_after(1'900'000'000)));
}

// To Lies a rule is bytes; what it says is a number all the same.
TEST_F(EveryFieldOfAnEvent, TheMomentInARule) {
  constexpr std::uint64_t kMost = INT64_MAX;
  const std::vector<std::uint64_t> moments{0,         1,     1ULL << 31, kMost / 1000, kMost / 1000 + 1,
                                           kMost - 1, kMost, 1ULL << 63, UINT64_MAX};
  for (const std::uint64_t after : moments) {
    forge(bo, bo.shared(), sealed(std::string(kLetterPractice), std::to_string(after), crypto::rule_after(after)));
    forge(bo, bo.shared(), sealed("checkin", "2026-W47", crypto::encode_rule({true, after})));
  }
  for (int day = 0; day < 3; ++day) {
    for (Person* who : {&ada, &bo}) {
      who->now += kDay;
      who->shelf().time_passed();
      EXPECT_GT(who->shelf().next_moment().value_or(INT64_MAX), who->now);
    }
    meet(ada, bo);
  }
  ada.answer(3);
  meet(ada, bo);
  EXPECT_THAT(list(ada.shelf(), {.kind = "letter"}), SizeIs(moments.size()));
  expect_the_same_is_told_after_a_start();
}

TEST_F(EveryFieldOfAnEvent, AnOpening) {
  ada.answer(3);
  meet(ada, bo);
  bo.answer(4);
  may_be_a_lie(opening());
}

TEST_F(EveryFieldOfAnEvent, ACalendar) { may_be_a_lie(calendar()); }
TEST_F(EveryFieldOfAnEvent, ARemark) { may_be_a_lie(remark()); }
TEST_F(EveryFieldOfAnEvent, AReaction) { may_be_a_lie(reaction()); }
TEST_F(EveryFieldOfAnEvent, APracticeOfTheirOwn) { may_be_a_lie(own_practice()); }
TEST_F(EveryFieldOfAnEvent, AWish) { may_be_a_lie(wish()); }
TEST_F(EveryFieldOfAnEvent, APass) { may_be_a_lie(pass()); }
TEST_F(EveryFieldOfAnEvent, AFoundingAgain) { may_be_a_lie(found()); }
TEST_F(EveryFieldOfAnEvent, ADeviceThatIsLetIn) {
  may_be_a_lie(device_add(), crypto::RecordKind::kMembership);
  EXPECT_EQ(ada.journal(ada.shared()).membership().meta(), bo.journal(bo.shared()).membership().meta());
}
TEST_F(EveryFieldOfAnEvent, ADeviceThatIsRemoved) {
  may_be_a_lie(device_remove(), crypto::RecordKind::kMembership);
  EXPECT_EQ(ada.journal(ada.shared()).membership().live().size(), 2U);
}
// Whoever says so in a log of their own has parted: what the other makes of it is looked at.
TEST_F(EveryFieldOfAnEvent, AParting) {
  const auto truth = told_truly(parted());
  std::size_t told = 0;
  Lies::about(truth.view(), [&](const Lie& lie) {
    expect_to_be_read_within_limits(lie);
    if (lie.size() > kLongLie) return;
    forge_bytes(bo, bo.shared(), lie, crypto::RecordKind::kEvent);
    ++told;
  });
  EXPECT_GT(told, 100U);
  meet(bo, ada);
  EXPECT_GT(status(ada.shelf())[1].unreadable, told / 4) << "the lies are not noticed";
  EXPECT_FALSE(ada.identity().journal(ada.shared()).parted);
  EXPECT_EQ(ada.write("still here").visibility, Visibility::kShared);
  const std::string before = everything(ada);
  ada.restart();
  EXPECT_EQ(everything(ada), before);
}
TEST_F(EveryFieldOfAnEvent, AJournalThatOnlyANotebookKeeps) { may_be_a_lie(journal_kept()); }
TEST_F(EveryFieldOfAnEvent, AnEpochThatOnlyANotebookKeeps) { may_be_a_lie(epoch_kept()); }

// ---- a founding ----

class EveryFieldOfAFounding : private InMemory, public ::testing::Test {
 protected:
  // The message with this number (approval, keys, founding) is a lie; each in a founding of its own.
  void may_be_a_lie(std::size_t number) {
    auto people = std::make_unique<Fresh>();
    std::size_t told = 0;
    people->found(number, [&](Bytes& message) {
      told = Lies::about(Bytes(message), [](const Lie&) {});
      message.clear();  // and this founding fails
    });
    ASSERT_GT(told, 50U);
    std::size_t failed = 0;
    std::size_t tried = 0;
    for (std::size_t at = 0; at < told; at += nightly() ? 1 : told / kFoundings + 1, ++tried) {
      const MemoryPeak peak;
      failed += people->found(number, [&](Bytes& message) { message = lie_about(message, at); }) ? 0U : 1U;
      EXPECT_LE(peak.bytes(), kMemoryLimit);
      if (people->anybody_founded()) people = std::make_unique<Fresh>();
    }
    EXPECT_GT(failed, tried / 2) << "the lies are not noticed";
    EXPECT_TRUE(people->found(number, [](Bytes&) {})) << "after the liars nobody can pair any more";
  }

 private:
  static Bytes lie_about(const Bytes& truth, std::size_t which) {
    Bytes chosen;
    std::size_t n = 0;
    Lies::about(truth, [&](const Lie& lie) {
      if (n++ == which) chosen = lie;
    });
    return chosen;
  }

  struct Fresh {
    Person ada{"Ada"};
    Person bo{"Bo"};
    // True: both say that it is founded. One of the four messages is changed on its way.
    bool found(std::size_t number, const std::function<void(Bytes&)>& change) {
      Pairing talk(ada, bo);
      talk.host.approve("partner");
      std::size_t said = 0;
      const auto carry = [&](Founding& from, Founding& to) {
        while (auto message = from.next()) {
          if (said++ == number) change(*message);
          to.receive(*message);
        }
      };
      for (int round = 0; round < 3; ++round) {
        carry(talk.host, talk.joiner);
        carry(talk.joiner, talk.host);
      }
      for (const Founding* one : {&talk.host, &talk.joiner}) {
        EXPECT_TRUE(one->state() != Founding::State::kFailed || one->fault() != FoundingFault::kNone);
      }
      return talk.host.state() == Founding::State::kFounded && talk.joiner.state() == Founding::State::kFounded;
    }
    bool anybody_founded() { return ada.shelf().journals().size() > 1 || bo.shelf().journals().size() > 1; }
  };
};

TEST_F(EveryFieldOfAFounding, TheApproval) { may_be_a_lie(0); }
TEST_F(EveryFieldOfAFounding, TheKeys) { may_be_a_lie(1); }
TEST_F(EveryFieldOfAFounding, TheFoundingItself) { may_be_a_lie(2); }

}  // namespace
}  // namespace duolog::journal
