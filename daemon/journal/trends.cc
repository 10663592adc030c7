// trends.cc: what was answered to the same scale over time, in both voices.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/reading.h"
#include "daemon/journal/rounds.h"

namespace duolog::journal {
namespace {

class Charts {
 public:
  Charts(const Journal& journal, Calendar calendar) : journal_(journal), calendar_(std::move(calendar)) {}

  void take(const Records::Mood& mood) {
    add(mood.written_ms, mood.mine, {}, {"mood", "mood of what was written", 1, static_cast<std::int32_t>(kBestMood)},
        {}, static_cast<std::int32_t>(mood.mood));
  }

  void take(const Line& line, const practice::Practice& practice) {
    if (line.kind == Kind::kSealed) {
      if (const auto form = journal_.answers().look(line.id).form) take(line, practice, *form);
      return;
    }
    const Noted noted = journal_.records().read(line);
    if (const auto* answer = std::get_if<Answer>(&noted.what)) take(line, practice, answer->form);
  }

  [[nodiscard]] std::vector<Series> all() && {
    std::vector<Series> all;
    for (auto& [key, series] : series_) all.push_back(std::move(series));
    return all;
  }

 private:
  struct Scale {
    std::string field;
    std::string label;
    std::int32_t low = 0;
    std::int32_t high = 0;
  };

  void take(const Line& line, const practice::Practice& practice, const Form& form) {
    for (const practice::FormField& field : practice.fields) {
      if (field.trend.empty()) continue;
      for (const FieldValue& value : form)
        if (const auto* number = std::get_if<std::int32_t>(&value.value); number != nullptr && value.id == field.id)
          add(*line.written_ms, line.mine, practice.id, {field.id, field.trend, field.low, field.high}, line.period,
              *number);
    }
  }

  // What lies outside its scale was answered to another form of it, or by a liar: it would spoil the chart.
  void add(std::int64_t written_ms, bool mine, const std::string& practice, const Scale& scale,
           const std::string& period, std::int32_t value) {
    if (value < scale.low || value > scale.high) return;
    Series& series = series_[{practice, scale.field, !mine}];
    series.journal = journal_.secrets().name;
    series.practice = practice;
    series.field = scale.field;
    series.label = scale.label;
    series.person = mine ? journal_.identity().person() : journal_.secrets().other;
    series.mine = mine;
    series.low = scale.low;
    series.high = scale.high;
    series.points.push_back({day_of(calendar_, written_ms), period, value});
  }

  const Journal& journal_;
  Calendar calendar_;
  std::map<std::tuple<std::string, std::string, bool>, Series> series_;
};

std::optional<std::int64_t> civil_of(const std::string& text, std::int64_t now, const Zone& zone, bool last) {
  if (text.empty()) return std::nullopt;
  const auto moment = parse_moment(text, now, zone);
  if (!moment) throw Refusal(Reason::kBadDate, text);
  return civil_ms(*moment) + (last && moment->day_only ? kDayMs - 1 : 0);
}

bool has_trend(const practice::Practice& practice) {
  return std::any_of(practice.fields.begin(), practice.fields.end(), [](const auto& one) { return !one.trend.empty(); });
}

std::vector<Series> charts_of(const Shelf& shelf, const Span& span) {
  const Zone zone(shelf.parts().zone);
  const auto since = civil_of(span.since, shelf.now(), zone, false);
  const auto until = civil_of(span.until, shelf.now(), zone, true);
  const auto within = [&](const std::optional<std::int64_t>& written_ms, std::int32_t offset_minutes) {
    if (!written_ms) return false;
    const std::int64_t civil = civil_ms({*written_ms, offset_minutes});
    return (!since || civil >= *since) && (!until || civil <= *until);
  };
  const Journal& journal = shelf.answering_journal(span.journal);
  const Records& records = journal.records();
  Charts charts(journal, shelf.calendar_of(journal));
  if (span.practice.empty()) {
    records.each_mood([&](const Records::Mood& mood) {
      if (within(mood.written_ms, mood.offset_minutes)) charts.take(mood);
    });
  }
  for (const practice::Kept& kept : journal.library().all()) {
    if ((!span.practice.empty() && kept.practice.id != span.practice) || !has_trend(kept.practice)) continue;
    Wanted wanted;
    wanted.kinds = kAnswers;
    wanted.practice = kept.practice.id;
    records.each_line(wanted, [&](const Line& line) {
      if (within(line.written_ms, line.offset_minutes)) charts.take(line, kept.practice);
      return true;
    });
  }
  return std::move(charts).all();
}

}  // namespace

std::vector<Series> trends(const Shelf& shelf, const Span& span) {
  return sound(shelf, [&] { return charts_of(shelf, span); });
}

}  // namespace duolog::journal
