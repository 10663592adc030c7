// blobs_test.cc: chunks of attachments between two sessions: after the words, a few at a time, cut anywhere and gone on
// with; and a partner who gives what was not asked for, asks for what is not theirs, or calls other bytes by a name.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <unordered_map>

#include "tests/unit/sync/album.h"
#include "tests/unit/sync/line.h"

namespace duolog::sync::testing {
namespace {

// Message by message, as Line does.
struct Talk {
  Talk(Album& a_album, Album& b_album)
      : a(a_album.home.log(), a_album.home.facts(b_album.home.id()), a_album.hooks()),
        b(b_album.home.log(), b_album.home.facts(a_album.home.id()), b_album.hooks()) {
    a.start();
    b.start();
  }
  bool carry(Session& from, Session& to) {
    const auto message = from.next();
    if (!message) return false;
    said.push_back(decode(*message));
    to.receive(*message);
    return true;
  }
  bool step() {
    const bool a_spoke = carry(a, b);
    return carry(b, a) || a_spoke;
  }
  void until_quiet(std::size_t most = 10'000) {
    while (step()) ASSERT_GT(most--, 0U) << "they never fall silent";
  }
  template <class Kind>
  [[nodiscard]] std::vector<Kind> only() const {
    std::vector<Kind> found;
    for (const Message& message : said)
      if (const auto* one = std::get_if<Kind>(&message)) found.push_back(*one);
    return found;
  }
  Session a;
  Session b;
  std::vector<Message> said;
};

struct BlobsTest : ::testing::Test {
  Album ada{people().laptop};
  Album bo{people().desk};

