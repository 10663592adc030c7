// practice_texts.cc: the practices that come with the house, in our own words. They are data: warm, plain, short, and
// never asking for more than two people can give in ten minutes.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/practice.h"

namespace duolog::journal {
namespace {

FormField scale(std::string id, std::string question, std::int32_t low, std::int32_t high) {
  FormField field{std::move(id), std::move(question), FieldKind::kScale};
  field.low = low;
  field.high = high;
  return field;
}

FormField optional_text(std::string id, std::string question) {
  FormField field{std::move(id), std::move(question)};
  field.optional = true;
  return field;
}

Practice check_in() {
  return {"checkin",
          "Check-in",
          "Once a week, each of you looks at how close you feel, and says it before reading what the other said. "
          "Nobody has to go first: both answers open when both are in. Small things said early seldom grow into "
          "large ones, and what went well is worth hearing twice.",
          Rhythm::kWeekly,
          Sharing::kSealedUntilBoth,
          {scale("connection", "How close did you feel to each other this week? (1 far apart, 10 very close)", 1, 10),
           optional_text("highlight", "What brought you close this week?"),
           optional_text("distance", "Where did you feel far from each other?"),
           optional_text("wish", "One small wish for the week to come?")}};
}

}  // namespace

const std::vector<Practice>& built_in_practices() {
  static const std::vector<Practice> practices{check_in()};
  return practices;
}

}  // namespace duolog::journal
