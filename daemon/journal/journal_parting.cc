// journal_parting.cc: that a person has left a journal, as their own devices tell each other, and as the other is told
// who was meant to know. Spec: proto/README.md section 3.4b.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/journal.h"

namespace duolog::journal {

constexpr std::ptrdiff_t kPartedBy = 128;  // of one device, of journals that are not here

// Of one device the earliest of each kind: which of them counts, a removal may still decide.
void Journal::mean(const Place& place, const Parted& parted) {
  if (place.header.kind != crypto::RecordKind::kEvent || parted.journal.has_value() == shared()) return;
  if (!place.mine) return alarm("parted:" + secrets().name);
  const PartedFact fact{parted.journal.value_or(id_), parted.forgotten, place.device, place.seq};
  const auto same = [&](const PartedFact& one) {
    return one.journal == fact.journal && one.forgotten == fact.forgotten && one.by == fact.by;
  };
  const auto known = std::ranges::find_if(facts_.parted, same);
  if (known != facts_.parted.end() && known->seq <= fact.seq) return;
  const bool is_full = std::ranges::count(facts_.parted, fact.by, &PartedFact::by) >= kPartedBy;
  if (is_full && known == facts_.parted.end() && !identity_.has(fact.journal)) return;
  if (known != facts_.parted.end()) facts_.parted.erase(known);
  facts_.parted.push_back(fact);
  facts_changed_ = true;
}

// A shared journal is left by what this very device has said in it: another one of one's own tells the notebook. Else
// whoever is let in through one journal alone could shut it on all the others.
std::optional<bool> Journal::parted_from(const JournalId& journal) const {
  std::optional<bool> forgotten;
  for (const PartedFact& fact : facts_.parted)
    if (fact.journal == journal && is_believed(fact.by, fact.seq) && (!shared() || fact.by == self()))
      forgotten = forgotten.value_or(false) || fact.forgotten;
  return forgotten;
}

}  // namespace duolog::journal
