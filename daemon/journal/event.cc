// event.cc: events to bytes and back. Generated messages stay inside this file.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/event.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/stubs/logging.h>

#include "proto/event.pb.h"

namespace duolog::journal {
namespace {

constexpr int kRecursionLimit = 16;  // DO NOT CHANGE: proto/README.md section 3.12

// ---- to bytes ----

void put(std::string* field, ByteView bytes) { field->assign(as_text(bytes)); }

void put(event::Moment* to, const Moment& moment) {
  to->set_at_ms(moment.at_ms);
  to->set_offset_minutes(moment.offset_minutes);
  to->set_day_only(moment.day_only);
}

void put(event::Form* to, const Form& form) {
  for (const FieldValue& value : form) {
    event::Field* field = to->add_fields();
    field->set_id(value.id);
    if (const auto* text = std::get_if<std::string>(&value.value)) field->set_text(*text);
    if (const auto* number = std::get_if<std::int32_t>(&value.value)) field->set_number(*number);
    if (const auto* list = std::get_if<std::vector<std::string>>(&value.value))
      for (const std::string& item : (field->mutable_list(), *list)) field->mutable_list()->add_items(item);
  }
}

void put(event::Event& to, const Newer&) {
  (void)to;
  check(false, "an event of a newer version was to be written");
}

void put(event::Attachment* to, const Attachment& attachment) {
  put(to->mutable_key(), attachment.key);
  to->set_size(attachment.size);
  to->mutable_chunks()->reserve(attachment.chunks.size() * ChunkId::kLength);
  for (const ChunkId& chunk : attachment.chunks) to->mutable_chunks()->append(as_text(chunk.view()));
  to->set_name(attachment.name);
  to->set_media_type(attachment.media_type);
}

void put(event::Entry* out, const Entry& entry) {
  out->set_text(entry.text);
  for (const std::string& tag : entry.tags) out->add_tags(tag);
  if (entry.about) put(out->mutable_about(), *entry.about);
  out->set_mood(entry.mood);
  out->set_between_us(entry.between_us);
  if (entry.first_written) put(out->mutable_first_written(), *entry.first_written);
  for (const Attachment& attachment : entry.attachments) put(out->add_attachments(), attachment);
  if (!entry.source.empty()) put(out->mutable_source(), entry.source);
}

void put(event::Event& to, const Entry& entry) { put(to.mutable_entry(), entry); }

void put(event::Event& to, const Edit& edit) {
  event::Edit* out = to.mutable_edit();
  put(out->mutable_entry(), edit.entry.bytes);
  put(out->mutable_content(), edit.content);
  for (const RecordId& id : edit.replaces) put(out->add_replaces(), id.bytes);
}

void put(event::Event& to, const Erase& erase) {
  event::Erase* all = to.mutable_erase();  // also where nothing is named
  for (const Erase::One& one : erase.records) {
    event::Erased* out = all->add_records();
    put(out->mutable_record(), one.record.bytes);
    out->set_practice(one.practice);
    out->set_period(one.period);
    put(out->mutable_rule(), one.rule);
    if (one.entry) put(out->mutable_entry(), one.entry->bytes);
  }
}

void put(event::Event& to, const Sealed& sealed) {
  event::Sealed* out = to.mutable_sealed();
  out->set_practice(sealed.practice);
  out->set_period(sealed.period);
  put(out->mutable_question(), sealed.answer.question.bytes);
  put(out->mutable_rule(), sealed.answer.rule);
  put(out->mutable_commit(), sealed.answer.commit.bytes);
  put(out->mutable_ciphertext(), sealed.answer.ciphertext);
  put(out->mutable_ephemeral(), sealed.answer.ephemeral);
  for (const auto& slot : sealed.answer.slots) put(out->add_slots(), slot);
}

void put(event::Event& to, const Opening& opening) {
  event::Opening* out = to.mutable_opening();
  put(out->mutable_sealed(), opening.sealed.bytes);
  put(out->mutable_key(), opening.key);
  for (const RecordId& id : opening.counted) put(out->add_counted(), id.bytes);
}

void put(event::Event& to, const Answer& answer) {
  event::Answer* out = to.mutable_answer();
  out->set_practice(answer.practice);
  out->set_period(answer.period);
  put(out->mutable_form(), answer.form);
}

void put(event::Event& to, const Calendar& calendar) {
  event::Calendar* out = to.mutable_calendar();
  out->set_zone(calendar.zone);
  out->set_turn_hour(calendar.turn_hour);
  out->set_first_weekday(calendar.first_weekday);
}

void put(event::Event& to, const Remark& remark) {
  put(to.mutable_remark()->mutable_to(), remark.to.bytes);
  to.mutable_remark()->set_manner(remark.manner);
  to.mutable_remark()->set_text(remark.text);
}

void put(event::Event& to, const Reaction& reaction) {
  put(to.mutable_reaction()->mutable_to(), reaction.to.bytes);
  to.mutable_reaction()->set_emoji(reaction.emoji);
}

void put(event::Event& to, const OwnPractice& practice) { to.mutable_own_practice()->set_toml(practice.toml); }

void put(event::Event& to, const Wish& wish) {
  to.mutable_wish()->set_about(wish.about);
  to.mutable_wish()->set_value(wish.value);
}

void put(event::Event& to, const Pass& pass) {
  to.mutable_pass()->set_practice(pass.practice);
  to.mutable_pass()->set_period(pass.period);
}

void put(event::Chain* out, const crypto::Chain& chain) {
  for (const crypto::Certificate& certificate : chain) {
    event::Certificate* one = out->add_certificates();
    put(one->mutable_body(), certificate.body);
    put(one->mutable_signature(), certificate.signature);
  }
}

void put(event::Event& to, const Found& found) {
  for (const crypto::Chain& chain : found.chains) put(to.mutable_found()->add_chains(), chain);
}

void put(event::Event& to, const DeviceAdd& add) {
  put(to.mutable_device_add()->mutable_chain(), add.chain);
  to.mutable_device_add()->set_paired_by(add.paired_by);
}

void put(event::Event& to, const DeviceRemove& remove) {
  event::DeviceRemove* out = to.mutable_device_remove();
  put(out->mutable_device(), remove.device.bytes);
  out->set_cut_seq(remove.cut_seq);
  put(out->mutable_cut_record(), remove.cut_record.bytes);
  if (remove.root_signature) put(out->mutable_root_signature(), *remove.root_signature);
}

void put(event::Event& to, const Parted& parted) {
  event::Parted* out = to.mutable_parted();
  if (parted.journal) put(out->mutable_journal_id(), parted.journal->bytes);
  out->set_forgotten(parted.forgotten);
}

void put(event::Event& to, const JournalKept& kept) {
  event::JournalKept* out = to.mutable_journal();
  put(out->mutable_genesis(), kept.genesis.encode());
  put(out->mutable_epoch_zero(), kept.epoch_zero.view());
  out->set_name(kept.name);
  out->set_other(kept.other);
  out->set_relationship(kept.relationship);
  out->set_paired_by(kept.paired_by);
}

void put(event::Event& to, const EpochKept& kept) {
  put(to.mutable_epoch()->mutable_journal_id(), kept.journal.bytes);
  put(to.mutable_epoch()->mutable_secret(), kept.secret.view());
}

// ---- from bytes: nullopt wherever something is not as it must be ----

void wipe_field(std::string* field) { crypto::wipe({reinterpret_cast<std::uint8_t*>(field->data()), field->size()}); }

// An event's own keys do not stay behind in freed memory.
void wipe_secrets(event::Event& message) {
  if (message.has_journal()) wipe_field(message.mutable_journal()->mutable_epoch_zero());
  if (message.has_epoch()) wipe_field(message.mutable_epoch()->mutable_secret());
  if (message.has_opening()) wipe_field(message.mutable_opening()->mutable_key());
  const auto wipe_keys = [](event::Entry& entry) {
    for (event::Attachment& attachment : *entry.mutable_attachments()) wipe_field(attachment.mutable_key());
  };
  if (message.has_entry()) wipe_keys(*message.mutable_entry());
  if (message.has_edit() && message.edit().has_content()) wipe_keys(*message.mutable_edit()->mutable_content());
}

bool is_text(std::string_view text, std::size_t limit) { return text.size() <= limit && !utf8_fault(as_bytes(text)); }
bool is_name(std::string_view text) { return !text.empty() && is_text(text, kNameLimit); }

bool valid_offset(std::int32_t minutes) { return minutes >= -kOffsetLimit && minutes <= kOffsetLimit; }

template <class To>
bool take_exactly(const std::string& from, To& to) {
  if (from.size() != to.size()) return false;
  std::copy(from.begin(), from.end(), to.begin());
  return true;
}

std::optional<Form> read(const event::Form& from) {
  if (from.fields_size() > static_cast<int>(kFormFields)) return std::nullopt;
  Form form;
  for (const event::Field& field : from.fields()) {
    if (!is_name(field.id())) return std::nullopt;
    FieldValue value{field.id(), {}};
    if (field.value_case() == event::Field::kText) {
      if (!is_text(field.text(), practice::kFieldTextLimit)) return std::nullopt;
      value.value = field.text();
    } else if (field.value_case() == event::Field::kNumber) {
      value.value = field.number();
    } else if (field.value_case() == event::Field::kList) {
      if (field.list().items_size() > static_cast<int>(practice::kFieldItemLimit)) return std::nullopt;
      std::vector<std::string> items;
      for (const std::string& item : field.list().items()) {
        if (!is_text(item, practice::kFieldTextLimit)) return std::nullopt;
        items.push_back(item);
      }
      value.value = std::move(items);
    }  // a kind of field from a newer version: an empty text stands for it
    form.push_back(std::move(value));
  }
  return form;
}

std::optional<Moment> read(const event::Moment& from) {
  if (!valid_offset(from.offset_minutes())) return std::nullopt;
  return Moment{from.at_ms(), from.offset_minutes(), from.day_only()};
}

std::optional<Attachment> read(const event::Attachment& from) {
  Attachment attachment{{}, from.size(), {}, from.name(), from.media_type()};
  if (!take_exactly(from.key(), attachment.key) || from.size() > crypto::kBlobLimit) return std::nullopt;
  if (attachment.name.empty() || !is_text(attachment.name, kFileNameLimit)) return std::nullopt;
  if (!is_text(attachment.media_type, kMediaTypeLimit)) return std::nullopt;
  if (from.chunks().size() != crypto::chunk_count(from.size()) * ChunkId::kLength) return std::nullopt;
  const ByteView ids = as_bytes(from.chunks());
  attachment.chunks.reserve(ids.size() / ChunkId::kLength);
  for (std::size_t at = 0; at < ids.size(); at += ChunkId::kLength)
    attachment.chunks.push_back(*ChunkId::from(ids.subspan(at, ChunkId::kLength)));
  return attachment;
}

// Takes the text out: it is the longest thing that an event has.
std::optional<Entry> read(event::Entry& from) {
  if (!is_text(from.text(), crypto::kEventLimit) || from.tags_size() > static_cast<int>(kTagCount)) return std::nullopt;
  Entry entry{std::move(*from.mutable_text()), {}, {}};
  for (const std::string& tag : from.tags()) {
    if (tag.empty() || !is_text(tag, kTagLimit)) return std::nullopt;
    entry.tags.push_back(tag);
  }
  if (from.has_about() && !(entry.about = read(from.about()))) return std::nullopt;
  if (from.has_first_written() && !(entry.first_written = read(from.first_written()))) return std::nullopt;
  if (from.mood() > kBestMood || from.attachments_size() > static_cast<int>(kAttachmentCount)) return std::nullopt;
  for (const event::Attachment& one : from.attachments()) {
    auto attachment = read(one);
    if (!attachment) return std::nullopt;
    entry.attachments.push_back(std::move(*attachment));
  }
  if (!from.source().empty() && from.source().size() != kSourceLength) return std::nullopt;
  entry.source = to_bytes(as_bytes(from.source()));
  entry.mood = from.mood();
  entry.between_us = from.between_us();
  return entry;
}

std::optional<Edit> read(event::Edit& from) {
  auto content = read(*from.mutable_content());
  if (!content || from.replaces_size() > static_cast<int>(kReplacesLimit)) return std::nullopt;
  Edit edit{{}, std::move(*content), {}};
  if (!take_exactly(from.entry(), edit.entry.bytes)) return std::nullopt;
  for (const std::string& id : from.replaces())
    if (!take_exactly(id, edit.replaces.emplace_back().bytes)) return std::nullopt;
  return edit;
}

// What an answer is named with is all there, or nothing of it.
std::optional<Erase::One> read(const event::Erased& from) {
  Erase::One one{{}, from.practice(), from.period(), to_bytes(as_bytes(from.rule()))};
  if (!take_exactly(from.record(), one.record.bytes)) return std::nullopt;
  if (!from.entry().empty() && !take_exactly(from.entry(), one.entry.emplace().bytes)) return std::nullopt;
  const bool rule = one.rule.empty() || crypto::decode_rule(one.rule);
  const bool names = is_name(one.practice) && is_name(one.period) && rule;
  if (!names && !(one.practice.empty() && one.period.empty() && one.rule.empty())) return std::nullopt;
  return one;
}

std::optional<Erase> read(const event::Erase& from) {
  if (from.records_size() > static_cast<int>(kErasedLimit)) return std::nullopt;
  Erase erase;
  for (const event::Erased& record : from.records()) {
    auto one = read(record);
    if (!one) return std::nullopt;
    erase.records.push_back(std::move(*one));
  }
  return erase;
}

std::optional<Remark> read(const event::Remark& from) {
  Remark remark{{}, from.manner(), from.text()};
  if (!take_exactly(from.to(), remark.to.bytes)) return std::nullopt;
  if (!is_text(remark.manner, kNameLimit) || !is_text(remark.text, kRemarkLimit)) return std::nullopt;
  return remark;
}

std::optional<Reaction> read(const event::Reaction& from) {
  Reaction reaction{{}, from.emoji()};
  if (!take_exactly(from.to(), reaction.to.bytes) || !is_text(reaction.emoji, kEmojiLimit)) return std::nullopt;
  return reaction;
}

std::optional<OwnPractice> read(const event::OwnPractice& from) {
  if (!is_text(from.toml(), practice::kFileLimit)) return std::nullopt;
  return OwnPractice{from.toml()};
}

std::optional<Wish> read(const event::Wish& from) {
  if (!is_name(from.about()) || !is_text(from.value(), kNameLimit)) return std::nullopt;
  return Wish{from.about(), from.value()};
}

std::optional<Pass> read(const event::Pass& from) {
  if (!is_name(from.practice()) || !is_name(from.period())) return std::nullopt;
  return Pass{from.practice(), from.period()};
}

std::optional<Sealed> read(const event::Sealed& from) {
  Sealed sealed{from.practice(), from.period(), {}};
  crypto::SealedAnswer& answer = sealed.answer;
  if (!is_name(sealed.practice) || !is_name(sealed.period)) return std::nullopt;
  if (!take_exactly(from.question(), answer.question.bytes) || !take_exactly(from.commit(), answer.commit.bytes) ||
      !take_exactly(from.ephemeral(), answer.ephemeral))
    return std::nullopt;
  // Else one could seal under two questions that look the same and open the nicer.
  if (answer.question != crypto::round_question(sealed.practice, sealed.period)) return std::nullopt;
  if (from.slots_size() != static_cast<int>(crypto::kAnswerSlots)) return std::nullopt;
  answer.slots.resize(crypto::kAnswerSlots);
  for (int i = 0; i < from.slots_size(); ++i)
    if (!take_exactly(from.slots(i), answer.slots[static_cast<std::size_t>(i)])) return std::nullopt;
  answer.rule = to_bytes(as_bytes(from.rule()));
  answer.ciphertext = to_bytes(as_bytes(from.ciphertext()));
  return sealed;
}

std::optional<Opening> read(const event::Opening& from) {
  Opening opening;
  if (!take_exactly(from.sealed(), opening.sealed.bytes) || !take_exactly(from.key(), opening.key)) return std::nullopt;
  if (from.counted_size() > static_cast<int>(kCountedLimit)) return std::nullopt;
  for (const std::string& id : from.counted())
    if (!take_exactly(id, opening.counted.emplace_back().bytes)) return std::nullopt;
  return opening;
}

std::optional<Answer> read(const event::Answer& from) {
  auto form = read(from.form());
  if (!form || !is_name(from.practice()) || !is_name(from.period())) return std::nullopt;
  return Answer{from.practice(), from.period(), std::move(*form)};
}

std::optional<Calendar> read(const event::Calendar& from) {
  if (!is_text(from.zone(), kNameLimit) || from.turn_hour() > 23 || from.first_weekday() < 1 ||
      from.first_weekday() > 7)
    return std::nullopt;
  return Calendar{from.zone(), from.turn_hour(), from.first_weekday(), 0};
}

std::optional<crypto::Chain> read(const event::Chain& from) {
  if (from.certificates_size() > static_cast<int>(crypto::kChainLimit)) return std::nullopt;
  crypto::Chain chain;
  for (const event::Certificate& certificate : from.certificates()) {
    crypto::Certificate& out = chain.emplace_back();
    out.body = to_bytes(as_bytes(certificate.body()));
    if (!take_exactly(certificate.signature(), out.signature)) return std::nullopt;
  }
  return chain;
}

std::optional<Found> read(const event::Found& from) {
  if (from.chains_size() < 1 || from.chains_size() > 2) return std::nullopt;
  Found found;
  for (const event::Chain& one : from.chains()) {
    auto chain = read(one);
    if (!chain) return std::nullopt;
    found.chains.push_back(std::move(*chain));
  }
  return found;
}

std::optional<DeviceAdd> read(const event::DeviceAdd& from) {
  auto chain = read(from.chain());
  if (!chain || !is_text(from.paired_by(), kNameLimit)) return std::nullopt;
  return DeviceAdd{std::move(*chain), from.paired_by()};
}

std::optional<DeviceRemove> read(const event::DeviceRemove& from) {
  DeviceRemove remove{{}, from.cut_seq(), {}};
  if (!take_exactly(from.device(), remove.device.bytes) || !take_exactly(from.cut_record(), remove.cut_record.bytes))
    return std::nullopt;
  const bool signed_by_root = !from.root_signature().empty();
  if (signed_by_root && !take_exactly(from.root_signature(), remove.root_signature.emplace())) return std::nullopt;
  return remove;
}

std::optional<Parted> read(const event::Parted& from) {
  Parted parted{{}, from.forgotten()};
  if (!from.journal_id().empty() && !take_exactly(from.journal_id(), parted.journal.emplace().bytes))
    return std::nullopt;
  return parted;
}

std::optional<JournalKept> read(const event::JournalKept& from) {
  const auto genesis = crypto::Genesis::decode(as_bytes(from.genesis()));
  auto zero = crypto::EpochSecret::from(as_bytes(from.epoch_zero()));
  const bool texts = is_text(from.name(), kNameLimit) && is_text(from.other(), kNameLimit) &&
                     is_text(from.relationship(), kNameLimit) && is_text(from.paired_by(), kNameLimit);
  if (!genesis || !zero || !texts) return std::nullopt;
  return JournalKept{*genesis, std::move(*zero), from.name(), from.other(), from.relationship(), from.paired_by()};
}

std::optional<EpochKept> read(const event::EpochKept& from) {
  const auto journal = JournalId::from(as_bytes(from.journal_id()));
  auto secret = crypto::EpochSecret::from(as_bytes(from.secret()));
  if (!journal || !secret) return std::nullopt;
  return EpochKept{*journal, std::move(*secret)};
}

template <class Message>
bool read_payload(Message&& from, Event& to) {
  auto payload = read(from);
  if (payload) to.payload = std::move(*payload);
  return payload.has_value();
}

bool read_any_payload(event::Event& from, Event& to) {
  switch (from.payload_case()) {
    case event::Event::kEntry:
      return read_payload(*from.mutable_entry(), to);
    case event::Event::kSealed:
      return read_payload(from.sealed(), to);
    case event::Event::kOpening:
      return read_payload(from.opening(), to);
    case event::Event::kAnswer:
      return read_payload(from.answer(), to);
    case event::Event::kCalendar:
      return read_payload(from.calendar(), to);
    case event::Event::kRemark:
      return read_payload(from.remark(), to);
    case event::Event::kReaction:
      return read_payload(from.reaction(), to);
    case event::Event::kOwnPractice:
      return read_payload(from.own_practice(), to);
    case event::Event::kWish:
      return read_payload(from.wish(), to);
    case event::Event::kPass:
      return read_payload(from.pass(), to);
    case event::Event::kEdit:
      return read_payload(*from.mutable_edit(), to);
    case event::Event::kErase:
      return read_payload(from.erase(), to);
    case event::Event::kFound:
      return read_payload(from.found(), to);
    case event::Event::kDeviceAdd:
      return read_payload(from.device_add(), to);
    case event::Event::kDeviceRemove:
      return read_payload(from.device_remove(), to);
    case event::Event::kParted:
      return read_payload(from.parted(), to);
    case event::Event::kJournal:
      return read_payload(from.journal(), to);
    case event::Event::kEpoch:
      return read_payload(from.epoch(), to);
    case event::Event::PAYLOAD_NOT_SET:
      to.payload = Newer{};
      return true;
  }
  return false;
}

// A rule that is not known is of a newer version; a calendar falls back on the offset of whoever set it.
void settle(Event& event) {
  if (auto* sealed = std::get_if<Sealed>(&event.payload)) {
    const auto rule = crypto::decode_rule(sealed->answer.rule);
    if (!rule) {
      event.payload = Newer{};
    } else {
      sealed->rule = *rule;
    }
  }
  if (auto* calendar = std::get_if<Calendar>(&event.payload)) calendar->fallback_offset_minutes = event.offset_minutes;
}

template <class Message>
bool parse(Message& message, ByteView bytes) {
  const google::protobuf::LogSilencer quiet;  // what a partner sent fills no screen
  google::protobuf::io::CodedInputStream input(bytes.data(), static_cast<int>(bytes.size()));
  input.SetRecursionLimit(kRecursionLimit);
  return message.ParseFromCodedStream(&input) && input.ConsumedEntireMessage();
}

std::optional<Event> read(event::Event& from) {
  Event event;
  if (!valid_offset(from.offset_minutes()) || from.seen_size() > static_cast<int>(kSeenLimit)) return std::nullopt;
  event.written_ms = from.written_ms();
  event.offset_minutes = from.offset_minutes();
  for (const event::Seen& seen : from.seen()) {
    const auto device = DeviceId::from(as_bytes(seen.device()));
    if (!device) return std::nullopt;
    event.seen.push_back({*device, seen.seq()});
  }
  if (!read_any_payload(from, event)) return std::nullopt;
  settle(event);
  return event;
}

}  // namespace

std::string clipped(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return std::string(text);
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xc0U) == 0x80U) --limit;
  return std::string(text.substr(0, limit));
}

