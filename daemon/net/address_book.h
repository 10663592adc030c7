// address_book.h: where each device was last reached and says it can be, remembered across restarts. A hint, never
// trusted: who answers there must still prove itself. Kept in store::LocalState, written when there is time; losing it
// costs a little patience.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <set>

#include "daemon/home/address.h"
#include "daemon/home/clock.h"
#include "daemon/store/local_state.h"

namespace duolog::net {

class AddressBook {
 public:
  static constexpr std::size_t kPerDevice = 12;

  explicit AddressBook(store::LocalState& memory);

  struct Page {
    std::vector<Address> addresses;     // in the order in which they are worth trying
    std::optional<WallTime> last_seen;  // nullopt: never met
    bool operator==(const Page&) const = default;
  };
  [[nodiscard]] const Page& look_up(const DeviceId& device) const;

  [[nodiscard]] std::vector<DeviceId> devices() const;  // of which something is written

  // It was reached there: first from now on, and durable at once: of two who were just paired somebody must know where
  // the other is. Both are true when something was new.
  bool reached(const DeviceId& device, const Address& address);
  // It says, or it seems, that it can be reached there: after the one that last worked, before older hearsay.
  bool learn(const DeviceId& device, const std::vector<Address>& addresses);
  void seen(const DeviceId& device, WallTime when);
  // Nothing of it is kept any more, until it is reached or learnt of anew.
  void forget(const DeviceId& device);

 private:
  Page& open(const DeviceId& device) const;
  void write(const DeviceId& device, const Page& page);

  store::LocalState& memory_;
  mutable std::map<DeviceId, Page> pages_;  // read when first asked for
  std::set<DeviceId> forgotten_;
};

}  // namespace duolog::net
