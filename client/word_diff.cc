// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/word_diff.h"

#include <algorithm>
#include <vector>

#include "client/layout.h"

namespace duolog::client {
namespace {

constexpr std::size_t kCompared = 4'000'000;  // pairs of words; beyond this all of it counts as new
constexpr std::string_view kLineEnd = "\n";

enum class Fate { kStays, kGoes, kComes };
struct Run {
  Fate fate = Fate::kStays;
  std::vector<std::string_view> words;
};
using Words = std::vector<std::string_view>;

Words words_of(std::string_view text) {
  Words words;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == ' ' || text[at] == '\t') {
      ++at;
    } else if (text[at] == '\n') {
      words.push_back(kLineEnd);
      ++at;
    } else {
      const auto end = std::min(text.find_first_of(" \t\n", at), text.size());
      words.push_back(text.substr(at, end - at));
      at = end;
    }
  }
  return words;
}

void add(std::vector<Run>& runs, Fate fate, std::string_view word) {
  if (runs.empty() || runs.back().fate != fate) runs.push_back({fate, {}});
  runs.back().words.push_back(word);
}

// What both have in the same order, as much of it as there is.
void compare(std::vector<Run>& runs, const Words& before, const Words& after) {
  const std::size_t rows = before.size() + 1;
  const std::size_t columns = after.size() + 1;
  std::vector<std::uint32_t> common(rows * columns, 0);  // of what follows from there
  const auto at = [&](std::size_t i, std::size_t j) -> std::uint32_t& { return common[i * columns + j]; };
  for (std::size_t i = before.size(); i-- > 0;)
    for (std::size_t j = after.size(); j-- > 0;)
      at(i, j) = before[i] == after[j] ? at(i + 1, j + 1) + 1 : std::max(at(i + 1, j), at(i, j + 1));
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < before.size() || j < after.size()) {
    if (i < before.size() && j < after.size() && before[i] == after[j]) {
      add(runs, Fate::kStays, before[i]);
      ++i, ++j;
    } else if (i < before.size() && (j == after.size() || at(i + 1, j) >= at(i, j + 1))) {
      add(runs, Fate::kGoes, before[i++]);
    } else {
      add(runs, Fate::kComes, after[j++]);
    }
  }
}

std::vector<Run> runs_of(const Words& before, const Words& after) {
  const auto [left, right] = std::mismatch(before.begin(), before.end(), after.begin(), after.end());
  const auto same = static_cast<std::size_t>(left - before.begin());
  std::size_t tail = 0;
  while (tail < before.size() - same && tail < after.size() - same &&
         before[before.size() - 1 - tail] == after[after.size() - 1 - tail])
    ++tail;
  std::vector<Run> runs;
  for (std::size_t i = 0; i < same; ++i) add(runs, Fate::kStays, before[i]);
  const Words gone(left, before.end() - static_cast<std::ptrdiff_t>(tail));
  const Words come(right, after.end() - static_cast<std::ptrdiff_t>(tail));
  if (gone.size() * come.size() <= kCompared) {
    compare(runs, gone, come);
  } else {
    for (const auto word : gone) add(runs, Fate::kGoes, word);
    for (const auto word : come) add(runs, Fate::kComes, word);
  }
  for (std::size_t i = before.size() - tail; i < before.size(); ++i) add(runs, Fate::kStays, before[i]);
  return runs;
}

class Lines {
 public:
  Lines(std::size_t indent, std::size_t width, const Style& style) : indent_(indent), width_(width), style_(style) {}

  void word(const std::string& text, Fate fate) {
    const auto room = width_ > indent_ + 2 ? width_ - indent_ : 2;
    for (const auto& part : wrap(text, room)) {  // one part, where the word is no longer than a line
      if (used_ > 0 && used_ + 1 + display_width(part) > room) end();
      out_ += used_ == 0 ? std::string(indent_, ' ') : " ";
      used_ += (used_ == 0 ? 0 : 1) + display_width(part);
      out_ += fate == Fate::kGoes ? style_.removed(part) : fate == Fate::kComes ? style_.added(part) : part;
    }
  }
  void end() {
    out_ += "\n";
    used_ = 0;
  }
  std::string take() {
    if (used_ > 0) end();
    return std::move(out_);
  }

 private:
  std::size_t indent_;
  std::size_t width_;
  const Style& style_;
  std::string out_;
  std::size_t used_ = 0;
};

void put(Lines& lines, const Run& run) {
  for (std::size_t i = 0; i < run.words.size(); ++i) {
    const bool line_end = run.words[i] == kLineEnd;
    std::string word(run.words[i]);
    if (run.fate == Fate::kStays) {
      line_end ? lines.end() : lines.word(word, run.fate);
      continue;
    }
    if (line_end) word = "¶";
    const bool goes = run.fate == Fate::kGoes;
    if (i == 0) word = (goes ? "[-" : "{+") + word;
    if (i + 1 == run.words.size()) word += goes ? "-]" : "+}";
    lines.word(word, run.fate);
    if (line_end && !goes) lines.end();
  }
}

}  // namespace

std::string word_diff(std::string_view before, std::string_view after, std::size_t indent, std::size_t width,
                      const Style& style) {
  Lines lines(indent, width, style);
  for (const Run& run : runs_of(words_of(before), words_of(after))) put(lines, run);
  return lines.take();
}

}  // namespace duolog::client
