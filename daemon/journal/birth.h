// birth.h: the first records of a journal, written by its host: E0, E1, FOUND, the calendar.
// Spec: proto/README.md sections 3.3 and 3.4.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/journal/event.h"
#include "daemon/journal/identity.h"
#include "daemon/store/sealed_log.h"

namespace duolog::journal {

inline constexpr std::uint64_t kBirthEpochs = 2;  // DO NOT CHANGE: seq 1 is E0, seq 2 is E1,
inline constexpr std::uint64_t kFoundSeq = 3;     // seq 3 is FOUND,
inline constexpr std::uint64_t kBirthLength = 4;  // and the calendar ends it

// Somebody who is there from the first day.
struct Founder {
  crypto::Chain chain;  // of the device
  crypto::DevicePublic device;
  crypto::RootPublic root;
  crypto::SlotPsk root_psk;  // of this journal
};
Founder founder_of(const Identity& identity, const crypto::Genesis& genesis);

// What a moment's writer says of time.
struct Stamp {
  std::int64_t now_ms = 0;
  std::int32_t offset_minutes = 0;
};

// Writes what of the birth is not there yet; the secrets of E0 and E1 are in the vault already. Each step is durable,
// so that this can be stopped and begun again. Throws store::NotDurable. REQUIRES: `founders` in the order of the
// genesis, the first being this device.
void write_birth(store::SealedLog& log, const JournalSecrets& journal, const crypto::DeviceKeys& self,
                 const std::vector<Founder>& founders, const Calendar& calendar, const Stamp& stamp);

// Does the log hold no more of this journal than a joining that was stopped before its vault knew of it: the host's
// first records? A joiner lets itself in first: a journal that knows somebody and not this device is somebody else's.
bool is_a_joining_cut_short(const store::SealedLog& log, const JournalId& journal, const DeviceId& self);

}  // namespace duolog::journal
