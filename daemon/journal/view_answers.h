// view_answers.h: the sealed answers of a journal as they lie in the view: found by their question or by their record.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/journal/event.h"
#include "daemon/journal/report.h"
#include "daemon/journal/view_file.h"

namespace duolog::journal {

// A sealed answer or letter, and what has come for it. Keys out of one's own slots are never among it.
struct AnswerNote {
  RecordId id;
  DeviceId author;
  bool mine = false;
  Sealed sealed;
  std::vector<Opening> openings;     // by its author's person; tried as soon as it may be
  bool early = false;                // the first of them came before its moment
  std::optional<std::size_t> valid;  // the opening that holds the commitment
  AnswerState state = AnswerState::kSealed;
  Form form;
  // Its author has taken it back: that it was there is all that is known. `sealed` says to which question and by which
  // rule.
  std::optional<Erase::One> gone = std::nullopt;
};

// An opening of an answer that is not here yet.
struct EarlyOpening {
  bool mine = false;
  Opening opening;
  std::int64_t written_ms = 0;
};

// What is still known of one that was taken back.
Sealed what_was_sealed(const Erase::One& gone);

// Which answers can meet: those to one question by one rule.
Bytes question_key(const Sealed& sealed);

class AnswerTable {
 public:
  AnswerTable(ViewFile& file, std::int64_t journal_row) : file_(file), journal_(journal_row) {}

  [[nodiscard]] std::optional<Bytes> question_of(const RecordId& id) const;  // nullopt: it is not here
  [[nodiscard]] std::vector<AnswerNote> load(ByteView question) const;       // in the order in which they came
  [[nodiscard]] std::vector<Bytes> live() const;                             // questions
  [[nodiscard]] bool is_live(ByteView question) const;
  void add(ByteView question, const AnswerNote& note, bool live);  // `live`: as the others of the question are
  void change(const AnswerNote& note);
  void set_live(ByteView question, bool live);
  void remove(const RecordId& id);

  [[nodiscard]] std::vector<EarlyOpening> early(const RecordId& id) const;  // in the order in which they came
  void add_early(const EarlyOpening& early);
  std::vector<EarlyOpening> take_early(const RecordId& id);

  // When letters of the other open that are shut, from this second on, the soonest first.
  [[nodiscard]] std::vector<std::int64_t> letters_from(std::int64_t second, std::size_t limit) const;

 private:
  ViewFile& file_;
  std::int64_t journal_;
};

}  // namespace duolog::journal
