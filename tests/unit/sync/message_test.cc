// message_test.cc: what decode() takes and what it does not: each maximum, one more, every cut, every flipped byte.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/noise.h"
#include "proto/wire.pb.h"
#include "tests/unit/sync/homes.h"

namespace duolog::sync::testing {
namespace {

bool refused(ByteView bytes) {
  try {
    decode(bytes);
    return false;
  } catch (const ProtocolError& error) {
    return !std::string_view(error.what()).empty();
  }
}
template <class Kind>
bool survives(const Kind& message) {
  return !refused(encode(message));
}

DeviceId device(std::size_t number) {
  return DeviceId{{static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)}};
}
Claim claim_of(std::size_t devices, std::uint64_t seq = 9) {
  Claim claim;
  for (std::size_t i = 0; i < devices; ++i) claim.entries.push_back({device(i), seq, RecordId{{5}}});
  return claim;
}
std::vector<std::uint64_t> seqs(std::size_t count) {
  std::vector<std::uint64_t> all;
  while (all.size() < count) all.push_back(all.size() + 1);
  return all;
}
sync::Run run_of(std::size_t count, std::size_t body) {
  return {device(1), 1, std::vector(count, crypto::Record{{}, Bytes(body)})};
}

// One of each kind, small and complete.
std::vector<Bytes> each_kind() {
  Claim claim = claim_of(2);
  claim.missing[device(1)] = {3, 7};
  const crypto::SignedHeader head{};
  EpochGive gift;
  gift.secrets.assign(2, ByteArray<32>{7});
  return {encode(Hello{kVersion, device(1), -5, {"host:1"}, claim}),
          encode(claim),
          encode(Certs{{{crypto::Certificate{Bytes(40, 1), {}}}}}),
          encode(run_of(2, 30)),
          encode(BodyWant{device(1), {1, 2, 300}}),
          encode(HeadWant{device(1), 4, 1024}),
          encode(Heads{device(1), 4, {head}}),
          encode(store::ForkProof{device(1), 4, {head}, {head, head}}),
          encode(Ping{}),
          encode(Bye{2}),
          encode(BlobWant{{ChunkId{{1}}}}),
          encode(BlobGive{ChunkId{{1}}, Bytes(40, 2)}),
          encode(EpochWant{{EpochId{{1}}, EpochId{{2}}}}),
          encode(gift)};
}

TEST(Message, EachKindComesBackAsItWent) {
  const auto all = each_kind();
  for (std::size_t kind = 0; kind < all.size(); ++kind) EXPECT_EQ(decode(all[kind]).index(), kind);
  const auto hello = std::get<Hello>(decode(all[0]));
  EXPECT_EQ(hello.time_ms, -5);
  EXPECT_EQ(hello.claim, std::get<Claim>(decode(all[1])));
  EXPECT_EQ(hello.claim.missing.at(device(1)), (std::vector<std::uint64_t>{3, 7}));
  EXPECT_EQ(std::get<sync::Run>(decode(all[3])).records, run_of(2, 30).records);
  EXPECT_EQ(std::get<store::ForkProof>(decode(all[7])).theirs.size(), 2U);
}

TEST(Message, WithoutABodyIsNotWithAnEmptyOne) {
  sync::Run run = run_of(2, 0);
  run.records[0].body.reset();
  EXPECT_EQ(std::get<sync::Run>(decode(encode(run))).records, run.records);
}

// A run is written and read by hand; protobuf is the judge of both.
TEST(Message, ARunIsSpelledAsProtobufSpellsIt) {
  for (const std::size_t body : {0U, 1U, 100U, 127U, 128U, 16'383U, 70'000U}) {
    for (const std::uint64_t start :
         {std::uint64_t{1}, std::uint64_t{127}, std::uint64_t{128}, crypto::kSeqLimit - 9}) {
      sync::Run run = run_of(3, body);
      run.start = start;
      run.records[1].body.reset();
      run.records[2].head.fill(0xff);
      wire::Frame frame;
      wire::Records& records = *frame.mutable_records();
      records.set_device(run.device.bytes.data(), run.device.bytes.size());
      records.set_start_seq(start);
      for (const crypto::Record& record : run.records) {
        wire::SealedRecord& one = *records.add_records();
        one.set_head(record.head.data(), record.head.size());
        if (record.body) one.set_body(record.body->data(), record.body->size());
      }
      EXPECT_EQ(as_text(encode(run)), frame.SerializeAsString()) << body << " " << start;
      const auto read = std::get<sync::Run>(decode(as_bytes(frame.SerializeAsString())));
      EXPECT_EQ(read.device, run.device);
      EXPECT_EQ(read.start, start);
      EXPECT_EQ(read.records, run.records);
    }
  }
}

TEST(Message, OfARunTheLastOfAFieldCountsAndWhatIsNotKnownIsSkipped) {
  const std::string head(crypto::kSignedHeaderLength, 'h');
  wire::SealedRecord first, again;
  first.set_head("too short");
  first.set_body("first");
  again.set_head(head);
  again.set_body("again");
  // A number where the head belongs; then fields 9, 10 and 11, of four bytes, eight, and as many as they say.
  const std::string strange("\x08\x07\x4d\1\2\3\4\x51\1\2\3\4\5\6\7\x08\x5a\4more", 22);
  const std::string record = first.SerializeAsString() + again.SerializeAsString() + strange;
  wire::Records records;
  records.set_device(std::string(32, 'd'));
  records.set_start_seq(5);
  const auto field = [](int number, const std::string& bytes) {  // of 128 to 16383 bytes
    const auto length = static_cast<char>(bytes.size() | 0x80);
    return std::string{static_cast<char>(number << 3 | 2), length, static_cast<char>(bytes.size() >> 7)} + bytes;
  };
  const std::string frame = field(wire::Frame::kRecordsFieldNumber, records.SerializeAsString() + field(3, record));
  const auto run = std::get<sync::Run>(decode(as_bytes(frame)));
  ASSERT_EQ(run.records.size(), 1U);
  EXPECT_EQ(as_text(*run.records[0].body), "again");
  EXPECT_EQ(as_text(run.records[0].head), head);
  EXPECT_EQ(run.start, 5U);
}

TEST(Message, IsRefusedWhenCutAtAnyByte) {
  for (const Bytes& whole : each_kind())
    for (std::size_t length = 1; length < whole.size(); ++length)
      EXPECT_TRUE(refused(ByteView(whole).first(length))) << length << " of " << whole.size();
}

TEST(Message, IsTakenOrRefusedWithAnyBitFlipped) {
  for (const Bytes& whole : each_kind())
    for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
      Bytes bad = whole;
      bad[bit / 8] = static_cast<std::uint8_t>(bad[bit / 8] ^ 1U << bit % 8);
      try {
        decode(bad);  // a flipped id or time is as good as another
      } catch (const ProtocolError&) {
        continue;
      }
    }
}

