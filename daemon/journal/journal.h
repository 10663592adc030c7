// journal.h: one journal: what is written is sealed under its current epoch; what is stored is opened and folded.
//
// The fold reads the log and never the other way round: everything but the vault's secrets and a few marks in
// LocalState can be dropped and folded anew. A record that does not open is kept, shown as such, and blocks nothing.
//
//   the view fits ──► restored ─────────────────────────────────► what is new: facts and rows, step by step
//   it does not   ──► the facts of the whole log, then its rows in slices (catch_up) ──► ready()
//
// Facts (who is a member, which epochs there are, what was answered) are complete before anything else is done. The
// rows are for readers, who are answered from the log itself until ready().
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>

#include "daemon/journal/agreements.h"
#include "daemon/journal/answers.h"
#include "daemon/journal/attached.h"
#include "daemon/journal/birth.h"
#include "daemon/journal/facts.h"
#include "daemon/journal/lacking.h"
#include "daemon/journal/membership.h"
#include "daemon/journal/receipts.h"
#include "daemon/journal/roster.h"
#include "daemon/journal/scan.h"
#include "daemon/journal/unread.h"
#include "daemon/journal/view.h"
#include "daemon/practice/library.h"

namespace duolog::journal {

class Journal {
 public:
  // Takes up what `file` has of it. May throw store::ViewLost, as everything here that folds or reads.
  Journal(Identity& identity, store::SealedLog& log, store::LocalState& state, ViewFile& file, const JournalId& id,
          const store::Blobs* blobs = nullptr);

  [[nodiscard]] const JournalId& id() const { return id_; }
  [[nodiscard]] const JournalSecrets& secrets() const { return identity_.journal(id_); }
  [[nodiscard]] bool shared() const { return secrets().shared(); }

  // ---- writing ----
  // Seals the payload under the current epoch (writing one first where there is none) and appends it: durable when this
  // returns. Not folded yet. Throws Refusal(kFrozen, kTooLong, kNoJournalYet, kBadRequest), store::NotDurable, and
  // store::BadDatabase where this device's own log cannot be read to its end: no list would show what was said to be
  // saved. Where it throws store::ViewLost nothing was appended.
  template <class Payload>
  RecordId append(Payload payload, const Stamp& stamp, ByteView request = {}) {
    return append_event({stamp.now_ms, stamp.offset_minutes, {}, std::move(payload)}, request);
  }
  // Many at once: all are durable when this returns, or none is there. Only the first carries `request`. Throws as
  // append(). REQUIRES: each can be read once it is written (is_writable).
  std::vector<RecordId> append_all(std::vector<Event>& events, ByteView request);
  [[nodiscard]] bool can_write() const;

  // ---- members that come and go: journal_devices.cc. They throw as append() ----
  void add_device(const crypto::Chain& chain, const std::string& paired_by, const Stamp& stamp);
  // With what is held of its log here as the cut.
  void remove_device(const DeviceId& device, const Stamp& stamp);
  bool renew_epoch();    // writes one where there is none for today's members; false: there is one
  void replace_epoch();  // writes one though there is one: somebody who was removed has that
  // What stands here and does not open, and is to be asked for: epochs by somebody who may write one, and those that
  // members' words name (of each member some); by each author in turn. None where no more are learnt.
  [[nodiscard]] std::vector<EpochId> epochs_lacking() const;
  [[nodiscard]] bool waits_for(const EpochId& epoch) const { return lacking_.waits_for(epoch); }
  // Of an epoch whose record is folded here: its writer knew of nobody's going of whom that is not known here. Only
  // then may anybody be given it by this device, or the notebook keep it.
  [[nodiscard]] bool is_explained(const EpochId& epoch) const;
  // Null: not known, epoch zero, or not explained.
  [[nodiscard]] const crypto::EpochSecret* epoch_to_give(const EpochId& epoch) const;
  // Secrets that came another way than in a slot; durable in the vault when this returns. Throws store::NotDurable.
  void know(std::vector<crypto::EpochSecret> secrets);
  // Of a notebook: what another of this person's devices keeps there and nobody here has taken up. `keep` makes durable
  // what was taken. What is not known to be by a member is not shown yet. False: there is more.
  enum class Taken { kYes, kEnough, kOfAJournalNotHere };  // enough: this one is shown again next time
  struct TakingUp {
    std::function<bool(const JournalId&)> is_here;
    std::function<Taken(Event&)> take;
    std::function<void()> keep;
  };
  bool take_up_kept(const TakingUp& with);
  // By this device, or by another one whose word counts.
  [[nodiscard]] bool keeps(const JournalId& journal) const;
  [[nodiscard]] bool keeps(const EpochId& epoch) const;
  // Did so, at or below these ends of logs.
  [[nodiscard]] bool kept_within(const JournalId& journal, const std::map<DeviceId, std::uint64_t>& ends) const;
  // A device that was removed from this notebook has read it where it is kept.
  [[nodiscard]] bool has_told_removed(const EpochId& epoch) const;
  // Behind the cut of a device that was removed, or by one that only such a one vouches for.
  [[nodiscard]] bool is_from_removed(const DeviceId& device, std::uint64_t seq) const;

