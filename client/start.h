// start.h: bringing the daemon up when nobody answers.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>

namespace duolog::client {

// Runs `duologd` (the one that belongs to this program, else the one in PATH) in a session of its own and returns as
// soon as `answers` says so. An early end of it is reported with the last line it wrote. Throws Failure.
// A daemon that another command started in the same moment is as good.
void start_daemon(const std::string& home, const std::function<bool()>& answers);

}  // namespace duolog::client
