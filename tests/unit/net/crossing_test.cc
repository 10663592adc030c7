// crossing_test.cc: two calls that the network has made one connection of, met at every point and under every epoch.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/net/world.h"

namespace duolog::net {
namespace {

using testing::Device;
using testing::people;
using testing::Place;
using testing::Wire;
using testing::World;
using namespace std::chrono_literals;

constexpr std::size_t kFrame = 2 + crypto::kFirstMessageLength;
constexpr auto kAtOnce = 100ms;
constexpr auto kWithPatience = 2'200ms;  // two seconds for the other's answer, and its way

// The psks of one device, the newest first: it calls under the first, and answers under all.
using Epochs = std::vector<const crypto::HandshakePsk*>;

class CallsThatCross : public ::testing::Test {
 protected:
  CallsThatCross() { world_.calls_cross = true; }
  static void share(Device& device, const Epochs& epochs) {
    Doorway door = device.place.doorway();
    door.psks.clear();
    for (const crypto::HandshakePsk* psk : epochs) door.psks.push_back(people().prepared(*psk));
    std::vector<Doorway> doors;
    doors.push_back(std::move(door));
    device.board.set_doorways(std::move(doors));
  }
  void call(const Epochs& of_ada, const Epochs& of_bo) {
    ada_ = &world_.add(ada_place_, "ada");
    bo_ = &world_.add(bo_place_, "bo");
    ada_->knows(*people().bo, "bo");
    bo_->knows(*people().ada, "ada");
    share(*ada_, of_ada);
    share(*bo_, of_bo);
  }
  bool connected() { return ada_->connected_to(*people().bo) && bo_->connected_to(*people().ada); }
  void expect_one_call_each() {
    EXPECT_EQ(world_.dials["ada"], 1);
    EXPECT_EQ(world_.dials["bo"], 1);
    EXPECT_EQ(world_.open_wires(), 1u);
  }
  // Of what each side says first, so many bytes arrive; the rest when give() is called.
  void hold_back(std::size_t after_of_dialled, std::size_t after_of_accepted) {
    world_.tamper = [=, this](Wire& wire, bool from_dialled, Bytes& bytes) {
      Held& held = from_dialled ? by_dialled_ : by_accepted_;
      if (std::exchange(held.seen, true)) {
        if (!held.given) append(held.rest, bytes), bytes.clear();
        return;
      }
      const std::size_t after = std::min(from_dialled ? after_of_dialled : after_of_accepted, bytes.size());
      held.to = from_dialled ? &wire.accepted : &wire.dialled;
      held.rest.assign(bytes.begin() + static_cast<std::ptrdiff_t>(after), bytes.end());
      bytes.resize(after);
    };
  }
  void give(bool of_dialled) {
    Held& held = of_dialled ? by_dialled_ : by_accepted_;
    held.given = true;
    if (held.to != nullptr) held.to->device->board.received(held.to->line, std::exchange(held.rest, {}));
    world_.settle();
  }

  struct Held {
    bool seen = false, given = false;
    Bytes rest;
    Wire::End* to = nullptr;
  };
  Held by_dialled_, by_accepted_;
  World world_;
  Place ada_place_{*people().ada};
  Place bo_place_{*people().bo};
  Device* ada_ = nullptr;
  Device* bo_ = nullptr;
};

// Which of two messages is the smaller is chance, so that each fact is tried until both have been.
constexpr int kTries = 12;

class CallsThatCrossUnder : public CallsThatCross, public ::testing::WithParamInterface<int> {};

TEST_P(CallsThatCrossUnder, OneEpochMeetAtOnce) {
  const Epochs both = {&people().psk};
  call(both, both);
  EXPECT_TRUE(world_.run_until([&] { return connected(); }, kAtOnce));
  expect_one_call_each();
}

TEST_P(CallsThatCrossUnder, AnEpochThatOnlyOneHasHeardOfMeetAllTheSame) {
  const auto news = crypto::HandshakePsk::random();
  const Epochs newer = {&news, &people().psk};
  const Epochs older = {&people().psk};
  const bool ada_is_ahead = GetParam() % 2 == 0;
  call(ada_is_ahead ? newer : older, ada_is_ahead ? older : newer);
  EXPECT_TRUE(world_.run_until([&] { return connected(); }, kWithPatience));
  expect_one_call_each();
}

TEST_P(CallsThatCrossUnder, EpochsThatEachHasWithoutTheOtherMeetOnceOneTriesTheOlder) {
  const auto hers = crypto::HandshakePsk::random(), his = crypto::HandshakePsk::random();
  const Epochs of_ada = {&hers, &people().psk};
  const Epochs of_bo = {&his, &people().psk};
  call(of_ada, of_bo);
  EXPECT_TRUE(world_.run_until([&] { return connected(); }, 2min));
}

INSTANTIATE_TEST_SUITE_P(ByChance, CallsThatCrossUnder, ::testing::Range(0, kTries));

class CallsThatCrossAfter : public CallsThatCross, public ::testing::WithParamInterface<std::size_t> {};

// One's message 1 stops after so many bytes, and goes on when the other's has been read, or before.
TEST_P(CallsThatCrossAfter, AnyByteOfTheOneMeetAtOnce) {
  const Epochs both = {&people().psk};
  hold_back(GetParam(), kFrame);
  call(both, both);
  world_.settle();
  give(false);
  give(true);
  EXPECT_TRUE(world_.run_until([&] { return connected(); }, kAtOnce));
  expect_one_call_each();
}

TEST_P(CallsThatCrossAfter, AnyByteOfBothMeetAtOnce) {
  const Epochs both = {&people().psk};
  hold_back(GetParam(), kFrame - GetParam());
  call(both, both);
  world_.settle();
  const bool first = GetParam() % 2 == 0;
  give(first);
  give(!first);
  EXPECT_TRUE(world_.run_until([&] { return connected(); }, kAtOnce));
  expect_one_call_each();
}

INSTANTIATE_TEST_SUITE_P(OfTheFrame, CallsThatCrossAfter, ::testing::Range<std::size_t>(0, kFrame + 1));

// ---- what a connection is called that neither side has accepted ----

TEST_F(CallsThatCross, AreNobodysVisit) {
  const Epochs both = {&people().psk};
  call(both, both);
  ASSERT_TRUE(world_.run_until([&] { return connected(); }));
  for (const auto& status : {ada_->status_of(*people().bo), bo_->status_of(*people().ada)}) {
    ASSERT_TRUE(status);
    EXPECT_FALSE(status->came_in);
    EXPECT_EQ(status->trouble, Trouble::kNone);
  }
}

// A message 1 of ours that is said back to us, whoever does so, is no call of somebody's.
TEST_F(CallsThatCross, WithThemselvesAreNoCalls) {
  const Epochs both = {&people().psk};
  Device& ada = world_.add(ada_place_, "ada");
  ada.knows(*people().bo, "bo");
  share(ada, both);
  const auto dials = ada.board.take_dials();
  ASSERT_EQ(dials.size(), 1u);
  ada.board.connected(dials[0].line);
  const Bytes said = ada.board.take_output(dials[0].line);
  ASSERT_EQ(said.size(), kFrame);
  ada.board.received(dials[0].line, said);
  EXPECT_TRUE(ada.board.take_output(dials[0].line).empty());
}

}  // namespace
}  // namespace duolog::net
