// view_database_test.cc: when a view is believed, when it is made anew, and what a transaction on it promises.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/store/view_database.h"

#include "tests/unit/store/view_fixture.h"

namespace duolog::store {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using testing::text_of;
using testing::what_it_says;
using testing::write_text;

constexpr ViewSchema kNewerNotes{kNotes.text, 2};
constexpr ViewSchema kOtherNotes{"CREATE TABLE other (x)", 1};

std::set<std::string> names_in(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.insert(entry.path().filename());
  return names;
}

// ---- believed, or made anew ----

TEST_F(AView, IsMadeWhereThereIsNoneAndForItsOwnerAlone) {
  open();
  EXPECT_TRUE(view().fresh());
  EXPECT_EQ(view().why_fresh(), "there was none");
  EXPECT_EQ(testing::mode_of(file()), fs::perms(0600));
  view().make_clean();
  EXPECT_EQ(testing::mode_of(mark()), fs::perms(0600));
}

TEST_F(AView, IsAsItWasLeft) {
  open();
  put(1);
  put(2);
  close();
  open();
  EXPECT_FALSE(view().fresh());
  EXPECT_THAT(view().why_fresh(), IsEmpty());
  EXPECT_TRUE(view().is_clean());
  EXPECT_THAT(notes(), ElementsAre(note_of(1, 20), note_of(2, 20)));
  EXPECT_EQ(found("note"), 2);
}

TEST_F(AView, IsReadWithoutChangingEitherFile) {
  open();
  put_many(1, 50, 3000);
  close();
  const Files before = files();
  open();
  EXPECT_THAT(notes(), SizeIs(50));
  EXPECT_TRUE(view().is_clean());
  close();
  EXPECT_EQ(files(), before);
}

TEST_F(AView, LosesItsMarkBeforeTheFirstWrite) {
  open();
  put(1);
  view().make_clean();
  EXPECT_TRUE(view().is_clean());
  EXPECT_TRUE(fs::exists(mark()));
  put(2);
  EXPECT_FALSE(view().is_clean());
  EXPECT_FALSE(fs::exists(mark()));
  view().make_clean();
  EXPECT_TRUE(fs::exists(mark()));
}

TEST_F(AView, LosesItsMarkBeforeAPageThatIsWrittenWithinATransaction) {
  open();
  view().make_clean();
  view().transaction([&] {
    put_many(1, 200, 3000);  // more than the pages in memory
    EXPECT_GT(fs::file_size(file()), 100'000U);
    EXPECT_FALSE(fs::exists(mark()));
  });
}

// ---- many together ----

TEST_F(AView, ShowsWhatIsGatheredAtOnceAndKeepsItsMarkUntilItIsCommitted) {
  open();
  view().make_clean();
  view().gather([&] { put(1); });
  view().gather([&] { put(2); });
  EXPECT_THAT(notes(), SizeIs(2));
  EXPECT_FALSE(view().is_clean());
  EXPECT_TRUE(fs::exists(mark()));
  view().commit();
  EXPECT_FALSE(fs::exists(mark()));
  view().make_clean();
  close();
  open();
  EXPECT_THAT(notes(), ElementsAre(note_of(1, 20), note_of(2, 20)));
}

TEST_F(AView, IsMadeCleanAndClosedWithAllThatWasGathered) {
  open();
  view().gather([&] { put(1); });
  view().make_clean();
  EXPECT_TRUE(view().is_clean());
  view().gather([&] { put(2); });
  close();
  open();
  EXPECT_FALSE(view().fresh());
  EXPECT_THAT(notes(), SizeIs(2));
}

TEST_F(AView, CommitsByItselfWhatIsGatheredWithoutEnd) {
  open();
  view().make_clean();
  for (int id = 1; id <= 1000 && fs::exists(mark()); ++id) view().gather([&] { put(id); });
  EXPECT_FALSE(fs::exists(mark()));
  EXPECT_THAT(notes(), SizeIs(::testing::Lt(1000U)));
}

TEST_F(AView, HasNothingThatWasGatheredBeforeOneThatThrew) {
  open();
  view().transaction([&] { put(1); });
  view().gather([&] { put(2); });
  EXPECT_THROW(view().gather([] { throw std::runtime_error("changed my mind"); }), std::runtime_error);
  EXPECT_THAT(notes(), ElementsAre(note_of(1, 20)));
}

TEST_F(AView, CommitsWhatIsGatheredBeforeATransactionThatMayThrow) {
  open();
  view().gather([&] { put(1); });
  EXPECT_THROW(view().transaction([] { throw std::runtime_error("changed my mind"); }), std::runtime_error);
  EXPECT_THAT(notes(), ElementsAre(note_of(1, 20)));
}

// So a kill after a write costs no folding anew of what was there before.
TEST_F(AView, IsAsItWasBeforeAfterAKillThatMetOnlyWhatWasGathered) {
  open();
  put(1);
  close();
  ASSERT_EQ(ends_in_the_middle([&] {
              view().gather([&] { put(2); });
              return notes().size() == 2 ? 0 : 1;
            }),
            0);
  open();
  EXPECT_FALSE(view().fresh());
  EXPECT_THAT(notes(), ElementsAre(note_of(1, 20)));
}

TEST_F(AView, KeepsItsMarkWhileNothingOfItChanges) {
  open();
  put(1);
  view().make_clean();
  const auto written = fs::last_write_time(mark());
  view().make_clean();
  EXPECT_THROW(view().transaction([] { throw std::runtime_error("changed my mind"); }), std::runtime_error);
  EXPECT_TRUE(view().is_clean());
  EXPECT_EQ(fs::last_write_time(mark()), written);
}

// What the process leaves without an end, at any moment.
TEST_F(AView, IsMadeAnewAfterAKill) {
  for (const bool within_a_transaction : {false, true}) {
    open();
    put(1);
    close();
    ASSERT_EQ(ends_in_the_middle([&] {
                if (!within_a_transaction) put(2);
                view().transaction([&] {
                  put_many(10, 200, 3000);
                  if (within_a_transaction) ::_exit(0);
                });
                return 0;
              }),
              0);
    open();
    EXPECT_EQ(view().why_fresh(), "it was not closed well");
    EXPECT_THAT(notes(), IsEmpty());
    close();
    fs::remove(file());
  }
}

TEST_F(AView, IsAsItWasLeftAfterAKillThatMetNoWrite) {
  open();
  put(1);
  close();
  ASSERT_EQ(ends_in_the_middle([&] { return notes().size() == 1 ? 0 : 1; }), 0);
  open();
  EXPECT_FALSE(view().fresh());
}

TEST_F(AView, OfAnotherVersionIsMadeAnew) {
  open();
  put(1);
  open(kNewerNotes);
  EXPECT_EQ(view().why_fresh(), "it is of another version");
  EXPECT_THAT(notes(), IsEmpty());
}

TEST_F(AView, OfOtherTablesIsMadeAnewThoughTheVersionWasForgotten) {
  open();
  put(1);
  open(kOtherNotes);
  EXPECT_EQ(view().why_fresh(), "it is of another version");
  EXPECT_EQ(told("SELECT count(*) FROM other"), "0");
}

TEST_F(AView, MadeByAnotherHandIsMadeAnew) {
  constexpr ViewSchema kByOne{kNotes.text, kNotes.version, "Unicode 14"};
  constexpr ViewSchema kByAnother{kNotes.text, kNotes.version, "Unicode 15"};
  open(kByOne);
  put(1);
  open(kByOne);
  EXPECT_THAT(view().why_fresh(), IsEmpty());
  open(kByAnother);
  EXPECT_EQ(view().why_fresh(), "it is of another version");
  EXPECT_THAT(notes(), IsEmpty());
}

TEST_F(AView, OfAnotherKeyIsMadeAnew) {
  open();
  put(1);
  open(kNotes, 8);
  EXPECT_EQ(view().why_fresh(), "its clean mark does not fit");
  EXPECT_THAT(notes(), IsEmpty());
}

TEST_F(AView, IsNeverWhatAnotherProgramLaidInItsPlace) {
  const auto laid = [&](const std::string& bytes) {
    write_text(file(), bytes);
    open();
    EXPECT_TRUE(view().fresh());
    EXPECT_THAT(notes(), IsEmpty());
    close();
  };
  laid("");
  laid("a text");
  laid(std::string(8192, 'x'));
  laid(text_of("/proc/self/exe").substr(0, 40960));
}

TEST_F(AView, DoesNotFollowALink) {
  const fs::path elsewhere = folder_ / "letter";
  write_text(elsewhere, "dear Bo");
  fs::create_symlink(elsewhere, file());
  open();
  put(1);
  close();
  EXPECT_EQ(text_of(elsewhere), "dear Bo");
  EXPECT_TRUE(fs::is_regular_file(fs::symlink_status(file())));
}

TEST_F(AView, DoesNotReadAMarkThatOthersCouldHaveWritten) {
  open();
  put(1);
  close();
  fs::permissions(mark(), fs::perms(0666));
  open();
  EXPECT_EQ(view().why_fresh(), "its clean mark does not fit");
}

TEST_F(AView, LeavesNothingWhenItIsDropped) {
  open();
  put(1);
  view().make_clean();
  view().drop();
  EXPECT_THAT(names_in(folder_.path()), IsEmpty());
  EXPECT_THROW(notes(), ViewLost);
  EXPECT_THROW(put(2), ViewLost);
  EXPECT_THROW(view().make_clean(), ViewLost);
  close();
  EXPECT_THAT(names_in(folder_.path()), IsEmpty());
}

TEST_F(AView, IsTwoFilesAndNothingElse) {
  open();
  std::set<std::string> seen;
  view().transaction([&] {
    put_many(1, 300, 3000);
    Query(view(), "CREATE TABLE sorted AS SELECT text FROM note ORDER BY text DESC").run();
    Query(view(), "UPDATE note SET text = text || '!'").run();
    seen.merge(names_in(folder_.path()));
  });
  Query(view(), "CREATE INDEX by_text ON sorted (text)").run();
  Query(view(), "VACUUM").run();
  seen.merge(names_in(folder_.path()));
  view().make_clean();
  seen.merge(names_in(folder_.path()));
  EXPECT_THAT(seen, ElementsAre("view.clean", "view.db"));
}

TEST_F(AView, RunsAsItMust) {
  open();
  put(1);
  EXPECT_EQ(told("PRAGMA journal_mode"), "memory");
  EXPECT_EQ(told("PRAGMA synchronous"), "0");
  EXPECT_EQ(told("PRAGMA locking_mode"), "exclusive");
  EXPECT_EQ(told("PRAGMA temp_store"), "2");
  EXPECT_EQ(told("PRAGMA secure_delete"), "1");
  EXPECT_EQ(told("PRAGMA page_size"), "4096");
  EXPECT_EQ(told("PRAGMA cache_size"), "-64");
  EXPECT_EQ(told("PRAGMA mmap_size"), "");  // a file that cannot be mapped has no such size
}

// ---- in memory ----

TEST(AViewInMemory, IsTheSameWithoutFiles) {
  const auto view = ViewDatabase::in_memory(kNotes);
  EXPECT_TRUE(view->fresh());
  EXPECT_TRUE(view->is_in_memory());
  view->transaction([&] { Query(*view, "INSERT INTO note (text) VALUES ('a')").run(); });
  view->make_clean();
  EXPECT_FALSE(view->is_clean());
  Query count(*view, "SELECT count(*) FROM note");
  EXPECT_TRUE(count.step() && count.number(0) == 1);
}

TEST(AViewInMemory, IsGoneWhenDropped) {
  const auto view = ViewDatabase::in_memory(kNotes);
  view->drop();
  EXPECT_THROW(Query(*view, "SELECT count(*) FROM note"), ViewLost);
}

// ---- transactions ----

class ATransactionOnAView : public AView {
 protected:
  void SetUp() override { open(); }
};

TEST_F(ATransactionOnAView, IsAllOrNothing) {
  put(1);
  EXPECT_THROW(view().transaction([&] {
    put_many(2, 200, 3000);  // pages of it are in the file already
    throw std::runtime_error("changed my mind");
  }),
               std::runtime_error);
  EXPECT_THAT(notes(), ElementsAre(note_of(1, 20)));
  EXPECT_EQ(found("note"), 1);
  EXPECT_EQ(told("PRAGMA integrity_check"), "ok");
}

TEST_F(ATransactionOnAView, ThatFailsInsideTakesTheOuterOneDown) {
  EXPECT_THROW(view().transaction([&] {
    put(1);
    try {
      view().transaction([] { throw std::runtime_error("inner"); });
    } catch (const std::runtime_error&) {
    }
  }),
               BadQuery);
  EXPECT_THAT(notes(), IsEmpty());
  put(2);
  EXPECT_THAT(notes(), SizeIs(1));
}

TEST_F(ATransactionOnAView, WithABugOfOursLeavesTheViewInUse) {
  put(1);
  EXPECT_THAT(what_it_says<BadQuery>([&] { put(1); }), HasSubstr("note.id"));
  EXPECT_THAT(what_it_says<BadQuery>([&] { told("SELECT secret FROM note"); }), HasSubstr("no such column: secret"));
  EXPECT_THAT(notes(), SizeIs(1));
  put(2);
  EXPECT_THAT(notes(), SizeIs(2));
}

TEST_F(ATransactionOnAView, DoesNotQuoteWhatWasSearchedFor) {
  const std::string said = what_it_says<BadQuery>([&] { found("\"the tomatoes"); });
  EXPECT_THAT(said, Not(HasSubstr("tomatoes")));
  EXPECT_THAT(said, Not(IsEmpty()));
}

TEST(AViewsSchema, ThatIsNoneIsABugOfOurs) {
  const ViewSchema wrong{"CREATE TABLE (", 1};
  EXPECT_THROW(ViewDatabase::in_memory(wrong), BadQuery);
  const testing::TemporaryFolder folder;
  EXPECT_THROW(ViewDatabase(folder / "view.db", *crypto::LocalKey::from(Bytes(32, 1)), wrong), BadQuery);
}

}  // namespace
}  // namespace duolog::store
