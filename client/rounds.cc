// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/rounds.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "client/sanitise.h"
#include "client/show_round.h"
#include "client/words.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

constexpr std::chrono::milliseconds kKeyPatience{2000};
constexpr std::chrono::milliseconds kKeyLook{50};

Failure no_such_practice(const std::string& practice) {
  return {Exit::kNotFound, "NO_SUCH_PRACTICE", "there is no practice called " + sanitise_line(practice),
          "duolog practices lists them"};
}

// "2026-11-22" names the question of that day, whichever it was.
bool is_called(const std::string& period, const std::string& wanted) {
  return wanted.empty() || period == wanted || period.starts_with(wanted + ".");
}

std::optional<control::RoundReport> find_round(const Context& context, const control::Rounds& wanted,
                                               const std::string& period) {
  control::Request request;
  *request.mutable_rounds() = wanted;
  for (auto& reply : ask_for_rounds(context, request)) {
    if (reply.has_round() && is_called(reply.round().period(), period)) {
      return std::move(*reply.mutable_round());
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<control::Reply> ask_for_rounds(const Context& context, control::Request& request) {
  const auto& practice = request.rounds().practice();
  try {
    return context.daemon.ask(request);
  } catch (const Failure& failure) {
    // The one thing in that request that a person may have made up.
    if (practice.empty() || (failure.code() != "BAD_REQUEST" && failure.code() != "NOT_FOUND")) throw;
    throw no_such_practice(practice);
  }
}

control::RoundReport round_to_answer(const Context& context, const std::string& practice, const std::string& period) {
  control::Rounds wanted;
  wanted.set_practice(practice);
  wanted.set_journal(context.globals.journal);
  if (!period.empty()) {
    if (auto earlier = find_round(context, wanted, period)) return std::move(*earlier);
  }
  wanted.set_current_only(true);
  auto current = find_round(context, wanted, {});
  if (!current) throw daemon_unreadable();
  if (!is_called(current->period(), period)) {
    current->set_period(period);  // nobody has answered it so far
    current->set_mine_in(false);
    current->set_theirs_in(false);
    current->clear_answers();
  }
  return std::move(*current);
}

std::optional<control::RoundReport> round_to_read(const Context& context, const control::RoundReport& answered) {
  control::Rounds wanted;
  wanted.set_practice(answered.practice());
  wanted.set_journal(answered.journal());
  if (answered.current()) wanted.set_limit(1);
  const auto deadline = std::chrono::steady_clock::now() + kKeyPatience;
  for (;;) {
    auto round = find_round(context, wanted, answered.period());
    if (!round || !waits_for_the_key(*round)) break;
    if (std::chrono::steady_clock::now() >= deadline) return round;
    std::this_thread::sleep_for(kKeyLook);
  }
  wanted.set_seen(true);
  return find_round(context, wanted, answered.period());
}

}  // namespace duolog::client
