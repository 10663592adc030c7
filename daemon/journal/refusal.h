// refusal.h: what a person asked for and cannot have, as a code that control hands on and the client turns into words.
//
// Everything that this room throws at a request is a Refusal, a store::NotDurable, or a store::BadDatabase. Nothing a
// partner's device sends ever leads to any: that is kept, shown as what it is, or ignored.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

namespace duolog::journal {

enum class Reason {
  kBadRequest,
  kNotFound,       // no entry begins with this id
  kAmbiguous,      // several do: `candidates`
  kNoSuchJournal,  // `candidates`: the names there are
  kNoJournalYet,   // wants a shared journal and there is none
  kBadUtf8,        // `offset` of the first byte that is not UTF-8; `detail` names what was being read
  kTooLong,        // `limit` in bytes; `detail` names what is too long: "text", "tag", "tags", "name", a field's id
  kEmpty,
  kBadDate,   // `detail`: what was typed
  kBadField,  // `detail`: the field's id; `candidates`: one code, see practice.h
  kFrozen,    // this device's log has forked: nothing more is written
  kWrongPassphrase,
  kNoPassphrase,  // a passphrase was given where a key file is used
  kWordsGone,     // confirmed and erased
  kWrongWords,
  kBadPractice,       // a practice that cannot be read: `detail` says file, line and key
  kNotYours,          // only its author may do this
  kNotItsKind,        // cannot be done with such a thing: `detail` what, `candidates` what can
  kTooEarly,          // a day that must lie ahead does not: `detail`
  kSealed,            // it has not opened yet: nothing can be said about it
  kNotHereYet,        // an attachment of which chunks are missing: `detail` its name
  kUploadGone,        // the files that were to go with an entry did not come with it
  kNoSuchAttachment,  // `limit`: how many the entry has
  kGarbled,           // what an attachment's author has sealed is not what its entry says: `detail` its name
  kStaysAsGiven,      // a sealed answer that has not opened for both
  kWantsConfirming,   // `offset` so many things at once; `limit` go without
  kGone,              // it was taken back
  kNotYetKnown,       // this device waits to be let in by another of its person's
  kRemoved,           // another of its person's devices has removed this one
  kNotOwnDevice,      // it is one of the other person's
  kNoSuchDevice,      // `candidates`: ids of those that are meant by it
  kThisDevice,        // it cannot remove itself
  kLastDevice,        // nor where it is the only one
  kNotRemoved,        // a removal was written, and does not count: `detail` which device
  kTooManyEpochs,     // this device has written `limit` in this journal, and nobody reads one more: `detail` its name
  kDevicesFull,       // `limit`: so many live devices a person may have, or have had
  kParted,            // this person has left the journal `detail`: it is read, and no more
  kToBeChosen,        // the journal that this went to was left, and none was chosen since; `detail`: perhaps this one
  kRestored,          // this home was restored and has not met `detail`'s device since; empty: nobody else has it
  kBackupPassphrase,  // does not open the backup
};

struct Refusal : std::runtime_error {
  explicit Refusal(Reason why, std::string what_detail = {})
      : std::runtime_error("refused: " + what_detail), reason(why), detail(std::move(what_detail)) {}
  static Refusal bad_utf8(std::string what, std::size_t offset) {
    Refusal refusal(Reason::kBadUtf8, std::move(what));
    refusal.offset = offset;
    return refusal;
  }
  static Refusal too_long(std::string what, std::size_t limit) {
    Refusal refusal(Reason::kTooLong, std::move(what));
    refusal.limit = limit;
    return refusal;
  }
  static Refusal among(Reason why, std::string what, std::vector<std::string> candidates) {
    Refusal refusal(why, std::move(what));
    refusal.candidates = std::move(candidates);
    return refusal;
  }

  Reason reason;
  std::string detail;  // holds no secret
  std::size_t offset = 0;
  std::size_t limit = 0;
  std::vector<std::string> candidates;
};

}  // namespace duolog::journal
