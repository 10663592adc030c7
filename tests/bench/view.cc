// view.cc: what sealing every page costs: the same statements on the encrypted view and on plain SQLite, in turns.
//
//     duolog_bench_view [FOLDER [ENTRIES [SAMPLES]]]
//
// Plain SQLite has the same settings and the same tables. Prints one row for each kind of question: the median of
// either side and their ratio. "first": in a connection that has read nothing yet (the system has the file in memory).
// SPDX-License-Identifier: GPL-3.0-or-later
#include <SQLiteCpp/SQLiteCpp.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>

#include "crypto/secret.h"
#include "daemon/store/query.h"
#include "daemon/store/statements.h"
#include "daemon/store/view_database.h"

namespace duolog::bench {
namespace {

namespace fs = std::filesystem;
using store::Connection;
using store::Query;
using store::ViewDatabase;
using Milliseconds = double;

constexpr store::ViewSchema kSchema{R"(
CREATE TABLE entry (id INTEGER PRIMARY KEY, day INTEGER NOT NULL, author INTEGER NOT NULL, text TEXT NOT NULL);
CREATE INDEX by_day ON entry (day, id);
CREATE VIRTUAL TABLE words USING fts5 (text, content = '', detail = full);
INSERT INTO words (words, rank) VALUES ('pgsz', 4000);
)",
                                    1};

class Plain : public Connection {
 public:
  explicit Plain(const fs::path& file) : sqlite_(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE) {
    for (const char* setting :
         {"PRAGMA locking_mode = EXCLUSIVE", "PRAGMA journal_mode = MEMORY", "PRAGMA synchronous = OFF",
          "PRAGMA temp_store = MEMORY", "PRAGMA secure_delete = ON", "PRAGMA cache_size = -8192"})
      SQLite::Statement(sqlite_, setting).executeStep();
    if (!sqlite_.tableExists("entry")) sqlite_.exec(kSchema.text);
  }
  void transaction(const std::function<void()>& work) override {
    sqlite_.exec("BEGIN");
    work();
    sqlite_.exec("COMMIT");
  }
  SQLite::Statement& statement(const char* sql) override { return statements_.of(sql); }
  [[noreturn]] void fail(const std::exception& error) override {
    std::fprintf(stderr, "%s\n", error.what());
    std::exit(1);
  }

 private:
  SQLite::Database sqlite_;
  store::Statements statements_{sqlite_};
};

// Words as people use them: few of them often (Zipf), the rarest hardly ever.
class Words {
 public:
  std::string text() {
    std::string text;
    for (int count = 10 + static_cast<int>(chance_() % 80); count > 0; --count) text += word() + ' ';
    return text;
  }

