// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/home/config_notify.h"

#include <array>

namespace duolog::home {
namespace {

constexpr std::size_t kCommandLimit = 16;   // words
constexpr std::size_t kQuietLimit = 8;      // spans
constexpr std::size_t kReminderLimit = 32;  // times
constexpr std::size_t kPracticeLimit = 64;  // bytes of an id
constexpr int kHour = 60;
constexpr int kDay = 24 * kHour;
constexpr std::array<std::string_view, 7> kWeekdays{"monday", "tuesday",  "wednesday", "thursday",
                                                    "friday", "saturday", "sunday"};

// "19:05", up to "24:00"; minutes since midnight.
std::optional<int> time_of_day(std::string_view text) {
  const auto digit = [&](std::size_t at) { return text[at] >= '0' && text[at] <= '9'; };
  if (text.size() != 5 || text[2] != ':' || !digit(0) || !digit(1) || !digit(3) || !digit(4)) return std::nullopt;
  const int hour = (text[0] - '0') * 10 + (text[1] - '0');
  const int minute = (text[3] - '0') * 10 + (text[4] - '0');
  if (minute >= kHour || hour * kHour + minute > kDay) return std::nullopt;
  return hour * kHour + minute;
}

std::optional<QuietHours> quiet_hours(std::string_view text) {
  const auto dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto from = time_of_day(text.substr(0, dash));
  const auto to = time_of_day(text.substr(dash + 1));
  if (!from || !to || *from == kDay || *to == 0 || *from == *to) return std::nullopt;
  return QuietHours{*from, *to};
}

void read_command(Section& section, Notify& notify) {
  const toml::array* list = section.read_list("command", kCommandLimit, "text");
  if (list == nullptr) return;
  for (const toml::node& element : *list) {
    const auto word = element.value_exact<std::string>();
    if (!word || word->find('\0') != std::string::npos) section.refuse_key(element, "command", "must hold text only");
    if (notify.command.empty() && word->empty()) section.refuse_key(element, "command", "must begin with a program");
    notify.command.push_back(*word);
  }
}

void read_quiet(Section& section, Notify& notify) {
  const toml::array* list = section.read_list("quiet", kQuietLimit, "\"22:00-07:00\"");
  if (list == nullptr) return;
  for (const toml::node& element : *list) {
    const auto text = element.value_exact<std::string>();
    const auto hours = text ? quiet_hours(*text) : std::nullopt;
    if (!hours) section.refuse_key(element, "quiet", "must hold spans like \"22:00-07:00\" only");
    notify.quiet.push_back(*hours);
  }
}

void read_days(Section& section, Reminder& reminder) {
  constexpr std::string_view kWanted = "must be \"daily\" or a list of \"monday\" to \"sunday\"";
  const toml::node* node = section.take("days");
  if (node == nullptr || node->value_exact<std::string>() == "daily") return;
  const toml::array* list = node->as_array();
  if (list == nullptr || list->empty()) section.refuse_key(*node, "days", kWanted);
  reminder.weekdays = 0;
  for (const toml::node& element : *list) {
    const auto day = element.value_exact<std::string>().value_or("");
    const auto* found = std::find(kWeekdays.begin(), kWeekdays.end(), day);
    if (found == kWeekdays.end()) section.refuse_key(element, "days", kWanted);
    reminder.weekdays |= static_cast<std::uint8_t>(1U << (found - kWeekdays.begin()));
  }
}

bool is_practice_id(std::string_view text) {
  return !text.empty() && text.size() <= kPracticeLimit && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

Reminder read_reminder(Section section) {
  Reminder reminder;
  section.read("practice", reminder.practice, "text");
  if (const toml::node* node = section.take("practice"); node == nullptr) {
    section.refuse_absent("practice", "is missing");
  } else if (!is_practice_id(reminder.practice)) {
    section.refuse_key(*node, "practice", "must be the short name of a practice, like \"checkin\"");
  }
  read_days(section, reminder);
  std::string at;
  section.read("at", at, "text like \"19:00\"");
  const toml::node* node = section.take("at");
  if (node == nullptr) section.refuse_absent("at", "is missing");
  const auto minutes = time_of_day(at);
  if (!minutes || *minutes == kDay) section.refuse_key(*node, "at", "must be a time of day like \"19:00\"");
  reminder.at = *minutes;
  section.refuse_unknown();
  return reminder;
}

}  // namespace

Notify read_notify(Section& section) {
  Notify notify;
  section.read("desktop", notify.desktop, "true or false");
  section.read("content", notify.content, "true or false");
  read_command(section, notify);
  read_quiet(section, notify);
  if (const toml::array* list = section.read_list("reminders", kReminderLimit, "tables")) {
    for (const toml::node& element : *list) {
      if (!element.is_table()) section.refuse_key(element, "reminders", "must hold tables only");
      notify.reminders.push_back(read_reminder(section.below(*element.as_table(), "reminders")));
    }
  }
  section.refuse_unknown();
  return notify;
}

}  // namespace duolog::home
