// duolog_bench_questions FOLDER COUNT [TIMES]: how long the questions of a person take in a notebook of so many
// entries, in the daemon, beside the same entries in plain SQLite with FTS5; in turns. A line for each sample: what,
// whose, value, unit, with tabs between them.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <chrono>
#include <cstdio>
#include <fstream>

#include "daemon/journal/other_years.h"
#include "daemon/journal/reading.h"
#include "daemon/journal/searching.h"
#include "daemon/journal/tally.h"
#include "tests/bench/lifetime.h"

namespace duolog::bench {
namespace {

namespace fs = std::filesystem;
using Work = std::function<void()>;

constexpr std::size_t kCounted = 1'000;  // as journal::search counts what a page leaves out
constexpr std::int64_t kDayMs = 86'400'000;

void say(const char* what, const char* whose, double value, const char* unit = "ms") {
  std::printf("%s\t%s\t%.4f\t%s\n", what, whose, value, unit);
}

double milliseconds_of(const Work& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

void say_resident(const char* what) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmRSS:")) say(what, "ours", static_cast<double>(std::stol(line.substr(6))) / 1024, "MB");
}

class Asking {
 public:
  Asking(fs::path folder, std::size_t count, int times) : folder_(std::move(folder)), count_(count), times_(times) {}

  void run() {
    open();
    lists();
    searches();
    changes();
    inserts();
    anew();
  }

 private:
  void both(const char* what, const Work& ours, const Work& plain) {
    for (int i = 0; i < times_; ++i) {
      say(what, "ours", milliseconds_of(ours));
      if (plain) say(what, "plain", milliseconds_of(plain));
    }
  }
  journal::Shelf& shelf() { return house_->shelf; }

  // At rest, as somebody's journal is who opens it: a view of an older program is made anew before.
  void open() {
    {
      House before(folder_);
      before.settle();
      before.shelf.rest();
    }
    both(
        "open, and list the newest 20",
        [&] {
          house_ = nullptr;
          house_ = std::make_unique<House>(folder_);
          (void)journal::list(shelf(), {.limit = 20});
        },
        [&] {
          diary_ = nullptr;
          diary_ = std::make_unique<PlainDiary>(folder_ / "plain.db");
          diary_->ask(kNewest);
        });
    house_->settle();
    diary_ = nullptr;
    say_resident("resident, opened");
    diary_ = std::make_unique<PlainDiary>(folder_ / "plain.db");
  }

  void lists() {
    both("list the newest 20", [&] { (void)journal::list(shelf(), {.limit = 20}); }, [&] { diary_->ask(kNewest); });
    both(
        "list 20 by tag", [&] { (void)journal::list(shelf(), {.limit = 20, .tag = "ninth"}); },
        [&] {
          diary_->ask(
              "SELECT * FROM tag JOIN entry ON entry.id = tag.entry WHERE name = 'ninth' "
              "ORDER BY tag.entry DESC LIMIT 20");
        });
    const std::int64_t now = Clock::of_this_machine().wall().time_since_epoch().count();
    const std::int64_t from = now - 28 * kDayMs;
    const std::int64_t to = now - 14 * kDayMs;
    both(
        "list 20 of two weeks",
        [&] {
          (void)journal::list(shelf(), {.limit = 20,
                                        .since = journal::rfc3339(from, kOffsetMinutes).substr(0, 10),
                                        .until = journal::rfc3339(to, kOffsetMinutes).substr(0, 10)});
        },
        [&] {
          diary_->ask("SELECT * FROM entry WHERE written BETWEEN ? AND ? ORDER BY written DESC LIMIT 20", {from, to});
        });
    both(
        "on this day, in all years", [&] { (void)journal::other_years(shelf(), {}); },
        [&] {
          for (std::int64_t year = 1; year <= 8; ++year) {
            const std::int64_t begin = now - now % kDayMs - year * 365 * kDayMs;
            diary_->ask("SELECT * FROM entry WHERE written BETWEEN ? AND ? ORDER BY written", {begin, begin + kDayMs});
          }
        });
    both(
        "show the last", [&] { (void)journal::show(shelf(), {"last", {}}); },
        [&] { diary_->ask("SELECT * FROM entry ORDER BY id DESC LIMIT 1"); });
    both(
        "list 20 of a mood", [&] { (void)journal::list(shelf(), {.limit = 20, .mood = 3}); },
        [&] { diary_->ask("SELECT * FROM entry WHERE mood = 3 ORDER BY id DESC LIMIT 20"); });
    both(
        "list 20 of a mood that is not there", [&] { (void)journal::list(shelf(), {.limit = 20, .mood = 5}); },
        [&] { diary_->ask("SELECT * FROM entry WHERE mood = 5 ORDER BY id DESC LIMIT 20"); });
    both(
        "list 20 of long ago",
        [&] {
          (void)journal::list(
              shelf(), {.limit = 20, .until = journal::rfc3339(now - 6 * 365 * kDayMs, kOffsetMinutes).substr(0, 10)});
        },
        [&] {
          diary_->ask("SELECT * FROM entry WHERE written <= ? ORDER BY written DESC LIMIT 20",
                      {now - 6 * 365 * kDayMs});
        });
    both(
        "list 20 of a kind that is rare", [&] { (void)journal::list(shelf(), {.limit = 20, .kind = "remark"}); },
        nullptr);
    both(
        "stats of all", [&] { (void)journal::tally(shelf(), {}); },
        [&] { diary_->ask("SELECT substr(date(written / 1000, 'unixepoch'), 1, 7), count(*) FROM entry GROUP BY 1"); });
    both("counted anew: stats of all", [&] { (void)journal::tally_anew(shelf(), {}); }, nullptr);
    both("today", [&] { (void)journal::today(shelf()); }, nullptr);
    both("status", [&] { (void)journal::status(shelf()); }, nullptr);
  }

