// pairing_test.cc: the window and the joiner, hand to hand, and with somebody in the middle.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/pairing.h"

#include <deque>

#include "tests/unit/net/people.h"

namespace duolog::net {
namespace {

using testing::at;
using testing::people;
using testing::Place;
using namespace std::chrono_literals;

constexpr WallTime kToday{1'700'000'000'000ms};
constexpr LineId kLine = 5;

// A conversation of two words: the host approves when its person does, the joiner says thanks.
struct Talk {
  std::deque<Bytes> to_say;
  std::vector<std::string> heard;
  Conversation::State state = Conversation::State::kGoing;
  bool lost = false;
  bool undecided = true;
  std::function<void(const std::string&)> on_word;

  void say(std::string_view word) { to_say.push_back(to_bytes(as_bytes(word))); }
  Conversation conversation() {
    return {[this](ByteView message) {
              heard.emplace_back(as_text(message));
              if (on_word) on_word(heard.back());
            },
            [this]() -> std::optional<Bytes> {
              if (to_say.empty()) return std::nullopt;
              Bytes message = std::move(to_say.front());
              to_say.pop_front();
              return message;
            },
            [this] { return state; }, [this] { lost = true; }, [this] { return undecided; }};
  }
};

class APairing : public ::testing::Test {
 protected:
  APairing() { open(); }

  void open(std::vector<std::string> addresses = {"192.0.2.1:38650"}) {
    HostEvents events;
    events.invitation = [this](const Invitation& shown) {
      code_ = shown.code;
      link_ = std::string(shown.link.text());
      ++invitations_;
    };
    events.wrong_code = [this](int left) { wrong_.push_back(left); };
    events.visitor = [this](const Introduced& visitor) {
      visitor_ = visitor;
      host_talk_ = Talk();
      host_talk_.on_word = [this](const std::string& word) {
        if (word == "thanks") host_talk_.state = Conversation::State::kDone;
      };
      return host_talk_.conversation();
    };
    events.visitor_left = [this] { ++left_; };
    events.ended = [this](WindowEnd end) { window_end_ = end; };
    window_.emplace(PairingWindow::Facts{crypto::PairPurpose::kPartner, host_.self(), std::move(addresses), kToday},
                    std::move(events), at(0ms));
  }

  JoinEvents join_events() {
    JoinEvents events;
    events.looking = [this] { ++looked_; };
    events.connecting = [this](const Address& address) { connecting_.push_back(address.text()); };
    events.introduced = [this](const Introduced& host) {
      met_ = host;
      join_talk_ = Talk();
      join_talk_.on_word = [this](const std::string& word) {
        if (word == "yes") {
          join_talk_.say("thanks");
          join_talk_.state = Conversation::State::kDone;
        }
        if (word == "no") join_talk_.state = Conversation::State::kFailed;
      };
      return join_talk_.conversation();
    };
    events.ended = [this](JoinEnd end) { join_end_ = end; };
    return events;
  }
  PairingJoiner::Facts join_facts() { return join_facts(joiner_place_.self()); }
  PairingJoiner::Facts join_facts(const Self& self) {
    PairingJoiner::Facts facts{.self = self, .at = Address{"192.0.2.1"}, .wall_now = kToday};
    facts.spent = [this](const crypto::PairCode& code) { return spent_.contains(code.text()); };
    facts.spend = [this](const crypto::PairCode& code) {
      spent_at_bytes_ = joiner_bytes_;
      return disk_takes_it_ && spent_.insert(code.text()).second;
    };
    return facts;
  }
  void join_by_code(const crypto::PairCode& code, std::chrono::milliseconds now = 0ms) {
    auto facts = join_facts();
    facts.code = code;
    begin(std::move(facts), now);
  }
  void join_by_link(const std::string& text, std::chrono::milliseconds now = 0ms) {
    auto facts = join_facts();
    facts.link = crypto::parse_link(text);
    begin(std::move(facts), now);
  }
  void begin(PairingJoiner::Facts facts, std::chrono::milliseconds now) {
    join_end_.reset();
    joiner_bytes_ = 0;
    at_window_ = false;
    ++line_;
    joiner_.emplace(std::move(facts), join_events(), at(now));
    if (joiner_->ended()) return;
    for (const Address& address : joiner_->take_dials(at(now))) joiner_->connected(line_, address, at(now));
  }

