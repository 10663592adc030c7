// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/show_round.h"

#include <algorithm>

#include "client/layout.h"
#include "client/moment.h"
#include "client/sanitise.h"
#include "client/show_item.h"
#include "proto/control.pb.h"

namespace duolog::client {

bool several_shared(const control::StatusReport& status) {
  return std::ranges::count(status.journals(), "shared", &control::StatusReport::Journal::kind) > 1;
}

std::string round_title(const control::RoundReport& round, bool name_journal) {
  return practice_text(round.practice()) + ", " + period_text(round.period()) +
         (name_journal ? " · in " + sanitise_line(round.journal()) : "");
}

bool waits_for_the_key(const control::RoundReport& round) {
  const auto& answers = round.answers();
  return round.mine_in() && round.theirs_in() && std::ranges::any_of(answers, [](const control::Item& answer) {
           return !answer.mine() && answer.answer_state() == "sealed";
         });
}

std::string round_state(const control::RoundReport& round) {
  const auto other = round.other().empty() ? std::string("the other person") : sanitise_line(round.other());
  if (round.mine_in() && round.theirs_in()) {
    return waits_for_the_key(round) ? "both are in; " + other + "'s opens as soon as your devices meet" : "both are in";
  }
  if (round.state() == "alone") return round.mine_in() ? "yours is in" : "not answered yet";
  if (round.theirs_in()) return other + " has answered; yours opens both";
  if (round.mine_in()) return "yours is sealed; it opens when " + other + " has answered";
  return round.current() ? "nobody has answered yet" : "nobody answered";
}

std::string round_text(const control::RoundReport& round, const Output& out, bool name_journal) {
  std::string text = out.style().strong(round_title(round, name_journal)) + "\n";
  text += paragraph(round_state(round), 0, out.width());
  for (const auto& answer : round.answers()) text += "\n" + item_text(answer, out, {});
  return text;
}

}  // namespace duolog::client
