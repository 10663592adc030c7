// A watch that begins with more than its visitor reads.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>

#include "crypto/secret.h"
#include "daemon/control/visit.h"
#include "proto/control.pb.h"
#include "tests/unit/journal/two_people.h"

namespace duolog::control {
namespace {

using ::testing::ElementsAre;

struct Initialised {
  Initialised() { crypto::initialise(); }
};

// Ada has five entries of Bo's that are new, and half of what may lie unread is one of them.
class AWatch : private Initialised, public journal::TwoPeople {
 protected:
  AWatch() {
    for (const char* text : {"one", "two", "three", "four", "five"}) bo.write(text);
    journal::meet(ada, bo);
    desk.state = [] { return Desk::State::kOpen; };
    desk.shelf = [this]() -> journal::Shelf& { return ada.shelf(); };
    desk.subscribe = [this](auto watcher) {
      tell = std::move(watcher);
      return Hold(this, [this](void*) { tell = nullptr; });
    };
    visit = std::make_unique<Visit>(
        desk,
        [this](Bytes bytes) {
          Reply reply;
          ASSERT_TRUE(reply.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
          told.push_back(reply.watch().has_item() ? reply.watch().item().text() : reply.watch().event());
          unread += kEnoughUnread / 2;
        },
        [this] { return unread; });
  }
  ~AWatch() override { visit.reset(); }

  void watch(bool backlog) {
    Request asked;
    asked.set_version(1);
    asked.mutable_watch()->set_backlog(backlog);
    const std::string bytes = asked.SerializeAsString();
    visit->receive(as_bytes(bytes));
  }
  void they_read() {
    unread = 0;
    visit->room();
  }

  Desk desk;
  std::function<void(const WatchEvent&)> tell;
  std::vector<std::string> told;
  std::size_t unread = 0;
  std::unique_ptr<Visit> visit;
};

TEST_F(AWatch, BeginsWithWhatIsNewAsItIsReadAndTellsAtOnceWhatHappensMeanwhile) {
  watch(true);
  EXPECT_THAT(told, ElementsAre("one", "two"));
  WatchEvent event;
  event.set_event("connected");
  tell(event);
  EXPECT_THAT(told, ElementsAre("one", "two", "connected"));
  they_read();
  EXPECT_THAT(told, ElementsAre("one", "two", "connected", "three", "four"));
  they_read();
  they_read();
  EXPECT_THAT(told, ElementsAre("one", "two", "connected", "three", "four", "five"));
  tell(event);
  EXPECT_EQ(told.size(), 7U);
}

TEST_F(AWatch, ThatBeginsAnewForgetsWhatWaited) {
  watch(true);
  watch(false);
  they_read();
  EXPECT_THAT(told, ElementsAre("one", "two"));
  EXPECT_TRUE(tell);
}

}  // namespace
}  // namespace duolog::control
