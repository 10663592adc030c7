// encrypted_pages_test.cc: what the file takes and gives, asked by SQLite's own calls.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/store/encrypted_pages.h"

#include <gmock/gmock.h>
#include <sqlite3.h>

#include <fstream>
#include <memory>

#include "tests/unit/home/temporary_folder.h"

namespace duolog::store {
namespace {

namespace fs = std::filesystem;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using Stamps = EncryptedPages::Stamps;

constexpr std::size_t kPage = EncryptedPages::kPageSize;
constexpr std::size_t kUsable = kPage - static_cast<std::size_t>(EncryptedPages::kReserved);
constexpr int kMain = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_READWRITE;

class AnEncryptedFile : public ::testing::Test {
 protected:
  AnEncryptedFile() { testing::write_text(path(), ""); }
  ~AnEncryptedFile() override { close(); }
  [[nodiscard]] fs::path path() const { return folder_ / "view.db"; }

  void open(Stamps stamps = {}, std::uint8_t fill = 1) {
    close();
    pages_ = std::make_unique<EncryptedPages>(*crypto::PageKey::from(Bytes(32, fill)), std::move(stamps), [this] {
      ++asked_;
      if (forbids_writing_) throw std::runtime_error("not now");
    });
    ASSERT_EQ(ask_for(kMain, path()), SQLITE_OK);
  }
  // What SQLite would ask for beside the file.
  int ask_for(int flags, const fs::path& name) {
    sqlite3_vfs* vfs = sqlite3_vfs_find(pages_->vfs().c_str());
    auto memory = std::make_unique<std::byte[]>(static_cast<std::size_t>(vfs->szOsFile));
    auto* file = reinterpret_cast<sqlite3_file*>(memory.get());
    name_ = name.string() + std::string(2, '\0');  // SQLite's names end in more than one zero
    const int result = vfs->xOpen(vfs, name_.c_str(), file, flags, nullptr);
    if (result != SQLITE_OK) {
      EXPECT_EQ(file->pMethods, nullptr) << "SQLite would close it";
      return result;
    }
    memory_ = std::move(memory);
    return result;
  }
  sqlite3_file* file() { return reinterpret_cast<sqlite3_file*>(memory_.get()); }
  void close() {
    if (memory_) file()->pMethods->xClose(file());
    memory_.reset();
    pages_.reset();
  }

  static Bytes page_of(std::uint8_t fill) {
    Bytes page(kPage, fill);
    std::fill(page.begin() + kUsable, page.end(), std::uint8_t{0});
    return page;
  }
  int write(std::size_t number, const Bytes& bytes, std::size_t offset = 0) {
    return file()->pMethods->xWrite(file(), bytes.data(), static_cast<int>(bytes.size()),
                                    static_cast<sqlite3_int64>((number - 1) * kPage + offset));
  }
  // Empty: it cannot be read.
  Bytes read(std::size_t number, std::size_t offset = 0, std::size_t length = kPage) {
    Bytes bytes(length, 0xee);
    code_ = file()->pMethods->xRead(file(), bytes.data(), static_cast<int>(length),
                                    static_cast<sqlite3_int64>((number - 1) * kPage + offset));
    return code_ == SQLITE_OK ? bytes : Bytes();
  }

