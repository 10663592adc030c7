// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/simulation/exchange.h"

#include <algorithm>
#include <fstream>

#include "tests/simulation/troubles.h"

namespace duolog::simulation {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr milliseconds kPatience = minutes(20);  // of virtual time, for coming together
constexpr std::size_t kEnough = 8;               // sentences about one story
constexpr std::uint64_t kWholeEvery = 6;         // looks; between them the quick doors alone

std::string label(const Node& node) { return node.name() + ": "; }
std::string short_id(const RecordId& id) { return hex(id.view()).substr(0, 8); }

std::string bytes_of(const std::filesystem::directory_entry& file) {
  std::string bytes(file.file_size(), '\0');
  std::ifstream(file.path(), std::ios::binary).read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return bytes;
}

}  // namespace

// Short, for there are thousands; each kind of trouble is absent from half of them.
Options Exchange::options_of(std::uint64_t seed) {
  Options options = Options::of_seed(seed ^ 0x5eed'0f'01d5ULL);
  options.seed = seed;
  options.steps = 6 + options.steps / 2;
  options.strangers = options.passphrases = options.sleeps = 0;
  return options;
}

Exchange::Exchange(const Options& options)
    : options_(options),
      world_(options.seed, World::Begin::kPaired),
      people_{Person(world_.ada(), 0), Person(world_.bo(), 1)} {
  const auto add = [this](const char* kind, std::uint64_t weight) { kinds_.insert(kinds_.end(), weight, kind); };
  add("cuts", options.cuts);
  add("darkness", options.darkness);
  add("crashes", options.crashes);
  add("disks", options.disks);
  add("clocks", options.clocks);
  add("replays", options.replays);
  begin_weather(world_, options.cuts);
  for (Person& person : people_) {
    person.node->disk().ignore_syncs(options.ignores_syncs != 0);
    person.node->on_news = [this, &person](const journal::News& news) { hear(person, news); };
    person.node->on_note = [this, &person](std::string_view note) {
      Marks found;
      find_marks(note, found);
      expect(found.empty(), label(*person.node) + "somebody's words stand in the notes");
    };
  }
}

void Exchange::tell() {
  try {
    live();
    if (wrong_.empty()) come_together(world_.roll(2) == 0 ? milliseconds(0) : hours(24) * (1 + world_.roll(40)));
  } catch (const std::exception& error) {
    wrong_.emplace_back(std::string("stopped by an exception: ") + error.what());
  }
}

void Exchange::live() {
  for (std::uint64_t step = 0; step < options_.steps && wrong_.empty(); ++step) {
    act();
    world_.settle();
    look(step % kWholeEvery == kWholeEvery - 1);
  }
}

void Exchange::expect(bool holds, const std::string& otherwise) {
  if (!holds && wrong_.size() < kEnough) wrong_.push_back(otherwise);
}

// ---- what befalls them ----

void Exchange::trouble(const std::string& kind) {
  Person& person = one();
  Node& node = *person.node;
  if (kind == "cuts") return cut(world_);
  if (kind == "darkness") return darken(world_, node);
  if (kind == "crashes") return crash(person);
  if (kind == "disks") return trouble_disk(world_, node);
  if (kind == "clocks") return jump(world_, node);
  return replay(world_, node);
}

void Exchange::crash(Person& person) {
  Node& node = *person.node;
  const auto kept = static_cast<Disk::Kept>(world_.roll(3));
  if (!node.up()) return start(person);
  if (world_.roll(3) != 0) return node.disk().die_in(static_cast<int>(1 + world_.roll(world_.roll(2) == 0 ? 6 : 30)));
  node.die(kept);
  if (world_.roll(2) == 0) start(person);
}

void Exchange::start(Person& person) {
  if (person.node->up()) return;
  person.ledger.forget();
  person.node->start();
  world_.settle();
  if (person.node->up()) ask_again(person);
}

