// event_limits.h: what holds of an event that could be read, whoever wrote it: every limit of event.h, each text UTF-8.
// For the fuzzer, and for those who lie on purpose.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdlib>

#include "daemon/journal/event.h"

namespace duolog::journal {

// Collects the first sentence that does not hold. One for every kind: with one that is new this does not compile.
class EventLimits {
 public:
  // Empty: all of them hold.
  static std::string broken_by(const Event& event) {
    EventLimits limits;
    limits.hold(is_offset(event.offset_minutes), "an event is too far from UTC");
    limits.hold(event.seen.size() <= kSeenLimit, "too many devices were seen");
    std::visit([&](const auto& payload) { limits.look_at(payload); }, event.payload);
    return limits.broken_;
  }
  static std::string broken_by(const Form& form) {
    EventLimits limits;
    limits.look_at(form);
    return limits.broken_;
  }

 private:
  void hold(bool holds, const char* otherwise) {
    if (!holds && broken_.empty()) broken_ = otherwise;
  }
  static bool is_text(std::string_view text, std::size_t limit) {
    return text.size() <= limit && !utf8_fault(as_bytes(text));
  }
  static bool is_name(std::string_view text) { return !text.empty() && is_text(text, kNameLimit); }
  static bool is_offset(std::int32_t minutes) { return std::abs(minutes) <= kOffsetLimit; }

  void look_at(const Form& form) {
    hold(form.size() <= kFormFields, "a form has too many fields");
    for (const FieldValue& field : form) {
      hold(is_name(field.id), "a field's name is none");
      if (const auto* text = std::get_if<std::string>(&field.value))
        hold(is_text(*text, practice::kFieldTextLimit), "a field's text is no text");
      const auto* items = std::get_if<std::vector<std::string>>(&field.value);
      if (items == nullptr) continue;
      hold(items->size() <= practice::kFieldItemLimit, "a field has too many items");
      for (const std::string& item : *items) hold(is_text(item, practice::kFieldTextLimit), "an item is no text");
    }
  }
  void look_at(const Attachment& attachment) {
    hold(attachment.size <= crypto::kBlobLimit, "a file is too long");
    hold(attachment.chunks.size() == crypto::chunk_count(attachment.size), "a file has another number of chunks");
    hold(!attachment.name.empty() && is_text(attachment.name, kFileNameLimit), "a file's name is none");
    hold(is_text(attachment.media_type, kMediaTypeLimit), "a media type is no text");
  }

  void look_at(const Newer&) {}
  void look_at(const Entry& entry) {
    hold(is_text(entry.text, crypto::kEventLimit), "an entry is no text");
    hold(entry.tags.size() <= kTagCount, "an entry has too many tags");
    for (const std::string& tag : entry.tags) hold(!tag.empty() && is_text(tag, kTagLimit), "a tag is none");
    hold(entry.mood <= kBestMood, "there is no such mood");
    for (const auto& moment : {entry.about, entry.first_written})
      hold(!moment || is_offset(moment->offset_minutes), "a moment is too far from UTC");
    hold(entry.attachments.size() <= kAttachmentCount, "an entry has too many files");
    for (const Attachment& attachment : entry.attachments) look_at(attachment);
    hold(entry.source.empty() || entry.source.size() == kSourceLength, "a source has another length");
  }
  void look_at(const Sealed& sealed) {
    hold(is_name(sealed.practice) && is_name(sealed.period), "a sealed answer is to nothing");
    hold(sealed.answer.slots.size() == crypto::kAnswerSlots, "a sealed answer has another number of slots");
    const QuestionId question = crypto::round_question(sealed.practice, sealed.period);
    hold(sealed.answer.question == question, "a sealed answer is to something else");
  }
  void look_at(const Opening& opening) { hold(opening.counted.size() <= kCountedLimit, "an opening counts too many"); }
  void look_at(const Answer& answer) {
    hold(is_name(answer.practice) && is_name(answer.period), "an answer is to nothing");
    look_at(answer.form);
  }
  void look_at(const Calendar& calendar) {
    hold(is_text(calendar.zone, kNameLimit), "a zone is no text");
    hold(calendar.turn_hour <= 23, "a day turns at no hour");
    hold(calendar.first_weekday >= 1 && calendar.first_weekday <= 7, "a week begins on no day");
  }
  void look_at(const Remark& remark) {
    hold(is_text(remark.manner, kNameLimit), "a manner is no text");
    hold(is_text(remark.text, kRemarkLimit), "a remark is no text");
  }
  void look_at(const Reaction& reaction) { hold(is_text(reaction.emoji, kEmojiLimit), "a reaction is no text"); }
  void look_at(const OwnPractice& own) { hold(is_text(own.toml, practice::kFileLimit), "a practice is no text"); }
  void look_at(const Wish& wish) { hold(is_name(wish.about) && is_text(wish.value, kNameLimit), "a wish is no text"); }
  void look_at(const Pass& pass) { hold(is_name(pass.practice) && is_name(pass.period), "nothing is passed over"); }
  void look_at(const Edit& edit) {
    look_at(edit.content);
    hold(edit.replaces.size() <= kReplacesLimit, "an edit replaces too many versions");
  }
  void look_at(const Erase& erase) {
    hold(erase.records.size() <= kErasedLimit, "too much is taken back at once");
    for (const Erase::One& one : erase.records)
      hold((one.practice.empty() && one.period.empty()) || (is_name(one.practice) && is_name(one.period)),
           "an answer to nothing is taken back");
  }
  void look_at(const Found& found) {
    hold(found.chains.size() == 1 || found.chains.size() == 2, "a journal has another number of founders");
    for (const crypto::Chain& chain : found.chains) hold(chain.size() <= crypto::kChainLimit, "a chain is too long");
  }
  void look_at(const DeviceAdd& add) {
    hold(add.chain.size() <= crypto::kChainLimit, "a chain is too long");
    hold(is_text(add.paired_by, kNameLimit), "how a device was paired is no text");
  }
  void look_at(const DeviceRemove&) {}
  void look_at(const Parted&) {}
  void look_at(const JournalKept& kept) {
    for (const std::string& text : {kept.name, kept.other, kept.relationship, kept.paired_by})
      hold(is_text(text, kNameLimit), "what a notebook keeps is no text");
  }
  void look_at(const EpochKept&) {}

  std::string broken_;
};

}  // namespace duolog::journal
