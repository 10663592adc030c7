// shelf_import.cc: what another program kept is checked, compared with what is there, and written in one transaction.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/hash.h"
#include "daemon/journal/compose.h"
#include "daemon/journal/foreign.h"
#include "daemon/journal/shelf_state.h"

namespace duolog::journal {
namespace {

// Years 1 to 9999: what is written with four digits.
constexpr std::int64_t kEarliestMs = -62'135'596'800'000;
constexpr std::int64_t kLatestMs = 253'402'300'799'999;

using Payload = decltype(Event::payload);

Bytes number_bytes(std::int64_t number) {
  Bytes bytes(sizeof(number));
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(number) >> 8 * i);
  return bytes;
}

// A time that the journal can show; of a day alone, its beginning by its writer's clock.
Moment checked(const Moment& at) {
  const bool sane = at.offset_minutes >= -kOffsetLimit && at.offset_minutes <= kOffsetLimit &&
                    at.at_ms >= kEarliestMs && at.at_ms <= kLatestMs;
  if (!sane) throw Refusal(Reason::kBadDate);
  return at;
}

Payload entry_of(const Foreign& item, const Bytes& source, const Zone& here) {
  Draft draft;
  draft.text = item.text;
  draft.tags = item.tags;
  draft.mood = item.mood;
  draft.between_us = item.between_us;
  draft.attachments = item.attachments;
  Entry entry = compose(draft, 0, here);
  entry.about = checked(item.at);
  entry.source = source;
  return entry;
}

// Sealed answers hide until both are in; written anew in the open they would not.
Payload answer_of(const Foreign& item, const Journal& journal) {
  if (journal.shared()) throw Refusal(Reason::kNotItsKind, "an answer");
  return Answer{item.practice, item.period, item.fields};
}

Payload remark_of(const Foreign& item, const Journal& journal) {
  const auto about = journal.records().by_id(*item.to);
  if (!about || !about->is_visible()) throw Refusal(Reason::kNotFound, hex(item.to->view()));
  if (!item.emoji.empty()) return Reaction{*item.to, item.emoji};
  return Remark{*item.to, item.manner, item.text};
}

Event event_of(const Foreign& item, const Bytes& source, const Journal& journal, const Stamp& stamp, const Zone& here) {
  if (item.origin.size() > kOriginLimit) throw Refusal::too_long("origin", kOriginLimit);
  if (!item.source.empty() && item.source.size() != kSourceLength) throw Refusal(Reason::kBadRequest, "source");
  if (!item.attachments.empty() && (item.to || !item.practice.empty())) throw Refusal(Reason::kNotItsKind, "attach");
  Payload payload = item.to                 ? remark_of(item, journal)
                    : item.practice.empty() ? entry_of(item, source, here)
                                            : answer_of(item, journal);
  Event event{stamp.now_ms, stamp.offset_minutes, {}, std::move(payload)};
  const crypto::SecretBytes bytes = encode_event(event);
  if (bytes.view().size() > kTextLimit + kRoomBesideText / 2) throw Refusal::too_long("text", kTextLimit);
  if (!decode_event(bytes.view())) throw Refusal(Reason::kBadRequest, "event");
  return event;
}

// An entry of this very journal, exported and read again.
std::optional<RecordId> itself(const Journal& journal, std::string_view origin) {
  if (!origin.starts_with(kOwnOrigin)) return std::nullopt;
  const auto bytes = from_hex(origin.substr(kOwnOrigin.size()));
  const auto id = bytes ? RecordId::from(*bytes) : std::nullopt;
  const auto noted = id ? journal.records().by_id(*id) : std::nullopt;
  if (!noted || !journal.is_mine(noted->device)) return std::nullopt;
  return noted->is_entry() || noted->is_letter() ? id : std::nullopt;
}

}  // namespace

Bytes source_of(const Foreign& item) {
  if (!item.source.empty()) return item.source;
  const Bytes again = number_bytes(item.again);
  ByteArray<32> hash{};
  if (!item.origin.empty()) {
    hash = crypto::hash_bytes("import.origin", {as_bytes(item.origin), again});
  } else {
    hash = crypto::hash_bytes("import.words", {as_bytes(item.text), number_bytes(item.at.at_ms),
                                               number_bytes(item.at.day_only ? 1 : 0), again});
  }
  return Bytes(hash.begin(), hash.begin() + kSourceLength);
}

