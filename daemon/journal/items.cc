// items.cc: from Noted to Item.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/items.h"

namespace duolog::journal {
namespace {

void describe_what(Item& item, const Journal&, const Unreadable&) { item.kind = ItemKind::kUnreadable; }
void describe_what(Item& item, const Journal&, const Newer&) { item.kind = ItemKind::kNewer; }
void describe_what(Item&, const Journal&, const Silent&) {}
void describe_what(Item&, const Journal&, const Calendar&) {}

void describe_what(Item& item, const Journal&, const Entry& entry) {
  item.kind = ItemKind::kEntry;
  item.text = entry.text;
  item.tags = entry.tags;
  if (!entry.about) return;
  item.day_only = entry.about->day_only;
  item.on = item.day_only ? civil_day(entry.about->at_ms, entry.about->offset_minutes)
                          : rfc3339(entry.about->at_ms, entry.about->offset_minutes);
}

void describe_what(Item& item, const Journal&, const Answer& answer) {
  item.kind = ItemKind::kAnswer;
  item.practice = answer.practice;
  item.period = answer.period;
  item.fields = answer.form;
}

void describe_what(Item& item, const Journal& journal, const SealedNote& sealed) {
  item.kind = ItemKind::kAnswer;
  item.practice = sealed.practice;
  item.period = sealed.period;
  const Answers::Look look = journal.answers().look(item.id);
  item.state = look.state;
  item.after_reveal = look.after_reveal;
  if (look.form != nullptr) item.fields = *look.form;
  if (!look.published) item.visibility = Visibility::kSealed;
}

std::optional<Delivery> delivery_of(const Journal& journal, const Noted& noted, const Zone& here) {
  if (!journal.shared() || noted.device != journal.identity().keys().id()) return std::nullopt;
  Delivery delivery;
  if (const auto receipt = journal.receipts().of(noted.seq)) {
    delivery.delivered = true;
    delivery.at = rfc3339(receipt->at_ms, here.offset_minutes(receipt->at_ms));
    delivery.device = device_name(journal, receipt->by);
    delivery.person = author_name(journal, receipt->by);
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

Item make_item(const Journal& journal, const Noted& noted, const Zone& here) {
  Item item;
  item.id = noted.id;
  item.journal_id = journal.id();
  item.journal = journal.secrets().name;
  item.author = author_name(journal, noted.device);
  item.mine = journal.is_mine(noted.device);
  if (noted.written_ms) item.written_at = rfc3339(*noted.written_ms, noted.offset_minutes);
  item.visibility = journal.shared() ? Visibility::kShared : Visibility::kPrivate;
  item.delivery = delivery_of(journal, noted, here);
  item.is_new = !item.mine && !noted.lacks_body() && journal.unread().is_new(noted.device, noted.seq);
  std::visit([&](const auto& what) { describe_what(item, journal, what); }, noted.what);
  return item;
}

}  // namespace duolog::journal
