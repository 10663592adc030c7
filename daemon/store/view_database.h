// view_database.h: the encrypted file beside the log in which the view is kept: an SQLite database with FTS5 that can
// be made anew from the log at any time. A bug here can cost seconds, never words.
//
// Every page is sealed (encrypted_pages.h). What is here is believed only behind a clean mark, the sealed file
// `view.clean` beside it, which knows how many pages there are and of which moment each is. The mark goes, durably,
// before the first page is written, and comes back, after the file is on the disk, with make_clean(). Where it is
// missing or does not fit the file is thrown away and made anew, empty: fresh(). What shows only later (a page that is
// not authentic, or not the newest; a disk that fails) is thrown as ViewLost, and from then on by every call: the owner
// drops the object and makes another one. So there are no migrations: count the version up.
//
//   ViewDatabase view(home / "view.db", keys.local_key("local.view"), {kSchemaText, kVersion});
//   if (view.fresh()) …fold everything…
//   view.transaction([&] { Query(view, "INSERT INTO entry (…) VALUES (?, …)").bind(…).run(); });
//   view.make_clean();   when nothing happened for a while
//
// An older file together with its older mark is whole and authentic: it is an older state. Who keeps in it how far the
// log is folded, as the view does, notices, and folds on.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "crypto/secret.h"
#include "daemon/store/connection.h"

namespace duolog::store {

// It cannot be read or written any more: a page is not authentic, the file is malformed, the disk refuses. No word is
// lost with it. The text is for notes: it names pages and causes, never what was in them.
struct ViewLost : std::runtime_error {
  using std::runtime_error::runtime_error;
};
// Our bug: SQL that does not compile, a constraint that does not hold, a MATCH that is none. The transaction is rolled
// back and the view goes on. The text quotes nothing that was bound.
struct BadQuery : std::logic_error {
  using std::logic_error::logic_error;
};

struct ViewSchema {
  const char* text;  // CREATE …; run in one transaction
  std::uint32_t version;
  std::string_view made_by = {};  // what else must be the same as when it was filled; outlives it
};

class ViewDatabase : public Connection {
 public:
  static constexpr std::size_t kDefaultCache = std::size_t{8} << 20;  // bytes of pages in memory, in the clear

  // Opens what is there and can be believed, or makes it anew. Throws ViewLost where the disk refuses to hold
  // one, and BadQuery where the schema is none.
  // REQUIRES: nobody else has it open (the home is locked); crypto::initialise().
  ViewDatabase(const std::filesystem::path& file, const crypto::LocalKey& key, const ViewSchema& schema,
               std::size_t cache_bytes = kDefaultCache);
  // The same in memory alone, for where the disk refuses; always fresh, never clean.
  static std::unique_ptr<ViewDatabase> in_memory(const ViewSchema& schema);
  // Makes it clean where nothing is wrong with it.
  ~ViewDatabase() override;

  // Empty but for its tables: everything is to be folded.
  [[nodiscard]] bool fresh() const;
  [[nodiscard]] const std::string& why_fresh() const;  // for notes; empty where it is not fresh
  [[nodiscard]] bool is_in_memory() const;

  // What is committed is read by everybody from here on, and is on the disk after make_clean(). Throws ViewLost, and
  // BadQuery. See Connection.
  void transaction(const std::function<void()>& work) override;
  // The same, but committed together with what is gathered after it: pages that many of them change are sealed and
  // written once, and the mark stands as long as memory alone has changed. What is gathered is read by everybody at
  // once. Where `work` throws, all that was gathered since the last commit is gone: the owner drops the object.
  void gather(const std::function<void()>& work);
  // What was gathered is in the file. Throws as transaction() does. REQUIRES: not within a transaction.
  void commit();

  // True while the mark stands and nothing is gathered: nothing was written since make_clean(), or since it was opened.
  [[nodiscard]] bool is_clean() const;
  // Commits, and waits for the disk: milliseconds. Nothing where it is clean or in memory. Throws ViewLost. REQUIRES:
  // not within a transaction.
  void make_clean();
  // Removes file and mark, as far as the disk lets it: one without the other is not believed again. Afterwards
  // everything but the destructor throws ViewLost. REQUIRES: no Query on it is alive.
  void drop() noexcept;

  SQLite::Statement& statement(const char* sql) override;
  [[noreturn]] void fail(const std::exception& sqlite_error) override;

 private:
  struct State;
  explicit ViewDatabase(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace duolog::store