  // Carries everything both have to say. `change` may alter each frame on its way.
  void carry(std::chrono::milliseconds now = 0ms) {
    for (int i = 0; i < 20; ++i) {
      Bytes there = joiner_->take_output(line_, at(now));
      joiner_bytes_ += there.size();
      if (!there.empty() && change_) change_(true, there);
      if (!there.empty()) to_window(there, now);
      Bytes back = at_window_ ? window_->take_output(line_, at(now)) : Bytes{};
      if (!back.empty() && change_) change_(false, back);
      if (!back.empty()) joiner_->receive(line_, back, at(now));
      if (at_window_ && window_->finished(line_)) hang_up_window(now);
      if (there.empty() && back.empty()) return;
    }
  }
  void to_window(ByteView bytes, std::chrono::milliseconds now) {
    if (at_window_) return window_->receive(line_, bytes, at(now));
    at_window_ = window_->first_frame(line_, bytes.subspan(2), at(now));
  }
  void hang_up_window(std::chrono::milliseconds now) {
    window_->closed(line_, at(now));
    at_window_ = false;
    joiner_->closed(line_, at(now));
  }
  void approve() { host_talk_.say("yes"); }
  crypto::PairCode wrong_code() const {
    crypto::PairCode wrong = code_;
    wrong.first = wrong.first == "abandon" ? "ability" : "abandon";
    return wrong;
  }

