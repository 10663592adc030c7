// three_homes.h: Ada's laptop, further devices of hers, and Bo: who meets whom, and what is slipped to whom.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/unit/journal/two_people.h"

namespace duolog::journal {

class ThreeHomes : public ::testing::Test {
 protected:
  ThreeHomes() { pair(ada, bo); }

  // Everybody with everybody, until nothing is new.
  void all_meet(const std::vector<Person*>& people) {
    for (int round = 0; round < 3; ++round) {
      for (std::size_t i = 0; i < people.size(); ++i) {
        for (std::size_t j = i + 1; j < people.size(); ++j) meet_where_they_can(*people[i], *people[j]);
      }
    }
  }
  static void meet_where_they_can(Person& a, Person& b) {
    for (const JournalId& id : a.door().journals()) {
      const bool both = std::ranges::count(b.door().journals(), id) > 0;
      if (both && a.door().prove(id, b.identity().chain()) && b.door().prove(id, a.identity().chain())) meet(a, b, id);
    }
  }
  // The records alone, whoever brings them: from one who should be let in no more, or to one.
  static void slip(Person& from, Person& to, const JournalId& id) {
    for (const crypto::Chain& chain : from.door().chains(id)) to.door().admit(id, chain);
    carry(from, to, id);
  }
  // One log of a journal alone, as far as a session that breaks after it has come.
  static void bring(Person& from, Person& to, const JournalId& id, const DeviceId& author) {
    const auto held = to.log().head(id, author);
    const auto there = from.log().head(id, author);
    std::uint64_t at = (held ? held->seq : 0) + 1;
    while (at <= there->seq) {
      const auto run = from.log().read_run(id, author, at);
      const auto accepted = to.log().accept(id, author, at, run);
      ASSERT_EQ(accepted.verdict, store::Accepted::Verdict::kStored) << accepted.why;
      to.shelf().stored(id, author, accepted.first, accepted.last);
      at += run.size();
    }
    to.settle();
  }
  std::unique_ptr<Person> let_in(Person& host, const std::string& name) {
    auto device = std::make_unique<Person>(host, name);
    host.settle();
    return device;
  }
  static const Membership& members(Person& at, const JournalId& id) { return at.journal(id).membership(); }
  static std::optional<Reason> why_not(Person& person, const std::string& text, const std::string& journal = {}) {
    try {
      person.write(text, journal);
    } catch (const Refusal& refusal) {
      return refusal.reason;
    }
    return std::nullopt;
  }
  static DeviceRow row(Person& at, const Person& of) {
    for (const DeviceRow& one : at.shelf().devices())
      if (one.id == of.device()) return one;
    ADD_FAILURE() << "no such device";
    return {};
  }
  static bool is_marked(Person& at, const std::string& text) {
    for (const Item& item : list(at.shelf(), {}))
      if (item.text == text) return item.from_removed_device;
    ADD_FAILURE() << "nothing says " << text;
    return false;
  }

  Person ada{"Ada"};
  Person bo{"Bo"};
};

}  // namespace duolog::journal
