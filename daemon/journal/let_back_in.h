// let_back_in.h: a device that came back with the 24 words is told of to everybody who shares the journal: if it was
// not its person, somebody else has the words.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/journal/journal.h"
#include "daemon/journal/moment.h"

namespace duolog::journal {

// Has it enrolled itself? Whoever has the words can, and nobody else; what it says of how it came is its own word.
bool is_homecoming(const AddedFact& added);
// In any of these journals.
bool came_home(const std::vector<const Journal*>& journals, const DeviceId& device);

// The alarm's code.
std::string let_back_in(const DeviceId& device);
// "let-back-in:<device>" becomes "let-back-in:<mine or theirs>:<since>:<id>:<name>", the name of the device where it is
// one of one's own, else of the person; every other alarm stays as it is. nullopt: it has never counted. That it
// was removed ends nothing: whoever has the words could let in another device, and have that one remove it.
std::optional<std::string> spelled_out(const Journal& journal, const std::string& alarm, std::int64_t since_ms,
                                       const Zone& here);
// Since when its person is told, which is noted with the first question: no clock of that device's has a say in it.
// nullopt: for a month by now, which will do.
std::optional<std::int64_t> told_since(store::LocalState& state, const Journal& journal, const std::string& alarm,
                                       std::int64_t now_ms);

}  // namespace duolog::journal
