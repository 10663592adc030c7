// parcel.h: what goes along when a journal is carried to others by hand, and who can open it there.
//
// For whom: of a shared journal the other person's live devices, of the notebook this person's own. What they lack is
// what the one of them lacks that has least. Who can open it: whoever knows one of its epochs, so this person's other
// devices as well; and the roots, with their 24 words. Spec: proto/README.md section 3.11.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>

#include "daemon/journal/shelf.h"

namespace duolog::journal {

inline constexpr std::size_t kParcelEpochs = 4;  // as crypto::kBundleEpochs

struct ParcelWish {
  std::string journal;  // name or id prefix; empty: the only one that is shared
  bool everything = false;
  bool attachments = false;
};

struct Parcel {
  JournalId journal;
  std::string name;                  // of the journal
  std::string other;                 // the other person; empty: it is the notebook
  std::vector<std::string> devices;  // whom it is for, by their names; untrusted. None: there is nobody
  crypto::Genesis genesis;
  std::map<DeviceId, std::uint64_t> held;  // up to where all of them hold a log
  std::vector<crypto::Chain> chains;
  std::vector<ChunkId> chunks;              // that entries among what they lack name, and that are here
  std::size_t chunks_missing = 0;           // named, and not here
  std::vector<crypto::EpochSecret> epochs;  // at most kParcelEpochs
};
// Throws Refusal kNoSuchJournal, kNoJournalYet, kAmbiguous (`candidates`: names), kParted.
Parcel pack(const Shelf& shelf, const ParcelWish& wish);
// The journal that a wish means, in the same words.
const Journal& meant_to_be_carried(const Shelf& shelf, const std::string& name);

}  // namespace duolog::journal
