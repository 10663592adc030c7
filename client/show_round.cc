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
  return std::ranges::count_if(status.journals(),
                               [](const auto& journal) { return journal.kind() == "shared" && !journal.parted(); }) > 1;
}

std::string round_title(const control::RoundReport& round, bool name_journal) {
  return practice_text(round.practice(), round.title()) + ", " + period_text(round.period()) +
         (name_journal ? " · in " + sanitise_line(round.journal()) : "");
}

bool waits_for_the_key(const control::RoundReport& round) {
  const auto& answers = round.answers();
  return round.mine_in() && round.theirs_in() && std::ranges::any_of(answers, [](const control::Item& answer) {
           return !answer.mine() && answer.answer_state() == "sealed";
         });
}

namespace {

std::string turn_state(const control::RoundReport& round, const std::string& other) {
  // Who has written has had their turn, and passed none.
  const std::string mine = round.mine_in() ? "yours is in" : round.mine_passed() ? "you have passed" : "";
  const std::string theirs = round.theirs_in()       ? other + " has written"
                             : round.theirs_passed() ? other + " has passed"
                                                     : "";
  if (round.turn() == "yours") return theirs + (theirs.empty() ? "" : "; ") + "it is your turn";
  if (round.turn() == "theirs") return mine + (mine.empty() ? "" : "; ") + "it is " + other + "'s turn";
  if (mine.empty() && theirs.empty()) return "nobody has begun yet";
  if (mine.empty() || theirs.empty()) return mine + theirs;
  return (round.theirs_in() ? mine : theirs) + "; each of you has had a turn";
}

std::string open_state(const control::RoundReport& round, const std::string& other) {
  if (round.mine_in()) return round.theirs_in() ? "both have written" : "yours is in";
  if (round.theirs_in()) return other + " has written";
  return round.current() ? "nothing yet" : "nothing";
}

std::string sealed_state(const control::RoundReport& round, const std::string& other) {
  if (round.theirs_passed() && !round.theirs_in())
    return other + " left it out" + (round.mine_in() ? "; yours is in" : "");
  if (round.mine_passed() && !round.mine_in()) return "you left it out";
  if (round.theirs_in()) return other + " has answered; yours opens both";
  if (round.mine_in()) {
    const auto day = round.opens_at().empty() ? std::string() : ", or on " + long_day(round.opens_at());
    return "yours is sealed; it opens when " + other + " has answered" + day;
  }
  return round.current() ? "nobody has answered yet" : "nobody answered";
}

// The two changed what becomes of unmet answers, or their calendar, while they answered.
std::string unmet_state(const control::RoundReport& round, const std::string& other) {
  const std::string why = "both of you have answered, by different agreements about answers that stay alone; ";
  return why + (round.state() == "waiting for you" ? "once you answer again, both open"
                                                   : "both open once " + other + " has answered again");
}

}  // namespace

std::string round_state(const control::RoundReport& round) {
  const auto other = round.other().empty() ? std::string("the other person") : sanitise_line(round.other());
  if (round.state() == "alone") return round.mine_in() ? "yours is in" : "not answered yet";
  if (round.unmet()) return unmet_state(round, other);
  if (round.sharing() == "in turns" && !(round.mine_in() && round.theirs_in())) return turn_state(round, other);
  if (round.sharing() == "open" || round.sharing() == "private") return open_state(round, other);
  if (round.mine_in() && round.theirs_in()) {
    return waits_for_the_key(round) ? "both are in; " + other + "'s opens as soon as your devices meet" : "both are in";
  }
  if (round.over() && !round.theirs_in() && round.mine_in())
    return "yours is in; its time has gone by, and nothing is asked any more";
  return sealed_state(round, other);
}

std::string question_text(const control::RoundReport& round, std::size_t indent, std::size_t width) {
  if (round.practice() != "question" || round.form_size() == 0) return {};
  return paragraph(sanitise(round.form(0).question()), indent, width);
}

std::string round_text(const control::RoundReport& round, const Output& out, bool name_journal) {
  std::string text = out.style().strong(round_title(round, name_journal)) + "\n";
  text += question_text(round, 0, out.width());
  text += paragraph(round_state(round), 0, out.width());
  // A single question stands above its answers already.
  const bool asked = !question_text(round, 0, out.width()).empty();
  for (const auto& answer : round.answers()) text += "\n" + item_text(answer, out, {.asked = asked});
  return text;
}

}  // namespace duolog::client
