// node_test.cc: real sockets on loopback, real time, kept short. What needs hours is tested on the virtual clock.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/node.h"

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/steady_timer.hpp>
#include <asio/write.hpp>
#include <thread>

#include "daemon/line/interfaces.h"
#include "daemon/net/multicast.h"
#include "tests/unit/net/people.h"

namespace duolog::net {
namespace {

using asio::ip::tcp;
using testing::people;
using testing::Place;
using namespace std::chrono_literals;

// One daemon's network: a switchboard with real sockets.
class Daemon {
 public:
  Daemon(asio::io_context& io, Place& place, bool discovery = false)
      : place_(place), board_(house(place)), node_(io, board_, options(discovery)) {}

  Switchboard& board() { return board_; }
  Node& node() { return node_; }
  Place& place() { return place_; }
  Address address() { return {"127.0.0.1", node_.port()}; }
  void share_journal() {
    std::vector<Doorway> doors;
    doors.push_back(place_.doorway());
    board_.set_doorways(std::move(doors));
  }
  bool connected() {
    const auto all = board_.status();
    return !all.empty() && all[0].state == PeerStatus::State::kConnected;
  }
  std::vector<std::string> notes;
  bool failed = false;

 private:
  Switchboard::House house(Place& place) {
    return {place.self(),
            place.log,
            place.memory,
            Clock::of_this_machine(),
            [this](std::uint32_t bound) { return static_cast<std::uint32_t>(chance_() % bound); },
            place.hooks(),
            [this](std::string_view note) { notes.emplace_back(note); }};
  }
  Node::Options options(bool discovery) {
    return {"127.0.0.1:0",
            discovery,
            {},
            [this](std::string_view note) { notes.emplace_back(note); },
            [this](const std::exception_ptr&) { failed = true; }};
  }

  Place& place_;
  std::mt19937 chance_{7};
  Switchboard board_;
  Node node_;
};

class OnLoopback : public ::testing::Test {
 protected:
  ~OnLoopback() override { EXPECT_FALSE(ada_.failed || bo_.failed); }

  // Lets the sockets work until `done`; false after `limit`.
  bool run_until(const std::function<bool()>& done, std::chrono::milliseconds limit = 10s) {
    asio::steady_timer end(io_);
    const auto over = std::make_shared<bool>(false);
    end.expires_after(limit);
    end.async_wait([over](const std::error_code& cancelled) { *over = !cancelled; });
    while (!done() && !*over) io_.run_one_for(50ms);
    return done();
  }
  void meet() {
    ada_place_.memory.put("net.address." + hex(people().bo->id().bytes), as_bytes("1\n" + bo_.address().text()));
    ada_.share_journal();
    bo_.share_journal();
    ASSERT_TRUE(run_until([&] { return ada_.connected() && bo_.connected(); }));
  }
  tcp::socket stranger(Daemon& daemon) {
    tcp::socket socket(io_);
    socket.connect({asio::ip::address_v4::loopback(), daemon.node().port()});
    return socket;
  }

