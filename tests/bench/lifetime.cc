// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/lifetime.h"

#include <cmath>
#include <fstream>

namespace duolog::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kInOneTransaction = 5'000;
constexpr std::size_t kLength = 500;
constexpr double kVocabulary = 30'000;

constexpr const char* kDiary = R"(
CREATE TABLE entry (id INTEGER PRIMARY KEY, written INTEGER NOT NULL, mood INTEGER NOT NULL, text TEXT NOT NULL);
CREATE INDEX by_time ON entry (written);
CREATE TABLE tag (name TEXT NOT NULL, entry INTEGER NOT NULL, PRIMARY KEY (name, entry)) WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5 (text, content = 'entry', content_rowid = 'id', prefix = '2 3');
)";

}  // namespace

// Each rank has a word of its own, whose beginning many others share.
std::string Author::word() {
  auto rank = static_cast<std::uint32_t>(std::exp(std::generate_canonical<double, 32>(dice_) * std::log(kVocabulary)));
  std::string word = "w";
  for (; rank > 0; rank /= 20) word += static_cast<char>('a' + rank % 20);
  return word;
}

std::string Author::text(std::size_t length) {
  std::string text;
  while (text.size() < length) text += word() + ' ';
  if (dice_() % 50 == 0) text += "我们去东京看樱花";
  return text;
}

Written entry(Author& author, std::size_t number, std::int64_t from_ms) {
  return {"n" + std::to_string(number) + " " + author.text(kLength), number % 9 == 0 ? "ninth" : "other",
          number % 4 == 0 ? 3U : 0U, from_ms + static_cast<std::int64_t>(number) * kBetweenMs};
}

House::House(const fs::path& folder)
    : identity(*journal::Identity::open({folder / "vault", folder / "key"}, {})),
      database(folder / "duolog.db", store::Database::Open::kExisting),
      log(database),
      state(database, identity.keys().local_key("local.state")),
      view(folder / "view.db", identity.keys().local_key("local.view"), nullptr),
      shelf({identity, log, state, view, Clock::of_this_machine(), "Europe/Berlin"}, {}) {
  shelf.start();
}

void House::settle() {
  while (shelf.fold_some()) {
  }
}

namespace {

void make_home(const fs::path& folder, std::size_t count, std::int64_t from) {
  static_cast<void>(journal::Identity::create({folder / "vault", folder / "key"}, {"Ada", "laptop"}, {}, {},
                                              Clock::of_this_machine().wall()));
  store::Database(folder / "duolog.db", store::Database::Open::kCreate);
  House house(folder);
  journal::Journal& notebook = *house.shelf.by_id(house.identity.journals().front().id);
  Author author;
  for (std::size_t written = 0; written < count;) {
    house.database.transaction([&] {
      for (std::size_t i = 0; i < kInOneTransaction && written < count; ++i, ++written) {
        const Written one = entry(author, written, from);
        notebook.append(journal::Entry{one.text, {one.tag}, {}, one.mood}, {one.written_ms, kOffsetMinutes});
      }
    });
  }
  house.settle();
}

void make_diary(const fs::path& file, std::size_t count, std::int64_t from) {
  PlainDiary diary(file);
  Author author;
  for (std::size_t written = 0; written < count;) {
    diary.together([&] {
      for (std::size_t i = 0; i < kInOneTransaction && written < count; ++i, ++written)
        diary.append(entry(author, written, from));
    });
  }
  diary.ask("INSERT INTO words (words) VALUES ('optimize')");
}

}  // namespace

void make_lifetime(const fs::path& folder, std::size_t count) {
  if (fs::exists(folder / "made")) return;
  fs::remove_all(folder);
  fs::create_directories(folder);
  const std::int64_t now = Clock::of_this_machine().wall().time_since_epoch().count();
  const std::int64_t from = now - static_cast<std::int64_t>(count) * kBetweenMs;
  make_home(folder, count, from);
  make_diary(folder / "plain.db", count, from);
  std::ofstream(folder / "made") << "";
}

PlainDiary::PlainDiary(const fs::path& file) : sqlite_(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE) {
  for (const char* setting : {"PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA cache_size = -8192"})
    SQLite::Statement(sqlite_, setting).executeStep();
  if (!sqlite_.tableExists("entry")) sqlite_.exec(kDiary);
}

SQLite::Statement& PlainDiary::statement(const char* sql) {
  auto& statement = statements_[sql];
  if (!statement) statement = std::make_unique<SQLite::Statement>(sqlite_, sql);
  statement->reset();
  return *statement;
}

std::size_t PlainDiary::ask(const char* sql, const std::vector<Bound>& bound) {
  SQLite::Statement& asked = statement(sql);
  for (std::size_t i = 0; i < bound.size(); ++i)
    std::visit([&](const auto& value) { asked.bind(static_cast<int>(i) + 1, value); }, bound[i]);
  std::size_t read = 0;
  std::size_t rows = 0;
  while (asked.executeStep()) {
    ++rows;
    for (int column = 0; column < asked.getColumnCount(); ++column) read += asked.getColumn(column).getBytes() > 0;
  }
  asked.reset();
  return read > 0 ? rows : 0;
}

void PlainDiary::append(const Written& one) {
  ask("INSERT INTO entry (written, mood, text) VALUES (?, ?, ?)", {one.written_ms, std::int64_t{one.mood}, one.text});
  const std::int64_t id = sqlite_.getLastInsertRowid();
  ask("INSERT INTO tag (name, entry) VALUES (?, ?)", {std::string(one.tag), id});
  ask("INSERT INTO words (rowid, text) VALUES (?, ?)", {id, one.text});
}

// An index beside a table is told what it knew.
void PlainDiary::forget_words(std::int64_t id) {
  ask("INSERT INTO words (words, rowid, text) SELECT 'delete', id, text FROM entry WHERE id = ?", {id});
}

void PlainDiary::reword(std::int64_t id, const std::string& text) {
  forget_words(id);
  ask("UPDATE entry SET text = ? WHERE id = ?", {text, id});
  ask("INSERT INTO words (rowid, text) VALUES (?, ?)", {id, text});
}

void PlainDiary::remove(std::int64_t id) {
  forget_words(id);
  ask("DELETE FROM tag WHERE entry = ?", {id});
  ask("DELETE FROM entry WHERE id = ?", {id});
}

void PlainDiary::together(const std::function<void()>& work) {
  sqlite_.exec("BEGIN");
  work();
  sqlite_.exec("COMMIT");
}

std::size_t PlainDiary::search(const std::string& match, std::size_t counted) {
  const std::size_t shown =
      ask("SELECT entry.id, written, mood, snippet(words, 0, '[', ']', '…', 20) FROM words JOIN entry ON entry.id = "
          "words.rowid WHERE words MATCH ? ORDER BY words.rowid DESC LIMIT 20",
          {match});
  ask("SELECT count(*) FROM (SELECT 1 FROM words WHERE words MATCH ? LIMIT ?)",
      {match, static_cast<std::int64_t>(counted)});
  return shown;
}

}  // namespace duolog::bench