// Nobody's machine is awake meanwhile; periods end, letters' days come.
void Exchange::days_pass() {
  const milliseconds lengths[] = {hours(1), hours(7), hours(24), hours(24), hours(3 * 24), hours(8 * 24)};
  const milliseconds length = world_.roll(12) == 0 ? hours(24) * world_.roll(120) : lengths[world_.roll(6)];
  tally_.days += static_cast<std::uint64_t>(length / hours(24));
  for (Node* node : world_.both())
    if (node->awake()) node->sleep();
  world_.run(length + milliseconds(world_.roll(3'600'000)));
  for (Node* node : world_.both())
    if (node->asleep()) node->wake(world_.roll(4) != 0);
}

// ---- what must be true ----

void Exchange::look(bool whole) {
  for (Person& person : people_) {
    person.latest = std::max(person.latest, person.node->wall());
    if (person.node->awake() && person.node->shared_id()) look_at(person, whole);
  }
  if (whole) no_words_on_the_disks();
  expect(seals_.repeated() == 0, "a key was used twice with one nonce");
}

// What news tell must be theirs to read at that instant. (While it starts nobody listens yet.)
void Exchange::hear(Person& person, const journal::News& news) {
  Shown told;
  simulation::look_at(news, told);
  if (told.marks.empty() && told.read.empty()) return;
  if (!person.node->up()) {
    person.told.marks.merge(told.marks);
    person.told.read.merge(told.read);
    return;
  }
  ++tally_.news;
  person.latest = std::max(person.latest, person.node->wall());
  person.ledger.read(person.node->household(), *person.node->shared_id());
  nobody_sees_too_much(person, told);
}

void Exchange::look_at(Person& person, bool whole) {
  Household& house = person.node->household();
  person.ledger.read(house, *person.node->shared_id());
  const bool grew = std::exchange(person.records, person.ledger.length()) != person.ledger.length();
  const bool later = std::chrono::abs(person.node->wall() - person.looked) > minutes(1);
  if (!grew && !later && !whole) return;  // it is as it was
  person.looked = person.node->wall();
  person.shown = look_through_doors(house, whole);
  own_words_are_there(person, person.shown);
  person.told.drawn = person.shown.drawn;
  person.told.marks.insert(person.shown.marks.begin(), person.shown.marks.end());
  person.told.read.insert(person.shown.read.begin(), person.shown.read.end());
  nobody_sees_too_much(person, std::exchange(person.told, {}));
  each_opening_is_right(person);
  late_answers_say_so(person, false);
}

void Exchange::nobody_sees_too_much(Person& person, const Shown& shown) {
  const Ledger& ledger = person.ledger;
  const auto& answers = person.node->household().shelf().by_id(*person.node->shared_id())->answers();
  Marks allowed = ledger.ever_open(false);
  allowed.merge(Marks(ledger.ever_open(true)));
  std::set<std::pair<std::string, std::string>> shut;
  for (const auto& [id, seal] : ledger.seals(false)) {
    const std::string what = label(*person.node) + "the other's " + seal.sealed.practice + " of " + seal.sealed.period;
    if (ledger.may_read(seal, person.latest)) {
      allowed.insert(seal.marks->begin(), seal.marks->end());
      continue;
    }
    ++tally_.kept_back;
    expect(!shown.read.contains(id), what + " is shown, and it is sealed: " + short_id(id));
    expect(!answers.look(id).form, what + " lies open in memory, and it is sealed: " + short_id(id));
    if (!ledger.answered_openly(false, seal.sealed.practice, seal.sealed.period))
      shut.emplace(seal.sealed.practice, seal.sealed.period);
  }
  for (const auto& [id, seal] : ledger.seals(false))
    if (ledger.may_read(seal, person.latest)) shut.erase({seal.sealed.practice, seal.sealed.period});
  for (const auto& round : shown.drawn)
    expect(!shut.contains(round),
           label(*person.node) + "numbers of " + round.first + " are drawn, and they are sealed");
  for (const std::uint64_t number : shown.marks)
    expect(allowed.contains(number) || person.words.contains(number),
           label(*person.node) + "words with the mark " + std::to_string(number) + " are shown, and may not be");
}

