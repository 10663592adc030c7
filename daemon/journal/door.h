// door.h: what sync and net need of this room, as values and a few questions. They never see an event.
// Spec: proto/README.md sections 3.4, 3.6 and 3.7.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/beacon.h"
#include "crypto/noise.h"
#include "crypto/onion.h"
#include "daemon/journal/shelf.h"

namespace duolog::journal {

inline constexpr std::size_t kPskCandidateLimit = 32;
inline constexpr std::size_t kDevicesPerPerson = 64;  // ever

// What this device says of itself in handshake messages 2 and 3.
struct Introduction {
  crypto::Chain chain;
  std::string name;  // the person's
};

struct PskCandidate {
  JournalId journal;
  EpochId epoch;
  crypto::PreparedPsk psk;  // under prologue('P', journal)
  crypto::OnionClientSecret onion;
};

// A live device of a journal, this one included; or one that may be, by its chain.
struct LiveMember {
  DeviceId device;
  NoisePublic noise;
  std::string device_name;  // untrusted
  std::string person;       // as the shelf calls them
  bool self = false;
  bool mine = false;  // of this person
};

class Door {
 public:
  explicit Door(Shelf& shelf) : shelf_(shelf) {}

  [[nodiscard]] Introduction introduction() const;
  // Journals that sessions may serve: hidden foundings and awaited ones too; a notebook only where the person has
  // another device, or may have had one before this home was restored.
  [[nodiscard]] std::vector<JournalId> journals() const;
  // Of an awaited journal also this person's other devices, as far as the notebook or this device's own chain names
  // them, and whoever gave it back to somebody who came with the words: one of those brings its log.
  [[nodiscard]] std::vector<LiveMember> members(const JournalId& journal) const;
  // Also one that no member is known to be, and that has proven whose it is; its name and its person may be empty.
  // nullopt: it has not.
  [[nodiscard]] std::optional<LiveMember> find(const JournalId& journal, const DeviceId& device) const;
  // Of somebody of whom this journal is not, or no more: it is not looked for. What nobody knows may be anybody's.
  [[nodiscard]] bool may_be_of(const JournalId& journal, const DeviceId& device) const;
  // The two newest epochs of every journal first, then older ones; at most kPskCandidateLimit.
  [[nodiscard]] std::vector<PskCandidate> psk_candidates() const;

  // Whose device a chain proves, by this journal's genesis: with it a session may be held. nullopt: nobody's here, this
  // very device, or one that may not talk.
  [[nodiscard]] std::optional<crypto::ProvenDevice> prove(const JournalId& journal, const crypto::Chain& chain) const;
  // False: it was removed here, or only such a one vouches for it; and of this person's own devices, also where the
  // notebook says so, or any journal has it removed: one that cannot be written in never hears of it.
  [[nodiscard]] bool may_talk(const JournalId& journal, const crypto::ProvenDevice& device) const;
  // Its log may come in from now on, whoever brings it, also where its device is out: the others have it too.
  // False: not proven, this very device, or too many devices of that person.
  bool admit(const JournalId& journal, const crypto::Chain& chain);
  // Of what is carried by hand: who made it is not known, but by a key. A device that was removed has it, or may.
  [[nodiscard]] bool removed_may_have(const JournalId& journal, const EpochId& epoch) const;
  // Up to where a device's log is taken in then; nullopt: all of it.
  [[nodiscard]] std::optional<std::uint64_t> taken_up_to(const JournalId& journal, const DeviceId& device) const;
  [[nodiscard]] std::vector<crypto::Chain> chains(const JournalId& journal) const;

  // How many records of this device's log that one is not known to hold, met today or not. Of one's own other devices
  // no receipts are kept.
  [[nodiscard]] std::uint64_t behind(const JournalId& journal, const DeviceId& device) const;

  // ---- hooks of a session ----
  // A handshake under this journal's psk is complete: that is the acknowledgement of a founding. Where the disk refuses
  // to note it, the next session does. admit() throws store::NotDurable, as sync expects of it.
  void session_began(const JournalId& journal, const DeviceId& other);
  // `other` holds our log up to here, durably.
  void acknowledged(const JournalId& journal, const DeviceId& other, const store::Frontier& frontier);
  void was_read_whole(const JournalId& journal);  // from a bundle without gaps
  void forked(const JournalId& journal, const DeviceId& device);

  // ---- epochs asked for in a session: door_epochs.cc ----
  [[nodiscard]] std::vector<EpochId> epochs_wanted(const JournalId& journal) const;
  // For `other` in a session of this journal: to a live member that may talk, of an epoch whose record is here, and
  // whose writer knew of nobody's going that is not known here. Never epoch zero. Null: not that, or not now.
  [[nodiscard]] const crypto::EpochSecret* epoch_for(const JournalId& journal, const DeviceId& other,
                                                     const EpochId& epoch) const;
  // Kept in the vault before they count. Where the disk or locked memory refuses, the next session asks again.
  void epochs_came(const JournalId& journal, std::vector<crypto::EpochSecret> secrets);

  // Under which this journal's devices call out to each other in a network, the newest first; at most `limit`. None but
  // the newest that a removed device has: it could call in anybody's name.
  [[nodiscard]] std::vector<crypto::BeaconKey> beacon_keys(const JournalId& journal, std::size_t limit) const;

 private:
  void add_own(std::vector<LiveMember>& members) const;

  Shelf& shelf_;
};

}  // namespace duolog::journal
