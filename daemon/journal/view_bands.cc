// view_bands.cc: whoever looks for what is long ago, or recent from the beginning on, does not read all that lies
// between.
//
// The order of a journal is not that of the days its entries are about, but near to it. So for each thousand places it
// is known between which days everything there lies; where that cannot fit, nothing is read. A band may say more than
// is true (what was edited, or stands elsewhere by now), never less.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "daemon/journal/view.h"
#include "daemon/store/query.h"

namespace duolog::journal {

using store::Query;

namespace {

constexpr int kPlaces = 10;  // bits: 1,024 places
constexpr int kTime = 31;    // bits: some 25 days, so that few records widen a band

std::int64_t band_of(std::int64_t at) { return at >> kPlaces; }

}  // namespace

void View::widen(std::int64_t at, std::optional<std::int64_t> civil_ms) {
  if (!civil_ms) return;
  const std::int64_t time = *civil_ms >> kTime;
  Band band{band_of(at), time, time};
  if (widened_ && widened_->at == band.at) {
    if (widened_->since <= time && time <= widened_->upto) return;
    band = {band.at, std::min(widened_->since, time), std::max(widened_->upto, time)};
  }
  Query(file_.database(),
        "INSERT INTO band (at, since, upto) VALUES (?, ?, ?) ON CONFLICT (at) DO UPDATE SET "
        "since = min(since, excluded.since), upto = max(upto, excluded.upto)")
      .bind(band.at)
      .bind(band.since)
      .bind(band.upto)
      .run();
  widened_ = band;
}

void View::forget_bands(std::int64_t after) {
  widened_.reset();
  Query(file_.database(), "DELETE FROM band WHERE at > ? AND at < ?")
      .bind(band_of(after))
      .bind(band_of((row_ + 1) << 40))
      .run();
}

void View::forget_band(std::int64_t at) {
  widened_.reset();
  Query(file_.database(), "DELETE FROM band WHERE at = ?").bind(band_of(at)).run();
}

bool View::begins_band(std::int64_t at) { return (at & ((std::int64_t{1} << kPlaces) - 1)) == 0; }

std::optional<View::Places> View::next_band(const Wanted& wanted, Places among) const {
  if (among.from > among.to) return std::nullopt;
  const char* bands =
      wanted.newest_first
          ? "SELECT at FROM band WHERE at BETWEEN ? AND ? AND upto >= ? AND since <= ? ORDER BY at DESC LIMIT 1"
          : "SELECT at FROM band WHERE at BETWEEN ? AND ? AND upto >= ? AND since <= ? ORDER BY at LIMIT 1";
  Query query(file_.database(), bands);
  query.bind(band_of(among.from)).bind(band_of(among.to));
  query.bind(wanted.civil_from.value_or(INT64_MIN) >> kTime).bind(wanted.civil_to.value_or(INT64_MAX) >> kTime);
  if (!query.step()) return std::nullopt;
  const std::int64_t first = query.number(0) << kPlaces;
  const std::int64_t last = first + (std::int64_t{1} << kPlaces) - 1;
  return Places{std::max(among.from, first), std::min(among.to, last)};
}

}  // namespace duolog::journal
