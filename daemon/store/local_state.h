// local_state.h: small facts this device remembers for itself: addresses, receipts, spent codes, what was seen.
//
// Sealed like everything else: names in clear, values under KDF(ds, "local.state") with the name bound in. Losing all
// of it loses no word. So what nobody waits for need not be durable at once: put_soon() costs no sync of its own.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>

#include "crypto/keys.h"
#include "daemon/store/database.h"

namespace duolog::store {

class LocalState {
 public:
  LocalState(Database& database, crypto::LocalKey key);
  ~LocalState();  // what waits is written down, where the disk takes it
  LocalState(const LocalState&) = delete;
  LocalState& operator=(const LocalState&) = delete;

  // nullopt: never put, or does not open (then it is as if it had never been put).
  [[nodiscard]] std::optional<Bytes> get(std::string_view name) const;
  void put(std::string_view name, ByteView value);  // durable, with all that waits; throws NotDurable
  void remove(std::string_view name);
  // Read back at once, on the disk with the next put() or write_down(): what a kill takes is what was noted since.
  void put_soon(std::string_view name, ByteView value);
  [[nodiscard]] bool waiting() const;
  void write_down();  // durable; throws NotDurable, and then it still waits
  [[nodiscard]] std::vector<std::string> names(std::string_view prefix) const;

 private:
  void store(std::string_view name, ByteView value);

  Database& database_;
  crypto::LocalKey key_;
  std::map<std::string, Bytes, std::less<>> waiting_;
};

}  // namespace duolog::store
