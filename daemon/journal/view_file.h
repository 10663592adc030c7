// view_file.h: the file of the view: opened, believed or made anew, and let go when it cannot be believed any more.
//
// It is a cache (store/view_database.h): what is in it can be folded anew from the log at any time. Where the disk
// refuses to hold one, the same tables lie in memory. Whoever uses it must be ready for store::ViewLost from any call;
// the shelf answers it with begin_anew() and folds again.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "crypto/keys.h"
#include "daemon/store/view_database.h"

namespace duolog::journal {

// Its tables, and what its index of words was made by: of another one it is made anew.
store::ViewSchema view_schema();

class ViewFile {
 public:
  using Note = std::function<void(std::string_view)>;  // for the daemon's notes
  using FreeBytes = std::function<std::optional<std::uint64_t>(const std::filesystem::path&)>;
  // An empty `file`: in memory alone. Throws nothing for what it finds.
  ViewFile(std::filesystem::path file, crypto::LocalKey key, Note note, FreeBytes free_bytes = {});

  [[nodiscard]] store::Connection& database() { return *database_; }
  // What is written in it is there whole or not at all, at the latest after commit() or rest(). Where `work` throws
  // anything the view is not believed any more: what was folded meanwhile is in memory, and would be missing in it.
  void transaction(const std::function<void()>& work);
  void commit() { database_->commit(); }
  // Drops everything and begins with empty tables; after `why` came twice in a row, in memory.
  void begin_anew(std::string_view why);
  // The same, as what was in it must go: no fault of the disk's.
  void renew(std::string_view why);
  // Words come first: where less than `room` is left on the disk its file goes, and the same tables lie in memory,
  // empty, until it may_return(), or the next start. False, and nothing was done: there is no file, or room is not what
  // lacks.
  bool give_way(std::uint64_t room);
  // What is in it is of no use: whoever asks next is told store::ViewLost.
  void give_up();
  // There is room for what has given way, and twice for what it was wanted for.
  [[nodiscard]] bool may_return() const;
  // With empty tables once more. False, and nothing was done: it may not.
  bool return_to_disk();
  // How often it did: what was numbered in it before is nothing any more.
  [[nodiscard]] std::uint64_t begun() const { return begun_; }
  // Nothing is changed for a while: what is here is made durable and may be believed by the next start.
  void rest();
  [[nodiscard]] bool is_clean() const { return database_->is_clean(); }
  [[nodiscard]] bool is_in_memory() const { return database_->is_in_memory(); }

 private:
  void open();

  std::filesystem::path file_;
  crypto::LocalKey key_;
  Note note_;
  FreeBytes free_bytes_;
  std::unique_ptr<store::ViewDatabase> database_;
  int lost_ = 0;                             // how often since it was last at rest
  std::optional<std::uint64_t> returns_at_;  // bytes that are free; it has given way
  std::uint64_t begun_ = 0;
};

}  // namespace duolog::journal
