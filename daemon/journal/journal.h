// journal.h: one journal: what is written is sealed under its current epoch; what is stored is opened and folded.
//
// The fold reads the log and never the other way round: everything but the vault's secrets and a few marks in
// LocalState can be dropped and folded anew. A record that does not open is kept, shown as such, and blocks nothing.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/journal/agreements.h"
#include "daemon/journal/answers.h"
#include "daemon/journal/birth.h"
#include "daemon/journal/membership.h"
#include "daemon/journal/receipts.h"
#include "daemon/journal/roster.h"
#include "daemon/journal/unread.h"
#include "daemon/practice/library.h"

namespace duolog::journal {

class Journal {
 public:
  Journal(Identity& identity, store::SealedLog& log, store::LocalState& state, const JournalId& id);

  [[nodiscard]] const JournalId& id() const { return id_; }
  [[nodiscard]] const JournalSecrets& secrets() const { return identity_.journal(id_); }
  [[nodiscard]] bool shared() const { return secrets().shared(); }

  // ---- writing ----
  // Seals the payload under the current epoch (writing one first where there is none) and appends it: durable when this
  // returns. Not folded yet. Throws Refusal(kFrozen, kTooLong, kNoJournalYet, kBadRequest), store::NotDurable, and
  // store::BadDatabase where this device's own log cannot be read to its end: no list would show what was said to be
  // saved.
  template <class Payload>
  RecordId append(Payload payload, const Stamp& stamp, ByteView request = {}) {
    return append_event({stamp.now_ms, stamp.offset_minutes, {}, std::move(payload)}, request);
  }
  [[nodiscard]] bool can_write() const;
  // This home was restored and may be behind its own log: nothing is appended until that is known not to be so.
  void hold(bool held) { held_ = held; }
  [[nodiscard]] bool held() const { return held_; }

  // ---- folding ----
  // What a fold has brought that somebody may want to hear of.
  struct Brought {
    std::vector<RecordId> items;      // of the other person, as they were folded
    std::vector<RoundKey> revealed;   // rounds of which an answer of the other has become readable
    std::vector<std::string> alarms;  // codes
    bool doors_changed = false;       // members or epochs are not what they were
    std::uint64_t receipted = 0;      // where not 0: items of this device above were_receipted up to here are receipted
    std::uint64_t were_receipted = 0;

    [[nodiscard]] bool empty() const {
      return items.empty() && revealed.empty() && alarms.empty() && !doors_changed && receipted == 0;
    }
  };
  // Folds at most `budget` records and takes them off it; true when there is more. Throws nothing for what it reads.
  bool fold(std::size_t& budget);
  // Writes down what the fold has learnt (epochs into the vault, receipts, whose logs to let in), after a fold.
  // False: the disk refused some of it, or memory did: tried again next time and found again by the next start.
  bool settle(std::int64_t now_ms);
  Brought take_brought() { return std::exchange(brought_, {}); }
  // Bodies that were missing may have come, up to `last`: they are folded by the next fold().
  void bodies_came(const DeviceId& author, std::uint64_t last);
  void freeze(const DeviceId& device);  // its log has forked
  bool admit(const crypto::Chain& chain);
  // `by` says it holds this device's log up to `seq`.
  void receipt(const DeviceId& by, std::uint64_t seq, std::int64_t now_ms);

  // ---- what it adds up to ----
  [[nodiscard]] const View& view() const { return view_; }
  [[nodiscard]] const Answers& answers() const { return answers_; }
  void time_is(std::int64_t now_s, bool doubted);
  // What the two have agreed, and the practices they have. Both may cost a merge of the view.
  [[nodiscard]] const Agreements& agreements() const;
  [[nodiscard]] const practice::Library& library() const;
  [[nodiscard]] const Membership& membership() const { return membership_; }
  [[nodiscard]] const Roster& roster() const { return roster_; }
  [[nodiscard]] const Receipts& receipts() const { return receipts_; }
  [[nodiscard]] Unread& unread() { return unread_; }
  [[nodiscard]] const Unread& unread() const { return unread_; }
  [[nodiscard]] const Identity& identity() const { return identity_; }
  [[nodiscard]] bool is_mine(const DeviceId& device) const;  // of this person
  [[nodiscard]] std::uint64_t record_count() const { return log_.record_count(id_); }
  [[nodiscard]] const std::set<std::string>& alarms() const { return alarms_; }  // codes, as in Brought
  // A notebook's alone: what it keeps of other journals.
  [[nodiscard]] const std::set<JournalId>& journals_kept() const { return journals_kept_; }
  [[nodiscard]] const std::set<EpochId>& epochs_kept() const { return epochs_kept_; }

