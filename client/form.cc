// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/form.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "client/ask.h"
#include "client/layout.h"
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

const FormField& find_field(const control::RoundReport& round, const std::string& id) {
  for (const auto& field : round.form()) {
    if (field.id() == id) return field;
  }
  throw wrong_usage("there is no field " + sanitise_line(id) + " in it; nothing was saved",
                    "its fields: " + fields_of(round));
}

std::string choices_of(const FormField& field) {
  std::string text;
  for (const auto& choice : field.choices()) text += (text.empty() ? "" : ", ") + sanitise_line(choice);
  return text;
}

std::optional<std::int32_t> number_in(const std::string& text, const FormField& field) {
  std::int32_t number = 0;
  const auto [end, trouble] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (trouble != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number >= field.low() && number <= field.high() ? std::optional(number) : std::nullopt;
}

// What is wrong with it, in words; empty when it was taken.
std::string take(FieldValue& value, const FormField& field, const std::string& text) {
  if (field.kind() == "scale") {
    const auto number = number_in(text, field);
    if (!number)
      return fmt::format("{} is a whole number from {} to {}", sanitise_line(field.id()), field.low(), field.high());
    value.set_number(*number);
  } else if (field.kind() == "list") {
    value.add_items(text);
  } else {
    const auto& choices = field.choices();
    if (field.kind() == "choice" && std::ranges::find(choices, text) == choices.end()) {
      return sanitise_line(field.id()) + " is one of: " + choices_of(field);
    }
    value.set_text(text);
  }
  return {};
}

FieldValue* find_value(control::AnswerForm& form, const std::string& id) {
  for (auto& value : *form.mutable_fields()) {
    if (value.id() == id) return &value;
  }
  return nullptr;
}

bool is_blank(const std::string& text) { return text.find_first_not_of(" \t") == std::string::npos; }

// ---- asking ----

std::string prompt_of(const FormField& field) {
  std::string kind;
  if (field.kind() == "scale") kind = fmt::format("{} to {}", field.low(), field.high());
  if (field.kind() == "choice") kind = choices_of(field);
  if (field.kind() == "list") kind = fmt::format("one a line, at least {}, an empty line ends", field.at_least());
  if (field.optional()) kind += std::string(kind.empty() ? "" : "; ") + "Enter leaves it out";
  return "  " + (kind.empty() ? "" : "(" + kind + ") ") + "> ";
}

std::string ask_line_of(const FormField& field) {
  auto line = ask_line(prompt_of(field));
  if (!line) throw interrupted("stopped; nothing was saved");
  const auto fault = utf8_fault(*line);
  if (fault != std::string_view::npos) throw not_utf8("that line", fault);
  return std::move(*line);
}

void ask_list(FieldValue& value, const FormField& field) {
  for (;;) {
    const auto line = ask_line_of(field);
    if (!is_blank(line)) {
      value.add_items(line);
    } else if (static_cast<std::uint32_t>(value.items_size()) >= field.at_least() ||
               (field.optional() && value.items().empty())) {
      return;
    }
  }
}

// False: left out.
bool ask_field(FieldValue& value, const FormField& field) {
  value.set_id(field.id());
  if (field.kind() == "list") {
    ask_list(value, field);
    return value.items_size() > 0;
  }
  for (;;) {
    const auto line = ask_line_of(field);
    if (is_blank(line) && field.optional()) return false;
    if (is_blank(line)) {
      say("  a few words are enough; Ctrl-D stops without saving\n");
      continue;
    }
    const auto wrong = take(value, field, line);
    if (wrong.empty()) return true;
    say("  " + wrong + "\n");
  }
}

}  // namespace

Setting parse_setting(std::string_view text) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    throw wrong_usage("\"" + sanitise_line(text) + "\" does not say which field has which value",
                      "--set FIELD=VALUE, for example --set connection=7");
  }
  return {std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))};
}

void fill_form(control::AnswerForm& form, const control::RoundReport& round, const std::vector<std::string>& settings) {
  for (const auto& text : settings) {
    const auto setting = parse_setting(text);
    const auto& field = find_field(round, setting.field);
    auto* value = find_value(form, setting.field);
    if (value != nullptr && field.kind() != "list") {
      throw wrong_usage(sanitise_line(setting.field) + " is set twice; nothing was saved", "one --set for each field");
    }
    if (value == nullptr) {
      value = form.add_fields();
      value->set_id(setting.field);
    }
    const auto wrong = take(*value, field, setting.value);
    if (!wrong.empty())
      throw wrong_usage(wrong + "; nothing was saved", "--set FIELD=VALUE; its fields: " + fields_of(round));
  }
  for (const auto& field : round.form()) {
    if (field.optional() || find_value(form, field.id()) != nullptr) continue;
    throw wrong_usage(sanitise_line(field.id()) + " has no answer yet; nothing was saved",
                      "its fields: " + fields_of(round));
  }
}

void ask_form(control::AnswerForm& form, const control::RoundReport& round, const Output& out) {
  for (const auto& field : round.form()) {
    say("\n" + out.style().strong(sanitise_line(field.id())) + "\n" +
        paragraph(sanitise(field.question()), 2, out.width()));
    FieldValue value;
    if (ask_field(value, field)) *form.add_fields() = std::move(value);
  }
}

}  // namespace duolog::client
