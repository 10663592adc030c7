// compose.cc: a draft becomes an entry.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/compose.h"

namespace duolog::journal {
namespace {

// A tag is one word, so that it can be typed again.
std::string tag_of(std::string_view typed) {
  const std::string tag(typed.substr(typed.starts_with('#') ? 1 : 0));
  require_text(tag, kTagLimit, "tag");
  const bool control = std::any_of(tag.begin(), tag.end(), [](unsigned char c) { return c <= ' ' || c == 0x7f; });
  if (tag.empty() || control) throw Refusal(Reason::kBadField, "tag");
  return tag;
}

std::string time_text(const Moment& moment) {
  const std::string text = rfc3339(moment.at_ms, moment.offset_minutes);
  const std::string day = civil_day(moment.at_ms, moment.offset_minutes);
  return moment.day_only ? day : day + " " + text.substr(day.size() + 1, std::string_view("18:00").size());
}

}  // namespace

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n\f\v") == std::string_view::npos; }

void require_text(std::string_view text, std::size_t limit, const char* what) {
  if (const auto fault = utf8_fault(as_bytes(text))) throw Refusal::bad_utf8(what, *fault);
  if (text.size() > limit) throw Refusal::too_long(what, limit);
}

void write_out_times(std::vector<FieldValue>& values, const practice::Practice& practice, std::int64_t now_ms,
                     const Zone& zone) {
  std::optional<Moment> before;  // of the form's times the last
  for (const practice::FormField& field : practice.fields) {
    if (field.kind != practice::FieldKind::kDay && field.kind != practice::FieldKind::kTime) continue;
    for (FieldValue& value : values) {
      auto* text = std::get_if<std::string>(&value.value);
      if (text == nullptr || value.id != field.id || is_blank(*text)) continue;
      auto moment = parse_ahead(*text, now_ms, before ? before->at_ms : now_ms, zone);
      if (!moment) continue;  // the form says what it wants
      const bool hour_alone = text->find(':') < 3;
      if (hour_alone && moment->at_ms <= (before ? before->at_ms : now_ms))
        moment = parse_moment(time_text({moment->at_ms + kDayMs, moment->offset_minutes, false}), now_ms, zone);
      if (field.kind == practice::FieldKind::kDay) moment->day_only = true;
      *text = time_text(*moment);
      before = moment;
    }
  }
}

Entry compose(const Draft& draft, std::int64_t now_ms, const Zone& zone) {
  require_text(draft.text, kTextLimit, "text");
  if (is_blank(draft.text) && draft.attachments.empty()) throw Refusal(Reason::kEmpty);
  if (draft.attachments.size() > kAttachmentCount) throw Refusal::too_long("attachments", kAttachmentCount);
  Entry entry{is_blank(draft.text) ? std::string() : draft.text, {}, {}};
  entry.attachments = draft.attachments;
  if (draft.tags.size() > kTagCount) throw Refusal::too_long("tags", kTagCount);
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
