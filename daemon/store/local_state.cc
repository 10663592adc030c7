// local_state.cc: small sealed facts under clear names.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/store/local_state.h"

#include <algorithm>

#include "crypto/hash.h"
#include "daemon/store/query.h"

namespace duolog::store {
namespace {

// The name is bound in, so that one fact cannot be passed off as another.
Bytes bound_to(std::string_view name) { return crypto::lv({as_bytes("duolog1:local.state"), as_bytes(name)}); }

}  // namespace

LocalState::LocalState(Database& database, crypto::LocalKey key) : database_(database), key_(std::move(key)) {}

LocalState::~LocalState() {
  try {
    write_down();
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): whoever writes words is told of the disk
  }
}

std::optional<Bytes> LocalState::get(std::string_view name) const {
  if (const auto noted = waiting_.find(name); noted != waiting_.end()) return noted->second;
  Query query(database_, "SELECT value FROM local WHERE name = ?");
  if (!query.bind(name).step()) return std::nullopt;
  return crypto::open(key_.view(), bound_to(name), query.blob(0));
}

void LocalState::store(std::string_view name, ByteView value) {
  Query(database_,
        "INSERT INTO local (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value")
      .bind(name)
      .bind(crypto::seal(key_.view(), bound_to(name), value))
      .run();
}

void LocalState::put(std::string_view name, ByteView value) {
  database_.transaction([&] {
    for (const auto& [noted, soon] : waiting_)
      if (noted != name) store(noted, soon);
    store(name, value);
  });
  waiting_.clear();
}

void LocalState::remove(std::string_view name) {
  database_.transaction([&] { Query(database_, "DELETE FROM local WHERE name = ?").bind(name).run(); });
  if (const auto noted = waiting_.find(name); noted != waiting_.end()) waiting_.erase(noted);
}

void LocalState::put_soon(std::string_view name, ByteView value) {
  waiting_.insert_or_assign(std::string(name), Bytes(value.begin(), value.end()));
}

bool LocalState::waiting() const { return !waiting_.empty(); }

void LocalState::write_down() {
  if (waiting_.empty()) return;
  database_.transaction([&] {
    for (const auto& [name, value] : waiting_) store(name, value);
  });
  waiting_.clear();
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
  for (auto noted = waiting_.lower_bound(prefix); noted != waiting_.end() && noted->first.starts_with(prefix); ++noted)
    found.push_back(noted->first);
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

}  // namespace duolog::store
