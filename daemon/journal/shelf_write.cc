// shelf_write.cc: what a person writes and answers: checked, sealed, appended, and said to be saved.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <ranges>

#include "daemon/journal/compose.h"
#include "daemon/journal/rounds.h"
#include "daemon/journal/shelf_state.h"

namespace duolog::journal {
namespace {

Form filled_in(const practice::Practice& practice, const std::vector<FieldValue>& values) {
  try {
    return practice::fill(practice, values);
  } catch (const practice::Unfit& unfit) {
    if (unfit.why == "not UTF-8") throw Refusal::bad_utf8(unfit.field, unfit.offset);
    if (unfit.why == "too long") throw Refusal::too_long(unfit.field, practice::kFieldTextLimit);
    throw Refusal::among(Reason::kBadField, unfit.field, {unfit.why});
  }
}

}  // namespace

Saved Shelf::write(const Draft& draft, ByteView request) {
  if (auto before = state_->answered_before(request)) return *before;
  Journal& journal = draft.private_entry     ? state_->notebook()
                     : draft.journal.empty() ? state_->writing_journal()
                                             : state_->find(draft.journal);
  Entry entry = compose(draft, state_->now(), state_->here);
  if (draft.open_on.empty()) return state_->save(journal, std::move(entry), request);
  if (!entry.attachments.empty()) throw Refusal(Reason::kNotItsKind, "attach");  // a sealed form has no place for it
  return state_->save(journal, state_->letter(journal, entry, draft.open_on), request);
}

Saved Shelf::answer(const FilledForm& filled, ByteView request) {
  if (auto before = state_->answered_before(request)) return *before;
  Journal& asked = state_->journal_for_two(filled.journal);
  const practice::Kept* found = asked.library().find(filled.practice);
  if (found == nullptr) throw Refusal(Reason::kBadRequest, "practice");
  const practice::Practice practice = found->practice;  // what is appended may change the library
  const bool own = found->own;
  if (!filled.sharing.empty() && filled.sharing != name(practice.sharing))
    throw Refusal::among(Reason::kBadField, "sharing", {"choice"});
  Journal& journal = practice.sharing == practice::Sharing::kPrivate ? state_->notebook() : asked;
  const std::string period = state_->period_to_answer(journal, practice, filled.period);
  std::vector<FieldValue> values = filled.fields;
  const Calendar calendar = state_->calendar_of(journal);  // a plan is for both, wherever one of them types it
  write_out_times(values, practice, state_->now(), Zone(calendar.zone, calendar.fallback_offset_minutes));
  Form form = filled_in(practice, values);
  Saved saved;
  if (journal.shared() && practice.sharing == practice::Sharing::kSealedUntilBoth) {
    Sealed sealed = state_->sound([&] {
      Sealed next = state_->seal(journal, practice.id, period, form, state_->rule_for(journal, practice, period));
      if (journal.answers().own_versions(next) >= kVersionsKept) throw Refusal::too_long("answers", kVersionsKept);
      return next;
    });
    saved = state_->save(journal, std::move(sealed), request);
  } else {
    saved = state_->save(journal, Answer{practice.id, period, std::move(form)}, request);
  }
  if (journal.shared() || own) saved.afterwards = practice.afterwards;  // ours speak to two, and of both
  return saved;
}

std::optional<Saved> Shelf::State::answered_before(ByteView request) const {
  const auto before = request.empty() ? std::nullopt : parts.log.answered(request);
  const Journal* journal = before ? by_id(before->first) : nullptr;
  if (journal == nullptr) return std::nullopt;
  Saved saved = saved_as(*journal, before->second);
  saved.repeated = true;
  return saved;
}

// What was written a moment ago stands at the end of this device's log.
std::optional<Noted> Shelf::State::noted_of(const Journal& journal, const RecordId& id) const {
  const DeviceId& self = parts.identity.keys().id();
  const auto head = parts.log.head(journal.id(), self);
  if (head && head->head == id) return journal.noted_at(self, head->seq);
  return journal.records().by_id(id);
}

Saved Shelf::State::saved_as(const Journal& journal, const RecordId& id) const {
  Saved saved;
  saved.id = id;
  saved.journal_id = journal.id();
  saved.journal = journal.secrets().name;
  saved.shared_with = journal.shared() ? journal.secrets().other : std::string();
  if (const auto noted = noted_of(journal, id)) {
    const Item item = make_item(journal, *noted, here);
    saved.visibility = item.visibility;
    saved.opens_at = item.opens_at;
    saved.written_at = item.written_at;
  }
  return saved;
}

// ---- practices ----

// Where a practice for two is done: with the other, wherever plain writing goes.
Journal& Shelf::State::answering_journal(const std::string& wanted) const {
  if (!wanted.empty()) return find(wanted);
  Journal& writing = writing_journal();
  if (writing.shared()) return writing;
  Journal* newest = &notebook();
  for (Journal* journal : visible())
    if (!journal->secrets().parted) newest = journal;
  return *newest;
}

// The newest one left is perhaps shared with somebody else than the person has in mind.
Journal& Shelf::State::journal_for_two(const std::string& wanted) const {
  Journal& journal = answering_journal(wanted);
  if (wanted.empty() && journal.shared() && parts.state.get(kToBeChosen))
    throw Refusal(Reason::kToBeChosen, journal.secrets().name);
  return journal;
}

Rounds Shelf::State::rounds_of(const Journal& journal) const { return {journal, calendar_of(journal), now(), here}; }

// The current round; or an earlier one that somebody has answered already: what waits may be answered late.
std::string Shelf::State::period_to_answer(const Journal& journal, const practice::Practice& practice,
                                           const std::string& wanted) const {
  const Rounds rounds = rounds_of(journal);
  std::string current = rounds.current(practice).period;
  if (wanted.empty() || wanted == current) return current;
  if (!rounds.is_answered({practice.id, wanted})) throw Refusal(Reason::kBadRequest, "period");
  return wanted;
}

// As the two have agreed. Whoever answers after the other answers by the rule of the other's latest: else the two would
// never meet.
crypto::SealRule Shelf::State::rule_for(const Journal& journal, const practice::Practice& practice,
                                        const std::string& period) const {
  const bool may_open = journal.agreements().open_unanswered;
  Wanted wanted;
  wanted.kinds = only(Kind::kSealed);
  wanted.practice = practice.id;
  wanted.period = period;
  wanted.mine = false;
  wanted.newest_first = true;
  std::optional<crypto::SealRule> rule;
  journal.records().each(wanted, [&](const Noted& noted) {
    const auto* theirs = std::get_if<SealedNote>(&noted.what);
    if (theirs != nullptr && theirs->rule.both && (!theirs->rule.after || may_open)) rule = theirs->rule;
    return !rule;
  });
  if (rule) return *rule;
  if (!may_open) return {true, std::nullopt};
  const Calendar calendar = calendar_of(journal);
  const std::int64_t end = period_end(practice.rhythm, calendar, day_at(calendar, now()));
  return {true, static_cast<std::uint64_t>(std::max<std::int64_t>(end, 0)) / 1000};
}

// A letter is a round of its own, which nobody else can answer.
Sealed Shelf::State::letter(const Journal& journal, const Entry& entry, const std::string& open_on) const {
  constexpr std::size_t kLetterIdLength = 16;
  const auto day = parse_ahead(open_on, now(), now(), here);
  if (!day) throw Refusal(Reason::kBadDate, open_on);
  const std::int64_t opens = day->day_only ? here.instant_ms(civil_ms(*day) - civil_ms(*day) % kDayMs) : day->at_ms;
  if (opens <= now()) throw Refusal(Reason::kTooEarly, open_on);
  if (entry.text.size() > practice::kFieldTextLimit) throw Refusal::too_long("text", practice::kFieldTextLimit);
  Form form{{"text", entry.text}};
  if (!entry.tags.empty()) form.push_back({"tags", entry.tags});
  if (entry.mood > 0) form.push_back({"mood", static_cast<std::int32_t>(entry.mood)});
  if (entry.between_us) form.push_back({"between_us", 1});
  return seal(journal, std::string(kLetterPractice), hex(crypto::random_bytes(kLetterIdLength)), form,
              {false, static_cast<std::uint64_t>(opens) / 1000});
}

// For all of one's own devices and one's own root: nobody else can read it yet.
Sealed Shelf::State::seal(const Journal& journal, const std::string& practice, const std::string& period,
                          const Form& form, const crypto::SealRule& rule) const {
  const Bytes text = encode_form(form);
  if (text.size() > crypto::kAnswerLimit) throw Refusal::too_long("answer", crypto::kAnswerLimit);
  std::vector<WrapPublic> own{parts.identity.root().wrap};
  for (const DeviceId& device : journal.membership().live())
    if (journal.is_mine(device)) own.push_back(journal.membership().enrolled().at(device).device.wrap);
  const QuestionId question = crypto::round_question(practice, period);
  return {practice, period,
          crypto::seal_answer(journal.id(), parts.identity.keys().id(), question, crypto::encode_rule(rule), text, own),
          rule};
}

}  // namespace duolog::journal