  asio::io_context io_{1};
  Place ada_place_{*people().ada};
  Place bo_place_{*people().bo};
  Daemon ada_{io_, ada_place_};
  Daemon bo_{io_, bo_place_};
};

TEST_F(OnLoopback, TwoNodesMeetAndCarryTheirLogs) {
  ada_place_.write(20, 50'000);
  meet();
  EXPECT_TRUE(run_until([&] { return bo_place_.held(*people().ada) == 20; }));
  bo_place_.write();
  bo_.board().log_grew(people().journal);
  EXPECT_TRUE(run_until([&] { return ada_place_.held(*people().bo) == 1; }));
}

TEST_F(OnLoopback, AStoppedNodeSaysGoodbyeAndTheOtherKnowsAtOnce) {
  meet();
  bool stopped = false;
  ada_.node().stop([&] { stopped = true; });
  EXPECT_TRUE(run_until([&] { return stopped && !bo_.connected(); }, 1500ms));
}

TEST_F(OnLoopback, AStrangerHearsNothing) {
  tcp::socket socket = stranger(bo_);
  asio::write(socket, asio::buffer(Bytes{0, 16, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}));
  run_until([] { return false; }, 300ms);
  socket.non_blocking(true);
  std::error_code error;
  std::array<char, 16> room{};
  EXPECT_EQ(socket.read_some(asio::buffer(room), error), 0u);
  EXPECT_EQ(error, asio::error::would_block);
}

TEST_F(OnLoopback, HundredsOfStrangersDoNotKeepFriendsApart) {
  std::vector<tcp::socket> strangers;
  for (int i = 0; i < 300; ++i) {
    strangers.push_back(stranger(bo_));
    if (i % 10 == 0) run_until([] { return false; }, 1ms);
  }
  meet();
}

TEST_F(OnLoopback, APortThatIsTakenIsSaidSo) {
  Place eve(people().eve);
  Switchboard board(
      {eve.self(), eve.log, eve.memory, Clock::of_this_machine(), [](std::uint32_t) { return 0u; }, eve.hooks(), {}});
  const std::string place = bo_.address().text();
  const auto open = [&] { const Node second(io_, board, {.listen = place}); };
  EXPECT_THAT(duolog::testing::what_it_says<std::runtime_error>(open),
              ::testing::HasSubstr(place + ": another program listens there; nothing was changed\nhint: "));
}

TEST_F(OnLoopback, WithoutAPortTheNextFreeOneIsTaken) {
  Place eve(people().eve);
  Switchboard board(
      {eve.self(), eve.log, eve.memory, Clock::of_this_machine(), [](std::uint32_t) { return 0u; }, eve.hooks(), {}});
  const Node first(io_, board, {});
  Switchboard other_board(
      {eve.self(), eve.log, eve.memory, Clock::of_this_machine(), [](std::uint32_t) { return 0u; }, eve.hooks(), {}});
  const Node second(io_, other_board, {});
  EXPECT_GE(first.port(), kDefaultPort);
  EXPECT_GT(second.port(), first.port());
}

// ---- pairing over sockets ----

class PairingOnLoopback : public OnLoopback {
 protected:
  // The host says yes at once, the joiner thanks.
  void open_window() {
    HostEvents events;
    events.invitation = [this](const Invitation& shown) {
      code_ = shown.code;
      link_ = std::string(shown.link.text());
    };
    events.wrong_code = [this](int) { ++wrong_; };
    events.visitor = [this](const Introduced& visitor) {
      visitor_ = visitor.introduction.name;
      return talk(true);
    };
    events.visitor_left = [] {};
    events.ended = [this](WindowEnd end) { window_end_ = end; };
    ASSERT_TRUE(bo_.board().open_window(crypto::PairPurpose::kPartner, std::move(events)));
  }
  JoinEvents join_events() {
    JoinEvents events;
    events.looking = [this] { looked_ = true; };
    events.connecting = [](const Address&) {};
    events.introduced = [this](const Introduced&) { return talk(false); };
    events.ended = [this](JoinEnd end) { join_end_ = end; };
    return events;
  }
  Conversation talk(bool host) {
    const auto said = std::make_shared<bool>(!host);
    const auto done = std::make_shared<bool>(false);
    return {[=](ByteView) {
              if (host) *done = true;
              if (!host) *said = false;
            },
            [=]() -> std::optional<Bytes> {
              if (*said || *done) return std::nullopt;
              *said = true;
              if (!host) *done = true;
              return to_bytes(as_bytes(host ? "yes" : "thanks"));
            },
            [=] { return *done ? Conversation::State::kDone : Conversation::State::kGoing; },
            {}};
  }
  bool both_ended() { return join_end_ && window_end_; }

  crypto::PairCode code_;
  std::string link_;
  int wrong_ = 0;
  bool looked_ = false;
  std::string visitor_;
  std::optional<WindowEnd> window_end_;
  std::optional<JoinEnd> join_end_;
};

TEST_F(PairingOnLoopback, ByCodeAtAnAddress) {
  open_window();
  ada_.board().join(code_, crypto::PairPurpose::kPartner, bo_.address(), join_events());
  ASSERT_TRUE(run_until([&] { return both_ended(); }));
  EXPECT_EQ(join_end_, JoinEnd::kPaired);
  EXPECT_EQ(window_end_, WindowEnd::kPaired);
  EXPECT_EQ(visitor_, "Ada");
  EXPECT_FALSE(bo_.board().window());
}

TEST_F(PairingOnLoopback, ByLinkAndAfterItTheNodesFindEachOther) {
  open_window();
  ada_.board().join(*crypto::parse_link(link_), std::nullopt, join_events());
  ASSERT_TRUE(run_until([&] { return both_ended(); }));
  EXPECT_EQ(join_end_, JoinEnd::kPaired);
  bo_.share_journal();
  ada_.share_journal();
  EXPECT_TRUE(run_until([&] { return ada_.connected() && bo_.connected(); }));
}

TEST_F(PairingOnLoopback, AWrongCodeIsToldOnBothSidesAtOnce) {
  open_window();
  crypto::PairCode wrong = code_;
  wrong.second = wrong.second == "zoo" ? "zone" : "zoo";
  const crypto::PairCode before = code_;
  ada_.board().join(wrong, crypto::PairPurpose::kPartner, bo_.address(), join_events());
  EXPECT_TRUE(run_until([&] { return join_end_ && wrong_ == 1; }, 3s));
  EXPECT_EQ(join_end_, JoinEnd::kWrongCode);
  EXPECT_NE(code_.text(), before.text());

  join_end_.reset();
  ada_.board().join(wrong, crypto::PairPurpose::kPartner, bo_.address(), join_events());
  EXPECT_TRUE(run_until([&] { return join_end_.has_value(); }));
  EXPECT_EQ(join_end_, JoinEnd::kCodeSpent);
}

TEST_F(PairingOnLoopback, OnesOwnCodeAndLinkAreKnown) {
  open_window();
  bo_.board().join(code_, crypto::PairPurpose::kPartner, std::nullopt, join_events());
  EXPECT_TRUE(run_until([&] { return join_end_.has_value(); }));
  EXPECT_EQ(join_end_, JoinEnd::kOwnCode);
  join_end_.reset();
  bo_.board().join(*crypto::parse_link(link_), std::nullopt, join_events());
  EXPECT_TRUE(run_until([&] { return join_end_.has_value(); }));
  EXPECT_EQ(join_end_, JoinEnd::kOwnCode);
}

TEST_F(PairingOnLoopback, OneWindowAndOneJoinAtATime) {
  open_window();
  EXPECT_FALSE(bo_.board().open_window(crypto::PairPurpose::kPartner, {}));
  ada_.board().join(code_, crypto::PairPurpose::kPartner, bo_.address(), join_events());
  EXPECT_FALSE(ada_.board().join(code_, crypto::PairPurpose::kPartner, bo_.address(), join_events()));
}

// ---- announcements ----

bool heard_on_this_machine(const Announcement& announcement) {
  const GroupListener listener;
  bool heard = false;
  for (int i = 0; i < 50 && !heard; ++i) {
    announce(announcement);
    listener.read([&](const GroupPacket& each) { heard = heard || decode_announcement(each.bytes) == announcement; });
    if (!heard) std::this_thread::sleep_for(10ms);
  }
  return heard;
}

TEST(Multicast, IsHeardByEveryListenerOfThisMachine) {
  const GroupListener first;
  const GroupListener second;
  ASSERT_TRUE(first.v4() >= 0 && second.v4() >= 0);
  if (announce({97, 4000}) == 0) GTEST_SKIP() << "this machine takes no multicast at all";
  EXPECT_TRUE(heard_on_this_machine({97, 4001}));
  std::vector<std::string> sources;
  for (const GroupListener* listener : {&first, &second}) {
    bool heard = false;
    listener->read([&](const GroupPacket& each) {
      heard = heard || decode_announcement(each.bytes) == Announcement{97, 4000};
      EXPECT_NE(each.interface, 0u);
    });
    EXPECT_TRUE(heard);
  }
}

TEST_F(OnLoopback, TwoNodesWhoKnowNoAddressFindEachOtherByABeacon) {
  if (!heard_on_this_machine({96, 4000})) GTEST_SKIP() << "this machine takes no multicast at all";
  Place one_place(*people().ada);
  Place other_place(*people().bo);
  Daemon one(io_, one_place, true);
  Daemon other(io_, other_place, true);
  one.share_journal();
  other.share_journal();
  EXPECT_TRUE(run_until([&] { return one.connected() && other.connected(); }, 8s));
  EXPECT_FALSE(one.failed || other.failed);
  io_.stop();
}

TEST_F(OnLoopback, WithoutDiscoveryNothingIsCalledOut) {
  const GroupListener listener;
  ada_.share_journal();
  bo_.share_journal();
  EXPECT_FALSE(run_until([&] { return ada_.connected(); }, 1500ms));
  const crypto::BeaconKey key = crypto::beacon_key(people().epoch);  // others on this machine may call out
  bool heard = false;
  listener.read([&](const GroupPacket& packet) { heard = heard || crypto::open_beacon(key, packet.bytes); });
  EXPECT_FALSE(heard);
}

// A day's worth of noise in a second: the group is looked at once a second, and 32 packets of it.
TEST_F(OnLoopback, AFloodOfTheGroupIsHeardOnceASecond) {
  if (!heard_on_this_machine({95, 4000})) GTEST_SKIP() << "this machine takes no multicast at all";
  Place place(*people().ada);
  Daemon one(io_, place, true);
  one.share_journal();
  ASSERT_TRUE(run_until([&] { return one.board().listens_for_beacons(); }));
  const BeaconSource here{1, *ip_bytes("127.0.0.1")};
  std::size_t sent = 0;
  std::size_t handlers = 0;
  const auto end = std::chrono::steady_clock::now() + 2s;
  while (std::chrono::steady_clock::now() < end) {
    for (int i = 0; i < 100; ++i) sent += send_beacon(here, Bytes(crypto::kBeaconLength, 9)) ? 1 : 0;
    handlers += io_.run_for(5ms);
  }
  EXPECT_GT(sent, 1'000U);
  EXPECT_LT(handlers, 100U) << "of " << sent << " packets";
  io_.stop();
}

TEST(Interfaces, AnAddressIsSixteenBytes) {
  EXPECT_EQ(ip_bytes("192.0.2.7"), (ByteArray<16>{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 7}));
  EXPECT_EQ(ip_bytes("fe80::7%eth0"), (ByteArray<16>{0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7}));
  EXPECT_FALSE(ip_bytes("a.name.of.somebody"));
  EXPECT_FALSE(ip_bytes(""));
}

TEST(Interfaces, LoopbackIsAnAddressOnlyWhereThereIsNoOther) {
  const Interface loopback{"lo", 1, true, {"127.0.0.1"}, {"::1"}, true};
  const Interface ethernet{"eth0", 2, false, {"192.0.2.7"}, {"2001:db8::7"}, true};
  EXPECT_THAT(reachable_hosts({loopback, ethernet}), ::testing::ElementsAre("192.0.2.7", "2001:db8::7"));
  EXPECT_THAT(reachable_hosts({loopback}), ::testing::ElementsAre("127.0.0.1"));
}

TEST_F(PairingOnLoopback, ByCodeFoundByAnnouncement) {
  if (!heard_on_this_machine({98, 4000})) GTEST_SKIP() << "this machine takes no multicast at all";
  Place eve_place(people().eve);
  Daemon looking(io_, eve_place, true);
  Place host_place(*people().bo);
  Daemon hosting(io_, host_place, true);
  HostEvents events;
  events.invitation = [this](const Invitation& shown) { code_ = shown.code; };
  events.wrong_code = [](int) {};
  events.visitor = [this](const Introduced&) { return talk(true); };
  events.visitor_left = [] {};
  events.ended = [this](WindowEnd end) { window_end_ = end; };
  ASSERT_TRUE(hosting.board().open_window(crypto::PairPurpose::kPartner, std::move(events)));
  looking.board().join(code_, crypto::PairPurpose::kPartner, std::nullopt, join_events());
  EXPECT_TRUE(run_until([&] { return both_ended(); }, 8s));
  EXPECT_TRUE(looked_);
  EXPECT_EQ(join_end_, JoinEnd::kPaired);
  io_.stop();
}

}  // namespace
}  // namespace duolog::net
