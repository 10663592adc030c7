// shelf.h: all journals of one person on this device: the notebook and the shared ones.
//
// The room's front door. Three headers share it: this one writes and folds, reading.h answers questions, door.h is what
// sync and net need; founding.h makes a new journal. One thread; nothing here reads a clock, a zone or a socket that
// was not handed in.
//
//   request ─► write()/answer() ─► Journal: event, sealed, appended, durable ─► grew() ─► folded ─► Saved
//   session ─► stored() ─► fold_some() in slices ─► view, news() ─► openings that fell due are written ─► grew()
//
// What the records add up to is kept in the view's file (view_file.h). Where that is lost, at any moment, everything is
// folded anew and nobody is refused anything for it.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <set>

#include "daemon/home/clock.h"
#include "daemon/journal/event.h"
#include "daemon/journal/identity.h"
#include "daemon/journal/refusal.h"
#include "daemon/journal/report.h"
#include "daemon/journal/view_file.h"
#include "daemon/store/blobs.h"
#include "daemon/store/local_state.h"
#include "daemon/store/sealed_log.h"

namespace duolog::journal {

class Journal;
struct Calendar;
struct ForeignBatch;
struct Imported;

struct Draft {
  std::string text;
  std::vector<std::string> tags;  // with or without '#'
  std::string journal;            // name or id prefix; empty: where writing goes by default
  bool private_entry = false;     // the notebook
  std::string on;                 // as moment.h reads it; empty: now
  std::uint32_t mood = 0;         // 1 to 5; 0: not said
  bool between_us = false;
  std::string open_on;                  // a letter that nobody else reads before; as `on`. Empty: no letter
  std::vector<Attachment> attachments;  // sealed and durable (upload.h); with them there need be no text
};

// What is meant by an id that somebody typed.
struct Target {
  std::string id;       // four hex digits or more, or "last"
  std::string journal;  // name or id prefix; empty: any
};

// What an entry shall be from now on; what is not set stays.
struct Rewording {
  Target entry;
  std::optional<std::string> text = {};
  std::optional<std::vector<std::string>> tags = {};
  std::optional<std::uint32_t> mood = {};
  std::optional<std::string> on = {};      // as Draft::on; empty: about the day on which it was written
  std::vector<std::string> replaces = {};  // ids of the versions that its writer saw; empty: what is shown now
};

inline constexpr std::uint32_t kTakenBackUnasked = 10;  // things at once
struct TakingBack {
  std::vector<std::string> ids;
  std::string journal;
  std::uint32_t confirmed = 0;  // that it is meant for so many; wanted for more than kTakenBackUnasked
  bool look_only = false;       // nothing is written
};

// What somebody would like to hold for both; what is not set stays as it is.
struct Wishes {
  std::string journal;
  std::string zone;
  std::optional<std::uint32_t> turn_hour;
  std::optional<std::uint32_t> first_weekday;
  bool accept_calendar = false;  // the other's proposal
  std::uint32_t depth = 0;
  std::string unanswered;
  std::optional<std::string> pause;
};

struct FilledForm {
  std::string practice;
  std::string journal;  // name or id prefix; empty: the shared journal, or the notebook while there is none
  std::string period;   // empty: the current one
  std::vector<practice::FieldValue> fields;
  std::string sharing;  // as it was shown; empty: whatever it is
};

// A device of this person, as the notebook knows it; or, where it does not, as a shared journal does.
struct DeviceRow {
  DeviceId id;
  std::string name;           // untrusted
  std::uint64_t created = 0;  // seconds since 1970, by the clock of whoever let it in
  std::string paired_by;      // as DeviceAdd has it; "": the first, or it came by its chain
  bool self = false;
  bool live = false;  // it counts, and new words are readable on it. Else one of the three, or beyond kLivePerPerson
  bool frozen = false;
  bool removed = false;
  std::int64_t removed_at_ms = 0;    // by the clock of whoever removed it; 0: it was not
  std::vector<std::string> only_in;  // shared journals that know it, where the notebook does not
  std::vector<DeviceId> enrolled;    // let in by it, directly or through others; not removed
};

class Shelf {
 public:
  struct Parts {
    Identity& identity;
    store::SealedLog& log;
    store::LocalState& state;
    ViewFile& view;
    Clock clock;
    std::string zone;                     // of this machine, an IANA name; unknown or empty: UTC and a warning
    const store::Blobs* blobs = nullptr;  // to tell which attachments are here; null: none are
    std::set<JournalId> held;             // restored, and not to be written in until release()
  };
  // Called after what they tell is durable, on the daemon's thread, never before start().
  struct Hooks {
    std::function<void(const JournalId&)> grew;  // our own log has a new record: push it
    std::function<void(const News&)> news;
    std::function<bool()> heard;  // false: nobody would hear news now, and none is made. Absent: always somebody
    // Who may talk in a journal, or under which keys, is not what it was: ask the Door anew.
    std::function<void(const JournalId&)> doors_changed;
    // What is kept of a journal elsewhere on this device is to go: it is forgotten. `strangers`: devices that no other
    // journal knows; `chunks`: what its entries named, where that is known. Also called by start().
    std::function<void(const JournalId&, const std::vector<DeviceId>& strangers, const std::vector<ChunkId>& chunks)>
        forgotten;
  };
  Shelf(Parts parts, Hooks hooks);
  ~Shelf();
  Shelf(const Shelf&) = delete;
  Shelf& operator=(const Shelf&) = delete;

