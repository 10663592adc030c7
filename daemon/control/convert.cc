// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/control/convert.h"

#include <ctime>
#include <limits>
#include <system_error>

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
std::uint32_t count(std::size_t value) {
  return static_cast<std::uint32_t>(std::min<std::size_t>(value, std::numeric_limits<std::uint32_t>::max()));
}

void fill(Delivery& out, const journal::Delivery& in) {
  out.set_state(in.delivered ? "delivered" : "here");
  out.set_at(in.at);
  out.set_device(in.device);
  out.set_person(in.person);
}

void fill(FieldValue& out, const journal::FieldValue& in) {
  out.set_id(in.id);
  if (const auto* text = std::get_if<std::string>(&in.value)) {
    out.set_text(*text);
  } else if (const auto* number = std::get_if<std::int32_t>(&in.value)) {
    out.set_number(*number);
  } else {
    for (const auto& item : std::get<std::vector<std::string>>(in.value)) out.add_items(item);
  }
}

void fill(FormField& out, const journal::FormField& in) {
  out.set_id(in.id);
  out.set_question(in.question);
  out.set_kind(std::string(name(in.kind)));
  out.set_low(in.low);
  out.set_high(in.high);
  out.set_optional(in.optional);
  for (const auto& choice : in.choices) out.add_choices(choice);
  out.set_at_least(in.at_least);
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
  }
  return Error::FAILED;
}

}  // namespace

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
  for (const auto& field : in.fields) fill(*out.add_fields(), field);
  out.set_is_new(in.is_new);
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
  for (const auto& field : in.form) fill(*out.add_form(), field);
  out.set_title(in.title);
  out.set_why(in.why);
}

void fill(Saved& out, const journal::Saved& in) {
  out.set_id(hex(in.id.view()));
  out.set_journal(in.journal);
  out.set_visibility(std::string(name(in.visibility)));
  out.set_shared_with(in.shared_with);
  out.set_written_at(in.written_at);
  out.set_repeated(in.repeated);
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
}

void fill(TodayReport& out, const journal::Today& in) {
  out.set_name(in.name);
  out.set_date(in.date);
  for (const auto& item : in.news) fill(*out.add_news(), item);
  for (const auto& round : in.waiting) fill(*out.add_waiting(), round);
  out.set_alone(in.alone);
  out.set_words_unconfirmed(in.words_unconfirmed);
  out.set_entries(in.entries);
  out.set_news_count(count(in.news.size()));
  for (const auto& warning : in.warnings) out.add_warnings(warning);
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
