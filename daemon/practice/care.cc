// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/practice/care.h"

#include <toml++/toml.h>

#include "daemon/practice/texts.h"

namespace duolog::practice {
namespace {

constexpr std::array<std::string_view, 5> kLanguages{"words", "time", "help", "gifts", "touch"};
constexpr std::size_t kDearest = 2;  // of a ranking: what counts as reaching or as given

void append_texts(std::vector<std::string>& to, const toml::node_view<const toml::node>& node) {
  const toml::array* list = node.as_array();
  if (list == nullptr) return;
  for (const toml::node& text : *list) to.push_back(text.value_or(std::string()));
}

std::span<const std::string> dearest(const std::vector<std::string>& ranking) {
  return std::span(ranking).first(std::min(kDearest, ranking.size()));
}

}  // namespace

std::vector<Language> languages(std::string_view relationship) {
  const toml::table table = toml::parse(languages_text());
  std::vector<Language> all;
  for (const std::string_view id : kLanguages) {
    const auto node = table[id];
    Language language{std::string(id), node["title"].value_or(std::string()), node["what"].value_or(std::string()), {}};
    for (const std::string_view kind : kRelationships)
      if (kind == relationship || !is_one_of(relationship, kRelationships)) append_texts(language.ideas, node[kind]);
    all.push_back(std::move(language));
  }
  return all;
}

Match match(const std::vector<std::string>& receives, const std::vector<std::string>& gives) {
  Match match;
  for (const std::string& wish : dearest(receives))
    (is_one_of(wish, dearest(gives)) ? match.meets : match.missed).push_back(wish);
  return match;
}

std::vector<Prompt> prompts(std::string_view relationship) {
  const toml::table table = toml::parse(prompts_text());
  std::vector<Prompt> all;
  const toml::array* list = table["prompts"].as_array();
  if (list == nullptr) return all;
  for (const toml::node& node : *list) {
    const toml::table& one = *node.as_table();
    std::vector<std::string> kinds;
    append_texts(kinds, one["for"]);
    if (!kinds.empty() && is_one_of(relationship, kRelationships) && !is_one_of(relationship, kinds)) continue;
    all.push_back(
        {one["id"].value_or(std::string()), one["theme"].value_or(std::string()), one["text"].value_or(std::string())});
  }
  return all;
}

}  // namespace duolog::practice
