// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/simulation/story.h"

#include <sstream>

#include "daemon/journal/journal.h"
#include "tests/simulation/troubles.h"

namespace duolog::simulation {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr milliseconds kPatience = minutes(20);  // of virtual time, for coming together in the end
constexpr milliseconds kSilence = minutes(10);   // in which two that are equal say nothing but that they live
// A ping each 15 s each way, and three handshakes of eight: both may have just dialled, and what gives way is dialled
// anew.
constexpr std::uint64_t kSilentMessages = 2 * (10 * 60 / 15) + 3 * 8;
constexpr std::size_t kEnough = 8;  // sentences about one story

std::string label(const Node& node) { return node.name() + ": "; }

}  // namespace

// ---- options ----

template <class Self, class Visit>
void Options::each(Self& self, Visit&& visit) {
  visit("seed", self.seed);
  visit("steps", self.steps);
  visit("strangers", self.strangers);
  visit("cuts", self.cuts);
  visit("darkness", self.darkness);
  visit("crashes", self.crashes);
  visit("disks", self.disks);
  visit("clocks", self.clocks);
  visit("sleeps", self.sleeps);
  visit("replays", self.replays);
  visit("passphrases", self.passphrases);
  visit("devices", self.devices);
  visit("removals", self.removals);
  visit("rotations", self.rotations);
  visit("partitions", self.partitions);
  visit("losses", self.losses);
  visit("backups", self.backups);
  visit("clones", self.clones);
  visit("bundles", self.bundles);
  visit("ignores_syncs", self.ignores_syncs);
}

// Each kind of trouble is absent from half of the stories: what is always there hides what happens without it.
Options Options::of_seed(std::uint64_t seed) {
  std::mt19937_64 dice(seed ^ 0x9e3779b97f4a7c15ULL);
  const auto weight = [&dice]() -> std::uint64_t { return dice() % 2 == 0 ? 0 : 1 + dice() % 3; };
  Options options;
  options.seed = seed;
  options.steps = 20 + dice() % 30;
  options.strangers = dice() % 10 == 0 ? 1 : 0;
  for (std::uint64_t* one : {&options.cuts, &options.darkness, &options.crashes, &options.disks, &options.clocks,
                             &options.sleeps, &options.replays}) {
    *one = weight();
  }
  options.passphrases = dice() % 8 == 0 ? 1 : 0;
  return options;
}

std::string Options::text() const {
  std::string text;
  each(*this, [&](const char* name, std::uint64_t value) {
    text += (text.empty() ? "" : " ") + std::string(name) + "=" + std::to_string(value);
  });
  return text;
}

Options Options::read(const std::string& text) {
  Options options;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("#")) continue;
    std::istringstream words(line);
    for (std::string word; words >> word;) {
      bool known = false;
      each(options, [&](const std::string& name, std::uint64_t& value) {
        if (!word.starts_with(name + "=")) return;
        value = std::stoull(word.substr(name.size() + 1));
        known = true;
      });
      if (!known) throw std::runtime_error("no story knows the option " + word);
    }
  }
  return options;
}

// ---- the story ----

Story::Story(const Options& options)
    : options_(options),
      world_(options.seed, options.strangers != 0 ? World::Begin::kFresh : World::Begin::kPaired),
      people_{Person{&world_.ada(), {}, {}, {}}, Person{&world_.bo(), {}, {}, {}}} {
  const auto add = [this](const char* kind, std::uint64_t weight) { kinds_.insert(kinds_.end(), weight, kind); };
  add("cuts", options.cuts);
  add("darkness", options.darkness);
  add("crashes", options.crashes);
  add("disks", options.disks);
  add("clocks", options.clocks);
  add("sleeps", options.sleeps);
  add("replays", options.replays);
  add("passphrases", options.passphrases);
  begin_weather(world_, options.cuts);
  slow_down(world_);
  for (Person& person : people_) person.node->disk().ignore_syncs(options.ignores_syncs != 0);
}

void Story::tell() {
  try {
    live();
    if (wrong_.empty()) come_together();
  } catch (const std::exception& error) {
    wrong_.emplace_back(std::string("stopped by an exception: ") + error.what());
  }
}

