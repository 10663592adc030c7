// form.h: the answers to a practice's questions as they are given in words: by --set, as the words of a verb, or typed.
// The conversation at a terminal is form_ask.h.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace duolog::control {
class AnswerForm;
class FieldValue;
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

// Takes one text as the answer to `field`: a number of its scale, a choice by its id, label or number, a ranking as
// "3 1 5 2 4", ids or one label; of another list, one item more. What is wrong with it, in words; empty when taken.
std::string take_answer(control::FieldValue& value, const control::FormField& field, const std::string& text);

// A list whose items are choices, in an order.
bool is_ranking(const control::FormField& field);
std::string label_of(const control::FormField& field, const std::string& choice);

// Where only one choice is left for the last place of a ranking, it takes it.
void complete_ranking(control::FieldValue& value, const control::FormField& field);

control::FieldValue* find_value(control::AnswerForm& form, std::string_view id);

// Adds to `form` what was set, by the kinds in `round`; nothing after the equals sign leaves out what may be. Throws
// Failure (usage): an unknown field, a number that is none or out of range, a field that is no list given twice.
void fill_form(control::AnswerForm& form, const control::RoundReport& round, const std::vector<std::string>& settings);
// The words of a verb become settings: `fields` in their order, separated by spaces, the last taking what is left.
std::vector<std::string> settings_of_words(const control::RoundReport& round, std::string_view fields,
                                           const std::vector<std::string>& words);
// The first field that must be answered and is not; empty: none.
std::string missing_field(control::AnswerForm& form, const control::RoundReport& round);
// Throws Failure (usage) where one is missing, or a list is too short.
void check_whole(control::AnswerForm& form, const control::RoundReport& round);
// Adds what one's newest answer in `round` holds and `form` does not. True: there was some.
bool take_over(control::AnswerForm& form, const control::RoundReport& round);
// The first "you always" or "you never" in its texts, which the practice has a kind word about; empty: none.
std::string harsh_words(const control::AnswerForm& form, const control::RoundReport& round);

}  // namespace duolog::client