  // A word's second letter says how rare it is: ranks below 20 have one more, below 400 two, below 8000 three.
  void searches() {
    struct Sought {
      const char* what;
      const char* ours;
      const char* plain;
    };
    for (const Sought& one :
         {Sought{"search a common word", "wb", "wb"}, Sought{"search a rare word", "wbcd", "wbcd"},
          Sought{"search one entry", "n4711", "n4711"}, Sought{"search two words", "wc wdb", "wc wdb"},
          Sought{"search a phrase", "\"wb wc\"", "\"wb wc\""}, Sought{"search a prefix", "wbc*", "wbc*"},
          Sought{"search a broad prefix", "w*", "w*"}, Sought{"search with a NOT", "wdb -wb", "wdb NOT wb"},
          Sought{"search what is not there", "absent", "absent"}, Sought{"search one's own", "from:me wdb", "wdb"}}) {
      both(
          one.what, [&] { (void)journal::search(shelf(), one.ours, {.limit = 20}); },
          [&] { diary_->search(one.plain, kCounted); });
    }
    both(
        "search two CJK characters", [&] { (void)journal::search(shelf(), "东京", {.limit = 20}); },
        [&] { diary_->ask("SELECT * FROM entry WHERE text LIKE '%东京%' ORDER BY id DESC LIMIT 20"); });
    both(
        "search a mood and a word", [&] { (void)journal::search(shelf(), "mood:3 wdb", {.limit = 20}); },
        [&] {
          diary_->ask(
              "SELECT entry.* FROM words JOIN entry ON entry.id = words.rowid WHERE words MATCH 'wdb' AND mood = 3 "
              "ORDER BY words.rowid DESC LIMIT 20");
        });
    both(
        "search a tag and a word", [&] { (void)journal::search(shelf(), "tag:ninth wdb", {.limit = 20}); },
        [&] {
          diary_->ask(
              "SELECT entry.* FROM words JOIN entry ON entry.id = words.rowid WHERE words MATCH 'wdb' AND EXISTS "
              "(SELECT 1 FROM tag WHERE name = 'ninth' AND tag.entry = entry.id) ORDER BY words.rowid DESC LIMIT 20");
        });
    both(
        "by relevance: search", [&] { (void)journal::search(shelf(), "wdb", {.limit = 20}, journal::By::kRelevance); },
        [&] {
          diary_->ask(
              "SELECT rowid, snippet(words, 0, '[', ']', '…', 20) FROM words WHERE words MATCH 'wdb' "
              "ORDER BY rank LIMIT 20");
        });
    diary_ = nullptr;  // the plain one has pages in memory as well
    say_resident("resident, asked everything");
    diary_ = std::make_unique<PlainDiary>(folder_ / "plain.db");
  }

  // Both into the file, waited for.
  void inserts() {
    Author author;
    const std::int64_t now = Clock::of_this_machine().wall().time_since_epoch().count();
    const Written one = entry(author, 1, now);
    both(
        "one insert, durable", [&] { (void)shelf().write({.text = one.text}, {}); },
        [&] { diary_->together([&] { diary_->append(one); }); });
    both(
        "one insert, its words indexed and read back",
        [&] {
          (void)shelf().write({.text = one.text}, {});
          house_->settle();
          (void)journal::list(shelf(), {.limit = 1});
        },
        [&] {
          diary_->together([&] { diary_->append(one); });
          diary_->ask("SELECT * FROM entry ORDER BY id DESC LIMIT 1");
        });
    say("at rest after them", "ours", milliseconds_of([&] { shelf().rest(); }));
  }

