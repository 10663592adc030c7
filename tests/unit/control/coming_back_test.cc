// coming_back_test.cc: who comes back with the words and a bundle, and falls silent: nothing of theirs stays in memory.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/control/coming_back.h"

#include <gtest/gtest.h>

#include "daemon/store/sealed_log.h"
#include "daemon/sync/bundle_reader.h"
#include "proto/control.pb.h"
#include "tests/unit/home/temporary_folder.h"

namespace duolog::control {
namespace {

constexpr const char* kNobody =
    "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon "
    "abandon abandon abandon abandon abandon abandon abandon abandon abandon art";

class ComingBackTest : public ::testing::Test {
 protected:
  ComingBackTest() {
    crypto::initialise();
    database = std::make_unique<store::Database>(folder_ / "duolog.db", store::Database::Open::kCreate);
    log = std::make_unique<store::SealedLog>(*database);
    desk.state = [] { return Desk::State::kFresh; };
    desk.after = [this](std::chrono::milliseconds time, auto then) {
      const auto id = ++timers_made;
      timers[id] = {now + time, std::move(then)};
      return Hold(this, [this, id](void*) { timers.erase(id); });
    };
    desk.devices.recover_from = [this](const RecoverFrom_Begin&) {
      sync::BundleHooks hooks;
      hooks.whose = [](const crypto::BundleHead&) { return std::nullopt; };
      auto reader = std::make_shared<sync::BundleReader>(*log, std::move(hooks));
      keys = reader;
      return Desk::Recovery{reader, [reader] { return false; }, [reader](BundleReport&) {}, {}};
    };
    coming_back = std::make_unique<ComingBack>(
        desk, Keep::Answers{[](const Reply&) {}, [this](Reply reply) { last = std::move(reply); },
                            [this](const Error& error) {
                              last.Clear();
                              *last.mutable_error() = error;
                            }});
  }

  Reply ask(const std::function<void(RecoverFrom&)>& fill) {
    Request request;
    fill(*request.mutable_recover_from());
    last.Clear();
    coming_back->answer(request);
    return last;
  }
  Reply begin() {
    return ask([](RecoverFrom& asked) { asked.mutable_begin()->set_words(kNobody); });
  }
  Reply piece(const std::string& bytes) {
    return ask([&](RecoverFrom& asked) { asked.set_piece(bytes); });
  }
  void pass(std::chrono::milliseconds time) {
    now += time;
    for (auto at = timers.begin(); at != timers.end();) {
      if (at->second.first > now) {
        ++at;
        continue;
      }
      const auto then = std::move(at->second.second);
      timers.erase(at);
      then();
      at = timers.begin();
    }
  }

  duolog::testing::TemporaryFolder folder_;
  std::unique_ptr<store::Database> database;
  std::unique_ptr<store::SealedLog> log;
  Desk desk;
  std::chrono::milliseconds now{0};
  int timers_made = 0;
  std::map<int, std::pair<std::chrono::milliseconds, std::function<void()>>> timers;
  std::weak_ptr<sync::BundleReader> keys;  // and with it everything that is read into
  Reply last;
  std::unique_ptr<ComingBack> coming_back;
};

TEST_F(ComingBackTest, WhoFallsSilentIsForgottenAndToldWhyWhenTheyGoOn) {
  ASSERT_EQ(begin().bundle().stage(), "taking");
  pass(kComingBackPatience - std::chrono::milliseconds(1));
  EXPECT_FALSE(keys.expired());
  pass(std::chrono::milliseconds(1));
  EXPECT_TRUE(keys.expired()) << "the words' keys stay in memory";
  EXPECT_EQ(piece("DUOLOG").error().code(), Error::TOO_SLOW);
  EXPECT_EQ(ask([](RecoverFrom& asked) { asked.mutable_move_in(); }).error().code(), Error::TOO_SLOW);
  EXPECT_EQ(begin().bundle().stage(), "taking") << "and may begin once more";
  EXPECT_FALSE(keys.expired());
}

TEST_F(ComingBackTest, WhoGoesOnIsWaitedForAnew) {
  begin();
  for (const char letter : std::string("DUOL")) {
    pass(kComingBackPatience / 2);
    EXPECT_EQ(piece(std::string(1, letter)).bundle().stage(), "taking");
  }
  EXPECT_FALSE(keys.expired());
  pass(kComingBackPatience);
  EXPECT_TRUE(keys.expired());
}

TEST_F(ComingBackTest, NothingStaysOfWhatIsNoBundle) {
  begin();
  EXPECT_EQ(piece("a letter").error().code(), Error::NOT_A_BUNDLE);
  EXPECT_TRUE(keys.expired());
  EXPECT_TRUE(timers.empty());
  EXPECT_ANY_THROW(piece("and on")) << "a bad request";
}

TEST_F(ComingBackTest, SomethingElseThatIsAskedEndsIt) {
  begin();
  Request other;
  other.mutable_status();
  EXPECT_FALSE(coming_back->answer(other));
  EXPECT_TRUE(keys.expired());
  EXPECT_TRUE(timers.empty());
}

}  // namespace
}  // namespace duolog::control
