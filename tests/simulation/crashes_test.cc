// A node that dies, or whose disk fails, at each single change it makes to its disk: of a word, a receipt, a pairing, a
// passphrase. And what the disk of these tests does, shown by itself.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <set>

#include "daemon/store/vault_file.h"
#include "tests/simulation/couple.h"

namespace duolog::simulation {
namespace {

using Kept = Disk::Kept;

// ---- at every change ----

// What befalls a disk at its nth change from now.
struct Blow {
  const char* name;
  bool is_error;  // EIO; else the node dies
  Kept kept = Kept::kKill;
};
constexpr Blow kBlows[] = {{"Kill", false, Kept::kKill},
                           {"PowerCut", false, Kept::kNothing},
                           {"TornPowerCut", false, Kept::kSome},
                           {"Eio", true}};

class ANodeThatIsStruck : public ::testing::TestWithParam<Blow> {
 protected:
  // Strikes at the first change, the second …, until a whole deed passes unharmed.
  void at_every_change(std::uint64_t stride, const std::function<bool(int nth)>& deed) {
    int nth = 1;
    while (deed(nth) && !HasFailure()) nth += static_cast<int>(stride);
    EXPECT_GT(nth, 1) << "nothing was struck";
  }
  static void arm(World& world, Node& node, int nth) {
    world.kept = [] { return GetParam().kept; };
    if (GetParam().is_error) {
      node.disk().fail_in(nth);
    } else {
      node.disk().die_in(nth);
    }
  }
  static bool was_struck(Node& node) { return node.disk().tally().deaths + node.disk().tally().refused_error > 0; }
  // As its person does who is told that the disk failed.
  static void recover(Couple& couple, Node& node) {
    couple.world.settle();
    node.disk().heal();
    if (node.up() && node.disk().troubled()) node.die(Kept::kKill);
    EXPECT_TRUE(node.up() || node.start());
  }
};
INSTANTIATE_TEST_SUITE_P(By, ANodeThatIsStruck, ::testing::ValuesIn(kBlows),
                         [](const auto& blow) { return std::string(blow.param.name); });

TEST_P(ANodeThatIsStruck, AtAnyChangeOfAWriteKeepsWhatItSaid) {
  at_every_change(1, [](int nth) {
    Couple couple(static_cast<std::uint64_t>(nth));
    EXPECT_TRUE(couple.come_together());
    couple.part();
    arm(couple.world, couple.ada(), nth);
    for (int i = 0; i < 3 && couple.ada().up(); ++i) couple.write(couple.ada());
    const bool struck = was_struck(couple.ada());
    recover(couple, couple.ada());
    couple.expect_all_saved(couple.ada(), 3);
    couple.meet();
    EXPECT_TRUE(couple.come_together());
    couple.expect_all_saved(couple.bo(), 3);
    return struck;
  });
}

TEST_P(ANodeThatIsStruck, AtAnyChangeOfTakingWordsInHasReceiptedNoneThatItLost) {
  at_every_change(1, [](int nth) {
    Couple couple(static_cast<std::uint64_t>(nth));
    EXPECT_TRUE(couple.come_together());
    couple.part();
    for (int i = 0; i < 3; ++i) couple.write(couple.ada());
    arm(couple.world, couple.bo(), nth);
    couple.meet();
    couple.world.run_until([&] { return was_struck(couple.bo()) || couple.world.in_step(); }, kComeTogether);
    couple.world.run(seconds(2));  // what it had said still arrives
    const bool struck = was_struck(couple.bo());
    recover(couple, couple.bo());
    couple.expect_receipts_are_true(couple.ada());
    EXPECT_TRUE(couple.come_together());
    couple.expect_all_saved(couple.bo());
    return struck;
  });
}

TEST_P(ANodeThatIsStruck, AtAnyChangeOfAPassphraseOpensWithTheOldOrTheNew) {
  at_every_change(1, [](int nth) {
    Couple couple(static_cast<std::uint64_t>(nth));
    couple.write(couple.ada());
    arm(couple.world, couple.ada(), nth);
    couple.ada().change_passphrase("correct horse");
    if (couple.ada().up()) couple.ada().change_passphrase("");
    const bool struck = was_struck(couple.ada());
    recover(couple, couple.ada());
    couple.expect_all_saved(couple.ada());
    return struck;
  });
}

// The disk fails over the name of the new vault: it lies there, though its person was told that nothing was changed.
TEST(APassphrase, ThatWasRefusedTwiceIsOneOfTheThree) {
  int refused = 0;
  for (int nth = 1; nth <= 8; ++nth) {
    Couple couple(static_cast<std::uint64_t>(nth));
    couple.write(couple.ada());
    couple.ada().disk().fail_in(nth);
    const auto first = couple.ada().change_passphrase("the first");
    couple.ada().disk().fail_in(1);
    const auto second = couple.ada().change_passphrase("the second");
    refused += first == Node::Outcome::kRefused && second == Node::Outcome::kRefused ? 1 : 0;
    couple.ada().disk().heal();
    couple.ada().die(Kept::kKill);
    EXPECT_TRUE(couple.ada().start());
    couple.expect_all_saved(couple.ada());
  }
  EXPECT_GT(refused, 2);
}

class APairing : public ANodeThatIsStruck {};
INSTANTIATE_TEST_SUITE_P(Struck, APairing, ::testing::ValuesIn(kBlows),
                         [](const auto& blow) { return std::string(blow.param.name); });

// Whatever is left of the first attempt: they find each other by themselves, or pair again.
bool pairs_though_struck(std::uint64_t seed, bool host, int nth, const std::function<void(World&, Node&, int)>& arm) {
  World world(seed, World::Begin::kFresh);
  for (Node* node : world.both()) node->start();
  Node& struck = host ? world.ada() : world.bo();
  const auto before = struck.disk().tally();
  arm(world, struck, nth);
  world.pair();
  world.settle();
  struck.disk().heal();
  const auto after = struck.disk().tally();
  if (struck.up() && struck.disk().troubled()) struck.die(Kept::kKill);
  EXPECT_TRUE(struck.up() || struck.start());
  const auto both_know = [&] { return world.ada().shared_id() && world.bo().shared_id() && world.in_step(); };
  for (int again = 0; again < 2 && !world.run_until(both_know, minutes(6)); ++again) world.pair();
  EXPECT_TRUE(world.run_until(both_know, kComeTogether)) << (host ? "host" : "joiner") << " struck at change " << nth;
  EXPECT_EQ(world.ada().shared_id(), world.bo().shared_id());
  return after.deaths + after.refused_error > before.deaths + before.refused_error;
}

TEST_P(APairing, StruckAtAnyChangeOfTheHostComesAboutAfterAll) {
  at_every_change(at_night() ? 1 : 3,
                  [](int nth) { return pairs_though_struck(static_cast<std::uint64_t>(nth), true, nth, arm); });
}
TEST_P(APairing, StruckAtAnyChangeOfTheJoinerComesAboutAfterAll) {
  at_every_change(at_night() ? 1 : 3,
                  [](int nth) { return pairs_though_struck(static_cast<std::uint64_t>(nth), false, nth, arm); });
}

// ---- one after the other ----

// Made by the daemon that was killed, never synced by it, and merely opened by the next one.
TEST(ALogThatAKillLeftBehind, SurvivesAPowerCutWithWhatWasWrittenSince) {
  Couple couple;
  couple.ada().die(Kept::kKill);
  EXPECT_TRUE(couple.ada().start());
  couple.write(couple.ada());
  couple.ada().die(Kept::kNothing);
  EXPECT_TRUE(couple.ada().start());
  EXPECT_EQ(couple.saved.size(), 1U);
  couple.expect_all_saved(couple.ada());
}

// What the failed fsync has lost is still read after a kill, for it lies in memory; then it is gone.
TEST(AFailedSync, ThenAKillThenAPowerCutTakeNothingThatWasSaved) {
  int failed = 0;
  for (int nth = 1; nth <= 24; ++nth) {
    Couple couple(static_cast<std::uint64_t>(nth));
    couple.part();
    couple.write(couple.ada());
    couple.ada().disk().fail_in(nth);
    couple.write(couple.ada());
    couple.write(couple.ada());
    failed += couple.ada().disk().troubled() ? 1 : 0;
    couple.ada().die(Kept::kKill);
    EXPECT_TRUE(couple.ada().start());
    couple.write(couple.ada());
    couple.ada().die(Kept::kNothing);
    EXPECT_TRUE(couple.ada().start());
    couple.expect_all_saved(couple.ada(), 1);
  }
  EXPECT_GT(failed, 5);
}

// SQLite syncs the folder of a log that it has made, and tells nobody where that fails.
TEST(AFailedSync, OfTheFolderTakesNoLogWithItInWhichWordsWereSaved) {
  int failed = 0, saved = 0;
  for (int nth = 1; nth <= 40; ++nth) {
    Couple couple(static_cast<std::uint64_t>(nth));
    couple.part();
    couple.ada().stop();
    EXPECT_TRUE(couple.ada().start());
    couple.ada().disk().fail_in(nth);
    couple.write(couple.ada());
    couple.write(couple.ada());
    failed += couple.ada().disk().troubled() ? 1 : 0;
    saved += static_cast<int>(couple.saved.size());
    couple.ada().die(Kept::kNothing);
    EXPECT_TRUE(couple.ada().start());
    EXPECT_EQ(couple.ada().household().database().refusal(), "") << "change " << nth << " failed";
    couple.expect_all_saved(couple.ada(), 1);
  }
  EXPECT_GT(failed, 5);
  EXPECT_GT(saved, 5);
}

// The bytes of the log cannot be written again: then nothing is written behind them, and all can be read.
TEST(ALogThatAKillLeftBehind, IsReadAndNotWrittenWhereTheDiskFailsOverIt) {
  Couple couple;
  couple.part();
  couple.write(couple.ada());
  couple.ada().die(Kept::kKill);
  couple.ada().disk().fail_in(1);
  EXPECT_TRUE(couple.ada().start());
  EXPECT_TRUE(couple.ada().disk().troubled());
  couple.expect_all_saved(couple.ada());
  EXPECT_EQ(couple.ada().write("more", false, crypto::random_bytes(16)).outcome, Node::Outcome::kRefused);
  EXPECT_THAT(couple.ada().household().database().refusal(), ::testing::HasSubstr("the disk failed"));
  couple.ada().die(Kept::kKill);
  EXPECT_TRUE(couple.ada().start());
  couple.write(couple.ada());
  couple.expect_all_saved(couple.ada());
}

// ---- the disk itself ----

class ASimulatedDisk : public ::testing::Test {
 protected:
  ASimulatedDisk() {
    std::string pattern = "/dev/shm/duolog-disk-XXXXXX";
    EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
    folder = pattern;
    disk = std::make_unique<Disk>(folder, [this](std::uint64_t below) { return below == 0 ? 0 : dice() % below; });
  }
  ~ASimulatedDisk() override { std::filesystem::remove_all(folder); }

