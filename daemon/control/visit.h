// visit.h: one conversation of a person's tool with the daemon: requests in, replies out. It owns no socket.
//
// Most requests are answered at once. Some go on by themselves until they end or the tool leaves: a pairing, a watch, a
// sync that waits, a backup that is being made, a repair; leaving (destroying the Visit) ends them, so a closed
// terminal closes a pairing window. So do searches and counts that take more than a moment: a turn after the other, and
// others are let in between. A long list of files, or of what a watch begins with, stops while much of it lies
// unread and goes on in room(). The messages are proto/control.proto; every error is a code there, which the client
// turns into words.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <vector>

#include "crypto/secret.h"

namespace duolog::journal {
class Attachments;
struct Parcel;
class Shelf;
}  // namespace duolog::journal
namespace duolog::store {
struct BackupParts;
class BackupUnpacker;
}  // namespace duolog::store

namespace duolog::sync {
class BundleReader;
class BundleWriter;
}  // namespace duolog::sync

namespace duolog::control {

// Messages of control.proto.
class Request;
class Reply;
class Init;
class MailboxReport;
class Unlock;
class Passphrase;
class Pair;
class PairEvent;
class DeviceAdd;
class DeviceJoin;
class DeviceRemove;
class DeviceRemoved;
class DeviceReport;
class Recover;
class BundleReport;
class RecoverFrom_Begin;  // NOLINT(readability-identifier-naming): as protoc spells it
class Error;
class Peer;
class RestoreReport;
class Restore_Finish;  // NOLINT(readability-identifier-naming): as protoc spells it
class StatusReport;
class DoctorReport;
class WatchEvent;

// A home is restored only where there is none: the text names the folder.
struct HomeInUse : std::runtime_error {
  using std::runtime_error::runtime_error;
};
// Somebody else makes a home here at this moment.
struct HomeInTheMaking : std::exception {};

// Cancels what it stands for when it goes.
using Hold = std::shared_ptr<void>;

// What main lends to the local socket: the whole daemon's state, and what only it can do. Functions that take a Reply
// fill in either the answer or its error.
struct Desk {
  enum class State {
    kFresh,   // never set up: nothing but `init` makes sense
    kLocked,  // set up, waiting for the passphrase
    kOpen,
  };
  std::function<State()> state;
  std::function<journal::Shelf&()> shelf;                       // REQUIRES: kOpen
  std::function<journal::Attachments&()> attachments;           // REQUIRES: kOpen
  std::function<std::uint32_t(const JournalId&)> chunk_givers;  // connected devices that may have attachments

  std::function<void(const Init&, Reply&)> init;  // throws HomeInTheMaking
  std::function<void(const Unlock&, Reply&)> unlock;
  std::function<void(const Passphrase&, Reply&)> passphrase;
  std::function<void()> lock;  // after the answer went out
  std::function<void()> stop;

  std::function<void(StatusReport&)> describe;  // home, pid, addresses, locks; in every state
  std::function<void(DoctorReport&)> examine;
  std::function<std::vector<Peer>()> peers;  // REQUIRES: kOpen
  std::function<bool()> in_step;             // every peer is connected and holds what we hold
  std::function<void()> nudge;               // dial now

  // `tell` is called for every event; the pairing ends with Paired or an error, or when the hold goes.
  struct Pairing {
    Hold hold;
    std::function<void(bool accept)> decide;
  };
  std::function<Pairing(const Pair&, std::function<void(const PairEvent&)> tell,
                        std::function<void(const Error&)> fail)>
      pair;

  // With the words and a bundle of the notebook: coming_back.h. What is not moved in goes with the last copy of this.
  struct Recovery {
    std::shared_ptr<sync::BundleReader> reader;
    std::function<bool()> is_shared;               // the bundle is of a shared journal
    std::function<void(BundleReport&)> tell_gaps;  // what of its logs is missing between what has come
    // What was read is this home, and is open. False: it begins no notebook, and nothing was made. Throws what a
    // request may throw.
    std::function<bool(const crypto::SecretBytes& passphrase, PairEvent&)> move_in;
  };
  // This person's devices. add(), join() and recover() go on as pair() does, and end with Arrived.
  struct Devices {
    std::function<void(DeviceReport&)> list;                          // REQUIRES: kOpen
    std::function<void(const DeviceRemove&, DeviceRemoved&)> remove;  // REQUIRES: kOpen
    std::function<Pairing(const DeviceAdd&, std::function<void(const PairEvent&)> tell,
                          std::function<void(const Error&)> fail)>
        add;  // REQUIRES: kOpen
    std::function<Pairing(const DeviceJoin&, std::function<void(const PairEvent&)> tell,
                          std::function<void(const Error&)> fail)>
        join;  // throws HomeInUse, HomeInTheMaking. REQUIRES: kFresh
    // Throws as join(). REQUIRES: kFresh; the words were looked at
    std::function<Pairing(const Recover&, std::function<void(const PairEvent&)> tell,
                          std::function<void(const Error&)> fail)>
        recover;
    // Throws as join(). REQUIRES: as recover()
    std::function<Recovery(const RecoverFrom_Begin&)> recover_from;
  };
  Devices devices;

  // keep.h, repairing.h
  struct Keeping {
    std::function<store::BackupParts(const crypto::SecretBytes& passphrase)> backup_parts;  // REQUIRES: kOpen
    std::function<crypto::LocalKey()> backup_key;                                           // REQUIRES: kOpen
    // Throws HomeInUse where there is a home already, HomeInTheMaking.
    std::function<std::shared_ptr<store::BackupUnpacker>()> begin_restore;
    // All of a backup was unpacked: judged, locked anew, moved into its place and opened.
    std::function<void(store::BackupUnpacker&, const Restore_Finish&, RestoreReport&)> move_in;
    std::function<void(RestoreReport&)> old_device_is_gone;  // REQUIRES: kOpen
    std::function<void()> want_again;                        // REQUIRES: kOpen
    std::function<std::string()> structure;                  // what is wrong with the file itself; REQUIRES: kOpen
  };
  Keeping keeping;

  // bundles.h. REQUIRES: kOpen; what is returned does not outlive that.
  struct Bundles {
    std::function<std::unique_ptr<sync::BundleWriter>(journal::Parcel&&)> write;
    // `written`: of what is new, each time when the latest was written, in ms since 1970.
    std::function<std::unique_ptr<sync::BundleReader>(std::function<void(std::int64_t)> written)> read;
  };
  Bundles bundles;

  // REQUIRES: kOpen. The links are in the vault already when `changed` is called.
  struct Mailboxes {
    std::function<void(MailboxReport&)> list;
    std::function<void()> changed;
  };
  Mailboxes mailboxes;

  std::function<Hold(std::function<void(const WatchEvent&)>)> subscribe;  // REQUIRES: kOpen
  // Calls once after the given time unless the hold goes before.
  std::function<Hold(std::chrono::milliseconds, std::function<void()>)> after;
};

inline constexpr std::size_t kEnoughUnread = 8 << 20;  // bytes; no more is made of a long list before some are read

class Visit {
 public:
  // `unread`: bytes of what was sent that have not been taken yet.
  Visit(
      Desk& desk, std::function<void(Bytes)> send, std::function<std::size_t()> unread = [] { return std::size_t{0}; });
  ~Visit();
  // One request. Never throws for what is in it; never blocks but for a passphrase's Argon2id.
  void receive(ByteView request);
  // Some of what was sent has been taken: what waits for that goes on.
  void room();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace duolog::control
