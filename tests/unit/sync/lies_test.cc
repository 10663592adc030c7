// lies_test.cc: a partner who passed the handshake and lies in every field of every message, one field at a time: the
// session ends with a reason or takes no notice, nothing unsound is stored, no more than 64 MB are held, and an honest
// session afterwards is as if nothing had been.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/proto/lies.h"

#include "crypto/hash.h"
#include "crypto/noise.h"
#include "tests/unit/proto/fields.h"
#include "tests/unit/proto/memory_peak.h"
#include "tests/unit/sync/album.h"
#include "tests/unit/sync/line.h"

namespace duolog::sync::testing {
namespace {

using duolog::testing::Fields;
using duolog::testing::Lie;
using duolog::testing::Lies;
using duolog::testing::MemoryPeak;

constexpr std::size_t kMemoryLimit = 64 << 20;

bool nightly() {
  const char* tier = std::getenv("DUOLOG_TIER");
  return tier != nullptr && std::string_view(tier) == "nightly";
}

class EveryField : public ::testing::Test {
 protected:
  EveryField() {
    ada.write(4);
    bo.write(3);
    ada.admit(people().phone);
    bo.admit(people().phone);
    album.hold(held);
    album.want(lacking);
  }

  // Beside the chunks one epoch to give and one that is lacking.
  Hooks hooks() {
    Hooks hooks = album.hooks();
    hooks.epochs.wanted = [this] { return std::vector<EpochId>{id_of(epoch_lacking)}; };
    hooks.epochs.give = [this](const EpochId& id) { return id == id_of(epoch_held) ? &epoch_held : nullptr; };
    hooks.epochs.came = [this](const std::vector<crypto::EpochSecret>& secrets) {
      ASSERT_EQ(secrets.size(), 1U);
      EXPECT_EQ(secrets.front(), epoch_lacking) << "another one was believed";
      ++epochs_came;
    };
    return hooks;
  }
  static EpochId id_of(const crypto::EpochSecret& secret) { return crypto::epoch_id(people().journal, secret); }

  // Each lie about `truth`, to a session of its own that has been greeted (or not yet).
  void lies_about(const Bytes& truth, bool greeted = true) {
    std::size_t ended = 0;
    const std::size_t told = Lies::about(truth, [&](const Lie& lie) { ended += ends(lie, greeted) ? 1U : 0U; });
    EXPECT_GT(ended, told / 4) << "the lies are not noticed";
    EXPECT_GE(told, 50U) << "the message has no fields to lie in";
    told_ += told;
    afterwards();
  }

  bool ends(const Lie& lie, bool greeted) {
    Liar liar(ada, hooks());
    if (greeted) liar.say(greeting(liar));
    while (liar.session.next()) {
    }
    const MemoryPeak peak;
    liar.say_bytes(lie);
    std::size_t answers = 0;
    while (liar.session.next()) EXPECT_LT(++answers, 200U) << "a lie is answered without end";
    EXPECT_LE(peak.bytes(), kMemoryLimit);
    most_ = std::max(most_, peak.bytes());
    counted_ = peak.counts();
    const Parting reason = liar.session.reason();
    EXPECT_TRUE(reason == Parting::kNone || reason == Parting::kViolation || reason == Parting::kRefusedRun ||
                reason == Parting::kNewer || reason == Parting::kTheyLeft)
        << static_cast<int>(reason);
    if (reason == Parting::kViolation || reason == Parting::kRefusedRun) {
      EXPECT_FALSE(liar.session.detail().empty());
      EXPECT_EQ(answers, 0U) << "a violation is answered";
    }
    expect_true_chunks_alone();
    return reason != Parting::kNone;
  }
  // The one that is wanted may have come; the next lie is about it again.
  void expect_true_chunks_alone() {
    EXPECT_EQ(album.blobs.get(held.id), held.sealed);
    if (album.blobs.has(lacking.id)) {
      EXPECT_EQ(album.blobs.get(lacking.id), lacking.sealed);
      EXPECT_TRUE(album.blobs.drop(lacking.id));
    }
    EXPECT_EQ(album.blobs.count(), 1U);
  }

