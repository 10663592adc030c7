// shelf_change.cc: an entry is changed, and words are taken back: both by their author alone.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <iterator>
#include <set>

#include "daemon/journal/compose.h"
#include "daemon/journal/reading.h"
#include "daemon/journal/shelf_state.h"

namespace duolog::journal {
namespace {

void require_mine(const Meant& found) {
  if (!found.journal->is_mine(found.noted.device)) throw Refusal(Reason::kNotYours, found.journal->secrets().other);
}

std::string other_of(const Journal& journal) { return journal.shared() ? journal.secrets().other : std::string(); }

// ---- edit ----

Versions require_entry(const Meant& found) {
  const bool gone = found.noted.kind() == Kind::kTakenBack;
  if (!may_have_versions(found.noted)) throw Refusal(gone ? Reason::kGone : Reason::kNotItsKind, "edit");
  Versions versions = versions_of(found.noted, true);
  if (versions.newest() == nullptr) throw Refusal(Reason::kGone);
  return versions;
}

// What comes after would not count.
void require_room(const Versions& versions, const DeviceId& device) {
  const auto by_it = [&](const Version& one) { return one.line.device == device && one.line.target; };
  if (std::ranges::count_if(versions.all, by_it) >= static_cast<std::ptrdiff_t>(kEditsCounted))
    throw Refusal::too_long("versions", kEditsCounted);
}

// REQUIRES: it was not taken back.
Entry words_of(const Journal& journal, const Version& version) {
  return version.content ? *version.content : *content_of(journal.records().read_record(version.line));
}

// Those that its writer saw, the newest last; what was taken back meanwhile replaces nothing.
std::vector<const Version*> versions_seen(const Versions& versions, const std::vector<std::string>& named) {
  if (named.empty()) return versions.shown();
  std::vector<const Version*> seen;
  for (const Version& one : versions.all)
    if (!one.gone && std::find(named.begin(), named.end(), hex(one.line.id.view())) != named.end())
      seen.push_back(&one);
  if (seen.empty()) throw Refusal(Reason::kBadRequest, "replaces");
  return seen;
}

Entry reworded(const Entry& before, const Rewording& wanted, std::int64_t now_ms, const Zone& zone) {
  Draft draft;
  draft.text = wanted.text.value_or(before.text);
  draft.tags = wanted.tags.value_or(before.tags);
  draft.mood = wanted.mood.value_or(before.mood);
  draft.on = wanted.on.value_or("");
  draft.attachments = before.attachments;
  Entry after = compose(draft, now_ms, zone);
  if (!wanted.on) after.about = before.about;
  after.between_us = before.between_us;
  after.first_written = before.first_written;
  after.source = before.source;
  return after;
}

bool same_moment(const std::optional<Moment>& a, const std::optional<Moment>& b) {
  return a.has_value() == b.has_value() &&
         (!a || (a->at_ms == b->at_ms && a->offset_minutes == b->offset_minutes && a->day_only == b->day_only));
}

bool same_words(const Entry& a, const Entry& b) {
  return a.text == b.text && a.tags == b.tags && a.mood == b.mood && same_moment(a.about, b.about);
}

// ---- take back ----

// The answer that met this one must be open as well: whoever takes theirs back must not have been the only one read.
bool opened_for_both(const Journal& journal, const Noted& noted) {
  const auto& sealed = std::get<SealedNote>(noted.what);
  if (!journal.answers().look(noted.id).published) return false;
  Wanted wanted;
  wanted.kinds = only(Kind::kSealed);
  wanted.practice = sealed.practice;
  wanted.period = sealed.period;
  wanted.mine = false;
  bool met = false;
  bool opened = false;
  journal.records().each(wanted, [&](const Noted& other) {
    const auto* theirs = std::get_if<SealedNote>(&other.what);
    if (theirs == nullptr || theirs->rule != sealed.rule) return true;
    met = true;
    opened = opened || journal.answers().look(other.id).published;
    return true;
  });
  return met ? opened : sealed.rule.after.has_value();
}

// The records whose words go with it; none where it is gone already.
std::vector<Erase::One> records_of(const Meant& found) {
  require_mine(found);
  const Noted& noted = found.noted;
  if (may_have_versions(noted)) {
    std::vector<Erase::One> all;
    for (const Version& one : versions_of(noted, true).all) {
      if (one.gone) continue;
      Erase::One& named = all.emplace_back(Erase::One{one.line.id});
      if (one.line.id != noted.id) named.entry = noted.id;
    }
    return all;
  }
  if (noted.kind() == Kind::kTakenBack) return {};
  if (noted.is_remark() || noted.is_letter()) return {{noted.id}};
  if (const auto* answer = std::get_if<Answer>(&noted.what)) return {{noted.id, answer->practice, answer->period}};
  const auto* sealed = std::get_if<SealedNote>(&noted.what);
  if (sealed == nullptr) throw Refusal(Reason::kNotItsKind, "take back");
  if (!opened_for_both(*found.journal, noted)) throw Refusal(Reason::kStaysAsGiven);
  return {{noted.id, sealed->practice, sealed->period, crypto::encode_rule(sealed->rule)}};
}

struct Plan {
  TakenAway told;
  std::map<JournalId, std::vector<Erase::One>> records;
};

Plan plan_for(const Shelf& shelf, const TakingBack& wanted) {
  Plan plan;
  std::set<RecordId> planned;
  std::set<std::string> persons;
  const Zone here(shelf.parts().zone);
  for (const std::string& id : wanted.ids) {
    const Meant found = find_one(shelf, {id, wanted.journal});
    if (!planned.insert(found.noted.id).second) continue;
    std::vector<Erase::One> records = records_of(found);
    if (records.empty()) continue;  // as it was asked for
    auto& all = plan.records[found.journal->id()];
    std::move(records.begin(), records.end(), std::back_inserter(all));
    plan.told.items.push_back(make_item(*found.journal, found.noted, here));
    if (found.journal->shared()) persons.insert(found.journal->secrets().other);
  }
  if (plan.told.items.empty()) throw Refusal(Reason::kGone);
  plan.told.shared_with.assign(persons.begin(), persons.end());
  return plan;
}

std::vector<Event> events_of(std::vector<Erase::One>& records, const Stamp& stamp) {
  std::vector<Event> events;
  for (std::size_t at = 0; at < records.size(); at += kErasedLimit) {
    Erase& erase = std::get<Erase>(events.emplace_back(Event{stamp.now_ms, stamp.offset_minutes, {}, Erase{}}).payload);
    const auto first = records.begin() + static_cast<std::ptrdiff_t>(at);
    const auto count = static_cast<std::ptrdiff_t>(std::min(kErasedLimit, records.size() - at));
    erase.records.assign(std::make_move_iterator(first), std::make_move_iterator(first + count));
  }
  return events;
}

}  // namespace

Changed Shelf::edit(const Rewording& wanted, ByteView request) {
  const auto before = state_->answered_before(request);
  const Meant found = find_one(*this, wanted.entry);
  require_mine(found);
  Changed changed{found.noted.id,    found.journal->secrets().name, false, {}, other_of(*found.journal),
                  before.has_value()};
  if (before) {
    changed.edited_at = before->written_at;
    return changed;
  }
  const auto edit = sound(*this, [&]() -> std::optional<Edit> {
    const Versions versions = require_entry(found);
    require_room(versions, state_->parts.identity.keys().id());
    std::vector<const Version*> seen = versions_seen(versions, wanted.replaces);
    if (seen.size() > kReplacesLimit) seen.erase(seen.begin(), seen.end() - kReplacesLimit);
    const Entry was = words_of(*found.journal, *seen.back());
    Edit made{found.noted.id, reworded(was, wanted, now(), state_->here), {}};
    if (seen.size() == 1 && same_words(made.content, was)) return std::nullopt;
    for (const Version* one : seen) made.replaces.push_back(one->line.id);
    return made;
  });
  changed.unchanged = !edit;
  if (edit) changed.edited_at = state_->save(*by_id(found.journal->id()), *edit, request).written_at;
  return changed;
}

// All of a journal at once, or nothing, and folded once. The request goes with what is written last: what a repetition
// meets before that is gone already, and passed over.
TakenAway Shelf::take_back(const TakingBack& wanted, ByteView request) {
  if (state_->answered_before(request)) return {};
  if (wanted.ids.empty()) throw Refusal(Reason::kBadRequest, "id");
  Plan plan = sound(*this, [&] { return plan_for(*this, wanted); });
  if (wanted.look_only) return std::move(plan.told);
  const std::size_t count = plan.told.items.size();
  if (count > kTakenBackUnasked && wanted.confirmed != count) {
    Refusal refusal(Reason::kWantsConfirming);
    refusal.offset = count;
    refusal.limit = kTakenBackUnasked;
    throw refusal;
  }
  for (auto& [id, records] : plan.records) {
    Journal& journal = *by_id(id);
    std::vector<Event> events = events_of(records, state_->stamp());
    const bool last = id == plan.records.rbegin()->first;
    state_->with_room(
        [&] { return state_->sound([&] { return journal.append_all(events, last ? request : ByteView()); }); });
    state_->herald.grew(journal);
  }
  state_->fold_all();
  return std::move(plan.told);
}

History history(const Shelf& shelf, const Target& target) {
  return sound(shelf, [&]() -> History {
    const Meant found = find_one(shelf, target);
    if (!may_have_versions(found.noted)) throw Refusal(Reason::kNotItsKind, "history");
    return {make_item(*found.journal, found.noted, Zone(shelf.parts().zone)),
            versions_of(found.noted, found.journal->is_mine(found.noted.device)).all};
  });
}

// It may have been taken back since it was listed.
ItemVersion with_words(const Shelf& shelf, const History& history, const Version& version) {
  return sound(shelf, [&] {
    const auto journals = shelf.journals();
    const auto found = std::ranges::find(journals, history.item.journal_id, &Journal::id);
    if (found == journals.end()) throw Refusal(Reason::kNotFound, hex(history.item.id.view()));
    const Journal& journal = **found;
    Version now = version.gone ? version : version_of(journal.records().read_record(version.line), version.line.mine);
    now.shown = version.shown && !now.gone;
    return described(journal, now);
  });
}

}  // namespace duolog::journal
