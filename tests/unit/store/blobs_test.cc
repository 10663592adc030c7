// blobs_test.cc: chunks of attachments on a disk: whole or not at all, found again, and never believed without a look.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/store/blobs.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "tests/unit/home/temporary_folder.h"
#include "tests/unit/store/faulty_files.h"

namespace duolog::store {
namespace {

namespace fs = std::filesystem;
using duolog::testing::FaultyFiles;
using duolog::testing::TemporaryFolder;
using duolog::testing::what_it_says;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Chunk {
  explicit Chunk(std::uint8_t seed, std::size_t length = 3000) : sealed(length, seed), id(crypto::chunk_id(sealed)) {}
  Bytes sealed;
  ChunkId id;
};

class ABlobStore : public ::testing::Test {
 protected:
  ABlobStore() { reopen(); }
  void reopen(BlobQuota quota = {.free_for_others = 0, .free_for_own = 0}) {
    store.emplace(place(), quota, [this](const fs::path&) { return free; });
  }
  [[nodiscard]] fs::path place() const { return folder_ / "blobs"; }
  [[nodiscard]] fs::path file_of(const ChunkId& id) const {
    return place() / hex(id.view()).substr(0, 2) / hex(id.view());
  }
  [[nodiscard]] std::size_t files() const {
    std::error_code none;
    std::size_t count = 0;
    for (const auto& entry : fs::recursive_directory_iterator(place(), none)) count += entry.is_regular_file() ? 1 : 0;
    return count;
  }
  static void spoil(const fs::path& file, std::size_t at) {
    std::fstream opened(file, std::ios::in | std::ios::out | std::ios::binary);
    opened.seekg(static_cast<std::streamoff>(at));
    const auto byte = static_cast<char>(opened.get() ^ 1);
    opened.seekp(static_cast<std::streamoff>(at));
    opened.put(byte);
  }

  std::optional<std::uint64_t> free;  // what the disk says of its room; nullopt: it does not say
  Chunk one{1};
  Chunk two{2};
  std::optional<Blobs> store;

