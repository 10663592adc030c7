// view_differential_test.cc: whatever is asked of the encrypted view and of plain SQLite, in whatever order, both
// answer alike: rows, changes and errors; also after the view was closed, opened again or rolled back. From a seed.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <sqlite3.h>

#include <array>
#include <cstdlib>
#include <random>

#include "crypto/hash.h"
#include "daemon/store/query.h"
#include "daemon/store/statements.h"
#include "daemon/store/view_database.h"
#include "tests/unit/home/temporary_folder.h"

namespace duolog::store {
namespace {

constexpr ViewSchema kSchema{R"(
CREATE TABLE entry (id INTEGER PRIMARY KEY, day INTEGER, text TEXT, data BLOB);
CREATE INDEX by_day ON entry (day, id);
CREATE TABLE tag (name TEXT, entry INTEGER, weight REAL, PRIMARY KEY (name, entry)) WITHOUT ROWID;
CREATE INDEX heavy ON tag (weight) WHERE weight > 0.5;
CREATE VIRTUAL TABLE words USING fts5 (text, tokenize = 'unicode61', prefix = 2);
CREATE VIRTUAL TABLE bare USING fts5 (text, content = '', columnsize = 0, detail = column);
CREATE TRIGGER gone AFTER DELETE ON entry BEGIN DELETE FROM tag WHERE entry = old.id; END;
INSERT INTO words (words, rank) VALUES ('pgsz', 4000);
)",
                             1};

bool nightly() {
  const char* tier = std::getenv("DUOLOG_TIER");
  return tier != nullptr && std::string_view(tier) == "nightly";
}

// SQLite as it is, behind the same door.
class PlainDatabase : public Connection {
 public:
  PlainDatabase() { sqlite_.exec(kSchema.text); }
  void transaction(const std::function<void()>& work) override {
    sqlite_.exec("BEGIN");
    try {
      work();
      sqlite_.exec("COMMIT");
    } catch (...) {
      sqlite_.exec("ROLLBACK");
      throw;
    }
  }
  SQLite::Statement& statement(const char* sql) override {
    try {
      return statements_.of(sql);
    } catch (const SQLite::Exception& error) {
      PlainDatabase::fail(error);
    }
  }
  [[noreturn]] void fail(const std::exception& error) override {
    const auto& sqlite = dynamic_cast<const SQLite::Exception&>(error);
    if (sqlite.getErrorCode() != SQLITE_CONSTRAINT && sqlite.getErrorCode() != SQLITE_ERROR) std::abort();
    throw BadQuery(error.what());
  }

