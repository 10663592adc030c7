// rounds.h: asking the daemon for rounds of a practice.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "client/verbs.h"

namespace duolog::control {
class Reply;
class Request;
class RoundReport;
}  // namespace duolog::control

namespace duolog::client {

// The replies to a Rounds request; a practice that nobody knows is told as that.
std::vector<control::Reply> ask_for_rounds(const Context& context, control::Request& request);

// What is asked now, in the journal that an answer goes to; with `period`, an earlier round. Looking at it is not
// reading: nothing counts as seen.
control::RoundReport round_to_answer(const Context& context, const std::string& practice, const std::string& period);

// The same round after an answer, to be read. Where the other's key is on its way, a moment's patience lets it arrive.
// What is still sealed after it does not count as seen. nullopt: it is not there to be read.
std::optional<control::RoundReport> round_to_read(const Context& context, const control::RoundReport& answered);

}  // namespace duolog::client
