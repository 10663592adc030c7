// door.cc: values for net, hooks for sync.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/door.h"

#include "daemon/journal/devices.h"
#include "daemon/journal/held_there.h"
#include "daemon/journal/items.h"
#include "daemon/journal/own_enrolment.h"

namespace duolog::journal {
namespace {

constexpr std::size_t kNewestEpochs = 2;  // of every journal come before the older ones of any

// A journal's epochs worth a handshake, newest first: all but epoch zero, which is the roots' alone.
std::vector<const crypto::EpochSecret*> talking_epochs(const JournalSecrets& journal) {
  std::vector<const crypto::EpochSecret*> epochs;
  for (std::size_t i = journal.epochs.size(); i > 1; --i) epochs.push_back(&journal.epochs[i - 1]);
  return epochs;
}

PskCandidate candidate(const JournalId& journal, const crypto::EpochSecret& epoch) {
  return {journal, crypto::epoch_id(journal, epoch),
          crypto::PreparedPsk(crypto::prologue('P', {journal.bytes}), crypto::net_psk(epoch)),
          crypto::onion_client(epoch)};
}

// Whoever gave a journal back to somebody who came with the words alone, until that one is a member: its enrolment may
// stand far behind in a log that nobody else brings.
void add_giver(std::vector<LiveMember>& members, const Journal& journal, const store::LocalState& state) {
  const auto giver = giver_of(state, journal.id());
  const crypto::ProvenDevice* known = giver ? journal.roster().find(*giver) : nullptr;
  if (known == nullptr || journal.is_mine(*giver) || journal.membership().shuts_out(*known)) return;
  if (std::ranges::find(members, *giver, &LiveMember::device) == members.end())
    members.push_back({*giver, known->device.noise, known->name, author_name(journal, *giver), false, false});
}

// As a shared journal says it.
bool has_other_devices(Shelf& shelf) {
  const Identity& identity = shelf.parts().identity;
  return std::ranges::any_of(identity.journals(), [&](const JournalSecrets& secrets) {
    const Journal* journal = secrets.shared() ? shelf.by_id(secrets.id) : nullptr;
    if (journal == nullptr) return false;
    return std::ranges::any_of(journal->membership().live(), [&](const DeviceId& device) {
      return device != identity.keys().id() && journal->is_mine(device);
    });
  });
}

}  // namespace

Introduction Door::introduction() const {
  const Identity& identity = shelf_.parts().identity;
  return {identity.chain(), identity.person()};
}

std::vector<JournalId> Door::journals() const {
  std::vector<JournalId> ids;
  for (const JournalSecrets& secrets : shelf_.parts().identity.journals()) {
    const Journal* journal = shelf_.by_id(secrets.id);
    if (secrets.parted && !shelf_.is_telling(secrets.id)) continue;  // its psks open nothing, nobody is dialled
    // A notebook that was restored may be older than this person's other devices: those know it, and come. So may one
    // of which a copy goes on elsewhere, or whose last commit was lost.
    const bool elsewhere =
        secrets.shared() || secrets.awaited || (journal != nullptr && journal->held()) || has_other_devices(shelf_);
    if (journal != nullptr && (elsewhere || journal->membership().live().size() > 1)) ids.push_back(secrets.id);
  }
  return ids;
}

std::vector<LiveMember> Door::members(const JournalId& id) const {
  std::vector<LiveMember> members;
  const Journal* journal = shelf_.by_id(id);
  if (journal == nullptr) return members;
  for (const DeviceId& device : journal->membership().live()) {
    const crypto::ProvenDevice& known = journal->membership().enrolled().at(device);
    members.push_back({device, known.device.noise, known.name, author_name(*journal, device),
                       device == shelf_.parts().identity.keys().id(), journal->is_mine(device)});
  }
  if (journal->secrets().awaited) {
    add_own(members);
    add_giver(members, *journal, shelf_.parts().state);
  }
  return members;
}

std::optional<LiveMember> Door::find(const JournalId& id, const DeviceId& device) const {
  const auto members = this->members(id);
  const auto member = std::ranges::find(members, device, &LiveMember::device);
  if (member != members.end()) return *member;
  const Journal* journal = shelf_.by_id(id);
  const crypto::ProvenDevice* known = journal != nullptr ? journal->roster().find(device) : nullptr;
  if (known == nullptr) return std::nullopt;
  const bool mine = known->person == shelf_.parts().identity.root().id();
  return LiveMember{device,      known->device.noise,
                    known->name, mine ? shelf_.parts().identity.person() : journal->secrets().other,
                    false,       mine};
}

bool Door::may_be_of(const JournalId& id, const DeviceId& device) const {
  const crypto::Genesis& genesis = shelf_.parts().identity.journal(id).genesis;
  for (const Journal* journal : std::as_const(shelf_).journals())
    if (const crypto::ProvenDevice* known = journal->roster().find(device))
      return genesis.names(known->person) && may_talk(id, *known);
  return true;
}

// Those who can bring a log of which nothing is here: the notebook's live members, and whoever vouches for this device.
void Door::add_own(std::vector<LiveMember>& members) const {
  const Identity& identity = shelf_.parts().identity;
  const Membership& notebook = shelf_.by_id(identity.journals().front().id)->membership();
  const RootId person = identity.root().id();
  const auto add = [&](const DeviceId& id, const NoisePublic& noise, const std::string& name) {
    const bool is_there = std::ranges::find(members, id, &LiveMember::device) != members.end();
    if (is_there || id == identity.keys().id() || notebook.removed(person, id)) return;
    members.push_back({id, noise, name, identity.person(), false, true});
  };
  for (const DeviceId& id : notebook.live())
    add(id, notebook.enrolled().at(id).device.noise, notebook.enrolled().at(id).name);
  for (const crypto::Certificate& certificate : identity.chain())
    if (const auto body = crypto::decode(certificate)) add(body->device.id(), body->device.noise, body->name);
}

std::vector<PskCandidate> Door::psk_candidates() const {
  std::vector<PskCandidate> newest;
  std::vector<PskCandidate> older;
  for (const JournalId& id : journals()) {
    const auto epochs = talking_epochs(shelf_.parts().identity.journal(id));
    for (std::size_t i = 0; i < epochs.size() && i < kPskCandidateLimit; ++i)
      (i < kNewestEpochs ? newest : older).push_back(candidate(id, *epochs[i]));
  }
  for (PskCandidate& one : older)
    if (newest.size() < kPskCandidateLimit) newest.push_back(std::move(one));
  newest.erase(newest.begin() + static_cast<std::ptrdiff_t>(std::min(newest.size(), kPskCandidateLimit)), newest.end());
  return newest;
}

std::optional<crypto::ProvenDevice> Door::prove(const JournalId& id, const crypto::Chain& chain) const {
  const Journal* journal = shelf_.by_id(id);
  if (journal == nullptr || (journal->secrets().parted && !shelf_.is_telling(id))) return std::nullopt;
  auto proven = journal->roster().prove(chain);
  if (!proven || proven->device.id() == shelf_.parts().identity.keys().id()) return std::nullopt;
  if (!may_talk(id, *proven)) return std::nullopt;
  return proven;
}

bool Door::may_talk(const JournalId& id, const crypto::ProvenDevice& device) const {
  const Journal* journal = shelf_.by_id(id);
  if (journal == nullptr || journal->membership().shuts_out(device)) return false;
  const Identity& identity = shelf_.parts().identity;
  if (device.person != identity.root().id()) return true;
  const Membership& notebook = shelf_.by_id(identity.journals().front().id)->membership();
  if (notebook.shuts_out(device)) return false;
  return std::ranges::none_of(identity.journals(), [&](const JournalSecrets& one) {
    const Journal* other = shelf_.by_id(one.id);
    return other != nullptr && other->membership().removed_by_one_of(notebook, device.person, device.device.id());
  });
}

bool Door::admit(const JournalId& id, const crypto::Chain& chain) {
  Journal* journal = shelf_.by_id(id);
  if (journal == nullptr) return false;
  const auto proven = journal->roster().prove(chain);
  return proven && proven->device.id() != shelf_.parts().identity.keys().id() && journal->admit(chain);
}

bool Door::removed_may_have(const JournalId& id, const EpochId& epoch) const {
  const Journal* journal = shelf_.by_id(id);
  if (journal == nullptr) return false;
  const Membership& members = journal->membership();
  bool is_folded = false;
  for (const crypto::RootPublic& person : journal->secrets().genesis.roots()) {
    if (members.removed_of(person.id()).empty()) continue;
    for (const EpochFact& fact : journal->facts().epochs) {
      if (fact.id != epoch) continue;
      is_folded = true;  // one that it wrote itself may say anything of who is gone
      if (members.removed(fact.author) || !knew_of_removals(person.id(), members, fact.meta)) return true;
    }
    if (!is_folded) return true;
  }
  return false;
}

std::optional<std::uint64_t> Door::taken_up_to(const JournalId& id, const DeviceId& device) const {
  const Journal* journal = shelf_.by_id(id);
  const crypto::ProvenDevice* known = journal != nullptr ? journal->roster().find(device) : nullptr;
  if (known == nullptr) return std::nullopt;
  if (const auto cut = journal->membership().cut(known->person, device)) return cut->seq;
  if (may_talk(id, *known)) return std::nullopt;
  const auto head = shelf_.parts().log.head(id, device);
  return head ? head->seq : 0;
}

std::vector<crypto::Chain> Door::chains(const JournalId& id) const {
  const Journal* journal = shelf_.by_id(id);
  return journal != nullptr ? journal->roster().chains() : std::vector<crypto::Chain>();
}

std::uint64_t Door::behind(const JournalId& id, const DeviceId& device) const {
  const Journal* journal = shelf_.by_id(id);
  const auto head = shelf_.parts().log.head(id, shelf_.parts().identity.keys().id());
  if (journal == nullptr || !head) return 0;
  return head->seq - std::min(head->seq, journal->receipts().up_to(device));
}

void Door::session_began(const JournalId& id, const DeviceId& other) {
  const Journal* journal = shelf_.by_id(id);
  if (journal == nullptr) return;
  if (journal->is_mine(other)) return shelf_.has_arrived(other);
  try {
    shelf_.met(id);
  } catch (const store::NotDurable& refused) {
    static_cast<void>(refused);
  }
}

void Door::was_read_whole(const JournalId& id) {
  Journal* journal = shelf_.by_id(id);
  if (journal == nullptr || !journal->waits_to_be_read()) return;
  note_read_whole(shelf_.parts().state, id);
  journal->wait_to_be_read(false);
}

void Door::acknowledged(const JournalId& id, const DeviceId& other, const store::Frontier& frontier) {
  Journal* journal = shelf_.by_id(id);
  if (journal == nullptr) return;
  const std::int64_t now = shelf_.parts().clock.wall().time_since_epoch().count();
  for (const store::FrontierEntry& entry : frontier) {
    if (entry.device != shelf_.parts().identity.keys().id()) continue;
    journal->receipt(other, entry.seq, now);
    // It holds what this device has written since it came back, so it has seen it, and told what it has.
    if (!journal->is_mine(other)) was_read_whole(id);
  }
  remember_held_there(shelf_.parts().state, shelf_.parts().log, *journal, other, frontier);
  shelf_.tell_of(*journal);
}

void Door::forked(const JournalId& id, const DeviceId& device) {
  Journal* journal = shelf_.by_id(id);
  if (journal == nullptr) return;
  journal->freeze(device);
  shelf_.tell_of(*journal);
}

std::vector<crypto::BeaconKey> Door::beacon_keys(const JournalId& id, std::size_t limit) const {
  std::vector<crypto::BeaconKey> keys;
  const auto epochs = talking_epochs(shelf_.parts().identity.journal(id));
  for (std::size_t i = 0; i < std::min(limit, epochs.size()); ++i)
    if (i == 0 || !removed_may_have(id, crypto::epoch_id(id, *epochs[i])))
      keys.push_back(crypto::beacon_key(*epochs[i]));
  return keys;
}

}  // namespace duolog::journal
