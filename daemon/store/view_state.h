// view_state.h: what a ViewDatabase is made of. Inside this room only.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <optional>

#include "daemon/store/clean_mark.h"
#include "daemon/store/statements.h"
#include "daemon/store/view_database.h"

namespace duolog::store {

struct ViewDatabase::State {
  // ---- view_opening.cc ----
  std::string open_what_is_there(const crypto::LocalKey& key, std::size_t cache_bytes);
  void make_anew(const crypto::LocalKey& key, const ViewSchema& schema, std::size_t cache_bytes);
  void connect(const crypto::LocalKey& key, std::size_t cache_bytes);
  void connect_to_memory();
  void fill(const ViewSchema& schema);
  void close();
  void as_view_lost(const std::function<void()>& work);
  // ---- view_database.cc ----
  void require();
  [[noreturn]] void lose(const std::string& why);
  [[noreturn]] void raise(const SQLite::Exception& error, bool quotes_nothing);
  void begin();
  void commit();
  void roll_back();
  [[nodiscard]] bool in_one() const;  // SQLite has begun a transaction and not ended it
  // Calls `work` in a transaction, and `end` after it; within another one `work` alone.
  void within(const std::function<void()>& work, const std::function<void()>& end);
  [[nodiscard]] std::string why(const std::exception& error) const;

  struct Place {
    std::filesystem::path file;
    CleanMark mark;
    CleanMark::Says says;  // its stamps are in `pages`
    bool marked = false;
  };
  // In this order: statements go before their connection, and that before its pages.
  std::optional<Place> place;             // none: in memory
  std::unique_ptr<EncryptedPages> pages;  // null: in memory, or closed
  std::unique_ptr<SQLite::Database> sqlite;
  std::unique_ptr<Statements> statements;
  std::string why_fresh;
  std::string lost;     // why; empty while all is well
  int depth = 0;        // 1 within a transaction
  int gathered = 0;     // since the last commit
  bool doomed = false;  // a nested transaction threw
};

}  // namespace duolog::store