 private:
  // A record at its place, on its way into the view.
  struct Place {
    DeviceId device;
    std::uint64_t seq = 0;
    RecordId id;
    crypto::Header header;
    bool mine = false;
    std::int64_t written_ms = 0;  // once it is opened: by its writer's clock
  };

  RecordId append_event(Event event, ByteView request);
  void require_whole_log() const;
  [[nodiscard]] std::vector<Seen> seen() const;
  EpochId writing_epoch();
  void write_epoch();
  EpochId new_epoch();
  void fold_all();

  [[nodiscard]] std::vector<DeviceId> fold_order() const;
  [[nodiscard]] bool begins_with_epoch_zero(const DeviceId& device) const;
  bool fold_device(const DeviceId& device, std::size_t& budget);
  bool fold_again(std::size_t& budget);
  void take(const Place& place, const crypto::Record& record);
  void lack_body(const Place& place);
  void hold_place(const Place& place);
  void take_epoch(const Place& place, ByteView body);
  bool learn_epoch(const Place& place, ByteView body);
  [[nodiscard]] bool may_write_epochs(const Place& place) const;
  void take_event(Place place, const crypto::Record& record);
  void note(const Place& place, Noted noted);

  // What an event means, and how the view shows it.
  using What = decltype(Noted::what);
  What mean(const Place& place, const OwnPractice& own);
  What mean(const Place& place, Sealed sealed);
  What mean(const Place& place, const Opening& opening);
  template <class Told>
  What mean(const Place& place, Told told);  // what is shown, or held to, as it was told
  What mean(const Place& place, const Found& found);
  What mean(const Place& place, const JournalKept& kept);
  What mean(const Place& place, const EpochKept& kept);

  const crypto::EpochSecret* secret(const EpochId& epoch) const;
  // Valid until it is asked for another one.
  const crypto::RecordKey* key(const EpochId& epoch, const DeviceId& author);
  void learn(const EpochId& id, crypto::EpochSecret secret);
  void keep_learnt();
  void alarm(std::string code);
  [[nodiscard]] const DeviceId& self() const { return identity_.keys().id(); }

  Identity& identity_;
  store::SealedLog& log_;
  JournalId id_;
  RootId person_;
  EpochId zero_;  // epoch zero's id

  Roster roster_;
  Membership membership_;
  View view_;
  Answers answers_;
  Receipts receipts_;
  Unread unread_;

  std::map<DeviceId, std::uint64_t> folded_;        // up to which seq
  std::map<EpochId, crypto::EpochSecret> secrets_;  // those of the vault and those just learnt
  std::map<std::pair<EpochId, DeviceId>, crypto::RecordKey> keys_;
  std::map<EpochId, std::set<std::pair<DeviceId, std::uint64_t>>> waiting_;  // records of epochs not known yet
  std::map<DeviceId, std::set<std::uint64_t>> unenrolled_;                   // epochs of authors not enrolled yet
  std::map<DeviceId, std::set<std::uint64_t>> bodiless_;                     // folded over, their bodies not here
  std::set<std::pair<DeviceId, std::uint64_t>> again_;                       // to be folded once more
  std::map<DeviceId, std::size_t> epochs_written_;
  std::map<bool, std::size_t> practices_written_;  // by this person or not
  std::vector<EpochId> learnt_;                    // not in the vault yet
  std::optional<EpochId> unrecorded_;              // of this device, in the vault; the log has refused its record
  std::map<DeviceId, std::uint64_t> claims_;       // up to where others' events say they hold this device's log
  std::set<DeviceId> zero_authors_;                // whose logs begin with epoch zero
  std::vector<crypto::Chain> founders_;            // whose logs are to be let in
  std::set<JournalId> journals_kept_;
  std::set<EpochId> epochs_kept_;
  std::set<std::string> alarms_;
  Brought brought_;
  // ---- what follows from the view's settings, computed when somebody asks ----
  template <class Value>
  struct Settled {
    std::uint64_t version = 0;  // of View::settings_version()
    std::optional<Value> value;
  };
  mutable Settled<Agreements> agreements_;
  mutable Settled<practice::Library> library_;
  bool held_ = false;  // see hold()
};

}  // namespace duolog::journal
