// deck.cc: days counted from the beginning, decks passed through.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/practice/deck.h"

#include <date/date.h>
#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <limits>

#include "daemon/practice/practice_file.h"
#include "daemon/practice/texts.h"

namespace duolog::practice {
namespace {

constexpr Day kLongest = 366 * 400;  // days: nobody's clock makes a loop long

[[noreturn]] void refuse(const toml::node& node, std::string_view what) {
  throw BadPractice(fmt::format("deck:{}: {}", node.source().begin.line, what));
}

std::string text_of(const toml::table& table, std::string_view key) {
  const auto text = table[key].value<std::string>();
  if (!text || text->empty()) refuse(table, fmt::format("{} is missing", key));
  return *text;
}

Question read(const toml::table& table) {
  Question question{text_of(table, "id"), 1, text_of(table, "text"), {}, 0};
  const auto depth = table["depth"].value<std::int64_t>();
  if (!depth || *depth < 1 || *depth > std::int64_t{kDeepest}) refuse(table, "depth must be 1, 2 or 3");
  question.depth = static_cast<std::uint32_t>(*depth);
  if (const toml::array* kinds = table["for"].as_array())
    for (const toml::node& kind : *kinds) question.meant_for.push_back(kind.value_or(std::string()));
  if (const auto since = table["since"].value<std::string>()) {
    const auto day = parse_day(*since);
    if (!day) refuse(table, "since must be a day");
    question.since = *day;
  }
  return question;
}

bool fits(const Question& question, std::string_view relationship) {
  const auto& kinds = question.meant_for;
  return kinds.empty() || std::find(kinds.begin(), kinds.end(), relationship) != kinds.end();
}

std::uint32_t depth_on(std::span<const Depth> depths, Day day) {
  const auto later = std::find_if(depths.begin(), depths.end(), [&](const Depth& change) { return change.from > day; });
  return later == depths.begin() ? 1 : std::clamp(std::prev(later)->depth, 1U, kDeepest);
}

// Of all questions, the next day after `day` from which one is drawn; the last Day: none.
Day next_since(const Deck& deck, Day day) {
  Day next = std::numeric_limits<Day>::max();
  for (const Question& question : deck.all())
    if (question.since > day) next = std::min(next, question.since);
  return next;
}

}  // namespace

Deck::Deck(std::string_view toml) {
  const toml::table table = toml::parse(toml);
  const toml::array* questions = table["questions"].as_array();
  if (questions == nullptr) refuse(table, "questions is missing");
  for (const toml::node& node : *questions) {
    if (!node.is_table()) refuse(node, "a question must be a table");
    all_.push_back(read(*node.as_table()));
  }
  std::sort(all_.begin(), all_.end(), [](const Question& a, const Question& b) { return a.id < b.id; });
  const auto same = [](const Question& a, const Question& b) { return a.id == b.id; };
  if (const auto twice = std::adjacent_find(all_.begin(), all_.end(), same); twice != all_.end())
    throw BadPractice("deck: " + twice->id + " is there twice");
}

const Question* Deck::find(std::string_view id) const {
  const auto found =
      std::lower_bound(all_.begin(), all_.end(), id,
                       [](const Question& question, std::string_view wanted) { return question.id < wanted; });
  return found != all_.end() && found->id == id ? &*found : nullptr;
}

std::vector<const Question*> Deck::pool(std::uint32_t depth, std::string_view relationship, Day day) const {
  std::vector<const Question*> pool;
  for (const Question& question : all_)
    if (question.depth == depth && question.since <= day && fits(question, relationship)) pool.push_back(&question);
  return pool;
}

const Deck& deck() {
  static const Deck ours(deck_text());
  return ours;
}

// Of each depth the questions are counted by days alone, never by what was drawn before: a change of depth chooses
// another deck from the next day on and moves nothing in any of them.
const Question* question_of(const Deck& deck, const crypto::QuestionSeed& seed, std::string_view relationship,
                            std::span<const Depth> depths, Day day) {
  if (day < 0 || day > kLongest) return nullptr;
  const std::uint32_t agreed = depth_on(depths, day);
  const auto turns = static_cast<Day>(agreed);
  const std::uint32_t depth = 1 + static_cast<std::uint32_t>(day % turns);
  Day begins = 0;  // in turns of this depth: the passing that `day` lies in
  std::uint32_t passing = 1;
  std::vector<const Question*> pool = deck.pool(depth, relationship, 0);
  while (!pool.empty() && day / turns - begins >= static_cast<Day>(pool.size())) {
    const auto size = static_cast<Day>(pool.size());
    const Day next = next_since(deck, begins * turns);
    // Passings that begin before another question is there are all as long as this one: at least one, and no further.
    const Day whole = std::max<Day>(1, (std::min(day, next - 1) / turns - begins) / size);
    begins += whole * size;
    passing += static_cast<std::uint32_t>(whole);
    pool = deck.pool(depth, relationship, begins * turns);
  }
  if (pool.empty()) return nullptr;
  std::vector<std::pair<Hash, const Question*>> ranked;
  ranked.reserve(pool.size());
  for (const Question* question : pool)
    ranked.emplace_back(crypto::question_rank(seed, depth + (agreed << 8U), passing, question->id), question);
  const auto drawn = ranked.begin() + (day / turns - begins);
  std::nth_element(ranked.begin(), drawn, ranked.end(),
                   [](const auto& a, const auto& b) { return a.first.bytes < b.first.bytes; });
  return drawn->second;
}

}  // namespace duolog::practice
