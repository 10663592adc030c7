// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/control/convert.h"

#include <ctime>
#include <limits>
#include <system_error>

#include "daemon/control/visit.h"
#include "daemon/journal/standing.h"
#include "daemon/store/backup_format.h"
#include "daemon/store/database.h"
#include "daemon/store/vault_file.h"
#include "proto/control.pb.h"

namespace duolog::control {
namespace {

constexpr int kSecondsPerMinute = 60;
constexpr int kMinutesPerHour = 60;

// A message is refused whole where one of its strings is not UTF-8; an operating system's words or a path may not be.
std::string as_utf8(std::string text) {
  for (auto bad = utf8_fault(as_bytes(text)); bad; bad = utf8_fault(as_bytes(text))) text[*bad] = '?';
  return text;
}

// Counts in the messages are 32 bits wide.
const char* name(journal::Delivery::State state) {
  switch (state) {
    case journal::Delivery::State::kHere:
      return "here";
    case journal::Delivery::State::kInBundle:
      return "bundle";
    case journal::Delivery::State::kInMailbox:
      return "mailbox";
    case journal::Delivery::State::kDelivered:
      return "delivered";
  }
  return "here";
}

void fill(Delivery& out, const journal::Delivery& in) {
  out.set_state(name(in.state));
  out.set_at(in.at);
  out.set_device(in.device);
  out.set_person(in.person);
}

void fill(FieldValue& out, const practice::FieldValue& in) {
  out.set_id(in.id);
  if (const auto* text = std::get_if<std::string>(&in.value)) {
    out.set_text(*text);
  } else if (const auto* number = std::get_if<std::int32_t>(&in.value)) {
    out.set_number(*number);
  } else {
    for (const auto& item : std::get<std::vector<std::string>>(in.value)) out.add_items(item);
  }
}

// What is said about an item.
void fill_what_was_said(Item& out, const journal::Item& in) {
  for (const auto& reaction : in.reactions) {
    Reaction& one = *out.add_reactions();
    one.set_emoji(reaction.emoji);
    one.set_person(reaction.person);
    one.set_mine(reaction.mine);
  }
  for (const auto& remark : in.remarks) fill(*out.add_remarks(), remark);
  out.set_remark_count(in.remark_count);
  out.set_state(in.standing);
  for (const auto& manner : in.may) fill(*out.add_may(), manner);
}

Error::Code code_of(journal::Reason reason) {
  switch (reason) {
    case journal::Reason::kBadRequest:
      return Error::BAD_REQUEST;
    case journal::Reason::kNotFound:
      return Error::NOT_FOUND;
    case journal::Reason::kAmbiguous:
      return Error::AMBIGUOUS;
    case journal::Reason::kNoSuchJournal:
      return Error::NO_SUCH_JOURNAL;
    case journal::Reason::kNoJournalYet:
      return Error::NO_JOURNAL_YET;
    case journal::Reason::kParted:
      return Error::PARTED;
    case journal::Reason::kToBeChosen:
      return Error::TO_BE_CHOSEN;
    case journal::Reason::kNotYetKnown:
      return Error::NOT_YET_LET_IN;
    case journal::Reason::kRemoved:
      return Error::REMOVED;
    case journal::Reason::kNoSuchDevice:
      return Error::NO_SUCH_DEVICE;
    case journal::Reason::kNotOwnDevice:
      return Error::NOT_OWN_DEVICE;
    case journal::Reason::kThisDevice:
      return Error::THIS_DEVICE;
    case journal::Reason::kLastDevice:
      return Error::LAST_DEVICE;
    case journal::Reason::kNotRemoved:
      return Error::NOT_REMOVED;
    case journal::Reason::kTooManyEpochs:
      return Error::TOO_MANY_KEYS;
    case journal::Reason::kDevicesFull:
      return Error::DEVICES_FULL;
    case journal::Reason::kBadUtf8:
      return Error::BAD_UTF8;
    case journal::Reason::kTooLong:
      return Error::TOO_LONG;
    case journal::Reason::kEmpty:
      return Error::EMPTY;
    case journal::Reason::kBadDate:
      return Error::BAD_DATE;
    case journal::Reason::kBadField:
      return Error::BAD_FIELD;
    case journal::Reason::kFrozen:
      return Error::FROZEN;
    case journal::Reason::kWrongPassphrase:
      return Error::WRONG_PASSPHRASE;
    case journal::Reason::kNoPassphrase:
      return Error::NO_PASSPHRASE;
    case journal::Reason::kWordsGone:
      return Error::WORDS_GONE;
    case journal::Reason::kWrongWords:
      return Error::WRONG_WORDS;
    case journal::Reason::kBadPractice:
      return Error::BAD_PRACTICE;
    case journal::Reason::kNotYours:
      return Error::NOT_YOURS;
    case journal::Reason::kNotItsKind:
    case journal::Reason::kSealed:
      return Error::NOT_ITS_KIND;
    case journal::Reason::kTooEarly:
      return Error::TOO_EARLY;
    case journal::Reason::kNotHereYet:
      return Error::NOT_HERE_YET;
    case journal::Reason::kUploadGone:
      return Error::UPLOAD_GONE;
    case journal::Reason::kNoSuchAttachment:
      return Error::NO_SUCH_ATTACHMENT;
    case journal::Reason::kGarbled:
      return Error::GARBLED;
    case journal::Reason::kStaysAsGiven:
      return Error::STAYS_AS_GIVEN;
    case journal::Reason::kWantsConfirming:
      return Error::WANTS_CONFIRMING;
    case journal::Reason::kGone:
      return Error::GONE;
    case journal::Reason::kRestored:
      return Error::RESTORED;
    case journal::Reason::kBackupPassphrase:
      return Error::BACKUP_PASSPHRASE;
  }
  return Error::FAILED;
}

}  // namespace

std::uint32_t count(std::uint64_t value) {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(value, UINT32_MAX));
}

