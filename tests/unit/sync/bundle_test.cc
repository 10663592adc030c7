// bundle_test.cc: a log that is carried by hand: what goes along, what is taken in and in which order, and what becomes
// of a bundle that lies. The one who wrote it may be anybody who knows an epoch: it is believed as a peer is.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/sync/bundle_reader.h"
#include "daemon/sync/bundle_writer.h"
#include "tests/unit/proto/lies.h"
#include "tests/unit/sync/album.h"

namespace duolog::sync::testing {
namespace {

using Verdict = BundleReader::Verdict;
using Step = BundleReader::Step;

crypto::EpochSecret copy_of(const crypto::EpochSecret& secret) { return secret.clone(); }

BundleContent content(std::map<DeviceId, std::uint64_t> held = {}) {
  std::vector<crypto::Chain> chains;
  for (const auto* device : {&people().laptop, &people().phone, &people().desk})
    chains.push_back(people().chain_of(device->id()));
  return {people().journal, people().genesis.encode(), std::move(held), std::move(chains), {}};
}

BundleKeys keys() {
  BundleKeys keys;
  keys.roots = {people().ada.public_keys().wrap, people().bo.public_keys().wrap};
  keys.epochs.push_back(copy_of(people().secret));
  return keys;
}

Bytes written(BundleWriter& writer) {
  while (writer.stage() == BundleWriter::Stage::kCounting) writer.work();
  Bytes file;
  for (Bytes piece = writer.next(); !piece.empty(); piece = writer.next()) append(file, piece);
  EXPECT_EQ(writer.stage(), BundleWriter::Stage::kDone);
  EXPECT_EQ(file.size(), writer.bytes());
  return file;
}

Bytes bundle_of(Album& album, BundleContent what = content()) {
  BundleWriter writer(album.home.log(), &album.blobs, std::move(what), keys());
  return written(writer);
}

// What a member who lies seals: any messages, one after the other.
Bytes sealed(const std::vector<Bytes>& messages, std::span<const std::uint8_t> tail = {}) {
  Bytes inside;
  for (const Bytes& message : messages) {
    append_u32(inside, static_cast<std::uint32_t>(message.size()));
    append(inside, message);
  }
  append(inside, tail);
  const std::vector<const crypto::EpochSecret*> epochs{&people().secret};
  crypto::BundleSealer sealer({}, epochs, inside.size());
  Bytes file;
  sealer.seal(inside, file);
  while (sealer.pad(file)) {
  }
  return file;
}

BundleHooks hooks_of(Album& album) {
  BundleHooks hooks;
  hooks.whose = [](const crypto::BundleHead& head) -> std::optional<BundleOwner> {
    auto key = head.open(people().secret);
    if (!key) return std::nullopt;
    return BundleOwner{people().journal, people().genesis.encode(), std::move(*key)};
  };
  const Hooks as_peer = album.home.hooks();
  hooks.admit = [admit = as_peer.admit](const JournalId&, const crypto::Chain& chain) { return admit(chain); };
  hooks.stored = [stored = as_peer.stored](const JournalId&, const DeviceId& author, std::uint64_t first,
                                           std::uint64_t last) { stored(author, first, last); };
  hooks.forked = [forked = as_peer.forked](const JournalId&, const DeviceId& device) { forked(device); };
  hooks.blobs = &album.blobs;
  hooks.named = [&album](const JournalId&, const ChunkId& chunk) { return album.named.contains(chunk); };
  hooks.came = [&album](const JournalId&, const ChunkId& chunk) { album.came.push_back(chunk); };
  return hooks;
}

// To its end, in pieces of so many bytes.
struct Taken {
  Verdict verdict;
  BundleReader::Tally tally;
  std::string detail;
};
Taken take_in(BundleReader reader, ByteView file, std::size_t piece = 50'000) {
  const auto work = [&reader] {
    Step step = Step::kMore;
    while (step == Step::kMore) step = reader.work();
    return step;
  };
  Step step = Step::kHungry;
  while (step == Step::kHungry && !file.empty()) {
    const ByteView now = file.first(std::min(piece, file.size()));
    reader.feed(now);
    file = file.subspan(now.size());
    step = work();
  }
  if (step == Step::kHungry) {
    reader.end();
    step = work();
  }
  EXPECT_EQ(step, Step::kOver);
  return {reader.verdict(), reader.tally(), reader.detail()};
}
Taken take_in(Album& album, ByteView file, std::size_t piece = 50'000) {
  return take_in(BundleReader(album.home.log(), hooks_of(album)), file, piece);
}

// What somebody has who has the words alone: a root's key, and nothing that says whose journal it is.
BundleHooks with_words(Album& album, std::function<std::optional<JournalId>(ByteView genesis)> told) {
  BundleHooks hooks = hooks_of(album);
  hooks.whose = [](const crypto::BundleHead& head) -> std::optional<BundleOwner> {
    auto key = head.open(people().bo);
    if (!key) return std::nullopt;
    return BundleOwner{{}, {}, std::move(*key)};
  };
  hooks.told = std::move(told);
  return hooks;
}

struct BundleTest : ::testing::Test {
  Album ada{people().laptop};
  Album bo{people().desk};

