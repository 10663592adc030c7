// their_logs.h: what the other side holds, as far as it has told or shown, and what was sent that it has not receipted.
// It reads nothing and sends nothing: the session compares heads and makes the messages.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <set>

#include "daemon/sync/message.h"

namespace duolog::sync {

// One device's log over there.
struct TheirLog {
  bool listed = false;              // in their last frontier: they know the device
  store::FrontierEntry claimed;     // of their last frontier; seq 0 where not listed
  std::set<std::uint64_t> missing;  // bodies they lack, as far as told
  std::uint64_t shown = 0;          // they sent records up to here and they were ours: they hold them
  bool checked = false;             // `claimed` was compared with our chain
  bool differs = false;             // and is not ours: nothing of it is sent until the fork is proven
  bool halted = false;              // what comes next cannot be read here for now
  std::uint64_t sent = 0;           // sent up to here, or held by them
  std::uint64_t sent_ever = 0;      // what is sent again at or below this is a resend
  std::uint64_t told = 0;           // they know that we hold this much

  [[nodiscard]] std::uint64_t known() const { return std::max(claimed.seq, shown); }
};

class TheirLogs {
 public:
  // Their HELLO's or FRONTIER's claim replaces the last one. What it covers of what is under way has arrived; where it
  // is lower than before, what is above is to be sent again.
  void tell(const Claim& claim);

  [[nodiscard]] const TheirLog* find(const DeviceId& device) const;
  TheirLog& of(const DeviceId& device) { return logs_[device]; }
  [[nodiscard]] const std::map<DeviceId, TheirLog>& all() const { return logs_; }
  std::map<DeviceId, TheirLog>& all() { return logs_; }

  // Messages of records not yet receipted.
  [[nodiscard]] std::size_t under_way() const { return under_way_.size(); }
  void sent_run(const DeviceId& device, std::uint64_t last);
  void sent_body(const DeviceId& device, std::uint64_t seq);
  // The device is frozen: nothing of it will be receipted any more.
  void forget_sent(const DeviceId& device);

 private:
  struct UnderWay {
    DeviceId device;
    std::uint64_t last = 0;
    bool is_body = false;  // an answer to BODY_WANT
  };
  [[nodiscard]] bool covered(const UnderWay& message) const;
  void take(TheirLog& log, const store::FrontierEntry& entry, std::set<std::uint64_t> missing);

  std::map<DeviceId, TheirLog> logs_;
  std::vector<UnderWay> under_way_;  // at most kWindow
};

}  // namespace duolog::sync
