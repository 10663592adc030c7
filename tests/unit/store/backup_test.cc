// backup_test.cc: a home as one file: what is taken out was put in, and nothing that was changed or cut is taken out.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>

#include "crypto/hash.h"
#include "daemon/store/backup_unpacker.h"
#include "daemon/store/backup_writer.h"
#include "daemon/store/restored_mark.h"
#include "daemon/store/vault_file.h"
#include "tests/unit/store/faulty_disk.h"
#include "tests/unit/store/log_fixture.h"

namespace duolog::store {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::TemporaryFolder;
using testing::text_of;
using testing::what_it_says;
using testing::write_text;

crypto::LocalKey key(std::uint8_t fill = 1) { return *crypto::LocalKey::from(Bytes(32, fill)); }

using Files = std::vector<std::pair<std::string, std::string>>;

Bytes written(const Files& files) {
  BackupFrames frames;
  Bytes out = frames.head({1234, DeviceId{}});
  for (const auto& [name, content] : files) {
    append(out, frames.file(name, content.size()));
    for (ByteView rest = as_bytes(content); !rest.empty();) {
      append(out, frames.piece(rest.first(std::min(rest.size(), kBackupPiece))));
      rest = rest.subspan(std::min(rest.size(), kBackupPiece));
    }
  }
  append(out, frames.end(key()));
  return out;
}

struct Taken {
  Files files;
  std::string refused;  // empty: all of it was sound
  bool ours = false;
};

Taken take(ByteView bytes, std::size_t at_a_time = 4096) {
  Taken taken;
  BackupReader reader({[&](const std::string& name, std::uint64_t) { taken.files.emplace_back(name, ""); },
                       [&](ByteView piece) { taken.files.back().second += as_text(piece); }, [] {}});
  try {
    for (; !bytes.empty(); bytes = bytes.subspan(std::min(bytes.size(), at_a_time)))
      reader.feed(bytes.first(std::min(bytes.size(), at_a_time)));
    reader.finish();
    taken.ours = reader.is_of(key());
  } catch (const BadBackup& bad) {
    taken.refused = bad.what();
  }
  return taken;
}

const std::string kChunk = "blobs/aa/" + std::string(64, 'a');
const Files kSmall{{"vault", "a vault"}, {"duolog.db", "a database"}, {kChunk, "a chunk"}};

TEST(ABackup, GivesBackWhatWasPutIn) {
  const Files files{{"vault", "v"}, {"duolog.db", std::string(kBackupPiece + 1, 'd')}, {kChunk, ""}};
  for (const std::size_t at_a_time : {std::size_t{1} << 20, std::size_t{4096}, std::size_t{333}}) {
    const Taken taken = take(written(files), at_a_time);
    EXPECT_EQ(taken.refused, "");
    EXPECT_EQ(taken.files, files);
    EXPECT_TRUE(taken.ours);
  }
}

TEST(ABackup, CutAtAnyByteIsRefused) {
  const Bytes whole = written(kSmall);
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_NE(take(ByteView(whole).first(length), 64).refused, "") << length;
}

TEST(ABackup, WithAnyBitFlippedIsRefused) {
  const Bytes whole = written(kSmall);
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    Bytes changed = whole;
    changed[bit / 8] ^= static_cast<std::uint8_t>(1 << (bit % 8));
    EXPECT_NE(take(changed).refused, "") << bit;
  }
}

TEST(ABackup, WithMoreBehindItsEndIsRefused) {
  Bytes longer = written(kSmall);
  longer.push_back(0);
  EXPECT_THAT(take(longer).refused, HasSubstr("more behind its end"));
}

TEST(ABackup, WhoseFramesWereMovedOrLeftOutIsRefused) {
  BackupFrames frames;
  const Bytes head = frames.head({1, DeviceId{}});
  const Bytes first = frames.file("vault", 0);
  const Bytes second = frames.file("duolog.db", 0);
  const Bytes end = frames.end(key());
  const auto refused = [&](std::initializer_list<const Bytes*> parts) {
    Bytes bytes;
    for (const Bytes* part : parts) append(bytes, *part);
    return take(bytes).refused;
  };
  EXPECT_EQ(refused({&head, &first, &second, &end}), "");
  EXPECT_NE(refused({&head, &second, &first, &end}), "");
  EXPECT_NE(refused({&head, &second, &end}), "");
  EXPECT_NE(refused({&head, &first, &first, &second, &end}), "");
}