  // As after a kill, or where a page is damaged.
  void anew() {
    house_ = nullptr;
    fs::remove(folder_ / "view.clean");
    say("folded anew: until ready to write", "ours",
        milliseconds_of([&] { house_ = std::make_unique<House>(folder_); }));
    if (shelf().to_fold() > 0) {
      say("folded anew: list 20 meanwhile", "ours",
          milliseconds_of([&] { (void)journal::list(shelf(), {.limit = 20}); }));
    }
    say("folded anew: all rows", "ours", milliseconds_of([&] {
          while (shelf().to_fold() > 0) shelf().fold_some();
        }));
    double longest = 0;
    say("folded anew: all words", "ours", milliseconds_of([&] {
          for (bool more = true; more;)
            longest = std::max(longest, milliseconds_of([&] { more = shelf().fold_some(); }));
        }));
    say("folded anew: the longest slice of words", "ours", longest);
    diary_ = nullptr;
    say_resident("resident, folded anew");
    straight_after();
    shelf().rest();
    say("the view's file", "ours", static_cast<double>(fs::file_size(folder_ / "view.db")) / 1048576, "MB");
    say("the view's file", "plain", static_cast<double>(fs::file_size(folder_ / "plain.db")) / 1048576, "MB");
  }

  // An index that was made in bulk merges its segments while more is added: somebody waits for the slowest of many.
  void straight_after() {
    const std::uint64_t many = times_ > 2 ? 2000 : 20;
    Author author;
    double written = 0;
    double indexed = 0;
    for (std::uint64_t i = 0; i < many; ++i) {
      const Written one = entry(author, i, Clock::of_this_machine().wall().time_since_epoch().count());
      written = std::max(written, milliseconds_of([&] { (void)shelf().write({.text = one.text}, {}); }));
      for (bool more = true; more;) indexed = std::max(indexed, milliseconds_of([&] { more = shelf().fold_some(); }));
    }
    say("straight after: the slowest of many inserts, durable", "ours", written);
    say("straight after: the longest slice of indexing them", "ours", indexed);
  }

  // Of the middle of this life, as of each one that is changed: its words lie in the largest segments of the index.
  void changes() {
    const std::vector<journal::Item> found = in_the_middle(static_cast<std::uint32_t>(3 * times_));
    auto next = [at = found.begin()]() mutable { return journal::Target{hex((at++)->id.bytes), {}}; };
    auto plain_next = [at = static_cast<std::int64_t>(count_ / 2)]() mutable { return at--; };
    Author author;
    both(
        "edit one of long ago, durable",
        [&] { (void)shelf().edit({.entry = next(), .text = "edited: " + author.text(500)}, {}); },
        [&] { diary_->together([&] { diary_->reword(plain_next(), "edited: " + author.text(500)); }); });
    house_->settle();
    const journal::Target edited{hex(found.front().id.bytes), {}};
    both("history of one that was edited", [&] { (void)journal::history(shelf(), edited); }, nullptr);
    both("react to one of long ago, durable", [&] { (void)shelf().react(next(), "♥", {}); }, nullptr);
    both(
        "take one of long ago back, durable",
        [&] { (void)shelf().take_back({.ids = {next().id}, .confirmed = 1}, {}); },
        [&] { diary_->together([&] { diary_->remove(plain_next()); }); });
    say("after taking back: until not a byte is left", "ours", milliseconds_of([&] { house_->settle(); }));
    const std::int64_t year = Clock::of_this_machine().wall().time_since_epoch().count() - 365 * kDayMs;
    both(
        "trends of a year",
        [&] { (void)journal::trends(shelf(), {.since = journal::rfc3339(year, kOffsetMinutes).substr(0, 10)}); },
        [&] { diary_->ask("SELECT written, mood FROM entry WHERE mood > 0 AND written >= ?", {year}); });
    both(
        "all in one: trends of a life", [&] { (void)journal::trends(shelf(), {}); },
        [&] { diary_->ask("SELECT written, mood FROM entry WHERE mood > 0"); });
    both(
        "check-in: its rounds", [&] { (void)journal::rounds(shelf(), {.practice = "checkin", .limit = 20}); }, nullptr);
  }

  std::vector<journal::Item> in_the_middle(std::uint32_t wanted) {
    const std::int64_t now = Clock::of_this_machine().wall().time_since_epoch().count();
    const std::int64_t middle = now - static_cast<std::int64_t>(count_ / 2) * kBetweenMs;
    std::vector<journal::Item> found =
        journal::list(shelf(), {.limit = wanted, .until = journal::rfc3339(middle, kOffsetMinutes).substr(0, 10)});
    return found.size() == wanted ? found : journal::list(shelf(), {.limit = wanted});
  }

  static constexpr const char* kNewest = "SELECT * FROM entry ORDER BY id DESC LIMIT 20";
  fs::path folder_;
  std::size_t count_;
  int times_;
  std::unique_ptr<House> house_;
  std::unique_ptr<PlainDiary> diary_;
};

}  // namespace
}  // namespace duolog::bench

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  try {
    duolog::crypto::initialise();
    duolog::bench::make_lifetime(argv[1], std::stoull(argv[2]));
    duolog::bench::Asking(argv[1], std::stoull(argv[2]), argc > 3 ? std::stoi(argv[3]) : 15).run();
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "duolog_bench_questions: %s\n", error.what());
    return 1;
  }
}
