// What is found on its way to a daemon played by hand: it takes 4 MiB at once, and an event holds one.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/import/taking_in.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "proto/control.pb.h"
#include "proto/frame_codec.h"
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

}  // namespace
}  // namespace duolog::client
