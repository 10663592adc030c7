// practice.cc: filling a form, and the names of its parts. The practices' own words are in practice_texts.cc.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/practice.h"

#include <algorithm>

#include "crypto/bytes.h"
#include "daemon/journal/refusal.h"

namespace duolog::journal {
namespace {

[[noreturn]] void refuse(const std::string& field, const char* why) {
  throw Refusal::among(Reason::kBadField, field, {why});
}

void require_text(const std::string& field, const std::string& text) {
  if (const auto fault = utf8_fault(as_bytes(text))) throw Refusal::bad_utf8(field, *fault);
  if (text.size() > kFieldTextLimit) throw Refusal::too_long(field, kFieldTextLimit);
}

bool is_blank(const std::string& text) { return text.find_first_not_of(" \t\r\n") == std::string::npos; }

// Left empty: nothing was said, which is not the same as having said nothing.
bool is_empty(const FieldValue& value) {
  if (const auto* text = std::get_if<std::string>(&value.value)) return is_blank(*text);
  const auto* items = std::get_if<std::vector<std::string>>(&value.value);
  return items != nullptr && items->empty();
}

void require_items(const FormField& field, const std::vector<std::string>& items) {
  if (items.size() < field.at_least) refuse(field.id, "too few");
  if (items.size() > kFieldItemLimit) refuse(field.id, "too many");
  for (const std::string& item : items) require_text(field.id, item);
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
      if (std::find(field.choices.begin(), field.choices.end(), *text) == field.choices.end())
        refuse(field.id, "choice");
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
  }
  return "text";
}

const Practice* find_practice(std::string_view id) {
  for (const Practice& practice : built_in_practices())
    if (practice.id == id) return &practice;
  return nullptr;
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
  return form;
}

}  // namespace duolog::journal
