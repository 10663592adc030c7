// deck.cc: days counted from the founding day, decks passed through.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/practice/deck.h"

#include <date/date.h>
#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>

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

// Which depth is due, day after day.
class Due {
 public:
  explicit Due(const std::vector<Depth>& changes) : changes_(changes) {}
  std::uint32_t on(Day day) {  // REQUIRES: day >= 0, and not before the one that was asked for last
    for (; next_ < changes_.size() && changes_[next_].from <= day; ++next_)
      agreed_ = std::clamp(changes_[next_].depth, 1U, kDeepest);
    return 1 + static_cast<std::uint32_t>(day) % agreed_;
  }

 private:
  const std::vector<Depth>& changes_;
  std::size_t next_ = 0;
  std::uint32_t agreed_ = 1;
};

// One going through a depth.
struct Passing {
  std::uint32_t depth = 1;
  std::uint32_t number = 1;
  std::vector<const Question*> pool;
  std::size_t drawn = 0;  // of the pool, before the day in question
};

// The passing that a day lies in; its pool is empty where there is nothing to ask.
Passing passing_on(const Deck& deck, std::string_view relationship, const Depths& depths, Day day) {
  const Day first = depths.founded > day ? 0 : std::max<Day>(depths.founded, 0);
  Passing passing;
  passing.depth = Due(depths.changes).on(day);
  passing.pool = deck.pool(passing.depth, relationship, first);
  Due due(depths.changes);
  for (Day each = first; each <= day && !passing.pool.empty(); ++each) {
    if (due.on(each) != passing.depth) continue;
    if (passing.drawn == passing.pool.size()) {
      ++passing.number;
      passing.pool = deck.pool(passing.depth, relationship, each);
      passing.drawn = 0;
    }
    if (each < day) ++passing.drawn;
  }
  return passing;
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

const Question* question_of(const Deck& deck, const crypto::QuestionSeed& seed, std::string_view relationship,
                            const Depths& depths, Day day) {
  if (day < 0 || day > kLongest) return nullptr;
  const Passing passing = passing_on(deck, relationship, depths, day);
  if (passing.pool.empty()) return nullptr;
  std::vector<std::pair<Hash, const Question*>> ranked;
  ranked.reserve(passing.pool.size());
  for (const Question* question : passing.pool)
    ranked.emplace_back(crypto::question_rank(seed, passing.depth, passing.number, question->id), question);
  const auto drawn = ranked.begin() + static_cast<std::ptrdiff_t>(passing.drawn);
  std::nth_element(ranked.begin(), drawn, ranked.end(),
                   [](const auto& a, const auto& b) { return a.first.bytes < b.first.bytes; });
  return drawn->second;
}

}  // namespace duolog::practice