  static Bytes beginning() { return encode(GenesisTold{people().genesis.encode()}); }
  static sync::Run run_of(const crypto::DeviceKeys& author, std::size_t count) {
    crypto::ChainPosition at{1, crypto::first_prev(people().journal, author.id())};
    return {author.id(), 1, write_run(author, at, count)};
  }
  void expect_lie(const Taken& taken) {
    EXPECT_EQ(taken.verdict, Verdict::kUntrue);
    EXPECT_FALSE(taken.detail.empty());
  }
};

TEST_F(BundleTest, ThatARootOpensSaysItselfWhoseItIs) {
  ada.home.write(3);
  Bytes heard;
  const auto hooks = with_words(bo, [&](ByteView genesis) {
    heard = to_bytes(genesis);
    return std::optional(people().journal);
  });
  const Taken taken = take_in(BundleReader(bo.home.log(), hooks), bundle_of(ada));
  EXPECT_EQ(taken.verdict, Verdict::kNone);
  EXPECT_EQ(heard, people().genesis.encode());
  EXPECT_EQ(bo.home.records(people().laptop), ada.home.records(people().laptop));
}

TEST_F(BundleTest, ThatARootOpensAndThatIsOfNoJournalOfItsIsNotTakenIn) {
  ada.home.write(3);
  const auto hooks = with_words(bo, [](ByteView) { return std::optional<JournalId>(); });
  const Taken taken = take_in(BundleReader(bo.home.log(), hooks), bundle_of(ada));
  EXPECT_EQ(taken.verdict, Verdict::kOthers);
  EXPECT_EQ(bo.home.held(people().laptop), 0U);
}

TEST_F(BundleTest, BringsWhatTheOtherLacksAndNothingTwice) {
  ada.home.write(30);
  const Bytes file = bundle_of(ada);
  const Taken taken = take_in(bo, file);
  EXPECT_EQ(taken.verdict, Verdict::kNone);
  EXPECT_EQ(taken.tally.records, 30U);
  EXPECT_EQ(bo.home.records(people().laptop), ada.home.records(people().laptop));
  const Taken again = take_in(bo, file);
  EXPECT_EQ(again.verdict, Verdict::kNone);
  EXPECT_EQ(again.tally.records, 0U);
  EXPECT_EQ(again.tally.known, 30U);
}

TEST_F(BundleTest, HoldsOnlyWhatIsNotHeldThere) {
  ada.home.write(10);
  ASSERT_EQ(take_in(bo, bundle_of(ada)).tally.records, 10U);
  ada.home.write(5);
  BundleWriter writer(ada.home.log(), nullptr, content({{people().laptop.id(), 10}}), keys());
  const Bytes file = written(writer);
  EXPECT_EQ(writer.records(), 5U);
  EXPECT_EQ(take_in(bo, file).tally.records, 5U);
}

// Who made it may be the removed device itself: what it wrote since is not taken from there, nor whom it lets in.
TEST_F(BundleTest, ByAKeyThatARemovedDeviceHasBringsNothingAboveACut) {
  ada.home.write(5);
  const auto take = [&](const Bytes& file, bool anybodys, std::uint64_t cut) {
    BundleHooks hooks = hooks_of(bo);
    hooks.whose = [whose = hooks.whose, anybodys](const crypto::BundleHead& head) {
      auto owner = whose(head);
      if (owner) owner->anybodys = anybodys;
      return owner;
    };
    hooks.up_to = [cut](const JournalId&, const DeviceId&) { return std::optional(cut); };
    hooks.may_talk = [](const JournalId&, const crypto::Chain&) { return true; };
    BundleReader reader(bo.home.log(), std::move(hooks));
    reader.feed(file);
    while (reader.work() == Step::kMore) {
    }
    reader.end();
    while (reader.work() == Step::kMore) {
    }
    EXPECT_EQ(reader.verdict(), Verdict::kNone) << reader.detail();
    return reader.tally();
  };
  const Bytes file = bundle_of(ada);
  EXPECT_EQ(take(file, true, 4).records, 0U) << "it goes above the cut";
  EXPECT_EQ(take(file, true, 4).unknown, 5U);
  EXPECT_EQ(take(file, true, 5).records, 5U) << "the whole run was written before";
}

TEST_F(BundleTest, ByAKeyThatARemovedDeviceHasLetsNobodyIn) {
  const auto admitted = [&](bool anybodys) {
    BundleHooks hooks = hooks_of(bo);
    int chains = 0;
    hooks.whose = [whose = hooks.whose, anybodys](const crypto::BundleHead& head) {
      auto owner = whose(head);
      if (owner) owner->anybodys = anybodys;
      return owner;
    };
    hooks.may_talk = [](const JournalId&, const crypto::Chain&) { return false; };
    hooks.admit = [&chains](const JournalId&, const crypto::Chain&) { return ++chains > 0; };
    BundleReader reader(bo.home.log(), std::move(hooks));
    const crypto::DeviceKeys stranger(crypto::DeviceSeed::random());
    crypto::Chain chain = people().chain_of(people().laptop.id());
    chain.push_back(crypto::certify(people().laptop, stranger.public_keys(), 1'800'000'000, "x"));
    reader.feed(sealed({beginning(), encode(Certs{{chain}})}));
    while (reader.work() == Step::kMore) {
    }
    reader.end();
    while (reader.work() == Step::kMore) {
    }
    return chains;
  };
  EXPECT_EQ(admitted(false), 1);
  EXPECT_EQ(admitted(true), 0);
}

TEST_F(BundleTest, OfNothingHoldsNoRecord) {
  ada.home.write(3);
  BundleWriter writer(ada.home.log(), nullptr, content({{people().laptop.id(), 3}}), keys());
  while (writer.stage() == BundleWriter::Stage::kCounting) writer.work();
  EXPECT_EQ(writer.records(), 0U);
}

// Ada's phone is known to Ada alone: its chain goes along, and admits its log.
TEST_F(BundleTest, IntroducesADevice) {
  ada.home.admit(people().phone);
  ada.home.accept(people().phone, 1, run_of(people().phone, 4).records);
  const Taken taken = take_in(bo, bundle_of(ada));
  EXPECT_EQ(taken.tally.records, 4U);
  EXPECT_EQ(bo.home.held(people().phone), 4U);
}

TEST_F(BundleTest, AdmitsNobodyWhoWouldNotBeAdmittedOtherwise) {
  bo.home.admits = false;
  ada.home.admit(people().phone);
  ada.home.accept(people().phone, 1, run_of(people().phone, 4).records);
  const Taken taken = take_in(bo, bundle_of(ada));
  EXPECT_EQ(taken.verdict, Verdict::kNone);
  EXPECT_EQ(taken.tally.unknown, 4U);
  EXPECT_EQ(bo.home.held(people().phone), 0U);
}

TEST_F(BundleTest, OfManyRecordsAndLongOnesComesWholeInAnyPieces) {
  ada.home.write(1500);
  ada.home.write(6, 900'000);
  const Bytes file = bundle_of(ada);
  const Taken taken = take_in(bo, file, 1 << 20);
  EXPECT_EQ(taken.verdict, Verdict::kNone);
  EXPECT_EQ(bo.home.held(people().laptop), 1506U);
}

TEST_F(BundleTest, SecondBeforeTheFirstTellsTheGapAndTakesBothInTheEnd) {
  ada.home.write(10);
  const Bytes first = bundle_of(ada);
  ada.home.write(5);
  const Bytes second = bundle_of(ada, content({{people().laptop.id(), 10}}));
  const Taken early = take_in(bo, second);
  EXPECT_EQ(early.verdict, Verdict::kNone);
  ASSERT_EQ(early.tally.gaps.size(), 1U);
  EXPECT_EQ(early.tally.gaps.at(people().laptop.id()).held, 0U);
  EXPECT_EQ(early.tally.gaps.at(people().laptop.id()).begins, 11U);
  EXPECT_EQ(bo.home.held(people().laptop), 0U);
  EXPECT_EQ(take_in(bo, first).tally.records, 10U);
  EXPECT_EQ(take_in(bo, second).tally.records, 5U);
}

TEST_F(BundleTest, ThatWasCutGivesWhatStoodBeforeAndIsWholeTheNextTime) {
  for (int i = 0; i < 8; ++i) ada.home.write(1, 700'000);
  const Bytes file = bundle_of(ada);
  const Taken half = take_in(bo, ByteView(file).first(file.size() / 2));
  EXPECT_EQ(half.verdict, Verdict::kBroken);
  EXPECT_GT(bo.home.held(people().laptop), 0U);
  EXPECT_LT(bo.home.held(people().laptop), 8U);
  EXPECT_EQ(take_in(bo, file).verdict, Verdict::kNone);
  EXPECT_EQ(bo.home.held(people().laptop), 8U);
}

// At every length, by a prime so as to meet every kind of place.
TEST_F(BundleTest, CutAnywhereIsNeverTakenForWhole) {
  ada.home.write(60, 3000);
  const Bytes file = bundle_of(ada);
  for (std::size_t length = 0; length < file.size(); length += 1009) {
    const Taken taken = take_in(bo, ByteView(file).first(length));
    EXPECT_TRUE(taken.verdict == Verdict::kBroken || (length < 8 && taken.verdict == Verdict::kNoBundle)) << length;
  }
}

TEST_F(BundleTest, DamagedGivesWhatStoodBeforeTheDamage) {
  for (int i = 0; i < 8; ++i) ada.home.write(1, 700'000);
  Bytes file = bundle_of(ada);
  file[file.size() * 3 / 4] ^= 1;
  EXPECT_EQ(take_in(bo, file).verdict, Verdict::kBroken);
  EXPECT_GT(bo.home.held(people().laptop), 0U);
}

TEST_F(BundleTest, OfSomethingElseOrOthersOrALaterVersionIsNotTouched) {
  ada.home.write(3);
  Bytes file = bundle_of(ada);
  EXPECT_EQ(take_in(bo, as_bytes("DUOLOGK1 is a backup")).verdict, Verdict::kNoBundle);
  EXPECT_EQ(take_in(bo, {}).verdict, Verdict::kNoBundle);
  file[7] = '2';
  EXPECT_EQ(take_in(bo, file).verdict, Verdict::kNewer);
  BundleKeys foreign;
  foreign.epochs.push_back(crypto::EpochSecret::random());
  BundleWriter writer(ada.home.log(), nullptr, content(), std::move(foreign));
  EXPECT_EQ(take_in(bo, written(writer)).verdict, Verdict::kOthers);
  EXPECT_EQ(bo.home.held(people().laptop), 0U);
}

// What is taken back between the counting and the writing makes it another file: it is begun anew, never half true.
TEST_F(BundleTest, ThatChangesWhileItIsWrittenSaysSo) {
  ada.home.write(5, 5000);
  BundleWriter writer(ada.home.log(), nullptr, content(), keys());
  while (writer.stage() == BundleWriter::Stage::kCounting) writer.work();
  ada.home.erase(people().laptop, 3);
  while (!writer.next().empty()) {
  }
  EXPECT_EQ(writer.stage(), BundleWriter::Stage::kChanged);
  EXPECT_EQ(take_in(bo, bundle_of(ada)).tally.records, 5U);
}

TEST_F(BundleTest, WrittenOnMeanwhileHoldsWhatWasCounted) {
  ada.home.write(5);
  BundleWriter writer(ada.home.log(), nullptr, content(), keys());
  while (writer.stage() == BundleWriter::Stage::kCounting) writer.work();
  ada.home.write(5);
  Bytes file;
  for (Bytes piece = writer.next(); !piece.empty(); piece = writer.next()) append(file, piece);
  EXPECT_EQ(take_in(bo, file).tally.records, 5U);
}

// ---- attachments ----

TEST_F(BundleTest, CarriesChunksThatTheJournalNamesHere) {
  ada.home.write(1);
  BundleContent what = content();
  for (std::uint8_t i = 1; i <= 3; ++i) {
    ada.hold(chunk_of(i));
    what.chunks.push_back(chunk_of(i).id);
    if (i < 3) bo.named.insert(chunk_of(i).id);
  }
  const Taken taken = take_in(bo, bundle_of(ada, std::move(what)));
  EXPECT_EQ(taken.tally.chunks, 2U);
  EXPECT_EQ(taken.tally.unnamed, 1U);
  EXPECT_TRUE(bo.blobs.has(chunk_of(1).id) && bo.blobs.has(chunk_of(2).id));
  EXPECT_FALSE(bo.blobs.has(chunk_of(3).id)) << "nobody names it here";
}

// Its reader would pass it over, and its writer think that it is there.
TEST_F(BundleTest, CarriesNoChunkOfAnEntryThatHadNoRoom) {
  ada.home.write(100);
  ada.hold(chunk_of(1));
  BundleContent what = content();
  what.chunks = {chunk_of(1).id};
  what.limit = 10'000;
  BundleWriter writer(ada.home.log(), &ada.blobs, std::move(what), keys());
  static_cast<void>(written(writer));
  EXPECT_LT(writer.records(), 100U) << "else the test shows nothing";
  EXPECT_EQ(writer.chunks(), 0U);
  EXPECT_EQ(writer.left_out(), 1U);
}

TEST_F(BundleTest, WaitsWithChunksUntilItIsKnownWhatIsNamed) {
  ada.home.write(1);
  ada.hold(chunk_of(1));
  BundleContent what = content();
  what.chunks = {chunk_of(1).id};
  const Bytes file = bundle_of(ada, std::move(what));
  bool settled = false;
  BundleHooks hooks = hooks_of(bo);
  hooks.settled = [&settled] { return settled; };
  BundleReader reader(bo.home.log(), std::move(hooks));
  reader.feed(file);
  ASSERT_EQ(reader.work(), Step::kHungry) << "its last chunk may be longer";
  reader.end();
  Step step = Step::kMore;
  while (step == Step::kMore) step = reader.work();
  ASSERT_EQ(step, Step::kWaits);
  EXPECT_EQ(reader.work(), Step::kWaits);
  bo.named.insert(chunk_of(1).id);
  settled = true;
  EXPECT_EQ(reader.work(), Step::kMore);
  EXPECT_TRUE(bo.blobs.has(chunk_of(1).id));
}

TEST_F(BundleTest, TheDiskThatTakesNoChunksTakesTheWords) {
  Album small{people().desk, {.bytes = 1, .free_for_others = 0, .free_for_own = 0}};
  small.hold(chunk_of(9));
  ada.home.write(2);
  ada.hold(chunk_of(1));
  small.named.insert(chunk_of(1).id);
  BundleContent what = content();
  what.chunks = {chunk_of(1).id};
  const Taken taken = take_in(small, bundle_of(ada, std::move(what)));
  EXPECT_EQ(taken.verdict, Verdict::kNone);
  EXPECT_EQ(taken.tally.records, 2U);
  EXPECT_EQ(taken.tally.refused, 1U);
}

// ---- forks ----

TEST_F(BundleTest, CarriesTheProofOfAFork) {
  crypto::ChainPosition at{1, crypto::first_prev(people().journal, people().phone.id())};
  const auto common = write_run(people().phone, at, 2);
  crypto::ChainPosition there = at;
  const auto one = write_run(people().phone, at, 1);
  const auto other = write_run(people().phone, there, 1);
  for (Album* album : {&ada, &bo}) {
    album->home.admit(people().phone);
    album->home.accept(people().phone, 1, common);
  }
  ada.home.accept(people().phone, 3, one);
  ASSERT_TRUE(ada.home.log().freeze(people().journal, {people().phone.id(), 3, {one[0].head}, {other[0].head}}));
  ada.home.write(1);
  const Taken taken = take_in(bo, bundle_of(ada));
  EXPECT_EQ(taken.verdict, Verdict::kNone);
  EXPECT_TRUE(bo.home.frozen(people().phone));
  EXPECT_EQ(bo.home.forked, std::vector{people().phone.id()});
}

TEST_F(BundleTest, ThatBringsTheOtherBranchFreezesTheDevice) {
  crypto::ChainPosition at{1, crypto::first_prev(people().journal, people().phone.id())};
  const auto common = write_run(people().phone, at, 2);
  crypto::ChainPosition there = at;
  for (Album* album : {&ada, &bo}) {
    album->home.admit(people().phone);
    album->home.accept(people().phone, 1, common);
  }
  ada.home.accept(people().phone, 3, write_run(people().phone, at, 1));
  bo.home.accept(people().phone, 3, write_run(people().phone, there, 1));
  const Taken taken = take_in(bo, bundle_of(ada));
  EXPECT_EQ(taken.verdict, Verdict::kNone);
  EXPECT_TRUE(bo.home.frozen(people().phone));
}

// ---- a liar's ----

TEST_F(BundleTest, ForAnotherJournalThanItSaysIsALie) {
  crypto::Genesis other = people().genesis;
  other.nonce = {9};
  expect_lie(take_in(bo, sealed({encode(GenesisTold{other.encode()}), encode(run_of(people().laptop, 1))})));
  EXPECT_EQ(bo.home.held(people().laptop), 0U);
  expect_lie(take_in(bo, sealed({encode(GenesisTold{})})));
}

TEST_F(BundleTest, ThatDoesNotBeginWithItsJournalIsALie) {
  expect_lie(take_in(bo, sealed({encode(run_of(people().laptop, 1)), beginning()})));
  EXPECT_EQ(bo.home.held(people().laptop), 0U);
  expect_lie(take_in(bo, sealed({beginning(), beginning()})));
  expect_lie(take_in(bo, sealed({})));
}

TEST_F(BundleTest, WithAMessageThatHasNoPlaceInItIsALie) {
  const std::vector<Bytes> strange{encode(Hello{kVersion, people().laptop.id(), 0, {}, {}, false}),
                                   encode(Claim{}),
                                   encode(BodyWant{people().laptop.id(), {1}}),
                                   encode(HeadWant{people().laptop.id(), 1, 1}),
                                   encode(Heads{people().laptop.id(), 1, {}}),
                                   encode(BlobWant{{ChunkId()}}),
                                   encode(Ping{}),
                                   encode(Bye{1})};
  for (const Bytes& message : strange) expect_lie(take_in(bo, sealed({beginning(), message})));
}

TEST_F(BundleTest, GarbageAndLengthsThatCannotBeAreLies) {
  expect_lie(take_in(bo, sealed({beginning(), Bytes(100, 0xff)})));
  expect_lie(take_in(bo, sealed({beginning()}, Bytes{0xff, 0xff, 0xff, 0xff})));
  expect_lie(take_in(bo, sealed({beginning()}, Bytes{200, 0, 0, 0, 1, 2})));
  expect_lie(take_in(bo, sealed({beginning()}, Bytes{1, 2})));
}

// What stood before the lie was believed for itself, and stays; what stands behind it is not looked at.
TEST_F(BundleTest, ARunThatFailsInTheMiddleEndsItThere) {
  bo.home.admit(people().phone);
  sync::Run false_run = run_of(people().phone, 3);
  (*false_run.records[1].body)[0] ^= 1;
  const Taken taken = take_in(bo, sealed({beginning(), encode(run_of(people().laptop, 4)), encode(false_run),
                                          encode(run_of(people().phone, 2))}));
  expect_lie(taken);
  EXPECT_EQ(bo.home.held(people().laptop), 4U);
  EXPECT_EQ(bo.home.held(people().phone), 0U);
}

TEST_F(BundleTest, ARunWhoseLastSignatureIsFalseIsStoredByNobody) {
  sync::Run run = run_of(people().laptop, 3);
  run.records.back().head.back() ^= 1;
  expect_lie(take_in(bo, sealed({beginning(), encode(run)})));
  EXPECT_EQ(bo.home.held(people().laptop), 0U);
}

TEST_F(BundleTest, AChunkThatIsNotItsIdIsALie) {
  bo.named.insert(chunk_of(1).id);
  expect_lie(take_in(bo, sealed({beginning(), encode(BlobGive{chunk_of(1).id, chunk_of(2).sealed})})));
  EXPECT_FALSE(bo.blobs.has(chunk_of(1).id));
}

TEST_F(BundleTest, AFalseProofFreezesNobody) {
  ada.home.write(2);
  const auto heads = ada.home.records(people().laptop);
  store::ForkProof proof{people().laptop.id(), 2, {heads[1].head}, {heads[1].head}};
  take_in(bo, sealed({beginning(), encode(run_of(people().laptop, 2)), encode(proof)}));
  EXPECT_FALSE(bo.home.frozen(people().laptop));
  EXPECT_TRUE(bo.home.forked.empty());
}

// Whatever is said in place of the truth: nothing comes in that its author has not signed, and the true one does after
// it.
TEST_F(BundleTest, AnyFieldMayBeALie) {
  ada.home.write(3);
  bo.named.insert(chunk_of(1).id);
  const auto truth = ada.home.records(people().laptop);
  const std::vector<Bytes> truths{beginning(), encode(Certs{{people().chain_of(people().phone.id())}}),
                                  encode(sync::Run{people().laptop.id(), 1, truth}),
                                  encode(BlobGive{chunk_of(1).id, chunk_of(1).sealed}),
                                  encode(store::ForkProof{people().laptop.id(), 1, {truth[0].head}, {truth[1].head}})};
  std::size_t told = 0;
  for (const Bytes& message : truths) {
    told += duolog::testing::Lies::about(message, [&](const duolog::testing::Lie& lie) {
      take_in(bo, sealed({beginning(), Bytes(lie.begin(), lie.end())}));
      take_in(bo, sealed({Bytes(lie.begin(), lie.end())}));
      const auto came = bo.home.records(people().laptop);
      ASSERT_LE(came.size(), truth.size());
      for (std::size_t i = 0; i < came.size(); ++i) {
        EXPECT_EQ(came[i].head, truth[i].head);
        EXPECT_TRUE(!came[i].body || came[i].body == truth[i].body);
      }
      EXPECT_TRUE(bo.home.held(people().desk) == 0 && !bo.home.frozen(people().laptop));
      if (bo.blobs.has(chunk_of(1).id)) EXPECT_EQ(bo.blobs.get(chunk_of(1).id), chunk_of(1).sealed);
    });
  }
  EXPECT_GE(told, 300U);
  EXPECT_EQ(take_in(bo, bundle_of(ada)).verdict, Verdict::kNone);
  EXPECT_EQ(bo.home.records(people().laptop), truth);
}

TEST_F(BundleTest, OfAStrangerIsPassedOver) {
  const Taken taken = take_in(bo, sealed({beginning(), encode(Certs{{people().chain_of(people().stranger.id())}}),
                                          encode(run_of(people().stranger, 2)), encode(run_of(people().laptop, 1))}));
  EXPECT_EQ(taken.verdict, Verdict::kNone);
  EXPECT_EQ(taken.tally.unknown, 2U);
  EXPECT_EQ(bo.home.held(people().laptop), 1U);
}

TEST_F(BundleTest, MessagesOfANewerVersionArePassedOver) {
  const Bytes later{0xfa, 0x01, 0x02, 0x08, 0x01};  // field 31
  const Taken taken = take_in(bo, sealed({beginning(), later, encode(run_of(people().laptop, 1))}));
  EXPECT_EQ(taken.verdict, Verdict::kNone);
  EXPECT_EQ(taken.tally.newer, 1U);
  EXPECT_EQ(bo.home.held(people().laptop), 1U);
}

}  // namespace
}  // namespace duolog::sync::testing
