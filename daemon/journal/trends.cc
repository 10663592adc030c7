// trends.cc: what was answered to the same scale over time, in both voices.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/reading.h"
#include "daemon/journal/rounds.h"

namespace duolog::journal {
namespace {

class Charts {
 public:
  Charts(const Journal& journal, Calendar calendar) : journal_(journal), calendar_(std::move(calendar)) {}

  void take(const Noted& noted, const std::string& practice) {
    if (const auto* entry = std::get_if<Entry>(&noted.what); entry != nullptr && entry->mood > 0 && practice.empty())
      add(noted, {}, {"mood", "mood of what was written", 1, static_cast<std::int32_t>(kBestMood)}, {},
          static_cast<std::int32_t>(entry->mood));
    if (const auto* answer = std::get_if<Answer>(&noted.what))
      take(noted, answer->practice, answer->period, answer->form, practice);
    const auto* sealed = std::get_if<SealedNote>(&noted.what);
    if (sealed == nullptr || noted.is_letter()) return;
    const Form* form = journal_.answers().look(noted.id).form;
    if (form != nullptr) take(noted, sealed->practice, sealed->period, *form, practice);
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

  void take(const Noted& noted, const std::string& id, const std::string& period, const Form& form,
            const std::string& wanted) {
    if (!wanted.empty() && id != wanted) return;
    const practice::Practice* practice = journal_.library().practice(id);
    if (practice == nullptr) return;
    for (const practice::FormField& field : practice->fields) {
      if (field.trend.empty()) continue;
      for (const FieldValue& value : form)
        if (const auto* number = std::get_if<std::int32_t>(&value.value); number != nullptr && value.id == field.id)
          add(noted, id, {field.id, field.trend, field.low, field.high}, period, *number);
    }
  }

  // What lies outside its scale was answered to another form of it, or by a liar: it would spoil the chart.
  void add(const Noted& noted, const std::string& practice, const Scale& scale, const std::string& period,
           std::int32_t value) {
    if (value < scale.low || value > scale.high || !noted.written_ms) return;
    const bool mine = journal_.is_mine(noted.device);
    Series& series = series_[{practice, scale.field, !mine}];
    series.journal = journal_.secrets().name;
    series.practice = practice;
    series.field = scale.field;
    series.label = scale.label;
    series.person = author_name(journal_, noted.device);
    series.mine = mine;
    series.low = scale.low;
    series.high = scale.high;
    series.points.push_back({day_of(calendar_, *noted.written_ms), period, value});
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

}  // namespace

std::vector<Series> trends(const Shelf& shelf, const Span& span) {
  const Zone zone(shelf.parts().zone);
  const std::int64_t now = shelf.now();
  const auto since = civil_of(span.since, now, zone, false);
  const auto until = civil_of(span.until, now, zone, true);
  const Journal& journal = shelf.answering_journal(span.journal);
  Charts charts(journal, shelf.calendar_of(journal));
  for (const Noted* noted : journal.view().ordered()) {
    if (!noted->written_ms) continue;
    const std::int64_t civil = civil_ms({*noted->written_ms, noted->offset_minutes});
    if ((!since || civil >= *since) && (!until || civil <= *until)) charts.take(*noted, span.practice);
  }
  return std::move(charts).all();
}

}  // namespace duolog::journal