  Place host_{*people().ada};
  Place joiner_place_{*people().bo};
  crypto::PairCode code_;
  std::string link_;
  int invitations_ = 0;
  std::vector<int> wrong_;
  int left_ = 0;
  std::optional<Introduced> visitor_;
  std::optional<WindowEnd> window_end_;
  Talk host_talk_;
  Talk join_talk_;
  std::optional<Introduced> met_;
  std::optional<JoinEnd> join_end_;
  std::vector<std::string> connecting_;
  int looked_ = 0;
  std::set<std::string> spent_;
  bool disk_takes_it_ = true;
  std::size_t joiner_bytes_ = 0;
  std::size_t spent_at_bytes_ = 0;
  bool at_window_ = false;
  LineId line_ = kLine;
  std::function<void(bool from_joiner, Bytes&)> change_;
  std::optional<PairingWindow> window_;
  std::optional<PairingJoiner> joiner_;
};

// ---- the good way ----

TEST_F(APairing, ByCodeIntroducesBothAndWaitsForThePerson) {
  join_by_code(code_);
  carry();
  ASSERT_TRUE(visitor_ && met_);
  EXPECT_EQ(visitor_->introduction.name, "Bo");
  EXPECT_EQ(met_->introduction.name, "Ada");
  EXPECT_EQ(visitor_->channel_binding, met_->channel_binding);
  EXPECT_EQ(visitor_->words, met_->words);
  EXPECT_EQ(visitor_->words.size(), 4u);
  EXPECT_EQ(visitor_->device, people().bo->id());
  EXPECT_FALSE(visitor_->by_link);
  carry(5min);
  EXPECT_FALSE(join_end_ || window_end_);
  approve();
  carry(6min);
  EXPECT_EQ(join_end_, JoinEnd::kPaired);
  EXPECT_EQ(window_end_, WindowEnd::kPaired);
}

TEST_F(APairing, ByLinkIntroducesBothAsWell) {
  join_by_link(link_);
  carry();
  ASSERT_TRUE(visitor_ && met_);
  EXPECT_TRUE(visitor_->by_link && met_->by_link);
  EXPECT_EQ(visitor_->channel_binding, met_->channel_binding);
  approve();
  carry();
  EXPECT_EQ(join_end_, JoinEnd::kPaired);
  EXPECT_EQ(window_end_, WindowEnd::kPaired);
  EXPECT_EQ(joiner_->met()->first, people().ada->id());
}

TEST_F(APairing, DeclinedTellsTheJoinerAndOffersAFreshCode) {
  const std::string before = code_.text();
  join_by_code(code_);
  carry();
  host_talk_.say("no");
  host_talk_.state = Conversation::State::kFailed;
  carry();
  EXPECT_EQ(join_end_, JoinEnd::kFailed);
  EXPECT_EQ(left_, 1);
  EXPECT_NE(code_.text(), before);
  EXPECT_FALSE(window_end_);
}

// ---- one guess ----

TEST_F(APairing, AWrongCodeBurnsItAndShowsAnother) {
  const std::string before = code_.text();
  join_by_code(wrong_code());
  carry();
  EXPECT_EQ(join_end_, JoinEnd::kWrongCode);
  EXPECT_THAT(wrong_, ::testing::ElementsAre(2));
  EXPECT_NE(code_.text(), before);
  EXPECT_FALSE(visitor_);
  join_by_code(code_);
  carry();
  EXPECT_TRUE(visitor_);
}

TEST_F(APairing, ThreeBurntCodesEndTheWindow) {
  for (int i = 0; i < 3; ++i) {
    join_by_code(wrong_code());
    carry();
  }
  EXPECT_THAT(wrong_, ::testing::ElementsAre(2, 1, 0));
  EXPECT_EQ(window_end_, WindowEnd::kCodesBurnt);
  EXPECT_EQ(invitations_, 3);
  EXPECT_FALSE(window_->first_frame(99, Bytes(16, 1), at(0ms)));
}

TEST_F(APairing, AWrongGuessDropsAllHalfOpenAttempts) {
  ASSERT_TRUE(window_->first_frame(100, Bytes(16, 1), at(0ms)));
  ASSERT_TRUE(window_->first_frame(101, Bytes(16, 2), at(0ms)));
  EXPECT_FALSE(window_->finished(100));
  join_by_code(wrong_code());
  carry();
  EXPECT_TRUE(window_->take_output(100, at(0ms)).empty());
  EXPECT_TRUE(window_->finished(100));
  EXPECT_TRUE(window_->finished(101));
}

TEST_F(APairing, AnUndecodablePointIsNotAGuess) {
  ASSERT_TRUE(window_->first_frame(100, Bytes(16, 1), at(0ms)));
  Bytes guess;
  proto::append_frame(guess, proto::Framing::kPeer, Bytes(crypto::kPairGuessLength, 0));  // the identity
  window_->receive(100, guess, at(0ms));
  EXPECT_TRUE(wrong_.empty());
  EXPECT_TRUE(window_->finished(100));
  join_by_code(code_);
  carry();
  EXPECT_TRUE(visitor_);
}

TEST_F(APairing, AnUndecodableOfferSpendsNothing) {
  change_ = [](bool from_joiner, Bytes& bytes) {
    if (!from_joiner) std::fill(bytes.begin() + 2 + 16, bytes.end(), std::uint8_t{0xff});
  };
  join_by_code(code_);
  carry();
  EXPECT_TRUE(spent_.empty());
  EXPECT_EQ(join_end_, JoinEnd::kCannotConnect);
}

TEST_F(APairing, TheGuessIsRememberedBeforeItLeaves) {
  join_by_code(code_);
  carry();
  EXPECT_TRUE(spent_.contains(visitor_ ? *spent_.begin() : ""));
  EXPECT_EQ(spent_at_bytes_, 2u + crypto::kPairNonceLength);  // nothing but na had left by then
}

TEST_F(APairing, AGuessThatCannotBeRememberedIsNotMade) {
  disk_takes_it_ = false;
  join_by_code(code_);
  carry();
  EXPECT_EQ(join_end_, JoinEnd::kNotDurable);
  EXPECT_EQ(joiner_bytes_, 2u + crypto::kPairNonceLength);
  EXPECT_TRUE(wrong_.empty());
}

TEST_F(APairing, ASpentCodeIsNeverTriedAgain) {
  change_ = [](bool from_joiner, Bytes& bytes) {
    if (!from_joiner && bytes.size() > 100) bytes.clear();  // noise 2 never arrives
  };
  const crypto::PairCode code = code_;
  join_by_code(code);
  carry();
  joiner_->tick(at(kHandshakeTime));
  EXPECT_EQ(join_end_, JoinEnd::kWrongCode);
  join_by_code(code);
  EXPECT_EQ(join_end_, JoinEnd::kCodeSpent);
  EXPECT_TRUE(connecting_.size() == 1);
}

TEST_F(APairing, AGoodGuessConsumesTheCodeEvenIfTheVisitorVanishes) {
  const std::string before = code_.text();
  join_by_code(code_);
  carry();
  ASSERT_TRUE(visitor_);
  hang_up_window(1s);
  EXPECT_TRUE(host_talk_.lost && join_talk_.lost);
  EXPECT_EQ(join_end_, JoinEnd::kOtherSideLeft);
  EXPECT_EQ(left_, 1);
  EXPECT_NE(code_.text(), before);
  EXPECT_TRUE(wrong_.empty());
}

// ---- how many ----

TEST_F(APairing, FourAreHalfOpenAndTheOldestGivesWay) {
  for (LineId line = 100; line < 104; ++line) {
    ASSERT_TRUE(window_->first_frame(line, Bytes(16, 1), at(0ms)));
    ASSERT_FALSE(window_->take_output(line, at(0ms)).empty());
  }
  EXPECT_FALSE(window_->finished(100));
  ASSERT_TRUE(window_->first_frame(104, Bytes(16, 1), at(0ms)));
  EXPECT_TRUE(window_->finished(100));
  EXPECT_FALSE(window_->finished(101));
}

TEST_F(APairing, WhileOneIsConfirmedNobodyElseIsAnswered) {
  join_by_link(link_);
  carry();
  ASSERT_TRUE(visitor_);
  EXPECT_FALSE(window_->first_frame(100, Bytes(16, 1), at(1s)));
  EXPECT_FALSE(window_->nameplate());
}

TEST_F(APairing, AHalfOpenAttemptHasTenSeconds) {
  ASSERT_TRUE(window_->first_frame(100, Bytes(16, 1), at(0ms)));
  EXPECT_EQ(window_->deadline(), at(kHandshakeTime));
  window_->tick(at(kHandshakeTime));
  EXPECT_TRUE(window_->finished(100));
  EXPECT_TRUE(wrong_.empty());
}

TEST_F(APairing, AReplayedLinkMessageIsNotAnswered) {
  Bytes first;
  change_ = [&](bool from_joiner, Bytes& bytes) {
    if (from_joiner && first.empty()) first = bytes;
  };
  join_by_link(link_);
  carry();
  hang_up_window(1s);
  EXPECT_FALSE(window_->first_frame(200, ByteView(first).subspan(2), at(2s)));
}

TEST_F(APairing, ALinkServesOnceOnly) {
  join_by_link(link_);
  carry();
  approve();
  carry();
  ASSERT_EQ(window_end_, WindowEnd::kPaired);
  join_by_link(link_, 1s);
  carry(1s);
  EXPECT_FALSE(at_window_);
}

// ---- time ----

TEST_F(APairing, AWindowClosesAfterTenMinutes) {
  EXPECT_EQ(window_->deadline(), at(kWindowTime));
  window_->tick(at(kWindowTime - 1ms));
  EXPECT_FALSE(window_end_);
  window_->tick(at(kWindowTime));
  EXPECT_EQ(window_end_, WindowEnd::kExpired);
}

TEST_F(APairing, AnApprovalInTheLastMomentIsStillCarriedOut) {
  join_by_code(code_);
  carry();
  window_->tick(at(kWindowTime));
  EXPECT_FALSE(window_end_);
  approve();
  carry(kWindowTime + 1s);
  EXPECT_EQ(window_end_, WindowEnd::kPaired);
}

TEST_F(APairing, OnceDecidedEachStepHasHalfAMinute) {
  join_by_code(code_);
  carry();
  host_talk_.undecided = false;
  approve();
  change_ = [](bool from_joiner, Bytes& bytes) {
    if (from_joiner) bytes.clear();  // the thanks never come
  };
  join_talk_.undecided = false;
  carry(1min);
  window_->tick(at(1min + kTalkTime - 1ms));
  EXPECT_EQ(left_, 0);
  window_->tick(at(1min + kTalkTime));
  EXPECT_EQ(left_, 1);
  EXPECT_FALSE(window_end_) << "the window goes on, with a fresh code";
}

TEST_F(APairing, AJoinerWhoHearsNothingMoreSaysThatTheOtherLeft) {
  join_by_code(code_);
  carry();
  join_talk_.undecided = false;
  join_talk_.say("keys");
  carry(1min);
  joiner_->tick(at(1min + kTalkTime));
  EXPECT_EQ(join_end_, JoinEnd::kOtherSideLeft);
}

TEST_F(APairing, AnApprovalThatNeverComesEndsWithTheWindow) {
  join_by_code(code_);
  carry();
  window_->tick(at(kWindowTime + kTalkTime));
  EXPECT_EQ(window_end_, WindowEnd::kExpired);
  joiner_->tick(at(kWindowTime + kTalkTime));
  EXPECT_EQ(join_end_, JoinEnd::kTimedOut);
}

TEST_F(APairing, ALinkOfYesterdayIsRefusedAtOnceAndOneOfAnotherAgeIsTried) {
  auto facts = join_facts();
  facts.link = crypto::parse_link(link_);
  facts.wall_now = kToday + 11min;
  begin(std::move(facts), 0ms);
  EXPECT_EQ(join_end_, JoinEnd::kLinkExpired);
  auto doubtful = join_facts();
  doubtful.link = crypto::parse_link(link_);
  doubtful.wall_now = kToday + 24h * 365;  // perhaps our own clock is wrong
  begin(std::move(doubtful), 0ms);
  EXPECT_FALSE(join_end_);
  joiner_->closed(line_, at(1s));
  EXPECT_EQ(join_end_, JoinEnd::kLinkExpired);
}

// ---- somebody in the middle ----

TEST_F(APairing, ALinkLeadsToNobodyButTheHostItNames) {
  crypto::PairLink forged = std::move(*crypto::parse_link(link_));
  forged.host_fingerprint[3] ^= 1;
  join_by_link(std::string(forged.text().text()));
  carry();
  EXPECT_EQ(join_end_, JoinEnd::kWrongPerson);
  EXPECT_FALSE(met_);
}

TEST_F(APairing, EveryByteAlteredByAManInTheMiddleFailsClosed) {
  const std::size_t lengths[] = {2 + 16, 2 + 48, 2 + 80, 2 + 1120, 2 + 1088};
  for (std::size_t frame = 0; frame < 5; ++frame) {
    for (std::size_t i = 2; i < lengths[frame]; i += lengths[frame] > 100 ? 61 : 1) {
      open();
      visitor_.reset();
      met_.reset();
      std::size_t seen = 0;
      change_ = [&](bool, Bytes& bytes) {
        if (seen++ == frame) bytes[i] ^= 1;
      };
      join_by_code(code_);
      carry();
      const bool altered_third = frame == 4;  // the joiner has done its part by then; the host must not believe it
      ASSERT_FALSE(visitor_) << frame << " " << i;
      ASSERT_EQ(met_.has_value(), altered_third) << frame << " " << i;
    }
  }
}

TEST_F(APairing, ARelayedFrameCutShortFailsClosed) {
  for (std::size_t frame = 0; frame < 5; ++frame) {
    open();
    visitor_.reset();
    std::size_t seen = 0;
    change_ = [&](bool, Bytes& bytes) {
      if (seen++ == frame) bytes.resize(bytes.size() - 1);
    };
    join_by_code(code_);
    if (frame == 0) continue;  // the first frame reaches a window only whole
    carry();
    ASSERT_FALSE(visitor_) << frame;
  }
}

TEST_F(APairing, AManInTheMiddleWithACodeOfHisOwnHasOneGuess) {
  Place eve(people().eve);
  auto facts = join_facts(eve.self());
  facts.code = wrong_code();  // what he believes
  begin(std::move(facts), 0ms);
  carry();
  EXPECT_EQ(join_end_, JoinEnd::kWrongCode);
  EXPECT_THAT(wrong_, ::testing::ElementsAre(2));
}

TEST_F(APairing, AVisitorWithOurOwnKeysIsTurnedAway) {
  auto facts = join_facts(host_.self());
  facts.code = code_;
  begin(std::move(facts), 0ms);
  carry();
  EXPECT_FALSE(visitor_);
}

TEST_F(APairing, AnIntroductionOfAnotherKeyIsTurnedAway) {
  const Introduction stolen = people().introduction_of(people().eve);
  auto facts = join_facts({*people().bo, [stolen] { return stolen; }});
  facts.code = code_;
  begin(std::move(facts), 0ms);
  carry();
  EXPECT_FALSE(visitor_);
  EXPECT_EQ(left_, 1);
}

TEST_F(APairing, AChannelMessageAlteredLosesTheConversation) {
  join_by_code(code_);
  carry();
  approve();
  change_ = [](bool from_joiner, Bytes& bytes) {
    if (!from_joiner) bytes[10] ^= 1;
  };
  carry();
  EXPECT_TRUE(join_talk_.lost);
  EXPECT_EQ(join_end_, JoinEnd::kOtherSideLeft);
}

// ---- looking ----

class ALookingJoiner : public APairing {
 protected:
  ALookingJoiner() {
    auto facts = join_facts();
    facts.at.reset();
    facts.code = code_;
    joiner_.emplace(std::move(facts), join_events(), at(0ms));
  }
  void hear(std::string host, unsigned interface, std::uint16_t port = 4000, std::chrono::milliseconds now = 1s) {
    joiner_->heard({{code_.nameplate, port}, std::move(host), interface, false}, at(now));
  }
};

TEST_F(ALookingJoiner, DialsWhomItHearsAfterAMomentOfListening) {
  EXPECT_EQ(joiner_->looking(), code_.nameplate);
  hear("192.0.2.7", 2);
  EXPECT_TRUE(joiner_->take_dials(at(1s)).empty());
  EXPECT_EQ(joiner_->deadline(), at(1s + kCollectTime));
  joiner_->tick(at(1s + kCollectTime));
  EXPECT_FALSE(joiner_->looking());
  EXPECT_THAT(joiner_->take_dials(at(1s + kCollectTime)), ::testing::ElementsAre(Address{"192.0.2.7", 4000}));
}

TEST_F(ALookingJoiner, TriesTheNextAddressWhenTheFirstIsSlow) {
  hear("192.0.2.7", 2);
  hear("198.51.100.7", 3);
  joiner_->tick(at(3s));
  EXPECT_EQ(joiner_->take_dials(at(3s)).size(), 1u);
  EXPECT_TRUE(joiner_->take_dials(at(3s + kNextPairAddress - 1ms)).empty());
  EXPECT_EQ(joiner_->deadline(), at(3s + kNextPairAddress));
  EXPECT_EQ(joiner_->take_dials(at(3s + kNextPairAddress)).size(), 1u);
  joiner_->unreachable({"192.0.2.7", 4000}, at(5s));
  EXPECT_FALSE(join_end_);
  joiner_->unreachable({"198.51.100.7", 4000}, at(5s));
  EXPECT_EQ(join_end_, JoinEnd::kCannotConnect);
}

TEST_F(ALookingJoiner, GuessesOnOneLineOnly) {
  hear("192.0.2.7", 2);
  hear("198.51.100.7", 3);
  joiner_->tick(at(3s));
  joiner_->take_dials(at(4s));
  joiner_->take_dials(at(5s));
  joiner_->connected(1, {"192.0.2.7", 4000}, at(5s));
  joiner_->connected(2, {"198.51.100.7", 4000}, at(5s));
  for (const LineId line : {1u, 2u}) {
    const Bytes na = joiner_->take_output(line, at(5s));
    ASSERT_TRUE(window_->first_frame(line, ByteView(na).subspan(2), at(5s)));
  }
  std::size_t guesses = 0;
  for (const LineId line : {1u, 2u}) {
    joiner_->receive(line, window_->take_output(line, at(5s)), at(5s));
    guesses += joiner_->take_output(line, at(5s)).empty() ? 0 : 1;
  }
  EXPECT_EQ(guesses, 1u);
  EXPECT_TRUE(joiner_->finished(2));
}

TEST_F(ALookingJoiner, StopsWhenTwoWindowsHaveOneNumber) {
  hear("192.0.2.7", 2);
  hear("192.0.2.8", 2);
  EXPECT_EQ(join_end_, JoinEnd::kTwoWindows);
  EXPECT_TRUE(spent_.empty());
}

TEST_F(ALookingJoiner, ListensOnWhenAHostMayHaveMovedAndDialsIt) {
  const auto hear6 = [&](std::string host, std::chrono::milliseconds now) {
    joiner_->heard({{code_.nameplate, 4000}, std::move(host), 2, true}, at(now));
  };
  hear6("fe80::7%eth0", 1s);
  hear6("fe80::99%eth0", 2s);
  EXPECT_FALSE(join_end_);
  EXPECT_EQ(joiner_->deadline(), at(2s + kCollectTime));
  hear6("fe80::99%eth0", 3s);
  joiner_->tick(at(2s + kCollectTime));
  EXPECT_FALSE(join_end_);
  EXPECT_FALSE(joiner_->take_dials(at(4s)).empty());
}

TEST_F(ALookingJoiner, StopsWhenTheOneThatSeemedToHaveMovedIsHeardAgain) {
  for (const auto& [host, now] : {std::pair{"fe80::7%eth0", 1s}, {"fe80::99%eth0", 2s}, {"fe80::7%eth0", 3s}})
    joiner_->heard({{code_.nameplate, 4000}, host, 2, true}, at(now));
  EXPECT_EQ(join_end_, JoinEnd::kTwoWindows);
}

TEST_F(ALookingJoiner, GivesUpWhenNobodyAnnounces) {
  joiner_->tick(at(kLookTime - 1ms));
  EXPECT_FALSE(join_end_);
  joiner_->tick(at(kLookTime));
  EXPECT_EQ(join_end_, JoinEnd::kNobodyFound);
}

TEST_F(ALookingJoiner, CanBeCancelled) {
  joiner_->cancel();
  EXPECT_EQ(join_end_, JoinEnd::kCancelled);
}

}  // namespace
}  // namespace duolog::net
