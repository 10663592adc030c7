// library.h: the practices that two people have: those that come with the house, in the words for their relationship,
// and those of their own, which take the place of a built-in one of the same id.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>

#include "daemon/practice/practice_file.h"

namespace duolog::practice {

inline constexpr std::size_t kOwnLimit = 128;  // practices of one person; more are kept in the log and not shown

struct Kept {
  Practice practice;
  std::string source;  // TOML
  bool own = false;
};

// One of their own, as somebody wrote it. nullopt: it cannot be read, is meant for others, or has a name that means
// something else.
std::optional<Kept> read_own(std::string_view toml, std::string_view relationship);

class Library {
 public:
  explicit Library(std::string_view relationship);
  // One of their own; `mine`: by which of the two. False: it would share otherwise than the one of its id that is
  // there, or that person has too many. The latest of an id holds.
  bool add(const Kept& own, bool mine);
  [[nodiscard]] const Kept* find(std::string_view id) const;  // null: none of that name
  [[nodiscard]] const Practice* practice(std::string_view id) const;
  // In the order in which they are listed: the built-in ones first. Valid until the next add().
  [[nodiscard]] const std::vector<Kept>& all() const { return all_; }

 private:
  std::vector<Kept> all_;
  std::map<bool, std::size_t> own_;  // by this person or the other
};

}  // namespace duolog::practice
