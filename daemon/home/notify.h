// notify.h: how a person wants to be spoken to: the table [notify] of config.toml. README.md documents it key by key.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace duolog::home {

// Of every day, by the clock on the wall. `from` included, `to` not; to <= from: over midnight.
struct QuietHours {
  int from = 0;  // minutes since midnight, 0 to 1439
  int to = 0;    // 1 to 1440
  bool operator==(const QuietHours&) const = default;
};

struct Reminder {
  std::string practice;               // its id; whether there is one of that name is the journal's to say
  std::uint8_t weekdays = 0b1111111;  // bit 0 Monday … bit 6 Sunday
  int at = 0;                         // minutes since midnight, by the clock on the wall
  bool operator==(const Reminder&) const = default;
};

struct Notify {
  bool desktop = true;
  bool content = false;              // say who, and the first words
  std::vector<std::string> command;  // program and arguments; empty: none
  std::vector<QuietHours> quiet;
  std::vector<Reminder> reminders;
  [[nodiscard]] bool is_on() const { return desktop || !command.empty(); }
};

}  // namespace duolog::home