namespace {

// The latest reaction holds; of remarks one that says the same.
std::optional<RecordId> find_said(const Journal& journal, const Foreign& item) {
  Wanted wanted = said_about(*item.to);
  wanted.mine = true;
  wanted.newest_first = true;
  std::optional<RecordId> same;
  journal.records().each(wanted, [&](const Noted& said) {
    const auto* reaction = std::get_if<Reaction>(&said.what);
    const auto* remark = std::get_if<Remark>(&said.what);
    if (!item.emoji.empty() && reaction != nullptr) {
      if (reaction->emoji == item.emoji) same = said.id;
      return false;
    }
    if (item.emoji.empty() && remark != nullptr && remark->manner == item.manner && remark->text == item.text)
      same = said.id;
    return !same;
  });
  return same;
}

std::optional<RecordId> find_answer(const Journal& journal, const Foreign& item) {
  Wanted wanted;
  wanted.kinds = only(Kind::kAnswer);
  wanted.mine = true;
  wanted.practice = item.practice;
  wanted.period = item.period;
  std::optional<RecordId> same;
  journal.records().each(wanted, [&](const Noted& noted) {
    const auto* answer = std::get_if<Answer>(&noted.what);
    if (answer != nullptr && answer->form == item.fields) same = noted.id;
    return !same;
  });
  return same;
}

}  // namespace

std::optional<RecordId> find_own(const Journal& journal, const Foreign& item, const Bytes& source) {
  if (item.to) return find_said(journal, item);
  if (!item.practice.empty()) return find_answer(journal, item);
  Wanted wanted;
  wanted.kinds = only(Kind::kEntry);
  wanted.mine = true;
  wanted.source = source;
  const std::vector<Line> known = journal.records().lines(wanted);
  return known.empty() ? itself(journal, item.origin) : std::optional(known.front().id);
}

namespace {

// Of a batch: what is to be written, and what becomes of each item.
struct Sorted {
  std::vector<Event> events;
  std::vector<std::size_t> places;  // of the events among the items
};

Sorted sort_out(const ForeignBatch& batch, const Journal& journal, const Stamp& stamp, const Zone& here,
                std::vector<Imported::Taken>& items) {
  Sorted sorted;
  std::set<Bytes> sources;  // of this batch
  for (const Foreign& item : batch.items) {
    Imported::Taken& taken = items.emplace_back();
    const Bytes source = source_of(item);
    try {
      taken.id = find_own(journal, item, source);
      taken.already_there = taken.id.has_value();
      if (taken.already_there) continue;
      Event event = event_of(item, source, journal, stamp, here);
      taken.already_there = std::holds_alternative<Entry>(event.payload) && !sources.insert(source).second;
      if (taken.already_there) continue;
      sorted.events.push_back(std::move(event));
      sorted.places.push_back(items.size() - 1);
    } catch (const Refusal& refusal) {
      taken.refused = refusal;
    }
  }
  return sorted;
}

}  // namespace

Imported Shelf::import(const ForeignBatch& batch, ByteView request) {
  if (batch.items.size() > kBatchLimit) throw Refusal::too_long("batch", kBatchLimit);
  Journal& journal = batch.journal.empty() ? state_->notebook() : state_->find(batch.journal);
  Imported imported;
  imported.repeated = !request.empty() && state_->parts.log.answered(request).has_value();
  imported.journal = journal.secrets().name;
  imported.shared = journal.shared();
  imported.shared_with = journal.shared() ? journal.secrets().other : std::string();
  Sorted sorted = state_->sound([&] {
    imported.items.clear();
    return sort_out(batch, journal, state_->stamp(), state_->here, imported.items);
  });
  if (batch.try_only || sorted.events.empty()) return imported;
  const std::vector<RecordId> ids =
      state_->with_room([&] { return state_->sound([&] { return journal.append_all(sorted.events, request); }); });
  for (std::size_t i = 0; i < ids.size(); ++i) imported.items[sorted.places[i]].id = ids[i];
  state_->herald.grew(journal);
  state_->fold_all();
  return imported;
}

}  // namespace duolog::journal
