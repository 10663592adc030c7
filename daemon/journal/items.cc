// items.cc: from Noted to Item.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/items.h"

#include "daemon/journal/rounds.h"
#include "daemon/journal/standing.h"

namespace duolog::journal {
namespace {

void describe_what(Item& item, const Journal&, const Unreadable&) { item.kind = ItemKind::kUnreadable; }
void describe_what(Item& item, const Journal&, const Newer&) { item.kind = ItemKind::kNewer; }
template <class Hidden>
void describe_what(Item&, const Journal&, const Hidden&) {}  // no reader sees it

// A choice as it reads; of one that the practice has no longer, what is stored.
std::vector<std::string> chosen_in(const practice::FormField& field, const FieldValue& value) {
  if (field.choices.empty()) return {};
  std::vector<std::string> ids;
  if (const auto* id = std::get_if<std::string>(&value.value)) ids = {*id};
  if (const auto* ranking = std::get_if<std::vector<std::string>>(&value.value)) ids = *ranking;
  for (std::string& id : ids) {
    const auto choice =
        std::find_if(field.choices.begin(), field.choices.end(), [&](const auto& one) { return one.id == id; });
    if (choice != field.choices.end() && !choice->label.empty()) id = choice->label;
  }
  return ids;
}

// What its practice calls itself, its fields and its choices, where this version has it.
void name_fields(Item& item, const Journal& journal) {
  const practice::Practice* practice = journal.library().practice(item.practice);
  if (practice == nullptr) return;
  item.title = practice->title;
  for (const FieldValue& value : item.fields) {
    const auto same = [&](const practice::FormField& field) { return field.id == value.id; };
    const auto field = std::find_if(practice->fields.begin(), practice->fields.end(), same);
    const bool known = field != practice->fields.end();
    item.labels.emplace_back(known ? asked_in(*field, item.practice, item.period) : value.id);
    item.chosen.push_back(known ? chosen_in(*field, value) : std::vector<std::string>());
  }
}

void describe_what(Item& item, const Journal& journal, const Entry& entry) {
  item.kind = ItemKind::kEntry;
  item.text = entry.text;
  item.tags = entry.tags;
  item.mood = entry.mood;
  item.between_us = entry.between_us;
  item.source = entry.source;
  if (entry.first_written) item.first_written = written_out(*entry.first_written);
  for (const Attachment& one : entry.attachments)
    item.attachments.push_back({one.name, one.media_type, one.size, journal.attached().held(one)});
  if (!entry.about) return;
  item.day_only = entry.about->day_only;
  item.on = written_out(*entry.about);
}

void describe_what(Item& item, const Journal&, const TakenBack& taken) {
  item.kind = ItemKind::kTakenBack;
  item.practice = taken.what.practice;
  item.period = taken.what.period;
  item.taken_back_at = rfc3339(taken.at_ms, taken.offset_minutes);
  item.is_new = false;
}

void describe_what(Item& item, const Journal&, const Remark& remark) {
  item.kind = ItemKind::kRemark;
  item.to = remark.to;
  item.manner = remark.manner;
  item.text = remark.text;
}

// What was written in it, once it may be read.
void read_letter(Item& item, const Form& form) {
  for (const FieldValue& value : form) {
    if (const auto* text = std::get_if<std::string>(&value.value); text && value.id == "text") item.text = *text;
    if (const auto* tags = std::get_if<std::vector<std::string>>(&value.value); tags && value.id == "tags")
      item.tags = *tags;
    if (const auto* mood = std::get_if<std::int32_t>(&value.value); mood && value.id == "mood" && *mood > 0)
      item.mood = std::min(static_cast<std::uint32_t>(*mood), kBestMood);
    if (const auto* said = std::get_if<std::int32_t>(&value.value); said && value.id == "between_us")
      item.between_us = *said != 0;
  }
}

void describe_letter(Item& item, const Answers::Look& look) {
  item.kind = ItemKind::kLetter;
  item.opened_early = look.early;
  if (look.form) read_letter(item, *look.form);
}

void describe_what(Item& item, const Journal& journal, const Answer& answer) {
  item.kind = ItemKind::kAnswer;
  item.practice = answer.practice;
  item.period = answer.period;
  item.fields = answer.form;
  name_fields(item, journal);
}

void describe_what(Item& item, const Journal& journal, const SealedNote& sealed) {
  const Answers::Look look = journal.answers().look(item.id);
  item.state = look.state;
  item.after_reveal = look.after_reveal;
  if (!look.published) item.visibility = Visibility::kSealed;
  if (sealed.practice == kLetterPractice) return describe_letter(item, look);
  item.kind = ItemKind::kAnswer;
  item.practice = sealed.practice;
  item.period = sealed.period;
  if (look.form) item.fields = *look.form;
  name_fields(item, journal);
}

constexpr std::size_t kRemarksShown = 1000;

// As many as one reply takes. `newest`: the newest first, at most kRemarksShown.
void add_remarks(Item& item, const Journal& journal, const std::vector<Line>& newest, const Zone& here) {
  std::size_t room = kBesideAnItem;
  for (const ItemVersion& version : item.versions) room -= std::min(room, version.text.size());
  Page page(kRemarksShown, room);
  for (const Line& line : newest) {
    Item remark = make_item(journal, journal.records().read(line), here);
    if (!page.takes(remark)) break;
    item.remarks.push_back(std::move(remark));
  }
  std::reverse(item.remarks.begin(), item.remarks.end());
}

std::optional<Delivery> delivery_of(const Journal& journal, const Noted& noted, const Zone& here) {
  if (!journal.shared() || noted.device != journal.identity().keys().id()) return std::nullopt;
  Delivery delivery;
  if (const auto receipt = journal.receipts().of(noted.seq)) {
    delivery.state = Delivery::State::kDelivered;
    delivery.at = rfc3339(receipt->at_ms, here.offset_minutes(receipt->at_ms));
    delivery.device = device_name(journal, receipt->by);
    delivery.person = author_name(journal, receipt->by);
  } else if (const auto waits = journal.receipts().waits(noted.seq)) {
    const bool in_mailbox = waits->way == Receipts::Way::kMailbox;
    delivery.state = in_mailbox ? Delivery::State::kInMailbox : Delivery::State::kInBundle;
    delivery.at = rfc3339(waits->at_ms, here.offset_minutes(waits->at_ms));
  }
  return delivery;
}

}  // namespace

std::string author_name(const Journal& journal, const DeviceId& device) {
  return journal.is_mine(device) ? journal.identity().person() : journal.secrets().other;
}

std::string device_name(const Journal& journal, const DeviceId& device) {
  const crypto::ProvenDevice* known = journal.roster().find(device);
  return known != nullptr ? known->name : std::string();
}

std::string opening_text(std::uint64_t after_s, const Zone& here) {
  constexpr std::uint64_t kLatest = 253'402'300'799;  // the last second of 9999
  const auto at_ms = static_cast<std::int64_t>(std::min(after_s, kLatest)) * 1000;
  return rfc3339(at_ms, here.offset_minutes(at_ms));
}

Item make_item(const Journal& journal, const Noted& noted, const Zone& here) {
  Item item;
  item.id = noted.id;
  item.journal_id = journal.id();
  item.journal = journal.secrets().name;
  item.author = author_name(journal, noted.device);
  item.mine = journal.is_mine(noted.device);
  item.offset_minutes = noted.offset_minutes;
  if (noted.written_ms) item.written_at = rfc3339(*noted.written_ms, noted.offset_minutes);
  item.from_removed_device = journal.is_from_removed(noted.device, noted.seq);
  item.visibility = journal.shared() ? Visibility::kShared : Visibility::kPrivate;
  item.delivery = delivery_of(journal, noted, here);
  item.is_new = !item.mine && !noted.lacks_body() && journal.unread().is_new(noted.device, noted.seq);
  std::visit([&](const auto& what) { describe_what(item, journal, what); }, noted.what);
  if (noted.versions) describe_versions(item, journal, *noted.versions);
  const auto* sealed = std::get_if<SealedNote>(&noted.what);
  if (sealed != nullptr && item.kind == ItemKind::kLetter && sealed->rule.after)
    item.opens_at = opening_text(*sealed->rule.after, here);
  return item;
}

// A person has one reaction to a thing: the latest. Of what was said only that is read which is shown: there may be any
// number.
void add_what_was_said(Item& item, const Journal& journal, const Noted& noted, const Zone& here, bool whole) {
  std::optional<Reacted> mine;
  std::optional<Reacted> theirs;
  std::vector<Line> remarks;
  Wanted about = said_about(noted.id);
  about.newest_first = true;
  journal.records().each_line(about, [&](const Line& line) {
    if (line.kind == Kind::kRemark) {
      ++item.remark_count;
      if (whole && remarks.size() < kRemarksShown) remarks.push_back(line);
      return true;
    }
    std::optional<Reacted>& latest = line.mine ? mine : theirs;
    if (latest) return true;
    const Noted said = journal.records().read(line);
    if (const auto* reaction = std::get_if<Reaction>(&said.what))
      latest = Reacted{reaction->emoji, author_name(journal, said.device), line.mine};
    return true;
  });
  if (whole) add_remarks(item, journal, remarks, here);
  for (auto& reaction : {mine, theirs})
    if (reaction && !reaction->emoji.empty()) item.reactions.push_back(*reaction);
  item.standing = standing_of(journal, noted);
  if (whole && item.state == AnswerState::kReadable) item.may = manners_for(journal, noted);
}

}  // namespace duolog::journal
