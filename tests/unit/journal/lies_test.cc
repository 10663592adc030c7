// lies_test.cc: a partner who lies in every field of what a journal reads, one field at a time: the events in its own
// records, under a good seal, and the messages of a founding. Nothing stops the daemon, nothing is in the way of what
// comes behind, and what is kept is shown as what it is.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/proto/lies.h"

#include "tests/unit/journal/two_people.h"
#include "tests/unit/proto/memory_peak.h"

namespace duolog::journal {
namespace {

using duolog::testing::ForAWhile;
using duolog::testing::Lie;
using duolog::testing::Lies;
using duolog::testing::MemoryPeak;
using ::testing::Contains;

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
  void may_be_a_lie(Payload payload) {
    const auto truth = encode_event({bo.now, 60, {{ada.device(), 2}}, std::move(payload)});
    std::size_t told = 0;
    std::size_t readable = 0;
    Lies::about(truth.view(), [&](const Lie& lie) {
      if (lie.size() > kLongLie && told % 4 != 0) return;
      const MemoryPeak peak;
      readable += decode_event(lie) ? 1U : 0U;
      EXPECT_LE(peak.bytes(), kMemoryLimit);
      if (lie.size() > crypto::kEventLimit) return;
      forge_bytes(bo, bo.shared(), lie);
      ++told;
    });
    EXPECT_GT(told, 100U);
    EXPECT_LT(readable, told) << "no lie was noticed";
    bo.write("behind it all");
    meet(bo, ada);
    EXPECT_THAT(ada.texts(), Contains("behind it all"));
    const JournalStatus now = status(ada.shelf())[1];
    EXPECT_GT(now.unreadable, told / 4);
    EXPECT_GE(now.records, told);
    ada.write("and an answer");
    meet(ada, bo);
    EXPECT_EQ(ada.ids(), bo.ids());
    const auto before = ada.ids();
    ada.restart();
    EXPECT_EQ(ada.ids(), before);
    EXPECT_EQ(status(ada.shelf())[1].unreadable, now.unreadable);
  }
};

TEST_F(EveryFieldOfAnEvent, AnEntry) { may_be_a_lie(Entry{"words", {"lake", "us"}, Moment{bo.now, 60, true}}); }

TEST_F(EveryFieldOfAnEvent, AnAnswer) {
  const Form form{{"connection", 4}, {"highlight", std::string("x")}, {"list", std::vector<std::string>{"a", "b"}}};
  may_be_a_lie(Answer{"checkin", "2026-W47", form});
}

TEST_F(EveryFieldOfAnEvent, ASealedAnswer) {
  const std::vector<WrapPublic> own{bo.identity().keys().public_keys().wrap};
  may_be_a_lie(Sealed{"checkin", "2026-W47",
                      crypto::seal_answer(bo.shared(), bo.device(), crypto::round_question("checkin", "2026-W47"),
                                          crypto::rule_both(), encode_form({{"connection", 4}}), own)});
}

TEST_F(EveryFieldOfAnEvent, AnOpening) {
  ada.answer(3);
  meet(ada, bo);
  bo.answer(4);
  may_be_a_lie(Opening{RecordId{{1}}, {2}, {RecordId{{3}}, RecordId{{4}}}});
}

TEST_F(EveryFieldOfAnEvent, ACalendar) { may_be_a_lie(Calendar{"Europe/Berlin", 4, 1, 0}); }

TEST_F(EveryFieldOfAnEvent, AFoundingAgain) { may_be_a_lie(Found{{ada.identity().chain(), bo.identity().chain()}}); }

TEST_F(EveryFieldOfAnEvent, WhatOnlyANotebookKeeps) {
  const JournalSecrets& secrets = bo.identity().journal(bo.shared());
  may_be_a_lie(JournalKept{secrets.genesis, secrets.epochs[0].clone(), "Bo", "Bo", "partner", "code"});
}

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
