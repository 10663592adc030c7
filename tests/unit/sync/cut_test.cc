// cut_test.cc: a conversation that is cut, or whose messages are lost, doubled or out of order, loses and doubles no
// record, no chunk and no epoch's secret, and the next conversation makes it good.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "proto/frame_codec.h"
#include "tests/unit/sync/album.h"
#include "tests/unit/sync/line.h"

namespace duolog::sync::testing {
namespace {

using Messages = std::vector<Bytes>;

// Ada holds her own and her phone's log, Bo his own; he lacks a body of hers, the chunks of an attachment and the
// secret of an epoch.
struct CutTest : ::testing::Test {
  Folder folder;
  std::vector<Chunk> chunks{chunk_of(1), chunk_of(2), chunk_of(3)};
  CutTest() {
    Home ada{people().laptop};
    Home bo{people().desk};
    Home phone{people().phone};
    ada.write(4);
    bo.write(2);
    Line(ada, bo).until_quiet();
    bo.lose_body(people().laptop, 2);
    phone.admit(people().phone);
    ada.admit(people().phone);
    phone.write(2);
    Line(ada, phone).until_quiet();
    ada.write(2);
    bo.write(3);
    ada.copy_to(folder.path() / "ada");
    bo.copy_to(folder.path() / "bo");
  }
  struct Two {
    explicit Two(const CutTest& from)
        : ada_album(people().laptop, {.free_for_others = 0, .free_for_own = 0}, from.folder.path() / "ada"),
          bo_album(people().desk, {.free_for_others = 0, .free_for_own = 0}, from.folder.path() / "bo") {
      for (const Chunk& chunk : from.chunks) ada_album.hold(chunk), bo_album.want(chunk);
    }
    Line line() {
      Hooks of_ada = ada_album.hooks();
      of_ada.epochs.wanted = [] { return std::vector<EpochId>(); };
      of_ada.epochs.give = [](const EpochId& id) { return id == people().epoch ? &people().secret : nullptr; };
      of_ada.epochs.came = [](std::vector<crypto::EpochSecret>) { ADD_FAILURE() << "Ada asked for none"; };
      Hooks of_bo = bo_album.hooks();
      of_bo.epochs.wanted = [this] { return std::vector<EpochId>(secrets_of_bo.empty() ? 1 : 0, people().epoch); };
      of_bo.epochs.give = [](const EpochId&) { return nullptr; };
      of_bo.epochs.came = [this](std::vector<crypto::EpochSecret> came) {
        for (crypto::EpochSecret& secret : came) secrets_of_bo.push_back(std::move(secret));
      };
      return {ada, bo, std::move(of_ada), std::move(of_bo)};
    }
    Album ada_album;
    Album bo_album;
    Home& ada = ada_album.home;
    Home& bo = bo_album.home;
    std::vector<crypto::EpochSecret> secrets_of_bo;
  };
  void expect_meet(Two& two) const {
    Line line = two.line();
    line.until_quiet();
    EXPECT_TRUE(line.a.in_step() && line.b.in_step()) << line.a.detail() << line.b.detail();
    EXPECT_EQ(two.ada.frontier(), two.bo.frontier());
    for (const auto* author : {&people().laptop, &people().phone, &people().desk})
      EXPECT_EQ(two.ada.records(*author), two.bo.records(*author));
    EXPECT_EQ(two.bo.held(people().laptop), 6U);
    EXPECT_EQ(two.bo.held(people().phone), 2U);
    EXPECT_EQ(two.ada.held(people().desk), 5U);
    EXPECT_EQ(two.bo.missing(), 0U);
    EXPECT_EQ(two.bo_album.came.size(), chunks.size()) << "and none of them twice";
    for (const Chunk& chunk : chunks) EXPECT_EQ(two.bo_album.blobs.get(chunk.id), chunk.sealed);
    ASSERT_EQ(two.secrets_of_bo.size(), 1U);
    EXPECT_EQ(two.secrets_of_bo.front(), people().secret);
  }
  std::vector<Line::Said> whole_conversation() {
    Two two(*this);
    Line line = two.line();
    line.until_quiet();
    return line.transcript;
  }
  // A conversation in which message `at` suffers `fate`, and then an honest one.
  void meddle_with_each(const std::function<Messages(const Line::Said&)>& fate) {
    const std::size_t length = whole_conversation().size();
    ASSERT_GE(length, 14U);
    for (std::size_t at = 0; at < length; ++at) {
      SCOPED_TRACE(at);
      Two two(*this);
      {
        Line line = two.line();
        line.meddle = [&](const Line::Said& said) {
          return line.transcript.size() == at + 1 ? fate(said) : Messages{said.message};
        };
        line.until_quiet(1000);
        EXPECT_EQ(two.ada.forked.size() + two.bo.forked.size(), 0U);
      }
      expect_meet(two);
    }
  }
};

TEST_F(CutTest, EveryKindOfMessageIsSaid) {
  std::set<std::size_t> kinds;
  for (const auto& said : whole_conversation()) kinds.insert(decode(said.message).index());
  EXPECT_EQ(kinds.size(), 9U);  // HELLO, FRONTIER, CERTS, RECORDS, BODY_WANT, and WANT and GIVE of BLOB and EPOCH
}

TEST_F(CutTest, AfterEveryMessage) {
  const std::size_t length = whole_conversation().size();
  for (std::size_t at = 0; at <= length; ++at) {
    SCOPED_TRACE(at);
    Two two(*this);
    {
      Line line = two.line();
      while (line.transcript.size() < at && line.step()) {
      }
    }
    expect_meet(two);
  }
}

// Both directions are streams of frames; each is cut after each of its bytes. What came of a message that is not whole
// is never seen by a session, so that cuts within one message are one case: that they are is what is checked for each
// byte, and the case itself once.
TEST_F(CutTest, AfterEveryByte) {
  const auto said = whole_conversation();
  for (const bool by_a : {true, false}) {
    std::vector<std::uint8_t> stream;
    Messages messages;
    for (const Line::Said& one : said) {
      if (one.by_a != by_a) continue;
      messages.push_back(one.message);
      proto::append_frame(stream, proto::Framing::kPeer, one.message);
    }
    std::size_t tried = messages.size();
    for (std::size_t cut = 0; cut < stream.size(); ++cut) {
      proto::FrameReader reader(proto::Framing::kPeer, proto::kPeerFrameLimit);
      reader.feed(std::span(stream).first(cut));
      std::size_t whole = 0;
      for (Bytes message; reader.next(message) == proto::FrameReader::Next::kMessage; ++whole)
        ASSERT_EQ(message, messages.at(whole));
      if (std::exchange(tried, whole) == whole) continue;
      SCOPED_TRACE(cut);
      Two two(*this);
      {
        Line line = two.line();
        std::size_t arrived = 0;
        line.meddle = [&](const Line::Said& one) {
          return one.by_a == by_a && arrived++ >= whole ? Messages{} : Messages{one.message};
        };
        line.until_quiet(1000);
      }
      expect_meet(two);
    }
  }
}

TEST_F(CutTest, EachMessageLost) {
  meddle_with_each([](const Line::Said&) { return Messages{}; });
}

TEST_F(CutTest, EachMessageDoubled) {
  meddle_with_each([](const Line::Said& said) { return Messages{said.message, said.message}; });
}

TEST_F(CutTest, EachMessageCutShort) {
  meddle_with_each(
      [](const Line::Said& said) { return Messages{Bytes(said.message.begin(), said.message.end() - 1)}; });
}

TEST_F(CutTest, EachMessageHeldBackBehindTheNext) {
  const std::size_t length = whole_conversation().size();
  for (std::size_t at = 0; at < length; ++at) {
    SCOPED_TRACE(at);
    Two two(*this);
    {
      Line line = two.line();
      std::optional<Line::Said> held;
      line.meddle = [&](const Line::Said& said) -> Messages {
        if (line.transcript.size() == at + 1) {
          held = said;
          return {};
        }
        if (!held || held->by_a != said.by_a) return {said.message};
        return {said.message, std::exchange(held, std::nullopt)->message};
      };
      line.until_quiet(1000);
    }
    expect_meet(two);
  }
}

TEST_F(CutTest, SeededDisorderNeverLosesARecord) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    Two two(*this);
    {
      Line line = two.line();
      std::vector<Line::Said> held;
      line.meddle = [&](const Line::Said& said) {
        Messages now;
        if (random() % 4 != 0) now.push_back(said.message);
        if (random() % 4 == 0) held.push_back(said);
        if (!held.empty() && random() % 2 == 0 && held.front().by_a == said.by_a) {
          now.push_back(held.front().message);
          held.erase(held.begin());
        }
        return now;
      };
      line.until_quiet(1000);
    }
    expect_meet(two);
  }
}

}  // namespace
}  // namespace duolog::sync::testing