  // ---- journals that this person has left: journal_parting.cc ----
  // What one of this person's devices says of it: in the notebook of any, in a shared journal of itself. nullopt:
  // nothing; true: it is to be forgotten.
  [[nodiscard]] std::optional<bool> parted_from(const JournalId& journal) const;

  // This home was restored and may be behind its own log: nothing is appended until that is known not to be so.
  void hold(bool held) { held_ = held; }
  [[nodiscard]] bool held() const { return held_; }
  // This device came back with an old copy of what its person knew: nothing is written before all of it was read once,
  // from somebody who has it or from a whole bundle. A removal may stand there.
  void wait_to_be_read(bool waits) { waits_to_be_read_ = waits; }
  [[nodiscard]] bool waits_to_be_read() const { return waits_to_be_read_; }

  // ---- folding ----
  // What a fold has brought that somebody may want to hear of.
  struct Brought {
    struct Item {
      DeviceId device;
      std::uint64_t seq = 0;
    };
    std::deque<Item> items;           // of the other person, as they were folded
    std::vector<RoundKey> revealed;   // rounds of which an answer of the other has become readable
    std::vector<std::string> alarms;  // codes
    bool doors_changed = false;       // members or epochs are not what they were
    std::uint64_t receipted = 0;      // where not 0: items of this device above were_receipted up to here are receipted
    std::uint64_t were_receipted = 0;
    bool erased = false;  // bodies are wanted no more: the sessions tell anew what is held

    [[nodiscard]] bool empty() const {
      return items.empty() && revealed.empty() && alarms.empty() && !doors_changed && receipted == 0 && !erased;
    }
  };
  // True where what the file has of it is what the log says, as far as it goes. Else everything is folded anew, into a
  // file that must be empty.
  [[nodiscard]] bool fits() const;
  // Folds at most `budget` records and takes them off it; true when there is more. Throws nothing for what it reads.
  bool fold(std::size_t& budget);
  // Much more is on its way than is here: facts alone are folded until catch_up(), and readers read from the log.
  void let_rows_wait();
  // Puts at most `budget` records into the view that were folded before it was there; true when there are more.
  bool catch_up(std::size_t& budget);
  [[nodiscard]] bool ready() const { return view_->whole(); }
  // Feeds the index of words at most `budget` records and takes them off it; true while there are more. REQUIRES:
  // ready().
  bool index_words(std::size_t& budget);
  [[nodiscard]] std::uint64_t not_indexed() const { return view_->not_indexed(); }
  [[nodiscard]] std::uint64_t not_in_view() const;  // records that catch_up() has still to put there
  // The view is lost, and `file` begins with an empty one: all facts up to where they were folded are folded again.
  void begin_anew(std::int64_t now_s, bool doubted);
  // Writes down what the fold has learnt (epochs into the vault, receipts, whose logs to let in), after a fold; and
  // what was taken back leaves the log.
  // False: the disk refused some of it, or memory did: tried again next time and found again by the next start.
  bool settle(std::int64_t now_ms);
  // While the view is not ready() only that doors have changed: the rest is told when it can be shown, and of very many
  // items some at a time.
  Brought take_brought();
  [[nodiscard]] bool has_more_to_tell() const { return ready() && !brought_.items.empty(); }
  void drop_brought() { brought_ = {}; }  // it is old, and no news
  // Bodies that were missing, or heads that were lost, may have come, up to `last`: they are folded by the next fold().
  // `first` to `last`: what was stored.
  void bodies_came(const DeviceId& author, std::uint64_t first, std::uint64_t last);
  void freeze(const DeviceId& device);  // its log has forked
  bool admit(const crypto::Chain& chain);
  // One more of this person's may be enrolled: some places are kept for those that come back by the words, and what a
  // lost device has made up takes nobody's.
  [[nodiscard]] bool has_room_for_device() const;
  // `by` says it holds this device's log up to `seq`.
  void receipt(const DeviceId& by, std::uint64_t seq, std::int64_t now_ms);
  void forget();  // what the view has of it