TEST(Message, NoneOrAnotherKindIsUnknown) {
  EXPECT_TRUE(std::holds_alternative<Unknown>(decode({})));
  EXPECT_TRUE(std::holds_alternative<Unknown>(decode(Bytes{0x9a, 0x01, 0x01, 0x00})));  // field 19
  EXPECT_TRUE(std::holds_alternative<Unknown>(decode(Bytes{0x80, 0x7d, 0x01})));        // field 2000, a number
}

TEST(Message, AnUnknownFieldIsSkippedAndASecondMessageIsNot) {
  Bytes two = encode(Ping{});
  append(two, Bytes{0xa2, 0x06, 0x00});
  EXPECT_TRUE(std::holds_alternative<Ping>(decode(two)));
  append(two, encode(Ping{}));
  EXPECT_TRUE(refused(two));
}

TEST(Message, HasNoGroupsNorFieldZero) {
  EXPECT_TRUE(refused(Bytes{0xa3, 0x06, 0xa4, 0x06}));
  EXPECT_TRUE(refused(Bytes{0x02, 0x00}));
  EXPECT_TRUE(refused(Bytes{0x48, 0x01}));  // a PING that is a number
}

TEST(Message, HoldsA128DevicesAndNoMore) {
  EXPECT_TRUE(survives(claim_of(kDevicesLimit)));
  EXPECT_FALSE(survives(claim_of(kDevicesLimit + 1)));
}

TEST(Message, ItsFrontierIsInOrder) {
  Claim claim = claim_of(3);
  std::swap(claim.entries[0], claim.entries[1]);
  EXPECT_FALSE(survives(claim));
  claim = claim_of(3);
  claim.entries[1] = claim.entries[0];
  EXPECT_FALSE(survives(claim));
}

