// shelf_state.h: the inside of the shelf, shared by shelf.cc (finding, foundings), shelf_write.cc and shelf_fold.cc.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <new>

#include "daemon/journal/devices.h"
#include "daemon/journal/herald.h"
#include "daemon/journal/rounds.h"

namespace duolog::journal {

inline constexpr const char* kWriteTo = "write_to";  // in LocalState: a journal's id
// In LocalState: the journal in which practices were done was left, and nobody has said yet which one follows.
inline constexpr const char* kToBeChosen = "write_to_be_chosen";
inline constexpr const char* kMetPrefix = "met/";  // in LocalState: journals in which a session met the other person

// Where less is left on the disk, the view's file gives way to words.
inline constexpr std::uint64_t kRoomForWords = std::uint64_t{4} << 20;

struct Shelf::State {
  State(Parts given, Hooks hooks) : parts(std::move(given)), here(parts.zone), herald(parts, std::move(hooks)) {}

  Parts parts;
  Zone here;
  Herald herald;
  std::vector<std::unique_ptr<Journal>> journals;  // in the vault's order: the notebook first
  // Written by itself since the start. What cannot be read back would else be written again for ever.
  std::set<RecordId> opened;
  std::set<JournalId> journals_kept;
  std::set<EpochId> epochs_kept;
  std::set<std::tuple<JournalId, DeviceId, bool>> devices_told;  // added, or removed
  std::set<std::pair<JournalId, bool>> partings_told;            // forgotten, or kept
  std::multiset<JournalId> telling;  // journals that are parted, and in which the other is still met to be told
  std::map<DeviceId, std::int64_t> expected;  // let in, and not known to have arrived; until when, in ms since 1970
  bool refused = false;                       // the last time that something was to be written by itself
  bool clock_doubted = false;
  std::map<JournalId, std::uint64_t> to_come;       // records of each, where there are any
  std::map<JournalId, SteadyTime> rows_wait_until;  // at the latest; of those whose rows have waited since the start
  std::size_t indexed = 0;                          // records, since everything was

  // As sound() of shelf.h.
  template <class Work>
  auto sound(Work&& work) -> decltype(work()) {
    for (;;) {
      try {
        return work();
      } catch (const store::ViewLost& lost) {
        begin_anew(lost);
      }
    }
  }
  void begin_anew(const store::ViewLost& lost);
  void fold_anew();  // its facts; the view is empty. Throws store::ViewLost
  // `renew` leaves it with empty tables, and the rest is as in begin_anew(); or says false, and nothing is changed.
  bool renew_view(const std::function<bool(ViewFile&)>& renew);

  // Does `work`, and where the disk refuses it for want of room once more, with that of the view: only then, as a
  // lifetime is folded anew for it. REQUIRES: what it did before it was refused may be done twice.
  template <class Work>
  auto with_room(Work&& work) -> decltype(work()) {
    try {
      return work();
    } catch (const store::NotDurable&) {
      if (!make_room(kRoomForWords)) throw;
    }
    return work();
  }
  // False: the view has none to give, or the disk refuses all the same.
  bool make_room(std::uint64_t room);

  // Nobody asked for this, so nobody is told where it cannot be: the disk is full, a log is frozen or damaged. It is
  // tried again after the next fold. False: the disk refused it, and may have room a moment later.
  template <class Work>
  bool as_far_as_possible(Work&& work) {
    try {
      with_room(work);
    } catch (const store::NotDurable&) {
      return false;
    } catch (const store::BadDatabase&) {  // NOLINT(bugprone-empty-catch)
    } catch (const Refusal&) {             // NOLINT(bugprone-empty-catch)
    } catch (const std::bad_alloc&) {      // NOLINT(bugprone-empty-catch): locked memory is scarce
    }
    return true;
  }

  [[nodiscard]] std::int64_t now() const { return parts.clock.wall().time_since_epoch().count(); }
  [[nodiscard]] Stamp stamp() const { return {now(), here.offset_minutes(now())}; }
  [[nodiscard]] Calendar calendar_of(const Journal& journal) const;

  // ---- finding: shelf.cc ----
  void open_all();
  void open(const JournalId& id);
  void require_fitting_log() const;
  void sweep() const;
  void finish_notebook() const;
  [[nodiscard]] Journal& notebook() const { return *journals.front(); }
  [[nodiscard]] std::vector<Journal*> visible() const;
  [[nodiscard]] Journal& find(std::string_view wanted) const;
  [[nodiscard]] Journal* by_id(const JournalId& id) const;
  [[nodiscard]] Journal& writing_journal() const;
  [[nodiscard]] Journal& picked_to_write() const;  // also where it was parted from

