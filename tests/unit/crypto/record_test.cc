// record_test.cc: runs that hold and every way in which they do not.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/record.h"

#include "crypto/epoch.h"
#include "damage.h"
#include "people.h"

namespace duolog::crypto::testing {
namespace {

class RunTest : public ::testing::Test {
 protected:
  People people_;
  EpochSecret secret_ = EpochSecret::random();
  EpochId epoch_ = epoch_id(people_.journal, secret_);
  RecordKey key_ = record_key(secret_, people_.laptop.id());
  ChainPosition start_{1, first_prev(people_.journal, people_.laptop.id())};
  ChainPosition next_ = start_;

  Record append(std::string_view text) {
    return advance(
        make_event_record(people_.journal, people_.laptop, RecordKind::kEvent, next_, epoch_, key_, as_bytes(text)));
  }
  Record append_epoch(Bytes body) {
    return advance(make_epoch_record(people_.journal, people_.laptop, next_, epoch_, std::move(body)));
  }
  Record advance(Record record) {
    next_ = {next_.seq + 1, record_id(people_.journal, record.head)};
    return record;
  }
  std::vector<Record> append_many(std::size_t count) {
    std::vector<Record> run;
    for (std::size_t i = 0; i < count; ++i) run.push_back(append("entry " + std::to_string(i)));
    return run;
  }

