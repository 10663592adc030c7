// practice.cc: filling a form, and the names of its parts.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/practice/practice.h"

#include "crypto/bytes.h"
#include "daemon/practice/day.h"

namespace duolog::practice {
namespace {

[[noreturn]] void refuse(const std::string& field, const char* why) { throw Unfit(field, why); }

void require_text(const std::string& field, const std::string& text) {
  if (text.size() > kFieldTextLimit) refuse(field, "too long");
  if (const auto fault = utf8_fault(as_bytes(text))) throw Unfit(field, "not UTF-8", *fault);
}

bool is_blank(const std::string& text) { return text.find_first_not_of(" \t\r\n") == std::string::npos; }

// Left empty: nothing was said, which is not the same as having said nothing.
bool is_empty(const FieldValue& value) {
  if (const auto* text = std::get_if<std::string>(&value.value)) return is_blank(*text);
  const auto* items = std::get_if<std::vector<std::string>>(&value.value);
  return items != nullptr && items->empty();
}

void require_choice(const FormField& field, const std::string& id) {
  const auto same = [&](const Choice& choice) { return choice.id == id; };
  if (std::none_of(field.choices.begin(), field.choices.end(), same)) refuse(field.id, "choice");
}

void require_items(const FormField& field, const std::vector<std::string>& items) {
  if (items.size() < field.at_least) refuse(field.id, "too few");
  if (items.size() > (field.at_most == 0 ? kFieldItemLimit : field.at_most)) refuse(field.id, "too many");
  for (auto item = items.begin(); item != items.end(); ++item) {
    require_text(field.id, *item);
    if (field.choices.empty()) continue;
    require_choice(field, *item);
    if (std::find(items.begin(), item, *item) != item) refuse(field.id, "twice");
  }
}

void require_fit(const FormField& field, const FieldValue& value) {
  const auto* text = std::get_if<std::string>(&value.value);
  const auto* number = std::get_if<std::int32_t>(&value.value);
  const auto* items = std::get_if<std::vector<std::string>>(&value.value);
  switch (field.kind) {
    case FieldKind::kText:
      if (text == nullptr) refuse(field.id, "kind");
      return require_text(field.id, *text);
    case FieldKind::kScale:
      if (number == nullptr) refuse(field.id, "kind");
      if (*number < field.low || *number > field.high) refuse(field.id, "range");
      return;
    case FieldKind::kList:
      if (items == nullptr) refuse(field.id, "kind");
      return require_items(field, *items);
    case FieldKind::kChoice:
      if (text == nullptr) refuse(field.id, "kind");
      return require_choice(field, *text);
    case FieldKind::kDay:
      if (text == nullptr) refuse(field.id, "kind");
      if (!parse_day(*text)) refuse(field.id, "day");
      return;
    case FieldKind::kTime:
      if (text == nullptr) refuse(field.id, "kind");
      if (!is_time_text(*text)) refuse(field.id, "time");
      return;
  }
}

const FieldValue* find_value(const std::vector<FieldValue>& values, const std::string& id) {
  const FieldValue* found = nullptr;
  for (const FieldValue& value : values) {
    if (value.id != id) continue;
    if (found != nullptr) refuse(id, "twice");
    found = &value;
  }
  return found;
}

void require_known(const Practice& practice, const std::vector<FieldValue>& values) {
  for (const FieldValue& value : values) {
    const auto same = [&](const FormField& field) { return field.id == value.id; };
    if (std::none_of(practice.fields.begin(), practice.fields.end(), same)) refuse(value.id, "unknown");
  }
}

}  // namespace

std::string_view name(FieldKind kind) {
  switch (kind) {
    case FieldKind::kText:
      return "text";
    case FieldKind::kScale:
      return "scale";
    case FieldKind::kList:
      return "list";
    case FieldKind::kChoice:
      return "choice";
    case FieldKind::kDay:
      return "day";
    case FieldKind::kTime:
      return "time";
  }
  return "text";
}

std::string_view name(Rhythm rhythm) {
  switch (rhythm) {
    case Rhythm::kDaily:
      return "daily";
    case Rhythm::kWeekly:
      return "weekly";
    case Rhythm::kMonthly:
      return "monthly";
    case Rhythm::kQuarterly:
      return "quarterly";
    case Rhythm::kWhenNeeded:
      return "when needed";
  }
  return "when needed";
}

std::string_view name(Sharing sharing) {
  switch (sharing) {
    case Sharing::kOpen:
      return "open";
    case Sharing::kSealedUntilBoth:
      return "sealed until both";
    case Sharing::kInTurns:
      return "in turns";
    case Sharing::kPrivate:
      return "private";
  }
  return "private";
}

std::string_view text_in(const Form& form, std::string_view field) {
  for (const FieldValue& value : form)
    if (const auto* text = std::get_if<std::string>(&value.value); text != nullptr && value.id == field) return *text;
  return {};
}

Form fill(const Practice& practice, const std::vector<FieldValue>& values) {
  require_known(practice, values);
  Form form;
  for (const FormField& field : practice.fields) {
    const FieldValue* value = find_value(values, field.id);
    if (value == nullptr || is_empty(*value)) {
      if (!field.optional) refuse(field.id, "missing");
      continue;
    }
    require_fit(field, *value);
    form.push_back(*value);
  }
  if (practice.at_least_one && form.empty()) refuse(practice.fields.front().id, "empty");
  return form;
}

}  // namespace duolog::practice
