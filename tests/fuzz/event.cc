// A partner's bytes as an event, and as the form inside a sealed answer: read within every limit or refused; what was
// read says the same once it is written and read again.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/event.h"

#include <cstdlib>

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

bool is_name(std::string_view text) { return !text.empty() && is_text(text, journal::kNameLimit); }
bool is_offset(std::int32_t minutes) { return std::abs(minutes) <= journal::kOffsetLimit; }

void check_attachment(const journal::Attachment& attachment) {
  must(attachment.size <= crypto::kBlobLimit, "a file is too long");
  must(attachment.chunks.size() == crypto::chunk_count(attachment.size), "a file has another number of chunks");
  must(!attachment.name.empty() && is_text(attachment.name, journal::kFileNameLimit), "a file's name is none");
  must(is_text(attachment.media_type, journal::kMediaTypeLimit), "a media type is no text");
}

// One for every kind: with one that is new this does not compile.
struct Limits {
  void operator()(const journal::Newer&) const {}
  void operator()(const journal::Entry& entry) const {
    must(is_text(entry.text, crypto::kEventLimit), "an entry is no text");
    must(entry.tags.size() <= journal::kTagCount, "an entry has too many tags");
    for (const std::string& tag : entry.tags) must(!tag.empty() && is_text(tag, journal::kTagLimit), "no tag");
    must(entry.mood <= journal::kBestMood, "there is no such mood");
    for (const auto& moment : {entry.about, entry.first_written})
      must(!moment || is_offset(moment->offset_minutes), "a moment is too far from UTC");
    must(entry.attachments.size() <= journal::kAttachmentCount, "an entry has too many files");
    for (const journal::Attachment& attachment : entry.attachments) check_attachment(attachment);
    must(entry.source.empty() || entry.source.size() == journal::kSourceLength, "a source has another length");
  }
  void operator()(const journal::Sealed& sealed) const {
    must(is_name(sealed.practice) && is_name(sealed.period), "a sealed answer is to nothing");
    must(sealed.answer.slots.size() == crypto::kAnswerSlots, "a sealed answer has another number of slots");
    must(sealed.answer.question == crypto::round_question(sealed.practice, sealed.period), "it answers something else");
  }
  void operator()(const journal::Opening& opening) const {
    must(opening.counted.size() <= journal::kCountedLimit, "an opening counts too many");
  }
  void operator()(const journal::Answer& answer) const {
    must(is_name(answer.practice) && is_name(answer.period), "an answer is to nothing");
    check_form(answer.form);
  }
  void operator()(const journal::Calendar& calendar) const {
    must(is_text(calendar.zone, journal::kNameLimit), "a zone is no text");
    must(calendar.turn_hour <= 23, "a day turns at no hour");
    must(calendar.first_weekday >= 1 && calendar.first_weekday <= 7, "a week begins on no day");
  }
  void operator()(const journal::Remark& remark) const {
    must(is_text(remark.manner, journal::kNameLimit), "a manner is no text");
    must(is_text(remark.text, journal::kRemarkLimit), "a remark is no text");
  }
  void operator()(const journal::Reaction& reaction) const {
    must(is_text(reaction.emoji, journal::kEmojiLimit), "a reaction is no text");
  }
  void operator()(const journal::OwnPractice& own) const {
    must(is_text(own.toml, practice::kFileLimit), "a practice is no text");
  }
  void operator()(const journal::Wish& wish) const {
    must(is_name(wish.about) && is_text(wish.value, journal::kNameLimit), "a wish is no text");
  }
  void operator()(const journal::Pass& pass) const {
    must(is_name(pass.practice) && is_name(pass.period), "nothing is passed over");
  }
  void operator()(const journal::Found& found) const {
    must(found.chains.size() == 1 || found.chains.size() == 2, "a journal has another number of founders");
    for (const crypto::Chain& chain : found.chains) must(chain.size() <= crypto::kChainLimit, "a chain is too long");
  }
  void operator()(const journal::JournalKept& kept) const {
    for (const std::string& text : {kept.name, kept.other, kept.relationship, kept.paired_by})
      must(is_text(text, journal::kNameLimit), "what a notebook keeps is no text");
  }
  void operator()(const journal::EpochKept&) const {}
};

void check_limits(const journal::Event& event) {
  must(is_offset(event.offset_minutes), "an event is too far from UTC");
  must(event.seen.size() <= journal::kSeenLimit, "too many devices were seen");
  std::visit(Limits(), event.payload);
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