TEST(ABackup, OfAnotherDeviceIsKnown) {
  BackupFrames frames;
  Bytes bytes = frames.head({1, DeviceId{}});
  append(bytes, frames.end(key(2)));
  const Taken taken = take(bytes);
  EXPECT_EQ(taken.refused, "");
  EXPECT_FALSE(taken.ours);
}

TEST(ABackup, HoldsNoMoreThanOneFrameWhateverALengthSays) {
  for (const std::uint32_t length : {std::uint32_t{kBackupPiece} + 1, std::uint32_t{1} << 31, UINT32_MAX}) {
    Bytes bytes = to_bytes(as_bytes(kBackupMagic));
    bytes.push_back(3);
    append_u32(bytes, length);
    EXPECT_EQ(take(bytes, 1).refused, "it is damaged") << length;  // before a byte of it came
  }
}

// A chunk has one name, and nothing else lies beside the vault and the database.
TEST(ABackup, TakesNoOtherNameThanThoseOfAHome) {
  const std::string digits(64, 'a');
  EXPECT_EQ(backup_name(*ChunkId::from(Bytes(32, 0xaa))), kChunk);
  for (const std::string& name : {std::string("vault"), std::string("duolog.db"), kChunk}) {
    EXPECT_TRUE(is_backup_name(name)) << name;
    for (std::size_t at = 0; at <= name.size(); ++at) {
      EXPECT_FALSE(is_backup_name(name.substr(0, at) + "/" + name.substr(at))) << name << " " << at;
      EXPECT_FALSE(is_backup_name(name.substr(0, at) + std::string(1, '\0') + name.substr(at))) << name << " " << at;
    }
    for (std::size_t at = 0; at < name.size(); ++at)
      EXPECT_FALSE(is_backup_name(name.substr(0, at))) << name << " " << at;
  }
  for (const std::string& name :
       {std::string(), std::string("key"), std::string("restored"), std::string("config.toml"), std::string("../vault"),
        std::string("/etc/passwd"), std::string("blobs"), std::string("blobs/"), "blobs/" + digits,
        "blobs/ab/" + digits, "blobs/AA/" + std::string(64, 'A'), "blobs/../" + digits.substr(1),
        "blobs/aa/" + digits + "a", "blobs/aa/../../" + digits.substr(6), "blobs/gg/" + std::string(64, 'g'),
        "./" + kChunk, kChunk + "/"})
    EXPECT_FALSE(is_backup_name(name)) << name;
}

// Well-formed frames of a program that is not ours.
class AStranger {
 public:
  AStranger() : chain_(crypto::hash("backup.begin", {as_bytes(kBackupMagic)})) {
    append(bytes_, as_bytes(kBackupMagic));
    frame(FrameKind::kHead, Bytes(8 + 32));
  }
  void frame(FrameKind kind, ByteView content) {
    Bytes head{static_cast<std::uint8_t>(kind)};
    append_u32(head, static_cast<std::uint32_t>(content.size()));
    chain_ = crypto::hash("backup.frame", {chain_.view(), head, content});
    append(bytes_, head);
    append(bytes_, content);
    append(bytes_, chain_.view());
  }
  void file(std::string_view name, std::string_view content, std::uint64_t size) {
    Bytes head;
    append_u64(head, size);
    append(head, as_bytes(name));
    frame(FrameKind::kFile, head);
    if (!content.empty()) frame(FrameKind::kPiece, as_bytes(content));
  }
  Bytes end() {
    frame(FrameKind::kEnd, Bytes(32));
    return bytes_;
  }

 private:
  Bytes bytes_;
  Hash chain_;
};

