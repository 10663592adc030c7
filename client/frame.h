// frame.h: what each program of this room does around its verbs. It keeps to itself, reads what was typed, and turns
// what went wrong into words, or JSON, and an exit code.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include "client/verbs.h"

namespace duolog::client {

// What is done with what was typed. Throws Failure, or ReaderGone, and prints through the context.
using Dispatch = std::function<Exit(Context&, const Invocation&)>;

// All of main(); returns its exit code.
int run_program(int argc, const char* const* argv, const Dispatch& dispatch);

}  // namespace duolog::client