  // What is wrong with the run; nullopt when it holds.
  [[nodiscard]] std::optional<RunFault> fault(const std::vector<Record>& run) const { return fault(run, start_); }
  [[nodiscard]] std::optional<RunFault> fault(const std::vector<Record>& run, const ChainPosition& from) const {
    const auto result = verify_run(people_.journal, people_.laptop.id(), people_.laptop.public_keys().sign, from, run);
    if (const auto* fault = std::get_if<RunFault>(&result)) return *fault;
    EXPECT_EQ(std::get<VerifiedRun>(result).ids.size(), run.size());
    return std::nullopt;
  }
  static void set_head(Record& record, ByteView head) { std::copy(head.begin(), head.end(), record.head.begin()); }
};

TEST_F(RunTest, HoldsAndNamesItsRecords) {
  const std::vector<Record> run = append_many(3);
  const auto result = verify_run(people_.journal, people_.laptop.id(), people_.laptop.public_keys().sign, start_, run);
  const auto& verified = std::get<VerifiedRun>(result);
  EXPECT_EQ(verified.ids.back(), record_id(people_.journal, run.back().head));
  EXPECT_EQ(verified.headers[1].seq, 2U);
  EXPECT_EQ(verified.headers[2].prev, verified.ids[1]);
}

TEST_F(RunTest, ContinuesWhereTheChainStands) {
  append_many(2);
  const ChainPosition from = next_;
  EXPECT_EQ(fault(append_many(2), from), std::nullopt);
}

TEST_F(RunTest, EveryBitOfHeaderAndSignatureIsBound) {
  const Record good = append("words");
  expect_each_bit_flip_refused(good.head, [&](ByteView bad) {
    Record record = good;
    set_head(record, bad);
    return fault({record}).has_value();
  });
}

TEST_F(RunTest, EveryByteOfAnInnerHeaderAndSignatureIsBound) {
  const std::vector<Record> run = append_many(3);
  expect_each_flip_refused(run[1].head, [&](ByteView bad) {
    std::vector<Record> spoilt = run;
    set_head(spoilt[1], bad);
    return fault(spoilt).has_value();
  });
}

TEST_F(RunTest, AnInnerSignatureBrokenBreaksTheChain) {
  std::vector<Record> run = append_many(3);
  run[1].head[kHeaderLength + 6] ^= 1;
  EXPECT_EQ(fault(run), RunFault::kBrokenChain);
}

TEST_F(RunTest, TheLastSignatureBrokenIsRefused) {
  std::vector<Record> run = append_many(3);
  run[2].head[kHeaderLength + 6] ^= 1;
  EXPECT_EQ(fault(run), RunFault::kBadSignature);
}

TEST_F(RunTest, EveryByteOfABodyIsBound) {
  const Record good = append("words");
  expect_each_flip_refused(*good.body, [&](ByteView bad) { return fault({{good.head, to_bytes(bad)}}).has_value(); });
}

TEST_F(RunTest, CutAtEveryByteOfItsLastRecordIsRefused) {
  const std::vector<Record> run = append_many(2);
  expect_each_cut_refused(run[1].head, [](ByteView bad) { return !decode_header(bad); });
  expect_each_cut_refused(*run[1].body,
                          [&](ByteView bad) { return fault({run[0], {run[1].head, to_bytes(bad)}}).has_value(); });
}

TEST_F(RunTest, WithoutItsFirstOrAnInnerRecordIsRefused) {
  const std::vector<Record> run = append_many(5);
  for (std::size_t missing = 0; missing + 1 < run.size(); ++missing) {
    std::vector<Record> shorter = run;
    shorter.erase(shorter.begin() + static_cast<std::ptrdiff_t>(missing));
    EXPECT_EQ(fault(shorter), RunFault::kGap) << missing;
  }
}

// A tail cannot be missed: what comes before is a chain of its own. It is the frontier that asks for the rest.
TEST_F(RunTest, WithoutItsTailIsAShorterRun) {
  const std::vector<Record> run = append_many(3);
  EXPECT_EQ(fault({run[0], run[1]}), std::nullopt);
}

TEST_F(RunTest, RecordsInAnotherOrderAreRefused) {
  std::vector<Record> run = append_many(3);
  std::swap(run[0], run[1]);
  EXPECT_EQ(fault(run), RunFault::kGap);
}

TEST_F(RunTest, AnotherJournalDeviceOrKeyIsRefused) {
  const std::vector<Record> run = append_many(1);
  const auto& laptop = people_.laptop.public_keys();
  const auto check = [&](const JournalId& journal, const DeviceId& device, const SignPublic& key) {
    return std::get<RunFault>(verify_run(journal, device, key, start_, run));
  };
  EXPECT_EQ(check(JournalId{}, laptop.id(), laptop.sign), RunFault::kBadSignature);
  EXPECT_EQ(check(people_.journal, people_.phone.id(), laptop.sign), RunFault::kOtherDevice);
  EXPECT_EQ(check(people_.journal, laptop.id(), people_.phone.public_keys().sign), RunFault::kBadSignature);
}

TEST_F(RunTest, AForkIsRefusedByItsLink) {
  append("one");
  const ChainPosition at = next_;
  const Record mine = append("mine");
  next_ = at;
  append("the clone's");
  const Record after = append("after the clone's");
  EXPECT_EQ(fault({mine, after}, at), RunFault::kBrokenChain);
}

TEST_F(RunTest, AnEmptyRunIsRefused) { EXPECT_EQ(fault({}), RunFault::kEmpty); }

TEST_F(RunTest, The1024thRecordIsAcceptedAndOneMoreIsNot) {
  std::vector<Record> run = append_many(kRunLimit);
  EXPECT_EQ(fault(run), std::nullopt);
  run.push_back(append("one more"));
  EXPECT_EQ(fault(run), RunFault::kTooLong);
}

TEST_F(RunTest, ThreeMebibytesAreAcceptedAndOneByteMoreIsNot) {
  const std::size_t rest = kRunBytesLimit - 2 * kBodyLimit - 3 * kSignedHeaderLength;
  std::vector<Record> run{append_epoch(Bytes(kBodyLimit)), append_epoch(Bytes(kBodyLimit))};
  const ChainPosition last = next_;
  run.push_back(append_epoch(Bytes(rest)));
  EXPECT_EQ(fault(run), std::nullopt);
  next_ = last;
  run.back() = append_epoch(Bytes(rest + 1));
  EXPECT_EQ(fault(run), RunFault::kTooLong);
}

TEST_F(RunTest, ABodyLengthBeyondTheLimitIsMalformed) {
  Record record = append("words");
  record.body.reset();
  const auto set_length = [&](std::uint32_t length) {
    Bytes bytes;
    append_u32(bytes, length);
    std::copy(bytes.begin(), bytes.end(), record.head.begin() + 4);
    return decode_header(record.head).has_value();
  };
  EXPECT_TRUE(set_length(kBodyLimit));
  EXPECT_FALSE(set_length(kBodyLimit + 1));
  EXPECT_EQ(fault({record}), RunFault::kMalformed);
}

TEST_F(RunTest, SeqZeroAndBeyondTheLimitAreMalformed) {
  const auto decodes = [&](std::uint64_t seq) {
    next_.seq = seq;
    return decode_header(append("words").head).has_value();
  };
  EXPECT_FALSE(decodes(0));
  EXPECT_TRUE(decodes(kSeqLimit));
  EXPECT_FALSE(decodes(kSeqLimit + 1));
}

TEST_F(RunTest, AnUnknownVersionOrKindIsMalformed) {
  const Record good = append("words");
  for (const std::size_t at : {0U, 1U})
    for (const int value : {0, 4, 255}) {
      Record record = good;
      record.head[at] = static_cast<std::uint8_t>(value);
      EXPECT_EQ(fault({record}), RunFault::kMalformed) << at << " " << value;
    }
}

TEST_F(RunTest, AnErasedBodyLeavesTheChainWhole) {
  std::vector<Record> run = append_many(3);
  run[0].body.reset();
  run[2].body.reset();
  EXPECT_EQ(fault(run), std::nullopt);
}

TEST_F(RunTest, EpochsAndMembershipEventsMustHaveTheirBody) {
  Record epoch = append_epoch(Bytes(10));
  epoch.body.reset();
  EXPECT_EQ(fault({epoch}), RunFault::kBodyMissing);
  next_ = start_;
  Record membership = advance(make_event_record(people_.journal, people_.laptop, RecordKind::kMembership, next_, epoch_,
                                                key_, as_bytes("added")));
  EXPECT_EQ(fault({membership}), std::nullopt);
  membership.body.reset();
  EXPECT_EQ(fault({membership}), RunFault::kBodyMissing);
}

TEST_F(RunTest, OpensWithItsEpochsKeyAlone) {
  const Record record = append("words");
  EXPECT_EQ(open_record(people_.journal, key_, record.head, *record.body), to_bytes(as_bytes("words")));
  const RecordKey other = record_key(EpochSecret::random(), people_.laptop.id());
  EXPECT_FALSE(open_record(people_.journal, other, record.head, *record.body));
  EXPECT_FALSE(open_record(JournalId{}, key_, record.head, *record.body));
}

TEST_F(RunTest, ABodyDoesNotOpenUnderAHeaderThatIsNotItsOwn) {
  const Record record = append("words");
  const Bytes header = to_bytes(ByteView(record.head).first(kHeaderLength));
  expect_each_bit_flip_refused(header, [&](ByteView bad) {
    SignedHeader head = record.head;
    std::copy(bad.begin(), bad.end(), head.begin());
    return !open_record(people_.journal, key_, head, *record.body);
  });
}

TEST_F(RunTest, WithoutItsHashABodyOpensForItsOwnPlaceAlone) {
  const Record record = append("words");
  const auto opens = [&](const SignedHeader& head, ByteView body) {
    return open_unhashed_record(people_.journal, key_, head, body).has_value();
  };
  SignedHeader other_hash = record.head;
  other_hash[112] ^= 1;
  EXPECT_TRUE(opens(other_hash, *record.body));
  expect_each_bit_flip_refused(to_bytes(ByteView(record.head).first(112)), [&](ByteView bad) {
    SignedHeader head = record.head;
    std::copy(bad.begin(), bad.end(), head.begin());
    return !opens(head, *record.body);
  });
  expect_each_bit_flip_refused(*record.body, [&](ByteView bad) { return !opens(record.head, bad); });
}

TEST_F(RunTest, AnEventOfAMebibyteFitsARecord) {
  const std::string longest(kEventLimit, 'w');
  const Record record = append(longest);
  EXPECT_LE(record.body->size(), kBodyLimit);
  EXPECT_EQ(fault({record}), std::nullopt);
  EXPECT_EQ(open_record(people_.journal, key_, record.head, *record.body), to_bytes(as_bytes(longest)));
}

// Another program sealed it with our key, well within the limit of a body.
TEST_F(RunTest, AnEventBeyondAMebibyteIsNotOpened) {
  const auto opens = [&](std::size_t length) {
    const Bytes padded = pad(Bytes(length, 'w'), kEventPadFloor);
    SignedHeader head = append("words").head;
    Bytes body_length;
    append_u32(body_length, static_cast<std::uint32_t>(padded.size() + kSealOverhead));
    std::copy(body_length.begin(), body_length.end(), head.begin() + 4);
    Bytes ad = to_bytes(as_bytes("duolog1:rec"));
    duolog::append(ad, people_.journal.bytes);
    duolog::append(ad, ByteView(head).first(112));
    const Bytes body = seal(key_.view(), ad, padded);
    const auto body_hash = hash_bytes("rec.body", {body});
    std::copy(body_hash.begin(), body_hash.end(), head.begin() + 112);
    return open_record(people_.journal, key_, head, body).has_value();
  };
  EXPECT_TRUE(opens(kEventLimit));
  EXPECT_FALSE(opens(kEventLimit + 1));
}

using RunDeathTest = RunTest;
TEST_F(RunDeathTest, OurOwnEventBeyondTheLimitStopsBeforeItIsWritten) {
  EXPECT_DEATH(append(std::string(kEventLimit + 1, 'w')), "cannot hold this event");
}

TEST_F(RunTest, ShortEventsAllLookAlike) { EXPECT_EQ(append("").body->size(), append("a few words").body->size()); }

TEST(RunFaultText, EveryFaultIsDescribed) {
  for (int fault = 0; fault <= static_cast<int>(RunFault::kBadSignature); ++fault)
    EXPECT_NE(describe(static_cast<RunFault>(fault)), "unknown fault");
}

}  // namespace
}  // namespace duolog::crypto::testing
