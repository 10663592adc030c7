// journal_kept.cc: what a notebook hands from one of a person's devices to the others: journals, and their epochs.
// Spec: proto/README.md sections 3.3 and 3.4.
//
//   mean() ─► to_take_up_ ─► is its author believed? ─► taken into the vault; counted as kept
//                └─ of a journal that is not here: parked until it is
//
// Whoever has a lost device can name any number of places: each author has so many in memory, and the view keeps the
// rest. So nobody's places wait for another's.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/devices.h"
#include "daemon/journal/journal.h"

namespace duolog::journal {
namespace {

constexpr std::size_t kWaitingByOne = 4096;
constexpr std::size_t kKeptByOthers = 16384;  // that count: what does not is kept once more, by this device

}  // namespace

// ---- as it is read ----

void Journal::mean(const Place& place, const JournalKept& kept) {
  if (shared() || !place.mine) return;
  if (place.device != self()) return to_take_up(place);
  count_kept(facts_.journals_kept, kept.genesis.id(), {place.device, place.seq, place.header.epoch});
}

void Journal::mean(const Place& place, const EpochKept& kept) {
  if (shared() || !place.mine) return;
  if (place.device != self()) return to_take_up(place);
  count_kept(facts_.epochs_kept, crypto::epoch_id(kept.journal, kept.secret),
             {place.device, place.seq, place.header.epoch});
}

// Of each author under each epoch the first says it all.
template <class Id>
void Journal::count_kept(std::map<Id, std::vector<KeptFact>>& kept, const Id& what, const KeptFact& fact) {
  const auto same = [&](const KeptFact& one) { return one.by == fact.by && one.under == fact.under; };
  const auto known = kept.find(what);
  if (known != kept.end() && std::ranges::any_of(known->second, same)) return;
  if (fact.by != self() && kept_by_others_ >= kKeptByOthers) return;
  if (fact.by != self()) ++kept_by_others_;
  kept[what].push_back(fact);
  facts_changed_ = true;
}

void Journal::restore_kept() {
  kept_by_others_ = 0;
  const auto count = [this](const auto& kept) {
    for (const auto& [what, facts] : kept)
      for (const KeptFact& one : facts) kept_by_others_ += one.by != self() ? 1 : 0;
  };
  count(facts_.journals_kept);
  count(facts_.epochs_kept);
}

bool Journal::is_believed(const DeviceId& device, std::uint64_t seq) const {
  return membership_.enrolled().contains(device) && !is_from_removed(device, seq);
}

bool Journal::any_believed(const std::vector<KeptFact>& kept) const {
  return std::ranges::any_of(kept,
                             [this](const KeptFact& one) { return one.by == self() || is_believed(one.by, one.seq); });
}

bool Journal::keeps(const JournalId& journal) const {
  const auto kept = facts_.journals_kept.find(journal);
  return kept != facts_.journals_kept.end() && any_believed(kept->second);
}

bool Journal::kept_within(const JournalId& journal, const std::map<DeviceId, std::uint64_t>& ends) const {
  const auto kept = facts_.journals_kept.find(journal);
  return kept != facts_.journals_kept.end() && std::ranges::any_of(kept->second, [&](const KeptFact& one) {
           const auto end = ends.find(one.by);
           return end != ends.end() && one.seq <= end->second;
         });
}

bool Journal::keeps(const EpochId& epoch) const {
  const auto kept = facts_.epochs_kept.find(epoch);
  return kept != facts_.epochs_kept.end() && any_believed(kept->second);
}

// Whether it lists that device says nothing: whoever is let in is handed the epochs from before. It has them all, up to
// the first whose writer knew that it is out.
bool Journal::has_told_removed(const EpochId& epoch) const {
  if (membership_.removed_of(person_).empty()) return false;
  const auto kept = facts_.epochs_kept.find(epoch);
  if (kept == facts_.epochs_kept.end()) return false;
  return std::ranges::any_of(kept->second, [this](const KeptFact& one) {
    return std::ranges::any_of(facts_.epochs, [&](const EpochFact& under) {
      return under.id == one.under && !knew_of_removals(person_, membership_, under.meta);
    });
  });
}

// ---- what others keep: secrets are not held meanwhile, the place is ----

void Journal::to_take_up(const Place& place) {
  pend(place, kToTakeUp);
  wait_to_take_up(place.device, place.seq);
}

void Journal::wait_to_take_up(const DeviceId& device, std::uint64_t seq) {
  Waiting& waiting = to_take_up_[device];
  if (waiting.places.size() + waiting.parked.size() >= kWaitingByOne) {
    more_to_take_up_ = true;
  } else if (!waiting.parked.contains(seq)) {
    waiting.places.insert(seq);
  }
}

bool Journal::take_up_kept(const TakingUp& with) {
  for (auto& [device, waiting] : to_take_up_) {
    const auto came = [&](const auto& parked) { return with.is_here(parked.second); };
    for (const auto& parked : waiting.parked)
      if (came(parked)) waiting.places.insert(parked.first);
    std::erase_if(waiting.parked, came);
  }
  Places taken;
  bool all = true;
  for (auto& [device, waiting] : to_take_up_) all = all && take_up_next(device, waiting, with, taken);
  if (!taken.empty()) {
    with.keep();
    wait_no_more(taken);
  }
  return all;
}

// False: enough for this time.
bool Journal::take_up_next(const DeviceId& device, Waiting& waiting, const TakingUp& with, Places& taken) {
  const auto cut = membership_.cut(person_, device);
  for (auto at = waiting.places.begin(); at != waiting.places.end();) {
    const bool never = cut && *at > cut->seq;  // nor ever after: a cut only falls
    if (!never && !is_believed(device, *at)) {
      ++at;
      continue;
    }
    JournalId of;
    const Taken how = never ? Taken::kYes : take_up_at(device, *at, with, of);
    if (how == Taken::kEnough) return false;
    if (how == Taken::kYes) taken.emplace_back(device, *at);
    if (how == Taken::kOfAJournalNotHere) waiting.parked.emplace(*at, of);
    at = how == Taken::kYes ? std::next(at) : waiting.places.erase(at);
  }
  return true;
}

Journal::Taken Journal::take_up_at(const DeviceId& device, std::uint64_t at, const TakingUp& with, JournalId& of) {
  Taken how = Taken::kYes;  // what does not open is not shown again
  log_.one_to_open(id_, device, at, [&](std::uint64_t seq, const RecordId& id, const crypto::Record& record) {
    const auto header = crypto::decode_header(record.head);
    Opened opened;
    if (header) opened = open({device, seq, id, *header, true}, record);
    if (!opened.event) return false;
    const KeptFact fact{device, seq, header->epoch};
    if (const auto* kept = std::get_if<EpochKept>(&opened.event->payload)) {
      of = kept->journal;
      count_kept(facts_.epochs_kept, crypto::epoch_id(kept->journal, kept->secret), fact);
    } else if (const auto* journal = std::get_if<JournalKept>(&opened.event->payload)) {
      of = journal->genesis.id();
      count_kept(facts_.journals_kept, of, fact);
    }
    how = with.take(*opened.event);
    return false;
  });
  return how;
}

void Journal::wait_no_more(const Places& places) {
  file_.transaction([&] {
    for (const auto& [device, seq] : places) view_->done(device, seq);
    keep();
  });
  for (const auto& [device, seq] : places) to_take_up_[device].places.erase(seq);
  if (!std::exchange(more_to_take_up_, false)) return;
  for (const View::Pending& one : view_->pending())
    if (one.why == kToTakeUp) wait_to_take_up(one.device, one.seq);
}

}  // namespace duolog::journal
