// stats_text.h: how much was written, in sentences and in bars; two voices in two signs, as in chart.h.
//
//     you: 1204 entries, 88 answers and 61340 words on 702 days
//     Bo: 310 entries and 9021 words on 201 days
//     from 1 jan 2020 to 22 nov 2026
//
//     2025  oooooooooooo 310
//           xxx 80
//     2026  oooooo 150
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "client/output.h"

namespace duolog::control {
class StatsReport;
}

namespace duolog::client {

// `by`: "month" or "year"; empty: months as long as they fit on a page. Spans in which nothing was written are left
// out.
std::string stats_text(const control::StatsReport& report, std::string_view by, std::size_t width, const Style& style);

}  // namespace duolog::client
