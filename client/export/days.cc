// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/export/days.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <tuple>

#include "client/moment.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

constexpr std::size_t kSaidDepth = 8;  // replies to replies

std::int32_t minute_of(const control::Item& item) {
  const bool about = !item.on().empty();
  if (about && item.day_only()) return -1;
  const auto clock = clock_of(about ? item.on() : item.written_at());  // "21:14"
  int hour = 0, minute = 0;
  if (clock.size() != 5) return -1;
  std::from_chars(clock.data(), clock.data() + 2, hour);
  std::from_chars(clock.data() + 3, clock.data() + 5, minute);
  return hour * 60 + minute;
}

std::uint64_t beginning_of(std::string_view id) {
  constexpr int kHexadecimal = 16;
  std::uint64_t number = 0;
  id = id.substr(0, 2 * sizeof(number));
  std::from_chars(id.data(), id.data() + id.size(), number, kHexadecimal);
  return number;
}

std::chrono::year_month_day civil(std::int32_t day) {
  return std::chrono::year_month_day{std::chrono::sys_days(std::chrono::days(day))};
}

}  // namespace

std::uint32_t Days::author_of(const control::Item& item) {
  const auto found = std::ranges::find(authors_, item.author());
  if (found != authors_.end()) return static_cast<std::uint32_t>(found - authors_.begin());
  authors_.push_back(item.author());
  mine_.push_back(item.mine());
  return static_cast<std::uint32_t>(authors_.size() - 1);
}

void Days::add(const control::Item& item) {
  Piece piece;
  piece.day = static_cast<std::int32_t>(days_of(day_of_item(item)).value_or(0));
  piece.minute = minute_of(item);
  piece.author = author_of(item);
  piece.files = static_cast<std::uint32_t>(item.attachments_size());
  const auto bytes = item.SerializeAsString();
  piece.at = aside_.put(bytes);
  piece.length = bytes.size();
  ids_.insert(beginning_of(item.id()));
  (item.to().empty() ? pieces_ : remarks_[beginning_of(item.to())]).push_back(piece);
}

// What nothing of this book is about stands by itself. A remark is added after what it is about, as the journal has it.
void Days::sort() {
  for (auto& [about, remarks] : remarks_) {
    if (ids_.contains(about)) continue;
    pieces_.insert(pieces_.end(), remarks.begin(), remarks.end());
    remarks.clear();
  }
  std::ranges::stable_sort(pieces_, {}, [](const Piece& piece) { return std::tuple(piece.day, piece.minute); });
}

control::Item Days::read(const Piece& piece) {
  control::Item item;
  static_cast<void>(item.ParseFromString(aside_.get(piece.at, piece.length)));
  return item;
}

std::vector<control::Item> Days::said_about(const control::Item& item) {
  std::vector<control::Item> all;
  std::vector<std::pair<std::uint64_t, std::size_t>> open{{beginning_of(item.id()), 0}};
  while (!open.empty()) {
    const auto [id, depth] = open.back();
    open.pop_back();
    const auto found = remarks_.find(id);
    if (found == remarks_.end()) continue;
    for (const auto& piece : found->second) {
      all.push_back(read(piece));
      if (depth < kSaidDepth) open.emplace_back(beginning_of(all.back().id()), depth + 1);
    }
  }
  std::ranges::stable_sort(all, {}, [](const control::Item& one) { return one.written_at(); });
  return all;
}

Exported gather(Daemon& daemon, const ExportChoice& choice, Days& days, const GoOn& go_on) {
  const auto exported = export_each(daemon, choice, [&](const control::Item& item) {
    go_on();
    days.add(item);
  });
  days.sort();
  return exported;
}

std::string day_title(std::int32_t day) {
  const auto name = long_day(day_name(day));  // "sunday 22 november 2026"
  return name.substr(0, name.find_last_of(' '));
}
std::string month_title(std::int32_t day) {
  const auto name = day_title(day);
  return name.substr(name.find_last_of(' ') + 1) + " " + std::to_string(static_cast<int>(civil(day).year()));
}
std::string month_name(std::int32_t day) { return day_name(day).substr(0, 7); }
std::string day_name(std::int32_t day) {
  const auto date = civil(day);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}
std::int32_t month_of(std::int32_t day) {
  const auto date = civil(day);
  return static_cast<int>(date.year()) * 12 + static_cast<std::int32_t>(static_cast<unsigned>(date.month()));
}

}  // namespace duolog::client
