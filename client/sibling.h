// sibling.h: the other programs of Duolog, found from where this one lies: in a build folder all lie side by side,
// installed duologd lies beside duolog, and duolog-exchange in a folder for programs that nobody types.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

namespace duolog::client {

inline constexpr const char* kExchange = "duolog-exchange";  // client/exchange/: import and export

// Where a program of this name may lie, the likeliest first; it need not be in any. Empty where /proc is missing.
std::vector<std::string> places_of(const std::string& program);

// This process becomes that program, with the same arguments, environment and descriptors. REQUIRES: nothing was
// printed or asked yet. Throws Failure where it cannot be run.
[[noreturn]] void go_on_as(const std::string& program, char* const* argv);

}  // namespace duolog::client