  testing::TemporaryFolder folder_;
  std::string name_;
  std::unique_ptr<EncryptedPages> pages_;
  std::unique_ptr<std::byte[]> memory_;
  int code_ = 0;
  int asked_ = 0;
  bool forbids_writing_ = false;
};

TEST_F(AnEncryptedFile, GivesBackWhatItTook) {
  open();
  EXPECT_EQ(write(1, page_of(1)), SQLITE_OK);
  EXPECT_EQ(write(2, page_of(2)), SQLITE_OK);
  EXPECT_EQ(write(1, page_of(3)), SQLITE_OK);
  EXPECT_EQ(read(1), page_of(3));
  EXPECT_EQ(read(2), page_of(2));
  const Stamps stamps = pages_->stamps();
  EXPECT_THAT(stamps, SizeIs(2));
  open(stamps);
  EXPECT_EQ(read(1), page_of(3));
  EXPECT_EQ(read(2), page_of(2));
}

TEST_F(AnEncryptedFile, LooksLikeChanceAndNeverTwiceAlike) {
  open();
  write(1, page_of(0));
  const std::string once = testing::text_of(path());
  write(1, page_of(0));
  const std::string again = testing::text_of(path());
  ASSERT_EQ(once.size(), kPage);
  std::size_t alike = 0;
  for (std::size_t i = 0; i < kPage; ++i) alike += once[i] == again[i];
  EXPECT_LT(alike, 80U);  // 16 of 4,096 by chance
  EXPECT_LT(std::count(once.begin(), once.end(), '\0'), 80);
}

TEST_F(AnEncryptedFile, IsReadInPartsOfAPage) {
  open();
  Bytes page = page_of(0);
  for (std::size_t i = 0; i < kUsable; ++i) page[i] = static_cast<std::uint8_t>(i * 7);
  write(1, page);
  EXPECT_EQ(read(1, 0, 100), Bytes(page.begin(), page.begin() + 100));
  EXPECT_EQ(read(1, 24, 16), Bytes(page.begin() + 24, page.begin() + 40));
  EXPECT_EQ(read(1, kUsable, 40), Bytes(40, 0));
  EXPECT_EQ(read(1, kPage - 1, 2), Bytes()) << "across two pages";
}

TEST_F(AnEncryptedFile, EndsAsSQLiteExpects) {
  open();
  write(1, page_of(1));
  Bytes bytes(kPage, 0xee);
  EXPECT_EQ(file()->pMethods->xRead(file(), bytes.data(), kPage, kPage), SQLITE_IOERR_SHORT_READ);
  EXPECT_EQ(bytes, Bytes(kPage, 0));
  sqlite3_int64 size = 0;
  EXPECT_EQ(file()->pMethods->xFileSize(file(), &size), SQLITE_OK);
  EXPECT_EQ(size, static_cast<sqlite3_int64>(kPage));
  EXPECT_THAT(pages_->trouble(), IsEmpty());
}

TEST_F(AnEncryptedFile, ReadsAsZerosWhereSQLiteLeftAPageOut) {
  open();
  write(1, page_of(1));
  write(4, page_of(4));
  EXPECT_EQ(read(2), Bytes(kPage, 0));
  EXPECT_EQ(read(4), page_of(4));
  const Stamps stamps = pages_->stamps();
  open(stamps);
  EXPECT_EQ(read(3), Bytes(kPage, 0));
  // ... whatever somebody writes there.
  std::fstream disk(path(), std::ios::in | std::ios::out | std::ios::binary);
  disk.seekp(kPage).write("forged", 6).flush();
  EXPECT_EQ(read(2), Bytes(kPage, 0));
}

TEST_F(AnEncryptedFile, TakesNoPageWhoseLastBytesAreInUse) {
  for (const std::size_t at : {kUsable, kPage - 20, kPage - 1}) {
    open();
    Bytes page = page_of(1);
    page[at] = 1;
    EXPECT_EQ(write(1, page), SQLITE_IOERR_WRITE);
    EXPECT_THAT(pages_->trouble(), HasSubstr("no room for its seal"));
    EXPECT_THAT(testing::text_of(path()), IsEmpty());
  }
}

TEST_F(AnEncryptedFile, TakesWholePagesOnly) {
  open();
  EXPECT_EQ(write(1, Bytes(512, 0)), SQLITE_IOERR_WRITE);
  open();
  EXPECT_EQ(write(1, page_of(0), 512), SQLITE_IOERR_WRITE);
  open();
  EXPECT_EQ(write(1, Bytes(2 * kPage, 0)), SQLITE_IOERR_WRITE);
  EXPECT_THAT(testing::text_of(path()), IsEmpty());
}

TEST_F(AnEncryptedFile, IsTheMainDatabaseAndNothingElse) {
  open();
  const fs::path other = folder_ / "other";
  for (const bool is_there : {false, true}) {
    if (is_there) testing::write_text(other, "theirs");
    for (const int kind :
         {SQLITE_OPEN_MAIN_JOURNAL, SQLITE_OPEN_TEMP_DB, SQLITE_OPEN_TEMP_JOURNAL, SQLITE_OPEN_TRANSIENT_DB,
          SQLITE_OPEN_SUBJOURNAL, SQLITE_OPEN_SUPER_JOURNAL, SQLITE_OPEN_WAL}) {
      EXPECT_EQ(ask_for(kind | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, other), SQLITE_CANTOPEN) << kind;
    }
    EXPECT_EQ(ask_for(kMain | SQLITE_OPEN_CREATE, other), SQLITE_CANTOPEN) << "a second one";
    EXPECT_EQ(fs::exists(other), is_there);
  }
  EXPECT_EQ(testing::text_of(other), "theirs");
}

TEST_F(AnEncryptedFile, IsNeverCreatedByTheWay) {
  open();
  close();
  fs::remove(path());
  pages_ = std::make_unique<EncryptedPages>(*crypto::PageKey::from(Bytes(32, 1)), Stamps{}, [] {});
  EXPECT_EQ(ask_for(kMain | SQLITE_OPEN_CREATE, path()), SQLITE_CANTOPEN);
  EXPECT_FALSE(fs::exists(path()));
}

TEST_F(AnEncryptedFile, DoesNotSeeAJournalThatSomebodyLaidBesideIt) {
  open();
  testing::write_text(path().string() + "-journal", "theirs");
  sqlite3_vfs* vfs = sqlite3_vfs_find(pages_->vfs().c_str());
  int there = 1;
  EXPECT_EQ(vfs->xAccess(vfs, (path().string() + "-journal").c_str(), SQLITE_ACCESS_EXISTS, &there), SQLITE_OK);
  EXPECT_EQ(there, 0);
  vfs->xDelete(vfs, (path().string() + "-journal").c_str(), 0);
  EXPECT_EQ(testing::text_of(path().string() + "-journal"), "theirs");
}

TEST_F(AnEncryptedFile, AsksOnceBeforeItChangesAndAgainOnceItIsSettled) {
  open();
  EXPECT_FALSE(pages_->changed());
  write(1, page_of(1));
  write(2, page_of(2));
  EXPECT_TRUE(pages_->changed());
  EXPECT_EQ(asked_, 1);
  pages_->sync();
  pages_->settle();
  EXPECT_FALSE(pages_->changed());
  EXPECT_EQ(file()->pMethods->xTruncate(file(), kPage), SQLITE_OK);
  EXPECT_EQ(asked_, 2);
}

TEST_F(AnEncryptedFile, IsNotChangedWhereThatIsRefused) {
  open();
  write(1, page_of(1));
  pages_->settle();
  const std::string before = testing::text_of(path());
  forbids_writing_ = true;
  EXPECT_NE(write(1, page_of(2)), SQLITE_OK);
  EXPECT_EQ(pages_->trouble(), "not now");
  EXPECT_NE(file()->pMethods->xTruncate(file(), 0), SQLITE_OK);
  EXPECT_EQ(testing::text_of(path()), before);
}

// What SQLite has in its memory may be older than what is on the disk: nothing of it goes there any more.
TEST_F(AnEncryptedFile, IsDeadAfterTheFirstThingThatDoesNotAddUp) {
  open();
  write(1, page_of(1));
  write(2, page_of(2));
  const Stamps stamps = pages_->stamps();
  open(stamps, 2);  // another key
  EXPECT_EQ(read(2), Bytes());
  EXPECT_EQ(code_, SQLITE_IOERR_DATA);
  EXPECT_EQ(pages_->trouble(), "page 2 is not authentic");
  EXPECT_NE(write(1, page_of(3)), SQLITE_OK);
  EXPECT_THROW(pages_->sync(), std::runtime_error);
  EXPECT_EQ(pages_->trouble(), "page 2 is not authentic") << "the first cause is told";
  EXPECT_EQ(asked_, 1) << "by the first file";
}

}  // namespace
}  // namespace duolog::store
