// shelf_homecoming.cc: this device came back with the words, and makes itself a member of what was given back, as soon
// as all is read that its giver held: who was removed stands there, and must not be counted in by what it writes next.
// Spec: proto/README.md section 3.4.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/own_enrolment.h"
#include "daemon/journal/shelf_state.h"

namespace duolog::journal {
namespace {

// Under which the others can read it: the current one, or the deepest there is where the live ones have none.
std::optional<EpochId> epoch_of_others(const Journal& journal) {
  if (const auto current = journal.membership().current()) return current;
  const auto& epochs = journal.facts().epochs;
  const auto deepest =
      std::ranges::max_element(epochs, {}, [](const EpochFact& one) { return std::make_pair(one.depth, one.id); });
  if (deepest == epochs.end() || deepest->depth == 0) return std::nullopt;
  return deepest->id;
}

// A log that was found to be forked since is never read to where it reached.
bool has_read(const Journal& journal, const Reached& reached) {
  return std::ranges::all_of(reached, [&](const auto& end) {
    const auto& [device, seq] = end;
    const auto folded = journal.folded().find(device);
    return (folded != journal.folded().end() && folded->second >= seq) || seq == 0 ||
           journal.membership().frozen(device);
  });
}

// It came back with its notebook, and this journal is one of those that the notebook kept by then: nobody else need be
// there to say that it is a member. Of one that another device has brought into the notebook since, that one says so.
bool came_with_notebook(const Shelf::Parts& parts, const Journal& notebook, const JournalId& journal) {
  const auto reached = homecoming_in(parts.state, notebook.id());
  return reached && journal != notebook.id() && notebook.kept_within(journal, *reached);
}

// Under which epoch it may say now that it is a member; nullopt: not yet, or it has no need to, or no right.
std::optional<EpochId> may_enrol_itself(const Shelf::Parts& parts, const Journal& notebook, const Journal& journal) {
  const DeviceId& self = parts.identity.keys().id();
  const Membership& members = journal.membership();
  const bool is_out = members.removed(parts.identity.root().id(), self) || journal.held() || journal.secrets().parted;
  if (!journal.secrets().awaited || is_out || members.was_enrolled(self) || members.enrolled().empty())
    return std::nullopt;
  const auto reached = homecoming_in(parts.state, journal.id());
  if (reached ? !has_read(journal, *reached) : !came_with_notebook(parts, notebook, journal.id())) return std::nullopt;
  auto epoch = epoch_of_others(journal);
  if (epoch && journal.secrets().epoch(*epoch) == nullptr) epoch.reset();  // the disk has refused to keep it
  return epoch;
}

}  // namespace

// Once a start at most: what cannot be read back would be written for ever.
bool Shelf::State::come_home() {
  bool wrote = false;
  const DeviceId& self = parts.identity.keys().id();
  for (const auto& journal : journals) {
    journal->wait_to_be_read(journal->secrets().awaited && came_with_notebook(parts, notebook(), journal->id()) &&
                             !was_read_whole(parts.state, journal->id()));
    const auto epoch = may_enrol_itself(parts, notebook(), *journal);
    if (!epoch || devices_told.contains({journal->id(), self, true})) continue;
    const bool written = as_far_as_possible([&] {
      enrol_itself(parts.log, parts.identity, journal->id(), *epoch, stamp());
      devices_told.emplace(journal->id(), self, true);
      wrote = true;
      herald.grew(*journal);
    });
    refused = refused || !written;
  }
  return wrote;
}

}  // namespace duolog::journal