  // ---- what it adds up to ----
  // The view, or the log itself while that is not ready. Valid until something is written or folded.
  [[nodiscard]] const Records& records() const;
  [[nodiscard]] Records::Counts counts() const { return counted_ && !ready() ? *counted_ : records().counts(); }
  [[nodiscard]] const std::map<DeviceId, std::uint64_t>& folded() const { return folded_; }  // up to which seq
  // The record at this place of a chain, as the log has it. REQUIRES: it was folded.
  [[nodiscard]] Noted noted_at(const DeviceId& device, std::uint64_t seq) const;
  [[nodiscard]] const Answers& answers() const { return *answers_; }
  // The chunks that its entries name.
  [[nodiscard]] Attached& attached() { return attached_; }
  [[nodiscard]] const Attached& attached() const { return attached_; }
  void time_is(std::int64_t now_s, bool doubted);
  // What the two have agreed, and the practices they have.
  [[nodiscard]] const Agreements& agreements() const;
  [[nodiscard]] const practice::Library& library() const;
  [[nodiscard]] const Membership& membership() const { return membership_; }
  [[nodiscard]] const Roster& roster() const { return roster_; }
  [[nodiscard]] const Receipts& receipts() const { return receipts_; }
  void lies(Receipts::Way way, std::vector<Receipts::Lying> all) { receipts_.lies(way, std::move(all)); }
  [[nodiscard]] Unread& unread() { return unread_; }
  [[nodiscard]] const Unread& unread() const { return unread_; }
  [[nodiscard]] const Identity& identity() const { return identity_; }
  [[nodiscard]] bool is_mine(const DeviceId& device) const;  // of this person
  [[nodiscard]] std::uint64_t record_count() const { return log_.record_count(id_); }
  [[nodiscard]] const std::set<std::string>& alarms() const { return facts_.alarms; }  // codes, as in Brought
  [[nodiscard]] const Facts& facts() const { return facts_; }

 private:
  // Why a record is to be read again. Stands in the view's file.
  enum Why : int { kEpochNotKnown = 1, kNotEnrolled = 2, kNoBody = 3, kToErase = 4, kToTakeUp = 5, kEpochLacking = 6 };
  using Put = std::function<void(const Place&, const Noted&, ByteView event)>;

  RecordId append_event(Event event, ByteView request, crypto::RecordKind kind = crypto::RecordKind::kEvent);
  void get_ready_to_write();
  RecordId append_sealed(ByteView event, const EpochId& epoch, ByteView request,
                         crypto::RecordKind kind = crypto::RecordKind::kEvent);
  void require_whole_log() const;
  [[nodiscard]] std::vector<Seen> seen() const;
  EpochId writing_epoch();
  void require_one_more_epoch();
  void write_epoch();
  EpochId new_epoch();
  void fold_all();

  // ---- journal_restore.cc ----
  void take_up();
  [[nodiscard]] bool ends_fit() const;
  void restore_pending();
  void restore_attached();
  void keep();