crypto::SecretBytes encode_event(const Event& event) {
  event::Event message;
  message.set_written_ms(event.written_ms);
  message.set_offset_minutes(event.offset_minutes);
  for (const Seen& seen : event.seen) {
    event::Seen* out = message.add_seen();
    put(out->mutable_device(), seen.device.bytes);
    out->set_seq(seen.seq);
  }
  std::visit([&](const auto& payload) { put(message, payload); }, event.payload);
  crypto::SecretBytes bytes(message.ByteSizeLong());
  message.SerializeToArray(bytes.writable().data(), static_cast<int>(bytes.view().size()));
  wipe_secrets(message);
  return bytes;
}

std::optional<Event> decode_event(ByteView bytes) {
  if (bytes.size() > crypto::kEventLimit) return std::nullopt;
  event::Event message;
  std::optional<Event> event;
  if (parse(message, bytes)) event = read(message);
  wipe_secrets(message);
  return event;
}

Bytes encode_form(const Form& form) {
  event::Form message;
  put(&message, form);
  Bytes bytes(message.ByteSizeLong());
  message.SerializeToArray(bytes.data(), static_cast<int>(bytes.size()));
  return bytes;
}

std::optional<Form> decode_form(ByteView bytes) {
  event::Form message;
  if (bytes.size() > crypto::kAnswerLimit || !parse(message, bytes)) return std::nullopt;
  return read(message);
}

}  // namespace duolog::journal
