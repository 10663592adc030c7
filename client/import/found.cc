// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/import/found.h"

#include <algorithm>

#include "client/sanitise.h"
#include "client/unicode.h"

namespace duolog::client {
namespace {

constexpr std::size_t kSamples = 3;
constexpr std::size_t kSampleLength = 80;  // bytes
constexpr std::size_t kKinds = 100;        // a hostile file may have as many names for things as it likes
constexpr std::size_t kTagLimit = 64;      // bytes; the daemon holds to it too
constexpr std::size_t kTagCount = 64;

std::string shortened(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return std::string(text);
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xc0) == 0x80) --limit;
  return std::string(text.substr(0, limit));
}

std::size_t hash_of(const Found& found) {
  std::string all = found.text + '\0' + std::to_string(found.at.at_ms) + '\0' + std::to_string(found.at.day_only);
  return std::hash<std::string>{}(all);
}

bool is_blank_or_control(char32_t point) {
  return point <= 0x20 || (point >= 0x7f && point <= 0xa0) || kind_of(point) == Kind::kForbidden || point == 0x3000;
}

}  // namespace

void Findings::add(std::vector<Tally>& tallies, std::string_view what, std::string_view sample) {
  auto found = std::ranges::find(tallies, what, &Tally::what);
  if (found == tallies.end() && tallies.size() >= kKinds) {
    what = "other things";
    found = std::ranges::find(tallies, what, &Tally::what);
  }
  if (found == tallies.end()) found = tallies.insert(tallies.end(), Tally{std::string(what), 0, {}});
  ++found->count;
  if (sample.empty() || found->samples.size() >= kSamples) return;
  std::string kept = shortened(sample.substr(0, sample.find('\n')), kSampleLength);
  if (std::ranges::find(found->samples, kept) == found->samples.end()) found->samples.push_back(std::move(kept));
}

std::vector<std::string> fitting_tags(const std::vector<std::string>& theirs, Findings& findings) {
  std::vector<std::string> tags;
  for (const auto& typed : theirs) {
    std::string tag;
    std::string_view rest = typed;
    while (rest.starts_with('#')) rest.remove_prefix(1);
    bool gap = false;
    for (std::size_t at = 0; at < rest.size();) {
      const auto sign = decode(rest, at);
      const bool blank = !sign.valid || is_blank_or_control(sign.point);
      if (!blank && gap && !tag.empty()) tag += '-';
      if (!blank) tag += rest.substr(at, sign.length);
      gap = blank;
      at += sign.length;
    }
    const auto fits = shortened(tag, kTagLimit);
    if (fits != typed && "#" + fits != typed) findings.bend("tags that are not one short word, made into one", typed);
    if (fits.empty() || std::ranges::find(tags, fits) != tags.end()) continue;
    if (tags.size() == kTagCount) {
      findings.drop("tags beyond the 64th of an entry", fits);
      continue;
    }
    tags.push_back(fits);
  }
  return tags;
}

bool Once::first(Found& found, std::uint32_t& again) {
  again = 0;
  if (!found.practice.empty() || !found.to.empty()) return true;  // the daemon knows what says the same
  const std::size_t hash = hash_of(found);
  if (found.key.empty()) {
    again = said_[hash]++;
    return true;
  }
  auto& same = named_[found.key];
  if (std::ranges::find(same, hash) != same.end()) {
    findings_.drop("entries that stand there twice, word for word", found.text);
    return false;
  }
  same.push_back(hash);
  if (same.size() == 1) return true;
  found.key += " #" + std::to_string(same.size());
  findings_.bend("entries with the name of another one, all kept", found.text);
  return true;
}

}  // namespace duolog::client
