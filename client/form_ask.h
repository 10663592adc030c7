// form_ask.h: a practice's questions at the terminal, one after the other.
//
// Line by line: nothing is drawn twice and the cursor is never moved, so that it reads well on a narrow terminal, in a
// log and aloud. At each question:
//
//   Enter   leaves out what may be left out, keeps what is there already
//   <       back to the question before ("back" does the same)
//   -       takes away what is there
//   later   stops; what was answered is kept
//   a line that ends with \ goes on in the next one
//
// After a kind word about "always" and "never" the same holds. Where there were several questions, all of it is shown
// once more before it is saved: Enter saves it, a number goes back to that question, < to the last one.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>

#include "client/output.h"

namespace duolog::control {
class AnswerForm;
class RoundReport;
}  // namespace duolog::control

namespace duolog::client {

enum class Asked { kWhole, kLater };

struct Asking {
  std::size_t begin = 0;      // the question to begin with; at their number: all were answered before
  bool only_missing = false;  // only what must be answered and is not
  bool last_look = true;      // where several are asked
  // After each answer, and where the person stops: what there is, and the question that comes next.
  std::function<void(const control::AnswerForm& form, std::size_t next)> keep;
};

// Asks until the form is whole, or the person wants to go on later. Throws Failure (INTERRUPTED) on Ctrl-C and Ctrl-D,
// after keep(). REQUIRES: can_ask().
Asked ask_form(control::AnswerForm& form, const control::RoundReport& round, const Output& out, const Asking& how);

// What can be typed, in a sentence or two.
std::string asking_help(const control::RoundReport& round);

}  // namespace duolog::client
