// family.h: a random history of two people with several devices each, from a seed: they write, let devices in, lose and
// remove them, two remove each other, go on under new epochs, while lines are cut and any two do not reach each other,
// machines sleep and die, older copies of a disk take its place, and two machines go on from one disk.
//
//   live()           step by step; after each step what is safe is looked at, on every device
//   come_together()  no more faults: within bounded virtual time all live devices agree on who is live, on the epoch
//   and
//                    on what is shown; and then nobody who was removed can open what was written in spite of it
//
// Beside Story, which asks whether two lose anything. The dice, the troubles and the options are the same.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>

#include "tests/simulation/seals.h"
#include "tests/simulation/story.h"

namespace duolog::simulation {

class Family {
 public:
  explicit Family(const Options& options);
  static Options options_of(std::uint64_t seed);

  void tell();
  [[nodiscard]] const std::vector<std::string>& wrong() const { return wrong_; }
  [[nodiscard]] World& world() { return world_; }

  // What came to pass, so that a test can ask whether it shows anything.
  struct Tally {
    std::uint64_t saved = 0;
    std::uint64_t unknown = 0;  // it died, or the disk refused
    std::uint64_t refused = 0;  // removed, held, not yet known
    std::uint64_t let_in = 0;
    std::uint64_t not_let_in = 0;
    std::uint64_t removed = 0;
    std::uint64_t mutual = 0;
    std::uint64_t lost = 0;
    std::uint64_t restored = 0;
    std::uint64_t cloned = 0;
    std::uint64_t bundled = 0;    // bundles that were written
    std::uint64_t brought = 0;    // records that came by one
    std::uint64_t frozen = 0;     // devices, in the end
    std::uint64_t forbidden = 0;  // pairs of an epoch and a device that must never open it
    std::uint64_t asked = 0;      // epochs that came by a question
    std::uint64_t slow = 0;       // times that coming together took longer than it does usually
    std::uint64_t messages = 0;   // of ten minutes in the end
    std::uint64_t pings = 0;      // as many as there may be of them then
    std::uint64_t live = 0;       // devices in the end
    std::uint64_t most = 0;       // devices of one person that were live in the end
  };
  [[nodiscard]] const Tally& tally() const { return tally_; }

 private:
  struct Member {  // one machine
    Node* node = nullptr;
    std::size_t person = 0;     // 0: Ada
    std::vector<Member*> path;  // who let it in, who let that one in, …
    bool removed = false;       // somebody has asked for it, or it may be taken back
    bool lost = false;          // never seen again
    bool doubtful = false;      // it was restored, or copied: what it had written since may be gone
    std::filesystem::path copy;
    std::uint64_t copied_at = 0;  // how many words there were
    // ---- at the last look ----
    std::map<JournalId, std::uint64_t> written;          // of its own log
    std::map<JournalId, std::set<DeviceId>> heard_gone;  // whose removals it had read
  };
  struct Word {
    std::string id;
    std::string text;
    Member* by;
    bool is_note;
    bool binds = true;  // else it may be gone: it was only on what is gone
  };

  void live();
  void come_together();
  Member& one() { return members_[world_.roll(members_.size())]; }
  Member& one_of(std::size_t person);
  [[nodiscard]] std::size_t count(std::size_t person) const;  // that nobody has removed or lost

  // ---- what they do, and what befalls them: family_acts.cc ----
  void act();
  void trouble(const std::string& kind);
  void write(Member& member);
  void write(Member& member, bool is_note);
  void let_in(Member& host);
  void remove(Member& member, Member& other);
  void remove_by(Member& member, Member& other);
  void remove_each_other(Member& one, Member& other);
  void rotate(Member& member);
  void part(Member& one, Member& other);
  void crash(Member& member);
  void start(Member& member);
  void sleep(Member& member);
  void lose(Member& member);
  void back_up(Member& member);
  void restore(Member& member);
  void clone(Member& member);
  void write_bundle(Member& member);  // family_bundles.cc
  void take_bundle_in(Member& member);
  void forgive_since(Member& member, std::uint64_t number);
  bool as_told(Member& member, const std::function<void(Household&)>& work);
  void watch(Member& member);

  // ---- what must be true: family_truths.cc ----
  void look();
  void own_words_are_there(Member& member);
  void nothing_is_there_twice_or_unheard_of(Member& member);
  void only_copies_are_frozen(Member& member);
  void note_what_was_sealed(Member& member);
  void nobody_removed_has_a_key(Member& member);
  [[nodiscard]] std::vector<JournalId> journals_of(const Member& member) const;
  [[nodiscard]] bool was_copied(const DeviceId& device) const;
  [[nodiscard]] bool is_frozen_anywhere(const DeviceId& device);
  // ---- in the end ----
  void copies_meet_the_others();
  bool all_agree();
  bool there_are_epochs();
  bool agree(const std::vector<Member*>& members, bool is_note);
  [[nodiscard]] std::vector<Member*> who_agree();
  [[nodiscard]] bool is_orphan(Member& member);
  [[nodiscard]] bool has_twin(const Member& member) const;
  [[nodiscard]] bool nobody_else_is_there(const Member& member);
  [[nodiscard]] bool must_be_there(Member& member);
  [[nodiscard]] std::vector<std::string> shown(Member& member, bool is_note);
  [[nodiscard]] std::string what_differs();
  void all_words_are_everywhere();
  void they_fall_silent();
  void removed_ones_are_left_alone(const std::vector<Member*>& members);
  void removed_ones_read_nothing_new();
  void slip(Member& from, Member& to, const JournalId& journal);
  void expect(bool holds, const std::string& otherwise);

  Options options_;
  World world_;
  Seals seals_;
  std::filesystem::path copies_;
  std::deque<Member> members_;
  std::vector<Word> words_;
  std::vector<Bytes> bundles_;      // files that lie about
  std::set<std::string> unsaid_;    // there or not, but not twice
  std::vector<std::string> kinds_;  // of trouble, each as often as it is heavy
  std::vector<std::string> wrong_;
  std::map<std::pair<JournalId, DeviceId>, std::set<EpochId>> forbidden_;
  JournalId shared_;
  Tally tally_;
  std::uint64_t written_ = 0;
};

}  // namespace duolog::simulation
