// What is found on its way to a daemon played by hand: it takes 4 MiB at once, and an event holds one.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/import/taking_in.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "proto/control.pb.h"
#include "proto/frame_codec.h"
#include "tests/unit/client/foreign_files.h"
#include "tests/unit/client/hand_daemon.h"

namespace duolog::client {
namespace {

constexpr std::size_t kLarge = 900'000;

Found answer(std::size_t bytes) {
  Found found;
  found.key = "its own name";
  found.practice = "checkin";
  found.fields.push_back({"highlight", std::string(bytes, 'x'), {}});
  return found;
}

class TakingItIn : public WithHandDaemon {
 protected:
  bool is_kept(const Found& found) { return can_be_kept(found, findings_); }
  Daemon daemon_{home_.string(), AutoStart::kNever};
  Findings findings_;
};

TEST_F(TakingItIn, SendsBeforeTheFrameOverflowsWhateverTheWordsStandIn) {
  daemon_does([](int listening) {
    const Visitor visitor(listening);
    std::size_t longest = 0;
    for (;;) {
      const auto request = visitor.hear();
      longest = std::max(longest, request.ByteSizeLong());
      control::Reply reply;
      reply.set_last(true);
      auto& imported = *reply.mutable_imported();
      imported.set_written(static_cast<std::uint32_t>(request.import().items_size()));
      imported.set_journal(std::to_string(longest));  // of all requests so far
      visitor.say(reply);
    }
  });
  TakingIn taking(daemon_, "", "duolog", false, findings_);
  for (int i = 0; i < 6; ++i) {
    taking.take(answer(kLarge), 0);
    Found tagged;
    tagged.text = "short";
    tagged.tags.assign(10'000, std::string(64, 't'));
    taking.take(std::move(tagged), 0);
  }
  taking.finish();
  EXPECT_EQ(taking.result().written, 12U);
  EXPECT_LE(std::stoul(taking.result().journal), proto::kControlLimit);
}

TEST_F(TakingItIn, WhatNoEventHoldsIsToldAndNotSent) {
  EXPECT_TRUE(is_kept(answer(kLarge)));
  EXPECT_TRUE(findings_.missed().empty());
  Found listed = answer(0), tagged, named, practice;
  listed.fields[0].items.assign(20, std::string(kLarge / 10, 'x'));
  tagged.tags.assign(20, std::string(kLarge / 10, 'x'));
  named.key = std::string(5 << 20, 'k');
  practice.toml = std::string(5 << 20, 't');
  for (const auto& found : {answer(5 << 20), listed, tagged, named, practice}) EXPECT_FALSE(is_kept(found));
  ASSERT_EQ(findings_.missed().size(), 1U);
  EXPECT_EQ(findings_.missed()[0].count, 5U);
}

// ---- files that go with entries ----

// What a daemon heard, in words, and how it answers: of a batch the items that say "old" are there already, and those
// that say "refused" are.
class HeardByHand {
 public:
  explicit HeardByHand(const Visitor& visitor) : visitor_(visitor) {}
  void answer(const control::Request& request) {
    control::Reply reply;
    reply.set_last(true);
    if (request.has_attach()) heard_ += " attach " + request.attach().name();
    if (request.has_attach_piece()) {
      heard_ += " " + std::to_string(request.attach_piece().data().size());
      stored_ += static_cast<std::uint32_t>(request.attach_piece().data().size());
    } else {
      stored_ = 0;
    }
    reply.mutable_attach()->set_stored(stored_);
    if (request.has_import()) take(request.import(), *reply.mutable_imported());
    visitor_.say(reply);
  }

 private:
  void take(const control::Import& import, control::Imported& imported) {
    heard_ += import.try_only() ? " try" : " write";
    for (const auto& item : import.items()) {
      heard_ += " " + item.text() + ":" + std::to_string(item.attachments());
      auto& taken = *imported.add_items();
      taken.set_already_there(item.text() == "old");
      if (item.text() == "refused") taken.mutable_refused()->set_code(control::Error::BAD_DATE);
    }
    imported.set_journal(heard_);
  }
  const Visitor& visitor_;
  std::string heard_;
  std::uint32_t stored_ = 0;
};

class TakingInFiles : public TakingItIn {
 protected:
  TakingInFiles() {
    daemon_does([](int listening) {
      const Visitor visitor(listening);
      HeardByHand heard(visitor);
      for (;;) heard.answer(visitor.hear());
    });
  }
  void put(const std::string& name, const std::string& bytes) {
    std::ofstream(folder_.path() / name, std::ios::binary) << bytes;
  }
  // What the daemon heard of these.
  std::string take(std::vector<Found> all, bool try_only = false) {
    const auto files = open_files(place_.empty() ? folder_.path() : folder_.path() / place_);
    for (auto& found : all)
      for (auto& medium : found.media) medium.size = files->find(medium.place)->size;
    TakingIn taking(daemon_, "", "day-one", try_only, findings_,
                    {files.get(), [this](std::uint64_t bytes) { told_ = bytes; }});
    for (auto& found : all) taking.take(std::move(found), 0);
    if (before_the_end_) before_the_end_();
    taking.finish();
    attached_ = taking.result().attached;
    return taking.result().journal;
  }
  static Found entry(const std::string& text, std::vector<std::string> names = {}) {
    Found found;
    found.text = text;
    for (auto& name : names) found.media.push_back({"my " + name, name, 0});
    return found;
  }
  testing::TemporaryFolder folder_;
  std::string place_;
  std::function<void()> before_the_end_;
  std::uint64_t told_ = 0;
  std::size_t attached_ = 0;
};

TEST_F(TakingInFiles, GoBeforeTheBatchAndOnlyWithWhatIsNew) {
  put("a.jpg", std::string((256 << 10) + 3, 'a'));
  put("b.jpg", "");
  put("c.jpg", "ccccc");
  EXPECT_EQ(take({entry("new", {"a.jpg", "b.jpg"}), entry("old", {"c.jpg"}), entry("plain"), entry("too", {"a.jpg"})}),
            " try new:2 old:1 plain:0 too:1 attach my a.jpg 262144 3 attach my b.jpg attach my a.jpg 262144 3"
            " write new:2 old:0 plain:0 too:1");
  EXPECT_EQ(attached_, 3U);
  EXPECT_EQ(told_, 2 * ((256U << 10) + 3) + 5);
}

TEST_F(TakingInFiles, ABatchWithoutThemIsSentOnce) {
  EXPECT_EQ(take({entry("new"), entry("old")}), " write new:0 old:0");
}

TEST_F(TakingInFiles, OfATrialNoneIsSentAndAllAreCounted) {
  put("a.jpg", "aaa");
  EXPECT_EQ(take({entry("new", {"a.jpg"}), entry("old", {"a.jpg"})}, true), " try new:1 old:1");
  EXPECT_EQ(attached_, 1U);
  EXPECT_EQ(told_, 6U);
}

TEST_F(TakingInFiles, ABatchTakesSixtyFour) {
  put("a.jpg", "a");
  put("b.jpg", "b");
  std::vector<Found> all;
  for (int i = 0; i < 33; ++i) all.push_back(entry("e" + std::to_string(i), {"a.jpg", "b.jpg"}));
  const auto heard = take(std::move(all));
  EXPECT_NE(heard.find(" write e0:2 "), std::string::npos);
  EXPECT_NE(heard.find(" e31:2 try e32:2 attach"), std::string::npos) << heard;
  EXPECT_EQ(attached_, 66U);
}

TEST_F(TakingInFiles, OneThatHasRottedIsToldAndKeepsNothingElseOut) {
  ZipMaker zip;
  zip.add("a.jpg", "a good picture");
  zip.add("b.jpg", "a picture that rots");
  auto bytes = zip.bytes();
  bytes[bytes.find("rots")] = 'R';
  put(place_ = "a.zip", bytes);
  EXPECT_EQ(take({entry("new", {"b.jpg", "a.jpg"}), entry("too", {"b.jpg"})}),
            " try new:2 too:1 attach my b.jpg attach my a.jpg 14 attach my b.jpg write new:1 too:0");
  ASSERT_EQ(findings_.missed().size(), 1U);
  EXPECT_EQ(findings_.missed()[0].what, "pictures and files that cannot be read");
  EXPECT_EQ(findings_.missed()[0].count, 2U);
}

TEST_F(TakingInFiles, OfWhatIsRefusedAreToldWithIt) {
  put("a.jpg", "aaa");
  take({entry("new", {"a.jpg"}), entry("refused", {"a.jpg", "a.jpg"}), entry("refused")});
  EXPECT_EQ(attached_, 1U);
  ASSERT_EQ(findings_.missed().size(), 2U);
  EXPECT_EQ(findings_.missed()[0].count, 2U) << "the entries";
  EXPECT_EQ(findings_.missed()[1].what, "files of entries that were not taken in");
  EXPECT_EQ(findings_.missed()[1].count, 2U);
}

TEST_F(TakingInFiles, OneThatGrowsOrGoesWhileItIsTakenInIsLeftOut) {
  put("a.jpg", "aaa");
  put("b.jpg", "bbb");
  put("c.jpg", "ccc");
  before_the_end_ = [this] {
    put("a.jpg", "aaaa");
    std::filesystem::remove(folder_.path() / "b.jpg");
  };
  const auto heard = take({entry("new", {"a.jpg", "b.jpg", "c.jpg"})});
  EXPECT_TRUE(heard.ends_with(" attach my c.jpg 3 write new:1")) << heard;
  EXPECT_EQ(findings_.missed().at(0).count, 2U);
}

}  // namespace
}  // namespace duolog::client
