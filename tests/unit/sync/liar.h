// liar.h: a partner who passed the handshake and lies in everything after it; what the liar_*_test.cc stand on.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/unit/sync/line.h"

namespace duolog::sync::testing {

struct LiarTest : ::testing::Test {
  Home ada{people().laptop};
  Liar bo{ada};

  store::FrontierEntry ours(std::uint64_t seq) {
    return {ada.id(), seq, *ada.log().id_at(people().journal, ada.id(), seq)};
  }
  // A frontier of the laptop and of what the liar says of its own log.
  static store::Frontier frontier(store::FrontierEntry laptop, store::FrontierEntry desk) {
    store::Frontier both{std::move(laptop), std::move(desk)};
    std::sort(both.begin(), both.end(), [](const auto& a, const auto& b) { return a.device < b.device; });
    return both;
  }
  static store::FrontierEntry nothing(const crypto::DeviceKeys& device) { return Liar::nothing_of(device); }
  static store::FrontierEntry invented(const crypto::DeviceKeys& device, std::uint64_t seq) {
    return {device.id(), seq, RecordId{{9, 9, 9}}};
  }
  static sync::Run run_of(const crypto::DeviceKeys& author, std::size_t count) {
    crypto::ChainPosition at{1, crypto::first_prev(people().journal, author.id())};
    return {author.id(), 1, write_run(author, at, count)};
  }
  void expect_violation() {
    EXPECT_EQ(bo.session.reason(), Parting::kViolation);
    EXPECT_FALSE(bo.session.detail().empty());
    EXPECT_FALSE(bo.session.next().has_value());  // not a word
  }
  void expect_refused() {
    EXPECT_EQ(bo.session.reason(), Parting::kRefusedRun) << bo.session.detail();
    EXPECT_FALSE(bo.session.next().has_value());
    EXPECT_EQ(ada.held(people().desk), 0U);
    EXPECT_TRUE(ada.stored.empty());
  }
  void expect_patience() { EXPECT_EQ(bo.session.reason(), Parting::kNone) << bo.session.detail(); }
};

}  // namespace duolog::sync::testing
