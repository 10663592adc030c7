// exchange.h: a random history of what two people do with each other's words, from a seed: rounds of every kind of
// sharing, answered, answered again and passed over, letters, remarks, entries that are edited and words that are taken
// back, agreements, practices of their own, while days go by, lines are cut, disks fail and machines die.
//
//   live()           step by step; after each step: nobody sees what is not theirs to see yet, nothing opened too early
//   come_together()  no more faults: both hold the same, and whatever is due is open, once
//
// Beside Story, which asks whether anything is lost. The dice, the troubles and the options are the same.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/simulation/doors.h"
#include "tests/simulation/seals.h"
#include "tests/simulation/story.h"

namespace duolog::simulation {

class Exchange {
 public:
  explicit Exchange(const Options& options);
  static Options options_of(std::uint64_t seed);

  void tell();
  [[nodiscard]] const std::vector<std::string>& wrong() const { return wrong_; }
  [[nodiscard]] World& world() { return world_; }

  // What came to pass, so that a test can ask whether it shows anything.
  struct Tally {
    std::uint64_t saved = 0;
    std::uint64_t unknown = 0;    // the machine died, or the disk refused
    std::uint64_t refused = 0;    // by the journal: nothing to pass, no such day
    std::uint64_t kept_back = 0;  // looks at something that was held and not to be read yet
    std::uint64_t opened = 0;
    std::uint64_t opened_by_moment = 0;
    std::uint64_t still_sealed = 0;  // in the end
    std::uint64_t late = 0;          // answers that were given after the other's could be read
    std::uint64_t agreed = 0;        // calendars that both have set
    std::uint64_t days = 0;
    std::uint64_t news = 0;    // that told words
    std::uint64_t leaked = 0;  // keys that were given too early, by a liar's hand
    std::uint64_t edited = 0;  // entries, in the end
    std::uint64_t erased = 0;  // bodies of which it was looked that no disk has them
  };
  [[nodiscard]] const Tally& tally() const { return tally_; }

 private:
  struct Person {
    Person(Node& at, std::size_t number) : node(&at), index(number), ledger(at) {}
    Node* node;
    std::size_t index;
    Ledger ledger;
    Shown told;                           // by news while it started
    Shown shown;                          // at the last look
    WallTime latest{};                    // that its own clock has ever said
    std::size_t records = 0;              // at the last look
    WallTime looked{};                    // when it was last looked at, by its clock
    std::map<std::uint64_t, bool> words;  // by mark: true where it was said to be saved
  };
  // What the client asks again after a crash, with the same request.
  struct Asked {
    Person* person;
    Bytes request;
    std::uint64_t mark;
    std::function<journal::Saved(Household&, const Bytes& request)> save;
  };
  using Save = decltype(Asked::save);

  void live();
  void come_together(milliseconds later);
  Person& one() { return people_[world_.roll(2)]; }
  Person& other(const Person& person) { return people_[1 - person.index]; }

  // ---- what they do: exchange_acts.cc ----
  void act();
  void answer(Person& person);
  std::optional<journal::RoundKey> round_to_answer(Person& person);
  void letter(Person& person);
  void entry(Person& person);
  void share(Person& person);
  void change(Person& person);
  void take_back(Person& person);
  std::optional<journal::Item> own_words(Person& person, const std::vector<const char*>& kinds);
  void say_something(Person& person);
  void pass_over(Person& person);
  void settle_something(Person& person);
  void keep_practice(Person& person);
  void leak(Person& person);
  practice::Form fill(const practice::Practice& practice, std::uint64_t number);
  void ask(Person& person, std::uint64_t mark, Save save);
  void ask_again(Person& person);

  // ---- what befalls them ----
  void trouble(const std::string& kind);
  void crash(Person& person);
  void start(Person& person);
  void days_pass();

  // ---- what must be true ----
  void look(bool whole);
  void look_at(Person& person, bool whole);
  void hear(Person& person, const journal::News& news);
  void nobody_sees_too_much(Person& person, const Shown& shown);
  void own_words_are_there(Person& person, const Shown& shown);
  void each_opening_is_right(Person& person);
  void late_answers_say_so(Person& person, bool strictly);
  void no_words_on_the_disks();
  std::string what_is_shut();
  void both_are_shown_the_same();
  void a_start_changes_nothing(Person& person);
  void compare(const std::vector<std::string>& here, const std::string& one, const std::vector<std::string>& there,
               const std::string& other);
  void what_may_be_read_is_read(const Person& person);
  void what_is_gone_is_gone(const Person& person);
  void expect(bool holds, const std::string& otherwise);

  Options options_;
  World world_;
  Seals seals_;
  std::array<Person, 2> people_;
  std::vector<Asked> asked_;
  std::vector<std::string> kinds_;  // of trouble, each as often as it is heavy
  std::vector<std::string> wrong_;
  Tally tally_;
  std::uint64_t marks_ = 0;
  std::set<RecordId> leaked_;
  Marks practices_;  // that stand in titles of practices: the latest of an id alone is shown
};

}  // namespace duolog::simulation
