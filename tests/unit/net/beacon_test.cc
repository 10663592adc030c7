// beacon_test.cc: when a device calls out, whom it understands, what that leads to, and what strangers can make of it.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/beacon.h"

#include "daemon/net/address_book.h"
#include "tests/unit/net/world.h"

namespace duolog::net {
namespace {

using testing::at;
using testing::Device;
using testing::people;
using testing::Place;
using testing::World;
using namespace std::chrono_literals;
using std::chrono::milliseconds;

// ---- when ----

class ASchedule : public ::testing::Test {
 protected:
  // The times at which it speaks until then.
  std::vector<milliseconds> times_until(milliseconds end) {
    std::vector<milliseconds> times;
    while (schedule_.deadline() <= at(end)) {
      const SteadyTime now = schedule_.deadline();
      EXPECT_TRUE(schedule_.due(now));
      EXPECT_FALSE(schedule_.due(now)) << "it spoke twice";
      times.push_back(now - at(0ms));
    }
    return times;
  }
  std::mt19937 chance_{7};
  BeaconSchedule schedule_{[this](std::uint32_t bound) { return static_cast<std::uint32_t>(chance_() % bound); }};
};

TEST_F(ASchedule, IsSilentWhileNobodyIsAway) {
  EXPECT_EQ(schedule_.deadline(), SteadyTime::max());
  schedule_.begin_anew(at(0ms));
  EXPECT_FALSE(schedule_.due(at(1h)));
  schedule_.want(true, at(2h));
  schedule_.want(false, at(2h));
  EXPECT_FALSE(schedule_.due(at(3h)));
  EXPECT_EQ(schedule_.deadline(), SteadyTime::max());
}

TEST_F(ASchedule, SpeaksUnderTheNewestEpochAndEveryOtherTimeUnderAnOlderOne) {
  schedule_.want(true, at(0ms));
  std::vector<std::size_t> epochs;
  for (int times = 0; times < 9; ++times) {
    EXPECT_TRUE(schedule_.due(schedule_.deadline()));
    epochs.push_back(schedule_.epoch(4));
    EXPECT_EQ(schedule_.epoch(1), 0U);
  }
  EXPECT_EQ(epochs, (std::vector<std::size_t>{0, 0, 1, 0, 2, 0, 3, 0, 1}));
  schedule_.begin_anew(at(1h));
  EXPECT_TRUE(schedule_.due(schedule_.deadline()));
  EXPECT_EQ(schedule_.epoch(4), 0U);
}

TEST_F(ASchedule, SpeaksAtOnceAMomentLaterAndThenEveryTwentyToFortySeconds) {
  schedule_.begin_anew(at(0ms));
  schedule_.want(true, at(0ms));
  const auto times = times_until(59min);
  ASSERT_GT(times.size(), 80U);
  EXPECT_EQ(times[0], 0ms);
  EXPECT_EQ(times[1], 3s);
  std::set<milliseconds> pauses;
  for (std::size_t i = 2; i < times.size(); ++i) {
    const milliseconds pause = times[i] - times[i - 1];
    EXPECT_TRUE(pause >= 20s && pause <= 40s) << pause.count();
    pauses.insert(pause);
  }
  EXPECT_GT(pauses.size(), times.size() / 2) << "it speaks in step with others";
}

TEST_F(ASchedule, IsSilentAboutSomebodyWhoIsBackWithinAMoment) {
  schedule_.want(true, at(1h));
  EXPECT_EQ(schedule_.deadline(), at(1h + 2s));
  schedule_.want(false, at(1h + 1s));
  EXPECT_FALSE(schedule_.due(at(1h + 3s)));
}

TEST_F(ASchedule, AfterAnHourAloneSpeaksAtMostEighteenTimesAnHour) {
  schedule_.want(true, at(0ms));
  times_until(61min);
  const auto times = times_until(25h);
  EXPECT_TRUE(times.size() > 24 * 10 && times.size() <= 24 * 18) << times.size();
}

TEST_F(ASchedule, BeginsAnewWithAnotherNetworkButNeverTwiceInASecond) {
  schedule_.want(true, at(0ms));
  times_until(3h);
  for (int i = 0; i < 100; ++i) schedule_.begin_anew(at(3h));
  EXPECT_EQ(schedule_.deadline(), at(3h));
  EXPECT_TRUE(schedule_.due(at(3h)));
  for (int i = 0; i < 100; ++i) schedule_.begin_anew(at(3h + 100ms));
  EXPECT_EQ(schedule_.deadline(), at(3h + 1s));
}

// ---- from whom ----

class AnEar : public ::testing::Test {
 protected:
  AnEar() {
    doors_.push_back(bo_.doorway());
    std::ranges::copy(people().ada->id().view().first(16), beacon_.device.begin());
  }
  std::optional<BeaconEar::Sender> hear(const Bytes& packet, const ByteArray<16>& from) {
    return ear_.understand({packet, from, "192.0.2.7"}, doors_, people().bo->id(), kWall, now_);
  }
  bool understands() { return hear(crypto::seal_beacon(key_, beacon_), kIp).has_value(); }

