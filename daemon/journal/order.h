// order.h: the merge of the chains of a journal into its one order.
//
// Of the records that are next in their chain and whose writer has seen nothing that still waits, the one with the
// earliest time comes next; equal times go by id. A record without a time stands beside what precedes it in its chain.
// What is not held cannot be waited for. (Liars could claim to have seen each other's future; then, when nothing is
// free to come, the earliest comes all the same.)
//
// What has been merged depends on nothing that stands behind the next record of each chain: so the merge can begin at
// any place of the order at which one knows how far it has come in every chain.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include "daemon/journal/noted.h"

namespace duolog::journal {

class Merge {
 public:
  struct Next {  // of a chain
    RecordId id;
    std::uint64_t seq = 0;
    std::optional<std::int64_t> written_ms;
    std::vector<Seen> seen;
  };
  using Pull = std::function<std::optional<Next>()>;  // the next record of the chain; nullopt: there is none

  // `time`: of the last record that has one among those that are merged already; kNoTime: none.
  void add_chain(const DeviceId& device, std::int64_t time, Pull pull);

  struct Step {
    std::size_t chain = 0;  // in the order of add_chain()
    Next record;
    std::int64_t time = kNoTime;  // its own, or that of what precedes it in its chain
    bool free = true;             // false: only liars were left
  };
  std::optional<Step> step();  // nullopt: all are merged

 private:
  struct Chain {
    DeviceId device;
    std::int64_t time = kNoTime;
    Pull pull;
    std::optional<Next> next;

    [[nodiscard]] std::int64_t next_time() const { return next->written_ms.value_or(time); }
  };
  [[nodiscard]] bool is_free(const Chain& chain) const;
  static bool earlier(const Chain& a, const Chain& b);

  std::vector<Chain> chains_;
};

}  // namespace duolog::journal
