// program.h: running another program: the person's editor, and zbarimg.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace duolog::client {

// True: a program of this name can be run from PATH.
bool is_installed(std::string_view program);

// Runs it in this terminal and waits; Ctrl-C is the program's meanwhile. Its exit status; 128 + N after signal N.
int run_in_terminal(const std::vector<std::string>& command);

struct Heard {
  int status = 0;
  std::string output;  // at most `limit` bytes of it
};
// Runs it with `input` as standard input (a descriptor, not closed) and its complaints thrown away.
Heard run_and_hear(const std::vector<std::string>& command, int input, std::size_t limit);

}  // namespace duolog::client
