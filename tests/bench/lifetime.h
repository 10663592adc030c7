// lifetime.h: a notebook of many entries to be asked questions, and the same entries in plain SQLite with FTS5.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <functional>
#include <map>
#include <memory>
#include <random>
#include <variant>

#include "daemon/journal/journal.h"
#include "daemon/journal/shelf.h"

namespace duolog::bench {

// Words as people use them: few of them often (Zipf), the rarest hardly ever. The same ones each time.
class Author {
 public:
  std::string text(std::size_t length);

 private:
  std::string word();
  std::mt19937_64 dice_{11};
};

// What is in the `number`th entry of all; its text comes from the author, who is asked in their order.
struct Written {
  std::string text;
  const char* tag;
  std::uint32_t mood;
  std::int64_t written_ms;
};
inline constexpr std::int64_t kBetweenMs = 600'000;
inline constexpr std::int32_t kOffsetMinutes = 60;
Written entry(Author& author, std::size_t number, std::int64_t from_ms);

// One person's device, as a household has it, without a network.
struct House {
  explicit House(const std::filesystem::path& folder);
  void settle();  // everything is folded, and every word indexed

  journal::Identity identity;
  store::Database database;
  store::SealedLog log;
  store::LocalState state;
  journal::ViewFile view;
  journal::Shelf shelf;
};

// Makes both in `folder`, where they are not there yet: the home, and plain.db.
void make_lifetime(const std::filesystem::path& folder, std::size_t count);

// What a program would do that keeps a diary in one file, in the clear, with the settings that SQLite advises: a table,
// its indexes, FTS5 over it; one durable transaction for an insert.
class PlainDiary {
 public:
  explicit PlainDiary(const std::filesystem::path& file);
  void append(const Written& entry);
  void reword(std::int64_t id, const std::string& text);
  void remove(std::int64_t id);
  void together(const std::function<void()>& work);

  // Each reads what a page shows. `bound` by position.
  using Bound = std::variant<std::int64_t, std::string>;
  std::size_t ask(const char* sql, const std::vector<Bound>& bound = {});
  // Newest first, with snippets, and how many more there are up to `counted`.
  std::size_t search(const std::string& match, std::size_t counted);

 private:
  void forget_words(std::int64_t id);
  SQLite::Statement& statement(const char* sql);
  SQLite::Database sqlite_;
  std::map<std::string, std::unique_ptr<SQLite::Statement>> statements_;
};

}  // namespace duolog::bench
