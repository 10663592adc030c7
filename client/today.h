// today.h: the day as people read it: what is new, what waits, the question of the day, what is due. It reminds of
// nothing twice and counts nothing against anybody.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "client/output.h"

namespace duolog::control {
class TodayReport;
}

namespace duolog::client {

// In reading order. `several`: journals are named.
std::string today_text(const control::TodayReport& report, const Output& out, bool several);
// "2 new · question · check-in": for prompts and status bars. It tells nothing of what was written, and nobody's name;
// empty when nothing waits.
std::string today_line(const control::TodayReport& report);

}  // namespace duolog::client
