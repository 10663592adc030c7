// roster.h: whose devices are known in a journal, by which chain. A chain in the founding record makes a member; one
// that a session presented only lets its device's log in, until an enrolment says more.
// Spec: proto/README.md section 3.4.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>

#include "crypto/certificate.h"
#include "daemon/store/local_state.h"

namespace duolog::journal {

inline constexpr std::size_t kDevicesEver = 64;  // of one person in one journal

class Roster {
 public:
  // Reads what was admitted before.
  Roster(store::LocalState& state, const crypto::Genesis& genesis);

  [[nodiscard]] std::optional<crypto::ProvenDevice> prove(const crypto::Chain& chain) const;
  // False: not proven, or one device too many of that person. `keep`: remember it in LocalState, as the log does not.
  bool add(const crypto::Chain& chain, bool keep);
  [[nodiscard]] const crypto::ProvenDevice* find(const DeviceId& device) const;  // null: not known
  [[nodiscard]] std::vector<crypto::Chain> chains() const;
  [[nodiscard]] const crypto::Chain* chain_of(const DeviceId& device) const;  // null: not known
  [[nodiscard]] std::vector<const crypto::ProvenDevice*> devices() const;

 private:
  [[nodiscard]] std::size_t devices_of(const RootId& person) const;

  store::LocalState& state_;
  std::string prefix_;
  std::vector<crypto::RootPublic> roots_;
  struct Known {
    crypto::Chain chain;
    crypto::ProvenDevice proven;
  };
  std::map<DeviceId, Known> known_;
};

}  // namespace duolog::journal
