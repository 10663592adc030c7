// config, pause and resume: what this device is told, and what the two have agreed. What one wishes and what holds are
// shown apart: nobody decides for the other.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "client/json.h"
#include "client/layout.h"
#include "client/moment.h"
#include "client/sanitise.h"
#include "client/verbs.h"
#include "client/words.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

using control::Agreements;
using control::CalendarWish;

constexpr std::array kWeekdays = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};
constexpr std::uint32_t kHoursOfADay = 24;
constexpr std::uint32_t kDeepest = 3;

std::optional<std::uint32_t> number_below(const std::string& text, std::uint32_t limit) {
  std::uint32_t number = 0;
  const auto [end, trouble] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (trouble != std::errc() || end != text.data() + text.size() || number >= limit) return std::nullopt;
  return number;
}

Agreements agree(const Context& context, control::Agree wish) {
  control::Request request;
  wish.set_journal(wish.journal().empty() ? context.globals.journal : wish.journal());
  *request.mutable_agree() = std::move(wish);
  return std::move(*context.daemon.ask_one(request, kDurable).mutable_agreements());
}

Agreements agree_on_calendar(const Context& context, const control::Agree& wish) {
  try {
    return agree(context, wish);
  } catch (const Failure& failure) {
    const std::string_view what(failure.what());
    if (failure.code() == "NOT_FOUND") {
      throw Failure(Exit::kNotFound, failure.code(), "the other proposes no calendar; nothing was changed",
                    "duolog config calendar shows the one that holds");
    }
    if (failure.code() != "BAD_FIELD" || what.find(": zone") == std::string_view::npos) throw;
    throw Failure(
        Exit::kUsage, failure.code(),
        "there is no time zone called " + sanitise_line(wish.calendar().zone()) + "; nothing was changed",
        "a zone is called by a place, as Europe/Vienna or America/Bogota; timedatectl list-timezones lists them");
  }
}

// A pause in the words for a pause. Throws Failure.
Agreements agree_on_pause(const Context& context, const std::string& until) {
  control::Agree wish;
  wish.set_pause(until);
  const auto typed = sanitise_line(until);
  const char* hint =
      "--until friday, or 2026-12-27, names its last day; without --until it goes on until duolog resume";
  try {
    return agree(context, wish);
  } catch (const Failure& failure) {
    const auto& code = failure.code();
    if (code == "BAD_DATE") throw Failure(Exit::kUsage, code, "not a day: " + typed + "; nothing was changed", hint);
    if (code == "TOO_EARLY")
      throw Failure(Exit::kUsage, code, "a pause ends today or later, and " + typed + " is over; nothing was changed",
                    hint);
    if (code == "NOT_YOURS")
      throw Failure(Exit::kFailed, code, "the pause is the other's, and theirs to end; nothing was changed",
                    "duolog config shows what holds");
    throw;
  }
}

// ---- in words ----

std::string calendar_text(const CalendarWish& calendar) {
  auto text = sanitise_line(calendar.zone());
  if (calendar.has_turn_hour()) text += fmt::format(", a day ends at {:02}:00", calendar.turn_hour());
  if (calendar.first_weekday() >= 1 && calendar.first_weekday() <= kWeekdays.size()) {
    text += std::string(", a week begins on ") + kWeekdays[calendar.first_weekday() - 1];
  }
  return text;
}

std::string other_of(const Agreements& agreed) {
  return agreed.other().empty() ? std::string("the other") : sanitise_line(agreed.other());
}

std::string calendar_lines(const Agreements& agreed) {
  std::string text = "calendar: " + calendar_text(agreed.calendar()) + "\n";
  if (agreed.has_my_proposal()) {
    text += "you propose: " + calendar_text(agreed.my_proposal()) + "; it holds as soon as " + other_of(agreed) +
            " agrees\n";
  }
  if (agreed.has_their_proposal()) {
    text += other_of(agreed) + " proposes: " + calendar_text(agreed.their_proposal()) +
            "; duolog config calendar --agree takes it\n";
  }
  return text;
}

std::string depth_lines(const Agreements& agreed) {
  auto text = fmt::format("depth of the questions: {} of {}", agreed.depth(), kDeepest);
  if (!agreed.other().empty()) {
    text += fmt::format(" (you: {}, {}: {})", agreed.my_depth(), other_of(agreed), agreed.their_depth());
  }
  return text + "\n";
}

std::string unanswered_lines(const Agreements& agreed) {
  const bool open = agreed.unanswered() == "open";
  std::string text = open ? "unanswered: an answer opens after its period, also without the other's\n"
                          : "unanswered: an answer stays sealed until the other's is in\n";
  if (agreed.my_unanswered() != agreed.their_unanswered() && !agreed.other().empty()) {
    text += "  (you: " + sanitise_line(agreed.my_unanswered()) + ", " + other_of(agreed) + ": " +
            sanitise_line(agreed.their_unanswered()) + "; it opens where both wish it)\n";
  }
  return text;
}

std::string pause_line(const Agreements& agreed) {
  if (!agreed.paused()) return "no pause\n";
  const auto until = agreed.paused_until().empty() ? std::string("until duolog resume")
                                                   : "until " + about(agreed.paused_until(), true);
  const auto& who = agreed.paused_by();
  const auto by = who.empty() || who == "me" ? std::string()
                  : who == "both"            ? ", by both of you"
                                             : ", by " + sanitise_line(who);
  return "paused " + until + by + "\n";
}

std::string agreements_text(const Agreements& agreed) {
  return calendar_lines(agreed) + depth_lines(agreed) + unanswered_lines(agreed) + pause_line(agreed);
}