TEST(ABackup, ThatWasMadeToHarmIsRefused) {
  const auto refused = [](const std::function<void(AStranger&)>& how) {
    AStranger stranger;
    how(stranger);
    return take(stranger.end()).refused;
  };
  EXPECT_EQ(refused([](auto& one) { one.file("vault", "v", 1); }), "");
  EXPECT_THAT(refused([](auto& one) { one.file("vault", "four", 3); }), HasSubstr("longer than it says"));
  EXPECT_THAT(refused([](auto& one) { one.file("vault", "", 3); }), HasSubstr("shorter than it says"));
  EXPECT_THAT(refused([](auto& one) { one.file("../vault", "v", 1); }), HasSubstr("does not belong"));
  EXPECT_THAT(refused([](auto& one) { one.file("", "v", 1); }), HasSubstr("a name in it is none"));
  EXPECT_THAT(refused([](auto& one) { one.file(std::string(5000, 'a'), "v", 1); }), HasSubstr("a name in it is none"));
  EXPECT_THAT(refused([](auto& one) { one.file("vault", "v", UINT64_MAX); }), HasSubstr("does not belong"));
  EXPECT_THAT(refused([](auto& one) { one.frame(FrameKind::kPiece, as_bytes("v")); }), HasSubstr("longer"));
  EXPECT_THAT(refused([](auto& one) { one.frame(FrameKind::kHead, Bytes(40)); }), HasSubstr("head"));
  EXPECT_THAT(refused([](auto& one) { one.frame(FrameKind{9}, as_bytes("v")); }), HasSubstr("newer duolog"));
}

TEST(AnUnpackedBackup, LeavesItsFolderUnderNoName) {
  const TemporaryFolder folder;
  write_text(folder / "vault", "of another");
  for (const std::string name : {"../vault", "/vault", "blobs/../../vault", "blobs/aa/../../../vault", "..", "."}) {
    AStranger stranger;
    stranger.file(name, "harm", 4);
    BackupUnpacker unpacker(folder / "restoring");
    EXPECT_THROW(unpacker.feed(stranger.end()), BadBackup) << name;
    EXPECT_TRUE(std::filesystem::is_empty(folder / "restoring")) << name;
  }
  EXPECT_EQ(text_of(folder / "vault"), "of another");
}

TEST(ABackup, OfANewerVersionIsNamedSo) {
  Bytes newer = written(kSmall);
  for (const char version : {'2', '9'}) {
    newer[7] = static_cast<std::uint8_t>(version);
    EXPECT_THAT(take(newer).refused, HasSubstr("newer duolog"));
  }
  for (int bit = 0; bit < 8; ++bit) {
    newer[7] = static_cast<std::uint8_t>('1' ^ 1 << bit);
    if (newer[7] > '1' && newer[7] <= '9') continue;
    EXPECT_THAT(take(newer).refused, HasSubstr("no backup")) << "one flipped bit is no version: " << bit;
  }
  EXPECT_THAT(take(as_bytes("a letter to my mother, and no backup")).refused, HasSubstr("no backup"));
  EXPECT_THAT(take({}).refused, HasSubstr("no backup"));
}

TEST(AnUnpackedBackup, LiesInAFolderOfItsOwnAndGoesWithIt) {
  const TemporaryFolder folder;
  {
    BackupUnpacker unpacker(folder / "restoring");
    unpacker.feed(written(kSmall));
    unpacker.finish();
    EXPECT_EQ(text_of(unpacker.vault()), "a vault");
    EXPECT_EQ(text_of(unpacker.folder() / kChunk), "a chunk");
    EXPECT_EQ(testing::mode_of((unpacker.folder() / kChunk).parent_path()), std::filesystem::perms(0700));
    EXPECT_EQ(testing::mode_of(unpacker.vault()), std::filesystem::perms(0600));
    EXPECT_EQ(testing::mode_of(unpacker.folder()), std::filesystem::perms(0700));
  }
  EXPECT_FALSE(std::filesystem::exists(folder / "restoring"));
}

TEST(AnUnpackedBackup, WithoutAVaultOrWithAFileTwiceIsNone) {
  const TemporaryFolder folder;
  const auto says = [&](const Files& files) {
    return what_it_says<BadBackup>([&] {
      BackupUnpacker unpacker(folder / "restoring");
      unpacker.feed(written(files));
      unpacker.finish();
    });
  };
  EXPECT_THAT(says({{"duolog.db", "d"}}), HasSubstr("no whole home"));
  EXPECT_THAT(says({{"vault", "v"}}), HasSubstr("no whole home"));
  EXPECT_THAT(says({{"vault", "v"}, {"vault", "w"}, {"duolog.db", "d"}}), HasSubstr("twice"));
}

// ---- written from a log that goes on ----

