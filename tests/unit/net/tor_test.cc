// tor_test.cc: the process, its control connection and calls through it, with a program (fake_tor.py) that can be told
// to behave as tor does not. tor itself is in blackbox/facts_tor.py.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/tor.h"

#include <gmock/gmock.h>
#include <sys/wait.h>

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/read.hpp>
#include <asio/steady_timer.hpp>
#include <asio/write.hpp>
#include <fstream>

#include "tests/unit/home/temporary_folder.h"

namespace duolog::net {
namespace {

using Is = TorStatus::Is;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

using Key = std::shared_ptr<const crypto::OnionClientSecret>;

Key some_key() { return std::make_shared<const crypto::OnionClientSecret>(crypto::OnionClientSecret::random()); }

class ThroughTor : public ::testing::Test {
 protected:
  // One device's tor, in a folder of its own, in the network that all of a test share.
  struct Person {
    Person(ThroughTor& given, const std::string& name, const std::string& words = "",
           const std::string& program = DUOLOG_SOURCE_DIR "/tests/unit/net/fake_tor.py")
        : test(given), folder(given.folder.path() / name) {
      std::filesystem::create_directories(folder);
      std::ofstream(folder / "lines") << (given.folder.path() / "network").string() << "\n" << words << "\n";
      Tor::House house{test.io,
                       Clock::of_this_machine(),
                       [this](const char* what, asio::awaitable<void> work) { test.spawn(what, std::move(work)); },
                       [this](const std::string& text) { notes.push_back(text); },
                       [this] { ++changes; },
                       [this](Tor::Socket socket) { visitors.push_back(std::move(socket)); }};
      tor = std::make_unique<Tor>(std::move(house), Tor::Place{folder / "state", folder, folder / "lines", program},
                                  crypto::onion_secret(crypto::LocalKey::random()));
    }
    [[nodiscard]] Is is() const { return tor->status().is; }
    [[nodiscard]] std::optional<Tor::Called> calls(const Address& address, Key key) {
      std::optional<Tor::Called> called;
      test.spawn("a call",
                 [](Person& self, Address to, Key with, std::optional<Tor::Called>& into) -> asio::awaitable<void> {
                   into = co_await self.tor->call(to, with);
                 }(*this, address, std::move(key), called));
      test.run_until([&] { return called.has_value(); });
      return called;
    }

    ThroughTor& test;
    std::filesystem::path folder;
    std::vector<std::string> notes;
    std::vector<Tor::Socket> visitors;
    int changes = 0;
    std::unique_ptr<Tor> tor;
  };

  ThroughTor() {
    crypto::initialise();
    std::filesystem::create_directories(folder.path() / "network");
  }
  ~ThroughTor() override {
    EXPECT_TRUE(escaped.empty()) << escaped;
    io.restart();
    io.run_for(20ms);
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "a process was left behind";
  }
  void spawn(const char* what, asio::awaitable<void> work) {
    asio::co_spawn(io, std::move(work), [this, what](const std::exception_ptr& error) {
      if (error) escaped += what;
    });
  }
  bool run_until(const std::function<bool()>& done, std::chrono::milliseconds limit = 40s) {
    const auto until = std::chrono::steady_clock::now() + limit;
    asio::steady_timer alive(io, limit);
    alive.async_wait([](auto) {});
    while (!done() && std::chrono::steady_clock::now() < until) io.run_one_for(50ms);
    return done();
  }
  void stand(Person& person, const Key& key) {
    person.tor->let_in({crypto::onion_client_public(*key)});
    person.tor->wanted(true);
    ASSERT_TRUE(run_until([&] { return person.is() == Is::kPublished; })) << person.tor->status().why;
  }

