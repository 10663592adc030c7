// duolog_bench_questions FOLDER COUNT: a notebook of so many entries, made where there is none, and how long the
// questions of a person take in it: with a view that fits, while it is folded anew from the log, and afterwards. One
// line each.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <random>

#include "daemon/journal/journal.h"
#include "daemon/journal/reading.h"
#include "daemon/journal/searching.h"

namespace {

using namespace duolog;
using journal::Shelf;

constexpr std::size_t kInOneTransaction = 5'000;
constexpr std::size_t kLength = 500;
constexpr int kTimes = 15;

double milliseconds_of(const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

void report(const char* what, const std::function<void()>& work, int times = kTimes) {
  std::vector<double> took;
  for (int i = 0; i < times; ++i) took.push_back(milliseconds_of(work));
  std::sort(took.begin(), took.end());
  std::printf("%-24s %9.2f ms  (best %.2f)\n", what, took[took.size() / 2], took.front());
}

long resident_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmRSS:")) return std::stol(line.substr(6));
  return 0;
}

// One person's device, as a household has it, without a network.
struct House {
  explicit House(const std::filesystem::path& folder)
      : identity(*journal::Identity::open({folder / "vault", folder / "key"}, {})),
        database(folder / "duolog.db", store::Database::Open::kExisting),
        log(database),
        state(database, identity.keys().local_key("local.state")),
        view(folder / "view.db", identity.keys().local_key("local.view"), nullptr),
        shelf({identity, log, state, view, Clock::of_this_machine(), "Europe/Berlin"}, {}) {
    shelf.start();
  }
  void settle() {
    while (shelf.fold_some()) {
    }
  }

  journal::Identity identity;
  store::Database database;
  store::SealedLog log;
  store::LocalState state;
  journal::ViewFile view;
  Shelf shelf;
};

// Words as people use them: few of them often (Zipf), the rarest hardly ever.
class Author {
 public:
  std::string text(std::size_t length) {
    std::string text;
    while (text.size() < length) text += word() + ' ';
    if (dice_() % 50 == 0) text += "我们去东京看樱花";
    return text;
  }

