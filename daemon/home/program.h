// program.h: another program is started: with what it is given to read and to write, no other file of ours, signals as
// any program expects them, and a group of its own, so that Ctrl-C at a terminal is for the daemon, which then ends it.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace duolog::home {

struct Program {
  std::vector<std::string> words;  // as it is called, and its arguments
  std::vector<std::string> environment;
  int input = -1;   // a descriptor; none: nothing to read …
  int output = -1;  // … and what is written goes nowhere. Its errors go nowhere in any case
};

// `file` is looked for where it names no folder. 0, and its id; or an error number.
int start(const std::string& file, Program program, pid_t& pid);

}  // namespace duolog::home
