// onion_test.cc: what a switchboard makes of addresses that lead through Tor, and of who comes that way.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>

#include "daemon/net/address_book.h"
#include "daemon/net/switchboard.h"
#include "daemon/net/ways.h"
#include "tests/unit/net/world.h"

namespace duolog::net {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::people;
using testing::Place;
using testing::World;
using namespace std::chrono_literals;

const std::string kOnion = std::string(56, 'a') + ".onion";

class AnOnion : public ::testing::Test {
 protected:
  AnOnion() : ada(world.add(place, "ada")) {}
  void knows(const std::string& addresses) {
    place.memory.put("net.address." + hex(people().bo->id().bytes), as_bytes("1\n" + addresses));
  }
  std::vector<Switchboard::Dial> dials(std::chrono::milliseconds length) {
    std::vector<Switchboard::Dial> all;
    const auto until = now + length;
    for (; now < until; now += 100ms) {
      board.tick();
      for (auto& dial : board.take_dials()) all.push_back(std::move(dial));
    }
    return all;
  }
  void share(Switchboard& with) {
    std::vector<Doorway> doors;
    doors.push_back(place.doorway());
    with.set_doorways(std::move(doors));
  }

  World world;
  Place place{*people().ada};
  testing::Device& ada;
  SteadyTime now = testing::at(0ms);
  Switchboard board{{place.self(),
                     place.log,
                     place.memory,
                     Clock{[this] { return WallTime(now.time_since_epoch()); }, [this] { return now; }},
                     [](std::uint32_t) { return 0U; },
                     place.hooks(),
                     {}}};
};

TEST_F(AnOnion, IsDialledLastWithTheKeyOfTheEpoch) {
  knows(kOnion + ":7\n192.0.2.1:1\n192.0.2.2:2");
  board.through_tor(true);
  share(board);
  const auto all = dials(10s);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].address.host, "192.0.2.1");
  EXPECT_EQ(all[0].onion, nullptr);
  EXPECT_EQ(all[2].address.host, kOnion);
  ASSERT_NE(all[2].onion, nullptr);
  EXPECT_EQ(*all[2].onion, crypto::onion_client(people().epoch));
  EXPECT_THAT(board.onion_clients(), ElementsAre(crypto::onion_client_public(crypto::onion_client(people().epoch))));
}

TEST_F(AnOnion, IsDialledByNobodyWithoutATor) {
  knows(kOnion + ":7\n192.0.2.1:1");
  share(board);
  const auto all = dials(10s);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].address.host, "192.0.2.1");
  EXPECT_THAT(board.onion_clients(), IsEmpty());
}

TEST_F(AnOnion, WhoCameThroughItIsNotLookedForThere) {
  Place bo_place{*people().bo};
  testing::Device& bo = world.add(bo_place, std::string(kOnionVisitor));  // as a driver names whoever comes so
  bo.board.listening(kDefaultPort, {kOnion + ":7", "192.0.2.9:38650"});
  bo.knows(*people().ada, "ada");
  ada.share_journal();
  bo.share_journal();
  ASSERT_TRUE(world.run_until([&] { return ada.connected_to(*people().bo); }));
  world.run(2s);
  EXPECT_TRUE(ada.status_of(*people().bo)->came_in);
  EXPECT_EQ(ada.status_of(*people().bo)->address, kOnionVisitor);
  EXPECT_THAT(AddressBook(place.memory).look_up(people().bo->id()).addresses,
              ElementsAre(Address{kOnion, 7}, Address{"192.0.2.9", 38650}));
}

TEST_F(AnOnion, StandsInNoLinkForSomebodyWithoutAKey) {
  board.listening(kDefaultPort, {"8.8.4.1:40000", kOnion + ":7", "192.0.2.9:38650"});
  std::vector<std::string> shown;
  HostEvents events;
  events.invitation = [&](const Invitation& invitation) { shown = invitation.addresses; };
  events.wrong_code = [](int) {};
  events.visitor = [](const Introduced&) { return Conversation(); };
  events.visitor_left = [] {};
  events.ended = [](WindowEnd) {};
  board.outside_is_known(true);
  ASSERT_TRUE(board.open_window(crypto::PairPurpose::kPartner, std::move(events)));
  dials(2s);
  EXPECT_THAT(shown, ElementsAre("8.8.4.1:40000", "192.0.2.9:38650"));
}

TEST_F(AnOnion, IsAWayOfItsOwn) {
  EXPECT_EQ(way_of_dial({kOnion, 7}), Way::kTor);
  EXPECT_EQ(way_of_visit(std::string(kOnionVisitor), true), Way::kTor);
  for (const char* name : {"x.onion", "X.ONION", "x.Onion.", "www.x.onion", ".onion"})
    EXPECT_TRUE(is_onion(name)) << name;
  for (const char* name : {"onion.example.org", "onion", "xonion", "", "."}) EXPECT_FALSE(is_onion(name)) << name;
}

}  // namespace
}  // namespace duolog::net
