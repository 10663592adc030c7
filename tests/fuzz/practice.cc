// Any file as a practice: refused in one sentence that names file and line, or a form within its limits that can be
// filled, in the words for whichever two people.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/practice/library.h"
#include "tests/fuzz/script.h"

using namespace duolog;
using namespace duolog::practice;
using fuzz::must;

namespace {

void require_limits(const Practice& practice) {
  must(!practice.id.empty() && practice.id.size() <= kIdLimit, "an id is out of limits");
  must(!practice.title.empty() && practice.title.size() <= kLabelLimit, "a title is out of limits");
  must(practice.why.size() <= kWordsLimit, "a reason is out of limits");
  must(!practice.fields.empty() && practice.fields.size() <= kFieldLimit, "a form asks nothing, or too much");
  must(practice.replies.size() <= kMannerLimit && practice.steps.size() <= kMannerLimit, "too many manners");
  for (const FormField& field : practice.fields) {
    must(!field.question.empty() && field.question.size() <= kWordsLimit, "a question is out of limits");
    must(field.choices.size() <= kChoiceLimit, "too many choices");
    must(field.kind != FieldKind::kScale || field.low < field.high, "a scale has no length");
    must(field.kind != FieldKind::kChoice || field.choices.size() >= 2, "a choice offers none");
  }
}

FieldValue some_answer(const FormField& field) {
  switch (field.kind) {
    case FieldKind::kText:
      return {field.id, std::string("words")};
    case FieldKind::kScale:
      return {field.id, field.high};
    case FieldKind::kChoice:
      return {field.id, field.choices.back().id};
    case FieldKind::kDay:
      return {field.id, std::string("2026-12-24")};
    case FieldKind::kTime:
      return {field.id, std::string("2026-12-24 16:00")};
    case FieldKind::kList:
      break;
  }
  std::vector<std::string> items;
  for (std::size_t i = 0; i < std::max<std::size_t>(field.at_least, 1); ++i)
    items.push_back(field.choices.empty() ? "item" : field.choices[i].id);
  return {field.id, items};
}

void require_fillable(const Practice& practice) {
  std::vector<FieldValue> values;
  for (const FormField& field : practice.fields) values.push_back(some_answer(field));
  must(fill(practice, values).size() == practice.fields.size(), "an answer went lost");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Script script(data, size);
  const std::string_view kind = script.below(2) == 0 ? "friend" : "";
  const ByteView rest = script.rest();
  const std::string_view text(reinterpret_cast<const char*>(rest.data()), rest.size());
  const fuzz::Frugal frugal(size, kFileLimit);
  try {
    const auto practice = read_practice(text, "f.toml", kind);
    if (!practice) return 0;
    require_limits(*practice);
    require_fillable(*practice);
    Library library(kind);
    if (const auto own = read_own(text, kind)) library.add(*own, true);
    must(library.practice("checkin")->sharing == Sharing::kSealedUntilBoth, "a sealed practice was opened");
  } catch (const BadPractice& refusal) {
    const std::string_view what(refusal.what());
    must(what.starts_with("f.toml:") && what.find(": ", 8) != std::string_view::npos,
         "a refusal does not name file and line");
    must(what.find('\n') == std::string_view::npos, "a refusal is longer than a sentence");
  }
  return 0;
}