  // Bo wants so many that Ada has.
  std::vector<Chunk> photographs(std::size_t count) {
    std::vector<Chunk> chunks;
    for (std::size_t i = 0; i < count; ++i) {
      chunks.push_back(chunk_of(static_cast<std::uint8_t>(i + 1), 1000 + i));
      ada.hold(chunks.back());
      bo.want(chunks.back());
    }
    return chunks;
  }
};

TEST_F(BlobsTest, WhatIsWantedComesAndIsTold) {
  const auto chunks = photographs(20);
  Talk talk(ada, bo);
  talk.until_quiet();
  for (const Chunk& chunk : chunks) EXPECT_EQ(bo.blobs.get(chunk.id), chunk.sealed);
  EXPECT_EQ(bo.came.size(), chunks.size());
  EXPECT_TRUE(talk.a.in_step() && talk.b.in_step());
  EXPECT_EQ(talk.only<BlobGive>().size(), chunks.size()) << "each goes over once";
}

TEST_F(BlobsTest, InTheOrderInWhichTheyAreWanted) {
  const auto chunks = photographs(12);
  Talk talk(ada, bo);
  talk.until_quiet();
  EXPECT_EQ(bo.came, bo.wanted);
}

TEST_F(BlobsTest, NoMoreAreUnderWayThanAFew) {
  photographs(40);
  Talk talk(ada, bo);
  std::size_t most = 0;
  std::size_t under_way = 0;
  std::size_t seen = 0;
  while (talk.step()) {
    for (; seen < talk.said.size(); ++seen) {
      if (const auto* want = std::get_if<BlobWant>(&talk.said[seen])) under_way += want->chunks.size();
      if (std::holds_alternative<BlobGive>(talk.said[seen])) --under_way;
      most = std::max(most, under_way);
    }
  }
  EXPECT_EQ(most, kChunksUnderWay);
  EXPECT_EQ(under_way, 0U);
}

TEST_F(BlobsTest, WordsGoFirst) {
  photographs(4);
  ada.home.write(50, 2000);
  Talk talk(ada, bo);
  talk.until_quiet();
  std::size_t last_run = 0;
  std::size_t first_gift = talk.said.size();
  for (std::size_t i = 0; i < talk.said.size(); ++i) {
    if (std::holds_alternative<sync::Run>(talk.said[i])) last_run = i;
    if (std::holds_alternative<BlobGive>(talk.said[i])) first_gift = std::min(first_gift, i);
  }
  EXPECT_LT(last_run, first_gift);
  EXPECT_EQ(bo.home.held(people().laptop), 50U);
}

TEST_F(BlobsTest, WhatIsWantedLaterIsAskedForWhenTheLogHasGrown) {
  Talk talk(ada, bo);
  talk.until_quiet();
  const auto chunks = photographs(3);
  EXPECT_FALSE(talk.b.has_next());
  talk.b.log_grew();
  talk.until_quiet();
  EXPECT_EQ(bo.came.size(), chunks.size());
}

// Each growth of the log costs what is new in it.
TEST_F(BlobsTest, WhatWasLookedAtIsNotLookedThroughAgainWhenTheLogGrows) {
  for (std::uint8_t i = 0; i < 100; ++i) bo.want(chunk_of(i));  // nobody has them
  Talk talk(ada, bo);
  talk.until_quiet();
  const std::size_t before = bo.looked;
  ASSERT_GE(before, 100U);
  for (std::uint8_t i = 0; i < 10; ++i) {
    const Chunk late = chunk_of(static_cast<std::uint8_t>(200 + i));
    ada.hold(late);
    bo.want(late);
    talk.b.log_grew();
    talk.until_quiet();
    EXPECT_TRUE(bo.blobs.has(late.id));
  }
  EXPECT_EQ(bo.looked - before, 10U);
}

TEST_F(BlobsTest, WhatIsWantedBeforeAllElseComesBeforeIt) {
  photographs(40);
  Talk talk(ada, bo);
  while (bo.came.size() < 5) ASSERT_TRUE(talk.step());
  const Chunk urgent = chunk_of(250);
  ada.hold(urgent);
  bo.want_before_all(urgent);
  talk.b.log_grew();
  talk.until_quiet();
  EXPECT_EQ(bo.came.size(), 41U);
  const auto at = std::find(bo.came.begin(), bo.came.end(), urgent.id) - bo.came.begin();
  EXPECT_LE(at, static_cast<std::ptrdiff_t>(5 + 2 * kChunksUnderWay));
}

TEST_F(BlobsTest, CutAfterEveryMessageTheRestComesAtTheNextMeeting) {
  constexpr std::size_t kCount = 11;
  for (std::size_t cut = 0;; ++cut) {
    SCOPED_TRACE(cut);
    Album here{people().laptop};
    Album there{people().desk};
    for (std::uint8_t i = 0; i < kCount; ++i) {
      here.hold(chunk_of(i));
      there.want(chunk_of(i));
    }
    bool cut_short = false;
    {
      Talk talk(here, there);
      while (talk.said.size() < cut && talk.step()) {
      }
      cut_short = talk.a.has_next() || talk.b.has_next();
    }
    const std::size_t before = there.came.size();
    Talk talk(here, there);
    talk.until_quiet();
    EXPECT_EQ(there.came.size(), kCount) << "and none of them twice";
    EXPECT_EQ(talk.only<BlobGive>().size(), kCount - before);
    if (!cut_short) break;
  }
}

TEST_F(BlobsTest, WhatTheOtherDoesNotHaveIsAskedForOnceAndThenThereIsSilence) {
  for (std::uint8_t i = 0; i < 30; ++i) {
    bo.want(chunk_of(i));
    ada.named.insert(chunk_of(i).id);
  }
  Talk talk(ada, bo);
  talk.until_quiet();
  EXPECT_EQ(bo.not_there.size(), 30U);
  for (int i = 0; i < 5; ++i) {
    talk.b.log_grew();
    talk.a.log_grew();
    talk.until_quiet();
  }
  EXPECT_EQ(talk.only<BlobGive>().size(), 30U);
  EXPECT_TRUE(talk.b.in_step()) << "what nobody has keeps nobody waiting";
}

TEST_F(BlobsTest, WhatTheJournalDoesNotNameIsNotGiven) {
  const Chunk secret = chunk_of(7);
  ada.blobs.put_own(secret.id, secret.sealed);  // of another journal
  bo.want(secret);
  Talk talk(ada, bo);
  talk.until_quiet();
  EXPECT_FALSE(bo.blobs.has(secret.id));
  ASSERT_EQ(talk.only<BlobGive>().size(), 1U);
  EXPECT_FALSE(talk.only<BlobGive>().front().ciphertext);
}

TEST_F(BlobsTest, AChunkThatHasRottedIsNotGiven) {
  const auto chunks = photographs(1);
  const auto name = hex(chunks[0].id.view());
  std::filesystem::resize_file(ada.folder.path() / "blobs" / name.substr(0, 2) / name, 10);
  std::vector<ChunkId> lost;
  ada.blobs.lost = [&](const ChunkId& chunk) { lost.push_back(chunk); };
  Talk talk(ada, bo);
  talk.until_quiet();
  EXPECT_EQ(lost, std::vector<ChunkId>{chunks[0].id});
  EXPECT_EQ(bo.not_there, std::vector<ChunkId>{chunks[0].id});
  EXPECT_EQ(talk.b.reason(), Parting::kNone);
}

TEST_F(BlobsTest, WithSomebodyWhoDoesNotKnowThemNothingIsSaidOfThem) {
  photographs(3);
  ada.knows_blobs = false;
  ada.home.write(2);
  Talk talk(ada, bo);
  talk.until_quiet();
  EXPECT_TRUE(talk.only<BlobWant>().empty());
  EXPECT_EQ(bo.home.held(people().laptop), 2U);
  EXPECT_TRUE(talk.a.in_step() && talk.b.in_step());
  EXPECT_FALSE(talk.b.gives_chunks());
}

TEST_F(BlobsTest, ADiskThatTakesNoMoreEndsNothingAndWordsGoOn) {
  Album full{people().desk, {.bytes = 2500, .free_for_others = 0}};
  for (std::uint8_t i = 0; i < 10; ++i) {
    ada.hold(chunk_of(i));
    full.want(chunk_of(i));
  }
  Talk talk(ada, full);
  talk.until_quiet();
  EXPECT_EQ(full.blobs.count(), 3U) << "the one that crossed the limit is the last";
  ada.home.write(5);
  talk.a.log_grew();
  talk.until_quiet();
  EXPECT_EQ(full.home.held(people().laptop), 5U);
  EXPECT_EQ(talk.b.reason(), Parting::kNone);
}

// ---- lies ----

struct ALiar : BlobsTest {
  Session session{bo.home.log(), bo.home.facts(people().laptop.id()), bo.hooks()};
  ALiar() { session.start(); }
  void greet(bool knows = true) {
    Hello hello{kVersion, people().laptop.id(), 0, {}, {}, knows};
    hello.claim.entries = {Liar::nothing_of(people().laptop), Liar::nothing_of(people().desk)};
    std::sort(hello.claim.entries.begin(), hello.claim.entries.end(),
              [](const auto& one, const auto& other) { return one.device < other.device; });
    say(hello);
    hear();
  }
  template <class Kind>
  void say(const Kind& message) {
    session.receive(encode(message));
  }
  std::vector<Message> hear() {
    std::vector<Message> heard;
    while (auto message = session.next()) heard.push_back(decode(*message));
    return heard;
  }
};

TEST_F(ALiar, WhoCallsOtherBytesByAChunksNameIsLeft) {
  const Chunk wanted = chunk_of(1);
  for (std::size_t bit = 0; bit < 8 * 16; ++bit) {
    Session fresh(bo.home.log(), bo.home.facts(people().laptop.id()), bo.hooks());
    bo.wanted = {wanted.id};
    bo.named = {wanted.id};
    fresh.start();
    Hello hello{kVersion, people().laptop.id(), 0, {}, {}, true};
    fresh.receive(encode(hello));
    while (fresh.next()) {
    }
    Bytes other = wanted.sealed;
    other[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    fresh.receive(encode(BlobGive{wanted.id, other}));
    ASSERT_EQ(fresh.reason(), Parting::kViolation) << bit;
  }
  EXPECT_EQ(bo.blobs.count(), 0U);
}

TEST_F(ALiar, GiftsThatNobodyAskedForAreNotKeptAndEndItWhenThereAreMany) {
  greet();
  for (std::size_t i = 0; i < kIgnoredLimit; ++i) say(BlobGive{chunk_of(9).id, chunk_of(9).sealed});
  EXPECT_EQ(session.reason(), Parting::kNone);
  say(BlobGive{chunk_of(9).id, chunk_of(9).sealed});
  EXPECT_EQ(session.reason(), Parting::kViolation);
  EXPECT_EQ(bo.blobs.count(), 0U);
}

TEST_F(ALiar, WhoAsksForTheSameAgainAndAgainIsLeft) {
  const Chunk big = chunk_of(3, crypto::kSealedChunkLimit);
  bo.hold(big);
  greet();
  std::size_t given = 0;
  while (session.reason() == Parting::kNone && given < 10'000) {
    say(BlobWant{{big.id}});
    given += hear().size();
  }
  EXPECT_EQ(session.reason(), Parting::kViolation);
  EXPECT_LE(given, kResendBudget / big.sealed.size() + 2);
}

TEST_F(ALiar, WhoAsksForMoreThanAFewAtOnceIsLeft) {
  greet();
  say(BlobWant{std::vector<ChunkId>(kChunkWantLimit, chunk_of(1).id)});
  EXPECT_EQ(session.reason(), Parting::kNone);
  say(BlobWant{{chunk_of(1).id}});
  EXPECT_EQ(session.reason(), Parting::kViolation);
}

TEST_F(ALiar, WhoAsksWithoutHavingSaidThatItKnowsThemIsLeft) {
  greet(false);
  say(BlobWant{{chunk_of(1).id}});
  EXPECT_EQ(session.reason(), Parting::kViolation);
}

// ---- messages ----

TEST(BlobMessages, ComeBackAsTheyWere) {
  const auto want = std::get<BlobWant>(decode(encode(BlobWant{{chunk_of(1).id, chunk_of(2).id}})));
  EXPECT_EQ(want.chunks, (std::vector<ChunkId>{chunk_of(1).id, chunk_of(2).id}));
  const Chunk big = chunk_of(5, crypto::kSealedChunkLimit);
  const auto give = std::get<BlobGive>(decode(encode(BlobGive{big.id, big.sealed})));
  EXPECT_EQ(give.chunk, big.id);
  EXPECT_EQ(give.ciphertext, big.sealed);
  EXPECT_FALSE(std::get<BlobGive>(decode(encode(BlobGive{big.id, std::nullopt}))).ciphertext);
}

TEST(BlobMessages, TheMostIsAcceptedAndOneMoreIsRefused) {
  EXPECT_NO_THROW(decode(encode(BlobWant{std::vector<ChunkId>(kChunkWantLimit)})));
  EXPECT_THROW(decode(encode(BlobWant{std::vector<ChunkId>(kChunkWantLimit + 1)})), ProtocolError);
  EXPECT_THROW(decode(encode(BlobWant{})), ProtocolError);
  EXPECT_NO_THROW(decode(encode(BlobGive{{}, Bytes(crypto::kSealedChunkLimit)})));
  EXPECT_THROW(decode(encode(BlobGive{{}, Bytes(crypto::kSealedChunkLimit + 1)})), ProtocolError);
}

TEST(BlobMessages, CutAtEveryByteNothingPassesForAWholeOne) {
  const Bytes whole = encode(BlobGive{chunk_of(1).id, chunk_of(1).sealed});
  for (std::size_t length = 1; length < whole.size(); ++length)
    EXPECT_THROW(decode(ByteView(whole).first(length)), ProtocolError) << length;
}

}  // namespace
}  // namespace duolog::sync::testing
