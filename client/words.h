// words.h: what a person reads when something went wrong, and the other sentences that more than one verb needs.
//
// The rules for every text of this room, here and in the verbs:
//   lower case, also at the beginning, names aside; plain words; no blame, no exclamation marks
//   an error says what happened and what is safe, without a full stop; `hint:` says what to do next
//   a command in a text is one that exists and can be typed as it stands there
//   what came from the other side has passed sanitise_line() before it becomes part of a text
//   "saved", "delivered", "nothing was kept" are said only where it is certain
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "client/failure.h"

namespace duolog::control {
class Error;
enum Error_Code : int;
}  // namespace duolog::control

namespace duolog::client {

// The daemon's refusal in words. Every code of control.proto has its own.
Failure failure_of(const control::Error& error);
// The same refusal where the client sees by itself that it would come.
Failure refusal(control::Error_Code code);

// ---- the client's own troubles ----

Failure wrong_usage(const std::string& what, const std::string& hint);
Failure needs_an_answer(const std::string& what, const std::string& hint);  // a question, and nobody to ask
Failure daemon_not_running(const std::string& hint);
Failure daemon_not_started(const std::string& why, const std::string& its_own_hint);
Failure daemon_out_of_reach(const std::string& what_it_said);  // one runs, and nobody answers
Failure daemon_hangs(long seconds);
Failure daemon_went_away();
// The same failure; where no answer came, what was asked for may have been done all the same, and `look` shows it.
Failure perhaps_done(const Failure& failure, const std::string& look);
Failure daemon_unreadable();
Failure program_not_run(const std::string& program, const std::string& why);  // a part of Duolog itself
Failure daemon_refuses(const std::string& place, const std::string& why);
Failure not_utf8(const std::string& what, std::size_t offset);
Failure too_long(std::size_t limit);
Failure nothing_to_save();
Failure no_such_attachment(std::uint32_t count);  // there are so many
Failure interrupted(const std::string& what);
// Ctrl-C at a question: what is kept of the answers, and the command that goes on with it; empty: nothing is.
Failure stopped_at_a_form(const std::string& goes_on);

// ---- commands in a text ----

// A foreign name as a word of a command that can be typed as it stands there: quoted where a shell would split it.
std::string typeable(std::string_view foreign);

// ---- states the daemon names by a code ----

// StatusReport.warnings, TodayReport.warnings: "clock:<name>:<minutes>", "fork:<device>", …
std::string warning_text(std::string_view code);
// DoctorReport.Finding: what was found; the code itself where it is new to this client.
std::string finding_text(std::string_view code, std::string_view foreign_detail);

}  // namespace duolog::client
