// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/store/log_walk.h"

namespace duolog::store {

LogWalk::LogWalk(SealedLog& log) : log_(log) {
  for (const JournalId& journal : log_.journals()) {
    for (const FrontierEntry& entry : log_.frontier(journal)) {
      const auto head = log_.head(journal, entry.device);  // above a freeze, too
      const std::uint64_t last = head ? std::max(head->seq, entry.seq) : entry.seq;
      if (last == 0) continue;
      chains_.push_back({journal, entry.device, last});
      total_ += last;
    }
  }
}

bool LogWalk::step(std::size_t records) {
  while (records > 0 && !chains_.empty()) {
    const Chain& chain = chains_.back();
    const std::uint64_t from = next_;
    log_.each(chain.journal, chain.device, next_, [&](std::uint64_t seq, const RecordId&, const crypto::Record&) {
      next_ = seq + 1;
      ++read_;
      return --records > 0 && next_ <= chain.last;
    });
    if (next_ == from) {  // a head is lost there; behind it there may be others that are not
      ++next_;
      --records;
    }
    if (next_ <= chain.last) continue;
    chains_.pop_back();
    next_ = 1;
  }
  return !chains_.empty();
}

std::uint64_t missing_in_all(const SealedLog& log) {
  std::uint64_t missing = 0;
  for (const JournalId& journal : log.journals())
    for (const auto& [device, seqs] : log.missing_bodies(journal)) missing += seqs.size();
  return missing;
}

}  // namespace duolog::store
