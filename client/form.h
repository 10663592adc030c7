// form.h: the answers to a practice's questions, from --set or asked one by one.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "client/output.h"

namespace duolog::control {
class AnswerForm;
class FormField;
class RoundReport;
}  // namespace duolog::control

namespace duolog::client {

struct Setting {
  std::string field;
  std::string value;
};
// "connection=7": split at the first '='. Throws Failure (usage) without one or without a field.
Setting parse_setting(std::string_view text);

// Fills `form` with what was set, by the kinds in `round`. Throws Failure (usage): an unknown field, a number that is
// none or out of range, a field that is no list given twice, a required field left out.
void fill_form(control::AnswerForm& form, const control::RoundReport& round, const std::vector<std::string>& settings);

// Asks on the terminal; returns when every field has its answer. Throws Failure when the person stops (Ctrl-D).
void ask_form(control::AnswerForm& form, const control::RoundReport& round, const Output& out);

}  // namespace duolog::client
