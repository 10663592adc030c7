// days.h: items in the order of a book: by the day they are about, each with what was said about it. The items
// themselves wait in a file without a name (private_file.h); here is only where each of them stands.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "client/export/collect.h"
#include "client/export/private_file.h"

namespace duolog::client {

class Days {
 public:
  explicit Days(const std::filesystem::path& place) : aside_(place) {}
  void add(const control::Item& item);
  // All have been added. Nothing else is asked before.
  void sort();

  struct Piece {
    std::int32_t day = 0;      // since 1970-01-01
    std::int32_t minute = 0;   // of the day; -1: of the whole day
    std::uint32_t author = 0;  // in authors()
    std::uint32_t files = 0;   // attached to it
    std::uint64_t at = 0, length = 0;
  };
  // Sorted. Remarks stand among them where what they are about was left out.
  [[nodiscard]] const std::vector<Piece>& pieces() const { return pieces_; }
  [[nodiscard]] control::Item read(const Piece& piece);
  // What was said about it, and about that again, in order.
  [[nodiscard]] std::vector<control::Item> said_about(const control::Item& item);
  // Names, this person's first where there is one.
  [[nodiscard]] const std::vector<std::string>& authors() const { return authors_; }
  [[nodiscard]] bool is_mine(std::uint32_t author) const { return mine_.at(author); }

 private:
  std::uint32_t author_of(const control::Item& item);
  Aside aside_;
  std::vector<Piece> pieces_;
  std::unordered_set<std::uint64_t> ids_;                          // their beginnings: of a lifetime no two are alike
  std::unordered_map<std::uint64_t, std::vector<Piece>> remarks_;  // by what they are about
  std::vector<std::string> authors_;
  std::vector<bool> mine_;
};

// Adds all that goes into an export, and sorts it. `go_on` is called before each item. Returns how many there are, and
// what was left out.
Exported gather(Daemon& daemon, const ExportChoice& choice, Days& days, const GoOn& go_on);

// "sunday 22 november" and "november 2026" of a day since 1970-01-01; "2026-11" for a name.
std::string day_title(std::int32_t day);
std::string month_title(std::int32_t day);
std::string month_name(std::int32_t day);
std::string day_name(std::int32_t day);   // "2026-11-22"
std::int32_t month_of(std::int32_t day);  // counted, to be compared

}  // namespace duolog::client
