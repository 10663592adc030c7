// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/reply_manner.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "client/ask.h"
#include "client/layout.h"
#include "client/manners.h"
#include "client/moment.h"
#include "client/sanitise.h"
#include "client/show_item.h"
#include "client/words.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

using control::Item;
using control::Manner;

constexpr std::array<std::string_view, 4> kListening = {"reflect", "ask", "validate", "thank"};

bool is_one_of(const auto& some, std::string_view manner) { return std::ranges::find(some, manner) != some.end(); }

std::string options_text(const std::vector<Manner>& manners, const Item& item) {
  std::string text;
  for (const auto& manner : manners) {
    const auto option = option_of(manner, item);
    if (!option.empty()) text += (text.empty() ? "" : ", ") + option;
  }
  return text;
}

}  // namespace

Manner plain_reply() {
  Manner plain;
  plain.set_label("just write back");
  plain.set_ask("What would you like to say?");
  return plain;
}

std::vector<Manner> offered_by(const Item& item) {
  std::vector<Manner> manners;
  for (const auto& manner : item.may()) manners.push_back(manner.manner().empty() ? plain_reply() : manner);
  if (std::ranges::none_of(manners, [](const Manner& manner) { return manner.manner().empty(); })) {
    manners.push_back(plain_reply());
  }
  return manners;
}

std::vector<Manner> awaited_by(const Item& item) {
  if (item.mine() || item.state() != "open") return {};
  // A practice's own ways come first; the plain reply begins what can be said about everything.
  const auto plain = std::ranges::find(item.may(), "", [](const Manner& manner) { return manner.manner(); });
  std::vector<Manner> own(item.may().begin(), plain);
  return std::ranges::any_of(own, &Manner::settles) ? own : std::vector<Manner>();
}

std::optional<Manner> answered_by_words(const Item& item) { return find_manner(awaited_by(item), "answer"); }

std::string option_of(const Manner& manner, const Item& item) {
  if (!manner.manner().empty() || awaited_by(item).empty()) return manner_option(manner.manner());
  return std::string("--as ") + kPlainManner;
}

std::optional<Manner> find_manner(const std::vector<Manner>& offered, const std::string& wanted) {
  const auto found = std::ranges::find(offered, wanted, [](const Manner& manner) { return manner.manner(); });
  return found == offered.end() ? std::nullopt : std::optional(*found);
}

std::optional<Manner> choose_manner(const std::vector<Manner>& offered, const Output& out) {
  if (offered.size() == 1) return offered.front();
  say("\n");
  for (std::size_t i = 0; i < offered.size(); ++i) {
    say(paragraph(std::to_string(i + 1) + " " + sanitise_line(offered[i].label()), 2, out.width()));
  }
  for (;;) {
    const auto line = ask_line("which? (its number; Enter stops) > ");
    if (!line || line->empty()) return std::nullopt;
    std::size_t number = 0;
    const auto [end, trouble] = std::from_chars(line->data(), line->data() + line->size(), number);
    const bool whole = trouble == std::errc() && end == line->data() + line->size();
    if (whole && number >= 1 && number <= offered.size()) return offered[number - 1];
    if (!line->empty() && find_manner(offered, *line)) return find_manner(offered, *line);
    say("a number from 1 to " + std::to_string(offered.size()) + ", please\n");
  }
}

Failure not_offered(const Item& item, const control::Practice* practice, const std::string& wanted) {
  const auto is_wanted = [&wanted](const Manner& manner) { return manner.manner() == wanted; };
  bool others = item.mine() && is_one_of(kListening, wanted);
  if (practice != nullptr) {
    const auto& theirs = item.mine() ? practice->replies() : practice->steps();
    others = others || std::ranges::any_of(theirs, is_wanted);
  }
  if (others) {
    const auto what = item.mine() ? std::string("that is yours, and the other's to answer; nothing was saved")
                                  : "that is " + sanitise_line(item.author()) + "'s to say; nothing was saved";
    return {Exit::kFailed, "NOT_YOURS", what, "duolog show " + short_id(item.id()) + " names what you can do with it"};
  }
  const auto known = options_text(offered_by(item), item);
  return wrong_usage(
      "it cannot be answered as " + sanitise_line(wanted) + "; nothing was saved",
      known.empty() ? "duolog reply " + short_id(item.id()) + " WORDS answers it" : "it takes: " + known);
}

Failure which_manner(const Item& item) {
  return wrong_usage("it waits for an answer, and there are several kinds; nothing was saved",
                     "duolog reply " + short_id(item.id()) + " with one of: " + options_text(offered_by(item), item));
}

Failure nothing_to_reply(const Item& item) {
  const auto awaited = options_text(awaited_by(item), item);
  return {Exit::kFailed, "EMPTY", "there are no words to reply with; nothing was saved",
          "duolog reply " + short_id(item.id()) + " WORDS" + (awaited.empty() ? "" : ", with one of: " + awaited)};
}

void check_readable(const Item& item) {
  const auto when = item.opens_at().empty() ? std::string() : " until " + long_day_and_hour(item.opens_at());
  const auto hint = item.opens_at().empty()
                        ? std::string("it opens by itself when both of you have answered")
                        : std::string("it can be answered once it is open; duolog letters shows when");
  if (!is_sealed_still(item)) return;
  throw Failure(Exit::kUsage, "NOT_ITS_KIND", "it is sealed" + when + "; nothing was saved", hint);
}

}  // namespace duolog::client