void fill(FormField& out, const practice::FormField& in) {
  out.set_id(in.id);
  out.set_question(in.question);
  out.set_kind(std::string(name(in.kind)));
  out.set_low(in.low);
  out.set_high(in.high);
  out.set_low_means(in.low_means);
  out.set_high_means(in.high_means);
  out.set_optional(in.optional);
  out.set_trend(in.trend);
  for (const auto& choice : in.choices) {
    out.add_choices(choice.id);
    out.add_choice_labels(choice.label);
  }
  out.set_at_least(in.at_least);
  out.set_at_most(in.at_most);
}

void fill(Manner& out, const practice::Manner& in) {
  out.set_manner(in.manner);
  out.set_label(in.label);
  out.set_ask(in.ask);
  out.set_optional(in.optional);
  out.set_settles(journal::closes(in.manner));
}

void fill(Attachment& out, const journal::AttachedFile& in) {
  out.set_name(in.name);
  out.set_media_type(in.media_type);
  out.set_size(count(in.size));  // a file has at most 1 GiB
  out.set_held(count(in.held));
}

void fill(Version& out, const journal::ItemVersion& in) {
  out.set_id(hex(in.id.view()));
  out.set_written_at(in.written_at);
  out.set_device(in.device);
  out.set_text(in.text);
  for (const auto& tag : in.tags) out.add_tags(tag);
  out.set_mood(in.mood);
  out.set_on(in.on);
  out.set_day_only(in.day_only);
  out.set_taken_back_at(in.taken_back_at);
  out.set_shown(in.shown);
  for (const auto& id : in.replaces) out.add_replaces(hex(id.view()));
  out.set_left_out(in.left_out);
}