 private:
  SQLite::Database sqlite_{":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
  Statements statements_{sqlite_};
};

// What is asked; `?` in their order: n a small number, t a text, m words to search for, b bytes, w a few words.
struct Asked {
  const char* sql;
  const char* bound;
};
constexpr Asked kWritten[] = {
    {"INSERT INTO entry (id, day, text, data) VALUES (?, ?, ?, ?)", "nntb"},
    {"INSERT INTO entry (day, text, data) VALUES (?, ?, ?)", "ntb"},
    {"INSERT OR REPLACE INTO entry (id, day, text, data) VALUES (?, ?, ?, ?)", "nntb"},
    {"UPDATE entry SET text = ?, data = ? WHERE id = ?", "tbn"},
    {"UPDATE entry SET day = day + 1 WHERE day BETWEEN ? AND ?", "nn"},
    {"UPDATE entry SET id = id + 1000 WHERE id = ?", "n"},
    {"UPDATE entry SET data = zeroblob(length(data) * 2) WHERE id = ? AND length(data) < 20000", "n"},
    {"DELETE FROM entry WHERE id = ?", "n"},
    {"DELETE FROM entry WHERE day = ?", "n"},
    {"DELETE FROM entry WHERE id > ? AND id % 3 = 0", "n"},
    {"INSERT OR IGNORE INTO tag (name, entry, weight) SELECT ?, id, id * 0.001 FROM entry WHERE day < ?", "tn"},
    {"INSERT INTO tag (name, entry, weight) VALUES (?, ?, ? / 100.0)", "tnn"},
    {"UPDATE tag SET weight = 1 - weight WHERE entry = ?", "n"},
    {"DELETE FROM tag WHERE name > ?", "t"},
    {"INSERT INTO words (rowid, text) VALUES (?, ?)", "nw"},
    {"INSERT INTO words (text) VALUES (?)", "w"},
    {"UPDATE words SET text = ? WHERE rowid = ?", "wn"},
    {"DELETE FROM words WHERE rowid = ?", "n"},
    {"DELETE FROM words WHERE words MATCH ?", "m"},
    {"INSERT INTO words (words, rank) VALUES ('merge', ?)", "n"},
    {"INSERT INTO words (words) VALUES ('optimize')", ""},
    {"INSERT INTO bare (rowid, text) SELECT max(coalesce((SELECT max(id) FROM entry), 0), 1000000) + ?, ?", "nw"},
    {"CREATE TABLE copy AS SELECT * FROM entry ORDER BY text, id", ""},
    {"CREATE INDEX by_text ON entry (text)", ""},
    {"DROP INDEX by_text", ""},
    {"DROP TABLE copy", ""},
    {"REINDEX", ""},
};
constexpr Asked kRead[] = {
    {"SELECT id, day, text, data FROM entry WHERE id = ?", "n"},
    {"SELECT id, text FROM entry WHERE day BETWEEN ? AND ? ORDER BY day, id LIMIT 50", "nn"},
    {"SELECT day, count(*), sum(length(data)), min(text) FROM entry GROUP BY day ORDER BY day", ""},
    {"SELECT e.id, t.name, t.weight FROM entry e JOIN tag t ON t.entry = e.id WHERE t.weight > 0.5 ORDER BY 1, 2", ""},
    {"SELECT name, count(*) FROM tag GROUP BY name ORDER BY name", ""},
    {"SELECT id FROM entry WHERE text LIKE ? ORDER BY id", "t"},
    {"SELECT rowid, text FROM words WHERE words MATCH ? ORDER BY rowid DESC LIMIT 20", "m"},
    {"SELECT rowid, snippet(words, 0, '[', ']', '…', 4) FROM words WHERE words MATCH ? ORDER BY rank, rowid LIMIT 5",
     "m"},
    {"SELECT count(*) FROM bare WHERE bare MATCH ?", "m"},
    {"SELECT DISTINCT substr(text, 1, 3) AS s FROM entry ORDER BY s DESC", ""},
    {"WITH RECURSIVE up (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < 50) "
     "SELECT n, (SELECT count(*) FROM entry WHERE id <= n) FROM up",
     ""},
    {"SELECT (SELECT count(*) FROM entry), (SELECT count(*) FROM tag), (SELECT count(*) FROM words)", ""},
};
constexpr Asked kEverything[] = {
    {"SELECT * FROM entry ORDER BY id", ""},
    {"SELECT * FROM tag ORDER BY name, entry", ""},
    {"SELECT rowid, text FROM words ORDER BY rowid", ""},
    {"SELECT count(*), min(rowid), max(rowid) FROM bare WHERE bare MATCH 'a* OR b* OR c* OR d* OR e* OR s* OR w*'", ""},
    {"SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name", ""},
    {"PRAGMA integrity_check", ""},
    {"INSERT INTO words (words, rank) VALUES ('integrity-check', 1)", ""},
    {"INSERT INTO bare (bare) VALUES ('integrity-check')", ""},
};

constexpr const char* kVocabulary[] = {"sea", "see", "salt", "tomato", "tomatoes", "Ärger", "ärger", "bed",
                                       "and", "so",  "to",   "wife",   "café",     "cafe",  "昨日",  "w"};

class Two {
 public:
  void open() {
    view_.reset();
    view_ = std::make_unique<ViewDatabase>(folder_ / "view.db", *crypto::LocalKey::from(Bytes(32, 9)), kSchema, cache_);
  }

  std::int64_t below(std::int64_t limit) { return std::uniform_int_distribution<std::int64_t>(0, limit - 1)(chance_); }
  const char* word() { return kVocabulary[below(std::size(kVocabulary))]; }
  std::string words() {
    std::string text = word();
    for (std::int64_t more = below(below(10) == 0 ? 400 : 12); more > 0; --more) text += std::string(" ") + word();
    return text;
  }
  std::string sought() {
    switch (below(4)) {
      case 0:
        return word();
      case 1:
        return std::string(word()) + "*";
      case 2:
        return '"' + std::string(word()) + ' ' + word() + '"';
      default:
        return std::string(word()) + (below(2) == 0 ? " OR " : " NOT ") + word();
    }
  }
  Bytes bytes() {
    const std::int64_t lengths[] = {0, 10, 300, 4050, 4070, 9000, 60000};
    Bytes made(static_cast<std::size_t>(lengths[below(6 + (below(10) == 0 ? 1 : 0))]));
    for (auto& byte : made) byte = static_cast<std::uint8_t>(chance_());
    return made;
  }

  // What is bound, drawn once for both.
  struct Bound {
    char kind;
    std::int64_t number;
    std::string text;
    Bytes bytes;
  };
  std::vector<Bound> draw(const char* kinds) {
    std::vector<Bound> drawn;
    for (; *kinds != '\0'; ++kinds) {
      Bound bound{*kinds, below(300), {}, {}};
      if (*kinds == 't' || *kinds == 'w') bound.text = *kinds == 'w' || below(3) == 0 ? words() : word();
      if (*kinds == 'm') bound.text = sought();
      if (*kinds == 'b') bound.bytes = bytes();
      drawn.push_back(std::move(bound));
    }
    return drawn;
  }

