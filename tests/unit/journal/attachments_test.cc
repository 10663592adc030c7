// attachments_test.cc: files that go with entries: in piece by piece and out again, wanted, named, dropped; and what
// becomes of an upload that was never named.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/attachments.h"

#include "daemon/store/view_database.h"
#include "proto/event.pb.h"
#include "tests/unit/journal/two_people.h"

namespace duolog::journal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

Bytes file_of(std::size_t length, std::uint8_t seed = 1) {
  Bytes bytes(length);
  for (std::size_t i = 0; i < length; ++i) bytes[i] = static_cast<std::uint8_t>(seed + i * 31 + i / 257);
  return bytes;
}

Upload upload(store::Blobs& blobs, ByteView file, const std::string& name = "lake.jpg") {
  Upload up(blobs, name, "image/jpeg", file.size());
  for (ByteView rest = file; !rest.empty();) {
    const std::size_t length = std::min(rest.size(), crypto::kChunkLength);
    up.take(rest.first(length));
    rest = rest.subspan(length);
  }
  return up;
}

Bytes read_whole(store::Blobs& blobs, const Attachment& attachment) {
  Bytes file;
  for (std::size_t i = 0; i < attachment.chunks.size(); ++i) append(file, read_piece(blobs, attachment, i));
  return file;
}

template <class Work>
Reason refusal_of(Work&& work) {
  try {
    work();
  } catch (const Refusal& refusal) {
    return refusal.reason;
  }
  ADD_FAILURE() << "nothing was refused";
  return Reason::kBadRequest;
}

// A person's attachments, started as the daemon does it.
struct Desk {
  explicit Desk(Person& of, std::uint64_t eager = 1 << 20)
      : person(of),
        attachments(of.shelf(), of.blobs(), eager,
                    {[this](const JournalId& id) { told.push_back(id); }, [this] { ++soon; }}) {
    attachments.start();
  }
  std::vector<ChunkId> wanted(const JournalId& journal, std::size_t most = 100) {
    std::int64_t place = attachments.first_place(journal);
    return attachments.wanted(journal, most, place, [](const ChunkId&) { return false; });
  }
  // What a session does: asks the other for everything that is wanted.
  std::size_t fetch(Person& from) {
    std::size_t count = 0;
    for (const ChunkId& chunk : wanted(person.shared())) {
      const auto sealed = from.blobs().get(chunk);
      if (!sealed) {
        attachments.is_not_there(person.shared(), chunk);
        continue;
      }
      person.blobs().put_theirs(chunk, *sealed);
      attachments.came(person.shared(), chunk);
      ++count;
    }
    return count;
  }
  Person& person;
  std::vector<JournalId> told;
  int soon = 0;
  Attachments attachments;
};

class AnAttachment : public TwoPeople {
 protected:
  Saved write_with(const Bytes& file, const std::string& text = "look", const std::string& journal = {}) {
    ada.now += kSecond;
    Upload up = upload(ada.blobs(), file);
    Draft draft;
    draft.text = text;
    draft.journal = journal;
    draft.attachments = {up.attachment()};
    const Saved saved = ada.shelf().write(draft, {});
    up.kept();
    return saved;
  }
  static Target target(const Saved& saved) { return {hex(saved.id.view()), {}}; }
};

TEST_F(AnAttachment, OfAnySizeComesOutAsItWentIn) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, crypto::kChunkLength, 2 * crypto::kChunkLength + 77}) {
    const Bytes file = file_of(size);
    const Saved saved = write_with(file);
    const MeantFile meant = find_attachment(ada.shelf(), target(saved), 1);
    EXPECT_EQ(meant.attachment.size, size);
    EXPECT_EQ(meant.attachment.chunks.size(), crypto::chunk_count(size));
    EXPECT_EQ(read_whole(ada.blobs(), meant.attachment), file) << size;
  }
}