void fill(Item& out, const journal::Item& in) {
  out.set_id(hex(in.id.view()));
  out.set_journal(in.journal);
  out.set_kind(std::string(name(in.kind)));
  out.set_author(in.author);
  out.set_mine(in.mine);
  out.set_written_at(in.written_at);
  out.set_text(in.text);
  for (const auto& tag : in.tags) out.add_tags(tag);
  out.set_visibility(std::string(name(in.visibility)));
  if (in.delivery) fill(*out.mutable_delivery(), *in.delivery);
  out.set_on(in.on);
  out.set_day_only(in.day_only);
  out.set_practice(in.practice);
  out.set_period(in.period);
  for (std::size_t i = 0; i < in.fields.size(); ++i) {
    FieldValue& field = *out.add_fields();
    fill(field, in.fields[i]);
    if (i < in.chosen.size()) field.mutable_labels()->Add(in.chosen[i].begin(), in.chosen[i].end());
  }
  out.set_is_new(in.is_new);
  out.set_title(in.title);
  for (const auto& label : in.labels) out.add_labels(label);
  out.set_mood(in.mood);
  out.set_between_us(in.between_us);
  out.set_first_written(in.first_written);
  out.set_source(hex(in.source));
  out.set_from_removed_device(in.from_removed_device);
  out.set_edited_at(in.edited_at);
  out.set_version_count(in.version_count);
  out.set_taken_back_at(in.taken_back_at);
  for (const auto& version : in.versions) fill(*out.add_versions(), version);
  out.set_opens_at(in.opens_at);
  out.set_opened_early(in.opened_early);
  if (in.to) out.set_to(hex(in.to->view()));
  out.set_manner(in.manner);
  fill_what_was_said(out, in);
  for (const auto& attachment : in.attachments) fill(*out.add_attachments(), attachment);
  if (in.kind == journal::ItemKind::kLetter) out.set_answer_state(std::string(name(in.state)));
  if (in.kind == journal::ItemKind::kAnswer) {
    out.set_answer_state(std::string(name(in.state)));
    out.set_after_reveal(in.after_reveal);
  }
}

void fill(RoundReport& out, const journal::Round& in) {
  out.set_practice(in.practice);
  out.set_period(in.period);
  out.set_journal(in.journal);
  out.set_state(describe(in.state, in.other));
  out.set_mine_in(in.mine_in);
  out.set_theirs_in(in.theirs_in);
  out.set_other(in.other);
  for (const auto& answer : in.answers) fill(*out.add_answers(), answer);
  out.set_current(in.current);
  out.set_turn(in.turn);
  out.set_mine_passed(in.mine_passed);
  out.set_theirs_passed(in.theirs_passed);
  out.set_over(in.over);
  out.set_unmet(in.unmet);
  out.set_opens_at(in.opens_at);
  out.set_offered(in.offered);
  if (!in.about) return;
  for (const auto& field : in.about->fields) fill(*out.add_form(), field);
  out.set_title(in.about->title);
  out.set_why(in.about->why);
  out.set_before(in.about->before);
  out.set_gentle(in.about->gentle);
  out.set_rhythm(std::string(name(in.about->rhythm)));
  out.set_sharing(std::string(name(in.about->sharing)));
  out.set_at_least_one(in.about->at_least_one);
}

void fill(Saved& out, const journal::Saved& in) {
  out.set_id(hex(in.id.view()));
  out.set_journal(in.journal);
  out.set_visibility(std::string(name(in.visibility)));
  out.set_shared_with(in.shared_with);
  out.set_written_at(in.written_at);
  out.set_repeated(in.repeated);
  out.set_afterwards(in.afterwards);
  out.set_opens_at(in.opens_at);
}

void fill(StatusReport::Journal& out, const journal::JournalStatus& in) {
  out.set_id(hex(in.id.view()));
  out.set_name(in.name);
  out.set_kind(in.shared ? "shared" : "notebook");
  out.set_other(in.other);
  out.set_relationship(in.relationship);
  out.set_paired_by(in.paired_by);
  out.set_entries(in.entries);
  out.set_records(in.records);
  out.set_unreadable(in.unreadable);
  out.set_newer(in.newer);
  out.set_frozen(in.frozen);
  out.set_zone(in.zone);
  out.set_parted(in.parted);
}

std::string paused_by(bool me, bool other, const std::string& name) {
  if (me && other) return "both";
  return me ? "me" : name;
}

