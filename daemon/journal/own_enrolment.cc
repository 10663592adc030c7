// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/own_enrolment.h"

#include "daemon/journal/ends.h"
#include "daemon/journal/notebook.h"
#include "daemon/journal/roster.h"

namespace duolog::journal {
namespace {

constexpr const char* kGiver = "/by";
constexpr const char* kRead = "/read";

std::string mark_of(const JournalId& journal) { return "homecoming/" + hex(journal.bytes); }

}  // namespace

Handed handed_by_words(const crypto::RootKeys& root, crypto::Chain chain, std::string person, Returned& returned) {
  Handed handed{root.public_keys(), root.psk_master().clone(), std::move(chain), std::move(person), {}};
  const bool has_notebook = !returned.journals.empty() && !returned.journals.front().secrets.shared();
  if (!has_notebook) handed.journals.push_back(new_notebook(handed.root));
  for (Returned::Journal& journal : returned.journals) handed.journals.push_back(std::move(journal.secrets));
  return handed;
}

void note_homecoming(store::LocalState& state, const Returned& returned) {
  for (const Returned::Journal& journal : returned.journals) {
    Bytes reached;
    append_ends(reached, journal.reached);
    state.put_soon(mark_of(journal.secrets.id), reached);
    Roster roster(state, journal.secrets.genesis);
    const auto giver = returned.giver.empty() ? std::nullopt : roster.prove(returned.giver);
    if (!giver) continue;
    roster.add(returned.giver, *giver, true);
    state.put_soon(mark_of(journal.secrets.id) + kGiver, giver->device.id().bytes);
  }
}

std::optional<Reached> homecoming_in(const store::LocalState& state, const JournalId& journal) {
  const auto kept = state.get(mark_of(journal));
  if (!kept) return std::nullopt;
  return read_ends(*kept);
}

std::optional<DeviceId> giver_of(const store::LocalState& state, const JournalId& journal) {
  const auto kept = state.get(mark_of(journal) + kGiver);
  return kept ? DeviceId::from(*kept) : std::nullopt;
}

void note_read_whole(store::LocalState& state, const JournalId& journal) {
  if (!was_read_whole(state, journal)) state.put_soon(mark_of(journal) + kRead, {});
}
bool was_read_whole(const store::LocalState& state, const JournalId& journal) {
  return state.get(mark_of(journal) + kRead).has_value();
}

void enrol_itself(store::SealedLog& log, const Identity& identity, const JournalId& journal, const EpochId& epoch,
                  const Stamp& stamp) {
  const crypto::DeviceKeys& self = identity.keys();
  const crypto::EpochSecret* secret = identity.journal(journal).epoch(epoch);
  check(secret != nullptr, "a device enrols itself under an epoch that is not known");
  const auto bytes =
      encode_event({stamp.now_ms, stamp.offset_minutes, {}, DeviceAdd{identity.chain(), kPairedByWords}});
  log.append(journal, self.id(), [&](const crypto::ChainPosition& at) {
    return crypto::make_event_record(journal, self, crypto::RecordKind::kMembership, at, epoch,
                                     crypto::record_key(*secret, self.id()), bytes.view());
  });
}

}  // namespace duolog::journal
