// show_round.h: one occasion of a practice as people read it: its state in a sentence, and the answers that are open.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>

#include "client/output.h"

namespace duolog::control {
class RoundReport;
class StatusReport;
}  // namespace duolog::control

namespace duolog::client {

// Entries and rounds name their journal then: there is more than one other person.
bool several_shared(const control::StatusReport& status);
// "check-in, week 47 of 2026", and with `name_journal` " · in Bo"
std::string round_title(const control::RoundReport& round, bool name_journal);
// Both have answered, and the key of the other's answer is still on its way.
bool waits_for_the_key(const control::RoundReport& round);
// "Bo has answered; yours opens both"
std::string round_state(const control::RoundReport& round);
// Of the question of the day: the question. Empty for everything else.
std::string question_text(const control::RoundReport& round, std::size_t indent, std::size_t width);
std::string round_text(const control::RoundReport& round, const Output& out, bool name_journal);

}  // namespace duolog::client
