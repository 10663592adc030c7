// switchboard_test.cc: whole devices on a network in memory: finding each other, keeping one connection, strangers.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/switchboard.h"

#include "daemon/line/strangers.h"
#include "daemon/net/address_book.h"
#include "daemon/sync/message.h"

#include "tests/unit/net/world.h"

namespace duolog::net {
namespace {

using testing::at;
using testing::Device;
using testing::people;
using testing::Place;
using testing::Wire;
using testing::World;
using State = PeerStatus::State;
using namespace std::chrono_literals;

class TwoDevices : public ::testing::Test {
 protected:
  void switch_on() {
    ada_ = &world_.add(ada_place_, "ada");
    bo_ = &world_.add(bo_place_, "bo");
  }
  void know_each_other() {
    ada_->knows(*people().bo, "bo");
    bo_->knows(*people().ada, "ada");
  }
  void share() {
    ada_->share_journal();
    bo_->share_journal();
  }
  void connect() {
    switch_on();
    know_each_other();
    share();
    ASSERT_TRUE(world_.run_until([&] { return connected(); }));
    world_.run(1s);
  }
  Wire& say_as_ada(const std::vector<Bytes>& messages);
  bool connected() { return ada().connected_to(*people().bo) && bo().connected_to(*people().ada); }
  bool in_step() { return connected() && ada().status_of(*people().bo)->in_step; }
  Device& ada() { return *ada_; }
  Device& bo() { return *bo_; }

