// form_text.h: the words of a form at the terminal: a question, what is there so far, all of it before it is saved.
// Values in, text out; form_ask asks.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>

#include "client/output.h"

namespace duolog::control {
class AnswerForm;
class FieldValue;
class FormField;
class RoundReport;
}  // namespace duolog::control

namespace duolog::client {

// The question with its scale, its choices, and how they are given. `at` counts from 0.
std::string question_block(const control::FormField& field, std::size_t at, std::size_t of, const Output& out);
// What is there, and what Enter and - do with it.
std::string so_far_text(const control::FormField& field, const control::FieldValue& value, std::size_t width);
// Of a ranking: "kind words, then touch".
std::string order_text(const control::FormField& field, const control::FieldValue& value);
// Every question on a line of its own, cut where it would need a second one: "2 highlight: the heron on the weir".
// `numbered`: with its number, also where it was left out.
std::string answers_text(const control::AnswerForm& form, const control::RoundReport& round, std::size_t width,
                         bool numbered);

}  // namespace duolog::client