  // Finishes what a stop interrupted (a notebook's first records, what the notebook must know of other journals), folds
  // what the view does not know yet and publishes the openings that are due. Once, before anything else. Tells no news.
  // Where there is no view that fits, the facts of the whole log are folded, and fold_some() does the rest: to_fold().
  // Throws store::BadDatabase where the log is not this vault's: nothing has been changed then.
  void start();

  // ---- writing: durable when these return. They throw Refusal, store::NotDurable, store::BadDatabase ----
  // `request` (16 bytes, or empty) makes a repetition harmless.
  Saved write(const Draft& draft, ByteView request);
  Saved answer(const FilledForm& form, ByteView request);
  // ---- what is said about things, and settled: the same promises ----
  Saved remark(const Target& about, const std::string& manner, const std::string& text, ByteView request);
  Saved react(const Target& to, const std::string& emoji, ByteView request);  // empty: takes the reaction back
  // A private entry of one's own is written once more, for the other to read. `resealed`: its attachments under fresh
  // keys (upload.h), all of them.
  Saved share(const Target& entry, const std::string& journal, ByteView request, std::vector<Attachment> resealed = {});
  // Whether share() would go that way, and what it wants resealed.
  [[nodiscard]] std::vector<Attachment> to_reseal(const Target& entry, const std::string& journal, ByteView request);
  Saved pass(const FilledForm& round, ByteView request);  // without words; `fields` is not looked at
  // A practice of one's own. `file` is named in errors.
  Saved keep_practice(const std::string& toml, const std::string& file, const std::string& journal, ByteView request);
  void try_practice(const std::string& toml, const std::string& file) const;  // throws as keep_practice() does
  void agree(const Wishes& wishes, ByteView request);
  // What another program kept: foreign.h.
  Imported import(const ForeignBatch& batch, ByteView request);

  // ---- what is changed and taken back: the same promises. shelf_change.cc ----
  Changed edit(const Rewording& wanted, ByteView request);
  // All of it or, where one may not be taken back, nothing. Throws Refusal kNotYours, kGone, kNotItsKind,
  // kStaysAsGiven, kWantsConfirming.
  TakenAway take_back(const TakingBack& wanted, ByteView request);
  // Where answer() and agree() go when this is what was asked for.
  [[nodiscard]] const Journal& answering_journal(const std::string& wanted) const;

  // Where `write` goes from now on: a journal's name or id prefix; "notebook" is always the notebook.
  void set_write_to(std::string_view journal);
  [[nodiscard]] std::string write_to() const;  // the journal's name

  // ---- this person's devices. shelf_devices.cc; the same promises ----
  // All that ever were members of the notebook or of a shared journal: this one first, then the live ones, by age.
  [[nodiscard]] std::vector<DeviceRow> devices() const;
  // Certifies it and makes it a member, in the notebook and from there in every journal. What is returned proves it
  // from now on. One that is a member already: its chain. Throws Refusal kDevicesFull, kBadUtf8 or kTooLong (the name),
  // kRemoved (it was one), and what append() throws; nothing is written then.
  crypto::Chain enrol_device(const crypto::DevicePublic& device, std::string_view name, std::string_view paired_by);
  // From now on it is a member nowhere, and every journal goes on under a new key. What it has let in stays, unless
  // nobody else can tell that it was let in before. One that is out already: nothing happens. Throws Refusal
  // kNoSuchDevice, kThisDevice, kLastDevice, kNotRemoved (it was written and does not count, so that nobody believes it
  // to be out), and what append() throws.
  void remove_device(const DeviceId& device);
  // ---- shelf_arrivals.cc: one that is let in has two minutes to say that it has kept what it was handed, or to come
  // by itself; else time_passed() removes it again, also after a start ----
  void expect_arrival(const DeviceId& device);  // durable; throws store::NotDurable
  void has_arrived(const DeviceId& device);     // or is waited for no more; one that was not expected: nothing happens