TEST(Message, ItsSeqsEndAtTheLimit) {
  EXPECT_TRUE(survives(claim_of(1, 0)));
  EXPECT_TRUE(survives(claim_of(1, crypto::kSeqLimit)));
  EXPECT_FALSE(survives(claim_of(1, crypto::kSeqLimit + 1)));
  EXPECT_TRUE(survives(HeadWant{device(1), crypto::kSeqLimit, 1}));
  EXPECT_FALSE(survives(HeadWant{device(1), crypto::kSeqLimit + 1, 1}));
  EXPECT_FALSE(survives(HeadWant{device(1), 0, 1}));
  EXPECT_FALSE(survives(BodyWant{device(1), {0}}));
  EXPECT_FALSE(survives(BodyWant{device(1), {crypto::kSeqLimit + 1}}));
  sync::Run run = run_of(2, 1);
  run.start = crypto::kSeqLimit - 1;
  EXPECT_TRUE(survives(run));
  run.start = crypto::kSeqLimit;
  EXPECT_FALSE(survives(run));
  run.start = ~std::uint64_t{0};
  EXPECT_FALSE(survives(run));
}

TEST(Message, AsksForOneToA1024) {
  EXPECT_FALSE(survives(BodyWant{device(1), {}}));
  EXPECT_TRUE(survives(BodyWant{device(1), seqs(kWantLimit)}));
  EXPECT_FALSE(survives(BodyWant{device(1), seqs(kWantLimit + 1)}));
  EXPECT_FALSE(survives(BodyWant{device(1), {2, 1}}));
  EXPECT_FALSE(survives(BodyWant{device(1), {2, 2}}));
  EXPECT_TRUE(survives(HeadWant{device(1), 1, kWantLimit}));
  EXPECT_FALSE(survives(HeadWant{device(1), 1, kWantLimit + 1}));
  EXPECT_FALSE(survives(HeadWant{device(1), 1, 0}));
}

TEST(Message, MissesNoMoreThanTheLimitAndNothingAboveItsFrontier) {
  Claim claim = claim_of(1, 9);
  claim.missing[device(0)] = {9};
  EXPECT_TRUE(survives(claim));
  claim.missing[device(0)] = {10};
  EXPECT_FALSE(survives(claim));
  claim.missing = {{device(5), {1}}};
  EXPECT_FALSE(survives(claim));
  claim = claim_of(1, 1000);
  claim.missing[device(0)] = seqs(kMissingLimit);
  EXPECT_TRUE(survives(claim));
  claim.missing[device(0)] = seqs(kMissingLimit + 1);
  EXPECT_FALSE(survives(claim));
}

TEST(Message, ARunHoldsOneTo1024Records) {
  EXPECT_FALSE(survives(run_of(0, 1)));
  EXPECT_TRUE(survives(run_of(crypto::kRunLimit, 1)));
  EXPECT_FALSE(survives(run_of(crypto::kRunLimit + 1, 1)));
}

TEST(Message, ARunHoldsThreeMebibytesAndNoMore) {
  constexpr std::size_t kRoom = crypto::kRunBytesLimit - 3 * crypto::kSignedHeaderLength;
  sync::Run run = run_of(3, kRoom / 3);
  run.records[0].body->resize(kRoom - 2 * (kRoom / 3));
  EXPECT_TRUE(survives(run));
  run.records[0].body->push_back(0);
  EXPECT_FALSE(survives(run));
}

TEST(Message, ABodyHoldsTheMostAndNoMore) {
  EXPECT_TRUE(survives(run_of(1, crypto::kBodyLimit)));
  EXPECT_FALSE(survives(run_of(1, crypto::kBodyLimit + 1)));
}

TEST(Message, ShowsUpTo1024Heads) {
  const std::vector<crypto::SignedHeader> most(kWantLimit);
  const std::vector<crypto::SignedHeader> more(kWantLimit + 1);
  EXPECT_TRUE(survives(Heads{device(1), 1, {}}));
  EXPECT_TRUE(survives(Heads{device(1), 1, most}));
  EXPECT_FALSE(survives(Heads{device(1), 1, more}));
  EXPECT_TRUE(survives(store::ForkProof{device(1), 1, most, most}));
  EXPECT_FALSE(survives(store::ForkProof{device(1), 1, most, more}));
  EXPECT_FALSE(survives(store::ForkProof{device(1), 1, {}, most}));
}