  // ---- writing: shelf_write.cc ----
  [[nodiscard]] Journal& answering_journal(const std::string& wanted) const;
  [[nodiscard]] Journal& journal_for_two(const std::string& wanted) const;  // to write there; throws kToBeChosen
  [[nodiscard]] Rounds rounds_of(const Journal& journal) const;
  [[nodiscard]] std::string period_to_answer(const Journal& journal, const practice::Practice& practice,
                                             const std::string& wanted) const;
  [[nodiscard]] crypto::SealRule rule_for(const Journal& journal, const practice::Practice& practice,
                                          const std::string& period) const;
  [[nodiscard]] Sealed seal(const Journal& journal, const std::string& practice, const std::string& period,
                            const Form& form, const crypto::SealRule& rule) const;
  [[nodiscard]] Sealed letter(const Journal& journal, const Entry& entry, const std::string& open_on) const;
  [[nodiscard]] std::optional<Saved> answered_before(ByteView request) const;
  [[nodiscard]] std::optional<Noted> noted_of(const Journal& journal, const RecordId& id) const;
  [[nodiscard]] Saved saved_as(const Journal& journal, const RecordId& id) const;
  // Appends, tells, folds. Every payload that a person writes goes through here.
  template <class Payload>
  Saved save(Journal& journal, Payload payload, ByteView request) {
    const RecordId id = with_room([&] { return sound([&] { return journal.append(payload, stamp(), request); }); });
    herald.grew(journal);
    fold_all();
    return sound([&] { return saved_as(journal, id); });
  }

  // ---- folding: shelf_fold.cc ----
  bool fold_some(std::size_t records);
  bool fold_facts(std::size_t& records);
  [[nodiscard]] bool comes_for_the_first_time(const Journal& journal) const;
  [[nodiscard]] bool rows_may_wait(const Journal& journal) const;
  [[nodiscard]] bool rows_are_due() const;
  bool catch_up(std::size_t& records, bool in_bulk);
  bool index_some(std::size_t records);
  void fold_all();
  bool finish_fold();
  bool publish_openings(Journal& journal);
  bool keep_in_notebook();
  [[nodiscard]] bool is_read_by_removed(const Journal& journal) const;
  void keep_in_notebook(const JournalSecrets& journal, bool& wrote);
  void keep_in_notebook(const JournalSecrets& journal, const EpochId& epoch, bool& wrote);
  [[nodiscard]] std::vector<EpochId> epochs_that_somebody_lacks() const;
  void tell_of(Journal& journal);

  // ---- this person's devices: shelf_devices.cc ----
  bool keep_devices(bool& wrote);
  [[nodiscard]] std::vector<Known> known_elsewhere() const;
  void tell(Journal& journal, const Untold& untold, bool& wrote);
  [[nodiscard]] bool is_out(const DeviceId& device) const;
  [[nodiscard]] std::vector<Journal*> where_alone(const DeviceId& device) const;
  bool renew_where_removed_read(Journal& journal, const Untold& untold) const;
  struct TakenUp {
    bool anything = false;
    bool all = true;  // that can be, now
  };
  TakenUp take_up_kept();
  void note_arrived();
  void remember_arrivals();
  [[nodiscard]] bool has_written(const DeviceId& device) const;
  [[nodiscard]] bool may_be_taken(const JournalKept& kept) const;
  bool take_up(const JournalKept& kept);
  bool come_home();  // shelf_homecoming.cc
  [[nodiscard]] std::size_t secrets_held() const;

  // ---- parting: shelf_parting.cc ----
  void ask_who_follows(const JournalId& id);
  void write_into_notebook_after(const JournalId& id);
  bool forget(const JournalId& id);
  bool clear_away(const JournalId& id, const std::vector<ChunkId>& chunks);
  bool clear_away_all();
  [[nodiscard]] bool has_log(const JournalId& id) const;
  [[nodiscard]] bool something_is_to_go() const;  // that the disk has refused to give up
  void forget_local_marks(const JournalId& id);
  [[nodiscard]] std::vector<DeviceId> known_here_alone(const JournalId& id) const;
  [[nodiscard]] bool is_left(const JournalId& id) const;
  [[nodiscard]] bool told_of_parting(const JournalId& id) const;
  void give_up(const JournalId& id);
  bool follow_partings();
  bool keep_partings();

  void mark_seen(const std::vector<Item>& items);
};

}  // namespace duolog::journal