  // ---- journal_rows.cc: from the log to what readers see ----
  struct Opened {
    Noted noted;
    std::optional<Bytes> bytes;  // of the event; nullopt: it does not open
    std::optional<Event> event;
    bool epoch_known = true;
    bool gone = false;  // taken back: `bytes` are what the view keeps in the place of the event
  };
  [[nodiscard]] Opened open(const Place& place, const crypto::Record& record) const;
  [[nodiscard]] Scene scene() const { return {shared(), secrets().relationship}; }
  bool put_rows(const DeviceId& device, std::uint64_t up_to, std::size_t& budget);
  void limit_own_practice(const Place& place, Opened& opened, std::map<bool, std::uint64_t>& counted) const;
  [[nodiscard]] Scan::Source log_source() const;
  void index_opened();

  // ---- journal_erase.cc: what its author has taken back ----
  struct Gone {
    TakenBack taken;
    RecordId by;  // the event that did it
  };
  [[nodiscard]] const Gone* gone(const RecordId& id, bool mine) const;
  void restore_erased();
  void leave_mark(Opened& opened, const Place& place, const TakenBack& taken) const;
  void take_gone(const Place& place, const Opened& opened);
  void plan_to_erase(const DeviceId& device, std::uint64_t seq);
  void erase_bodies();
  void fold_bodiless_again();
  void fold_gone_again(const DeviceId& author, std::uint64_t first, std::uint64_t last);
  void mean(const Place& place, const Erase& erase);

  // ---- journal_fold.cc ----
  bool fold_slice(std::size_t& budget);
  [[nodiscard]] std::vector<DeviceId> fold_order() const;
  [[nodiscard]] bool begins_with_epoch_zero(const DeviceId& device) const;
  bool fold_device(const DeviceId& device, std::size_t& budget);
  bool fold_again(std::size_t& budget);
  void take(const Place& place, const crypto::Record& record);
  void lack_body(const Place& place);
  void pend(const Place& place, Why why, const EpochId& epoch = {});
  void wait_for_epoch(const DeviceId& author, std::uint64_t seq, const EpochId& epoch, bool is_its_record);
  void know_of(const EpochId& epoch);
  void take_event(Place place, const crypto::Record& record);
  void note(const Place& place, const Noted& noted, ByteView event = {});
  void take_revealed();

  // What an event means to the machine.
  void mean(const Place& place, Sealed& sealed);
  void mean(const Place& place, const Opening& opening);
  void mean(const Place& place, const Found& found);
  void mean(const Place& place, const DeviceAdd& add);
  void mean(const Place& place, const DeviceRemove& remove);
  void mean(const Place& place, const Parted& parted);
  void mean(const Place& place, const JournalKept& kept);
  void mean(const Place& place, const EpochKept& kept);
  template <class Told>
  void mean(const Place&, const Told&) {}  // to its readers alone

  // ---- journal_devices.cc ----
  void take_epoch(const Place& place, ByteView body);
  bool learn_epoch(const Place& place, ByteView body);
  [[nodiscard]] bool may_write_epochs(const Place& place) const;
  void members_changed();
  void restore_members();
  [[nodiscard]] bool has_room_for(const crypto::ProvenDevice& device) const;
  [[nodiscard]] std::size_t devices_ever(const RootId& person, bool strays) const;

  // ---- journal_kept.cc ----
  struct Waiting {  // of one author
    std::set<std::uint64_t> places;
    std::map<std::uint64_t, JournalId> parked;  // of journals that are not here
  };
  using Places = std::vector<std::pair<DeviceId, std::uint64_t>>;
  void restore_kept();
  void to_take_up(const Place& place);
  void wait_to_take_up(const DeviceId& device, std::uint64_t seq);
  bool take_up_next(const DeviceId& device, Waiting& waiting, const TakingUp& with, Places& taken);
  Taken take_up_at(const DeviceId& device, std::uint64_t at, const TakingUp& with, JournalId& of);
  void wait_no_more(const Places& places);
  template <class Id>
  void count_kept(std::map<Id, std::vector<KeptFact>>& kept, const Id& what, const KeptFact& fact);
  [[nodiscard]] bool is_believed(const DeviceId& device, std::uint64_t seq) const;
  [[nodiscard]] bool any_believed(const std::vector<KeptFact>& kept) const;

