// form_typing.h: what is typed at a question: a text, a command, or the end of it.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>

#include "client/output.h"

namespace duolog::control {
class RoundReport;
}

namespace duolog::client {

enum class Step { kNext, kBack, kLater };

// Thrown where the person pressed Ctrl-C or Ctrl-D, with this on the line.
struct Stopped {
  std::string unfinished;
};

// What is to be taken, and where to go from there; with `taken_away`, nothing.
struct Worded {
  std::string text;
  Step then = Step::kNext;
  bool taken_away = false;
};

bool is_blank(const std::string& text);
std::string trimmed(const std::string& text);
// "<", "back" or "later", alone on a line.
std::optional<Step> command_in(const std::string& line);

class Typing {
 public:
  Typing(const control::RoundReport& round, const Output& out) : round_(round), out_(out) {}

  // nullopt: a line that is no text. Throws Stopped, as all that follow.
  static std::optional<std::string> line_of(const std::string& prompt);
  // With the lines that follow one which ends with a backslash.
  static std::string whole_text(std::string text);
  // The text, or what the person wrote instead after a kind word, which is said once. A command there is one, and the
  // text stays as it was.
  Worded gentle(const std::string& text);

 private:
  const control::RoundReport& round_;
  const Output& out_;
  bool said_ = false;
};

}  // namespace duolog::client
