// shelf_say.cc: what a person says about what was written, and what they settle with the other.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/compose.h"
#include "daemon/journal/reading.h"
#include "daemon/journal/shelf_state.h"
#include "daemon/journal/standing.h"

namespace duolog::journal {
namespace {

// What cannot be read yet can be reacted to by nobody.
void require_readable(const Journal& journal, const Noted& noted) {
  const bool sealed = std::holds_alternative<SealedNote>(noted.what) &&
                      journal.answers().look(noted.id).state != AnswerState::kReadable;
  const bool words = noted.is_entry() || noted.is_answer() || noted.is_letter() || noted.is_remark();
  const bool gone = noted.kind() == Kind::kTakenBack;
  if (gone) throw Refusal(Reason::kGone);
  if (sealed) throw Refusal(Reason::kSealed, "sealed");
  if (!words) throw Refusal(Reason::kNotItsKind, "nothing to read");
}

// Not a word, and nothing of ASCII alone; what else is an emoji, nobody's program knows for long. Empty: taken back.
bool is_emoji(std::string_view text) {
  const auto letter = [](unsigned char c) { return c <= ' ' || c == 0x7f || std::isalpha(c) != 0; };
  const auto beyond = [](unsigned char c) { return c >= 0x80; };
  return text.empty() ||
         (std::none_of(text.begin(), text.end(), letter) && std::any_of(text.begin(), text.end(), beyond));
}

const practice::Manner& require_manner(const std::vector<practice::Manner>& manners, const std::string& wanted) {
  for (const practice::Manner& one : manners)
    if (one.manner == wanted) return one;
  std::vector<std::string> names;
  for (const practice::Manner& one : manners)
    if (!one.manner.empty()) names.push_back(one.manner);
  throw Refusal::among(Reason::kNotItsKind, wanted, std::move(names));
}

Calendar wished_calendar(const Wishes& wishes, const Agreements& agreed) {
  if (wishes.accept_calendar) {
    if (!agreed.other.proposal) throw Refusal(Reason::kNotFound, "calendar");
    return *agreed.other.proposal;
  }
  Calendar calendar = agreed.me.proposal.value_or(agreed.calendar);
  if (!wishes.zone.empty()) calendar.zone = wishes.zone;
  if (!Zone(calendar.zone).known()) throw Refusal::among(Reason::kBadField, "zone", {"unknown"});
  calendar.turn_hour = wishes.turn_hour.value_or(calendar.turn_hour);
  if (calendar.turn_hour > 23) throw Refusal::among(Reason::kBadField, "turn_hour", {"range"});
  calendar.first_weekday = wishes.first_weekday.value_or(calendar.first_weekday);
  if (calendar.first_weekday < 1 || calendar.first_weekday > 7)
    throw Refusal::among(Reason::kBadField, "first_weekday", {"range"});
  return calendar;
}

// The last day of a pause, in the couple's calendar, as it is stored.
std::string until_text(const std::string& typed, std::int64_t now, const Calendar& calendar) {
  if (typed.empty() || typed == kUntilFurtherNotice) return typed;
  const Zone zone(calendar.zone, calendar.fallback_offset_minutes);
  const auto until = parse_ahead(typed, now, now, zone);
  if (!until || !until->day_only) throw Refusal(Reason::kBadDate, typed);
  const std::string day = civil_day(until->at_ms, until->offset_minutes);
  if (day < civil_day(now, zone.offset_minutes(now))) throw Refusal(Reason::kTooEarly, typed);
  return day;
}

// What the two would not find among their practices is not kept there.
void require_place(const Journal& journal, const std::string& toml, const std::string& file) {
  const auto own = practice::read_own(toml, journal.secrets().relationship);
  practice::Library library = journal.library();
  if (own && library.add(*own, true)) return;
  throw Refusal(
      Reason::kBadPractice,
      file + ":1: " +
          (own ? "id is that of a practice which is shared otherwise or comes round otherwise, or there are too many"
               : "for leaves the two of you out, or id is a name that means something else"));
}

// Nobody ends the other's pause.
void require_own_pause(const Journal& journal, Day today) {
  const Agreements& agreed = journal.agreements();
  if (!agreed.paused_by(today, true) && agreed.paused_by(today, false))
    throw Refusal(Reason::kNotYours, journal.secrets().other);
}

bool wants_calendar(const Wishes& wishes) {
  return wishes.accept_calendar || !wishes.zone.empty() || wishes.turn_hour || wishes.first_weekday;
}

}  // namespace

Saved Shelf::remark(const Target& about, const std::string& manner, const std::string& text, ByteView request) {
  if (auto before = state_->answered_before(request)) return *before;
  const Meant found = find_one(*this, about);
  require_readable(*found.journal, found.noted);
  const std::vector<practice::Manner> manners = manners_for(*found.journal, found.noted);
  const practice::Manner& chosen = require_manner(manners, manner);
  require_text(text, kRemarkLimit, "text");
  if (is_blank(text) && !chosen.optional) throw Refusal(Reason::kEmpty);
  return state_->save(*by_id(found.journal->id()), Remark{found.noted.id, manner, is_blank(text) ? "" : text}, request);
}

Saved Shelf::react(const Target& to, const std::string& emoji, ByteView request) {
  if (auto before = state_->answered_before(request)) return *before;
  const Meant found = find_one(*this, to);
  require_readable(*found.journal, found.noted);
  require_text(emoji, kEmojiLimit, "emoji");
  if (!is_emoji(emoji)) throw Refusal::among(Reason::kBadField, "emoji", {"kind"});
  return state_->save(*by_id(found.journal->id()), Reaction{found.noted.id, emoji}, request);
}

namespace {

// Where a private entry goes when it is shared.
const Entry& require_private(const Meant& found) {
  const auto* entry = std::get_if<Entry>(&found.noted.what);
  if (entry == nullptr || found.journal->shared()) throw Refusal(Reason::kNotItsKind, "share");
  return *entry;
}

}  // namespace

std::vector<Attachment> Shelf::to_reseal(const Target& target, const std::string& journal, ByteView request) {
  if (state_->answered_before(request)) return {};
  const Meant found = find_one(*this, target);
  const Entry& entry = require_private(found);
  const Journal& to = state_->journal_for_two(journal);
  if (!to.shared()) throw Refusal(Reason::kNoJournalYet, to.secrets().name);
  return entry.attachments;
}

Saved Shelf::share(const Target& target, const std::string& journal, ByteView request,
                   std::vector<Attachment> resealed) {
  if (auto before = state_->answered_before(request)) return *before;
  const Meant found = find_one(*this, target);
  Entry shared = require_private(found);
  Journal& to = state_->journal_for_two(journal);
  if (!to.shared()) throw Refusal(Reason::kNoJournalYet, to.secrets().name);
  if (resealed.size() != shared.attachments.size()) throw Refusal(Reason::kUploadGone);
  shared.attachments = std::move(resealed);
  if (found.noted.written_ms) shared.first_written = Moment{*found.noted.written_ms, found.noted.offset_minutes};
  return state_->save(to, std::move(shared), request);
}

Saved Shelf::pass(const FilledForm& round, ByteView request) {
  if (auto before = state_->answered_before(request)) return *before;
  Journal& journal = state_->journal_for_two(round.journal);
  const practice::Practice* practice = journal.library().practice(round.practice);
  if (practice == nullptr) throw Refusal(Reason::kBadRequest, "practice");
  const bool may =
      practice->sharing == practice::Sharing::kInTurns || practice->sharing == practice::Sharing::kSealedUntilBoth;
  if (!may) throw Refusal(Reason::kNotItsKind, "pass");
  const std::string period = state_->period_to_answer(journal, *practice, round.period);
  return state_->save(journal, Pass{practice->id, period}, request);
}

void Shelf::try_practice(const std::string& toml, const std::string& file) const {
  try {
    static_cast<void>(practice::read_practice(toml, file, ""));
  } catch (const practice::BadPractice& bad) {
    throw Refusal(Reason::kBadPractice, bad.what());
  }
}

Saved Shelf::keep_practice(const std::string& toml, const std::string& file, const std::string& journal,
                           ByteView request) {
  if (auto before = state_->answered_before(request)) return *before;
  try_practice(toml, file);
  Journal& to = state_->journal_for_two(journal);
  require_place(to, toml, file);
  return state_->save(to, OwnPractice{toml}, request);
}

// Everything is checked before anything is written. The request goes with what is written last: what a repetition
// writes once more before that says the same again. The calendar is the last, because a proposal that was accepted is
// none any more: its repetition would be refused.
void Shelf::agree(const Wishes& wishes, ByteView request) {
  if (state_->answered_before(request)) return;
  Journal& journal = state_->journal_for_two(wishes.journal);
  std::optional<Calendar> calendar;
  if (wants_calendar(wishes)) calendar = wished_calendar(wishes, journal.agreements());
  if (wishes.depth > practice::kDeepest) throw Refusal::among(Reason::kBadField, "depth", {"range"});
  if (!wishes.unanswered.empty() && wishes.unanswered != "wait" && wishes.unanswered != "open")
    throw Refusal::among(Reason::kBadField, "unanswered", {"choice"});
  const std::string pause = wishes.pause ? until_text(*wishes.pause, state_->now(), state_->calendar_of(journal)) : "";
  if (wishes.pause && pause.empty()) require_own_pause(journal, day_at(state_->calendar_of(journal), state_->now()));
  std::vector<Wish> wished;
  if (wishes.depth != 0) wished.push_back({std::string(kAboutDepth), std::to_string(wishes.depth)});
  if (!wishes.unanswered.empty()) wished.push_back({std::string(kAboutUnanswered), wishes.unanswered});
  if (wishes.pause) wished.push_back({std::string(kAboutPause), pause});
  for (const Wish& wish : wished)
    state_->save(journal, wish, !calendar && &wish == &wished.back() ? request : ByteView());
  if (calendar) state_->save(journal, *calendar, request);
}

}  // namespace duolog::journal