  World world_;
  Place ada_place_{*people().ada};
  Place bo_place_{*people().bo};
  Device* ada_ = nullptr;
  Device* bo_ = nullptr;
};

// ---- finding each other ----

TEST_F(TwoDevices, FindEachOtherAndCarryTheirLogs) {
  ada_place_.write(3);
  connect();
  EXPECT_EQ(bo_place_.held(*people().ada), 3u);
  bo().write();
  world_.settle();
  EXPECT_EQ(ada_place_.held(*people().bo), 1u);
  EXPECT_TRUE(in_step());
}

TEST_F(TwoDevices, KeepOneConnectionWhenBothDialAtOnce) {
  connect();
  EXPECT_EQ(world_.dials["ada"], 1);
  EXPECT_EQ(world_.dials["bo"], 1);
  EXPECT_EQ(world_.open_wires(), 1u);
  EXPECT_EQ(world_.wires[0]->dialled.device, &ada());  // whose id is the smaller
}

// Who calls from the port that it listens on, through a router that keeps it, may meet a call instead of an answer.
TEST_F(TwoDevices, WhoseCallsBecomeOneConnectionMeetOnIt) {
  world_.calls_cross = true;
  connect();
  EXPECT_EQ(world_.dials["ada"], 1);
  EXPECT_EQ(world_.dials["bo"], 1);
  EXPECT_EQ(world_.open_wires(), 1u);
  ada().write();
  EXPECT_TRUE(world_.run_until([&] { return bo_place_.held(*people().ada) == 1; }));
}

// ---- a window, while a router is asked ----

class AWindow : public TwoDevices {
 protected:
  AWindow() {
    switch_on();
    ada().board.outside_is_known(false);
  }
  bool open() {
    HostEvents events;
    events.invitation = [this](const Invitation& shown) { shown_ = shown.addresses; };
    events.wrong_code = [](int) {};
    events.visitor = [](const Introduced&) { return Conversation(); };
    events.visitor_left = [] {};
    events.ended = [this](WindowEnd how) { ended_ = how; };
    return ada().board.open_window(crypto::PairPurpose::kPartner, std::move(events));
  }
  std::optional<std::vector<std::string>> shown_;
  std::optional<WindowEnd> ended_;
};

TEST_F(AWindow, IsOpenedWhenItIsKnownWhereThisDeviceIsFound) {
  EXPECT_FALSE(ada().board.wants_to_be_found());
  ASSERT_TRUE(open());
  EXPECT_TRUE(ada().board.wants_to_be_found());
  EXPECT_FALSE(open()) << "a second one";
  world_.run(500ms);
  EXPECT_FALSE(shown_);
  ada().board.listening(kDefaultPort, {"8.8.4.1:40000"});
  ada().board.outside_is_known(true);
  ASSERT_TRUE(shown_);
  EXPECT_EQ(*shown_, std::vector<std::string>{"8.8.4.1:40000"});
}

TEST_F(AWindow, WaitsForNoRouterLongerThanAPersonWould) {
  ASSERT_TRUE(open());
  world_.run(1'499ms);
  EXPECT_FALSE(shown_);
  world_.run(2ms);
  EXPECT_TRUE(shown_);
}

TEST_F(AWindow, ThatIsClosedBeforeItWasOpenIsOver) {
  ASSERT_TRUE(open());
  ada().board.close_window();
  EXPECT_EQ(ended_, WindowEnd::kClosed);
  EXPECT_FALSE(ada().board.wants_to_be_found());
  world_.run(5s);
  EXPECT_FALSE(shown_);
  EXPECT_TRUE(open());
}

TEST_F(TwoDevices, NeedOnlyOneOfThemToKnowTheOther) {
  switch_on();
  bo().knows(*people().ada, "ada");
  share();
  EXPECT_TRUE(world_.run_until([&] { return connected(); }));
  EXPECT_EQ(world_.dials["bo"], 0);
}

TEST_F(TwoDevices, RememberAddressesFromTheGreetingAcrossARestart) {
  switch_on();
  bo().knows(*people().ada, "ada");
  share();
  world_.run_until([&] { return connected(); });
  world_.remove(ada());
  world_.remove(bo());
  switch_on();
  ada().share_journal();
  world_.run(1s);
  EXPECT_EQ(world_.dials["bo"], 1);
}

TEST_F(TwoDevices, ComeBackAfterACut) {
  connect();
  for (int i = 0; i < 5; ++i) {
    world_.cut_all();
    EXPECT_FALSE(connected());
    ASSERT_TRUE(world_.run_until([&] { return connected(); }, 10s)) << i;
    world_.run(10s);
  }
  EXPECT_EQ(world_.open_wires(), 1u);
}

TEST_F(TwoDevices, LoseNothingWhenCutAfterEach83rdByte) {
  connect();
  std::uint64_t written = 0;
  for (std::size_t cut_after = 0; cut_after < 9'000; cut_after += 83) {
    std::size_t carried = 0;
    bool cut = false;
    world_.tamper = [&](Wire& wire, bool, Bytes& bytes) {
      carried += bytes.size();
      if (cut || carried <= cut_after) return;
      bytes.resize(bytes.size() - (carried - cut_after));
      wire.closing = cut = true;
    };
    world_.cut_all();
    ada().write();
    ++written;
    ASSERT_TRUE(world_.run_until([&] { return in_step() && bo_place_.held(*people().ada) == written; }, 3min))
        << cut_after;
    ASSERT_TRUE(cut || cut_after > 3'000) << cut_after;
    world_.run(6s);  // so that the next cut is no flapping
  }
}

TEST_F(TwoDevices, NoticeASilentDeathAndComeBack) {
  connect();
  world_.wires[0]->dead = true;
  ada().write();
  EXPECT_TRUE(world_.run_until([&] { return bo_place_.held(*people().ada) == 1; }, 45s));
  EXPECT_TRUE(world_.run_until([&] { return connected(); }, 5s));
}

TEST_F(TwoDevices, StayInTouchForADayWithAFreshHandshakeEveryHour) {
  connect();
  int handshakes = 0;
  world_.connected = [&](Wire&) { ++handshakes; };
  for (int hour = 0; hour < 24; ++hour) {
    world_.run(1h);
    ada().write();
    ASSERT_TRUE(world_.run_until([&] { return in_step(); }, 10s)) << hour;
  }
  EXPECT_GE(handshakes, 23);
  EXPECT_LE(handshakes, 26);
}

TEST_F(TwoDevices, NoteWhomTheyMetOnceThereIsTime) {
  connect();
  const auto noted = [&] {
    store::LocalState written(ada_place_.database, people().ada->local_key("local.state"));
    return AddressBook(written).look_up(people().bo->id()).last_seen != WallTime(1ms);  // as knows() has it
  };
  EXPECT_TRUE(ada_place_.memory.waiting());
  EXPECT_FALSE(noted());
  world_.run(3s);
  EXPECT_FALSE(ada_place_.memory.waiting());
  EXPECT_TRUE(noted());
}

TEST_F(TwoDevices, SayWhyTheyAreAway) {
  switch_on();
  share();
  world_.run(1s);
  EXPECT_EQ(ada().status_of(*people().bo)->state, State::kNeverMet);
  EXPECT_FALSE(ada().status_of(*people().bo)->last_seen);
  know_each_other();
  world_.remove(ada());
  world_.remove(bo());
  ada_ = &world_.add(ada_place_, "ada");
  ada().share_journal();
  world_.run(30s);
  EXPECT_EQ(ada().status_of(*people().bo)->state, State::kNoAnswer);
  EXPECT_TRUE(ada().status_of(*people().bo)->next_try);
  EXPECT_EQ(ada().status_of(*people().bo)->address, "bo:38650");
}

TEST_F(TwoDevices, TellTheDifferenceOfTheirClocksAndMindItNotAtAll) {
  switch_on();
  know_each_other();
  bo().wall_shift = -24h * 365 * 50;
  share();
  ASSERT_TRUE(world_.run_until([&] { return connected(); }));
  world_.run(1s);
  EXPECT_NEAR(static_cast<double>(ada().status_of(*people().bo)->clock_ahead->count()), -1.5768e12, 5e3);
}

TEST_F(TwoDevices, RedialAtOnceAfterASleep) {
  connect();
  world_.wires[0]->dead = true;
  ada().wall_shift += 8h;  // while the steady one stood still
  const int moves = ada().moves;
  ada().board.tick();  // as the driver does when the clock was set
  EXPECT_EQ(ada().moves, moves + 1) << "whoever is looked for elsewhere is told";
  ada().write();
  EXPECT_TRUE(world_.run_until([&] { return bo_place_.held(*people().ada) == 1; }, 1s));
}

TEST_F(TwoDevices, DialAtOnceWhenAskedTo) {
  switch_on();
  know_each_other();
  world_.unreachable.insert("bo");
  ada().share_journal();
  world_.run(2h);
  world_.unreachable.clear();
  bo().share_journal();
  bo().board.stop();  // it only answers
  const int before = world_.dials["bo"];
  ada().board.sync_now();
  world_.settle();
  EXPECT_EQ(world_.dials["bo"], before + 1);
}

TEST_F(TwoDevices, TryAtMostTwelveTimesAnHourWhenTheOtherIsAwayForAWeek) {
  switch_on();
  know_each_other();
  world_.unreachable.insert("bo");
  ada().share_journal();
  world_.run(1h);
  for (int hour = 1; hour < 168; ++hour) {
    const int before = world_.dials["bo"];
    world_.run(1h);
    ASSERT_LE(world_.dials["bo"] - before, 12) << hour;
    ASSERT_GE(world_.dials["bo"] - before, 5) << hour;
  }
}

TEST_F(TwoDevices, DialSeveralAddressesSideBySideWhenTheFirstIsSilent) {
  switch_on();
  Place eve_place(people().eve);
  world_.add(eve_place, "eve");  // answers the phone and knows no psk
  ada_place_.memory.put("net.address." + hex(people().bo->id().bytes), as_bytes("1\neve:38650\nbo:38650"));
  ada().share_journal();
  bo().share_journal();
  EXPECT_TRUE(world_.run_until([&] { return connected(); }, 3s));
  EXPECT_EQ(ada().status_of(*people().bo)->address, "bo:38650");
}

TEST_F(TwoDevices, SayOfSeveralAddressesAtWhichOneTheTroubleWas) {
  switch_on();
  Place eve_place(people().eve);
  world_.add(eve_place, "eve");
  world_.unreachable.insert("bo");
  ada_place_.memory.put("net.address." + hex(people().bo->id().bytes), as_bytes("1\nbo:38650\neve:38650"));
  ada().share_journal();
  EXPECT_TRUE(world_.run_until([&] { return ada().status_of(*people().bo)->trouble == Trouble::kSilent; }));
  EXPECT_EQ(ada().status_of(*people().bo)->trouble_at, "eve:38650");
  EXPECT_EQ(ada().status_of(*people().bo)->address, "bo:38650");
}

TEST_F(TwoDevices, SayGoodbyeWhenTheyStop) {
  connect();
  ada().board.stop();
  world_.settle();
  EXPECT_EQ(world_.open_wires(), 0u);
  EXPECT_FALSE(bo().connected_to(*people().ada));
  world_.run(1min);
  EXPECT_EQ(world_.open_wires(), 0u);  // and does not come back
}

TEST_F(TwoDevices, PartWhenTheOtherIsAMemberNoMore) {
  connect();
  bo_place_.admits_all_proven = false;
  Doorway alone = bo_place_.doorway();
  alone.others.clear();
  std::vector<Doorway> doors;
  doors.push_back(std::move(alone));
  bo().board.set_doorways(std::move(doors));
  world_.settle();
  EXPECT_FALSE(ada().connected_to(*people().bo));
  world_.run(10min);
  EXPECT_FALSE(ada().connected_to(*people().bo));
}

// Let in by its chain, and never looked for: so nothing is missed when it is no longer welcome, but the session.
TEST_F(TwoDevices, PartWhenOneWhoWasNeverLookedForMayStayNoLonger) {
  const auto of_bo = [&] {
    std::vector<Doorway> doors;
    doors.push_back(bo_place_.doorway());
    doors.back().others.clear();
    return doors;
  };
  connect();
  bo().board.set_doorways(of_bo());
  world_.run(1min);  // she was parted from, and has dialled again
  bo().board.set_doorways(of_bo());
  world_.settle();
  ASSERT_TRUE(ada().connected_to(*people().bo)) << "it may stay";
  bo_place_.lets_them_stay = false;
  bo_place_.admits_all_proven = false;
  bo().board.set_doorways(of_bo());
  world_.settle();
  EXPECT_FALSE(ada().connected_to(*people().bo));
}

TEST_F(TwoDevices, TellOfComingAndGoing) {
  connect();
  const int before = ada().changes;
  world_.cut_all();
  world_.settle();
  EXPECT_GT(ada().changes, before);
}

// Ada's keys in hands that say what no session of ours says.
Wire& TwoDevices::say_as_ada(const std::vector<Bytes>& messages) {
  connect();
  world_.remove(ada());
  world_.run(1min);
  auto handshake = crypto::Handshake::initiate(people().prepared(), people().ada->noise());
  Wire& wire = world_.dial(bo());
  world_.send_frame(wire, handshake.write({}));
  EXPECT_TRUE(handshake.read(ByteView(world_.received(wire)).subspan(2)));
  world_.send_frame(wire, handshake.write(encode(people().introduction_of(*people().ada))));
  EXPECT_TRUE(bo().connected_to(*people().ada));
  crypto::Channel channel(handshake.split());
  for (const Bytes& message : messages) channel.seal(message, [&](ByteView frame) { world_.send_frame(wire, frame); });
  return wire;
}

TEST_F(TwoDevices, TellThatTheOthersDuologIsNewerUntilTheyUnderstandEachOther) {
  using Version = PeerStatus::Version;
  const auto version = [this] { return bo().status_of(*people().ada)->version; };
  sync::Hello hello{.version = sync::kVersion + 1, .device = people().ada->id()};
  Wire& wire = say_as_ada({sync::encode(hello)});
  EXPECT_EQ(version(), Version::kNewer);
  world_.run(10s);
  EXPECT_TRUE(World::closed_by_device(wire));
  EXPECT_EQ(version(), Version::kNewer);

  ada_ = &world_.add(ada_place_, "ada");
  ada().share_journal();
  EXPECT_TRUE(world_.run_until([&] { return connected(); }, 5min));
  EXPECT_TRUE(world_.run_until([&] { return version() == Version::kSame; }, 1min));
}

TEST_F(TwoDevices, TellThatTheOthersDuologIsOlderWhenItLeavesForThat) {
  const sync::Hello hello{.device = people().ada->id()};
  say_as_ada({sync::encode(hello), sync::encode(sync::Bye{static_cast<int>(sync::Parting::kNewer)})});
  EXPECT_EQ(bo().status_of(*people().ada)->version, PeerStatus::Version::kOlder);
}

TEST_F(TwoDevices, LeaveADeviceAloneThatMisbehaves) {
  Wire& wire = say_as_ada({Bytes(100, 0xff)});
  EXPECT_TRUE(World::closed_by_device(wire));
  ASSERT_FALSE(bo().notes.empty());

  ada_ = &world_.add(ada_place_, "ada");
  ada().share_journal();
  world_.run(50s);
  EXPECT_FALSE(connected());
  EXPECT_TRUE(world_.run_until([&] { return connected(); }, 5min));
}

// ---- strangers ----

TEST_F(TwoDevices, AnswerNothingToWhoeverDoesNotKnowThePsk) {
  connect();
  const crypto::HandshakePsk other = crypto::HandshakePsk::random();
  auto handshake = crypto::Handshake::initiate(people().prepared(other), people().eve.noise());
  Wire& wire = world_.dial(bo());
  world_.send_frame(wire, handshake.write({}));
  world_.run(kHandshakeTime - 1ms);
  EXPECT_TRUE(world_.received(wire).empty());
  EXPECT_FALSE(World::closed_by_device(wire));
  world_.run(1ms);
  EXPECT_TRUE(World::closed_by_device(wire));
}

TEST_F(TwoDevices, AnswerNothingToSixteenBytesWhenNoWindowIsOpen) {
  connect();
  Wire& wire = world_.dial(bo());
  world_.send_frame(wire, Bytes(16, 1));
  EXPECT_TRUE(world_.received(wire).empty());
  EXPECT_FALSE(World::closed_by_device(wire));
}

TEST_F(TwoDevices, AnswerARecordedFirstMessageOnce) {
  connect();
  auto handshake = crypto::Handshake::initiate(people().prepared(), people().eve.noise());
  const Bytes first = handshake.write({});
  Wire& once = world_.dial(bo());
  world_.send_frame(once, first);
  EXPECT_FALSE(world_.received(once).empty());
  Wire& again = world_.dial(bo());
  world_.send_frame(again, first);
  EXPECT_TRUE(world_.received(again).empty());
}

TEST_F(TwoDevices, AnswerNothingToRandomBytesOfAnyKind) {
  connect();
  std::mt19937 chance(42);
  for (int i = 0; i < 200; ++i) {
    Bytes garbage(1 + chance() % 200);
    for (std::uint8_t& byte : garbage) byte = static_cast<std::uint8_t>(chance());
    Wire& wire = world_.dial(bo());
    world_.send(wire, garbage);
    ASSERT_TRUE(world_.received(wire).empty()) << i;
  }
  EXPECT_TRUE(connected());
}

TEST_F(TwoDevices, MeetAmongAThousandStrangers) {
  switch_on();
  know_each_other();
  for (int i = 0; i < 1000; ++i) world_.send(world_.dial(bo()), Bytes{0, 48, 1, 2, 3});
  ada().share_journal();
  bo().share_journal();
  EXPECT_TRUE(world_.run_until([&] { return connected(); }, 10s));
  std::size_t still_open = 0;
  for (const auto& wire : world_.wires) still_open += wire->accepted.open && !wire->dialled.device ? 1 : 0;
  EXPECT_LE(still_open, kStrangersLimit);
  EXPECT_TRUE(bo().notes.empty());  // no flood of notes
}

TEST_F(TwoDevices, BothAcceptTheNewerConnectionWhenOneHasLostTheOlder) {
  connect();
  world_.run(1min);
  Wire& old = *world_.wires[0];
  old.dead = true;  // Ada forgets it, Bo does not know yet
  world_.remove(ada());
  ada_ = &world_.add(ada_place_, "ada");
  ada().share_journal();
  EXPECT_TRUE(world_.run_until([&] { return ada().connected_to(*people().bo); }, 3s));
  world_.run(1s);
  ada().write();
  EXPECT_TRUE(world_.run_until([&] { return bo_place_.held(*people().ada) == 1; }, 3s));
}

TEST_F(TwoDevices, LoseNoTimeWhenAConnectionOfAMomentIsLostByOneOfThem) {
  connect();
  world_.run(3s);
  Device& loser = world_.wires[0]->dialled.device == &ada() ? bo() : ada();  // whose own dial would lose a tie
  Place& place = &loser == &ada() ? ada_place_ : bo_place_;
  const crypto::DeviceKeys& other = &loser == &ada() ? *people().bo : *people().ada;
  const std::string host = loser.host;
  world_.wires[0]->dead = true;
  world_.remove(loser);
  Device& anew = world_.add(place, host);
  anew.share_journal();
  EXPECT_TRUE(world_.run_until([&] { return anew.connected_to(other); }, 2s));
  world_.run(2s);
  EXPECT_TRUE(anew.connected_to(other));
}

// ---- ways that swallow long packets ----

TEST_F(TwoDevices, MeetOverShortPacketsWhereLongOnesAreSwallowed) {
  world_.longest_packet = 576;
  switch_on();
  know_each_other();
  share();
  EXPECT_TRUE(world_.run_until([&] { return connected(); }, 40s));
  ada_place_.write(3);
  ada().board.log_grew(people().journal);
  EXPECT_TRUE(world_.run_until([&] { return bo_place_.held(*people().ada) == 3; }, 10s));
}

TEST_F(TwoDevices, GoOnOverShortPacketsWhereAStandingConnectionStalls) {
  connect();
  world_.run(10s);
  world_.longest_packet = 576;
  ada().write();
  EXPECT_TRUE(world_.run_until([&] { return bo_place_.held(*people().ada) == 1; }, 90s));
}

}  // namespace
}  // namespace duolog::net