// Once for each act, also where it was asked for again.
void Exchange::own_words_are_there(Person& person, const Shown& shown) {
  for (const std::uint64_t number : person.ledger.written_twice())
    expect(false, label(*person.node) + "words with the mark " + std::to_string(number) + " were written twice");
  for (const auto& [number, saved] : person.words)
    expect(!saved || shown.marks.contains(number),
           label(*person.node) + "own words with the mark " + std::to_string(number) + " were saved and are gone");
}

void Exchange::each_opening_is_right(Person& person) {
  for (const std::string& sentence : person.ledger.wrong_openings(leaked_)) expect(false, sentence);
  // At once, where the disk has refused nothing.
  if (!person.node->disk().troubled())
    for (const std::string& sentence : person.ledger.met_and_shut()) expect(false, sentence);
  // On a failing disk what has come may lie there unfolded when one answers.
  if (options_.disks != 0 || options_.crashes != 0) return;
  for (const std::string& sentence : person.ledger.wrong_rules()) expect(false, sentence);
}

// Whoever sealed with the other's opening in hand could have read it, and that is shown. `strictly`: so is, on both
// sides, whatever the other's openings have not counted; and nothing else.
void Exchange::late_answers_say_so(Person& person, bool strictly) {
  const auto& answers = person.node->household().shelf().by_id(*person.node->shared_id())->answers();
  for (const bool mine : {true, false}) {
    for (const auto& [id, seal] : person.ledger.seals(mine)) {
      bool could_read = false;
      bool uncounted = false;
      for (const RecordId& met : person.ledger.met_by(seal, mine)) {
        for (const Ledger::Line* line : person.ledger.seals(!mine).at(met).openings) {
          const auto& counted = std::get<journal::Opening>(line->event.payload).counted;
          could_read = could_read || Ledger::had_seen(seal, person.ledger.device(!mine), line->seq);
          uncounted = uncounted || std::find(counted.begin(), counted.end(), id) == counted.end();
        }
      }
      const bool shown = answers.look(id).after_reveal;
      const std::string what = label(*person.node) + (mine ? "the own " : "the other's ") + seal.sealed.practice +
                               " of " + seal.sealed.period + " (" + short_id(id) + ")";
      if (mine || strictly) expect(shown || !could_read, what + " came after the reveal and does not say so");
      if (strictly) expect(shown == uncounted, what + (shown ? " says" : " does not say") + " that it came late");
      tally_.late += strictly && mine && shown ? 1U : 0U;
    }
  }
}

void Exchange::no_words_on_the_disks() {
  for (Node* node : world_.both()) {
    for (const auto& entry : std::filesystem::directory_iterator(node->folder())) {
      Marks found;
      find_marks(bytes_of(entry), found);
      expect(found.empty(), label(*node) + "somebody's words stand in " + entry.path().filename().string());
    }
  }
}

// ---- the end ----