TEST(Message, ShowsChainsOfOneTo64Certificates) {
  const crypto::Certificate one{Bytes(20), {}};
  EXPECT_FALSE(survives(Certs{{crypto::Chain{}}}));
  EXPECT_TRUE(survives(Certs{{crypto::Chain(crypto::kChainLimit, one)}}));
  EXPECT_FALSE(survives(Certs{{crypto::Chain(crypto::kChainLimit + 1, one)}}));
}

// What protobuf would take without a word.
template <class Fill>
bool wire_refused(const Fill& fill) {
  wire::Frame frame;
  fill(frame);
  return refused(as_bytes(frame.SerializeAsString()));
}
const std::string kId(32, 'i');

TEST(Message, IdsHeadsAndSignaturesHaveTheirLength) {
  for (const std::size_t wrong : {0U, 31U, 33U}) {
    const std::string id(wrong, 'i');
    EXPECT_TRUE(wire_refused([&](auto& f) {
      f.mutable_hello()->set_version(1);
      f.mutable_hello()->set_device_id(id);
    }));
    EXPECT_TRUE(wire_refused([&](auto& f) {
      f.mutable_frontier()->add_entries()->set_device(id);
      f.mutable_frontier()->mutable_entries(0)->set_head(kId);
    }));
    EXPECT_TRUE(wire_refused([&](auto& f) {
      f.mutable_frontier()->add_entries()->set_device(kId);
      f.mutable_frontier()->mutable_entries(0)->set_head(id);
    }));
  }
  for (const std::size_t wrong : {0U, 207U, 209U}) {
    EXPECT_TRUE(wire_refused([&](auto& f) {
      f.mutable_heads()->set_device(kId);
      f.mutable_heads()->set_start_seq(1);
      f.mutable_heads()->add_heads(std::string(wrong, 'h'));
    }));
    EXPECT_TRUE(wire_refused([&](auto& f) {
      f.mutable_records()->set_device(kId);
      f.mutable_records()->set_start_seq(1);
      f.mutable_records()->add_records()->set_head(std::string(wrong, 'h'));
    }));
  }
  for (const std::size_t wrong : {0U, 63U, 65U})
    EXPECT_TRUE(wire_refused(
        [&](auto& f) { f.mutable_certs()->add_chains()->add_certificates()->set_signature(std::string(wrong, 's')); }));
}

TEST(Message, MillionsOfEmptyRecordsAreCountedBeforeTheyAreBuilt) {
  constexpr std::size_t kCount = 2'000'000;
  Bytes frame{0x22, 0x80, 0x92, 0xf4, 0x01};  // field 4, 4,000,000 bytes
  for (std::size_t i = 0; i < kCount; ++i) append(frame, Bytes{0x1a, 0x00});
  EXPECT_TRUE(refused(frame));
}

// Found by fuzz.session_message: counted as a record, and to protobuf an unknown field, so that a run without any came
// out.
TEST(Message, ANumberWhereARecordBelongsIsNoRecord) {
  Bytes run{0x0a, 0x20};  // the device
  append(run, device(1).bytes);
  append(run, Bytes{0x10, 0x07, 0x18, 0x03});  // from seq 7; field 3, the number 3
  Bytes frame{0x22, static_cast<std::uint8_t>(run.size())};
  append(frame, run);
  EXPECT_TRUE(refused(frame));
}

TEST(Message, SmallKindsAreSmall) {
  Bytes ping{0x4a, 0x81, 0x80, 0x01};  // field 9, 16,385 bytes of an unknown field
  append(ping, Bytes{0xa2, 0x06, 0xfc, 0x7f});
  ping.resize(4 + kSmallMessageLimit + 1);
  EXPECT_TRUE(refused(ping));
}

TEST(Message, DepthIsLimited) {
  Bytes nested;
  for (int i = 0; i < 40; ++i) {
    Bytes outer{0x0a, static_cast<std::uint8_t>(nested.size())};
    append(outer, nested);
    nested = outer;
  }
  Bytes frame{0x1a, static_cast<std::uint8_t>(nested.size())};  // CERTS
  append(frame, nested);
  EXPECT_TRUE(refused(frame));
}

}  // namespace
}  // namespace duolog::sync::testing