class AWrittenBackup : public ASealedLog {
 protected:
  BackupParts parts() {
    return {database(), blobs, place / "copy.db", [this] { return to_bytes(as_bytes(vault())); }, {7, bo.id()}, key()};
  }
  void copy(BackupWriter& writer) {
    while (writer.stage() == BackupWriter::Stage::kCopying || writer.stage() == BackupWriter::Stage::kChecking)
      writer.work();
  }
  Bytes all(BackupWriter& writer) {
    Bytes bytes;
    for (Bytes piece = writer.next(); !piece.empty(); piece = writer.next()) append(bytes, piece);
    return bytes;
  }
  ChunkId chunk(const std::string& content) {
    const ChunkId id = crypto::chunk_id(as_bytes(content));
    blobs.put_own(id, as_bytes(content));
    return id;
  }
  TemporaryFolder place;
  Blobs blobs{place / "blobs"};
  std::function<std::string()> vault = [] { return "the vault"; };
};

TEST_F(AWrittenBackup, HoldsEveryRecordAndOpensByItself) {
  const Records run = bo.write_many(300);
  ASSERT_EQ(verdict(1, run), Verdict::kStored);
  BackupWriter writer(parts());
  copy(writer);
  EXPECT_EQ(writer.records(), 300U);
  EXPECT_THAT(writer.damage(), IsEmpty());
  const Bytes bytes = all(writer);
  BackupUnpacker unpacker(place / "restoring");
  unpacker.feed(bytes);
  unpacker.finish();
  EXPECT_TRUE(unpacker.reader().is_of(key()));
  Database restored(unpacker.database(), Database::Open::kExisting);
  EXPECT_EQ(restored.refusal(), "");  // it needs no log beside it
  SealedLog found(restored);
  EXPECT_EQ(found.read_run(journal, bo.id(), 1).size(), 300U);
}

// What is committed between two slices is in it or not, and never half.
TEST_F(AWrittenBackup, IsOneMomentThoughTheLogGoesOn) {
  std::uint64_t next = 1;
  for (; next < 3000; next += 1000) ASSERT_EQ(verdict(next, bo.write_many(1000)), Verdict::kStored);
  vault = [this] { return "as of record " + std::to_string(held()); };
  BackupWriter writer(parts());
  while (writer.stage() == BackupWriter::Stage::kCopying) {
    writer.work();
    ASSERT_EQ(verdict(next, bo.write_many(20)), Verdict::kStored);
    next += 20;
  }
  copy(writer);
  EXPECT_GE(writer.records(), 3000U);
  EXPECT_LT(writer.records(), next);
  BackupUnpacker unpacker(place / "restoring");
  unpacker.feed(all(writer));
  unpacker.finish();
  Database restored(unpacker.database(), Database::Open::kExisting);
  EXPECT_EQ(restored.integrity(), "");
  SealedLog found(restored);
  EXPECT_EQ(found.head(journal, bo.id())->seq, writer.records());
  EXPECT_EQ(held(), next - 1);
  ASSERT_GT(writer.records(), 3000U) << "else this shows nothing of the vault";
  EXPECT_EQ(text_of(unpacker.vault()), "as of record " + std::to_string(writer.records()));
}

TEST_F(AWrittenBackup, TakesEveryChunkAlong) {
  const std::string longest(crypto::kSealedChunkLimit, 'x');
  const ChunkId first = chunk(longest);
  const ChunkId second = chunk("a short one");
  BackupWriter writer(parts());
  copy(writer);
  BackupUnpacker unpacker(place / "restoring");
  unpacker.feed(all(writer));
  unpacker.finish();
  EXPECT_EQ(writer.chunks(), 2U);
  EXPECT_EQ(text_of(unpacker.vault()), "the vault");
  Blobs found(unpacker.blobs());
  EXPECT_EQ(as_text(*found.get(first)), longest);
  EXPECT_EQ(as_text(*found.get(second)), "a short one");
  EXPECT_EQ(found.count(), 2U);
}

TEST_F(AWrittenBackup, LeavesARottenChunkOutAndWantsItAgain) {
  const ChunkId rotten = chunk("it was a picture");
  (void)chunk("a sound one");
  std::vector<ChunkId> lost;
  blobs.lost = [&](const ChunkId& id) { lost.push_back(id); };
  BackupWriter writer(parts());
  copy(writer);
  write_text(place / backup_name(rotten), "it is a pixture!");
  const Taken taken = take(all(writer));
  EXPECT_EQ(taken.refused, "");
  EXPECT_EQ(taken.files.size(), 3U);
  EXPECT_EQ(writer.chunks(), 1U);
  EXPECT_THAT(lost, ElementsAre(rotten));
}

