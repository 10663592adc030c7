// view_order.cc: every record gets its place among the others, and only as many are placed again as must be.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <deque>

#include "daemon/journal/order.h"
#include "daemon/journal/view.h"
#include "daemon/journal/view_rows.h"

namespace duolog::journal {

using store::Query;

namespace {
constexpr std::int64_t kReadAtOnce = 128;
}  // namespace

// True where merging anew would put the record at the end and leave everything else as it is. What stands behind the
// last record of its chain must be earlier, wait for nothing of this chain, and have come because it was free.
bool View::comes_last(const DeviceId& device, const Chain& chain, const Noted& noted) const {
  if (unplaced_ > 0 || many_) return false;
  if (next_ == 0 || last_by_ == device) return true;
  if (chain.last == 0) return false;
  return noted.written_ms.value_or(chain.time) > reached_ && chain.claimed < noted.seq && !liars_;
}

std::int64_t View::position_of(const Chain& chain, std::uint64_t seq) const {
  Query query(file_.database(), "SELECT at FROM record WHERE place = ?");
  query.bind(place(chain, seq));
  check(query.step() && !query.is_null(0), "a record that was placed has no place");
  return query.number(0) - at(0);
}

// How many of the chain's placed records stand before this position.
std::uint64_t View::placed_before(const Chain& chain, std::int64_t position) const {
  std::uint64_t before = 0;
  std::uint64_t behind = chain.placed + 1;
  while (behind - before > 1) {
    const std::uint64_t middle = before + (behind - before) / 2;
    (position_of(chain, middle) < position ? before : behind) = middle;
  }
  return before;
}

std::pair<std::uint64_t, std::int64_t> View::last_dated(const Chain& chain, std::uint64_t up_to) const {
  if (up_to == 0) return {0, kNoTime};
  Query query(
      file_.database(),
      "SELECT place, written FROM record WHERE place BETWEEN ? AND ? AND written IS NOT NULL ORDER BY place DESC "
      "LIMIT 1");
  query.bind(place(chain, 1)).bind(place(chain, up_to));
  if (!query.step()) return {0, kNoTime};
  return {static_cast<std::uint64_t>(query.number(0) - place(chain, 1)) + 1, query.number(1)};
}

std::int64_t View::reached_by(const Chain& chain, std::uint64_t seq) const {
  if (seq == 0) return kNoTime;
  Query query(file_.database(), "SELECT reached FROM record WHERE place = ?");
  query.bind(place(chain, seq));
  check(query.step(), "a record that was placed is not here");
  return query.is_null(0) ? kNoTime : query.number(0);
}

// From this position on nothing has its place any more. What the rows say of that holds no longer, and nobody asks.
void View::rewind(std::int64_t position) {
  if (unplaced_ == 0) {
    may_stand_ = true;
    has_begun_ = false;
    changed_.clear();
    lied_before_ = liars_;
  } else if (has_begun_) {
    may_stand_ = false;  // what stands behind has its places of two orders
  }
  if (position >= next_) return;
  next_ = position;
  reached_ = kNoTime;
  unplaced_ = 0;
  last_by_.reset();
  if (position == 0) liars_ = false;
  ++settings_version_;
  if (!may_stand_) forget_bands(at(position));
  for (auto& [device, chain] : chains_) {
    chain.placed = placed_before(chain, position);
    unplaced_ += chain.last - chain.placed;
    reached_ = std::max(reached_, reached_by(chain, chain.placed));
  }
}

// How far the merge has read a chain. What it was given is kept until it has been placed: the merge looks one ahead.
struct View::Reading {
  struct Was {
    std::optional<std::int64_t> at;
    std::int64_t reached = kNoTime;
    bool tagged = false;
    std::optional<std::int64_t> civil_ms = {};
  };
  Chain* chain = nullptr;
  std::uint64_t read = 0;
  std::deque<std::pair<Merge::Next, Was>> ahead;
  std::deque<Was> given;

  std::optional<Merge::Next> pull(View& view) {
    if (ahead.empty() && read < chain->last) fill(view);
    if (ahead.empty()) return std::nullopt;
    given.push_back(ahead.front().second);
    Merge::Next next = std::move(ahead.front().first);
    ahead.pop_front();
    return next;
  }

