// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/practice/library.h"

#include <algorithm>

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

bool is_relationship(std::string_view word) { return word == "partner" || word == "friend" || word == "family"; }

// Who may read an answer, and when, is not for one of the two to change behind the other's back. The question of the
// day is drawn by the house, and "letter" is the name of letters.
bool loosens(const Kept& kept, const Practice& by) {
  return kept.practice.sharing != by.sharing || kept.practice.rhythm != by.rhythm;
}

bool is_reserved(std::string_view id) { return id == "letter" || id == "question"; }

}  // namespace

Library::Library(std::string_view relationship)
    : relationship_(is_relationship(relationship) ? relationship : ""), all_(built_in(relationship_)) {}

bool Library::add(std::string_view toml) {
  try {
    auto practice = read_practice(toml, "practice", relationship_);
    if (!practice || is_reserved(practice->id)) return false;
    const auto same = [&](const Kept& kept) { return kept.practice.id == practice->id; };
    const auto place = std::find_if(all_.begin(), all_.end(), same);
    if (place != all_.end() && loosens(*place, *practice)) return false;
    const bool first = place == all_.end() || !place->own;
    if (first && own_ >= kOwnLimit) return false;
    own_ += first ? 1 : 0;
    Kept kept{std::move(*practice), std::string(toml), true};
    if (place == all_.end()) {
      all_.push_back(std::move(kept));
    } else {
      *place = std::move(kept);
    }
    return true;
  } catch (const BadPractice&) {
    return false;
  }
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