 private:
  std::string word() {
    const double u = std::generate_canonical<double, 32>(chance_);
    return "w" + std::to_string(static_cast<int>(std::exp(u * std::log(30'000.0))));
  }
  std::mt19937_64 chance_{11};
};

void put(Connection& to, std::int64_t id, std::string_view text) {
  Query(to, "INSERT INTO entry (id, day, author, text) VALUES (?, ?, ?, ?)")
      .bind(id)
      .bind(id / 20)
      .bind(id % 2)
      .bind(text)
      .run();
  Query(to, "INSERT INTO words (rowid, text) VALUES (?, ?)").bind(id).bind(text).run();
}

void put_all(Connection& to, std::int64_t entries) {
  Words words;
  for (std::int64_t id = 0; id < entries;) {
    to.transaction([&] {
      for (const std::int64_t until = std::min(entries, id + 2000); id < until; ++id) put(to, id, words.text());
    });
  }
  to.transaction([&] { Query(to, "INSERT INTO words (words) VALUES ('optimize')").run(); });
}

void read_all(Query& query) {
  std::size_t bytes = 0;
  while (query.step()) bytes += query.blob(0).size();
  if (bytes == 1) std::puts("");  // so that it is read
}
void list(Connection& from, std::int64_t before) {
  Query query(from, "SELECT text FROM entry WHERE id < ? ORDER BY id DESC LIMIT 20");
  query.bind(before);
  read_all(query);
}
void on_this_day(Connection& from, std::int64_t day) {
  Query query(from, "SELECT text FROM entry WHERE day IN (?, ? - 365, ? - 730, ? - 1095) ORDER BY day, id");
  for (int i = 0; i < 4; ++i) query.bind(day);
  read_all(query);
}
void search(Connection& from, std::string_view match) {
  Query query(
      from,
      "SELECT e.text FROM (SELECT rowid AS id FROM words WHERE words MATCH ? ORDER BY rowid DESC LIMIT 20) AS f "
      "JOIN entry AS e ON e.id = f.id");
  query.bind(match);
  read_all(query);
}
void count(Connection& from, std::string_view match) {
  Query query(from, "SELECT count(*) FROM words WHERE words MATCH ?");
  query.bind(match).step();
}
void read_every_text(Connection& from) {
  Query query(from, "SELECT sum(length(text)) FROM entry");
  query.step();
}

struct Both {
  fs::path folder;
  std::int64_t entries;
  int samples;
  std::unique_ptr<Connection> plain, view;

  void open_plain() { plain = std::make_unique<Plain>(folder / "plain.db"); }
  void open_view() {
    view = std::make_unique<ViewDatabase>(folder / "view.db", *crypto::LocalKey::from(Bytes(32, 1)), kSchema);
  }
  template <class Work>
  static Milliseconds timed(Work&& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
  }
  static Milliseconds median(std::vector<Milliseconds> of) {
    std::ranges::nth_element(of, of.begin() + static_cast<std::ptrdiff_t>(of.size() / 2));
    return of[of.size() / 2];
  }
  static void print(const char* what, std::vector<Milliseconds> plain, std::vector<Milliseconds> view) {
    const double a = median(std::move(plain)), b = median(std::move(view));
    std::printf("%-34s %10.3f %10.3f %8.2f\n", what, a, b, b / a);
  }
  // `work` with each side in turns.
  template <class Work>
  void row(const char* what, Work&& work) {
    std::vector<Milliseconds> of_plain, of_view;
    for (int i = 0; i < samples; ++i) {
      of_plain.push_back(timed([&] { work(*plain, i); }));
      of_view.push_back(timed([&] { work(*view, i); }));
    }
    print(what, std::move(of_plain), std::move(of_view));
  }
  template <class Work>
  void first_row(const char* what, Work&& work) {
    std::vector<Milliseconds> of_plain, of_view;
    for (int i = 0; i < samples; ++i) {
      plain.reset();
      view.reset();
      of_plain.push_back(timed([&] { open_plain(), work(*plain); }));
      of_view.push_back(timed([&] { open_view(), work(*view); }));
    }
    print(what, std::move(of_plain), std::move(of_view));
  }

  void run() {
    open_plain();
    open_view();
    std::printf("%-34s %10s %10s %8s\n", "ms", "plain", "encrypted", "ratio");
    print("put everything", {timed([&] { put_all(*plain, entries); })}, {timed([&] { put_all(*view, entries); })});
    std::printf("%-34s %10.1f %10.1f\n", "MiB on the disk", size_of("plain.db"), size_of("view.db"));
    first_row("first: open, list 20", [&](Connection& c) { list(c, entries); });
    first_row("first: open, search a rare word", [&](Connection& c) { search(c, "w20000"); });
    row("list the newest 20", [&](Connection& c, int) { list(c, entries); });
    row("list 20 from anywhere", [&](Connection& c, int i) { list(c, i * 7919 % entries); });
    row("on this day, four years", [&](Connection& c, int i) { on_this_day(c, 1100 + i * 37 % 3900); });
    row("search a common word, newest 20", [&](Connection& c, int) { search(c, "w1"); });
    row("search a rare word", [&](Connection& c, int i) { search(c, "w" + std::to_string(20'000 + i)); });
    row("search a phrase", [&](Connection& c, int) { search(c, "\"w2 w1 w3\""); });
    row("search a prefix", [&](Connection& c, int i) { search(c, "w29" + std::to_string(i % 10) + "*"); });
    row("count a common word", [&](Connection& c, int) { count(c, "w1"); });
    row("read every text", [&](Connection& c, int) { read_every_text(c); });
    Words words;
    row("put one", [&](Connection& c, int i) { c.transaction([&] { put(c, 10'000'000 + i, words.text()); }); });
    auto& ours = dynamic_cast<ViewDatabase&>(*view);
    std::printf("%-34s %10s %10.3f\n", "make_clean", "", timed([&] { ours.make_clean(); }));
  }
  [[nodiscard]] double size_of(const char* name) const {
    return static_cast<double>(fs::file_size(folder / name)) / (1 << 20);
  }
};

}  // namespace
}  // namespace duolog::bench

int main(int argc, char** argv) {
  namespace fs = std::filesystem;
  duolog::crypto::initialise();
  const fs::path folder = argc > 1 ? argv[1] : "build/bench/view";
  fs::remove_all(folder);
  fs::create_directories(folder);
  duolog::bench::Both both{
      folder, argc > 2 ? std::atoll(argv[2]) : 100'000, argc > 3 ? std::atoi(argv[3]) : 51, {}, {}};
  both.run();
  fs::remove_all(folder);
  return 0;
}