  void afterwards() {
    Line line(ada, bo);
    line.until_quiet();
    EXPECT_EQ(line.a.reason(), Parting::kNone) << line.a.detail();
    EXPECT_EQ(line.b.reason(), Parting::kNone) << line.b.detail();
    EXPECT_TRUE(line.a.in_step() && line.b.in_step());
    EXPECT_EQ(ada.frontier(), bo.frontier());
    EXPECT_EQ(ada.records(people().desk), bo.records(people().desk));
  }

  ~EveryField() override {
    RecordProperty("lies", std::to_string(told_));
    RecordProperty("bytes_at_most", std::to_string(most_));
    if (!counted_) std::puts("memory is not counted: this build has no sanitizer");
  }

  // ---- one of every kind, with a value in every field ----

  static Hello greeting(const Liar& liar) {
    Hello hello = liar.hello();
    hello.gives_blobs = true;
    hello.gives_epochs = true;
    return hello;
  }
  Bytes whole_greeting() {
    Hello hello = greeting(Liar(ada));
    hello.time_ms = 1'700'000'000'000;
    hello.addresses = {"192.0.2.7:38650", "[::1]:5"};
    hello.claim.entries[0].seq = 1;
    hello.claim.missing[hello.claim.entries[0].device] = {1};
    return encode(hello);
  }
  Bytes frontier() {
    Claim claim{Liar(ada).hello().claim};
    claim.entries[1].seq = 7;
    claim.missing[claim.entries[1].device] = {2, 5, 7};
    return encode(claim);
  }
  static Bytes chains() {
    return encode(Certs{{people().chain_of(people().phone.id()), people().chain_of(people().desk.id())}});
  }
  Bytes run() { return encode(sync::Run{people().desk.id(), 1, bo.records(people().desk)}); }
  Bytes question_for_bodies() { return encode(BodyWant{ada.id(), {1, 2, 3}}); }
  Bytes question_for_heads() { return encode(HeadWant{ada.id(), 2, 2}); }
  Bytes heads() { return encode(Heads{ada.id(), 1, ada.log().read_heads(people().journal, ada.id(), 1, 3)}); }
  static Bytes proof_of_a_fork() {
    const auto head = [] { return careless_run(people().phone, 1).front().head; };
    return encode(store::ForkProof{people().phone.id(), 1, {head()}, {head()}});
  }
  Bytes question_for_chunks() { return encode(BlobWant{{held.id, lacking.id}}); }
  Bytes chunk() { return encode(BlobGive{lacking.id, lacking.sealed}); }
  static Bytes beginning_of_a_bundle() { return encode(GenesisTold{people().genesis.encode()}); }

  Bytes question_for_epochs() const { return encode(EpochWant{{id_of(epoch_held), id_of(epoch_lacking)}}); }
  Bytes epoch() const {
    EpochGive give;
    std::ranges::copy(epoch_lacking.view(), give.secrets.emplace_back().begin());
    return encode(give);
  }

