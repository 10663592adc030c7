// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/control/said.h"

#include <algorithm>
#include <array>

#include "daemon/journal/items.h"
#include "proto/control.pb.h"

namespace duolog::control {
namespace {

constexpr std::size_t kQuoteLimit = 160;  // bytes; whoever shows it cuts it to a line
// What the other says about something: no step of one's own.
constexpr std::array<std::string_view, 4> kOfTheOther{"reflect", "ask", "validate", "thank"};

std::string first_words(const journal::Item& item) {
  if (!item.text.empty()) return item.text;
  for (std::size_t i = 0; i < item.fields.size(); ++i) {
    const auto& field = item.fields[i];
    if (i < item.chosen.size() && !item.chosen[i].empty()) continue;  // "doing something together" says little
    if (const auto* text = std::get_if<std::string>(&field.value); text != nullptr && !text->empty()) return *text;
    if (const auto* items = std::get_if<std::vector<std::string>>(&field.value); items != nullptr && !items->empty())
      return items->front();
  }
  return {};
}

std::string beginning(std::string text) {
  if (text.size() <= kQuoteLimit) return text;
  std::size_t end = kQuoteLimit;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;  // inside a character
  return text.substr(0, end) + "…";
}

bool has(const std::vector<practice::Manner>& manners, const std::string& wanted) {
  return std::any_of(manners.begin(), manners.end(), [&](const auto& one) { return one.manner == wanted; });
}

// `manner`: of a remark; none: it was to be shared.
bool is_the_others(const journal::Shelf& shelf, const journal::Target& about,
                   const std::optional<std::string>& manner) {
  const journal::Meant meant = journal::find_one(shelf, about);
  const auto [item, practice] = journal::sound(shelf, [&] {
    journal::Item made = journal::make_item(*meant.journal, meant.noted, journal::Zone(shelf.parts().zone));
    return std::pair(std::move(made), meant.journal->library().practice(made.practice));
  });
  if (!manner) return !item.mine;
  const bool of_its_own = practice != nullptr && has(item.mine ? practice->replies : practice->steps, *manner);
  const bool listening = std::find(kOfTheOther.begin(), kOfTheOther.end(), *manner) != kOfTheOther.end();
  return of_its_own || (item.mine && listening);
}

}  // namespace

void quote(Item& out, const journal::Item& remark, journal::Shelf& shelf) {
  const journal::Journal* journal = remark.to ? shelf.by_id(remark.journal_id) : nullptr;
  if (journal == nullptr) return;
  const auto found = journal::sound(shelf, [&]() -> std::optional<journal::Item> {
    const auto noted = journal->records().by_id(*remark.to);
    if (!noted || !noted->is_visible()) return std::nullopt;
    return journal::make_item(*journal, *noted, journal::Zone(shelf.parts().zone));
  });
  if (!found) return;
  const journal::Item& about = *found;
  out.set_quote_mine(about.mine);
  // A letter of one's own is met before its day by nobody, not even in pieces.
  if (about.visibility != journal::Visibility::kSealed) out.set_quote(beginning(first_words(about)));
}

journal::Saved unless_others(const journal::Shelf& shelf, const journal::Target& about,
                             const std::optional<std::string>& manner, const std::function<journal::Saved()>& does) {
  try {
    return does();
  } catch (const journal::Refusal& refusal) {
    if (refusal.reason == journal::Reason::kNotItsKind && is_the_others(shelf, about, manner))
      throw journal::Refusal(journal::Reason::kNotYours);
    throw;
  }
}

}  // namespace duolog::control