  void fill(View& view) {
    Query query(
        view.file_.database(),
        "SELECT id, written, seen, at, reached, tagged, civil FROM record WHERE place BETWEEN ? AND ? ORDER BY place "
        "LIMIT ?");
    query.bind(view.place(*chain, read + 1)).bind(view.place(*chain, chain->last)).bind(kReadAtOnce);
    while (query.step()) {
      Merge::Next next{RecordId::from(query.blob(0)).value_or(RecordId()), ++read, std::nullopt, {}};
      if (!query.is_null(1)) next.written_ms = query.number(1);
      next.seen = decode_seen(query.blob(2));
      Was was{std::nullopt, query.is_null(4) ? kNoTime : query.number(4), query.number(5) != 0};
      if (!query.is_null(3)) was.at = query.number(3);
      if (!query.is_null(6)) was.civil_ms = query.number(6);
      ahead.emplace_back(std::move(next), was);
    }
  }
};

bool View::arrange(std::size_t& budget) {
  if (unplaced_ == 0 || budget == 0) return unplaced_ > 0;
  Merge merge;
  std::deque<Reading> readings;  // in the order of the devices, as the merge knows them; their addresses stay
  for (auto& [device, chain] : chains_) {
    Reading& reading = readings.emplace_back();
    reading.chain = &chain;
    reading.read = chain.placed;
    merge.add_chain(device, last_dated(chain, chain.placed).second, [this, &reading] { return reading.pull(*this); });
  }
  std::int64_t reached_then = kNoTime;  // at the place before the next, as it was
  has_begun_ = true;
  while (budget > 0) {
    if (may_stand_ && begins_band(at(next_))) {
      if (rest_stands(readings, reached_then)) {
        take_rest_as_it_stands();
        break;
      }
      forget_band(at(next_));
    }
    const auto step = merge.step();
    if (!step) break;
    --budget;
    --unplaced_;
    Reading& reading = readings[step->chain];
    const Reading::Was was = reading.given.front();
    reading.given.pop_front();
    reading.chain->placed = step->record.seq;
    liars_ = liars_ || !step->free;
    reached_ = std::max(reached_, step->time);
    last_by_ = devices_[static_cast<std::size_t>(reading.chain->number) - 1];
    note_claims(*last_by_, step->record.seen);
    const std::int64_t where = at(next_++);
    reached_then = was.at == where ? was.reached : kNoTime;
    widen(where, was.civil_ms);
    if (was.at != where || was.reached != reached_)
      place_anew(place(*reading.chain, step->record.seq), where, was.tagged);
  }
  check(unplaced_ > 0 || std::all_of(chains_.begin(), chains_.end(),
                                     [](const auto& one) { return one.second.placed == one.second.last; }),
        "records were left without a place");
  if (unplaced_ == 0) many_ = may_stand_ = false;
  return unplaced_ > 0;
}

// The merge has come as far in every chain as it had at this place before, and from here on would do what it did: then
// what follows has its places already. Each chain goes on no sooner than here, and together they had come as far; so
// each had come exactly as far. What it goes by besides is the last time of each chain, and the latest of all.
bool View::rest_stands(const std::deque<Reading>& readings, std::int64_t reached_then) const {
  if (reached_then == kNoTime || reached_then != reached_) return false;
  return std::ranges::all_of(readings, [this](const Reading& reading) {
    const Chain& chain = *reading.chain;
    if (!reading.given.empty()) {
      const auto& was = reading.given.front().at;
      if (!was || *was < at(next_)) return false;
    }
    const auto changed = changed_.find(chain.number);
    if (changed != changed_.end() && last_dated(chain, chain.placed).first <= changed->second) return false;
    Query last(file_.database(), "SELECT at FROM record WHERE place = ?");
    last.bind(place(chain, chain.last));
    return chain.last == 0 || (last.step() && !last.is_null(0));  // nothing has come that had no place yet
  });
}

void View::take_rest_as_it_stands() {
  std::int64_t last = -1;
  next_ = 0;
  for (auto& [device, chain] : chains_) {
    chain.placed = chain.last;
    next_ += static_cast<std::int64_t>(chain.last);
    reached_ = std::max(reached_, reached_by(chain, chain.last));
    if (chain.last == 0 || position_of(chain, chain.last) < last) continue;
    last = position_of(chain, chain.last);
    last_by_ = device;
  }
  liars_ = liars_ || lied_before_;
  unplaced_ = 0;
}

void View::place_anew(std::int64_t place, std::int64_t where, bool tagged) {
  Query query(file_.database(), "UPDATE record SET at = ?2, reached = ?3 WHERE place = ?1");
  bind_time(query.bind(place).bind(where), reached_).run();
  if (tagged) Query(file_.database(), "UPDATE tag SET at = ?2 WHERE place = ?1").bind(place).bind(where).run();
}

}  // namespace duolog::journal