  // ---- parting: shelf_parting.cc ----
  // From now on the journal is read, and nothing else: nothing is written there, nobody is met in it, and the person's
  // other devices do the same when the notebook has told them. Writing that went there goes to the notebook. Durable
  // when these return; they throw store::NotDurable, and nothing has changed then. One that is gone already: nothing
  // happens. REQUIRES: it is, or was, shared and visible.
  void part(const JournalId& journal);
  // It is nowhere on this device any more, and nothing opens what may be left of it. Where the disk then refuses to
  // give up the rest, false: that is tried again by itself, also by the next start.
  bool forget(const JournalId& journal);
  // The other is told, by a record: as long as the token lives they are still met in this journal, though it is parted
  // already. Throws as write() does; then nothing was told and nothing has changed.
  std::shared_ptr<void> part_and_tell(const JournalId& journal);
  [[nodiscard]] bool is_telling(const JournalId& journal) const;

  // ---- what came from outside ----
  // A session has stored records: they are folded by the next calls of fold_some().
  void stored(const JournalId& journal, const DeviceId& author, std::uint64_t first, std::uint64_t last);
  // So many records of it are still to come, soon. Where that is much more than is here (a first sync), they are opened
  // and durable as they come, and what readers see follows when the last has come, and at the latest after a minute:
  // to_fold(). Each journal has that minute once.
  void expect(const JournalId& journal, std::uint64_t to_come);
  // Folds at most so many records; true while there is more to fold. Publishes due openings at the end. When all is
  // folded, words go into the index, and what was taken out of it goes from its pages.
  bool fold_some(std::size_t records = 512);
  // Records whose words are not in the index yet: a search looks at each of them. One at least while that is being put
  // in order. fold_some() does it.
  [[nodiscard]] std::uint64_t to_index() const;
  // Records that are not in the view yet; readers are answered from the log so long.
  [[nodiscard]] std::uint64_t to_fold() const;
  // Nothing is asked or comes for a while: what is in the view is made durable, and the next start believes it; or it
  // goes back to the disk, where it had to give way and there is room again, and is to be folded anew.
  void rest();
  [[nodiscard]] bool is_at_rest() const;
  // Time has passed: letters whose day has come are opened. Cheap where none waits.
  void time_passed();
  // When to call it next, in ms since 1970; nullopt: nothing waits for a moment.
  [[nodiscard]] std::optional<std::int64_t> next_moment() const;
  // A device met lately says another day than this one: until that is settled no letter opens by this clock.
  void doubt_clock(bool doubted);
  // These items have met their reader's eyes: no longer new.
  void mark_seen(const std::vector<Item>& items);

  // What was held at the start may be written in again: it is known that nothing newer of one's own log is elsewhere.
  // What had to wait is written.
  void release(const JournalId& journal);

  // Where less than `room` is left on the disk the view's file gives way. False: it has none, or room is not what
  // lacks. What a person writes here asks for it by itself.
  bool make_room(std::uint64_t room);

  // ---- for the other files of this room ----
  void begin_anew(const store::ViewLost& lost) const;                        // see sound()
  [[nodiscard]] std::vector<const Journal*> journals() const;                // visible ones, the notebook first
  [[nodiscard]] const Journal& find(std::string_view name_or_prefix) const;  // throws Refusal(kNoSuchJournal)
  [[nodiscard]] Journal* by_id(const JournalId& id);                         // hidden ones too; null: none
  [[nodiscard]] const Parts& parts() const;
  [[nodiscard]] std::int64_t now() const;  // ms since 1970
  [[nodiscard]] Calendar calendar_of(const Journal& journal) const;
  void tell_of(Journal& journal);  // what its last fold has brought
  // A founding was stored: the journal is opened here.
  void adopt(const JournalId& id);
  void drop(const JournalId& id);         // REQUIRES: may_be_dropped()
  void acknowledge(const JournalId& id);  // of a hidden founding: it is shown from now on
  // The other person's device was met in a session of this journal: whoever founded it, both hold it.
  void met(const JournalId& id);
  // A founding that nobody has met in yet and in which nothing was written here: it may give way to a new one.
  [[nodiscard]] bool may_be_dropped(const JournalId& id) const;

 private:
  void take_back_overdue();

  struct State;
  std::unique_ptr<State> state_;
};

// Does `work`, and where the view is lost on the way folds it anew and does it again. REQUIRES: what it did before that
// may be done twice.
template <class Work>
auto sound(const Shelf& shelf, Work&& work) -> decltype(work()) {
  for (;;) {
    try {
      return work();
    } catch (const store::ViewLost& lost) {
      shelf.begin_anew(lost);
    }
  }
}

}  // namespace duolog::journal