  // Everything that is answered, in one line; an error too.
  static std::string answer(Connection& connection, const char* sql, const std::vector<Bound>& bound) {
    std::string said;
    try {
      Query query(connection, sql);
      for (const Bound& value : bound) {
        if (value.kind == 'n') {
          query.bind(value.number);
        } else if (value.kind == 'b') {
          query.bind(ByteView(value.bytes));
        } else {
          query.bind(value.text);
        }
      }
      const int columns = columns_of(connection, sql);
      while (query.step()) {
        for (int i = 0; i < columns; ++i) said += query.is_null(i) ? "NULL|" : query.text(i) + "|";
        said += "\n";
      }
      if (changes_rows(sql)) {
        Query changes(connection, "SELECT changes()");
        changes.step();
        said += changes.text(0) + " changes";
      }
    } catch (const BadQuery&) {
      said += "an error";
    }
    return said;
  }
  static bool changes_rows(std::string_view sql) {
    return sql.starts_with("INSERT") || sql.starts_with("UPDATE") || sql.starts_with("DELETE");
  }
  static int columns_of(Connection& connection, const char* sql) { return connection.statement(sql).getColumnCount(); }

  void ask_both(const Asked& asked) {
    const auto bound = draw(asked.bound);
    const std::string plain = answer(plain_, asked.sql, bound);
    const std::string ours = answer(*view_, asked.sql, bound);
    ++asked_;
    errors_ += plain == "an error";
    rows_ += std::count(plain.begin(), plain.end(), '\n');
    ASSERT_EQ(ours, plain) << asked.sql;
  }
  void ask_some() {
    for (std::int64_t count = below(12); count >= 0; --count) {
      ASSERT_NO_FATAL_FAILURE(below(3) == 0 ? ask_both(kRead[below(std::size(kRead))])
                                            : ask_both(kWritten[below(std::size(kWritten))]));
    }
  }
  void compare_everything() {
    for (const Asked& asked : kEverything) ASSERT_NO_FATAL_FAILURE(ask_both(asked));
  }

  // A transaction on both, which ends well or is taken back.
  void transact() {
    struct ChangedMyMind {};
    const bool taken_back = below(3) == 0;
    try {
      plain_.transaction([&] {
        view_->transaction([&] {
          ask_some();
          if (taken_back) throw ChangedMyMind();
        });
      });
    } catch (const ChangedMyMind&) {
      ++taken_back_;
    }
  }
  void reopen() {
    if (below(2) == 0) view_->make_clean();
    open();
    ++opened_;
    ASSERT_FALSE(view_->fresh()) << view_->why_fresh();
    compare_everything();
  }

  void run(std::uint64_t seed, int steps) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    chance_.seed(seed);
    cache_ = below(2) == 0 ? std::size_t{32} << 10 : std::size_t{4} << 20;  // pages are written early, or late
    open();
    for (int step = 0; step < steps && !::testing::Test::HasFatalFailure(); ++step) {
      const std::int64_t what = below(100);
      if (what < 2) {
        reopen();
      } else if (what == 2) {
        ask_both({"VACUUM", ""});
      } else if (what < 40) {
        transact();
      } else {
        ask_some();
      }
    }
    if (!::testing::Test::HasFatalFailure()) compare_everything();
    if (!::testing::Test::HasFatalFailure()) reopen();
  }

  testing::TemporaryFolder folder_;
  std::mt19937_64 chance_;
  std::size_t cache_ = 0;
  PlainDatabase plain_;
  std::unique_ptr<ViewDatabase> view_;
  std::int64_t asked_ = 0, errors_ = 0, rows_ = 0;
  int taken_back_ = 0, opened_ = 0;
};

// By day these seeds, at night each of them and nine more: how many is asked while it runs, because ctest may have kept
// the list of tests from a day.
constexpr std::uint64_t kByDay = 4, kAtNight = 40;

class TheViewAndPlainSQLite : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(TheViewAndPlainSQLite, AnswerAlike) {
  for (std::uint64_t seed = GetParam(); seed <= (nightly() ? kAtNight : kByDay); seed += kByDay) {
    SCOPED_TRACE(seed);
    Two two;
    two.run(seed, nightly() ? 1500 : 150);
    EXPECT_GT(two.asked_, nightly() ? 6000 : 600);
    EXPECT_GT(two.rows_, two.asked_) << "little was there to be compared";
    EXPECT_LT(two.errors_ * 3, two.asked_);
    EXPECT_GT(two.errors_, 0);
    EXPECT_GT(two.taken_back_, 3);
    EXPECT_GT(two.opened_, 0);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, TheViewAndPlainSQLite, ::testing::Range(std::uint64_t{1}, kByDay + 1));

}  // namespace
}  // namespace duolog::store
