// bundles_test.cc: what was taken is there afterwards, whatever happens when; and nothing else is.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <sys/resource.h>

#include <csignal>

#include "tests/unit/mailbox/box.h"
#include "tests/unit/store/faulty_files.h"

namespace duolog::mailbox {
namespace {

using duolog::testing::FaultyFiles;
using testing::Box;
using testing::bundle_of;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr std::uint64_t kMiB = 1 << 20;

std::vector<std::uint64_t> cursors(const Listing& listing) {
  std::vector<std::uint64_t> all;
  for (const Lying& one : listing.bundles) all.push_back(one.cursor);
  return all;
}

TEST(Bundles, AreGivenBackAsTheyCameAndInThatOrder) {
  Box box;
  const Bytes small = bundle_of(1), large = bundle_of(kBundleLimit, 9), middle = bundle_of(kPartSent + 1);
  for (const Bytes& bundle : {small, large, middle}) EXPECT_GT(box.kept(bundle), 0u);
  for (int opened = 0; opened < 2; ++opened) {
    const Listing listing = box.list();
    ASSERT_EQ(listing.bundles.size(), 3u);
    EXPECT_EQ(box.get(listing.bundles[0].cursor, 1), small);
    EXPECT_EQ(box.get(listing.bundles[1].cursor, kBundleLimit), large);
    EXPECT_EQ(box.get(listing.bundles[2].cursor, listing.bundles[2].size), middle);
    EXPECT_EQ(listing.bundles[1].id, crypto::bundle_id(large));
    box.open_again();
  }
}

TEST(Bundles, ThatComeTwiceAreKeptOnce) {
  Box box;
  const std::uint64_t first = box.kept(bundle_of(9000));
  EXPECT_EQ(box.kept(bundle_of(9000)), first);
  EXPECT_EQ(box.list().bundles.size(), 1u);
}

TEST(Bundles, ACursorIsNeverGivenTwiceEvenIfItsFileIsGone) {
  Box box;
  std::uint64_t last = 0;
  for (int round = 0; round < 5; ++round) {
    const std::uint64_t cursor = box.kept(bundle_of(100 + static_cast<std::size_t>(round)));
    EXPECT_GT(cursor, last);
    last = cursor;
    for (const auto& file : fs::directory_iterator(box.folder / "bundles"))
      if (file.path().extension() == ".bundle") fs::remove(file.path());
    box.open_again();
    EXPECT_TRUE(box.list().bundles.empty());
  }
}

TEST(Bundles, ALostLedgerMakesAnotherStoreOfIt) {
  Box box;
  const std::uint64_t cursor = box.kept(bundle_of(100));
  const auto before = box.list().box;
  box.open_again();
  EXPECT_EQ(box.list().box, before);
  box.close();
  fs::remove(box.folder / "bundles" / "ledger");
  box.open();
  EXPECT_NE(box.list().box, before);
  EXPECT_EQ(cursors(box.list()), std::vector{cursor});
  EXPECT_GT(box.kept(bundle_of(101)), cursor);
}

TEST(Bundles, TheOldestGivesWayAtTheQuota) {
  Box box({12 * kMiB, 90 * 24h});
  std::vector<std::uint64_t> all;
  for (std::uint8_t i = 0; i < 6; ++i) all.push_back(box.kept(bundle_of(4 * kMiB - 200, i)));
  EXPECT_EQ(cursors(box.list()), (std::vector{all[3], all[4], all[5]}));
  EXPECT_LE(box.list().held, 12 * kMiB);
  box.open_again();
  EXPECT_EQ(cursors(box.list()), (std::vector{all[3], all[4], all[5]}));
  EXPECT_FALSE(box.get(all[0], 4 * kMiB - 200));
}

TEST(Bundles, OneLongerThanAllThatIsKeptIsRefused) {
  Box box({kMiB, 90 * 24h});
  const std::uint64_t cursor = box.kept(bundle_of(500));
  const Answer answer = box.put(bundle_of(2 * kMiB));
  ASSERT_TRUE(std::holds_alternative<No>(answer));
  EXPECT_EQ(std::get<No>(answer).why, Why::kTooLong);
  EXPECT_EQ(cursors(box.list()), std::vector{cursor});
}

TEST(Bundles, GoAfterTheirTimeOfServiceAndNotSooner) {
  Box box;
  const std::uint64_t first = box.kept(bundle_of(100));
  box.time.pass(60 * 24h);
  const std::uint64_t second = box.kept(bundle_of(101));
  box.time.pass(30 * 24h);
  box.bundles().tick();
  EXPECT_EQ(cursors(box.list()), (std::vector{first, second}));
  box.time.pass(1s);
  box.bundles().tick();
  EXPECT_EQ(cursors(box.list()), std::vector{second});
}

TEST(Bundles, NoClockThatJumpsTakesAnythingAway) {
  Box box;
  const std::uint64_t cursor = box.kept(bundle_of(100));
  for (const auto jump : {20'000 * 24h, -40'000 * 24h, 30'000 * 24h, -9'000 * 24h}) {
    box.time.wall += jump;
    box.bundles().tick();
    EXPECT_EQ(cursors(box.list()), std::vector{cursor});
    box.open_again();  // between two runs the clock is all there is
    EXPECT_EQ(cursors(box.list()), std::vector{cursor});
  }
}

TEST(Bundles, TimeBetweenTwoRunsCountsForADayAtMost) {
  Box box({512 * kMiB, 2 * 24h});
  const std::uint64_t cursor = box.kept(bundle_of(100));
  box.close();
  box.time.wall += 20h;
  box.open();
  EXPECT_EQ(cursors(box.list()), std::vector{cursor});
  box.close();
  box.time.wall += 2000 * 24h;
  box.open();
  EXPECT_EQ(cursors(box.list()), std::vector{cursor});  // 20 h and a day
  box.close();
  box.time.wall += 20h;
  box.open();
  EXPECT_TRUE(box.list().bundles.empty());
}

TEST(Bundles, PartsThatDoNotMakeWhatWasAnnouncedAreRefused) {
  Box box;
  const Bytes bundle = bundle_of(1000);
  const BundleId id = crypto::bundle_id(bundle);
  const auto part = [&](std::uint32_t at, std::size_t length, std::uint32_t size = 1000) {
    return Put{id, size, at, Bytes(length, 7)};
  };
  const auto why = [](const Answer& answer) {
    return std::holds_alternative<No>(answer) ? std::get<No>(answer).why : Why::kUnspecified;
  };
  std::unique_ptr<Incoming> incoming;
  EXPECT_EQ(why(box.bundles().put(incoming, part(1, 10))), Why::kBroken);  // no beginning
  EXPECT_TRUE(std::holds_alternative<More>(box.bundles().put(incoming, part(0, 10))));
  EXPECT_EQ(why(box.bundles().put(incoming, part(11, 10))), Why::kBroken);  // a hole
  EXPECT_EQ(why(box.bundles().put(incoming, part(10, 10))), Why::kBroken);  // and it is given up
  EXPECT_TRUE(std::holds_alternative<More>(box.bundles().put(incoming, part(0, 10))));
  EXPECT_EQ(why(box.bundles().put(incoming, part(10, 10, 1001))), Why::kBroken);  // another size
  EXPECT_EQ(why(box.bundles().put(incoming, part(0, 1000))), Why::kBroken);       // another hash
  EXPECT_TRUE(box.list().bundles.empty());
  EXPECT_GT(box.kept(bundle), 0u);
  std::size_t files = 0;
  for (const auto& file : fs::directory_iterator(box.folder / "bundles")) {
    EXPECT_FALSE(file.path().filename().string().starts_with(kPartBegin));
    ++files;
  }
  EXPECT_EQ(files, 2u);  // it and the ledger
}

TEST(Bundles, NothingIsKeptThatTheDiskHasNotTakenAndNothingThatWasIsLost) {
  for (const auto fault : {FaultyFiles::Fault::kSyncError, FaultyFiles::Fault::kRenameError}) {
    Box box;
    const std::uint64_t before = box.kept(bundle_of(100));
    int fired = 0;
    for (int nth = 1; nth < 12; ++nth) {
      const FaultyFiles faulty(fault, nth);
      const Bytes bundle = bundle_of(200 + static_cast<std::size_t>(nth));
      const bool kept = box.kept(bundle) > 0;
      fired += faulty.fired() ? 1 : 0;
      const auto there = cursors(box.list());
      EXPECT_EQ(std::ranges::count(there, before), 1);
      box.open_again();
      EXPECT_EQ(cursors(box.list()), there) << "what is listed is what is on the disk";
      if (kept) EXPECT_EQ(box.get(there.back(), static_cast<std::uint32_t>(bundle.size())), bundle);
    }
    EXPECT_GE(fired, 1);
  }
}

TEST(Bundles, AFullDiskIsToldAndTakesNothingAway) {
  Box box;
  const std::uint64_t before = box.kept(bundle_of(100));
  (void)std::signal(SIGXFSZ, SIG_IGN);
  struct rlimit was{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &was), 0);
  const struct rlimit little{10'000, was.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &little), 0);
  const Answer answer = box.put(bundle_of(100'000));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &was), 0);
  ASSERT_TRUE(std::holds_alternative<No>(answer));
  EXPECT_EQ(std::get<No>(answer).why, Why::kFull);
  EXPECT_FALSE(box.notes.empty());
  box.open_again();
  EXPECT_EQ(cursors(box.list()), std::vector{before});
  EXPECT_GT(box.kept(bundle_of(100'000)), before);
}

TEST(Bundles, DecoysAreNeitherServedNorTouchedAndCounted) {
  Box box;
  const std::uint64_t cursor = box.kept(bundle_of(5000));
  box.close();
  const fs::path bundles = box.folder / "bundles";
  const auto named = [&](const char* name) { return bundles / name; };
  const std::string whole = [&] {
    std::ifstream file(named("0000000000000001.bundle"), std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  }();
  ASSERT_FALSE(whole.empty());
  duolog::testing::write_text(named("0000000000000002.bundle"), whole);  // says that it is the first
  duolog::testing::write_text(named("0000000000000003.bundle"), whole.substr(0, whole.size() - 1));
  duolog::testing::write_text(named("0000000000000004.bundle"), "");
  duolog::testing::write_text(named("0000000000000000.bundle"), whole);
  duolog::testing::write_text(named("000000000000000A.bundle"), whole);
  duolog::testing::write_text(named("holiday.jpg"), "a picture");
  duolog::testing::write_text(named(".part-0123456789abcdef"), "what a kill has left");
  fs::create_symlink("/etc/passwd", named("0000000000000005.bundle"));
  fs::create_directory(named("0000000000000006.bundle"));
  ASSERT_EQ(::mkfifo(named("0000000000000007.bundle").c_str(), 0600), 0);
  box.open();
  EXPECT_EQ(cursors(box.list()), std::vector{cursor});
  EXPECT_EQ(box.bundles().told().passed_over, 9u);
  EXPECT_EQ(Bundles::look_at(bundles).passed_over, 9u);
  EXPECT_TRUE(fs::exists(named("holiday.jpg")));
  EXPECT_FALSE(fs::exists(named(".part-0123456789abcdef")));
  EXPECT_FALSE(box.notes.empty());
}

TEST(Bundles, OneThatHasRottedIsGoneAndMayComeAgain) {
  Box box;
  const Bytes bundle = bundle_of(kPartSent * 2);
  const std::uint64_t cursor = box.kept(bundle);
  {
    std::fstream file(box.folder / "bundles" / "0000000000000001.bundle",
                      std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(kPartSent + 1000);
    file.put(1);
  }
  ASSERT_EQ(cursor, 1u);
  EXPECT_FALSE(box.get(cursor, static_cast<std::uint32_t>(bundle.size())));
  EXPECT_TRUE(box.list().bundles.empty());
  EXPECT_GT(box.kept(bundle), cursor);
}

TEST(Bundles, AListIsToldInPagesThatEnd) {
  Box box;
  for (std::size_t i = 0; i < kListedLimit + 3; ++i) {
    Bytes bundle(20);
    bundle[0] = static_cast<std::uint8_t>(i), bundle[1] = static_cast<std::uint8_t>(i >> 8);
    ASSERT_GT(box.kept(bundle), 0u);
  }
  const Listing first = box.list();
  EXPECT_EQ(first.bundles.size(), kListedLimit);
  EXPECT_TRUE(first.more);
  const Listing second = box.list(first.bundles.back().cursor);
  EXPECT_EQ(second.bundles.size(), 3u);
  EXPECT_FALSE(second.more);
  EXPECT_EQ(second.count, kListedLimit + 3);
}

}  // namespace
}  // namespace duolog::mailbox