void Exchange::come_together(milliseconds later) {
  const bool all_up = heal(world_, [this](Node& node) {
    node.disk().ignore_syncs(options_.ignores_syncs != 0);
    start(people_[&node == people_[0].node ? 0 : 1]);
    expect(node.up(), label(node) + "does not start on a sound disk");
    node.set_clock(milliseconds(0), true);
  });
  if (!all_up) return;
  for (Node* node : world_.both()) node->sleep();
  world_.run(later);
  for (Node* node : world_.both()) node->wake(true);
  world_.network().break_all();  // whoever greets anew learns that the clocks are right
  for (Person& person : people_) ask_again(person);
  const bool together = world_.run_until([this] { return world_.in_step() && what_is_shut().empty(); }, kPatience);
  expect(together, "after " + std::to_string(kPatience.count() / 60'000) + " minutes without a fault " +
                       (world_.in_step() ? what_is_shut() : "they have not come together"));
  look(true);
  if (wrong_.empty()) both_are_shown_the_same();
  if (wrong_.empty()) a_start_changes_nothing(one());
  const Person& any = people_[0];
  tally_.agreed += any.node->household().shelf().by_id(*any.node->shared_id())->agreements().calendar_version - 1;
  for (Person& person : people_) {
    if (!wrong_.empty()) return;
    what_may_be_read_is_read(person);
    what_is_gone_is_gone(person);
    late_answers_say_so(person, true);
    for (const auto& [id, seal] : person.ledger.seals(true)) ++(seal.marks ? tally_.opened : tally_.still_sealed);
    tally_.opened_by_moment += person.ledger.opened_by_moment();
  }
}

// One answer or letter that is due and not open, or is open twice; empty: none.
std::string Exchange::what_is_shut() {
  for (Person& person : people_) {
    person.ledger.read(person.node->household(), *person.node->shared_id());
    for (const auto& [id, seal] : person.ledger.seals(true))
      if (person.ledger.is_due(seal, person.node->wall()) && seal.openings.size() != 1)
        return person.node->name() + "'s " + seal.sealed.practice + " of " + seal.sealed.period +
               " is due and opened " + std::to_string(seal.openings.size()) + " times";
  }
  return {};
}

void Exchange::both_are_shown_the_same() {
  const JournalId journal = *people_[0].node->shared_id();
  compare(alike(people_[0].node->household(), journal, leaked_), "Ada",
          alike(people_[1].node->household(), journal, leaked_), "Bo");
}

// All that is shown follows from the log: what was folded as it came, in whatever order, is folded anew to the same.
void Exchange::a_start_changes_nothing(Person& person) {
  const JournalId journal = *person.node->shared_id();
  const auto before = alike(person.node->household(), journal, leaked_);
  person.node->stop();
  start(person);
  compare(before, person.node->name(), alike(person.node->household(), journal, leaked_), "and after a start");
}

void Exchange::compare(const std::vector<std::string>& here, const std::string& one,
                       const std::vector<std::string>& there, const std::string& other) {
  expect(here.size() == there.size(),
         one + " is shown " + std::to_string(here.size()) + " things, " + other + " " + std::to_string(there.size()));
  for (std::size_t i = 0; i < std::min(here.size(), there.size()); ++i)
    expect(here[i] == there[i], one + " is shown: " + here[i] + "\n  " + other + ": " + there[i]);
}

void Exchange::what_may_be_read_is_read(const Person& person) {
  const Shown& shown = person.shown;
  for (const std::uint64_t number : person.ledger.open_words(false))
    expect(shown.marks.contains(number) || practices_.contains(number),
           label(*person.node) + "words with the mark " + std::to_string(number) + " are not shown");
  for (const auto& [id, seal] : person.ledger.seals(false)) {
    if (!person.ledger.may_read(seal, person.node->wall())) continue;
    expect(shown.read.contains(id), label(*person.node) + "the other's " + seal.sealed.practice + " of " +
                                        seal.sealed.period + " is open, and not shown");
    for (const std::uint64_t number : *seal.marks)
      expect(shown.marks.contains(number), label(*person.node) + "of an open answer words are missing");
  }
}

// Behind no door, and in no byte of the disk. What an edit has replaced is in its history alone.
void Exchange::what_is_gone_is_gone(const Person& person) {
  const Marks now = person.ledger.open_words(false);
  const Marks erased = person.ledger.erased_words(false);
  for (const std::uint64_t number : person.ledger.ever_open(false)) {
    const std::string words = label(*person.node) + "the other's words with the mark " + std::to_string(number);
    expect(now.contains(number) || !person.shown.marks.contains(number), words + " are shown, and were changed");
    expect(!erased.contains(number) || !person.shown.past.contains(number),
           words + " are in a history, and were erased");
  }
  std::vector<Bytes> bodies = person.ledger.erased_bodies();
  const std::vector<Bytes> met_by_the_other = other(person).ledger.erased_bodies();
  bodies.insert(bodies.end(), met_by_the_other.begin(), met_by_the_other.end());
  tally_.erased += bodies.size();
  for (const auto& item : journal::list(person.node->household().shelf(), {.kind = "entry"}))
    tally_.edited += item.mine && item.version_count > 0 ? 1U : 0U;
  for (const auto& entry : std::filesystem::directory_iterator(person.node->folder())) {
    const std::string bytes = bytes_of(entry);
    for (const Bytes& body : bodies)
      expect(bytes.find(as_text(body)) == std::string::npos,
             label(*person.node) + "what was taken back lies sealed in " + entry.path().filename().string());
  }
}

}  // namespace duolog::simulation
