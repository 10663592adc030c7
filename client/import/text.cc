// text.cc: a diary in plain text. A line that is a date begins an entry; so does a line that begins with one written as
// 2019-01-31. A file without any such line is one entry of the day in its name. Day One's text export is of this kind.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "client/import/formats.h"
#include "client/import/lines.h"

namespace duolog::client {
namespace {

constexpr std::size_t kLongestDate = 60;  // "Thursday, 30 September 2019 at 12:00:00 GMT+02:00"

// "## Monday, 1 January 2019:" is a date as well.
std::string_view bare(std::string_view line) {
  constexpr std::string_view kAround = " \t#=*_-:.";
  const auto begin = line.find_first_not_of(kAround);
  if (begin == std::string_view::npos) return {};
  return line.substr(begin, line.find_last_not_of(kAround) - begin + 1);
}

struct Begin {
  Civil date;
  std::size_t words = 0;  // where they begin in the line
};

std::optional<Begin> begins_entry(std::string_view line, DateOrder order) {
  constexpr std::string_view kDayOne = "\tDate:\t";
  if (line.starts_with(kDayOne)) {
    const auto date = parse_date(line.substr(kDayOne.size()), order);
    if (date) return Begin{*date, line.size()};
  }
  if (line.starts_with(' ') || line.starts_with('\t')) return std::nullopt;
  const auto alone = bare(line);
  if (!alone.empty() && alone.size() <= kLongestDate)
    if (const auto date = parse_date(alone, order)) return Begin{*date, line.size()};
  const auto front = date_at_front(line, order);
  if (!front || line.size() < 10 || line[4] != '-' || line[7] != '-') return std::nullopt;
  auto words = front->second;
  while (words < line.size() && std::string_view(" \t:-").find(line[words]) != std::string_view::npos) ++words;
  return Begin{front->first, words};
}

// "\tWeather:\tsunny", as Day One puts it below the date.
bool is_note_of_day_one(std::string_view line, std::string_view& key, std::string_view& value) {
  if (!line.starts_with('\t')) return false;
  const auto end = line.find(":\t", 1);
  if (end == std::string_view::npos || end > 30) return false;
  key = line.substr(1, end - 1);
  value = line.substr(end + 2);
  return true;
}

class Diary {
 public:
  Diary(const Reading& reading, const Files::File& file) : reading_(reading), file_(file) {}

  void read(const std::string& text) {
    for (Lines lines(text); lines.next();) take(lines.line());
    finish();
    if (trimmed(before_).empty()) return;
    const auto named = date_in_name(file_.name);
    if (!named && !begun_) return reading_.findings.miss("files in which no date was found", file_.name);
    if (!named)
      reading_.findings.bend("text before the first date, dated as the file", before_.substr(0, before_.find('\n')));
    auto when = named ? when_here(*named) : when_here(file_.changed_ms);
    when.day_only = true;
    give(when, before_);
  }
  [[nodiscard]] std::size_t given() const { return given_; }

 private:
  void take(std::string_view line) {
    if (const auto begin = begins_entry(line, reading_.order)) {
      finish();
      begun_ = true;
      fresh_ = true;
      date_ = begin->date;
      if (begin->words < line.size()) words_ = std::string(line.substr(begin->words)) + '\n';
      return;
    }
    std::string_view key, value;
    if (fresh_ && is_note_of_day_one(line, key, value)) {
      if (key == "Tags") return tags_.emplace_back(value), void();
      return reading_.findings.drop("\"" + std::string(key) + "\" of an entry", value);
    }
    if (line.find_first_not_of(" \t") != std::string_view::npos) fresh_ = false;
    (begun_ ? words_ : before_).append(line).append("\n");
  }

  void finish() {
    if (begun_) give(when_in(date_, {}).value_or(when_here(date_)), std::exchange(words_, {}));
  }

  void give(const When& at, std::string_view words) {
    Found found;
    found.at = at;
    found.text = trimmed(words);
    if (found.text.empty()) return reading_.findings.miss("dates without a word", file_.name);
    found.tags = fitting_tags(std::exchange(tags_, {}), reading_.findings);
    ++given_;
    reading_.sink(std::move(found));
  }

  const Reading& reading_;
  const Files::File& file_;
  Civil date_;
  bool begun_ = false, fresh_ = false;
  std::string words_, before_;
  std::vector<std::string> tags_;
  std::size_t given_ = 0;
};

}  // namespace

void read_text(const Reading& reading) {
  std::size_t given = 0;
  for (const auto& file : reading.files.all()) {
    if (!reading.files.is_single() && !has_ending(file.name, ".txt") && !has_ending(file.name, ".text")) {
      reading.findings.miss("files that are no text (*.txt)", file.name);
      continue;
    }
    const auto text = text_of(reading, file);
    if (!text) continue;
    Diary diary(reading, file);
    diary.read(*text);
    given += diary.given();
  }
  for (const auto& name : reading.files.left_out()) reading.findings.miss("hidden files and links", name);
  if (given == 0)
    refuse_file(reading.files.is_single() ? reading.files.all().front().name : "this folder", "no date was found in it",
                "nothing was imported; a date on a line of its own begins an entry: 2019-01-31. --dates day-first or "
                "month-first says how 03/04/2019 is meant");
}

}  // namespace duolog::client
