// trends: what both said in numbers, over time.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <vector>

#include "client/chart.h"
#include "client/json.h"
#include "client/layout.h"
#include "client/rounds.h"
#include "client/sanitise.h"
#include "client/verbs.h"
#include "client/words.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

using Voices = std::vector<const control::Series*>;

bool same_scale(const control::Series& a, const control::Series& b) {
  return a.journal() == b.journal() && a.practice() == b.practice() && a.field() == b.field();
}

// In the order in which the daemon names them; of each scale, one's own voice first.
std::vector<Voices> by_scale(const std::vector<control::Reply>& replies) {
  std::vector<Voices> scales;
  for (const auto& reply : replies) {
    if (!reply.has_series()) continue;
    const auto same = std::ranges::find_if(
        scales, [&reply](const Voices& voices) { return same_scale(*voices.front(), reply.series()); });
    if (same == scales.end()) {
      scales.push_back({&reply.series()});
    } else {
      same->push_back(&reply.series());
    }
  }
  for (auto& voices : scales) {
    std::ranges::sort(voices, [](const auto* a, const auto* b) {
      return std::pair(!a->mine(), a->person()) < std::pair(!b->mine(), b->person());
    });
  }
  return scales;
}

// Nothing was found: because there is no such practice, or none with a number in it?
void check_numbers(const Context& context, const std::string& practice) {
  const auto round = round_to_answer(context, practice, {});
  if (std::ranges::any_of(round.form(), [](const auto& field) { return field.kind() == "scale"; })) return;
  throw wrong_usage(sanitise_line(practice) + " asks for no number, so there is nothing to draw",
                    "duolog trends alone draws all there is");
}

}  // namespace

Exit trends(Context& context, const TrendsOptions& options) {
  control::Request request;
  auto& trends = *request.mutable_trends();
  trends.set_journal(context.globals.journal);
  trends.set_practice(options.practice);
  trends.set_since(options.since);
  trends.set_until(options.until);
  const auto replies = context.daemon.ask(request);
  auto& out = context.out;
  const bool some = std::ranges::any_of(replies, [](const control::Reply& reply) { return reply.has_series(); });
  if (!some && !options.practice.empty()) check_numbers(context, options.practice);
  if (out.json()) {
    for (const auto& reply : replies) {
      if (reply.has_series()) out.line(to_json(reply.series()));
    }
    return Exit::kDone;
  }
  std::string text;
  for (const auto& voices : by_scale(replies)) {
    text += (text.empty() ? "" : "\n") + chart_text(voices, out.width(), out.style());
  }
  out.print(text.empty() ? paragraph("no numbers yet: duolog mood, duolog checkin and duolog closeness have some", 0,
                                     out.width())
                         : text);
  return Exit::kDone;
}

}  // namespace duolog::client
