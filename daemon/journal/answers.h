// answers.h: the sealed answers and letters of one journal: who has answered what, what may be read of it, which
// openings are due.
//
// The rule it keeps: nothing of the other's answer is opened before an answer of one's own to the same question by the
// same rule is committed, or the moment has come that the rule names, whatever keys have arrived; and one's own key is
// given only for an answer of theirs, or when that moment has come.
//
// A fold over facts in any order. No clock: it is told the time. Answers lie in the view and are looked up by their
// question when somebody asks, or when a fact comes for it; in memory is which questions may still open by themselves.
// What the other writes of it without end costs their log alone: so many versions count, and what comes later is a
// record that stays sealed.
// Spec: proto/README.md section 3.9.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <list>
#include <map>
#include <set>

#include "daemon/journal/event.h"
#include "daemon/journal/report.h"
#include "daemon/journal/view_answers.h"

namespace duolog::journal {

// Wrong keys that are tried on one answer. Their author pays for more than these: the right one may no longer count.
inline constexpr std::size_t kOpeningsTried = 16;
// Versions of one person's answer to a question by one rule, taken back or not: the first so many that came. Nobody
// writes more of their own (Shelf::answer), so that none of those is lost to the other.
inline constexpr std::size_t kVersionsKept = 64;

struct RoundKey {
  std::string practice;
  std::string period;
  auto operator<=>(const RoundKey&) const = default;
};

class Answers {
 public:
  // `own`: opens the slots that this device's person sealed for itself.
  Answers(const JournalId& journal, crypto::WrapSecret own, AnswerTable table);

  // ---- facts. `mine`: the record's author is a device of this person. REQUIRES: inside the view's transaction ----
  void sealed(const RecordId& id, const DeviceId& author, bool mine, Sealed sealed);
  // `written_ms`: when its author's device says to have opened it.
  void opening(bool mine, const Opening& opening, std::int64_t written_ms);
  // Its author has taken it back. REQUIRES: `one` is of this author's person. An answer stays counted where both had to
  // give one: what that has opened stays open, and nothing opens for it any more. Of a letter nothing stays.
  void taken_back(const DeviceId& author, bool mine, const Erase::One& one);
  void forget_words(bool mine, const Erase::One& one);  // the same, where it is here
  // Seconds since 1970, by this device's clock. `doubted`: the clock of somebody met lately says another day.
  void time_is(std::int64_t now_s, bool doubted);

  // ---- what follows ----
  // One's own answers that the other has met with an answer or whose moment has come, and whose key was not published
  // yet. A doubted clock makes no moment come.
  [[nodiscard]] std::vector<Opening> due() const;
  // When the next opens by its moment, one's own or one of theirs that has its key; nullopt: none waits for one.
  [[nodiscard]] std::optional<std::int64_t> next_moment() const;

  struct Look {
    AnswerState state = AnswerState::kSealed;
    std::optional<Form> form;  // where readable
    bool published = false;    // its key is known to both
    bool open = false;         // and it counts: both may read it
    bool after_reveal = false;
    bool early = false;  // opened by its author before the moment that its rule names
  };
  [[nodiscard]] Look look(const RecordId& id) const;
  // When the other's letters open that lie ahead, in seconds since 1970, the soonest first.
  [[nodiscard]] std::vector<std::int64_t> letters_from(std::int64_t second, std::size_t limit) const {
    return table_.letters_from(second, limit);
  }
  // How many of one's own stand to the same question by the same rule, counted as the other counts them.
  [[nodiscard]] std::size_t own_versions(const Sealed& like) const;
  // Rounds of which an answer of the other has become readable since this was last asked.
  std::vector<RoundKey> take_revealed();
  // Answers and letters whose words have become readable, or may be met by accident, since this was last asked.
  std::vector<RecordId> take_opened() { return std::exchange(opened_, {}); }
  [[nodiscard]] std::size_t held() const { return questions_.size(); }  // questions in memory

 private:
  struct Note : AnswerNote {
    std::optional<crypto::AnswerKey> key = std::nullopt;  // out of our own slot, while it was not published
    bool shut = false;  // of theirs, with openings that may not be tried before their moment
  };
  struct Question {
    std::vector<Note> notes;  // in the order in which they came
    bool live = false;        // as the view has it
    std::size_t bytes = 0;    // in memory, about

    void add(Note note);
    void drop(const RecordId& id);
    [[nodiscard]] std::size_t versions(bool mine) const;
    [[nodiscard]] bool is_full(bool mine) const;
    [[nodiscard]] bool answered_by(bool mine) const;
    [[nodiscard]] bool still_answered_by(bool mine) const;  // and not taken back
    [[nodiscard]] Note* find(const RecordId& id);
  };

  // A question of which something may open without a new record.
  struct Waiting {
    crypto::SealRule rule;  // of all its answers
    bool own = false;       // one's own whose key was not published …
    bool met = false;       // … and the other has answered
    bool shut = false;      // one of theirs whose key is here
  };

  // By its key; from the view where it is not in memory. Valid until another one is asked for.
  Question& question(const Bytes& key) const;
  void use(const Bytes& key) const;
  void settle(const Bytes& key, Question& question, const RecordId* changed);
  void await(const Bytes& key, const Question& question);
  void add_early(const EarlyOpening& early);
  void read_own(Note& note) const;
  void try_theirs(const Bytes& key);
  void try_openings(const Question& question, Note& note);
  void try_opening(Note& note, std::size_t which);
  static void show(Note& note, ByteView text);
  [[nodiscard]] bool may_open(const Question& question, const Note& note) const;
  [[nodiscard]] bool other_may_open(const Question& question, const Note& note) const;
  [[nodiscard]] bool moment_has_come(const crypto::SealRule& rule) const;
  [[nodiscard]] bool is_due(const Question& question, const Note& note) const;

  JournalId journal_;
  crypto::WrapSecret own_;
  AnswerTable table_;
  std::map<Bytes, Waiting> waiting_;             // by question
  mutable std::map<Bytes, Question> questions_;  // a few that were asked for
  mutable std::list<Bytes> asked_for_;           // those, the latest first
  std::int64_t now_s_ = 0;
  bool doubted_ = false;
  std::vector<RoundKey> revealed_;
  std::vector<RecordId> opened_;
};

}  // namespace duolog::journal
