// compose.cc: a draft becomes an entry.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/compose.h"

namespace duolog::journal {
namespace {

void require_utf8(std::string_view text, const char* what) {
  if (const auto fault = utf8_fault(as_bytes(text))) throw Refusal::bad_utf8(what, *fault);
}

void require_length(std::size_t length, std::size_t limit, const char* what) {
  if (length > limit) throw Refusal::too_long(what, limit);
}

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n\f\v") == std::string_view::npos; }

// A tag is one word, so that it can be typed again.
std::string tag_of(std::string_view typed) {
  const std::string tag(typed.substr(typed.starts_with('#') ? 1 : 0));
  require_utf8(tag, "tag");
  require_length(tag.size(), kTagLimit, "tag");
  const bool control = std::any_of(tag.begin(), tag.end(), [](unsigned char c) { return c <= ' ' || c == 0x7f; });
  if (tag.empty() || control) throw Refusal(Reason::kBadField, "tag");
  return tag;
}

}  // namespace

Entry compose(const Draft& draft, std::int64_t now_ms, const Zone& zone) {
  require_utf8(draft.text, "text");
  require_length(draft.text.size(), kTextLimit, "text");
  if (is_blank(draft.text)) throw Refusal(Reason::kEmpty);
  Entry entry{draft.text, {}, {}};
  require_length(draft.tags.size(), kTagCount, "tags");
  for (const std::string& typed : draft.tags) {
    std::string tag = tag_of(typed);
    if (std::find(entry.tags.begin(), entry.tags.end(), tag) == entry.tags.end()) entry.tags.push_back(std::move(tag));
  }
  if (draft.mood > kBestMood) throw Refusal::among(Reason::kBadField, "mood", {"range"});
  entry.mood = draft.mood;
  entry.between_us = draft.between_us;
  if (!draft.on.empty()) {
    entry.about = parse_moment(draft.on, now_ms, zone);
    if (!entry.about) throw Refusal(Reason::kBadDate, draft.on);
  }
  return entry;
}

}  // namespace duolog::journal
