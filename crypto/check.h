// check.h: the answer to our own bugs. Always on, in every build: a broken promise inside the house stops the
// program before it writes anything. Never for bytes from outside: those get an ordinary value.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace duolog {

[[noreturn]] void stop(const char* what);

inline void check(bool holds, const char* what) {
  if (!holds) [[unlikely]]
    stop(what);
}

}  // namespace duolog
