// membership.h: who belongs to a journal, and which epoch is current: a fold whose outcome depends on the set of facts
// it was told and never on their order. No I/O. Spec: proto/README.md sections 3.3 and 3.4.
//
//   unknown ─► enrolled ─► live ─► over (a ninth) · frozen (its log forked) · removed (above its cut it is marked)
//
// Who was ever enrolled is a closure that only grows: founders, what the root signed, whom those enrolled, and so on.
// Such devices may remove others of their person, whatever became of them: two that remove each other are both out.
// From the removals follow the cuts, and who *is* enrolled: the same closure without what stands above its author's
// cut.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <set>

#include "crypto/certificate.h"
#include "crypto/epoch.h"

namespace duolog::journal {

inline constexpr std::size_t kLivePerPerson = 8;
inline constexpr std::size_t kRemovalsBy =
    64;  // by one author, of devices that were never enrolled: more are passed over
inline constexpr std::size_t kGoneTried = 10;  // of more that are gone not every choice is tried: explains()

// A record of kind 2 whose secret is known here and is the one its id names.
struct EpochFact {
  EpochId id;
  DeviceId author;
  std::uint32_t depth = 0;
  crypto::EpochMeta meta;
};

// A record of kind 3 that names a device, whose chain has proven.
struct Enrolment {
  crypto::ProvenDevice device;
  DeviceId by;            // counts where it is an enrolled device of the same person, or the device itself where the
  std::uint64_t seq = 0;  // root has signed its certificate. Where in its author's log
};

struct Removal {
  DeviceId device;
  std::uint64_t cut_seq = 0;
  RecordId cut_record;
  std::optional<DeviceId> by;  // none: `root` has signed it, in whose log ever it stands
  RootId root;
};

// Up to where a removed device's log counts.
struct Cut {
  std::uint64_t seq = 0;
  RecordId record;
  auto operator<=>(const Cut&) const = default;
};

class Membership {
 public:
  explicit Membership(const crypto::Genesis& genesis) : genesis_(genesis) {}

  // ---- facts ----
  void enrol(const crypto::ProvenDevice& founder);  // by the founding record
  bool enrol(const Enrolment& enrolment);           // false: it says nothing new
  bool remove(const Removal& removal);              // false: the same, or one too many by its author
  void freeze(const DeviceId& device);              // its log has forked
  void epoch(const EpochFact& fact);

  // ---- what follows from them ----
  [[nodiscard]] const std::map<DeviceId, crypto::ProvenDevice>& enrolled() const { return enrolled_; }
  [[nodiscard]] bool was_enrolled(const DeviceId& device) const { return ever_.contains(device); }
  // By this author, here or before in its log.
  [[nodiscard]] bool knows(const DeviceId& by, const DeviceId& device, std::uint64_t seq) const;
  [[nodiscard]] const std::map<DeviceId, crypto::ProvenDevice>& ever() const { return ever_; }
  [[nodiscard]] bool founded_by(const DeviceId& device) const { return founders_.contains(device); }
  [[nodiscard]] bool frozen(const DeviceId& device) const { return frozen_.contains(device); }
  // Of a device that no enrolment names nobody can say whose it is: then of `person`.
  [[nodiscard]] bool removed(const DeviceId& device) const;
  [[nodiscard]] bool removed(const RootId& person, const DeviceId& device) const;
  // The lowest of all that count.
  [[nodiscard]] std::optional<Cut> cut(const RootId& person, const DeviceId& device) const;
  [[nodiscard]] std::map<DeviceId, Cut> removed_of(const RootId& person) const;
  // By a device of its person that `others` have ever known. A root's word names the journal, and counts in no other.
  [[nodiscard]] bool removed_by_one_of(const Membership& others, const RootId& person, const DeviceId& device) const;
  // Its chain runs over one that was removed, and that one itself has not enrolled the next below its cut.
  [[nodiscard]] bool hangs_on_removed(const crypto::ProvenDevice& device) const;
  // No session is held with it: removed; or not enrolled, and hanging.
  [[nodiscard]] bool shuts_out(const crypto::ProvenDevice& device) const;
  // Shut out, and never enrolled: whoever has a lost device may make any number of them.
  [[nodiscard]] bool is_stray(const crypto::ProvenDevice& device) const;
  // Those enrolled and not removed whose chain runs over it.
  [[nodiscard]] std::vector<DeviceId> enrolled_by(const DeviceId& device) const;
  // Enrolled, not removed and not frozen; of each person the kLivePerPerson smallest by (chain length, created, id).
  // Sorted.
  [[nodiscard]] const std::vector<DeviceId>& live() const { return live_; }
  [[nodiscard]] bool live(const DeviceId& device) const;
  [[nodiscard]] const std::vector<DeviceId>& gone() const { return gone_; }  // ever enrolled and not live; sorted
  [[nodiscard]] std::uint64_t goings() const { return goings_; }             // another one where gone() may be another
  [[nodiscard]] crypto::EpochMeta meta() const;                              // of an epoch that were written now
  // Its writer knew of nobody's going that is not known here: whomever it shuts out is out here as well. Where more
  // than kGoneTried are gone that it does not list, it must be the oldest of them that were gone then.
  [[nodiscard]] bool explains(const crypto::EpochMeta& meta) const;
  // Among the epochs whose author is live and whose members and gone are today's: the largest (depth, id).
  [[nodiscard]] std::optional<EpochId> current() const;
  // What words may still be sealed under while there is no current one: of the live authors' epochs the largest
  // (depth, id). Null: none.
  [[nodiscard]] const EpochFact* newest() const;
  // Of the epoch to write when there is no current one: 1 + the largest among live authors, saturating.
  [[nodiscard]] std::uint32_t next_depth() const;

 private:
  using Devices = std::map<DeviceId, crypto::ProvenDevice>;
  void follow();  // computes what is below anew
  void follow_living();
  [[nodiscard]] Devices closure(bool below_cuts) const;
  [[nodiscard]] const crypto::ProvenDevice* known(const DeviceId& device) const;
  [[nodiscard]] const EpochFact* newest_of(const crypto::EpochMeta* meta) const;  // by live authors; null: any

  crypto::Genesis genesis_;
  // ---- facts ----
  Devices founders_;
  std::map<std::pair<DeviceId, DeviceId>, Enrolment> enrolments_;  // by author and device: the lowest seq
  using Word = std::pair<std::optional<DeviceId>, RootId>;         // whose: an author's, or a root's
  std::map<std::pair<Word, DeviceId>, Removal> removals_;          // the lowest cut
  std::set<DeviceId> frozen_;
  std::vector<EpochFact> epochs_;
  // ---- what follows ----
  Devices ever_;
  Devices enrolled_;
  std::map<std::pair<RootId, DeviceId>, Cut> cuts_;  // by whose word, the lowest
  std::vector<DeviceId> live_;
  std::vector<DeviceId> gone_;
  std::uint64_t goings_ = 0;
};

}  // namespace duolog::journal
