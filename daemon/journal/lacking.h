// lacking.h: records that stand here and do not open, for want of their epoch's secret; and what to ask for.
//
//   add() ─► places_ ─► take(), when the secret has come ─► they are folded once more
//     └────► authors_ ─► to_ask(), of each author in turn
//
// An epoch's id is chosen by who writes it, and so is how many of them somebody names: whoever names many, or small
// ones, takes nobody's turn but its own.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "crypto/bytes.h"

namespace duolog::journal {

class Lacking {
 public:
  using Place = std::pair<DeviceId, std::uint64_t>;
  using Chosen = std::function<bool(const DeviceId& author)>;

  void clear();
  // A record that does not open: the epoch's own, or words under it. True: there is one more to ask for.
  bool add(const Place& place, const EpochId& epoch, bool is_its_record);
  struct Waited {
    std::set<Place> places;
    std::vector<Place> records;  // of these the epoch's own
  };
  // Its secret is known.
  Waited take(const EpochId& epoch);
  [[nodiscard]] bool waits_for(const EpochId& epoch) const { return places_.contains(epoch); }
  // At most `limit`: of each author in turn one, of its own records the newest first, then what its words name. Of
  // authors who are not `counted` its own records alone. Who is `preferred` begins each turn.
  [[nodiscard]] std::vector<EpochId> to_ask(std::size_t limit, const Chosen& counted, const Chosen& preferred) const;

 private:
  struct Author {
    std::map<std::uint64_t, EpochId> records;  // epochs whose own record is here, by its place
    std::set<EpochId> named;                   // some of those whose words alone are here
    bool names_more = false;
  };
  void fill_up(const DeviceId& id, Author& author) const;

  std::map<EpochId, std::set<Place>> places_;
  std::map<DeviceId, Author> authors_;
};

}  // namespace duolog::journal