void Story::live() {
  for (std::uint64_t step = 0; step < options_.steps && wrong_.empty(); ++step) {
    act();
    world_.settle();
    look();
  }
}

void Story::expect(bool holds, const std::string& otherwise) {
  if (!holds && wrong_.size() < kEnough) wrong_.push_back(otherwise);
}

// ---- what happens ----

void Story::act() {
  Person& person = one();
  const std::uint64_t what = world_.roll(10);
  if (what < 3) return write(person);
  if (what == 3) return check_in(person);
  if (what == 4) return pass(milliseconds(1 + world_.roll(120'000)));
  if (what == 5 && !person.node->up()) return start(person);
  if (what == 6) return world_.roll(8) == 0 ? pass(hours(1 + world_.roll(3))) : pass(milliseconds(world_.roll(200)));
  const bool strangers = world_.ada().up() && world_.bo().up() && !world_.ada().shared_id();
  if (what == 7 && strangers && world_.pair()) {
    ++tally_.paired_late;
    return;
  }
  if (!kinds_.empty()) trouble(kinds_[world_.roll(kinds_.size())]);
}

void Story::trouble(const std::string& kind) {
  Person& person = one();
  Node& node = *person.node;
  if (kind == "cuts") return cut(world_);
  if (kind == "crashes") return crash(person);
  if (kind == "disks") return trouble_disk(world_, node);
  if (kind == "sleeps") return sleep(person);
  if (kind == "replays") return replay(world_, node);
  if (kind == "darkness") {
    ++tally_.darkness;
    darken(world_, node);
  }
  if (kind == "clocks") {
    ++tally_.clock_jumps;
    jump(world_, node);
  }
  if (kind == "passphrases" && node.awake()) {
    const bool to_key_file = world_.roll(3) == 0;
    node.change_passphrase(to_key_file ? "" : "a phrase " + std::to_string(written_++));
  }
}

void Story::pass(milliseconds time) { world_.run(time); }

void Story::keep(Words& words, const Node::Said& said, const std::string& text) {
  switch (said.outcome) {
    case Node::Outcome::kSaved:
      ++tally_.saved;
      words.unsaid.erase(text);
      words.saved.emplace(said.id, text);
      return;
    case Node::Outcome::kRefused:
      ++tally_.refused;
      words.unsaid.insert(text);
      return;
    case Node::Outcome::kUnknown:
      ++tally_.unknown;
      words.unsaid.insert(text);
  }
}

void Story::write(Person& person) {
  Node& node = *person.node;
  if (!node.awake()) return;
  std::string text = node.name() + " writes " + std::to_string(written_++);
  if (world_.roll(12) == 0) text += " " + std::string(1 + world_.roll(30'000), 'a');
  const bool is_note = world_.roll(5) == 0 || !node.shared_id();
  const Bytes request = crypto::random_bytes(16);
  const Node::Said said = node.write(text, is_note, request);
  keep(is_note ? person.notes : person.entries, said, text);
  if (said.outcome != Node::Outcome::kSaved && world_.roll(2) == 0) {
    interrupted_.push_back({&person, request, text, is_note});
  }
}

// The client asks again with the same request: whatever the first time came to, it is written once.
void Story::ask_again(Person& person) {
  std::vector<Interrupted> still;
  for (const Interrupted& one : std::exchange(interrupted_, {})) {
    if (one.person != &person || !person.node->awake()) {
      still.push_back(one);
      continue;
    }
    const Node::Said said = person.node->write(one.text, one.is_note, one.request);
    if (said.outcome != Node::Outcome::kSaved) still.push_back(one);
    keep(one.is_note ? person.notes : person.entries, said, one.text);
  }
  for (Interrupted& one : still) interrupted_.push_back(std::move(one));
}

void Story::check_in(Person& person) {
  Node& node = *person.node;
  if (!node.awake() || !node.shared_id()) return;
  const std::string text = node.name() + " feels " + std::to_string(written_++);
  keep(person.answers, node.check_in(text, static_cast<int>(1 + world_.roll(10)), crypto::random_bytes(16)), text);
}

// ---- troubles ----

void Story::crash(Person& person) {
  Node& node = *person.node;
  const auto kept = static_cast<Disk::Kept>(world_.roll(3));
  if (!node.up()) {
    if (world_.roll(2) == 0) node.bury(kept);  // the power goes while nobody is there
    return start(person);
  }
  switch (world_.roll(4)) {
    case 0:
      return restart(person);
    case 1:
      node.die(kept);
      if (world_.roll(2) == 0) start(person);
      return;
    default:  // in the middle of whatever comes
      node.disk().die_in(static_cast<int>(1 + world_.roll(world_.roll(2) == 0 ? 6 : 60)));
      return;
  }
}

void Story::restart(Person& person) {
  if (person.node->awake()) person.node->stop();
  pass(milliseconds(world_.roll(60'000)));
  start(person);
}

void Story::start(Person& person) {
  Node& node = *person.node;
  if (node.up()) return;
  node.start();
  ++tally_.starts;
  world_.settle();
  if (!node.up()) return;
  no_receipt_for_what_is_lost(person);
  ++tally_.receipts;
  ask_again(person);
}

void Story::sleep(Person& person) {
  Node& node = *person.node;
  if (!node.up()) return;
  ++tally_.sleeps;
  node.sleep();
  const milliseconds lengths[] = {seconds(1), seconds(4), seconds(40), minutes(20), hours(9)};
  pass(world_.roll(30) == 0 ? hours(24 * 20) : lengths[world_.roll(std::size(lengths))]);
  node.wake(world_.roll(4) != 0);
}

// ---- what must be true ----

void Story::look() {
  for (Person& person : people_) {
    if (person.node->awake()) look_at(person);
  }
  expect(seals_.repeated() == 0, "a key was used twice with one nonce");
}

void Story::look_at(Person& person) {
  nothing_said_is_missing(person);
  nothing_is_there_twice_or_unheard_of(person);
  nobody_reads_ahead(person);
  no_receipt_for_what_is_lost(person);
  no_log_is_frozen(person);
}

void Story::nothing_said_is_missing(Person& person) {
  const auto all_are_in = [&](const Words& words, const std::vector<Node::Line>& lines) {
    std::set<std::string> here;
    for (const auto& line : lines) here.insert(line.id);
    for (const auto& [id, text] : words.saved) {
      expect(here.contains(id), label(*person.node) + "\"" + text.substr(0, 60) + "\" was saved and is gone");
    }
  };
  all_are_in(person.entries, person.node->entries());
  all_are_in(person.notes, person.node->entries(true));
  std::vector<Node::Line> answers;
  for (const auto& round : person.node->rounds())
    answers.insert(answers.end(), round.answers.begin(), round.answers.end());
  all_are_in(person.answers, answers);
}

void Story::nothing_is_there_twice_or_unheard_of(Person& person) {
  std::set<std::string> seen;
  for (const bool notes : {false, true}) {
    for (const auto& line : person.node->entries(notes)) {
      expect(seen.insert(line.text).second, label(*person.node) + "\"" + line.text.substr(0, 60) + "\" is there twice");
      const Person& author = line.mine ? person : other(person);
      const Words& words = notes ? author.notes : author.entries;
      const auto saved = words.saved.find(line.id);
      expect((saved != words.saved.end() && saved->second == line.text) || words.unsaid.contains(line.text),
             label(*person.node) + "\"" + line.text.substr(0, 60) + "\" was never written like that");
    }
  }
}

// No answer of the other is readable in a round in which one's own is not committed.
void Story::nobody_reads_ahead(Person& person) {
  for (const auto& round : person.node->rounds()) {
    const auto is_own = [&](const Node::Line& line) {
      return person.answers.saved.contains(line.id) || person.answers.unsaid.contains(line.text);
    };
    const bool committed = std::any_of(round.answers.begin(), round.answers.end(), is_own);
    for (const auto& line : round.answers) {
      expect(committed || is_own(line), label(*person.node) + "reads \"" + line.text + "\" without having answered");
    }
  }
}

// What the other has receipted to this person, as far as this person knows, the other holds; durably, for it is looked
// at after every crash of either.
void Story::no_receipt_for_what_is_lost(Person& person) {
  Node& receiver = *other(person).node;
  for (const auto& [from, to] : {std::pair{person.node, &receiver}, std::pair{&receiver, person.node}}) {
    if (!from->up() || !to->up() || !from->shared_id()) continue;
    const JournalId journal = *from->shared_id();
    const auto* told = from->household().shelf().by_id(journal);
    const std::uint64_t receipted = told->receipts().up_to(to->device());
    if (receipted == 0) continue;
    const auto held = to->household().log().head(journal, from->device());
    expect(held && held->seq >= receipted, label(*to) + "receipted " + std::to_string(receipted) + " records of " +
                                               from->name() + " and holds " + std::to_string(held ? held->seq : 0));
  }
}

void Story::no_log_is_frozen(Person& person) {
  for (const auto& journal : journal::status(person.node->household().shelf())) {
    expect(!journal.frozen, label(*person.node) + "a crash has forked a log");
    expect(journal.unreadable == 0, label(*person.node) + "something cannot be read");
  }
  expect(person.node->household().log().damage().empty(), label(*person.node) + "the log is damaged");
}

// ---- the end ----

void Story::come_together() {
  heal(world_, [this](Node& node) {
    node.disk().ignore_syncs(options_.ignores_syncs != 0);
    start(people_[&node == people_[0].node ? 0 : 1]);
    expect(node.up(), label(node) + "does not start on a sound disk");
  });
  if (!wrong_.empty()) return;
  for (int again = 0; again < 3 && !(world_.ada().shared_id() && world_.bo().shared_id()); ++again) world_.pair();
  for (Person& person : people_) ask_again(person);
  if (!world_.run_until([this] { return world_.in_step() && same_on_both(); }, kPatience)) {
    expect(false, "not the same on both sides after " + std::to_string(kPatience.count() / 60'000) +
                      " minutes without a fault");
  }
  look();
  for (const Person& person : people_) {
    for (const auto* words : {&person.entries, &person.notes}) {
      for (const Interrupted& one : interrupted_)
        expect(words->unsaid.count(one.text) == 0, "asked again, and not saved");
    }
  }
  if (wrong_.empty()) they_fall_silent();
}

// Entries: all of both, in the same order. Answers: where both are in, both read both; else nobody but its author.
bool Story::same_on_both() {
  const auto texts = [](Node& node) {
    std::vector<std::pair<std::string, std::string>> all;
    for (const auto& line : node.entries()) all.emplace_back(line.id, line.text);
    return all;
  };
  const auto here = texts(world_.ada());
  if (here.size() < people_[0].entries.saved.size() + people_[1].entries.saved.size()) return false;
  if (here != texts(world_.bo())) return false;
  std::map<std::string, std::array<std::vector<std::string>, 2>> rounds;  // by period, the ids that each reads
  std::map<std::string, std::array<bool, 2>> in;
  for (std::size_t i = 0; i < people_.size(); ++i) {
    for (const auto& round : people_[i].node->rounds()) {
      in[round.period][i] = round.mine_in;
      for (const auto& line : round.answers) rounds[round.period][i].push_back(line.id);
    }
  }
  return std::all_of(in.begin(), in.end(), [&](const auto& one) {
    const auto& [period, both] = one;
    return !both[0] || !both[1] || rounds[period][0] == rounds[period][1];
  });
}

void Story::they_fall_silent() {
  const Network::Tally before = world_.network().tally();
  world_.run(kSilence);
  const Network::Tally& after = world_.network().tally();
  expect(world_.in_step(), "they lose each other with nothing in the way");
  expect(after.messages - before.messages <= kSilentMessages,
         "two that are equal said " + std::to_string(after.messages - before.messages) + " things in ten minutes");
  expect(world_.network().open_cables() == 1,
         "there are " + std::to_string(world_.network().open_cables()) + " connections");
}

}  // namespace duolog::simulation
