// command.h: a program of the person's own that is told what there is to know, for machines without a desktop.
//
// Executed without a shell, with the text on standard input and its kind in DUOLOG_NOTICE; what it prints goes nowhere.
// One at a time, for at most kPatience; then it and all its children are ended. Nothing here waits for it.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

#include "daemon/home/descriptor.h"
#include "daemon/notify/nudges.h"
#include "daemon/notify/watch.h"

namespace duolog::notify {

inline constexpr std::chrono::seconds kPatience{10};

class Command {
 public:
  // REQUIRES: a program and its arguments. `note`: for the daemon's notes; never told what the text says.
  Command(std::vector<std::string> command, std::function<void(const std::string&)> note);
  ~Command();  // ends what still runs
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  // Starts it, or notes why not. While one runs, nothing more is started.
  void run(const Notice& notice, SteadyTime now);
  [[nodiscard]] std::optional<Watch> watch() const;  // nullopt: nothing runs
  void attend(SteadyTime now);

 private:
  void start(const Notice& notice, SteadyTime now);
  bool has_ended();  // and is no zombie any more
  void note_end(int code, int status);

  std::vector<std::string> command_;
  std::function<void(const std::string&)> note_;
  pid_t pid_ = 0;                         // of the running one, and of its group; 0: none
  std::optional<home::Descriptor> ends_;  // a pidfd: readable once it has ended
  SteadyTime until_;
  bool was_ended_ = false;  // by us
};

}  // namespace duolog::notify
