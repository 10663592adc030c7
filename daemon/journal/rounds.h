// rounds.h: the occasions of a practice in one journal, and where each stands.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/journal/items.h"

namespace duolog::journal {

// The occasion that a moment belongs to: "2026-11-22", "2026-W47", "2026-11" or "2026-Q4"; a practice for when it is
// needed goes by days.
std::string period_of(Rhythm rhythm, const Calendar& calendar, std::int64_t at_ms);

// Every round that somebody has answered, by practice and period.
std::map<RoundKey, std::vector<const Noted*>> answered_rounds(const Journal& journal);

// `answers`: of this round, in order. `current`: its period is today's.
Round make_round(const Journal& journal, const RoundKey& key, const std::vector<const Noted*>& answers, bool current,
                 const Zone& here);
// The same where the answers have to be looked for.
Round make_round(const Journal& journal, const RoundKey& key, bool current, const Zone& here);

}  // namespace duolog::journal
