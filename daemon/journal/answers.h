// answers.h: the sealed answers and letters of one journal: who has answered what, what may be read of it, which
// openings are due.
//
// The rule it keeps: nothing of the other's answer is opened before an answer of one's own to the same question by the
// same rule is committed, or the moment has come that the rule names, whatever keys have arrived; and one's own key is
// given only for an answer of theirs, or when that moment has come.
// A fold over facts in any order. No I/O, no clock: it is told the time. Spec: proto/README.md section 3.9.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <set>

#include "daemon/journal/event.h"
#include "daemon/journal/report.h"

namespace duolog::journal {

// Wrong keys that are tried on one answer. Their author pays for more than these: the right one may no longer count.
inline constexpr std::size_t kOpeningsTried = 16;

struct RoundKey {
  std::string practice;
  std::string period;
  auto operator<=>(const RoundKey&) const = default;
};

class Answers {
 public:
  // `own`: opens the slots that this device's person sealed for itself.
  Answers(const JournalId& journal, crypto::WrapSecret own) : journal_(journal), own_(std::move(own)) {}

  // ---- facts. `mine`: the record's author is a device of this person ----
  void sealed(const RecordId& id, const DeviceId& author, bool mine, Sealed sealed);
  // `written_ms`: when its author's device says to have opened it.
  void opening(bool mine, const Opening& opening, std::int64_t written_ms);
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
    const Form* form = nullptr;  // where readable
    bool published = false;      // its key is known to both
    bool open = false;           // and it counts: both may read it
    bool after_reveal = false;
    bool early = false;  // opened by its author before the moment that its rule names
  };
  [[nodiscard]] Look look(const RecordId& id) const;
  // Rounds of which an answer of the other has become readable since this was last asked.
  std::vector<RoundKey> take_revealed();

 private:
  struct Note {
    RecordId id;
    DeviceId author;
    bool mine = false;
    Sealed sealed;
    std::vector<Opening> openings;  // by its author's person; tried as soon as it may be
    bool early = false;             // the first of them came before its moment
    std::optional<Opening> valid;   // the one that holds the commitment
    std::set<RecordId> counted;     // by that one
    AnswerState state = AnswerState::kSealed;
    Form form;
    std::optional<crypto::AnswerKey> key;  // out of our own slot
  };
  struct Question {
    std::vector<RecordId> mine;
    std::vector<RecordId> theirs;
  };

  void read_own(Note& note);
  void try_openings(Note& note);
  void try_opening(Note& note, const Opening& opening);
  void show(Note& note, ByteView text);
  [[nodiscard]] bool may_open(const Note& note) const;
  [[nodiscard]] bool other_may_open(const Note& note) const;
  [[nodiscard]] bool moment_has_come(const Note& note) const;
  [[nodiscard]] const Question& question_of(const Note& note) const;

  JournalId journal_;
  crypto::WrapSecret own_;
  std::map<RecordId, Note> notes_;
  std::map<std::pair<QuestionId, Bytes>, Question> questions_;  // by question and rule
  struct Early {
    bool mine = false;
    Opening opening;
    std::int64_t written_ms = 0;
  };
  std::map<RecordId, std::vector<Early>> early_;  // openings of answers that are not here yet
  std::set<RecordId> shut_;                       // theirs, with openings that may not be tried before their moment
  std::int64_t now_s_ = 0;
  bool doubted_ = false;
  std::vector<RoundKey> revealed_;
};

}  // namespace duolog::journal