void fill(TodayReport& out, const journal::Today& in) {
  out.set_name(in.name);
  out.set_date(in.date);
  for (const auto& item : in.news) fill(*out.add_news(), item);
  for (const auto& round : in.waiting) fill(*out.add_waiting(), round);
  out.set_alone(in.alone);
  out.set_words_unconfirmed(in.words_unconfirmed);
  out.set_entries(in.entries);
  out.set_news_count(count(in.news_count));
  for (const auto& warning : in.warnings) out.add_warnings(warning);
  if (in.question) fill(*out.mutable_question(), *in.question);
  for (const auto& promise : in.promises) fill(*out.add_promises(), promise);
  for (const auto& plan : in.plans) fill(*out.add_plans(), plan);
  for (const auto& talk : in.talks) fill(*out.add_talks(), talk);
  for (const auto& need : in.needs) fill(*out.add_needs(), need);
  out.set_paused(in.paused);
  out.set_paused_until(in.paused_until);
  if (in.paused) out.set_paused_by(paused_by(in.paused_by_me, in.paused_by_other, in.other));
  for (const auto& week : in.weeks) {
    TodayReport::Week& one = *out.add_weeks();
    one.set_period(week.period);
    one.set_kept(week.kept);
    one.set_paused(week.paused);
  }
  for (const auto& day : in.letters) out.add_letters(day);
  out.set_proposal(in.proposal);
}

void fill(WatchEvent& out, const journal::News& in) {
  out.set_event(std::string(name(in.kind)));
  out.set_at(in.at);
  out.set_journal(in.journal);
  out.set_name(in.name);
  if (in.item) fill(*out.mutable_item(), *in.item);
  if (in.round) fill(*out.mutable_round(), *in.round);
  out.set_detail(in.detail);
}

void fill(google::protobuf::RepeatedPtrField<std::string>& out, const crypto::SecretBytes& words) {
  std::string_view rest = words.text();
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    out.Add()->assign(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

void fill(Error& out, const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const journal::Refusal& refusal) {
    out.set_code(code_of(refusal.reason));
    out.set_detail(as_utf8(refusal.detail));
    out.set_offset(count(refusal.offset));
    out.set_limit(count(refusal.limit));
    for (const auto& candidate : refusal.candidates) out.add_candidates(candidate);
  } catch (const store::NotDurable& refused) {
    out.set_code(Error::NOT_SAVED);
    out.set_detail(as_utf8(refused.what()));
  } catch (const HomeInUse& in_use) {
    out.set_code(Error::HOME_IN_USE);
    out.set_detail(as_utf8(in_use.what()));
  } catch (const HomeInTheMaking&) {
    out.set_code(Error::WINDOW_OPEN);
    out.set_detail("home");
  } catch (const store::BadBackup& bad) {
    out.set_code(Error::NOT_A_BACKUP);
    out.set_detail(as_utf8(bad.what()));
  } catch (const std::system_error& error) {
    out.set_code(Error::NOT_SAVED);
    out.set_detail(as_utf8(error.what()));
  } catch (const std::exception& error) {  // a file that is not what it should be: its text names it
    out.set_code(Error::FAILED);
    out.set_detail(as_utf8(error.what()));
  }
}

std::string moment(const std::optional<WallTime>& time) {
  if (!time) return {};
  const std::time_t seconds = std::chrono::duration_cast<std::chrono::seconds>(time->time_since_epoch()).count();
  std::tm civil{};
  if (localtime_r(&seconds, &civil) == nullptr) return {};
  std::array<char, 48> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &civil);
  const long minutes = civil.tm_gmtoff / kSecondsPerMinute;
  const long clock = std::abs(minutes);
  std::array<char, 8> offset{};
  (void)std::snprintf(offset.data(), offset.size(), "%c%02ld:%02ld", minutes < 0 ? '-' : '+',
                      (clock / kMinutesPerHour) % 24, clock % kMinutesPerHour);
  return std::string(text.data(), length) + offset.data();
}

}  // namespace duolog::control