 private:
  // Each rank has a word of its own, whose beginning many others share.
  std::string word() {
    auto rank =
        static_cast<std::uint32_t>(std::exp(std::generate_canonical<double, 32>(dice_) * std::log(kVocabulary)));
    std::string word = "w";
    for (; rank > 0; rank /= 20) word += static_cast<char>('a' + rank % 20);
    return word;
  }
  static constexpr double kVocabulary = 30'000;
  std::mt19937_64 dice_{11};
};

void make(const std::filesystem::path& folder, std::size_t count) {
  const WallTime now = Clock::of_this_machine().wall();
  static_cast<void>(journal::Identity::create({folder / "vault", folder / "key"}, {"Ada", "laptop"}, {}, {}, now));
  store::Database(folder / "duolog.db", store::Database::Open::kCreate);
  House house(folder);
  journal::Journal& notebook = *house.shelf.by_id(house.identity.journals().front().id);
  const std::int64_t from = now.time_since_epoch().count() - static_cast<std::int64_t>(count) * 600'000;
  Author author;
  for (std::size_t written = 0; written < count;) {
    house.database.transaction([&] {
      for (std::size_t i = 0; i < kInOneTransaction && written < count; ++i, ++written) {
        const std::string text = "n" + std::to_string(written) + " " + author.text(kLength);
        notebook.append(journal::Entry{text, {written % 9 == 0 ? "ninth" : "other"}, {}, written % 4 == 0 ? 3U : 0U},
                        {from + static_cast<std::int64_t>(written) * 600'000, 60});
      }
    });
  }
}

void ask(Shelf& shelf, int times = kTimes) {
  report("list 20", [&] { (void)journal::list(shelf, {.limit = 20}); }, times);
  report("list 20 by tag", [&] { (void)journal::list(shelf, {.limit = 20, .tag = "ninth"}); }, times);
  report(
      "list 20 of two weeks",
      [&] { (void)journal::list(shelf, {.limit = 20, .since = "2024-01-01", .until = "2024-01-14"}); }, times);
  report("show last", [&] { (void)journal::show(shelf, {"last", {}}); }, times);
  report("today", [&] { (void)journal::today(shelf); }, times);
  report("status", [&] { (void)journal::status(shelf); }, times);
  report("rounds", [&] { (void)journal::rounds(shelf, {}); }, times);
  report("trends", [&] { (void)journal::trends(shelf, {}); }, times);
}

struct Sought {
  const char* what;
  const char* query;
};
// A word's second letter says how rare it is: ranks below 20 have one more, below 400 two, below 8000 three.
constexpr Sought kSought[]{{"search a common word", "wb"},        {"search a rare word", "wbcd"},
                           {"search one entry", "n4711"},         {"search two words", "wc wdb"},
                           {"search a phrase", "\"wb wc wd\""},   {"search a prefix", "wbc*"},
                           {"search a broad prefix", "w*"},       {"search with a NOT", "wdb -wb"},
                           {"search two CJK characters", "东京"}, {"search a tag and a word", "tag:ninth wdb"},
                           {"search what is not there", "absent"}};

void search(Shelf& shelf) {
  for (const Sought& one : kSought) {
    std::size_t found = 0;
    report(one.what, [&] {
      const journal::Findings all = journal::search(shelf, one.query, {.limit = 20});
      found = all.findings.size() + all.more;
    });
    std::printf("%24zu found\n", found);
  }
  report("search by relevance", [&] { (void)journal::search(shelf, "wdb", {.limit = 20}, journal::By::kRelevance); });
}

void fold_anew(House& house) {
  report(
      "fold anew, no words",
      [&] {
        while (house.shelf.to_fold() > 0) house.shelf.fold_some();
      },
      1);
  report("a rare word, no index", [&] { (void)journal::search(house.shelf, "wbcd", {.limit = 20}); }, 1);
  double longest = 0;
  report(
      "index all words",
      [&] {
        for (bool more = true; more;)
          longest = std::max(longest, milliseconds_of([&] { more = house.shelf.fold_some(); }));
      },
      1);
  std::printf("%-24s %9.2f ms\n", "its longest slice", longest);
}

void run(const std::filesystem::path& folder, std::size_t count) {
  if (!std::filesystem::exists(folder / "vault")) make(folder, count);
  std::unique_ptr<House> house;
  std::printf("%zu entries\n", count);
  report("open to ready", [&] { house = nullptr, house = std::make_unique<House>(folder); }, 5);
  house = nullptr;
  report(
      "open and list 20",
      [&] {
        house = std::make_unique<House>(folder);
        (void)journal::list(house->shelf, {.limit = 20});
      },
      1);
  std::printf("%-24s %9.1f MB\n", "resident", static_cast<double>(resident_kib()) / 1024);
  ask(house->shelf);
  report("index all words", [&] { house->settle(); }, 1);
  search(house->shelf);
  std::printf("%-24s %9.1f MB\n", "resident", static_cast<double>(resident_kib()) / 1024);
  report("one insert, durable", [&] { (void)house->shelf.write({.text = "one more"}, {}); });
  report("and its words", [&] {
    (void)house->shelf.write({.text = "one more word"}, {});
    house->settle();
  });
  report("at rest", [&] { house->shelf.rest(); }, 1);
  house = nullptr;
  std::filesystem::remove(folder / "view.clean");
  report("open, no mark", [&] { house = std::make_unique<House>(folder); }, 1);
  if (house->shelf.to_fold() > 0)
    report("list 20 from the log", [&] { (void)journal::list(house->shelf, {.limit = 20}); }, 2);
  fold_anew(*house);
  std::printf("%-24s %9.1f MB\n", "resident", static_cast<double>(resident_kib()) / 1024);
  report("list 20", [&] { (void)journal::list(house->shelf, {.limit = 20}); });
  std::printf("%-24s %9.1f MB\n", "view.db",
              static_cast<double>(std::filesystem::file_size(folder / "view.db")) / 1048576);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  try {
    crypto::initialise();
    std::filesystem::create_directories(argv[1]);
    run(argv[1], std::stoull(argv[2]));
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "duolog_bench_questions: %s\n", error.what());
    return 1;
  }
}