 private:
  TemporaryFolder folder_;
};

TEST_F(ABlobStore, GivesBackWhatWasPutAlsoAfterAStart) {
  store->put_own(one.id, one.sealed);
  store->put_theirs(two.id, two.sealed);
  EXPECT_EQ(store->get(one.id), one.sealed);
  reopen();
  EXPECT_EQ(store->get(one.id), one.sealed);
  EXPECT_EQ(store->get(two.id), two.sealed);
  EXPECT_EQ(store->count(), 2U);
  EXPECT_EQ(store->bytes(), one.sealed.size() + two.sealed.size());
  EXPECT_FALSE(store->get(Chunk(3).id));
}

TEST_F(ABlobStore, ThatIsFullAsksOnceForRoomForItsOwnAndTriesAgain) {
  free = 10'000;
  reopen({.free_for_others = 0, .free_for_own = 10'000});
  int asked = 0;
  store->make_room = [&] { return ++asked, free = 20'000, true; };
  store->put_own(one.id, one.sealed);
  EXPECT_EQ(store->get(one.id), one.sealed);
  EXPECT_EQ(asked, 1);
  free = 10'000;
  store->make_room = [&] { return ++asked, false; };
  EXPECT_THROW(store->put_own(two.id, two.sealed), NotDurable) << "nothing is there to be given";
  store->make_room = [&] { return ++asked, true; };
  EXPECT_THROW(store->put_own(two.id, two.sealed), NotDurable) << "it was not enough";
  EXPECT_EQ(asked, 3);
  EXPECT_FALSE(store->has(two.id));
}

TEST_F(ABlobStore, MakesItsFoldersForItsOwnerAlone) {
  store->put_own(one.id, one.sealed);
  struct stat found{};
  ASSERT_EQ(::stat(file_of(one.id).c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600U);
  ASSERT_EQ(::stat(file_of(one.id).parent_path().c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0700U);
}

TEST_F(ABlobStore, EveryByteThatRotsIsNoticedAndTheChunkIsForgotten) {
  const Chunk small{9, 40};
  std::vector<ChunkId> lost;
  store->lost = [&](const ChunkId& id) { lost.push_back(id); };
  for (std::size_t at = 0; at < small.sealed.size(); ++at) {
    store->put_own(small.id, small.sealed);
    spoil(file_of(small.id), at);
    EXPECT_FALSE(store->get(small.id)) << at;
    EXPECT_FALSE(store->has(small.id));
    EXPECT_FALSE(fs::exists(file_of(small.id)));
  }
  EXPECT_EQ(lost.size(), small.sealed.size());
  EXPECT_EQ(store->bytes(), 0U);
  store->put_own(small.id, small.sealed);
  EXPECT_EQ(store->get(small.id), small.sealed);
}

TEST_F(ABlobStore, AChunkThatIsGoneOrALinkIsForgotten) {
  for (const Chunk* chunk : {&one, &two}) store->put_own(chunk->id, chunk->sealed);
  fs::remove(file_of(one.id));
  EXPECT_FALSE(store->get(one.id));
  fs::rename(file_of(two.id), place() / "elsewhere");
  fs::create_symlink(place() / "elsewhere", file_of(two.id));
  EXPECT_FALSE(store->get(two.id)) << "no link is followed";
  EXPECT_TRUE(fs::exists(place() / "elsewhere"));
}

TEST_F(ABlobStore, WithoutADescriptorToReadItByAChunkIsNotForgotten) {
  store->put_own(one.id, one.sealed);
  std::vector<int> taken;
  for (int fd = ::dup(0); fd >= 0; fd = ::dup(0)) taken.push_back(fd);
  ASSERT_EQ(errno, EMFILE);
  EXPECT_FALSE(store->get(one.id));
  for (const int fd : taken) ::close(fd);
  EXPECT_TRUE(store->has(one.id));
  EXPECT_EQ(store->get(one.id), one.sealed);
}

TEST_F(ABlobStore, AFaultAtAnyPlaceLeavesNothingHalfAndIsTold) {
  using Fault = FaultyFiles::Fault;
  for (const auto& [fault, times] : {std::pair{Fault::kWriteError, 1},
                                     {Fault::kFull, 1},
                                     {Fault::kTornWrite, 1},
                                     {Fault::kSyncError, 2},
                                     {Fault::kRenameError, 1}}) {
    store->put_own(two.id, two.sealed);  // the folders are there
    for (int nth = 1; nth <= times; ++nth) {
      {
        const FaultyFiles faulty(fault, nth);
        EXPECT_THROW(store->put_own(one.id, one.sealed), NotDurable);
        EXPECT_TRUE(faulty.fired());
      }
      EXPECT_FALSE(store->has(one.id));
      reopen();
      EXPECT_FALSE(store->has(one.id));
      EXPECT_EQ(files(), 1U);
      store->put_own(one.id, one.sealed);
      EXPECT_EQ(store->get(one.id), one.sealed);
      EXPECT_TRUE(store->drop(one.id));
    }
  }
}

TEST_F(ABlobStore, WhatWasBeingWrittenIsSweptAtTheStart) {
  store->put_own(one.id, one.sealed);
  std::ofstream(place() / "new" / "1") << "half";
  std::ofstream(place() / "new" / "2") << "half of another";
  reopen();
  EXPECT_EQ(files(), 1U);
  EXPECT_EQ(store->get(one.id), one.sealed);
}

TEST_F(ABlobStore, WhatIsNotAChunkIsLeftAlone) {
  store->put_own(one.id, one.sealed);
  const fs::path stranger = file_of(one.id).parent_path() / "notes.txt";
  std::ofstream(stranger) << "somebody's";
  const fs::path misplaced = file_of(one.id).parent_path() / hex(two.id.view());
  std::ofstream(misplaced) << "in a wrong folder";
  reopen();
  EXPECT_EQ(store->count(), 1U);
  EXPECT_TRUE(fs::exists(stranger) && fs::exists(misplaced));
}

TEST_F(ABlobStore, AFolderThatIsALinkTakesNothing) {
  fs::create_directory(place().parent_path() / "elsewhere");
  fs::create_directory_symlink(place().parent_path() / "elsewhere", place());
  reopen();
  EXPECT_THAT(what_it_says<NotDurable>([&] { store->put_own(one.id, one.sealed); }),
              HasSubstr("not a folder of your own"));
  EXPECT_TRUE(fs::is_empty(place().parent_path() / "elsewhere"));
}

TEST_F(ABlobStore, ThePartnerCannotFillTheDisk) {
  const BlobQuota quota{.bytes = std::uint64_t{1} << 30, .free_for_others = std::uint64_t{500} << 20};
  free = (std::uint64_t{500} << 20) + crypto::kSealedChunkLimit;
  reopen(quota);
  EXPECT_THAT(store->why_nothing_is_received(), IsEmpty());
  store->put_theirs(one.id, one.sealed);
  --*free;
  EXPECT_THAT(store->why_nothing_is_received(), HasSubstr("less than 500 MiB are free"));
  EXPECT_THROW(store->put_theirs(two.id, two.sealed), NotDurable);
  store->put_own(two.id, two.sealed);
  EXPECT_TRUE(store->has(two.id)) << "one's own go on";
}

TEST_F(ABlobStore, NorTakeMoreThanWasAllowed) {
  reopen({.bytes = one.sealed.size() + two.sealed.size(), .free_for_others = 0, .free_for_own = 0});
  store->put_theirs(one.id, one.sealed);
  store->put_theirs(two.id, two.sealed);
  EXPECT_THAT(store->why_nothing_is_received(), HasSubstr("attachments_limit_mib"));
  EXPECT_THROW(store->put_theirs(Chunk(3).id, Chunk(3).sealed), NotDurable);
  store->put_theirs(one.id, one.sealed);  // it is here
  EXPECT_TRUE(store->drop(one.id));
  store->put_theirs(Chunk(3).id, Chunk(3).sealed);
}

TEST_F(ABlobStore, OnesOwnPicturesLeaveRoomForWords) {
  reopen({.free_for_own = std::uint64_t{64} << 20});
  free = (std::uint64_t{64} << 20) + one.sealed.size() - 1;
  EXPECT_THROW(store->put_own(one.id, one.sealed), NotDurable);
  ++*free;
  store->put_own(one.id, one.sealed);
  EXPECT_TRUE(store->has(one.id));
}

TEST_F(ABlobStore, WhatIsDroppedIsGoneFromTheDisk) {
  store->put_own(one.id, one.sealed);
  EXPECT_TRUE(store->drop(one.id));
  EXPECT_TRUE(store->drop(one.id)) << "again is no error";
  EXPECT_EQ(files(), 0U);
  EXPECT_EQ(store->bytes(), 0U);
}

}  // namespace
}  // namespace duolog::store
