// full_disk_test.cc: a disk that takes no more. Nothing is receipted that is not kept, and nobody is blamed.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <sys/resource.h>

#include <csignal>

#include "tests/unit/sync/line.h"

namespace duolog::sync::testing {
namespace {

// No file of this process grows any more while one lives.
class NoRoom {
 public:
  NoRoom() : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit none{0, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &none);
  }
  ~NoRoom() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  NoRoom(const NoRoom&) = delete;
  NoRoom& operator=(const NoRoom&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int);
};

struct FullDisk : ::testing::Test {
  Home ada{people().laptop};
  Home bo{people().desk};

  // Both have greeted, and Ada's records are on their way.
  static Bytes run_under_way(Line& line) {
    line.step();
    for (auto message = line.a.next(); message; message = line.a.next())
      if (std::holds_alternative<sync::Run>(decode(*message))) return *message;
    ADD_FAILURE() << "no run was sent";
    return {};
  }
};

TEST_F(FullDisk, IsTheCallersToHearOf) {
  ada.write(3);
  Line line(ada, bo);
  const Bytes run = run_under_way(line);
  {
    const NoRoom none;
    EXPECT_THROW(line.b.receive(run), store::NotDurable);
  }
  EXPECT_EQ(line.b.reason(), Parting::kNone);
  EXPECT_TRUE(bo.stored.empty());
  EXPECT_EQ(bo.held(people().laptop), 0U);
}

TEST_F(FullDisk, MakesNoReceipt) {
  ada.write(3);
  Line line(ada, bo);
  const Bytes run = run_under_way(line);
  {
    const NoRoom none;
    EXPECT_THROW(line.b.receive(run), store::NotDurable);
  }
  while (const auto message = line.b.next())
    if (const auto said = decode(*message); const auto* claim = std::get_if<Claim>(&said)) {
      EXPECT_EQ(seq_in(claim->entries, people().laptop), 0U);
    }
}

TEST_F(FullDisk, BlamesNobodyForTheGapItMakes) {
  ada.write(3);
  Line line(ada, bo);
  const Bytes run = run_under_way(line);
  {
    const NoRoom none;
    EXPECT_THROW(line.b.receive(run), store::NotDurable);
  }
  for (std::size_t i = 0; i < 2 * kIgnoredLimit; ++i) {
    ada.write();
    sync::Run one{ada.id(), 4 + i, ada.log().read_run(people().journal, ada.id(), 4 + i)};
    line.b.receive(encode(one));
  }
  EXPECT_EQ(line.b.reason(), Parting::kNone) << line.b.detail();
}

TEST_F(FullDisk, LosesNothingOnceThereIsRoomAgain) {
  ada.write(3);
  {
    Line line(ada, bo);
    const Bytes run = run_under_way(line);
    const NoRoom none;
    EXPECT_THROW(line.b.receive(run), store::NotDurable);
  }
  Folder folder;
  bo.copy_to(folder.path() / "bo");
  Home again(people().desk, folder.path() / "bo");
  Line line(ada, again);
  line.until_quiet();
  EXPECT_EQ(again.held(people().laptop), 3U);
}

}  // namespace
}  // namespace duolog::sync::testing
