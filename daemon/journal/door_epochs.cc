// door_epochs.cc: epochs that one device of a journal asks another for. Spec: proto/README.md sections 3.3 and 3.7.
//
// Two that add a member and rotate at once leave an epoch without a slot for the new one; whoever comes back with the
// words, or has lost what it learnt, has no slot in any. Each is a member by what everybody reads; so is who may have
// it.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <new>

#include "daemon/journal/door.h"
#include "daemon/journal/journal.h"

namespace duolog::journal {

std::vector<EpochId> Door::epochs_wanted(const JournalId& id) const {
  const Journal* journal = shelf_.by_id(id);
  return journal != nullptr && !journal->secrets().parted ? journal->epochs_lacking() : std::vector<EpochId>();
}

// A chain admits to a session and to no key: that takes an enrolment, as this device's own fold has it. Whoever is
// removed anywhere gets none; nor does anybody while it is not known here why the epoch's writer left somebody out, for
// that one may be the asker. A journal that is held is as old as its backup: who was removed since is live there.
const crypto::EpochSecret* Door::epoch_for(const JournalId& id, const DeviceId& other, const EpochId& epoch) const {
  const Journal* journal = shelf_.by_id(id);
  if (journal == nullptr || journal->secrets().parted || journal->secrets().awaited || journal->held()) return nullptr;
  const crypto::ProvenDevice* asker = journal->roster().find(other);
  if (asker == nullptr || !journal->membership().live(other) || !may_talk(id, *asker)) return nullptr;
  return journal->epoch_to_give(epoch);
}

void Door::epochs_came(const JournalId& id, std::vector<crypto::EpochSecret> secrets) {
  Journal* journal = shelf_.by_id(id);
  if (journal == nullptr || journal->secrets().parted) return;
  std::erase_if(secrets,
                [&](const crypto::EpochSecret& one) { return !journal->waits_for(crypto::epoch_id(id, one)); });
  try {
    journal->know(std::move(secrets));
  } catch (const store::NotDurable&) {  // NOLINT(bugprone-empty-catch)
  } catch (const std::bad_alloc&) {     // NOLINT(bugprone-empty-catch): what wants locked memory came from outside
  }
}

}  // namespace duolog::journal
