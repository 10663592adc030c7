// view_words.cc: the words of records go into the index and leave it, and records are found by them.
//
// A row's words are in the index exactly where its chain is indexed up to there: so they leave it before the row
// changes (words_leave) and come in again after (words_come). Those of an answer that cannot be read yet come when it
// can (words_opened).
// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "daemon/journal/view.h"
#include "daemon/journal/view_rows.h"

namespace duolog::journal {

using store::Query;

namespace {

constexpr Kinds kSealedOnce = only(Kind::kSealed, Kind::kLetter);
constexpr Kinds kWithWords = only(Kind::kEntry, Kind::kAnswer, Kind::kRemark) | kSealedOnce;
constexpr std::int64_t kReadAtOnce = 128;
constexpr std::size_t kLong = 2048;  // bytes: so much more costs as much as one record more

bool is_one(Kinds kinds, const Line& line) { return (only(line.kind) & kinds) != 0; }

// What its own record says is not what it is found by: words that were opened, or edited.
bool is_told_elsewhere(const Line& line) { return line.edited || is_one(kSealedOnce, line); }

}  // namespace

// ---- in and out ----

bool View::is_indexed(std::int64_t place) const {
  const auto number = static_cast<std::size_t>(place >> 40 & 255);
  const auto seq = static_cast<std::uint64_t>(place & ((std::int64_t{1} << 40) - 1)) + 1;
  check(number > 0 && number <= devices_.size(), "the view names a device that is none");
  return seq <= chains_.at(devices_[number - 1]).indexed;
}

// REQUIRES: they are not in it. How long they are.
std::size_t View::index_line(const Line& line) {
  if (!is_one(kWithWords, line)) return 0;
  const Said said = words_of_(read(line));
  const std::int64_t where = place(chains_.at(line.device), line.seq);
  if (said.counted) count_in(where, line.mine, *said.counted);
  if (said.folded.words.tokens.empty()) return 0;
  words_.add(where, said.folded, is_told_elsewhere(line));
  return said.folded.words.text.size();
}

void View::words_come(std::int64_t place) {
  if (is_indexed(place)) index_line(line_at(place));
}

// REQUIRES: the row is as it was when they came.
void View::words_leave(std::int64_t place, bool for_good) {
  if (!is_indexed(place)) return;
  count_out(place);
  const Line line = line_at(place);
  if (!is_one(kWithWords, line)) return;
  words_.remove(place, is_told_elsewhere(line) ? Folded() : words_of_(read_record(line)).folded);
  if (for_good) words_.wipe();
}

void View::words_opened(const RecordId& id) {
  std::optional<std::int64_t> where;
  {
    Query query(file_.database(),
                "SELECT place FROM record INDEXED BY named WHERE name = ? AND id = ? AND place BETWEEN ? AND ?");
    query.bind(name_of(id)).bind(id.view()).bind(row_ << 48).bind(((row_ + 1) << 48) - 1);
    if (query.step()) where = query.number(0);
  }
  if (where && !words_.keeps(*where)) words_come(*where);  // one's own could be read before
  keep_written();
}

// ---- feeding ----

std::uint64_t View::not_indexed() const {
  std::uint64_t missing = 0;
  if (words_of_)
    for (const auto& [device, chain] : chains_) missing += chain.last - chain.indexed;
  return missing;
}

bool View::index_words(std::size_t& budget) {
  for (auto& [device, chain] : chains_) {
    while (words_of_ && chain.indexed < chain.last) {
      if (budget == 0) return true;
      index_next(chain, budget);
    }
  }
  return false;
}

void View::index_next(Chain& chain, std::size_t& budget) {
  std::vector<Line> lines;
  {
    Query query(file_.database(), DUOLOG_LINES "WHERE place BETWEEN ? AND ? ORDER BY place LIMIT ?");
    query.bind(place(chain, chain.indexed + 1)).bind(place(chain, chain.last)).bind(kReadAtOnce);
    while (query.step()) lines.push_back(line_in(query));
  }
  check(!lines.empty(), "the view has lost a record");
  chain.changed = true;
  for (const Line& line : lines) {
    if (budget == 0) return;
    budget -= std::min(budget, 1 + index_line(line) / kLong);
    chain.indexed = line.seq;
  }
}

// ---- finding ----

Line View::line_at(std::int64_t place) const {
  Query query(file_.database(), DUOLOG_LINES "WHERE place = ?");
  check(query.bind(place).step(), "the view has lost a record");
  return line_in(query);
}

std::vector<Records::Ranked> View::ranked(const std::string& match) const {
  return words_.ranked(match, row_ << 48, ((row_ + 1) << 48) - 1);
}

// Within a chain the order of places is that of the journal: of each so many beyond `bound`, then the first of all.
std::vector<Line> View::page_by_words(const Wanted& wanted, std::int64_t bound, std::size_t count) const {
  check(wanted.tag.empty() && (wanted.kinds & ~kShown) == 0, "what has no words was looked for by its words");
  const bool down = wanted.newest_first;
  const std::int64_t edge = std::clamp<std::int64_t>(bound - at(0) + (down ? 0 : 1), 0, next_);
  std::vector<Line> lines;
  for (const auto& [device, chain] : chains_) {
    const std::uint64_t before = edge == next_ ? chain.placed : edge == 0 ? 0 : placed_before(chain, edge);
    const std::uint64_t from = down ? 1 : before + 1;
    const std::uint64_t to = down ? before : chain.placed;
    const std::size_t had = lines.size();
    const auto left = [&] { return count - (lines.size() - had); };
    if (down) take_unindexed(wanted, chain, std::max(from, chain.indexed + 1), to, left(), lines);
    take_indexed(wanted, chain, from, std::min(to, chain.indexed), left(), lines);
    if (!down) take_unindexed(wanted, chain, std::max(from, chain.indexed + 1), to, left(), lines);
  }
  std::sort(lines.begin(), lines.end(), [&](const Line& a, const Line& b) { return down ? a.at > b.at : a.at < b.at; });
  if (lines.size() > count) lines.resize(count);
  return lines;
}

void View::take_indexed(const Wanted& wanted, const Chain& chain, std::uint64_t from, std::uint64_t to,
                        std::size_t most, std::vector<Line>& lines) const {
  if (from > to || most == 0 || wanted.not_indexed) return;
  for (const std::int64_t found :
       words_.find(wanted.match, place(chain, from), place(chain, to), wanted.newest_first, most)) {
    lines.push_back(line_at(found));
    lines.back().indexed = true;
  }
}

void View::take_unindexed(const Wanted& wanted, const Chain& chain, std::uint64_t from, std::uint64_t to,
                          std::size_t most, std::vector<Line>& lines) const {
  if (from > to || most == 0) return;
  Query query(file_.database(), wanted.newest_first ? DUOLOG_LINES
                                    "WHERE place BETWEEN ? AND ? AND +kind < 10 ORDER BY place DESC LIMIT ?"
                                                    : DUOLOG_LINES
                                    "WHERE place BETWEEN ? AND ? AND +kind < 10 ORDER BY place LIMIT ?");
  query.bind(place(chain, from)).bind(place(chain, to)).bind(static_cast<std::int64_t>(most));
  while (query.step()) lines.push_back(line_in(query));
}

// Of lines that something else has found.
void View::keep_matching(const Wanted& wanted, std::vector<Line>& lines) const {
  std::vector<std::int64_t> found;
  for (const auto& [device, chain] : chains_) {
    std::uint64_t from = UINT64_MAX;
    std::uint64_t to = 0;
    for (const Line& line : lines) {
      if (line.device != device || line.seq > chain.indexed) continue;
      from = std::min(from, line.seq);
      to = std::max(to, line.seq);
    }
    if (from > to) continue;
    const auto of_it = words_.find(wanted.match, place(chain, from), place(chain, to), false, SIZE_MAX);
    found.insert(found.end(), of_it.begin(), of_it.end());
  }
  std::sort(found.begin(), found.end());
  for (Line& line : lines)
    line.indexed = std::binary_search(found.begin(), found.end(), place(chains_.at(line.device), line.seq));
  std::erase_if(lines, [&](const Line& line) {
    return line.indexed ? wanted.not_indexed : line.seq <= chains_.at(line.device).indexed;
  });
}

}  // namespace duolog::journal
