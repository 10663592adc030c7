// our_log.h: one journal of the sealed log as it may be told to others: a frozen device's chain ends below its fork.
// Everything here is durable, so that whatever is told of it is a receipt.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <set>

#include "daemon/sync/message.h"

namespace duolog::sync {

class OurLog {
 public:
  OurLog(store::SealedLog& log, const JournalId& journal) : log_(log), journal_(journal) {}

  void refresh();        // frontier, forks and missing bodies, read anew
  void refresh_heads();  // the frontier alone

  [[nodiscard]] const store::Frontier& frontier() const { return frontier_; }
  [[nodiscard]] bool knows(const DeviceId& device) const { return entry(device) != nullptr; }
  [[nodiscard]] std::uint64_t held(const DeviceId& device) const;  // 0 where the device is not known
  // REQUIRES: seq <= held(). nullopt: the record is damaged here, so that nothing can be compared with it.
  [[nodiscard]] std::optional<RecordId> id_at(const DeviceId& device, std::uint64_t seq) const;

  // The proof with the lowest fork of each frozen device.
  [[nodiscard]] const std::map<DeviceId, store::ForkProof>& forks() const { return forks_; }
  // What nobody is told or believed any more: this seq and all above. nullopt: not frozen.
  [[nodiscard]] std::optional<std::uint64_t> forked_at(const DeviceId& device) const;

  // Bodies that are not here, at or below the frontier.
  [[nodiscard]] const std::map<DeviceId, std::set<std::uint64_t>>& missing() const { return missing_; }
  void run_came(const DeviceId& device, std::uint64_t start, std::span<const crypto::Record> run);

  // What a FRONTIER says: all heads, and the lowest missing seqs; of each device at least the lowest one.
  [[nodiscard]] Claim claim() const;

 private:
  [[nodiscard]] const store::FrontierEntry* entry(const DeviceId& device) const;

  store::SealedLog& log_;
  JournalId journal_;
  store::Frontier frontier_;
  std::map<DeviceId, store::ForkProof> forks_;
  std::map<DeviceId, std::set<std::uint64_t>> missing_;  // no empty sets
};

}  // namespace duolog::sync
