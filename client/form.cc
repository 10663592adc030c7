// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/form.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>
#include <sstream>

#include "client/draft.h"
#include "client/gentle.h"
#include "client/sanitise.h"
#include "client/words.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

using control::FieldValue;
using control::FormField;

std::string fields_of(const control::RoundReport& round) {
  std::string names;
  for (const auto& field : round.form()) names += (names.empty() ? "" : ", ") + sanitise_line(field.id());
  return names;
}

const FormField* find_field(const control::RoundReport& round, std::string_view id) {
  const auto found =
      std::ranges::find(round.form(), id, [](const FormField& field) { return std::string_view(field.id()); });
  return found == round.form().end() ? nullptr : &*found;
}

const FormField& known_field(const control::RoundReport& round, const std::string& id) {
  if (const auto* field = find_field(round, id)) return *field;
  throw wrong_usage("there is no field " + sanitise_line(id) + " in it; nothing was saved",
                    "its fields: " + fields_of(round));
}

std::string choices_of(const FormField& field) {
  std::string text;
  for (const auto& choice : field.choices()) text += (text.empty() ? "" : ", ") + sanitise_line(choice);
  return text;
}

std::optional<std::int32_t> whole_number(const std::string& text) {
  std::int32_t number = 0;
  const auto [end, trouble] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (trouble != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool same_letters(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

// By its id, its label, or its place in what was shown. nullptr: none of them.
const std::string* find_choice(const FormField& field, const std::string& text) {
  for (const auto& choice : field.choices()) {
    if (choice == text) return &choice;
  }
  for (int i = 0; i < field.choices_size(); ++i) {
    const bool labelled = i < field.choice_labels_size() && same_letters(field.choice_labels(i), text);
    if (labelled || same_letters(field.choices(i), text)) return &field.choices(i);
  }
  const auto place = whole_number(text);
  return place && *place >= 1 && *place <= field.choices_size() ? &field.choices(*place - 1) : nullptr;
}

std::string one_of_them(const FormField& field) {
  return sanitise_line(field.id()) + " is one of: " + choices_of(field);
}

std::vector<std::string> split(const std::string& text) {
  auto spaced = text;
  std::ranges::replace_if(spaced, [](char c) { return c == ',' || c == ';' || c == '>'; }, ' ');
  std::istringstream words(spaced);
  std::vector<std::string> parts;
  for (std::string word; words >> word;) parts.push_back(word);
  return parts;
}

std::string take_ranked(FieldValue& value, const FormField& field, const std::string& text) {
  FieldValue more = value;
  std::vector<std::string> parts = split(text);
  if (find_choice(field, text) != nullptr) parts = {text};  // a label may hold spaces
  for (const auto& part : parts) {
    const auto* choice = find_choice(field, part);
    if (choice == nullptr) return sanitise_line(field.id()) + " takes its choices in order: " + choices_of(field);
    if (std::ranges::find(more.items(), *choice) != more.items().end()) {
      return sanitise_line(label_of(field, *choice)) + " has its place already";
    }
    more.add_items(*choice);
  }
  value = more;
  return {};
}

}  // namespace

bool is_ranking(const FormField& field) { return field.kind() == "list" && field.choices_size() > 0; }

std::string label_of(const FormField& field, const std::string& choice) {
  const auto found = std::ranges::find(field.choices(), choice);
  const auto at = static_cast<int>(found - field.choices().begin());
  return at < field.choice_labels_size() && !field.choice_labels(at).empty() ? field.choice_labels(at) : choice;
}

void complete_ranking(FieldValue& value, const FormField& field) {
  const auto wanted = field.choices_size();
  const bool all_have_a_place = static_cast<int>(field.at_least()) == wanted;
  if (!all_have_a_place || value.items_size() != wanted - 1) return;
  for (const auto& choice : field.choices()) {
    if (std::ranges::find(value.items(), choice) != value.items().end()) continue;
    value.add_items(choice);
    return;
  }
}

std::string take_answer(FieldValue& value, const FormField& field, const std::string& text) {
  if (field.kind() == "scale") {
    const auto number = whole_number(text);
    if (!number || *number < field.low() || *number > field.high())
      return fmt::format("{} is a whole number from {} to {}", sanitise_line(field.id()), field.low(), field.high());
    value.set_number(*number);
    return {};
  }
  if (is_ranking(field)) return take_ranked(value, field, text);
  if (field.kind() == "list") {
    value.add_items(text);
    return {};
  }
  if (field.kind() != "choice") {
    value.set_text(text);
    return {};
  }
  const auto* choice = find_choice(field, text);
  if (choice == nullptr) return one_of_them(field);
  value.set_text(*choice);
  return {};
}

FieldValue* find_value(control::AnswerForm& form, std::string_view id) {
  for (auto& value : *form.mutable_fields()) {
    if (value.id() == id) return &value;
  }
  return nullptr;
}

Setting parse_setting(std::string_view text) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    throw wrong_usage("\"" + sanitise_line(text) + "\" does not say which field has which value",
                      "--set FIELD=VALUE, for example --set connection=7");
  }
  return {std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))};
}

