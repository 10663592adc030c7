// membership.h: who belongs to a journal, and which epoch is current: a fold whose outcome depends on the set of facts
// it was told and never on their order. No I/O. Spec: proto/README.md sections 3.3 and 3.4.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <set>

#include "crypto/certificate.h"
#include "crypto/epoch.h"

namespace duolog::journal {

inline constexpr std::size_t kLivePerPerson = 8;

// A record of kind 2 whose secret is known here and is the one its id names.
struct EpochFact {
  EpochId id;
  DeviceId author;
  std::uint32_t depth = 0;
  crypto::EpochMeta meta;
};

class Membership {
 public:
  explicit Membership(const crypto::Genesis& genesis) : genesis_(genesis) {}

  // ---- facts ----
  void enrol(const crypto::ProvenDevice& device);  // by the founding record
  void freeze(const DeviceId& device);             // its log has forked
  void epoch(const EpochFact& fact);

  // ---- what follows from them ----
  [[nodiscard]] const std::map<DeviceId, crypto::ProvenDevice>& enrolled() const { return enrolled_; }
  [[nodiscard]] bool frozen(const DeviceId& device) const { return frozen_.contains(device); }
  // Enrolled and not frozen; of each person the kLivePerPerson smallest by (chain length, created, id). Sorted.
  [[nodiscard]] std::vector<DeviceId> live() const;
  [[nodiscard]] std::vector<DeviceId> gone() const;  // enrolled and not live
  [[nodiscard]] crypto::EpochMeta meta() const;      // of an epoch that were written now
  // Among the epochs whose author is live and whose members and gone are today's: the largest (depth, id).
  [[nodiscard]] std::optional<EpochId> current() const;
  // Of the epoch to write when there is no current one: 1 + the largest among live authors, saturating.
  [[nodiscard]] std::uint32_t next_depth() const;

 private:
  crypto::Genesis genesis_;
  std::map<DeviceId, crypto::ProvenDevice> enrolled_;
  std::set<DeviceId> frozen_;
  std::vector<EpochFact> epochs_;
};

}  // namespace duolog::journal