void print(const Context& context, const Agreements& agreed, const std::string& text) {
  if (context.out.json()) {
    context.out.line(to_json(agreed));
  } else {
    context.out.print(paragraph(text.substr(0, text.find_last_not_of('\n') + 1), 0, context.out.width()));
  }
}

std::string where_write_goes(const std::string& write_to) {
  if (write_to.empty() || write_to == "notebook") return "duolog write: private, into your notebook";
  return "duolog write: shared, into " + sanitise_line(write_to);
}

// ---- config, key by key ----

Exit config_write_to(const Context& context, const ConfigOptions& options) {
  if (!options.value.empty()) {
    control::Request request;
    request.mutable_configure()->set_write_to(options.value);
    context.daemon.ask_one(request);
  }
  const auto status = context.daemon.open_status();
  context.out.line(context.out.json() ? "{\"write_to\":" + json_string(status.write_to()) + "}"
                                      : where_write_goes(status.write_to()));
  return Exit::kDone;
}

Exit config_calendar(const Context& context, const ConfigOptions& options) {
  control::Agree wish;
  wish.set_accept_calendar(options.agree);
  if (!options.zone.empty()) wish.mutable_calendar()->set_zone(options.zone);
  if (!options.turn.empty()) {
    const auto hour = number_below(options.turn, kHoursOfADay);
    if (!hour)
      throw wrong_usage("--turn takes an hour from 0 to 23, not \"" + sanitise_line(options.turn) + "\"", "--turn 4");
    wish.mutable_calendar()->set_turn_hour(*hour);
  }
  if (!options.week.empty()) {
    const auto* day = std::ranges::find(kWeekdays, options.week);
    wish.mutable_calendar()->set_first_weekday(static_cast<std::uint32_t>(day - kWeekdays.begin()) + 1);
  }
  if (options.agree && wish.has_calendar()) {
    throw wrong_usage("--agree takes the other's proposal as it is; nothing was changed",
                      "propose another one without --agree");
  }
  if (!options.value.empty()) {
    throw wrong_usage("calendar takes no such word: " + sanitise_line(options.value),
                      "--zone, --turn, --week or --agree");
  }
  const auto agreed = agree_on_calendar(context, wish);
  print(context, agreed, calendar_lines(agreed));
  return Exit::kDone;
}

Exit config_depth(const Context& context, const ConfigOptions& options) {
  control::Agree wish;
  if (!options.value.empty()) {
    const auto depth = number_below(options.value, kDeepest + 1);
    if (!depth || *depth == 0)
      throw wrong_usage("depth is 1, 2 or 3, not \"" + sanitise_line(options.value) + "\"", "1 is light, 3 is deep");
    wish.set_depth(*depth);
  }
  const auto agreed = agree(context, wish);
  const auto from = options.value.empty() ? "" : "a change holds from tomorrow's question on\n";
  print(context, agreed, depth_lines(agreed) + from);
  return Exit::kDone;
}

Exit config_unanswered(const Context& context, const ConfigOptions& options) {
  control::Agree wish;
  if (!options.value.empty() && options.value != "wait" && options.value != "open") {
    throw wrong_usage("unanswered is wait or open, not \"" + sanitise_line(options.value) + "\"",
                      "duolog config --help says what they mean");
  }
  wish.set_unanswered(options.value);
  const auto agreed = agree(context, wish);
  print(context, agreed, unanswered_lines(agreed));
  return Exit::kDone;
}

Exit config_all(const Context& context) {
  const auto status = context.daemon.open_status();
  auto& out = context.out;
  std::string json;
  std::string text = where_write_goes(status.write_to()) + "\n";
  for (const auto& journal : status.journals()) {
    if (journal.kind() != "shared" || journal.parted()) continue;
    if (!context.globals.journal.empty() && journal.name() != context.globals.journal) continue;
    control::Agree wish;
    wish.set_journal(journal.name());
    const auto agreed = agree(context, wish);
    json += (json.empty() ? "" : ",") + to_json(agreed);
    text += "\n" + out.style().strong("with " + other_of(agreed)) + "\n" +
            paragraph(agreements_text(agreed).substr(0, agreements_text(agreed).size() - 1), 2, out.width());
  }
  if (out.json()) {
    out.line("{\"write_to\":" + json_string(status.write_to()) + ",\"agreements\":[" + json + "]}");
  } else {
    out.print(text + "\n" + paragraph("notices, reminders, quiet hours: duolog guide nudges", 0, out.width()));
  }
  return Exit::kDone;
}

}  // namespace

Exit config(Context& context, const ConfigOptions& options) {
  const bool of_the_calendar = !options.zone.empty() || !options.turn.empty() || !options.week.empty() || options.agree;
  if (options.key == "calendar") return config_calendar(context, options);
  if (of_the_calendar) throw wrong_usage("that belongs to the calendar", "duolog config calendar --help shows how");
  if (options.key == "write-to") return config_write_to(context, options);
  if (options.key == "depth") return config_depth(context, options);
  if (options.key == "unanswered") return config_unanswered(context, options);
  return config_all(context);
}

Exit pause(Context& context, const PauseOptions& options) {
  const auto agreed = agree_on_pause(context, options.until.empty() ? "on" : options.until);
  print(context, agreed, pause_line(agreed));
  return Exit::kDone;
}

Exit resume(Context& context) {
  const auto agreed = agree_on_pause(context, "");
  print(context, agreed, pause_line(agreed));
  return Exit::kDone;
}

}  // namespace duolog::client
