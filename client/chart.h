// chart.h: numbers over time as a terminal shows them: two voices in two signs, so that no colour is needed to tell
// them apart, and below the drawing every number in words, for whoever does not see it.
//
//     10 |           o
//      9 |     #           x
//      8 | o       x   o
//        +-----------------
//          1 oct      22 nov
//     o you: 8 9 8 10 8
//     x Bo: 9 8 9
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "client/output.h"

namespace duolog::control {
class Series;
}

namespace duolog::client {

// Of one scale: at most one series a person. No line is wider than `width`.
std::string chart_text(std::span<const control::Series* const> voices, std::size_t width, const Style& style);

}  // namespace duolog::client
