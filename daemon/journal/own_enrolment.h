// own_enrolment.h: the door for a device that came back with the words: it writes its own DeviceAdd, since nobody else
// may be left to do so. The root has signed its certificate, and that is why such a record counts.
//
// What it needs for that it is given before its home opens, and keeps in LocalState: in which journals it came back,
// how far the logs of whoever gave them back went, and that one's chain, since nothing else here says whom to ask for
// them. Spec: proto/README.md sections 3.4 and 3.8, purpose R.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/journal/birth.h"
#include "daemon/journal/readmission.h"

namespace duolog::journal {

inline constexpr const char* kPairedByWords = "words";  // DO NOT CHANGE: DeviceAdd.paired_by of such a device

// All that a person's home is made of who came back: what was given back, and a notebook that begins anew, where it is
// not the first of that. `chain`: of the new device, by the root alone.
Handed handed_by_words(const crypto::RootKeys& root, crypto::Chain chain, std::string person, Returned& returned);

// Written down with the next write_down(). REQUIRES: the LocalState of the home that is to be.
void note_homecoming(store::LocalState& state, const Returned& returned);

// The device that gave it back: before this one is a member nobody else is known to hold it.
std::optional<DeviceId> giver_of(const store::LocalState& state, const JournalId& journal);
// Up to where each log must be here before this device writes there; nullopt: it did not come back in this journal.
std::optional<Reached> homecoming_in(const store::LocalState& state, const JournalId& journal);

// Of a journal in which this device came back without being told how far its logs go: it has met somebody who has them,
// or has read a whole bundle.
void note_read_whole(store::LocalState& state, const JournalId& journal);
bool was_read_whole(const store::LocalState& state, const JournalId& journal);

// Sealed under `epoch`, which the others know: this device is listed in none yet. Throws store::NotDurable.
// REQUIRES: the epoch's secret is in the vault.
void enrol_itself(store::SealedLog& log, const Identity& identity, const JournalId& journal, const EpochId& epoch,
                  const Stamp& stamp);

}  // namespace duolog::journal