void fill_form(control::AnswerForm& form, const control::RoundReport& round, const std::vector<std::string>& settings) {
  bool heard = false;
  for (const auto& text : settings) {
    auto setting = parse_setting(text);
    const auto& field = known_field(round, setting.field);
    auto* value = find_value(form, setting.field);
    if (value != nullptr && field.kind() != "list") {
      throw wrong_usage(sanitise_line(setting.field) + " is set twice; nothing was saved", "one --set for each field");
    }
    if (setting.value == "-") {
      if (heard) throw wrong_usage("standard input cannot be two answers; nothing was saved", "one FIELD=- alone");
      heard = true;
      setting.value = checked_text(read_standard_input());
    }
    if (value == nullptr) {
      value = form.add_fields();
      value->set_id(setting.field);
    }
    const auto wrong =
        setting.value.empty() && field.optional() ? std::string() : take_answer(*value, field, setting.value);
    if (!wrong.empty())
      throw wrong_usage(wrong + "; nothing was saved", "--set FIELD=VALUE; its fields: " + fields_of(round));
  }
  for (auto& value : *form.mutable_fields()) complete_ranking(value, known_field(round, value.id()));
}

std::vector<std::string> settings_of_words(const control::RoundReport& round, std::string_view fields,
                                           const std::vector<std::string>& words) {
  auto names = split(std::string(fields));
  if (names.empty() && !words.empty()) {
    throw wrong_usage("it takes no words; nothing was saved", "--set FIELD=VALUE; its fields: " + fields_of(round));
  }
  std::vector<std::string> settings;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto& name = names[std::min(i, names.size() - 1)];
    const auto* field = find_field(round, name);
    if (field == nullptr) return settings;  // the practice asks something else by now
    const bool beyond = i >= names.size();
    if (!beyond || field->kind() == "list") {
      settings.push_back(name + "=" + words[i]);
    } else if (field->kind() == "text") {
      settings.back() += " " + words[i];
    } else {
      throw wrong_usage("that is one word too many; nothing was saved",
                        "--set FIELD=VALUE; its fields: " + fields_of(round));
    }
  }
  return settings;
}

std::string missing_field(control::AnswerForm& form, const control::RoundReport& round) {
  for (const auto& field : round.form()) {
    if (!field.optional() && find_value(form, field.id()) == nullptr) return field.id();
  }
  return {};
}

void check_whole(control::AnswerForm& form, const control::RoundReport& round) {
  for (const auto& field : round.form()) {
    const auto* value = find_value(form, field.id());
    const auto there = value == nullptr ? 0 : static_cast<std::uint32_t>(value->items_size());
    if (field.kind() != "list" || there == 0 || there >= field.at_least()) continue;
    const auto id = sanitise_line(field.id());
    if (is_ranking(field)) {
      throw wrong_usage(fmt::format("{} takes all of its {} in order, and there {} {}; nothing was saved", id,
                                    field.at_least(), there == 1 ? "is" : "are", there),
                        "--set FIELD='A B C …': " + choices_of(field));
    }
    throw wrong_usage(fmt::format("{} takes at least {}, and there {} {}; nothing was saved", id, field.at_least(),
                                  there == 1 ? "is" : "are", there),
                      fmt::format("each in quotes of its own, or --set {}=… once for each", typeable(field.id())));
  }
  const auto missing = missing_field(form, round);
  if (missing.empty()) return;
  throw wrong_usage(sanitise_line(missing) + " has no answer yet; nothing was saved",
                    "its fields: " + fields_of(round));
}

bool take_over(control::AnswerForm& form, const control::RoundReport& round) {
  const control::Item* earlier = nullptr;
  for (const auto& answer : round.answers()) {
    if (answer.mine() && answer.fields_size() > 0) earlier = &answer;
  }
  if (earlier == nullptr) return false;
  const auto before = form.fields_size();
  for (const auto& value : earlier->fields()) {
    if (find_field(round, value.id()) != nullptr && find_value(form, value.id()) == nullptr) *form.add_fields() = value;
  }
  return form.fields_size() > before;
}

std::string harsh_words(const control::AnswerForm& form, const control::RoundReport& round) {
  if (round.gentle().empty()) return {};
  for (const auto& value : form.fields()) {
    auto words = always_or_never(value.text());
    for (const auto& item : value.items()) {
      if (words.empty()) words = always_or_never(item);
    }
    if (!words.empty()) return words;
  }
  return {};
}

}  // namespace duolog::client
