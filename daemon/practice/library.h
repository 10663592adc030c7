// library.h: the practices that two people have: those that come with the house, in the words for their relationship,
// and those of their own, which take the place of a built-in one of the same id.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>

#include "daemon/practice/practice_file.h"

namespace duolog::practice {

inline constexpr std::size_t kOwnLimit = 256;  // practices of their own; more are kept in the log and not shown

struct Kept {
  Practice practice;
  std::string source;  // TOML
  bool own = false;
};

class Library {
 public:
  explicit Library(std::string_view relationship);
  // One of their own. False: it cannot be read, is meant for others, would share otherwise than the one of its id that
  // is there, or there are too many. The latest of an id holds.
  bool add(std::string_view toml);
  [[nodiscard]] const Kept* find(std::string_view id) const;  // null: none of that name
  [[nodiscard]] const Practice* practice(std::string_view id) const;
  // In the order in which they are listed: the built-in ones first. Valid until the next add().
  [[nodiscard]] const std::vector<Kept>& all() const { return all_; }

 private:
  std::string relationship_;
  std::vector<Kept> all_;
  std::size_t own_ = 0;
};

}  // namespace duolog::practice