  int open(const std::string& name) { return ::open((folder / name).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600); }
  static void write(int fd, const std::string& text) {
    EXPECT_EQ(::write(fd, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  std::string read(const std::string& name) {
    return std::string(as_text(store::read_private_file(folder / name, 1 << 20)));
  }
  bool exists(const std::string& name) { return std::filesystem::exists(folder / name); }

  std::mt19937_64 dice{1};
  std::filesystem::path folder;
  std::unique_ptr<Disk> disk;
};

TEST_F(ASimulatedDisk, LosesWhatWasNotSynced) {
  store::replace_file(folder / "a", as_bytes("durable"));
  const int fd = open("a");
  write(fd, "written");
  ::close(fd);
  EXPECT_EQ(read("a"), "written");
  disk->come_back(Kept::kNothing);
  EXPECT_EQ(read("a"), "durable");
}

TEST_F(ASimulatedDisk, LosesANameWhoseFolderWasNotSynced) {
  const int fd = open("a");
  write(fd, "text");
  EXPECT_EQ(::fsync(fd), 0);
  ::close(fd);
  EXPECT_TRUE(exists("a"));
  disk->come_back(Kept::kNothing);
  EXPECT_FALSE(exists("a"));
}

TEST_F(ASimulatedDisk, KeepsAllWhenOnlyTheProcessDies) {
  const int fd = open("a");
  write(fd, "text");
  ::close(fd);
  disk->die();
  disk->come_back(Kept::kKill);
  EXPECT_EQ(read("a"), "text");
}

TEST_F(ASimulatedDisk, TearsAWriteWithinItsOwnBytes) {
  const std::string before(4096, 'o');
  store::replace_file(folder / "a", as_bytes(before));
  std::set<std::string> seen;
  for (int i = 0; i < 60; ++i) {
    const int fd = open("a");
    ::lseek(fd, 1000, SEEK_SET);
    write(fd, std::string(2000, 'n'));
    ::close(fd);
    disk->come_back(Kept::kSome);
    const std::string after = read("a");
    EXPECT_EQ(after.size(), before.size());
    EXPECT_EQ(after.substr(0, 1000) + after.substr(3000), before.substr(0, 1000) + before.substr(3000));
    seen.insert(after);
    store::replace_file(folder / "a", as_bytes(before));
  }
  EXPECT_GT(disk->tally().torn, 5U);
  EXPECT_GT(seen.size(), 4U);
}

TEST_F(ASimulatedDisk, ForgetsAfterAFailedSyncWhatTheNextOneSeemsToKeep) {
  int lost = 0;
  for (int i = 0; i < 40; ++i) {
    store::replace_file(folder / "a", as_bytes("before"));
    const int fd = open("a");
    write(fd, "behind");
    disk->fail_in(1);
    EXPECT_EQ(::fsync(fd), -1);
    EXPECT_EQ(::fsync(fd), 0);
    ::close(fd);
    disk->come_back(Kept::kNothing);
    if (read("a") == "before") ++lost;
  }
  EXPECT_GT(lost, 5);
  EXPECT_LT(lost, 35);
}

TEST_F(ASimulatedDisk, TakesNothingMoreWhileItIsFull) {
  disk->set_full(true);
  EXPECT_THROW(store::replace_file(folder / "a", as_bytes("text")), std::system_error);
  EXPECT_EQ(open("b"), -1);
  disk->set_full(false);
  store::replace_file(folder / "a", as_bytes("text"));
  EXPECT_EQ(disk->tally().refused_full, 2U);
}

}  // namespace
}  // namespace duolog::simulation