  Album album{people().laptop};
  Home& ada = album.home;
  Home bo{people().desk};
  const Chunk held = chunk_of(1);
  const Chunk lacking = chunk_of(7);
  const crypto::EpochSecret epoch_held = crypto::EpochSecret::random();
  const crypto::EpochSecret epoch_lacking = crypto::EpochSecret::random();
  std::size_t epochs_came = 0;
  std::size_t told_ = 0;
  std::size_t most_ = 0;
  bool counted_ = true;
};

// Else a field, or a message, that is new would be lied about by nobody.
TEST_F(EveryField, HasAValueInOneOfTheseTruths) {
  Fields fields(std::filesystem::path(DUOLOG_SOURCE_DIR) / "proto/wire.proto", "Frame");
  EXPECT_TRUE(fields.never_met().contains("BlobGive.ciphertext")) << "the description was not read";
  for (const Bytes& truth : {whole_greeting(), frontier(), chains(), run(), question_for_bodies(), question_for_heads(),
                             heads(), proof_of_a_fork(), question_for_chunks(), chunk(), question_for_epochs(), epoch(),
                             beginning_of_a_bundle(), encode(Ping{}), encode(Bye{3})})
    fields.meet(truth);
  EXPECT_EQ(fields.never_met(), std::set<std::string>());
}

TEST_F(EveryField, OfAGreetingMayBeALie) { lies_about(whole_greeting(), false); }
TEST_F(EveryField, OfAFrontierMayBeALie) { lies_about(frontier()); }
TEST_F(EveryField, OfAChainMayBeALie) { lies_about(chains()); }
TEST_F(EveryField, OfARunMayBeALie) { lies_about(run()); }
TEST_F(EveryField, OfAQuestionForBodiesMayBeALie) { lies_about(question_for_bodies()); }
TEST_F(EveryField, OfAQuestionForHeadsMayBeALie) { lies_about(question_for_heads()); }
TEST_F(EveryField, OfHeadsMayBeALie) { lies_about(heads()); }
TEST_F(EveryField, OfAForksProofMayBeALie) { lies_about(proof_of_a_fork()); }
TEST_F(EveryField, OfAQuestionForChunksMayBeALie) { lies_about(question_for_chunks()); }

TEST_F(EveryField, OfAChunkMayBeALie) {
  lies_about(chunk());
  album.came.clear();
  EXPECT_FALSE(ends(chunk(), true));
  EXPECT_EQ(album.came, std::vector<ChunkId>{lacking.id}) << "the chunk was not asked for: nothing above was a lie";
}

TEST_F(EveryField, OfAQuestionForEpochsMayBeALie) { lies_about(question_for_epochs()); }

TEST_F(EveryField, OfAnEpochMayBeALie) {
  std::size_t ended = 0;
  const std::size_t told = Lies::about(epoch(), [&](const Lie& lie) { ended += ends(lie, true) ? 1U : 0U; });
  EXPECT_GE(told, 30U);
  EXPECT_GT(ended, told / 4);
  afterwards();
  epochs_came = 0;
  EXPECT_FALSE(ends(epoch(), true));
  EXPECT_EQ(epochs_came, 1U) << "the epoch was not asked for: nothing above was a lie";
}

TEST_F(EveryField, OfABundlesBeginningEndsASession) {
  EXPECT_GE(Lies::about(beginning_of_a_bundle(), [&](const Lie& lie) { ends(lie, true); }), 30U);
  EXPECT_TRUE(ends(beginning_of_a_bundle(), true));
  afterwards();
}

TEST_F(EveryField, OfAPingMayBeALie) {
  EXPECT_GE(Lies::about(encode(Ping{}), [&](const Lie& lie) { ends(lie, true); }), 30U);
  afterwards();
}

TEST_F(EveryField, OfAGoodbyeMayBeALie) {
  std::size_t told = Lies::about(encode(Bye{3}), [&](const Lie& lie) { ends(lie, true); });
  EXPECT_GE(told, 40U);
  afterwards();
}

// ---- whole messages at the wrong time ----

TEST_F(EveryField, AndTheOrderToo) {
  const std::vector<Bytes> words{encode(greeting(Liar(ada))),
                                 encode(Claim{}),
                                 encode(Certs{{people().chain_of(people().phone.id())}}),
                                 encode(sync::Run{people().desk.id(), 1, bo.records(people().desk)}),
                                 encode(BodyWant{ada.id(), {1}}),
                                 encode(HeadWant{ada.id(), 1, 1}),
                                 encode(Heads{ada.id(), 1, {}}),
                                 question_for_chunks(),
                                 chunk(),
                                 question_for_epochs(),
                                 epoch(),
                                 encode(Ping{}),
                                 encode(Bye{1})};
  std::mt19937 dice(20261122);
  for (int conversation = 0; conversation < 300; ++conversation) {
    Liar liar(ada, hooks());
    for (int word = 0; word < 12; ++word) {
      liar.say_bytes(words[dice() % words.size()]);
      while (liar.session.next()) {
      }
    }
    expect_true_chunks_alone();
  }
  afterwards();
}

// ---- the huge ----

TEST_F(EveryField, AGigabyteAnnouncedIsNotWaitedFor) {
  // HELLO, FRONTIER, CERTS, RECORDS, HEADS, FORK, EPOCH_WANT, EPOCH_GIVE, BLOB_WANT, BLOB_GIVE
  for (const int kind : {0x0a, 0x12, 0x1a, 0x22, 0x3a, 0x42, 0x5a, 0x62, 0x6a, 0x72}) {
    Bytes frame{static_cast<std::uint8_t>(kind)};
    duolog::testing::Lies::put_number(frame, std::uint64_t{1} << 30);
    EXPECT_TRUE(ends(frame, kind != 0x0a));
  }
  afterwards();
}

TEST_F(EveryField, ABodyOfAGigabyteAnnouncedInsideARunIsNotReserved) {
  Bytes record{0x12};
  Lies::put_number(record, std::uint64_t{1} << 30);
  Bytes run{0x1a};
  Lies::put_number(run, record.size());
  append(run, record);
  Bytes frame{0x22};
  Lies::put_number(frame, run.size());
  append(frame, run);
  EXPECT_TRUE(ends(frame, true));
  afterwards();
}

TEST_F(EveryField, AMillionTinyRecordsAreCountedAndNotBuilt) {
  Bytes run;
  for (int i = 0; i < 1'000'000; ++i) append(run, Bytes{0x1a, 0x00});
  Bytes frame{0x22};
  Lies::put_number(frame, run.size());
  append(frame, run);
  EXPECT_TRUE(ends(frame, true));
  EXPECT_LT(most_, std::size_t{1} << 20);
  afterwards();
}

// A body of this length that its author has named and signed, whatever is in it.
crypto::Record with_body(const crypto::DeviceKeys& author, std::size_t length) {
  const crypto::ChainPosition at{1, crypto::first_prev(people().journal, author.id())};
  crypto::Record record = people().record(author, at);
  record.body = Bytes(length, 'x');
  Bytes number;
  append_u32(number, static_cast<std::uint32_t>(length));
  std::copy(number.begin(), number.end(), record.head.begin() + 4);
  constexpr std::size_t kBodyHashAt = crypto::kHeaderLength - 32;
  const auto named = crypto::hash_bytes("rec.body", {*record.body});
  std::copy(named.begin(), named.end(), record.head.begin() + kBodyHashAt);
  const ByteView header = ByteView(record.head).first(crypto::kHeaderLength);
  const auto digest = crypto::hash_bytes("rec.hdr", {people().journal.bytes, header});
  const Signature signature = crypto::sign(author.sign(), "rec", digest);
  std::copy(signature.begin(), signature.end(), record.head.begin() + crypto::kHeaderLength);
  return record;
}

TEST_F(EveryField, TheLargestBodyIsTakenAndOneByteMoreEndsTheSession) {
  Liar liar(ada, people().phone);
  liar.greet();
  liar.say(sync::Run{people().phone.id(), 1, {with_body(people().phone, crypto::kBodyLimit + 1)}});
  EXPECT_EQ(liar.session.reason(), Parting::kViolation);
  EXPECT_EQ(ada.held(people().phone), 0U);
  Liar honest(ada, people().phone);
  honest.greet();
  honest.say(sync::Run{people().phone.id(), 1, {with_body(people().phone, crypto::kBodyLimit)}});
  EXPECT_EQ(honest.session.reason(), Parting::kNone) << honest.session.detail();
  EXPECT_EQ(ada.held(people().phone), 1U);
  afterwards();
}

// Ten thousand, at night a hundred thousand: memory does not grow with their number.
TEST_F(EveryField, RecordsWithoutEndCostNoMemory) {
  const int runs = nightly() ? 100 : 10;
  Liar liar(ada, people().phone);
  liar.greet();
  crypto::ChainPosition at{1, crypto::first_prev(people().journal, people().phone.id())};
  for (int i = 0; i < runs; ++i) {
    const auto run = careless_run(people().phone, crypto::kRunLimit, at);
    const Bytes message = encode(sync::Run{people().phone.id(), at.seq, run});
    at = {at.seq + run.size(), crypto::record_id(people().journal, run.back().head)};
    const MemoryPeak peak;
    liar.say_bytes(message);
    liar.hear();
    EXPECT_LE(peak.bytes(), std::size_t{16} << 20) << i;
  }
  EXPECT_EQ(liar.session.reason(), Parting::kNone) << liar.session.detail();
  EXPECT_EQ(ada.held(people().phone), static_cast<std::uint64_t>(runs) * crypto::kRunLimit);
}

}  // namespace
}  // namespace duolog::sync::testing
