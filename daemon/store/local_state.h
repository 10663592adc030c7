// local_state.h: small facts this device remembers for itself: addresses, receipts, spent codes, what was seen.
//
// Sealed like everything else: names in clear, values under KDF(ds, "local.state") with the name bound in. Losing all
// of it loses no word.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/keys.h"
#include "daemon/store/database.h"

namespace duolog::store {

class LocalState {
 public:
  LocalState(Database& database, crypto::LocalKey key);
  // nullopt: never put, or does not open (then it is as if it had never been put).
  [[nodiscard]] std::optional<Bytes> get(std::string_view name) const;
  void put(std::string_view name, ByteView value);  // durable; throws NotDurable
  void remove(std::string_view name);
  [[nodiscard]] std::vector<std::string> names(std::string_view prefix) const;

 private:
  Database& database_;
  crypto::LocalKey key_;
};

}  // namespace duolog::store
