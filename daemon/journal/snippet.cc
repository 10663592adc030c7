// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/snippet.h"

#include <algorithm>
#include <map>

namespace duolog::journal {
namespace {

constexpr std::size_t kBefore = 48;      // bytes of context before the first hit
constexpr std::size_t kWordSought = 24;  // bytes within which a word's end is looked for

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// Of all windows that begin a little before a hit. Each hit enters and leaves once.
std::size_t best_hit(std::span<const Hit> hits) {
  std::map<std::uint32_t, std::size_t> inside;  // hits of a phrase
  std::size_t best = 0;
  std::pair<std::size_t, std::size_t> most{0, 0};
  std::size_t end = 0;
  for (std::size_t first = 0; first < hits.size(); ++first) {
    const std::size_t limit = hits[first].at.begin + (kSnippetLength - kBefore);
    for (; end < hits.size() && hits[end].at.begin < limit; ++end) ++inside[hits[end].phrase_no];
    const std::pair now{inside.size(), end - first};
    if (now > most) {
      most = now;
      best = first;
    }
    const auto leaving = inside.find(hits[first].phrase_no);
    if (--leaving->second == 0) inside.erase(leaving);
  }
  return best;
}

// Behind the next space, where one is near.
std::size_t word_begin(std::string_view text, std::size_t at, std::size_t before) {
  if (at == 0) return 0;
  const std::size_t limit = std::min(before, at + kWordSought);
  for (std::size_t i = at; i < limit; ++i)
    if (is_space(text[i])) return i + 1;
  return std::min(before, clean_cut(text, at));
}

// Before the last space, where one is near, and never inside of what was found.
std::size_t word_end(std::string_view text, std::size_t at, std::size_t after) {
  if (at >= text.size()) return text.size();
  for (std::size_t i = at; i > after && i + kWordSought > at; --i)
    if (is_space(text[i])) return i;
  return std::max(after, clean_cut(text, at));
}

// Touching ones made one, and all of them within the window.
std::vector<ByteRange> marked(std::span<const Hit> hits, std::size_t begin, std::size_t end) {
  std::vector<ByteRange> ranges;
  for (const Hit& hit : hits) {
    const auto from = static_cast<std::uint32_t>(std::max<std::size_t>(hit.at.begin, begin) - begin);
    const auto to =
        static_cast<std::uint32_t>(std::min<std::size_t>(hit.at.end, end) - std::min<std::size_t>(begin, hit.at.end));
    if (hit.at.begin >= end || hit.at.end <= begin || from >= to) continue;
    if (!ranges.empty() && from <= ranges.back().end) {
      ranges.back().end = std::max(ranges.back().end, to);
    } else {
      ranges.push_back({from, to});
    }
  }
  return ranges;
}

}  // namespace

Snippet cut_snippet(std::string_view text, std::span<const Hit> hits) {
  std::size_t first = 0;  // bytes of the best hit
  std::size_t last = 0;
  if (!hits.empty()) {
    const Hit& best = hits[best_hit(hits)];
    first = best.at.begin;
    last = std::min<std::size_t>(best.at.end, first + kSnippetLength);
    if (last < best.at.end) last = std::min<std::size_t>(clean_cut(text, last), best.at.end);
  }
  std::size_t begin = first > kBefore ? word_begin(text, first - kBefore, first) : 0;
  std::size_t end = word_end(text, std::max(begin + kSnippetLength, last), last);
  while (begin < first && is_space(text[begin])) ++begin;
  while (end > last && end > begin && is_space(text[end - 1])) --end;
  Snippet snippet{std::string(text.substr(begin, end - begin)), marked(hits, begin, end), begin > 0, end < text.size()};
  for (char& c : snippet.text)
    if (is_space(c)) c = ' ';
  return snippet;
}

}  // namespace duolog::journal