  duolog::testing::TemporaryFolder folder;
  asio::io_context io;
  std::string escaped;
};

TEST_F(ThroughTor, WhoHasAKeyIsLedToTheOtherAndNobodyElseIs) {
  const Key key = some_key();
  Person ada(*this, "ada");
  Person bo(*this, "bo");
  stand(ada, key);
  stand(bo, some_key());
  const Address address = *ada.tor->status().address;
  EXPECT_EQ(parse_address(address.text()), address) << "it can be told in the 64 bytes there are";

  const auto wrong = bo.calls(address, some_key());
  ASSERT_TRUE(wrong);
  EXPECT_FALSE(wrong->socket);
  EXPECT_EQ(wrong->trouble, Trouble::kSilent);

  auto right = bo.calls(address, key);
  ASSERT_TRUE(right && right->socket);
  ASSERT_TRUE(run_until([&] { return !ada.visitors.empty(); }));
  asio::write(*right->socket, asio::buffer("ping", 4));
  std::string heard(4, ' ');
  bool has_come = false;
  asio::async_read(ada.visitors[0], asio::buffer(heard), [&](auto, auto) { has_come = true; });
  EXPECT_TRUE(run_until([&] { return has_come; }));
  EXPECT_EQ(heard, "ping");

  const auto port = bo.calls({address.host, 8}, key);
  EXPECT_EQ(port->trouble, Trouble::kNoAnswer);
  const auto nobody = bo.calls({std::string(56, 'a') + ".onion", 7}, key);
  EXPECT_EQ(nobody->trouble, Trouble::kNoAnswer);
}

TEST_F(ThroughTor, OthersMayComeFromNowOn) {
  const Key first = some_key();
  const Key second = some_key();
  Person ada(*this, "ada");
  Person bo(*this, "bo");
  stand(ada, first);
  stand(bo, some_key());
  const Address address = *ada.tor->status().address;
  EXPECT_FALSE(bo.calls(address, second)->socket);
  ada.tor->let_in({crypto::onion_client_public(*second)});
  ASSERT_TRUE(run_until([&] { return bo.calls(address, second)->socket.has_value(); }));
  EXPECT_FALSE(bo.calls(address, first)->socket) << "no more";
  EXPECT_EQ(ada.tor->status().address, address);
}

TEST_F(ThroughTor, WithoutItThereIsNoWay) {
  Person ada(*this, "ada");
  EXPECT_EQ(ada.calls({std::string(56, 'a') + ".onion", 7}, some_key())->trouble, Trouble::kNoWay);
  EXPECT_EQ(ada.is(), Is::kOff);
}

TEST_F(ThroughTor, WhereItIsNotInstalledThatIsTold) {
  Person ada(*this, "ada", "", "no-such-tor");
  ada.tor->wanted(true);
  EXPECT_TRUE(run_until([&] { return ada.is() == Is::kMissing; }));
  ada.tor->wanted(false);
  EXPECT_TRUE(run_until([&] { return ada.is() == Is::kOff; }));
}

TEST_F(ThroughTor, ATorThatEndsIsToldOfInItsOwnWordsAndStartedAgain) {
  Person ada(*this, "ada", "brief");
  ada.tor->let_in({crypto::onion_client_public(*some_key())});
  ada.tor->wanted(true);
  ASSERT_TRUE(run_until([&] { return ada.is() == Is::kEnded; }));
  EXPECT_EQ(ada.tor->status().why, "[warn] It ends?[31m here.");
  std::ofstream(ada.folder / "lines") << (folder.path() / "network").string() << "\n";
  ada.tor->look();
  EXPECT_TRUE(run_until([&] { return ada.is() == Is::kPublished; }));
}

TEST_F(ThroughTor, WhatIsNoTorEndsAndStaysEnded) {
  for (const char* words : {"rude", "deaf"}) {
    Person ada(*this, words, words);
    ada.tor->wanted(true);
    EXPECT_TRUE(run_until([&] { return ada.is() == Is::kEnded; })) << words;
    EXPECT_NE(ada.tor->status().why, "") << words;
  }
}

TEST_F(ThroughTor, OneThatSaysNothingHoldsNobodyUp) {
  Person ada(*this, "ada", "silent");
  ada.tor->wanted(true);
  ASSERT_TRUE(run_until([&] { return ada.is() == Is::kStarting; }));
  bool ended = false;
  ada.tor->stop([&] { ended = true; });
  EXPECT_FALSE(ended);
  EXPECT_TRUE(run_until([&] { return ended; }, 3s));
}

TEST_F(ThroughTor, EndsWithUsAndIsForgottenWhereNobodyWantsIt) {
  const Key key = some_key();
  Person ada(*this, "ada");
  stand(ada, key);
  ada.tor->wanted(false);
  ASSERT_TRUE(run_until([&] { return ada.is() == Is::kOff; }));
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  stand(ada, key);
  bool ended = false;
  ada.tor->stop([&] { ended = true; });
  EXPECT_TRUE(run_until([&] { return ended; }));
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
}

TEST_F(ThroughTor, AFolderThatIsTooDeepIsNamed) {
  Person ada(*this, std::string(90, 'd'));
  ada.tor->wanted(true);
  ASSERT_TRUE(run_until([&] { return ada.is() == Is::kEnded; }));
  EXPECT_THAT(ada.tor->status().why, HasSubstr("tor-control"));
}

TEST_F(ThroughTor, AFolderThatIsNoWordIsNamed) {
  for (const char* name : {"my home", "a\"b", "a\\b", "a\nb"}) {
    Person ada(*this, name);
    ada.tor->wanted(true);
    ASSERT_TRUE(run_until([&] { return ada.is() == Is::kEnded; })) << name;
    EXPECT_THAT(ada.tor->status().why, HasSubstr(name)) << name;
  }
}

TEST_F(ThroughTor, WhatItKeepsIsItsOwnersAlone) {
  Person ada(*this, "ada");
  stand(ada, some_key());
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(ada.folder / "state").permissions(), perms::owner_all);
}

}  // namespace
}  // namespace duolog::net
