// post.h: the mailboxes that this device's journals go through: what the others lack is put there after it was written,
// and what they have put there is taken in.
//
//   wrote() ─► a few seconds ─► what do they lack that does not lie there? ─► a visit: list, fetch, put
//   every so often ─────────────────────────────────────────────────────────► the same
//
// One visit to each mailbox at a time (net/mailbox_errand.h), and none that there is no reason for: something to bring,
// a quarter of an hour that has passed (an hour where everybody is connected and holds the same), somebody who asks.
// Where it cannot be reached: after 30 s, then later and later up to an hour. A mailbox is no peer: it is never spoken
// to by any other way than this, and what comes from it is a bundle, of which nothing is believed.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/home/clock.h"

namespace asio {
class io_context;  // NOLINT(readability-identifier-naming): theirs
}

namespace duolog {

class Household;

class Post {
 public:
  struct Parts {  // all outlive it
    asio::io_context& io;
    Household& house;
    const Clock& clock;
    std::function<void(std::string_view)> note;      // for the daemon's notes
    std::function<void(std::exception_ptr)> failed;  // our own bug
  };
  explicit Post(Parts parts);
  ~Post();

  void wrote();          // there may be something to bring
  void look_now();       // a person asks
  void elsewhere();      // another network, or the machine slept: who could not be reached may be now
  void links_changed();  // in the vault
  void folded();         // a journal may have been left

  struct Told {
    std::vector<std::string> journals;  // names
    std::vector<std::string> addresses;
    std::string state;           // "new", "calling", "resting", "trouble"
    std::int64_t looked_ms = 0;  // 0, of the three: never
    std::int64_t put_ms = 0;
    std::int64_t read_ms = 0;
    std::int64_t next_ms = 0;  // when it is visited again
    std::string trouble;       // as in control.proto; empty: all is well
    std::string trouble_at;
    // When it was last reached:
    std::uint32_t bundles = 0;
    std::uint64_t held = 0;
    std::uint64_t quota = 0;
    std::uint32_t keeps_days = 0;
    std::int64_t clock_ahead_ms = 0;
    std::uint32_t own_bundles = 0;
    bool crowded = false;  // there is more to bring than this device's share of it
  };
  [[nodiscard]] std::vector<Told> told() const;

 private:
  struct State;
  struct Box;
  std::shared_ptr<State> state_;
};

}  // namespace duolog
