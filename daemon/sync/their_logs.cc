// their_logs.cc: keeps the account of the other side.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/sync/their_logs.h"

namespace duolog::sync {

void TheirLogs::tell(const Claim& claim) {
  for (auto& [device, log] : logs_) log.listed = false;
  for (const store::FrontierEntry& entry : claim.entries) {
    const auto missing = claim.missing.find(entry.device);
    take(logs_[entry.device], entry,
         missing == claim.missing.end() ? std::set<std::uint64_t>{}
                                        : std::set<std::uint64_t>(missing->second.begin(), missing->second.end()));
  }
  // What they no longer list is forgotten, unless it was sent or told: else a liar's inventions would pile up here.
  std::erase_if(logs_, [](const auto& one) {
    const TheirLog& log = one.second;
    return !log.listed && log.sent_ever == 0 && log.shown == 0 && log.told == 0;
  });
  for (auto& [device, log] : logs_)
    if (!log.listed) log.claimed = {};
  std::erase_if(under_way_, [&](const UnderWay& message) { return covered(message); });
}

void TheirLogs::take(TheirLog& log, const store::FrontierEntry& entry, std::set<std::uint64_t> missing) {
  const bool lower = entry.seq < log.claimed.seq;
  if (entry != log.claimed || missing != log.missing) log.checked = false;
  log.listed = true;
  log.claimed = entry;
  log.missing = std::move(missing);
  if (lower) {
    forget_sent(entry.device);
    log.shown = log.sent = entry.seq;
  }
  log.sent = std::max(log.sent, log.known());
}

const TheirLog* TheirLogs::find(const DeviceId& device) const {
  const auto at = logs_.find(device);
  return at != logs_.end() ? &at->second : nullptr;
}

void TheirLogs::sent_run(const DeviceId& device, std::uint64_t last) {
  TheirLog& log = logs_[device];
  log.sent = last;
  log.sent_ever = std::max(log.sent_ever, last);
  log.told = std::max(log.told, last);
  under_way_.push_back({device, last, false});
}

void TheirLogs::sent_body(const DeviceId& device, std::uint64_t seq) { under_way_.push_back({device, seq, true}); }

void TheirLogs::forget_sent(const DeviceId& device) {
  std::erase_if(under_way_, [&](const UnderWay& message) { return message.device == device; });
}

bool TheirLogs::covered(const UnderWay& message) const {
  const TheirLog* log = find(message.device);
  if (log == nullptr || !log->listed) return true;
  return message.is_body ? !log->missing.contains(message.last) : log->claimed.seq >= message.last;
}

}  // namespace duolog::sync
