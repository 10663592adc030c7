// roster.h: whose devices are known in a journal, by which chain. A chain in the founding record makes a member; one
// that a session presented only lets its device's log in, until an enrolment says more. Devices that are out (removed,
// or only a removed one vouches for them) have places of their own: whoever has a lost device takes none from others.
// Spec: proto/README.md section 3.4.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <map>

#include "crypto/certificate.h"
#include "daemon/store/local_state.h"

namespace duolog::journal {

inline constexpr std::size_t kDevicesEver = 64;  // of one person in one journal, removed or not, …
inline constexpr std::size_t kHomecomings = 8;   // … of them kept for whoever comes back by the words …
inline constexpr std::size_t kStrays = 32;       // … and beside them those that a lost device made and nobody enrolled

class Roster {
 public:
  // Reads what was admitted before.
  Roster(store::LocalState& state, const crypto::Genesis& genesis);

  using Which = std::function<bool(const crypto::ProvenDevice&)>;

  // A chain that is here costs nothing to prove.
  [[nodiscard]] std::optional<crypto::ProvenDevice> prove(const crypto::Chain& chain) const;
  [[nodiscard]] bool knows(const crypto::Chain& chain) const;
  [[nodiscard]] std::size_t count(const RootId& person, const Which& which) const;
  // `device` as prove() gave it. Of several chains of a device the first stays. `keep`: remember it in LocalState, as
  // the log does not. REQUIRES: it is known, or there is room (journal.h).
  void add(const crypto::Chain& chain, const crypto::ProvenDevice& device, bool keep);
  [[nodiscard]] const crypto::ProvenDevice* find(const DeviceId& device) const;  // null: not known
  [[nodiscard]] std::vector<crypto::Chain> chains() const;
  [[nodiscard]] const crypto::Chain* chain_of(const DeviceId& device) const;  // null: not known
  [[nodiscard]] std::vector<const crypto::ProvenDevice*> devices() const;

 private:
  struct Known {
    crypto::Chain chain;
    crypto::ProvenDevice proven;
  };
  [[nodiscard]] const Known* same(const crypto::Chain& chain) const;  // null: not known, or by another chain

  store::LocalState& state_;
  std::string prefix_;
  std::vector<crypto::RootPublic> roots_;
  std::map<DeviceId, Known> known_;
};

}  // namespace duolog::journal
