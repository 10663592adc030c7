// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/form_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "client/form.h"
#include "client/layout.h"
#include "client/sanitise.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

using control::FieldValue;
using control::FormField;

constexpr std::size_t kIndent = 2;

std::string scale_text(const FormField& field) {
  const auto low = sanitise_line(field.low_means());
  const auto high = sanitise_line(field.high_means());
  if (low.empty() && high.empty()) return fmt::format("{} to {}", field.low(), field.high());
  return fmt::format("{} {} … {} {}", field.low(), low, field.high(), high);
}

std::string list_help(const FormField& field) {
  const auto least = field.at_least() > 0 ? fmt::format(", at least {}", field.at_least()) : std::string();
  return "one a line" + least + "; an empty line ends";
}

// A field's id is short, and nothing but its letters is known of it: "would_you" is read as "would you".
std::string short_name(const FormField& field) {
  auto name = sanitise_line(field.id());
  std::ranges::replace(name, '_', ' ');
  return name;
}

std::string on_one_line(const FormField& field, const FieldValue& value) {
  if (value.has_number()) return std::to_string(value.number());
  if (field.kind() == "choice") return sanitise_line(label_of(field, value.text()));
  if (is_ranking(field)) return order_text(field, value);
  if (value.items_size() == 0) return sanitise_line(value.text());
  std::string text;
  for (const auto& item : value.items()) text += (text.empty() ? "" : "; ") + sanitise_line(item);
  return text;
}

}  // namespace

std::string question_block(const FormField& field, std::size_t at, std::size_t of, const Output& out) {
  const auto block = [&out](const std::string& text) { return paragraph(text, kIndent, out.width()); };
  auto head = of > 1 ? fmt::format("{} of {}", at + 1, of) : std::string();
  if (field.optional()) head += std::string(head.empty() ? "" : " · ") + "may be left out";
  std::string text = "\n" + (head.empty() ? "" : out.style().faint(head) + "\n");
  for (const auto& line : wrap(sanitise(field.question()), out.width())) text += out.style().strong(line) + "\n";
  if (field.kind() == "scale") text += block(scale_text(field));
  for (int i = 0; i < field.choices_size(); ++i) {
    text += block(fmt::format("{} {}", i + 1, sanitise_line(label_of(field, field.choices(i)))));
  }
  if (is_ranking(field)) return text + block("their numbers in order, as 3 1 5 2 4, or one by one");
  return field.kind() == "list" ? text + block(list_help(field)) : text;
}

std::string so_far_text(const FormField& field, const FieldValue& value, std::size_t width) {
  std::string text;
  if (value.has_number()) text = std::to_string(value.number());
  if (field.kind() == "choice") text = sanitise_line(label_of(field, value.text()));
  if (text.empty()) text = sanitise(value.text());  // also a day, an hour, and a kind that this version does not know
  for (int i = 0; i < value.items_size(); ++i) {
    text += fmt::format("{}{}. {}", i == 0 ? "" : "\n", i + 1, sanitise(label_of(field, value.items(i))));
  }
  const bool list = field.kind() == "list" && !is_ranking(field);
  return paragraph("so far: " + std::string(list || is_ranking(field) ? "\n" : "") + text, kIndent, width) +
         paragraph(list ? "(Enter keeps them, - takes the last one away)" : "(Enter keeps it, - takes it away)",
                   kIndent, width);
}

std::string order_text(const FormField& field, const FieldValue& value) {
  std::string text;
  for (const auto& item : value.items()) text += (text.empty() ? "" : ", then ") + sanitise_line(label_of(field, item));
  return text;
}

std::string answers_text(const control::AnswerForm& form, const control::RoundReport& round, std::size_t width,
                         bool numbered) {
  std::string text;
  for (int i = 0; i < round.form_size(); ++i) {
    const auto& field = round.form(i);
    const auto value = std::ranges::find(form.fields(), field.id(), [](const FieldValue& one) { return one.id(); });
    const bool there = value != form.fields().end();
    if (!there && !numbered) continue;
    const auto number = numbered ? fmt::format("{} ", i + 1) : std::string();
    const auto line = number + short_name(field) + (there ? ": " + on_one_line(field, *value) : ", left out");
    text += std::string(kIndent, ' ') + one_line(line, width - kIndent) + "\n";
  }
  return text;
}

}  // namespace duolog::client
