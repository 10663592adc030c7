// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/practice/library.h"

#include <deque>

#include "daemon/practice/texts.h"

namespace duolog::practice {
namespace {

// Read once for each kind of relationship there is.
const std::vector<Kept>& built_in(std::string_view relationship) {
  static std::deque<std::pair<std::string, std::vector<Kept>>> read;
  for (const auto& [kind, practices] : read)
    if (kind == relationship) return practices;
  std::vector<Kept> practices;
  for (const Text& text : practice_texts()) {
    auto practice = read_practice(text.words, text.file, relationship);
    if (practice) practices.push_back({std::move(*practice), std::string(text.words), false});
  }
  return read.emplace_back(std::string(relationship), std::move(practices)).second;
}

// Who may read an answer, and when, is not for one of the two to change behind the other's back. The question of the
// day is drawn by the house, and "letter" is the name of letters.
bool loosens(const Kept& kept, const Practice& by) {
  return kept.practice.sharing != by.sharing || kept.practice.rhythm != by.rhythm;
}

bool is_reserved(std::string_view id) { return id == "letter" || id == "question"; }

}  // namespace

std::optional<Kept> read_own(std::string_view toml, std::string_view relationship) {
  try {
    auto practice = read_practice(toml, "practice", relationship);
    if (!practice || is_reserved(practice->id)) return std::nullopt;
    return Kept{std::move(*practice), std::string(toml), true};
  } catch (const BadPractice&) {
    return std::nullopt;
  }
}

Library::Library(std::string_view relationship)
    : all_(built_in(is_one_of(relationship, kRelationships) ? relationship : "")) {}

bool Library::add(const Kept& own, bool mine) {
  const auto same = [&](const Kept& kept) { return kept.practice.id == own.practice.id; };
  const auto place = std::find_if(all_.begin(), all_.end(), same);
  if (place != all_.end() && loosens(*place, own.practice)) return false;
  if (place == all_.end() || !place->own) {
    if (own_[mine] >= kOwnLimit) return false;
    ++own_[mine];
  }
  if (place == all_.end()) {
    all_.push_back(own);
  } else {
    *place = own;
  }
  return true;
}

const Kept* Library::find(std::string_view id) const {
  const auto found = std::find_if(all_.begin(), all_.end(), [&](const Kept& kept) { return kept.practice.id == id; });
  return found == all_.end() ? nullptr : &*found;
}

const Practice* Library::practice(std::string_view id) const {
  const Kept* kept = find(id);
  return kept == nullptr ? nullptr : &kept->practice;
}

}  // namespace duolog::practice
