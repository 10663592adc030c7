// local_state.cc: small sealed facts under clear names.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/store/local_state.h"

#include "crypto/hash.h"
#include "daemon/store/query.h"

namespace duolog::store {
namespace {

// The name is bound in, so that one fact cannot be passed off as another.
Bytes bound_to(std::string_view name) { return crypto::lv({as_bytes("duolog1:local.state"), as_bytes(name)}); }

}  // namespace

LocalState::LocalState(Database& database, crypto::LocalKey key) : database_(database), key_(std::move(key)) {}

std::optional<Bytes> LocalState::get(std::string_view name) const {
  Query query(database_, "SELECT value FROM local WHERE name = ?");
  if (!query.bind(name).step()) return std::nullopt;
  return crypto::open(key_.view(), bound_to(name), query.blob(0));
}

void LocalState::put(std::string_view name, ByteView value) {
  const Bytes sealed = crypto::seal(key_.view(), bound_to(name), value);
  database_.transaction([&] {
    Query(database_,
          "INSERT INTO local (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value")
        .bind(name)
        .bind(sealed)
        .run();
  });
}

void LocalState::remove(std::string_view name) {
  database_.transaction([&] { Query(database_, "DELETE FROM local WHERE name = ?").bind(name).run(); });
}

std::vector<std::string> LocalState::names(std::string_view prefix) const {
  std::vector<std::string> found;
  Query query(database_, "SELECT name FROM local WHERE name >= ? ORDER BY name");
  query.bind(prefix);
  while (query.step()) {
    std::string name = query.text(0);
    if (!name.starts_with(prefix)) break;
    found.push_back(std::move(name));
  }
  return found;
}

}  // namespace duolog::store