  const crypto::EpochSecret* secret(const EpochId& epoch) const;
  // Valid until it is asked for another one.
  const crypto::RecordKey* key(const EpochId& epoch, const DeviceId& author) const;
  void learn(const EpochId& id, crypto::EpochSecret secret);
  void keep_learnt();
  void alarm(std::string code);
  [[nodiscard]] const DeviceId& self() const { return identity_.keys().id(); }
  [[nodiscard]] std::uint64_t settings_version() const;
  [[nodiscard]] std::vector<Noted> settings() const { return records().all({.kinds = kSettings}); }

  Identity& identity_;
  store::SealedLog& log_;
  ViewFile& file_;
  JournalId id_;
  RootId person_;
  EpochId zero_;  // epoch zero's id

  Roster roster_;
  Receipts receipts_;
  Unread unread_;

  const store::Blobs* blobs_;

  // ---- what the log adds up to: gone and made again by begin_anew() ----
  std::unique_ptr<View> view_;
  std::unique_ptr<Answers> answers_;
  Membership membership_;
  Attached attached_;
  Facts facts_;
  bool facts_changed_ = false;
  std::map<DeviceId, std::uint64_t> folded_;  // up to which seq
  Lacking lacking_;                           // records of epochs not known yet
  std::set<Lacking::Place> counted_epochs_;   // folded once more, and counted once
  struct Explained {
    std::uint64_t goings = 0;  // of whom it was known then
    bool is = false;
  };
  mutable std::map<EpochId, Explained> explained_;          // epochs that were looked at
  std::map<DeviceId, std::set<std::uint64_t>> unenrolled_;  // epochs of authors not enrolled yet
  std::map<DeviceId, std::set<std::uint64_t>> bodiless_;    // folded over, their bodies not here
  std::set<std::pair<DeviceId, std::uint64_t>> again_;      // to be folded once more
  std::map<DeviceId, Waiting> to_take_up_;                  // of a notebook: see take_up_kept()
  bool more_to_take_up_ = false;                            // than is in memory: the view has it
  std::size_t kept_by_others_ = 0;                          // of what is counted in the facts
  std::size_t effort_ = 0;                                  // of a record, beside opening it
  std::map<std::pair<bool, RecordId>, Gone> erased_;        // by whose it is; held here or not
  std::map<DeviceId, std::set<std::uint64_t>> to_erase_;    // whose bodies may still be in the log
  bool look_at_bodiless_ = false;                           // some of them may have been taken back
  bool in_step_ = false;                                    // everything that was folded is in the view
  std::optional<Records::Counts> counted_;       // while it is not: as far as each record was taken in once alone
  std::map<bool, std::uint64_t> practices_put_;  // of what catch_up() has put there
  std::uint64_t settings_folded_ = 0;

  std::optional<std::map<DeviceId, std::uint64_t>> only_up_to_;  // what is folded again, while it is
  std::map<EpochId, crypto::EpochSecret> secrets_;               // those of the vault and those just learnt
  mutable std::map<std::pair<EpochId, DeviceId>, crypto::RecordKey> keys_;
  std::vector<EpochId> learnt_;               // not in the vault yet
  std::optional<EpochId> unrecorded_;         // of this device, in the vault; the log has refused its record
  std::map<DeviceId, std::uint64_t> claims_;  // up to where others' events say they hold this device's log
  std::vector<crypto::Chain> members_;        // whose logs are to be let in
  Brought brought_;
  std::uint64_t taken_ = 0;  // how many records were taken in: what was scanned before is old
  mutable std::unique_ptr<Scan> scan_;
  mutable std::uint64_t scanned_ = 0;
  // ---- what follows from the settings, computed when somebody asks ----
  template <class Value>
  struct Settled {
    std::uint64_t version = 0;  // settings_version()
    std::optional<Value> value;
  };
  mutable Settled<Agreements> agreements_;
  mutable Settled<practice::Library> library_;
  bool held_ = false;  // see hold()
  bool waits_to_be_read_ = false;
};

}  // namespace duolog::journal