TEST_F(AnAttachment, IsThereAfterAStart) {
  const Bytes file = file_of(300'000);
  const Saved saved = write_with(file);
  ada.restart();
  const Desk desk(ada);
  EXPECT_EQ(read_whole(ada.blobs(), find_attachment(ada.shelf(), target(saved), 1).attachment), file);
}

TEST_F(AnAttachment, NeedsNoWordsBesideIt) {
  const Saved saved = write_with(file_of(10), "");
  EXPECT_EQ(show(ada.shelf(), target(saved)).text, "");
  EXPECT_THAT(show(ada.shelf(), target(saved)).attachments, SizeIs(1));
}

TEST_F(AnAttachment, IsShownWithNameSizeAndWhatIsHere) {
  const Saved saved = write_with(file_of(crypto::kChunkLength + 5));
  const Item mine = show(ada.shelf(), target(saved));
  ASSERT_THAT(mine.attachments, SizeIs(1));
  EXPECT_EQ(mine.attachments[0].name, "lake.jpg");
  EXPECT_EQ(mine.attachments[0].held, crypto::kChunkLength + 5);
  meet(ada, bo);
  const Item theirs = show(bo.shelf(), target(saved));
  EXPECT_EQ(theirs.attachments[0].size, crypto::kChunkLength + 5);
  EXPECT_EQ(theirs.attachments[0].held, 0U);
  Desk desk(bo);
  ASSERT_EQ(desk.wanted(bo.shared()).size(), 2U);
  const ChunkId first = desk.wanted(bo.shared())[0];
  bo.blobs().put_theirs(first, *ada.blobs().get(first));
  EXPECT_EQ(show(bo.shelf(), target(saved)).attachments[0].held, crypto::kChunkLength);
}

// ---- what is fetched ----

TEST_F(AnAttachment, SmallEnoughIsFetchedUnaskedALargeOneIsNot) {
  const Saved small = write_with(file_of(1000));
  const Saved large = write_with(file_of(3000));
  meet(ada, bo);
  Desk desk(bo, 2000);
  EXPECT_THAT(desk.told, ElementsAre(bo.shared()));
  EXPECT_EQ(desk.fetch(ada), 1U);
  EXPECT_EQ(show(bo.shelf(), target(small)).attachments[0].held, 1000U);
  EXPECT_EQ(show(bo.shelf(), target(large)).attachments[0].held, 0U);
  EXPECT_EQ(refusal_of([&] { read_whole(bo.blobs(), find_attachment(bo.shelf(), target(large), 1).attachment); }),
            Reason::kNotHereYet);
}

TEST_F(AnAttachment, ThatWasAskedForIsFetchedAlsoAfterAStart) {
  const Bytes file = file_of(3000);
  const Saved saved = write_with(file);
  meet(ada, bo);
  {
    Desk desk(bo, 0);
    EXPECT_THAT(desk.wanted(bo.shared()), IsEmpty());
    desk.attachments.ask_for(find_attachment(bo.shelf(), target(saved), 1));
    EXPECT_THAT(desk.wanted(bo.shared()), SizeIs(1));
  }
  bo.restart();
  {
    Desk desk(bo, 0);
    EXPECT_EQ(desk.fetch(ada), 1U);
    EXPECT_EQ(read_whole(bo.blobs(), find_attachment(bo.shelf(), target(saved), 1).attachment), file);
  }
  bo.restart();
  const Desk desk(bo, 0);
  EXPECT_THAT(bo.local().names("attachment.asked:"), IsEmpty()) << "once it is here, nothing is remembered";
}

TEST_F(AnAttachment, ThatCameLateIsWantedAfterTheFold) {
  Desk desk(bo);
  EXPECT_THAT(desk.told, IsEmpty());
  write_with(file_of(100));
  meet(ada, bo);
  desk.attachments.folded();
  EXPECT_THAT(desk.told, ElementsAre(bo.shared()));
  EXPECT_EQ(desk.fetch(ada), 1U);
  desk.attachments.folded();
  EXPECT_THAT(desk.told, SizeIs(1)) << "nothing more is wanted";
}

TEST_F(AnAttachment, OfAnotherJournalIsNotNamedInThisOne) {
  const Saved secret = write_with(file_of(100), "mine", "notebook");
  const Saved shared = write_with(file_of(200));
  const Desk desk(ada);
  const ChunkId private_chunk = find_attachment(ada.shelf(), target(secret), 1).attachment.chunks[0];
  const ChunkId shared_chunk = find_attachment(ada.shelf(), target(shared), 1).attachment.chunks[0];
  EXPECT_FALSE(desk.attachments.named(ada.shared(), private_chunk));
  EXPECT_TRUE(desk.attachments.named(ada.notebook(), private_chunk));
  EXPECT_TRUE(desk.attachments.named(ada.shared(), shared_chunk));
}

TEST_F(AnAttachment, ThatRotsIsFetchedAgainWhateverTheSettingSays) {
  const Bytes file = file_of(5000);
  const Saved saved = write_with(file);
  meet(ada, bo);
  Desk bos(bo);
  ASSERT_EQ(bos.fetch(ada), 1U);
  Desk desk(ada, 0);
  const Attachment attachment = find_attachment(ada.shelf(), target(saved), 1).attachment;
  const auto name = hex(attachment.chunks[0].view());
  std::filesystem::resize_file(ada.place_of_blobs() / name.substr(0, 2) / name, 100);
  EXPECT_EQ(refusal_of([&] { read_piece(ada.blobs(), attachment, 0); }), Reason::kNotHereYet);
  EXPECT_EQ(desk.soon, 1);
  desk.attachments.folded();
  EXPECT_THAT(desk.told, ElementsAre(ada.shared()));
  EXPECT_EQ(desk.fetch(bo), 1U);
  EXPECT_EQ(read_whole(ada.blobs(), attachment), file);
}

TEST_F(AnAttachment, ThatNobodyHasIsSaidToBeRefused) {
  const Saved saved = write_with(file_of(100));
  meet(ada, bo);
  ada.blobs().drop(find_attachment(ada.shelf(), target(saved), 1).attachment.chunks[0]);
  Desk desk(bo);
  int heard = 0;
  const auto token = desk.attachments.listen([&] { ++heard; });
  EXPECT_EQ(desk.fetch(ada), 0U);
  const Attachment attachment = find_attachment(bo.shelf(), target(saved), 1).attachment;
  EXPECT_TRUE(desk.attachments.refused(attachment));
  EXPECT_EQ(heard, 1);
  desk.attachments.session_began(bo.shared());
  EXPECT_FALSE(desk.attachments.refused(attachment)) << "another meeting, another try";
}

TEST_F(AnAttachment, ThatIsAskedForAgainIsWantedOnceAndFirst) {
  const Saved other = write_with(file_of(100));
  const Saved saved = write_with(file_of(crypto::kChunkLength + 5));
  meet(ada, bo);
  Desk desk(bo);
  const MeantFile file = find_attachment(bo.shelf(), target(saved), 1);
  for (int i = 0; i < 3; ++i) desk.attachments.ask_for(file);
  const std::vector<ChunkId> after{file.attachment.chunks[0], file.attachment.chunks[1],
                                   find_attachment(bo.shelf(), target(other), 1).attachment.chunks[0]};
  EXPECT_EQ(desk.wanted(bo.shared()), after);
}

// A session looks on from where it was; only what is wanted before all else makes it begin anew.
TEST_F(AnAttachment, ThatIsNotTheFirstIsFoundWithoutLookingThroughThoseBeforeIt) {
  Desk desk(bo);
  for (int i = 0; i < 5; ++i) write_with(file_of(100));
  meet(ada, bo);
  desk.attachments.folded();
  std::int64_t place = desk.attachments.first_place(bo.shared());
  std::size_t looked = 0;
  const auto nobody_has_it = [&](const ChunkId&) { return ++looked > 0; };
  EXPECT_THAT(desk.attachments.wanted(bo.shared(), 100, place, nobody_has_it), IsEmpty());
  ASSERT_EQ(looked, 5U);
  const Saved late = write_with(file_of(200));
  meet(ada, bo);
  desk.attachments.folded();
  EXPECT_THAT(desk.attachments.wanted(bo.shared(), 100, place, nobody_has_it), IsEmpty());
  EXPECT_EQ(looked, 6U);
  const std::int64_t first = desk.attachments.first_place(bo.shared());
  desk.attachments.ask_for(find_attachment(bo.shelf(), target(late), 1));
  EXPECT_LT(desk.attachments.first_place(bo.shared()), first);
}

TEST_F(AnAttachment, EverythingMissingCanBeAskedFor) {
  write_with(file_of(3000));
  write_with(file_of(4000));
  meet(ada, bo);
  Desk desk(bo, 0);
  EXPECT_EQ(desk.attachments.missing(), 2U);
  EXPECT_EQ(desk.attachments.want_all_missing(), 2U);
  EXPECT_EQ(desk.fetch(ada), 2U);
  EXPECT_EQ(desk.attachments.missing(), 0U);
  EXPECT_EQ(desk.attachments.want_all_missing(), 0U);
}

// ---- what goes ----

TEST_F(AnAttachment, UploadThatNoEntryNamesLeavesNothing) {
  {
    const Upload dropped = upload(ada.blobs(), file_of(600'000));
  }
  EXPECT_EQ(ada.blobs().count(), 0U);
}

TEST_F(AnAttachment, UploadThatAKillHasCutOffIsSweptAtTheNextStart) {
  const Saved saved = write_with(file_of(1000));
  upload(ada.blobs(), file_of(600'000)).kept();  // as after a kill: nobody takes them away
  EXPECT_EQ(ada.blobs().count(), 4U);
  ada.restart();
  const Desk desk(ada);
  EXPECT_EQ(ada.blobs().count(), 1U);
  EXPECT_EQ(find_attachment(ada.shelf(), target(saved), 1).attachment.chunks[0], ada.blobs().all()[0]);
}

TEST_F(AnAttachment, NothingIsSweptWhileSomethingCannotBeRead) {
  const Saved saved = write_with(file_of(1000));
  meet(ada, bo);
  const auto place = ada.journal(ada.shared()).records().by_id(saved.id);
  const std::uint64_t seq = place->seq;
  rot_body(ada, ada.shared(), ada.device(), seq);
  ada.restart();
  const Desk desk(ada);
  EXPECT_EQ(ada.blobs().count(), 1U) << "the entry that cannot be read may name it, and the other may not have it yet";
}

TEST_F(AnAttachment, OfAnEntryThatWasTakenBackIsDroppedOnBothSides) {
  const Saved saved = write_with(file_of(600'000));
  meet(ada, bo);
  Desk adas(ada);
  Desk bos(bo);
  ASSERT_THAT(bos.wanted(bo.shared()), SizeIs(3));
  const ChunkId chunk = find_attachment(ada.shelf(), target(saved), 1).attachment.chunks[0];
  ada.shelf().take_back({{hex(saved.id.view())}}, {});
  meet(ada, bo);
  for (auto& [person, desk] : {std::pair(&ada, &adas), std::pair(&bo, &bos)}) {
    desk->attachments.folded();
    EXPECT_EQ(person->blobs().count(), 0U);
    EXPECT_THAT(desk->wanted(person->shared()), IsEmpty());
    EXPECT_FALSE(desk->attachments.named(person->shared(), chunk));
  }
}

// Killed between storing the tombstone and folding it: the facts of the whole log are learnt first, its words included.
TEST_F(AnAttachment, OfWhatIsFoundTakenBackWhileTheViewIsMadeAnewIsDropped) {
  const Saved saved = write_with(file_of(600'000));
  meet(ada, bo);
  {
    Desk bos(bo);
    ASSERT_EQ(bos.fetch(ada), 3U);
  }
  const auto held = bo.log().head(bo.shared(), ada.device())->seq;
  ada.shelf().take_back({{hex(saved.id.view())}}, {});
  const auto run = ada.log().read_run(ada.shared(), ada.device(), held + 1);
  ASSERT_EQ(bo.log().accept(bo.shared(), ada.device(), held + 1, run).verdict, store::Accepted::Verdict::kStored);
  const auto home = bo.database().file().parent_path();
  bo.stop();
  ASSERT_TRUE(std::filesystem::remove(home / "view.db"));
  bo.restart();
  Desk bos(bo);
  EXPECT_EQ(bo.blobs().count(), 0U);
  EXPECT_THAT(bos.wanted(bo.shared()), IsEmpty());
}

TEST_F(AnAttachment, ThatIsFetchedWhenItsEntryIsTakenBackIsNotKept) {
  const Saved saved = write_with(file_of(600'000));
  meet(ada, bo);
  Desk bos(bo);
  const std::vector<ChunkId> wanted = bos.wanted(bo.shared());
  ASSERT_THAT(wanted, SizeIs(3));
  const auto bytes = ada.blobs().get(wanted.front());
  ASSERT_TRUE(bytes);
  ada.shelf().take_back({{hex(saved.id.view())}}, {});
  meet(ada, bo);
  bos.attachments.folded();
  bo.blobs().put_theirs(wanted.front(), *bytes);  // it was on its way
  bos.attachments.came(bo.shared(), wanted.front());
  EXPECT_EQ(bo.blobs().count(), 0U);
}

TEST_F(AnAttachment, ThatAnotherEntryNamesStays) {
  const Saved saved = write_with(file_of(1000));
  Draft again;
  again.attachments = {find_attachment(ada.shelf(), target(saved), 1).attachment};
  const Saved other = ada.shelf().write(again, {});
  Desk desk(ada);
  ada.shelf().take_back({{hex(saved.id.view())}}, {});
  desk.attachments.folded();
  EXPECT_EQ(ada.blobs().count(), 1U);
  ada.shelf().take_back({{hex(other.id.view())}}, {});
  desk.attachments.folded();
  EXPECT_EQ(ada.blobs().count(), 0U);
}

// An edit that was not known where the entry was taken back stays, and so does what it names.
TEST_F(AnAttachment, StaysWithWhatWasEditedElsewhere) {
  const Saved saved = write_with(file_of(1000));
  ada.shelf().edit({target(saved), "better"}, {});
  Desk desk(ada);
  ada.journal(ada.shared()).append(Erase{{{saved.id}}}, {ada.now, 60});
  ada.settle();
  desk.attachments.folded();
  EXPECT_EQ(ada.blobs().count(), 1U);
  EXPECT_EQ(find_attachment(ada.shelf(), target(saved), 1).attachment.name, "lake.jpg");
  ada.restart();
  Desk later(ada);
  EXPECT_EQ(ada.blobs().count(), 1U) << "nor does the sweep at a start take it";
  ada.shelf().take_back({{hex(saved.id.view())}}, {});
  later.attachments.folded();
  EXPECT_EQ(ada.blobs().count(), 0U);
}

TEST_F(AnAttachment, GoesAlongWhenItsEntryIsEdited) {
  const Saved saved = write_with(file_of(1000));
  ada.shelf().edit({target(saved), "better"}, {});
  meet(ada, bo);
  for (Person* person : {&ada, &bo}) {
    const Item item = show(person->shelf(), target(saved));
    EXPECT_EQ(item.text, "better");
    ASSERT_THAT(item.attachments, SizeIs(1));
    EXPECT_EQ(list_attachments(person->shelf(), {}).size(), 1U) << "one file of one entry";
  }
}

TEST_F(AnAttachment, NeedsNoWordsBesideItWhenItsEntryIsEditedEither) {
  const Saved saved = write_with(file_of(1000), "");
  ada.shelf().edit({.entry = target(saved), .tags = {{"lake"}}}, {});
  EXPECT_THAT(show(ada.shelf(), target(saved)).tags, ElementsAre("lake"));
}

TEST_F(AnAttachment, OfAnEditedEntryIsSharedWithIt) {
  const Bytes file = file_of(1000);
  const Saved secret = write_with(file, "mine", "notebook");
  ada.shelf().edit({target(secret), "ours"}, {});
  Resealing resealing(ada.blobs(), ada.shelf().to_reseal(target(secret), {}, {}));
  while (resealing.step()) {
  }
  const Saved shared = ada.shelf().share(target(secret), {}, {}, resealing.attachments());
  resealing.kept();
  const Item item = show(ada.shelf(), target(shared));
  EXPECT_EQ(item.text, "ours");
  EXPECT_EQ(read_whole(ada.blobs(), find_attachment(ada.shelf(), target(shared), 1).attachment), file);
}

TEST_F(AnAttachment, IsNotDroppedBeforeEverythingIsFoldedThatMayNameIt) {
  const Saved saved = write_with(file_of(1000));
  const Entry entry = std::get<Entry>(ada.journal(ada.shared()).records().by_id(saved.id)->what);
  const auto again = encode_event({ada.now, 60, {}, Entry(entry)});
  const RecordId copy = append_bytes(ada, ada.notebook(), again.view());
  Desk desk(ada);
  ada.journal(ada.shared()).attached().unname(saved.id);
  desk.attachments.folded();
  EXPECT_EQ(ada.blobs().count(), 1U);
  ada.settle();
  desk.attachments.folded();
  EXPECT_EQ(ada.blobs().count(), 1U) << "the notebook names it";
  ada.journal(ada.notebook()).attached().unname(copy);
  desk.attachments.folded();
  EXPECT_EQ(ada.blobs().count(), 0U);
}

// Durable, and then something else failed: to its visitor nothing was saved, and the log names its chunks.
TEST_F(AnAttachment, UploadWhoseEntryWasWrittenAfterAllStays) {
  const Bytes file = file_of(600'000);
  Desk desk(ada);
  {
    Upload up(ada.blobs(), "lake.jpg", "image/jpeg", file.size(),
              [&](const ChunkId& chunk) { return desk.attachments.may_go(chunk); });
    for (ByteView rest = file; !rest.empty(); rest = rest.subspan(std::min(rest.size(), crypto::kChunkLength)))
      up.take(rest.first(std::min(rest.size(), crypto::kChunkLength)));
    Draft draft;
    draft.attachments = {up.attachment()};
    ada.killed_after = 1;
    EXPECT_THROW(ada.shelf().write(draft, {}), Person::Killed);
  }
  ada.settle();
  EXPECT_EQ(read_whole(ada.blobs(), find_attachment(ada.shelf(), {"last", {}}, 1).attachment), file);
}

TEST_F(AnAttachment, SealedAnewForASharingThatWasWrittenAfterAllStays) {
  const Saved secret = write_with(file_of(600'000), "mine", "notebook");
  Desk desk(ada);
  {
    Resealing resealing(ada.blobs(), ada.shelf().to_reseal(target(secret), {}, {}),
                        [&](const ChunkId& chunk) { return desk.attachments.may_go(chunk); });
    while (resealing.step()) {
    }
    ada.killed_after = 1;
    EXPECT_THROW(ada.shelf().share(target(secret), {}, {}, resealing.attachments()), Person::Killed);
  }
  ada.settle();
  EXPECT_EQ(ada.blobs().count(), 6U);
  {
    Upload given_up(ada.blobs(), "a", "", 3, [&](const ChunkId& chunk) { return desk.attachments.may_go(chunk); });
    given_up.take(file_of(3));
    EXPECT_EQ(ada.blobs().count(), 7U);
  }
  EXPECT_EQ(ada.blobs().count(), 6U) << "what nothing names goes";
}

// ---- sharing ----

TEST_F(AnAttachment, OfASharedEntryIsUnderAFreshKey) {
  const Bytes file = file_of(600'000);
  const Saved secret = write_with(file, "mine", "notebook");
  const Target entry = target(secret);
  Resealing resealing(ada.blobs(), ada.shelf().to_reseal(entry, {}, {}));
  while (resealing.step()) {
  }
  const Saved shared = ada.shelf().share(entry, {}, {}, resealing.attachments());
  resealing.kept();
  const Attachment before = find_attachment(ada.shelf(), entry, 1).attachment;
  const Attachment after = find_attachment(ada.shelf(), target(shared), 1).attachment;
  EXPECT_NE(before.key, after.key);
  for (const ChunkId& chunk : after.chunks) EXPECT_EQ(std::count(before.chunks.begin(), before.chunks.end(), chunk), 0);
  EXPECT_EQ(after.name, before.name);
  EXPECT_EQ(read_whole(ada.blobs(), after), file);
  EXPECT_EQ(read_whole(ada.blobs(), before), file);
}

TEST_F(AnAttachment, IsNeverSharedWithoutBeingSealedAnew) {
  const Saved secret = write_with(file_of(100), "mine", "notebook");
  EXPECT_EQ(refusal_of([&] { ada.shelf().share(target(secret), {}, {}); }), Reason::kUploadGone);
}

// ---- limits ----

TEST_F(AnAttachment, SixtyFourAreTakenAndOneMoreIsRefused) {
  const Upload up = upload(ada.blobs(), file_of(10));
  Draft draft;
  draft.attachments.assign(kAttachmentCount, up.attachment());
  EXPECT_THAT(show(ada.shelf(), target(ada.shelf().write(draft, {}))).attachments, SizeIs(kAttachmentCount));
  draft.attachments.push_back(up.attachment());
  EXPECT_EQ(refusal_of([&] { ada.shelf().write(draft, {}); }), Reason::kTooLong);
}

TEST_F(AnAttachment, SevenOfAGibibyteFitOneEntryAndEightDoNot) {
  Attachment large{{}, crypto::kBlobLimit, std::vector<ChunkId>(crypto::kChunkLimit), "film.mkv", "video/x-matroska"};
  Draft draft;
  draft.attachments.assign(7, large);
  EXPECT_NO_THROW(ada.shelf().write(draft, {}));
  draft.attachments.push_back(large);
  EXPECT_EQ(refusal_of([&] { ada.shelf().write(draft, {}); }), Reason::kTooLong);
}

TEST_F(AnAttachment, IsSaidToBeWhatMakesAnEditTooLong) {
  Attachment large{{}, crypto::kBlobLimit, std::vector<ChunkId>(crypto::kChunkLimit), "film.mkv", "video/x-matroska"};
  Draft draft;
  draft.attachments.assign(7, large);
  const Saved saved = ada.shelf().write(draft, {});
  try {
    ada.shelf().edit({target(saved), std::string(500'000, 'x')}, {});
    FAIL();
  } catch (const Refusal& refusal) {
    EXPECT_EQ(refusal.reason, Reason::kTooLong);
    EXPECT_EQ(refusal.detail, "attachments");
  }
}

TEST_F(AnAttachment, UploadTakesWhatItWasToldAndNothingElse) {
  store::Blobs& blobs = ada.blobs();
  EXPECT_EQ(refusal_of([&] { Upload(blobs, "", "", 1); }), Reason::kEmpty);
  EXPECT_EQ(refusal_of([&] { Upload(blobs, std::string(256, 'n'), "", 1); }), Reason::kTooLong);
  EXPECT_EQ(refusal_of([&] { Upload(blobs, "\xff", "", 1); }), Reason::kBadUtf8);
  EXPECT_EQ(refusal_of([&] { Upload(blobs, "a", "", crypto::kBlobLimit + 1); }), Reason::kTooLong);
  Upload up(blobs, "a", "", crypto::kChunkLength + 3);
  EXPECT_EQ(refusal_of([&] { up.take(file_of(100)); }), Reason::kBadRequest);
  up.take(file_of(crypto::kChunkLength));
  EXPECT_EQ(refusal_of([&] { up.take(file_of(4)); }), Reason::kBadRequest);
  up.take(file_of(3));
  EXPECT_TRUE(up.whole());
  EXPECT_EQ(refusal_of([&] { up.take(file_of(1)); }), Reason::kBadRequest);
}

// Other bytes in the same place would be sealed by the same key and nonce.
TEST_F(AnAttachment, UploadThatThrewTakesNothingMore) {
  std::uint64_t free = 0;
  store::Blobs blobs(ada.place_of_blobs() / "other", {}, [&](const auto&) { return std::optional(free); });
  Upload up(blobs, "a", "", 3);
  EXPECT_THROW(up.take(file_of(3, 1)), store::NotDurable);
  free = std::uint64_t{1} << 40;
  EXPECT_EQ(refusal_of([&] { up.take(file_of(3, 2)); }), Reason::kUploadGone);
  EXPECT_FALSE(up.whole());
  EXPECT_EQ(blobs.count(), 0U);
}

TEST_F(AnAttachment, ALetterTakesNone) {
  const Upload up = upload(ada.blobs(), file_of(10));
  Draft draft;
  draft.text = "in a year";
  draft.open_on = "tomorrow";
  draft.attachments = {up.attachment()};
  EXPECT_EQ(refusal_of([&] { ada.shelf().write(draft, {}); }), Reason::kNotItsKind);
}

// ---- what the other may send ----

event::Event message_with(const std::function<void(event::Attachment&)>& change) {
  event::Event message;
  message.mutable_entry()->set_text("look");
  event::Attachment& attachment = *message.mutable_entry()->add_attachments();
  attachment.set_key(std::string(32, 'k'));
  attachment.set_size(crypto::kChunkLength + 1);
  attachment.set_chunks(std::string(64, 'c'));
  attachment.set_name("n");
  change(attachment);
  return message;
}
bool reads(const std::function<void(event::Attachment&)>& change) {
  const std::string bytes = message_with(change).SerializeAsString();
  return decode_event(as_bytes(bytes)).has_value();
}

TEST(AnAttachmentOfTheOthers, IsTakenAtEveryLimitAndNotBeyond) {
  using A = event::Attachment;
  EXPECT_TRUE(reads([](A&) {}));
  EXPECT_FALSE(reads([](A& a) { a.set_key(std::string(31, 'k')); }));
  EXPECT_FALSE(reads([](A& a) { a.set_chunks(std::string(63, 'c')); }));
  EXPECT_FALSE(reads([](A& a) { a.set_chunks(std::string(32, 'c')); }));
  EXPECT_FALSE(reads([](A& a) { a.set_chunks(std::string(96, 'c')); }));
  EXPECT_TRUE(reads([](A& a) { a.set_size(0), a.clear_chunks(); }));
  EXPECT_FALSE(reads([](A& a) { a.set_size(0); }));
  EXPECT_TRUE(reads([](A& a) { a.set_size(crypto::kBlobLimit), a.set_chunks(std::string(32 * 4096, 'c')); }));
  EXPECT_FALSE(reads([](A& a) { a.set_size(crypto::kBlobLimit + 1), a.set_chunks(std::string(32 * 4097, 'c')); }));
  EXPECT_FALSE(reads([](A& a) { a.set_size(std::numeric_limits<std::uint64_t>::max()); }));
  EXPECT_TRUE(reads([](A& a) { a.set_name(std::string(255, 'n')); }));
  EXPECT_FALSE(reads([](A& a) { a.set_name(std::string(256, 'n')); }));
  EXPECT_FALSE(reads([](A& a) { a.clear_name(); }));
  EXPECT_TRUE(reads([](A& a) { a.set_media_type(std::string(127, 'm')); }));
  EXPECT_FALSE(reads([](A& a) { a.set_media_type(std::string(128, 'm')); }));
}

TEST_F(AnAttachment, WhoseChunksAreNoneOfItsKeyIsSaidToBeGarbled) {
  Entry entry{"look", {}, {}};
  const Upload up = upload(ada.blobs(), file_of(100));
  Attachment lie = up.attachment();
  lie.key[0] ^= 1;
  entry.attachments = {lie};
  forge(ada, ada.shared(), entry);
  meet(ada, bo);
  Desk desk(bo);
  EXPECT_EQ(desk.fetch(ada), 1U);
  const auto files = list_attachments(bo.shelf(), {});
  ASSERT_THAT(files, SizeIs(1));
  EXPECT_EQ(refusal_of([&] { read_piece(bo.blobs(), files[0].attachment, 0); }), Reason::kGarbled);
}

// ---- without end ----

// As many files of 1 GiB as an entry takes, of which there is nothing but their names.
Entry names_only(std::uint32_t which) {
  Entry entry{"look", {}, {}};
  for (std::uint32_t file = 0; file < 7; ++file) {
    Attachment& one = entry.attachments.emplace_back();
    one = {{}, crypto::kBlobLimit, std::vector<ChunkId>(crypto::kChunkLimit), "film.mkv", {}};
    std::uint32_t chunk = 0;
    for (ChunkId& id : one.chunks) {
      Bytes number;
      for (const std::uint32_t part : {which, file, chunk}) append_u32(number, part);
      id = crypto::chunk_id(number);
      ++chunk;
    }
  }
  return entry;
}
constexpr std::size_t kNamedByOne = 7 * crypto::kChunkLimit;

TEST_F(AnAttachment, IsKeptAccountOfUpToALimitWhereOthersNameThem) {
  Attached attached(&ada.blobs());
  const std::size_t limit = ada.blobs().limit() / crypto::kChunkLength + kNamedBeside;
  std::uint32_t which = 0;
  for (std::size_t named = 0; named + kNamedByOne <= limit; named += kNamedByOne)
    attached.name(RecordId{{1}}, names_only(which++), false);
  EXPECT_FALSE(attached.leaves_out());
  EXPECT_TRUE(attached.names(names_only(which - 1).attachments[0].chunks[0]));
  attached.name(RecordId{{2}}, names_only(which), false);
  EXPECT_TRUE(attached.leaves_out());
  EXPECT_FALSE(attached.names(names_only(which).attachments[0].chunks[0]));
  EXPECT_LE(attached.all().size(), limit);
  EXPECT_THAT(attached.take_fresh(), SizeIs(which));
  attached.name(RecordId{{3}}, names_only(which), true);
  EXPECT_TRUE(attached.names(names_only(which).attachments[0].chunks[0])) << "one's own is never left out";
}

TEST_F(AnAttachment, NamedAgainOrNoMoreTakesNoRoomFromOthers) {
  Attached attached(&ada.blobs());
  const std::size_t limit = ada.blobs().limit() / crypto::kChunkLength + kNamedBeside;
  std::uint32_t which = 0;
  for (std::size_t named = 0; named + 2 * kNamedByOne <= limit; named += kNamedByOne)
    attached.name(RecordId{{1}}, names_only(which++), false);
  for (int i = 0; i < 3; ++i) attached.name(RecordId{{1}}, names_only(0), false);
  EXPECT_FALSE(attached.leaves_out());
  attached.unname(RecordId{{1}});
  EXPECT_THAT(attached.take_gone(), SizeIs(which * kNamedByOne));
  for (std::uint32_t i = 0; i < which; ++i) attached.name(RecordId{{2}}, names_only(i), false);
  EXPECT_FALSE(attached.leaves_out());
}

// As the words of an entry do that has a film, and is edited again and again.
TEST_F(AnAttachment, OfAnEntryThatIsEditedOftenTakesRoomOnce) {
  Attached attached(&ada.blobs());
  const std::size_t limit = ada.blobs().limit() / crypto::kChunkLength + kNamedBeside;
  const auto versions = static_cast<std::uint8_t>(limit / kNamedByOne + 2);
  const Entry entry = names_only(0);
  for (std::uint8_t i = 1; i <= versions; ++i) attached.name(RecordId{{i}}, entry, false);
  EXPECT_FALSE(attached.leaves_out());
  attached.name(RecordId{{200}}, names_only(1), false);
  EXPECT_FALSE(attached.leaves_out());
  for (std::uint8_t i = 1; i < versions; ++i) attached.unname(RecordId{{i}});
  EXPECT_THAT(attached.take_gone(), IsEmpty());
  EXPECT_TRUE(attached.names(entry.attachments[0].chunks[0])) << "one of its versions is left";
  attached.unname(RecordId{{versions}});
  EXPECT_THAT(attached.take_gone(), SizeIs(kNamedByOne));
  EXPECT_FALSE(attached.names(entry.attachments[0].chunks[0]));
}

TEST_F(AnAttachment, NamedAgainAndAgainByOthersIsKeptAccountOfUpToALimit) {
  Attached attached;
  Entry entry{"look", {}, {}};
  for (const std::uint8_t one : {std::uint8_t{1}, std::uint8_t{2}})
    entry.attachments.push_back({{}, 1, {ChunkId{{one}}}, "film.mkv", {}});
  const auto record = [](std::size_t i) {
    RecordId id;
    for (std::size_t byte = 0; byte < 4; ++byte) id.bytes[byte] = static_cast<std::uint8_t>(i >> 8 * byte);
    return id;
  };
  for (std::size_t i = 0; i < kNamedBeside / 2; ++i) attached.name(record(i), entry, false);
  EXPECT_FALSE(attached.leaves_out());
  attached.name(record(kNamedBeside), entry, false);
  EXPECT_TRUE(attached.leaves_out());
}

TEST_F(AnAttachment, ThatWaitsForRoomIsNotLookedForInTheLogWhileTheViewIsMadeAnew) {
  constexpr std::uint32_t kEntries = 4;
  for (std::uint32_t i = 0; i < kEntries; ++i) forge(bo, bo.shared(), names_only(i));
  meet(ada, bo);
  Desk desk(ada, crypto::kBlobLimit);
  dynamic_cast<store::ViewDatabase&>(ada.view().database()).drop();
  static_cast<void>(status(ada.shelf()));
  std::set<ChunkId> came;
  const auto all_come = [&] {
    for (auto wanted = desk.wanted(ada.shared(), SIZE_MAX); !wanted.empty();) {
      for (const ChunkId& chunk : wanted) desk.attachments.came(ada.shared(), chunk);
      came.insert(wanted.begin(), wanted.end());
      desk.attachments.folded();
      wanted = desk.wanted(ada.shared(), SIZE_MAX);
    }
    return came.size();
  };
  EXPECT_LT(all_come(), kEntries * kNamedByOne);
  ASSERT_FALSE(ada.journal(ada.shared()).ready());
  ada.settle();
  desk.attachments.folded();
  EXPECT_EQ(all_come(), kEntries * kNamedByOne);
}

TEST_F(AnAttachment, WantedInGreatNumbersWaitsUntilThereIsRoom) {
  constexpr std::uint32_t kEntries = 5;
  for (std::uint32_t i = 0; i < kEntries; ++i) forge(bo, bo.shared(), names_only(i));
  meet(ada, bo);
  Desk desk(ada, crypto::kBlobLimit);
  std::set<ChunkId> came;
  for (int round = 0; round < 10 && came.size() < kEntries * kNamedByOne; ++round) {
    const auto wanted = desk.wanted(ada.shared(), SIZE_MAX);
    EXPECT_LT(wanted.size(), kOpenWants + kNamedByOne);
    const int before = desk.soon;
    for (const ChunkId& chunk : wanted) desk.attachments.came(ada.shared(), chunk);
    came.insert(wanted.begin(), wanted.end());
    if (desk.soon > before) desk.attachments.folded();
  }
  EXPECT_EQ(came.size(), kEntries * kNamedByOne) << "all of it has its turn";
}

// Bo's files that nobody has are in the way of none that there are.
TEST_F(AnAttachment, ThatIsThereIsFetchedBehindAFloodOfNames) {
  for (std::uint32_t i = 0; i < 3; ++i) forge(bo, bo.shared(), names_only(i));
  meet(ada, bo);
  Upload up = upload(bo.blobs(), file_of(100));
  Entry entry{"this one", {}, {}};
  entry.attachments = {up.attachment()};
  forge(bo, bo.shared(), entry);
  up.kept();
  meet(ada, bo);
  Desk desk(ada, crypto::kBlobLimit);
  std::int64_t place = desk.attachments.first_place(ada.shared());
  std::size_t refused = 0;
  for (;;) {
    const auto wanted = desk.attachments.wanted(ada.shared(), 1000, place, [](const ChunkId&) { return false; });
    if (wanted.empty()) break;
    for (const ChunkId& chunk : wanted) {
      const auto sealed = bo.blobs().get(chunk);
      if (!sealed) {
        desk.attachments.is_not_there(ada.shared(), chunk);
        ++refused;
        continue;
      }
      ada.blobs().put_theirs(chunk, *sealed);
      desk.attachments.came(ada.shared(), chunk);
    }
    desk.attachments.folded();
  }
  EXPECT_EQ(refused, 3 * kNamedByOne);
  EXPECT_EQ(read_whole(ada.blobs(), up.attachment()), file_of(100));
}

TEST_F(AnAttachment, IsFoundByItsNumber) {
  const Saved saved = write_with(file_of(1));
  EXPECT_EQ(refusal_of([&] { find_attachment(ada.shelf(), target(saved), 0); }), Reason::kNoSuchAttachment);
  EXPECT_EQ(refusal_of([&] { find_attachment(ada.shelf(), target(saved), 2); }), Reason::kNoSuchAttachment);
  EXPECT_EQ(refusal_of([&] { find_attachment(ada.shelf(), {"ffffffff", {}}, 1); }), Reason::kNotFound);
  EXPECT_EQ(find_attachment(ada.shelf(), {"last", {}}, 1).number, 1U);
}

}  // namespace
}  // namespace duolog::journal
