// A partner's bytes as an event, and as the form inside a sealed answer: read within every limit or refused; what was
// read says the same once it is written and read again.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/event.h"
#include "tests/fuzz/script.h"

using namespace duolog;
using fuzz::must;

namespace {

bool is_text(std::string_view text, std::size_t limit) { return text.size() <= limit && !utf8_fault(as_bytes(text)); }

void check_form(const journal::Form& form) {
  must(form.size() <= journal::kFormFields, "a form has too many fields");
  for (const practice::FieldValue& field : form) {
    must(is_text(field.id, journal::kNameLimit), "a field's name is no text");
    if (const auto* text = std::get_if<std::string>(&field.value))
      must(is_text(*text, practice::kFieldTextLimit), "a field's text is no text");
    if (const auto* items = std::get_if<std::vector<std::string>>(&field.value))
      must(items->size() <= practice::kFieldItemLimit, "a field has too many items");
  }
}

void check_limits(const journal::Event& event) {
  must(event.seen.size() <= journal::kSeenLimit, "too many devices were seen");
  if (const auto* entry = std::get_if<journal::Entry>(&event.payload)) {
    must(is_text(entry->text, crypto::kEventLimit), "an entry is no text");
    must(entry->tags.size() <= journal::kTagCount, "an entry has too many tags");
    for (const std::string& tag : entry->tags) must(!tag.empty() && is_text(tag, journal::kTagLimit), "no tag");
  }
  if (const auto* answer = std::get_if<journal::Answer>(&event.payload)) check_form(answer->form);
  if (const auto* sealed = std::get_if<journal::Sealed>(&event.payload))
    must(sealed->answer.slots.size() == crypto::kAnswerSlots, "a sealed answer has another number of slots");
  if (const auto* opening = std::get_if<journal::Opening>(&event.payload))
    must(opening->counted.size() <= journal::kCountedLimit, "an opening counts too many");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Frugal frugal(size, crypto::kEventLimit);
  if (const auto form = journal::decode_form({data, size})) {
    check_form(*form);
    must(journal::decode_form(journal::encode_form(*form)) == form, "a form changed");
  }
  const auto event = journal::decode_event({data, size});
  if (!event) return 0;
  check_limits(*event);
  if (std::holds_alternative<journal::Newer>(event->payload)) return 0;
  const auto bytes = journal::encode_event(*event);
  const auto again = journal::decode_event(bytes.view());
  must(again && again->payload.index() == event->payload.index(), "an event became another kind");
  const auto twice = journal::encode_event(*again);
  must(std::equal(bytes.view().begin(), bytes.view().end(), twice.view().begin(), twice.view().end()),
       "an event says something else the second time");
  return 0;
}
