// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/standing.h"

#include <algorithm>
#include <array>

namespace duolog::journal {
namespace {

// Ways to answer that settle what waits. "later" or "ask" are answers, and leave it waiting; so does "suggest", for
// whoever made the plan.
constexpr std::array<std::string_view, 8> kSettling{"answer", "thank",   "boundary", "compromise",
                                                    "agree",  "forgive", "accept",   "decline"};

bool is_among(std::string_view manner, const std::vector<practice::Manner>& manners) {
  return std::any_of(manners.begin(), manners.end(), [&](const auto& one) { return one.manner == manner; });
}

const practice::Practice* practice_of(const Journal& journal, const Noted& noted) {
  const auto* answer = std::get_if<Answer>(&noted.what);
  return answer != nullptr ? journal.library().practice(answer->practice) : nullptr;
}

// For whatever somebody wrote: to say back what was heard, to ask, to let it count.
std::vector<practice::Manner> listening() {
  return {{"", "reply", "Your reply?", false},
          {"reflect", "say back what I heard", "What have you heard, in your own words?", false},
          {"ask", "ask about it", "What would you like to know?", false},
          {"validate", "let it count", "What can you understand about it?", false},
          {"thank", "say thank you", "For what? (may be left empty)", true}};
}

}  // namespace

std::string standing_of(const Journal& journal, const Noted& noted) {
  const practice::Practice* practice = practice_of(journal, noted);
  if (practice == nullptr) return {};
  const bool mine = journal.is_mine(noted.device);
  const auto settling = [](const practice::Manner& one) { return settles(one.manner); };
  // In a notebook nobody else answers: what its author has no step for waits for nothing.
  const bool answered = journal.shared() && std::any_of(practice->replies.begin(), practice->replies.end(), settling);
  if (practice->steps.empty() && !answered) return {};
  // The newest first: what its author has ended has ended, whatever the other says before or after.
  Wanted remarks = said_about(noted.id);
  remarks.kinds = only(Kind::kRemark);
  remarks.newest_first = true;
  std::string standing(kOpen);
  journal.records().each(remarks, [&](const Noted& said) {
    const auto* remark = std::get_if<Remark>(&said.what);
    if (remark == nullptr) return true;
    const bool by_author = journal.is_mine(said.device) == mine;
    if (by_author && is_among(remark->manner, practice->steps)) {
      standing = remark->manner;
      return false;
    }
    if (by_author || !is_among(remark->manner, practice->replies)) return true;
    const bool is_settled = standing != kOpen && standing != kSuggested;
    if (!is_settled && (settles(remark->manner) || (remark->manner == kSuggested && standing == kOpen)))
      standing = remark->manner;
    return true;
  });
  return standing;
}

std::vector<practice::Manner> manners_for(const Journal& journal, const Noted& noted) {
  std::vector<practice::Manner> manners;
  if (const practice::Practice* practice = practice_of(journal, noted)) {
    manners = journal.is_mine(noted.device) ? practice->steps : practice->replies;
    // What its author has ended, as a plan that took place, is not for the other to accept any more.
    if (!journal.is_mine(noted.device) && is_among(standing_of(journal, noted), practice->steps)) manners.clear();
  }
  for (practice::Manner& one : listening()) {
    const bool plain = one.manner.empty() || !journal.is_mine(noted.device);
    if (plain && !is_among(one.manner, manners)) manners.push_back(std::move(one));
  }
  return manners;
}

bool settles(std::string_view manner) { return practice::is_one_of(manner, kSettling); }

bool closes(std::string_view manner) {
  constexpr std::array<std::string_view, 4> kSteps{"kept", "owned", "done", "cancelled"};
  return (settles(manner) && manner != "thank") || practice::is_one_of(manner, kSteps);
}

std::optional<Turn> turn_in(const std::string& period, const std::vector<Move>& moves, bool first) {
  bool begins = first;
  const std::string* before = nullptr;
  bool mine = false;
  bool theirs = false;
  for (const Move& move : moves) {
    if (move.period == period) {
      (move.mine ? mine : theirs) = true;
    } else if (move.period < period && (before == nullptr || *before < move.period)) {
      begins = !move.mine;  // the first to move in the latest period before this one
      before = &move.period;
    }
  }
  if (mine && theirs) return std::nullopt;
  return Turn{mine || theirs ? theirs : begins};
}

std::optional<Turn> turn_after(const std::vector<Move>& moves) {
  std::optional<Turn> turn;
  for (const Move& move : moves) {
    if (turn && turn->mine == move.mine) {
      turn.reset();
    } else {
      turn = Turn{!move.mine};
    }
  }
  return turn;
}

}  // namespace duolog::journal
