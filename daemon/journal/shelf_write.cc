// shelf_write.cc: what a person writes and answers: checked, sealed, appended, and said to be saved.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/compose.h"
#include "daemon/journal/shelf_state.h"

namespace duolog::journal {

Saved Shelf::write(const Draft& draft, ByteView request) {
  if (auto before = state_->answered_before(request)) return *before;
  Journal& journal = draft.private_entry     ? state_->notebook()
                     : draft.journal.empty() ? state_->writing_journal()
                                             : state_->find(draft.journal);
  return state_->save(journal, compose(draft, state_->now(), state_->here), request);
}

Saved Shelf::answer(const FilledForm& filled, ByteView request) {
  if (auto before = state_->answered_before(request)) return *before;
  const Practice* practice = find_practice(filled.practice);
  if (practice == nullptr) throw Refusal(Reason::kBadRequest, "practice");
  Journal& journal = state_->answering_journal(filled.journal);
  const std::string period = state_->period_to_answer(journal, *practice, filled.period);
  Form form = fill(*practice, filled.fields);
  if (journal.shared() && practice->sharing == Sharing::kSealedUntilBoth)
    return state_->save(journal, state_->seal(journal, *practice, period, form), request);
  return state_->save(journal, Answer{practice->id, period, std::move(form)}, request);
}

template <class Payload>
Saved Shelf::State::save(Journal& journal, Payload payload, ByteView request) {
  const RecordId id = journal.append(std::move(payload), stamp(), request);
  herald.grew(journal);
  fold_all();
  return saved_as(journal, id);
}

std::optional<Saved> Shelf::State::answered_before(ByteView request) const {
  const auto before = request.empty() ? std::nullopt : parts.log.answered(request);
  const Journal* journal = before ? by_id(before->first) : nullptr;
  if (journal == nullptr) return std::nullopt;
  Saved saved = saved_as(*journal, before->second);
  saved.repeated = true;
  return saved;
}

Saved Shelf::State::saved_as(const Journal& journal, const RecordId& id) const {
  Saved saved;
  saved.id = id;
  saved.journal_id = journal.id();
  saved.journal = journal.secrets().name;
  saved.shared_with = journal.shared() ? journal.secrets().other : std::string();
  if (const Noted* noted = journal.view().by_id(id)) {
    const Item item = make_item(journal, *noted, here);
    saved.visibility = item.visibility;
    saved.written_at = item.written_at;
  }
  return saved;
}

// ---- practices ----

// Where a practice for two is done: with the other, wherever plain writing goes.
Journal& Shelf::State::answering_journal(const std::string& wanted) const {
  if (!wanted.empty()) return find(wanted);
  Journal& writing = writing_journal();
  return writing.shared() ? writing : *visible().back();
}

// The current round; or an earlier one that somebody has answered already: what waits may be answered late.
std::string Shelf::State::period_to_answer(const Journal& journal, const Practice& practice,
                                           const std::string& wanted) const {
  std::string current = period_of(practice.rhythm, calendar_of(journal), now());
  if (wanted.empty() || wanted == current) return current;
  if (!answered_rounds(journal).contains({practice.id, wanted})) throw Refusal(Reason::kBadRequest, "period");
  return wanted;
}

// For all of one's own devices and one's own root: nobody else can read it yet.
Sealed Shelf::State::seal(const Journal& journal, const Practice& practice, const std::string& period,
                          const Form& form) const {
  const Bytes text = encode_form(form);
  if (text.size() > crypto::kAnswerLimit) throw Refusal::too_long("answer", crypto::kAnswerLimit);
  std::vector<WrapPublic> own{parts.identity.root().wrap};
  for (const DeviceId& device : journal.membership().live())
    if (journal.is_mine(device)) own.push_back(journal.membership().enrolled().at(device).device.wrap);
  const QuestionId question = crypto::round_question(practice.id, period);
  return {practice.id, period,
          crypto::seal_answer(journal.id(), parts.identity.keys().id(), question, crypto::rule_both(), text, own)};
}

}  // namespace duolog::journal
