// story.h: one random history of two people, from a seed: what befalls them, and what must be true all the while.
//
//   live()           every fault that the options allow, step by step; after each step what is safe is looked at
//   come_together()  no more faults: within bounded virtual time both hold the same, and then fall silent
//
// What is found wrong is collected as sentences, not asserted, so that a test, a replay and a search can all use it.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <set>

#include "tests/simulation/seals.h"
#include "tests/simulation/world.h"

namespace duolog::simulation {

// What a seed makes of a story: how often each kind of trouble comes, 0 (never) to 3. As text: "steps=40 cuts=2 …".
struct Options {
  std::uint64_t seed = 1;
  std::uint64_t steps = 40;
  std::uint64_t strangers = 0;  // they are not paired yet when it begins: with luck, they are in the middle of it all
  std::uint64_t cuts = 0;       // connections break: all of them, or at a random byte
  std::uint64_t darkness = 0;   // black holes, of one direction or both, and refusals
  std::uint64_t crashes = 0;    // of the process or the machine, between two things or in the middle of one
  std::uint64_t disks = 0;      // full for a while; EIO
  std::uint64_t clocks = 0;     // jump: seconds, years; 1970, 2038, 9999
  std::uint64_t sleeps = 0;     // a machine is suspended, for seconds to weeks
  std::uint64_t replays = 0;    // old bytes come again; somebody knocks
  std::uint64_t passphrases = 0;
  // ---- of families alone: family.h ----
  std::uint64_t devices = 0;        // more are let in
  std::uint64_t removals = 0;       // one of them is removed, or two remove each other
  std::uint64_t rotations = 0;      // somebody goes on under a new epoch for no reason
  std::uint64_t partitions = 0;     // two do not reach each other
  std::uint64_t losses = 0;         // one is gone for good, and nobody says so
  std::uint64_t backups = 0;        // an older copy of a disk takes its place
  std::uint64_t clones = 0;         // two go on from one disk
  std::uint64_t bundles = 0;        // what somebody lacks is written into a file, and such files are taken in
  std::uint64_t ignores_syncs = 0;  // the disks lie. No seed asks for it: it shows that a story can fail

  static Options of_seed(std::uint64_t seed);
  [[nodiscard]] std::string text() const;
  // Reads what text() writes; also from a kept file, whose lines that begin with '#' are for people.
  // Throws std::runtime_error for a word it does not know.
  static Options read(const std::string& text);

 private:
  template <class Self, class Visit>
  static void each(Self& self, Visit&& visit);
};

class Story {
 public:
  explicit Story(const Options& options);

  void tell();  // the whole: live() and come_together()
  [[nodiscard]] const std::vector<std::string>& wrong() const { return wrong_; }
  [[nodiscard]] World& world() { return world_; }

  // What has befallen them, so that a test can ask whether the faults really came.
  struct Tally {
    std::uint64_t saved = 0;
    std::uint64_t refused = 0;
    std::uint64_t unknown = 0;
    std::uint64_t starts = 0;
    std::uint64_t clock_jumps = 0;
    std::uint64_t sleeps = 0;
    std::uint64_t darkness = 0;
    std::uint64_t receipts = 0;  // times that what one had receipted was compared with what it holds after a start
    std::uint64_t paired_late = 0;
  };
  [[nodiscard]] const Tally& tally() const { return tally_; }

 private:
  struct Words {                               // of one person, and what became of them
    std::map<std::string, std::string> saved;  // id to text
    std::set<std::string> unsaid;              // it died before it said, or said no: there or not, but not twice
  };
  struct Person {
    Node* node;
    Words entries;
    Words notes;    // in the notebook
    Words answers;  // of the check-in
  };
  struct Interrupted {  // what the client asks again after a crash, with the same request
    Person* person;
    Bytes request;
    std::string text;
    bool is_note = false;
  };

  void live();
  void come_together();
  Person& one() { return people_[world_.roll(2)]; }
  Person& other(const Person& person) { return people_[&person == &people_[0] ? 1 : 0]; }

  // ---- what happens ----
  void act();
  void trouble(const std::string& kind);
  void write(Person& person);
  void check_in(Person& person);
  void ask_again(Person& person);
  void crash(Person& person);
  void restart(Person& person);
  void sleep(Person& person);
  void start(Person& person);
  void pass(milliseconds time);
  void keep(Words& words, const Node::Said& said, const std::string& text);

  // ---- what must be true ----
  void look();
  void look_at(Person& person);
  void nothing_said_is_missing(Person& person);
  void nothing_is_there_twice_or_unheard_of(Person& person);
  void nobody_reads_ahead(Person& person);
  void no_receipt_for_what_is_lost(Person& person);
  void no_log_is_frozen(Person& person);
  bool same_on_both();
  void they_fall_silent();
  void expect(bool holds, const std::string& otherwise);

  Options options_;
  World world_;
  Seals seals_;
  std::array<Person, 2> people_;
  std::vector<Interrupted> interrupted_;
  std::vector<std::string> kinds_;  // of trouble, each as often as it is heavy
  std::vector<std::string> wrong_;
  Tally tally_;
  std::uint64_t written_ = 0;
};

}  // namespace duolog::simulation
