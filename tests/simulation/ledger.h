// ledger.h: what stands in the two logs of a shared journal on one disk, read by hand: records are opened with the
// epochs' keys and decoded, and nothing of the fold (view, answers, agreements) is asked. What PROTOCOL 3.9 says of
// openings is looked at here, on what was really written.
//
// What was taken back names itself by its tombstone; its words are known here only where they were read before.
//
// A text that is watched carries a mark of its own: mark(7) is somewhere in its words.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <deque>
#include <map>
#include <set>

#include "daemon/journal/journal.h"
#include "tests/simulation/node.h"

namespace duolog::simulation {

using Marks = std::set<std::uint64_t>;
std::string mark(std::uint64_t number);
void find_marks(std::string_view text, Marks& found);
void find_marks(const journal::Form& form, Marks& found);

class Ledger {
 public:
  struct Line {
    std::uint64_t seq = 0;
    RecordId id;
    journal::Event event;
  };
  using Lines = std::vector<Line>;
  // One answer or letter that was sealed, and what its author has published of it.
  struct Seal {
    std::uint64_t seq = 0;
    RecordId id;
    journal::Sealed sealed;
    std::vector<const Line*> openings;
    std::optional<Marks> marks;  // of its words, once a published key has opened it
    std::vector<journal::Seen> seen;
  };

  explicit Ledger(const Node& node) : node_(node) {}

  void forget();  // after a start: what was not durable is gone
  // REQUIRES: the node is up and paired. Reads what is new. Throws nothing for what it reads.
  void read(Household& house, const JournalId& journal);
  [[nodiscard]] std::size_t length() const { return sides_[0].lines.size() + sides_[1].lines.size(); }

  [[nodiscard]] const std::map<RecordId, Seal>& seals(bool mine) const { return sides_[mine ? 0 : 1].seals; }
  // Words that hide from nobody: those that are shown, and those that ever were, as long as this ledger knows.
  [[nodiscard]] Marks open_words(bool mine) const;
  [[nodiscard]] const Marks& ever_open(bool mine) const { return sides_[mine ? 0 : 1].ever_open; }
  [[nodiscard]] Marks erased_words(bool mine) const;  // of what was taken back, and of nothing that is left
  // A part of each sealed body that was taken back, where this ledger has met it before.
  [[nodiscard]] std::vector<Bytes> erased_bodies() const;
  [[nodiscard]] const DeviceId& device(bool mine) const { return sides_[mine ? 0 : 1].device; }
  [[nodiscard]] bool answered_openly(bool mine, const std::string& practice, const std::string& period) const {
    return sides_[mine ? 0 : 1].open_rounds.contains({practice, period});
  }
  // When `seal` was made, its author held this record of the other's.
  static bool had_seen(const Seal& seal, const DeviceId& device, std::uint64_t seq);
  // The other person's answers to the same question by the same rule, from the first `up_to` records of their log.
  [[nodiscard]] std::set<RecordId> met_by(const Seal& seal, bool mine, std::uint64_t up_to = UINT64_MAX) const;
  // May this person read what the other has sealed? `latest`: the latest that this person's own clock has ever said.
  [[nodiscard]] bool may_read(const Seal& theirs, WallTime latest) const;
  // Is this person's own answer to be open by now?
  [[nodiscard]] bool is_due(const Seal& mine, WallTime now) const;
  // What is wrong with the openings in this person's own log, as sentences. `leaked`: opened by a liar's hand.
  [[nodiscard]] std::vector<std::string> wrong_openings(const std::set<RecordId>& leaked) const;
  // What this person has sealed, the other has met as far as this disk holds it, and nobody has opened.
  [[nodiscard]] std::vector<std::string> met_and_shut() const;
  // Marks that stand in two records, though each was written by one act.
  [[nodiscard]] const Marks& written_twice() const { return written_twice_; }
  // Answers that were given with an answer of the other's in hand, by a rule by which the two never meet.
  [[nodiscard]] std::vector<std::string> wrong_rules() const;
  // Of this person's openings that only a moment allowed, how many there are.
  [[nodiscard]] std::size_t opened_by_moment() const;

 private:
  struct Side {
    DeviceId device;
    std::deque<Line> lines;
    std::map<RecordId, Seal> seals;
    std::map<RecordId, Marks> words;  // by the record that says them
    Marks ever_open;
    std::map<RecordId, std::vector<RecordId>> replaces;  // by the edit
    std::set<RecordId> erased;
    std::set<std::pair<std::string, std::string>> open_rounds;
  };
  void read(Household& house, const JournalId& journal, bool mine);
  void take(Side& side, Line line, const JournalId& journal);
  void take_change(Side& side, const Line& line);
  [[nodiscard]] static Marks words_of(const Side& side, bool shown);
  void take_opening(Side& side, const Line& line, const JournalId& journal);
  void write_once(const Marks& marks);
  [[nodiscard]] std::uint64_t seen_of_other(const std::vector<journal::Seen>& seen) const;
  [[nodiscard]] std::string fault_of(const Seal& seal, const Line& opening) const;

  const Node& node_;
  std::array<Side, 2> sides_;         // one's own, the other's
  std::map<RecordId, Bytes> bodies_;  // a part of each; not forgotten at a start
  Marks written_;
  Marks written_twice_;
};

}  // namespace duolog::simulation