  static constexpr std::uint64_t kMinute = 28'333'333;
  static constexpr WallTime kWall{std::chrono::minutes(28'333'333)};
  static constexpr ByteArray<16> kIp{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 7};
  Place bo_{*people().bo};
  std::vector<Doorway> doors_;
  crypto::BeaconKey key_ = crypto::beacon_key(people().epoch);
  crypto::Beacon beacon_{kMinute, 4'000, kIp, {}};
  SteadyTime now_ = at(0ms);
  BeaconEar ear_{at(0ms)};
};

TEST_F(AnEar, UnderstandsWhoIsThereAndWhere) {
  const auto sender = hear(crypto::seal_beacon(key_, beacon_), kIp);
  ASSERT_TRUE(sender);
  EXPECT_EQ(sender->key, (PeerKey{people().journal, people().ada->id()}));
  EXPECT_EQ(sender->address, (Address{"192.0.2.7", 4'000}));
}

TEST_F(AnEar, UnderstandsTheEpochBeforeTheNewestToo) {
  doors_[0].beacons.insert(doors_[0].beacons.begin(), crypto::beacon_key(crypto::EpochSecret::random()));
  EXPECT_TRUE(understands());
  EXPECT_EQ(ear_.trials(), 2U);
}

TEST_F(AnEar, DoesNotUnderstandAnotherJournal) {
  key_ = crypto::beacon_key(crypto::EpochSecret::random());
  EXPECT_FALSE(understands());
}

TEST_F(AnEar, DoesNotBelieveWhatIsSaidAgainFromElsewhere) {
  const Bytes packet = crypto::seal_beacon(key_, beacon_);
  ByteArray<16> elsewhere = kIp;
  for (std::size_t bit = 0; bit < 8 * elsewhere.size(); ++bit) {
    elsewhere = kIp;
    elsewhere[bit / 8] ^= static_cast<std::uint8_t>(1 << (bit % 8));
    EXPECT_FALSE(hear(packet, elsewhere));
  }
  EXPECT_TRUE(hear(packet, kIp));
}

TEST_F(AnEar, BelievesAClockThatIsUpToADayOffAndNoOther) {
  constexpr std::uint64_t kDay = 24 * 60;
  for (const std::uint64_t minute : {kMinute - kDay, kMinute + kDay}) {
    beacon_.minute = minute;
    EXPECT_TRUE(understands()) << minute;
  }
  for (const std::uint64_t minute :
       {kMinute - kDay - 1, kMinute + kDay + 1, std::uint64_t{0}, ~std::uint64_t{0}, std::uint64_t{1} << 63}) {
    beacon_.minute = minute;
    EXPECT_FALSE(understands()) << minute;
  }
}

TEST_F(AnEar, HearsNeitherItselfNorWhoIsNotLookedForNorAPortThatIsNone) {
  beacon_.port = 0;
  EXPECT_FALSE(understands());
  beacon_.port = 4'000;
  std::ranges::copy(people().bo->id().view().first(16), beacon_.device.begin());
  EXPECT_FALSE(understands());
  std::ranges::copy(people().eve.id().view().first(16), beacon_.device.begin());  // a key of ours, as a removed one has
  EXPECT_FALSE(understands());
}

TEST_F(AnEar, OfTenThousandPacketsOfNoiseASecondTriesTwoHundred) {
  std::mt19937 chance(11);
  Bytes noise(crypto::kBeaconLength);
  for (int i = 0; i < 10'000; ++i) {
    for (auto& byte : noise) byte = static_cast<std::uint8_t>(chance());
    now_ = at(milliseconds(i / 10));
    ASSERT_FALSE(hear(noise, kIp));
  }
  EXPECT_LE(ear_.trials(), 2 * kBeaconTrialsPerSecond);  // what had been saved up, and what a second adds
  now_ = at(2s);
  EXPECT_TRUE(understands()) << "it went deaf for ever";
}

TEST_F(AnEar, TriesNothingOnPacketsOfAnotherLength) {
  for (std::size_t length = 0; length < 200; ++length)
    if (length != crypto::kBeaconLength) EXPECT_FALSE(hear(Bytes(length, 7), kIp));
  EXPECT_EQ(ear_.trials(), 0U);
}

// ---- what is done about it ----

TEST(News, FromOneAddressIsTriedAtOnceAndThenEverMoreSeldom) {
  BeaconNews news;
  const PeerKey key{people().journal, people().ada->id()};
  std::vector<milliseconds> times;
  for (milliseconds now = 0s; now < 1h; now += 1s)
    if (news.is_news(key, {"192.0.2.7", 4'000}, at(now))) times.push_back(now);
  ASSERT_GE(times.size(), 5U);
  EXPECT_EQ(times[1], 30s);
  EXPECT_EQ(times[2], 90s);
  EXPECT_LE(times.size(), 16U);
  EXPECT_TRUE(news.is_news(key, {"192.0.2.8", 4'000}, at(1h))) << "another address is another matter";
  EXPECT_TRUE(news.is_news(key, {"192.0.2.7", 4'000}, at(2h))) << "it was away for an hour";
}

TEST(News, OfOnePeerAreOfEightAddressesAtMost) {
  BeaconNews news;
  const PeerKey key{people().journal, people().ada->id()};
  int tried = 0;
  for (int i = 0; i < 250; ++i)
    tried += news.is_news(key, {"192.0.2." + std::to_string(i), 4'000}, at(milliseconds(i))) ? 1 : 0;
  EXPECT_EQ(tried, 8);
}

// ---- two whole devices ----

class TwoInALan : public ::testing::Test {
 protected:
  TwoInALan() {
    ada_ = &world_.add(ada_place_, "ada");
    bo_ = &world_.add(bo_place_, "bo");
    ada_->stand_in_the_lan(1);
    bo_->stand_in_the_lan(2);
    ada_->knows(*people().bo, "bo");
    bo_->knows(*people().ada, "ada");
    ada_->share_journal();
    bo_->share_journal();
  }
  bool connected() { return ada_->connected_to(*people().bo) && bo_->connected_to(*people().ada); }
  void meet() {
    ASSERT_TRUE(world_.run_until([&] { return connected(); }));
  }
  // Connected for a while, then both come to other addresses, and neither knows the other's.
  void move_both() {
    meet();
    world_.run(1min);
    world_.overheard.clear();
    world_.dials.clear();
    ada_->host = "ada elsewhere";  // nobody is where they were, before any of them has noticed
    bo_->host = "bo elsewhere";
    world_.cut_all();
    ada_->move_to("ada elsewhere", 71);
    bo_->move_to("bo elsewhere", 72);
  }

  World world_;
  Place ada_place_{*people().ada};
  Place bo_place_{*people().bo};
  Device* ada_ = nullptr;
  Device* bo_ = nullptr;
};

TEST_F(TwoInALan, WhoBothCameToOtherAddressesFindEachOtherWithinSeconds) {
  move_both();
  EXPECT_TRUE(world_.run_until([&] { return connected(); }, 10s));
  EXPECT_GT(world_.dials["bo elsewhere"] + world_.dials["ada elsewhere"], 0);
}

TEST_F(TwoInALan, DoNotFindEachOtherWithoutBeacons) {
  world_.lan_carries = false;
  move_both();
  EXPECT_FALSE(world_.run_until([&] { return connected(); }, 30min));
  EXPECT_GT(world_.overheard.size(), 60U) << "they never called";
}

// At Bo's old address somebody takes the call and says nothing; Bo himself cannot call Ada.
TEST_F(TwoInALan, WhoIsBeingDialledInVainElsewhereIsDialledHereAtOnce) {
  meet();
  world_.run(1min);
  world_.lan_carries = false;
  bo_->host = "bo elsewhere";
  Place eve_place(people().eve);
  Device& eve = world_.add(eve_place, "bo");
  world_.unreachable = {"ada", "bo elsewhere"};
  world_.cut_all();
  world_.run(8s);  // by now she is on the line with whoever is there
  ASSERT_FALSE(connected());
  world_.unreachable = {"ada"};
  world_.lan_carries = true;
  bo_->move_to("bo elsewhere", 72);
  EXPECT_TRUE(world_.run_until([&] { return connected(); }, 500ms));
  world_.remove(eve);
}

TEST_F(TwoInALan, FindEachOtherWhenTheSecondComesAnHourLater) {
  world_.lan_carries = false;
  move_both();
  world_.run(100min);
  world_.lan_carries = true;
  ada_->move_to("ada at a third place", 73);
  EXPECT_TRUE(world_.run_until([&] { return connected(); }, 10s));
}

TEST_F(TwoInALan, FindEachOtherWhenNeitherHasEverKnownAnAddress) {
  world_.remove(*bo_);
  world_.remove(*ada_);
  Place ada_anew(*people().ada);
  Place bo_anew(*people().bo);
  Device& ada = world_.add(ada_anew, "ada");
  Device& bo = world_.add(bo_anew, "bo");
  ada.share_journal();
  bo.share_journal();
  world_.run(1min);
  EXPECT_FALSE(ada.connected_to(*people().bo));
  ada.stand_in_the_lan(1);
  bo.stand_in_the_lan(2);
  EXPECT_TRUE(world_.run_until([&] { return ada.connected_to(*people().bo); }, 10s));
  world_.remove(ada);
  world_.remove(bo);
}

// Whoever has a key of the journal, a device that was removed say, calls in his name from elsewhere.
TEST_F(TwoInALan, RememberNoAddressThatWasOnlyHeard) {
  meet();
  world_.remove(*bo_);
  world_.run(1min);
  const auto known = [&] { return AddressBook(ada_place_.memory).look_up(people().bo->id()).addresses; };
  const auto before = known();
  ASSERT_FALSE(before.empty());
  world_.dials.clear();
  crypto::Beacon beacon{28'333'333, 4'000, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 9}, {}};
  std::ranges::copy(people().bo->id().view().first(beacon.device.size()), beacon.device.begin());
  ada_->board.heard_beacon({crypto::seal_beacon(crypto::beacon_key(people().epoch), beacon), beacon.ip, "a thief's"});
  world_.run(1min);
  EXPECT_GT(world_.dials["a thief's"], 0) << "it was not believed, and the test shows nothing";
  EXPECT_EQ(known(), before);
}

TEST_F(TwoInALan, SayNothingAndHearNothingWhileTheyAreConnected) {
  meet();
  world_.run(1min);
  world_.overheard.clear();
  world_.run(2h);
  EXPECT_TRUE(world_.overheard.empty());
  EXPECT_FALSE(ada_->board.listens_for_beacons());
}

TEST_F(TwoInALan, OfWhomOneIsSwitchedOffCostTheOtherFewWakeUps) {
  meet();
  world_.remove(*bo_);
  world_.run(5min);
  world_.overheard.clear();
  world_.run(10min);
  EXPECT_TRUE(world_.overheard.size() >= 15 && world_.overheard.size() <= 30) << world_.overheard.size();
  world_.run(1h);
  world_.overheard.clear();
  world_.run(1h);
  EXPECT_LE(world_.overheard.size(), 18U);
}

TEST_F(TwoInALan, WithoutASourceNeitherSpeakNorListen) {
  meet();
  ada_->board.beacon_sources({});
  world_.overheard.clear();
  world_.remove(*bo_);
  EXPECT_FALSE(ada_->board.listens_for_beacons());
  world_.run(10min);
  EXPECT_TRUE(world_.overheard.empty());
  ada_->stand_in_the_lan(1);
  EXPECT_TRUE(ada_->board.listens_for_beacons());
}

// ---- those who mean harm ----

class AListener : public TwoInALan {
 protected:
  // Ada alone, and what she says.
  void ada_calls() {
    world_.lan_carries = false;
    move_both();
    world_.run(1min);
    ASSERT_FALSE(world_.overheard.empty());
  }
  int dials() {
    int sum = 0;
    for (const auto& [host, times] : world_.dials) sum += times;
    return sum;
  }
};

TEST_F(AListener, WhoSaysAgainWhatWasSaidMakesNobodyDialHim) {
  ada_calls();
  const auto said = world_.overheard;
  for (const auto& beacon : said) {
    World::Overheard again = beacon;
    again.host = "eve";
    again.ip[15] = 99;
    world_.say(again);
    world_.settle();
  }
  EXPECT_EQ(world_.dials["eve"], 0);
}

TEST_F(AListener, WhoSaysItAgainInTheNameOfItsSourceCausesFewDials) {
  ada_calls();
  world_.unreachable = {"ada elsewhere", "bo elsewhere", "ada", "bo"};
  world_.run(3h);
  const auto said = world_.overheard;
  world_.dials.clear();
  for (int second = 0; second < 3'600; ++second) {
    for (std::size_t i = 0; i < 5; ++i) world_.say(said[i % said.size()]);
    world_.run(1s);
  }
  EXPECT_LE(dials(), 4 * 12 + 4 * 16) << "each of two dials each of two addresses";
}

TEST_F(AListener, HearsNoAnswerWhateverHeSays) {
  ada_calls();
  const std::size_t said = world_.overheard.size();
  world_.dials.clear();
  std::mt19937 chance(5);
  for (int i = 0; i < 10'000; ++i) {
    World::Overheard noise{Bytes(crypto::kBeaconLength), {}, "eve", world_.now()};
    for (auto& byte : noise.packet) byte = static_cast<std::uint8_t>(chance());
    world_.say(noise);
  }
  world_.settle();
  EXPECT_EQ(world_.overheard.size(), said);
  EXPECT_EQ(world_.open_wires(), 0U);
  EXPECT_EQ(world_.dials["eve"], 0);
}

TEST_F(AListener, FindsNoNameAndNothingTwiceInWhatIsSaid) {
  world_.lan_carries = false;
  move_both();
  world_.run(50min);
  ASSERT_GT(world_.overheard.size(), 100U);
  constexpr std::size_t kWindow = 8;
  std::set<Bytes> windows;
  for (const auto& beacon : world_.overheard) {
    ASSERT_EQ(beacon.packet.size(), crypto::kBeaconLength);
    for (std::size_t i = 0; i + kWindow <= beacon.packet.size(); ++i)
      EXPECT_TRUE(windows.insert(to_bytes(ByteView(beacon.packet).subspan(i, kWindow))).second);
  }
}

TEST_F(AListener, WithAKeyWhoIsNoMemberIsNotDialled) {
  ada_calls();
  crypto::Beacon beacon{
      1'700'000'000 / 60, kDefaultPort, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 99}, {}};
  std::ranges::copy(people().eve.id().view().first(16), beacon.device.begin());
  world_.say({crypto::seal_beacon(crypto::beacon_key(people().epoch), beacon), beacon.ip, "eve", world_.now()});
  world_.run(1s);
  EXPECT_EQ(world_.dials["eve"], 0);
}

// Whoever has a member's keys can lead others to a place of his own, and is met there with a handshake he cannot end.
TEST_F(AListener, WithAMembersKeyLeadsToADialThatComesToNothing) {
  ada_calls();
  crypto::Beacon beacon{
      1'700'000'000 / 60, kDefaultPort, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 99}, {}};
  std::ranges::copy(people().ada->id().view().first(16), beacon.device.begin());
  Place eve_place(*people().bo);
  Device& eve = world_.add(eve_place, "eve");  // who hears, and has no door: silence
  world_.say({crypto::seal_beacon(crypto::beacon_key(people().epoch), beacon), beacon.ip, "eve", world_.now()});
  world_.run(15s);
  EXPECT_GE(world_.dials["eve"], 1);
  EXPECT_FALSE(bo_->connected_to(*people().ada));
  world_.remove(eve);
}

}  // namespace
}  // namespace duolog::net
