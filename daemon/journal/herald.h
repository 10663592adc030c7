// herald.h: says what a fold has brought, to whoever listens: `watch`, the sessions, the network.
//
// Silent until everything that was there before has been folded: what is old is no news.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/journal/journal.h"
#include "daemon/journal/shelf.h"

namespace duolog::journal {

class Herald {
 public:
  Herald(const Shelf::Parts& parts, Shelf::Hooks hooks)
      : clock_(parts.clock), zone_(parts.zone), here_(parts.zone), hooks_(std::move(hooks)) {}

  void begin() { speaks_ = true; }
  void grew(const Journal& journal) const;
  void doors_changed(const JournalId& journal) const;
  void forgotten(const JournalId& journal, const std::vector<DeviceId>& strangers,
                 const std::vector<ChunkId>& chunks) const;  // also before begin()
  void tell(const Journal& journal, const Journal::Brought& brought) const;

 private:
  [[nodiscard]] bool heard() const { return hooks_.news && (!hooks_.heard || hooks_.heard()); }
  void say(const Journal& journal, News news) const;
  // What is told in one go looks at the journal once.
  struct Telling;
  void tell_item(Telling& telling, const Journal::Brought::Item& item) const;
  void tell_opened(Telling& telling, const RoundKey& key) const;
  void tell_delivered(const Journal& journal, std::uint64_t above, std::uint64_t up_to) const;
  [[nodiscard]] std::int64_t now() const { return clock_.wall().time_since_epoch().count(); }

  Clock clock_;
  std::string zone_;
  Zone here_;
  Shelf::Hooks hooks_;
  bool speaks_ = false;
};

}  // namespace duolog::journal