TEST_F(AWrittenBackup, SaysWhatIsRottenInTheOriginal) {
  ASSERT_EQ(verdict(1, bo.write_many(10)), Verdict::kStored);
  rot("UPDATE record SET body = zeroblob(length(body)) WHERE (place & 0xffffffff) = ? - 1", 4);
  rot("UPDATE record SET head = zeroblob(208) WHERE (place & 0xffffffff) = ? - 1", 7);
  BackupWriter writer(parts());
  copy(writer);
  EXPECT_EQ(writer.missing(), 3U);  // a body; a head, and the one before it
  EXPECT_THAT(writer.damage(), ::testing::Contains(HasSubstr("record 7")));
  EXPECT_EQ(take(all(writer)).refused, "");  // what is sound is in it
}

// What is rotten is forgotten in the copy, which may find no room for that: then it would want a log that is not there.
TEST_F(AWrittenBackup, IsNoneWhereItsCopyCannotBeClosed) {
  ASSERT_EQ(verdict(1, bo.write_many(10)), Verdict::kStored);
  rot("UPDATE record SET body = zeroblob(length(body)) WHERE (place & 0xffffffff) = ? - 1", 4);
  int refused = 0;
  bool fired = true;
  for (int nth = 1; fired; ++nth) {
    testing::FaultyDisk disk;
    BackupWriter writer(parts());
    while (writer.stage() == BackupWriter::Stage::kCopying) writer.work();
    disk.fail_at(testing::FaultyDisk::Fault::kFull, nth, true);
    try {
      copy(writer);
    } catch (const NotDurable&) {
      ++refused;
      disk.heal();
      continue;
    }
    fired = disk.fired();
    disk.heal();
    BackupUnpacker unpacker(place / "restoring");
    unpacker.feed(all(writer));
    unpacker.finish();
    const Database restored(unpacker.database(), Database::Open::kExisting);
    EXPECT_EQ(restored.refusal(), "") << nth;
  }
  EXPECT_GT(refused, 0);
}

TEST_F(AWrittenBackup, LeavesNoCopyOnceItsLastByteWasGiven) {
  ASSERT_EQ(verdict(1, bo.write_many(10)), Verdict::kStored);
  for (int i = 0; i < 8; ++i) (void)chunk(std::string(crypto::kChunkLength, static_cast<char>('a' + i)));
  BackupWriter writer(parts());
  copy(writer);
  ASSERT_TRUE(std::filesystem::exists(place / "copy.db"));
  (void)writer.next();
  EXPECT_EQ(writer.stage(), BackupWriter::Stage::kWriting);
  EXPECT_FALSE(std::filesystem::exists(place / "copy.db"));
}

TEST_F(AWrittenBackup, LeavesNothingBehind) {
  {
    BackupWriter unfinished(parts());
    unfinished.work();
  }
  EXPECT_TRUE(std::filesystem::is_empty(place.path()));  // no chunk was ever put
}

// ---- the mark of a restored home ----

TEST(ARestoredMark, IsThereUntilItsLastJournalMayBeWrittenIn) {
  const TemporaryFolder folder;
  const JournalId one = journal_named(1), two = journal_named(2);
  EXPECT_THAT(RestoredMark(folder / "restored").held(), IsEmpty());
  RestoredMark(folder / "restored").hold({one, two});
  RestoredMark mark(folder / "restored");
  EXPECT_THAT(mark.held(), ElementsAre(one, two));
  mark.release(one);
  EXPECT_THAT(RestoredMark(folder / "restored").held(), ElementsAre(two));
  mark.release(one);
  mark.release(two);
  EXPECT_FALSE(std::filesystem::exists(folder / "restored"));
}

TEST(ARestoredMark, ThatIsDamagedIsNeverTakenForNone) {
  const TemporaryFolder folder;
  RestoredMark(folder / "restored").hold({journal_named(1), journal_named(2)});
  const std::string whole = text_of(folder / "restored");
  for (std::size_t length = 0; length < whole.size(); ++length) {
    write_text(folder / "restored", whole.substr(0, length));
    EXPECT_THROW(RestoredMark(folder / "restored"), BadVaultFile) << length;
  }
  write_text(folder / "restored", whole + whole.substr(9));
  EXPECT_THROW(RestoredMark(folder / "restored"), BadVaultFile) << "nor one with more behind its end";
}

}  // namespace
}  // namespace duolog::store
