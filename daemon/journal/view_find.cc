// view_find.cc: the view's indexes, and which of them answers what.
//
// What is looked for by its id, its target, its practice, its place or a few days is found by an index and put in order
// here. Everything else is walked through in order, a page at a time, so that whoever stops early has read little.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/versions.h"
#include "daemon/journal/view.h"
#include "daemon/journal/view_rows.h"

namespace duolog::journal {

using store::Query;

namespace {

constexpr std::size_t kLeastPage = 16;
constexpr std::size_t kLargestPage = 512;
constexpr std::size_t kLargestOfWords = 2048;  // FTS5 may read much before its first row
constexpr std::int64_t kFewRecords = 5000;     // sooner sorted than walked to

bool is_sorted_by_index(const Wanted& wanted) { return wanted.kinds == 0 || (wanted.kinds & (wanted.kinds - 1)) == 0; }

Kind only_kind(Kinds kinds) {
  int kind = 0;
  while ((kinds >>= 1) != 0) ++kind;
  return static_cast<Kind>(kind);
}

// The index of rare kinds knows everything but entries and what is silent.
bool is_rare(Kinds kinds) {
  return kinds != 0 && (kinds & (only(Kind::kEntry) | only(Kind::kSilent) | ~(only(Kind::kSilent) - 1))) == 0;
}

}  // namespace

Line View::line_in(Query& query) const {
  Line line;
  const std::int64_t place = query.number(0);
  const auto number = static_cast<std::size_t>(place >> 40 & 255);
  check(number > 0 && number <= devices_.size(), "the view names a device that is none");
  line.device = devices_[number - 1];
  line.seq = static_cast<std::uint64_t>(place & ((std::int64_t{1} << 40) - 1)) + 1;
  line.at = query.number(1);
  line.reached = query.is_null(2) ? kNoTime : query.number(2);
  line.id = RecordId::from(query.blob(3)).value_or(RecordId());
  line.kind = static_cast<Kind>(query.number(4));
  line.mine = query.number(5) != 0;
  if (!query.is_null(6)) line.written_ms = query.number(6);
  line.offset_minutes = static_cast<std::int32_t>(query.number(7));
  if (!query.is_null(8)) line.civil_ms = query.number(8);
  line.practice = query.text(9);
  line.period = query.text(10);
  if (!query.is_null(11)) line.target = RecordId::from(query.blob(11));
  line.mood = static_cast<std::uint32_t>(query.number(12));
  line.files = static_cast<std::uint32_t>(query.number(13));
  line.source = to_bytes(query.blob(14));
  line.edited = query.number(15) != 0;
  return line;
}

void View::take_lines(Query& query, const Wanted& wanted, std::vector<Line>& lines) const {
  while (query.step()) {
    Line line = line_in(query);
    if (fits(wanted, line)) lines.push_back(std::move(line));
  }
}

// ---- what an index finds ----

bool View::few_days(const Wanted& wanted) const {
  if ((!wanted.civil_from && !wanted.civil_to) || (wanted.kinds & ~kShown) != 0) return false;
  Query query(file_.database(),
              "SELECT count(*) FROM (SELECT 1 FROM record INDEXED BY days WHERE civil BETWEEN ? AND ? AND kind < 10 "
              "AND civil IS NOT "
              "NULL LIMIT ?)");
  query.bind(wanted.civil_from.value_or(INT64_MIN)).bind(wanted.civil_to.value_or(INT64_MAX)).bind(kFewRecords);
  return query.step() && query.number(0) < kFewRecords;
}

bool View::is_found_directly(const Wanted& wanted) const {
  return wanted.id || !wanted.id_begins.empty() || wanted.target || wanted.stretch || wanted.practice ||
         wanted.with_files || !wanted.source.empty() ||
         (wanted.tag.empty() &&
          ((wanted.match.empty() && is_rare(wanted.kinds) && !is_sorted_by_index(wanted)) || few_days(wanted)));
}

std::vector<Line> View::find(const Wanted& wanted) const {
  std::vector<Line> lines;
  const std::int64_t first = at(0);
  const std::int64_t last = at(0) + next_ - 1;
  store::Connection& database = file_.database();
  if (wanted.id || !wanted.id_begins.empty()) {
    const auto [from, to] =
        wanted.id ? std::pair(name_of(*wanted.id), name_of(*wanted.id)) : names_beginning(wanted.id_begins);
    Query query(database, DUOLOG_LINES "INDEXED BY named WHERE name BETWEEN ? AND ? AND +at BETWEEN ? AND ?");
    take_lines(query.bind(from).bind(to).bind(first).bind(last), wanted, lines);
  } else if (wanted.target) {
    Query query(database, DUOLOG_LINES "WHERE target = ? AND at BETWEEN ? AND ? AND target IS NOT NULL");
    take_lines(query.bind(wanted.target->view()).bind(first).bind(last), wanted, lines);
  } else if (wanted.stretch) {
    const auto chain = chains_.find(wanted.stretch->device);
    const std::uint64_t to = chain != chains_.end() ? std::min(wanted.stretch->to, chain->second.last) : 0;
    if (to >= wanted.stretch->from && wanted.stretch->from > 0) {
      Query query(database, DUOLOG_LINES "WHERE place BETWEEN ? AND ?");
      take_lines(query.bind(place(chain->second, wanted.stretch->from)).bind(place(chain->second, to)), wanted, lines);
    }
  } else if (wanted.practice && wanted.period) {
    Query query(database,
                DUOLOG_LINES "WHERE practice = ? AND period = ? AND at BETWEEN ? AND ? AND practice IS NOT NULL");
    take_lines(
        query.bind(std::string_view(*wanted.practice)).bind(std::string_view(*wanted.period)).bind(first).bind(last),
        wanted, lines);
  } else if (wanted.practice) {
    Query query(database, DUOLOG_LINES "WHERE practice = ? AND at BETWEEN ? AND ? AND practice IS NOT NULL");
    take_lines(query.bind(std::string_view(*wanted.practice)).bind(first).bind(last), wanted, lines);
  } else if (!wanted.source.empty()) {
    Query query(database, DUOLOG_LINES "WHERE source = ? AND source IS NOT NULL AND at BETWEEN ? AND ?");
    take_lines(query.bind(ByteView(wanted.source)).bind(first).bind(last), wanted, lines);
  } else if (wanted.with_files) {
    Query query(database, DUOLOG_LINES "WHERE files > 0 AND place BETWEEN ? AND ? AND at BETWEEN ? AND ?");
    take_lines(query.bind(row_ << 48).bind(((row_ + 1) << 48) - 1).bind(first).bind(last), wanted, lines);
  } else if (is_rare(wanted.kinds)) {
    for (Kinds kinds = wanted.kinds; kinds != 0; kinds &= kinds - 1) {
      Query query(database, DUOLOG_LINES "WHERE kind = ? AND kind > 1 AND kind < 20 AND at BETWEEN ? AND ?");
      query.bind(static_cast<int>(only_kind(kinds & ~(kinds - 1)))).bind(first).bind(last);
      take_lines(query, wanted, lines);
    }
  } else {
    Query query(
        database, DUOLOG_LINES
        "INDEXED BY days WHERE civil BETWEEN ? AND ? AND kind < 10 AND civil IS NOT NULL AND +at BETWEEN ? AND ?");
    query.bind(wanted.civil_from.value_or(INT64_MIN)).bind(wanted.civil_to.value_or(INT64_MAX)).bind(first).bind(last);
    take_lines(query, wanted, lines);
  }
  std::sort(lines.begin(), lines.end(),
            [&](const Line& a, const Line& b) { return wanted.newest_first ? a.at > b.at : a.at < b.at; });
  return lines;
}

// ---- what is walked through ----

// The first so many lines of these places; all of them, whether they are wanted or not.
std::vector<Line> View::page(const Wanted& wanted, Places among, std::size_t count) const {
  const bool down = wanted.newest_first;
  std::vector<Line> lines;
  const auto take = [&](Query& query) {
    query.bind(among.from).bind(among.to).bind(static_cast<std::int64_t>(count));
    while (query.step()) lines.push_back(line_in(query));
  };
  store::Connection& database = file_.database();
  if (!wanted.tag.empty()) {
    Query query(
        database,
        down ? DUOLOG_LINES
            "WHERE place IN (SELECT place FROM tag WHERE name = ? AND at BETWEEN ? AND ? ORDER BY at DESC LIMIT ?)"
             : DUOLOG_LINES
            "WHERE place IN (SELECT place FROM tag WHERE name = ? AND at BETWEEN ? AND ? ORDER BY at LIMIT ?)");
    query.bind(std::string_view(wanted.tag));
    take(query);
    std::sort(lines.begin(), lines.end(),
              [&](const Line& a, const Line& b) { return down ? a.at > b.at : a.at < b.at; });
  } else if (wanted.mood != 0) {
    Query query(database, down ? DUOLOG_LINES
                              "WHERE mood = ? AND mood > 0 AND at BETWEEN ? AND ? ORDER BY at DESC LIMIT ?"
                               : DUOLOG_LINES "WHERE mood = ? AND mood > 0 AND at BETWEEN ? AND ? ORDER BY at LIMIT ?");
    query.bind(wanted.mood);
    take(query);
  } else if (is_rare(wanted.kinds)) {
    Query query(
        database,
        down ? DUOLOG_LINES "WHERE kind = ? AND kind > 1 AND kind < 20 AND at BETWEEN ? AND ? ORDER BY at DESC LIMIT ?"
             : DUOLOG_LINES "WHERE kind = ? AND kind > 1 AND kind < 20 AND at BETWEEN ? AND ? ORDER BY at LIMIT ?");
    query.bind(static_cast<int>(only_kind(wanted.kinds)));
    take(query);
  } else if (wanted.mine) {
    Query query(database,
                down ? DUOLOG_LINES "WHERE mine = ? AND kind < 10 AND at BETWEEN ? AND ? ORDER BY at DESC LIMIT ?"
                     : DUOLOG_LINES "WHERE mine = ? AND kind < 10 AND at BETWEEN ? AND ? ORDER BY at LIMIT ?");
    query.bind(*wanted.mine);
    take(query);
  } else {
    Query query(database, down ? DUOLOG_LINES "WHERE kind < 10 AND at BETWEEN ? AND ? ORDER BY at DESC LIMIT ?"
                               : DUOLOG_LINES "WHERE kind < 10 AND at BETWEEN ? AND ? ORDER BY at LIMIT ?");
    take(query);
  }
  return lines;
}

void View::walk(const Wanted& wanted, const SeeLine& see) const {
  check((wanted.kinds & ~kShown) == 0 || is_rare(wanted.kinds), "what no reader sees is not walked through");
  const std::size_t largest = wanted.match.empty() ? kLargestPage : kLargestOfWords;
  std::size_t count = wanted.about_so_many == 0 ? largest : std::clamp(wanted.about_so_many, kLeastPage, largest);
  const bool down = wanted.newest_first;
  const bool in_bands = (wanted.civil_from || wanted.civil_to) && wanted.match.empty() && wanted.tag.empty();
  std::int64_t bound = wanted.beyond.value_or(down ? at(0) + next_ : at(0) - 1);
  for (;;) {
    Places among = down ? Places{at(0), bound - 1} : Places{bound + 1, at(0) + next_ - 1};
    if (in_bands) {
      const auto band = next_band(wanted, among);
      if (!band) return;
      among = *band;
    }
    const std::vector<Line> lines =
        wanted.match.empty() ? page(wanted, among, count) : page_by_words(wanted, bound, count);
    for (const Line& line : lines)
      if ((wanted.passed_too || fits(wanted, line)) && !see(line)) return;
    const bool all = lines.size() < count;
    if (all && !in_bands) return;
    bound = !all ? lines.back().at : down ? among.from : among.to;
    count = largest;
  }
}

void View::each_line(const Wanted& wanted, const SeeLine& see) const {
  if (!is_found_directly(wanted)) return walk(wanted, see);
  std::vector<Line> lines = find(wanted);
  if (!wanted.match.empty()) keep_matching(wanted, lines);
  for (const Line& line : lines)
    if (!see(line)) return;
}

// Times never go back along the order.
std::int64_t View::first_since(std::int64_t time) const {
  std::int64_t from = at(0);
  std::int64_t to = at(0) + next_;
  while (from < to) {
    const std::int64_t middle = from + (to - from) / 2;
    Query query(file_.database(),
                "SELECT at, reached FROM record WHERE kind < 10 AND at BETWEEN ? AND ? ORDER BY at LIMIT 1");
    query.bind(middle).bind(to - 1);
    if (!query.step() || (query.is_null(1) ? kNoTime : query.number(1)) >= time) {
      to = middle;
    } else {
      from = query.number(0) + 1;
    }
  }
  return from;
}

Noted View::read_record(const Line& line) const {
  Noted noted;
  noted.id = line.id;
  noted.device = line.device;
  noted.seq = line.seq;
  noted.written_ms = line.written_ms;
  noted.offset_minutes = line.offset_minutes;
  Query query(file_.database(), "SELECT event, rule, seen FROM record WHERE place = ?");
  query.bind(place(chains_.at(line.device), line.seq));
  check(query.step(), "the view has lost a record");
  noted.seen = decode_seen(query.blob(2));
  if (line.kind == Kind::kUnreadable || line.kind == Kind::kLacking) {
    noted.what = Unreadable{line.kind == Kind::kLacking};
  } else if (line.kind == Kind::kNewer) {
    noted.what = Newer{};
  } else if (line.kind == Kind::kSealed || line.kind == Kind::kLetter) {
    noted.what =
        SealedNote{line.practice, line.period, crypto::decode_rule(query.blob(1)).value_or(crypto::SealRule{})};
  } else if (line.kind == Kind::kOwnPractice && query.is_null(0)) {
    noted.what = OwnNote{};  // one too many
  } else if (has_words(line.kind)) {
    const auto event = decode_event(query.blob(0));
    check(event.has_value(), "the view keeps an event that is none");
    if (auto taken = taken_back_by(*event)) {
      noted.what = std::move(*taken);
      return noted;
    }
    Place here{line.device, line.seq, line.id, {}, line.mine, event->written_ms};
    here.header.kind = crypto::RecordKind::kEvent;
    noted.what = shown_by(here, *event, scene_);
  }
  return noted;
}

// ---- what is counted ----

std::vector<RoundKey> View::rounds(const std::string& practice, const std::string& from) const {
  std::vector<RoundKey> keys;
  const auto take = [&](Query& query) {
    while (query.step()) keys.push_back({query.text(0), query.text(1)});
  };
  const std::int64_t last = at(0) + next_ - 1;
  if (practice.empty()) {
    Query query(
        file_.database(),
        "SELECT DISTINCT practice, period FROM record WHERE practice IS NOT NULL AND period >= ? AND kind IN (2, "
        "4, 9) AND at BETWEEN ? AND ? ORDER BY practice, period");
    take(query.bind(std::string_view(from)).bind(at(0)).bind(last));
  } else {
    Query query(
        file_.database(),
        "SELECT DISTINCT practice, period FROM record WHERE practice = ? AND practice IS NOT NULL AND period >= ? "
        "AND kind IN (2, 4, 9) AND at BETWEEN ? AND ? ORDER BY practice, period");
    take(query.bind(std::string_view(practice)).bind(std::string_view(from)).bind(at(0)).bind(last));
  }
  return keys;
}

std::optional<std::string> View::period_before(const std::string& practice, const std::string& period) const {
  Query query(file_.database(),
              "SELECT period FROM record WHERE practice = ? AND practice IS NOT NULL AND period < ? AND kind IN (2, 4, "
              "9, 11) AND at BETWEEN ? AND ? ORDER BY period DESC LIMIT 1");
  query.bind(std::string_view(practice)).bind(std::string_view(period)).bind(at(0)).bind(at(0) + next_ - 1);
  return query.step() ? std::optional(query.text(0)) : std::nullopt;
}

void View::each_written(std::int64_t from_ms, std::int64_t to_ms, const SeeWritten& see) const {
  Query query(file_.database(),
              "SELECT written, mine FROM record INDEXED BY weeks WHERE written BETWEEN ? AND ? AND kind < 10 AND "
              "written IS NOT NULL AND "
              "place BETWEEN ? AND ?");
  query.bind(from_ms).bind(to_ms).bind(row_ << 48).bind(((row_ + 1) << 48) - 1);
  while (query.step()) see(query.number(0), query.number(1) != 0);
}

void View::each_mood(const SeeMood& see) const {
  Query query(file_.database(),
              "SELECT written, offset, mine, mood FROM record INDEXED BY moods WHERE mood > 0 AND at BETWEEN ? AND ? "
              "ORDER BY at");
  query.bind(at(0)).bind(at(0) + next_ - 1);
  while (query.step())
    see({query.number(0), static_cast<std::int32_t>(query.number(1)), query.number(2) != 0,
         static_cast<std::uint32_t>(query.number(3))});
}

std::optional<std::int64_t> View::earliest_civil() const {
  Query query(file_.database(), "SELECT min(civil) FROM record INDEXED BY days WHERE kind < 10 AND civil IS NOT NULL");
  return query.step() && !query.is_null(0) ? std::optional(query.number(0)) : std::nullopt;
}

}  // namespace duolog::journal
