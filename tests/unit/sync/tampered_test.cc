// tampered_test.cc: a true run of each kind of record, changed on its way to us by a partner or by a disk: every bit,
// every cut, every order. All of it is refused in the same way, nothing is stored, and the true run is taken
// afterwards.
//
// The quick tier flips every bit; at night every byte of a head takes every other value, too.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/epoch.h"
#include "tests/unit/sync/line.h"

namespace duolog::sync::testing {
namespace {

bool nightly() {
  const char* tier = std::getenv("DUOLOG_TIER");
  return tier != nullptr && std::string_view(tier) == "nightly";
}

class ATamperedRun : public ::testing::TestWithParam<crypto::RecordKind> {
 protected:
  // Bo's: something before, one record of this kind, something after.
  ATamperedRun() {
    before_ = write_run(people().desk, at_, 1);
    middle_ = make(GetParam());
    at_ = {at_.seq + 1, crypto::record_id(people().journal, middle_.head)};
    after_ = write_run(people().desk, at_, 1);
  }
  crypto::Record make(crypto::RecordKind kind) {
    if (kind == crypto::RecordKind::kEpoch) {
      const auto psk = crypto::epoch_psk(people().secret);
      const std::vector<crypto::EpochRecipient> slots{{people().laptop.public_keys().wrap, &psk}};
      return crypto::make_epoch_record(people().journal, people().desk, at_, people().epoch,
                                       crypto::make_epoch(people().journal, people().secret, 1, slots, {}));
    }
    return crypto::make_event_record(people().journal, people().desk, kind, at_, people().epoch,
                                     crypto::record_key(people().secret, people().desk.id()), Bytes(20, 'x'));
  }
  [[nodiscard]] sync::Run run(crypto::Record middle) const {
    return {people().desk.id(), 1, {before_[0], std::move(middle), after_[0]}};
  }

  // What the other side, and whoever watches the line, can see of a run that is refused: the end, and no word.
  void expect_refused(const sync::Run& run, std::size_t place) {
    Liar bo(ada);
    bo.greet();
    while (bo.session.next()) {
    }
    bo.say(run);
    ASSERT_EQ(bo.session.reason(), Parting::kRefusedRun) << place;
    ASSERT_FALSE(bo.session.next().has_value()) << place;
    ASSERT_EQ(ada.held(people().desk), 0U) << place;
    ASSERT_EQ(ada.log().record_count(people().journal), 0U) << place;
    ASSERT_TRUE(ada.stored.empty()) << place;
    ++refused_;
  }
  void expect_the_true_one_is_taken() {
    Liar bo(ada);
    bo.greet();
    bo.say(run(middle_));
    EXPECT_EQ(bo.session.reason(), Parting::kNone) << bo.session.detail();
    EXPECT_EQ(ada.held(people().desk), 3U);
  }
  static void flip(std::span<std::uint8_t> bytes, std::size_t bit) {
    bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] ^ 1 << (bit % 8));
  }

  Home ada{people().laptop};
  crypto::ChainPosition at_{1, crypto::first_prev(people().journal, people().desk.id())};
  std::vector<crypto::Record> before_;
  crypto::Record middle_;
  std::vector<crypto::Record> after_;
  std::size_t refused_ = 0;
};

TEST_P(ATamperedRun, IsRefusedWithAnyBitOfAHeadFlipped) {
  for (std::size_t place = 0; place < middle_.head.size(); ++place) {
    for (unsigned mask = 1; mask < 256; mask = nightly() ? mask + 1 : mask << 1) {
      crypto::Record bad = middle_;
      bad.head[place] = static_cast<std::uint8_t>(bad.head[place] ^ mask);
      expect_refused(run(bad), place);
      if (HasFatalFailure()) return;
    }
  }
  EXPECT_EQ(refused_, (nightly() ? 255 : 8) * crypto::kSignedHeaderLength);
  expect_the_true_one_is_taken();
}

TEST_P(ATamperedRun, IsRefusedWithAnyBitOfABodyFlipped) {
  for (std::size_t bit = 0; bit < 8 * middle_.body->size(); ++bit) {
    crypto::Record bad = middle_;
    flip(*bad.body, bit);
    expect_refused(run(bad), bit);
    if (HasFatalFailure()) return;
  }
  expect_the_true_one_is_taken();
}

TEST_P(ATamperedRun, IsRefusedWithABodyCutAnywhere) {
  for (std::size_t length = 0; length < middle_.body->size(); ++length) {
    crypto::Record bad = middle_;
    bad.body->resize(length);
    expect_refused(run(bad), length);
    if (HasFatalFailure()) return;
  }
  expect_the_true_one_is_taken();
}

TEST_P(ATamperedRun, IsRefusedWithItsRecordsInAnotherOrderOrLeftOut) {
  const std::vector<crypto::Record> good = run(middle_).records;
  const std::vector<std::vector<std::size_t>> orders{{1, 0, 2}, {0, 2, 1}, {2, 1, 0}, {1, 2},       {0, 2},
                                                     {0, 0, 1}, {0, 1, 1}, {1},       {0, 1, 2, 2}, {2}};
  for (const auto& order : orders) {
    sync::Run bad{people().desk.id(), 1, {}};
    for (const std::size_t i : order) bad.records.push_back(good[i]);
    expect_refused(bad, order.size());
  }
  expect_the_true_one_is_taken();
}

TEST_P(ATamperedRun, OfAnotherJournalOrAuthorIsRefused) {
  crypto::Record other = middle_;
  const auto& stranger = people().stranger;
  const auto stolen = crypto::make_event_record(people().journal, stranger, crypto::RecordKind::kEvent,
                                                {2, crypto::record_id(people().journal, before_[0].head)},
                                                people().epoch, crypto::record_key(people().secret, stranger.id()), {});
  expect_refused(run(stolen), 0);
  std::copy(stolen.head.end() - 64, stolen.head.end(), other.head.end() - 64);  // a signature by another key
  expect_refused(run(other), 1);
  const JournalId elsewhere{{9}};
  const auto foreign = crypto::make_event_record(
      elsewhere, people().desk, crypto::RecordKind::kEvent, {2, crypto::record_id(people().journal, before_[0].head)},
      people().epoch, crypto::record_key(people().secret, people().desk.id()), {});
  expect_refused({people().desk.id(), 1, {before_[0], foreign}}, 2);
  expect_the_true_one_is_taken();
}

INSTANTIATE_TEST_SUITE_P(OfEachKind, ATamperedRun,
                         ::testing::Values(crypto::RecordKind::kEvent, crypto::RecordKind::kEpoch,
                                           crypto::RecordKind::kMembership),
                         [](const auto& each) {
                           return each.param == crypto::RecordKind::kEvent   ? "Event"
                                  : each.param == crypto::RecordKind::kEpoch ? "Epoch"
                                                                             : "Membership";
                         });

}  // namespace
}  // namespace duolog::sync::testing
