// shelf.cc: the journals of one person, found, written, folded. Asking them is reading.cc's.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/shelf.h"

#include "daemon/journal/compose.h"
#include "daemon/journal/rounds.h"

namespace duolog::journal {
namespace {

constexpr const char* kWriteTo = "write_to";   // in LocalState: a journal's id
constexpr const char* kNotebook = "notebook";  // how the notebook is always called
constexpr const char* kMetPrefix = "met/";     // in LocalState: journals in which a session has met the other person
constexpr std::size_t kShortestPrefix = 4;     // hex digits
constexpr std::uint64_t kDeliveriesTold = 16;  // of one receipt: after a long silence the newest will do

bool same_letters(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

struct Shelf::State {
  State(Parts given, Hooks hooks_given) : parts(std::move(given)), hooks(std::move(hooks_given)), here(parts.zone) {}

  Parts parts;
  Hooks hooks;
  Zone here;
  bool started = false;
  std::vector<std::unique_ptr<Journal>> journals;  // in the vault's order: the notebook first

  [[nodiscard]] std::int64_t now() const { return parts.clock.wall().time_since_epoch().count(); }
  [[nodiscard]] Stamp stamp() const { return {now(), here.offset_minutes(now())}; }
  [[nodiscard]] Journal& notebook() const { return *journals.front(); }
  [[nodiscard]] Calendar calendar_of(const Journal& journal) const {
    return journal.view().calendar().value_or(Calendar{parts.zone});
  }

  void open_all() {
    for (const JournalSecrets& secrets : parts.identity.journals())
      journals.push_back(std::make_unique<Journal>(parts.identity, parts.log, parts.state, secrets.id));
  }

  // A stop between the vault and the log's first records leaves a notebook without a beginning.
  void finish_notebook() {
    const JournalSecrets& notebook_secrets = parts.identity.journals().front();
    std::vector<Founder> founders;
    founders.push_back(founder_of(parts.identity, notebook_secrets.genesis));
    write_birth(parts.log, notebook_secrets, parts.identity.keys(), founders, Calendar{parts.zone}, stamp());
  }
};

Shelf::Shelf(Parts parts, Hooks hooks) : state_(std::make_unique<State>(std::move(parts), std::move(hooks))) {}
Shelf::~Shelf() = default;

const Shelf::Parts& Shelf::parts() const { return state_->parts; }
Calendar Shelf::calendar_of(const Journal& journal) const { return state_->calendar_of(journal); }

void Shelf::start() {
  check(!state_->started, "a shelf was started twice");
  sweep();
  state_->finish_notebook();
  state_->open_all();
  while (fold_some()) {
  }
  state_->started = true;
}

// A joiner that was stopped between its log and its vault has left a founding there that nobody can open, and that was
// never acknowledged. It holds nothing but the host's first records.
void Shelf::sweep() {
  const Parts& parts = state_->parts;
  for (const JournalId& id : parts.log.journals()) {
    const auto own = parts.log.head(id, parts.identity.keys().id());
    const bool empty = (!own || own->seq == 0) && parts.log.record_count(id) <= kBirthLength;
    if (empty && !parts.identity.has(id)) parts.log.drop_journal(id);
  }
}

// ---- finding ----

std::vector<const Journal*> Shelf::journals() const {
  std::vector<const Journal*> visible;
  for (const auto& journal : state_->journals)
    if (!journal->secrets().unacknowledged) visible.push_back(journal.get());
  return visible;
}

const Journal& Shelf::find(std::string_view wanted) const {
  if (wanted == kNotebook) return state_->notebook();
  const std::vector<const Journal*> all = journals();
  for (const Journal* journal : all)
    if (journal->secrets().name == wanted) return *journal;
  std::vector<const Journal*> found;
  for (const Journal* journal : all) {
    const bool by_id = wanted.size() >= kShortestPrefix && hex(journal->id().bytes).starts_with(wanted);
    if (by_id || same_letters(journal->secrets().name, wanted)) found.push_back(journal);
  }
  if (found.size() == 1) return *found.front();
  Refusal refusal(Reason::kNoSuchJournal, std::string(wanted));
  for (const Journal* journal : all) refusal.candidates.push_back(journal->secrets().name);
  throw refusal;
}

Journal* Shelf::by_id(const JournalId& id) {
  for (const auto& journal : state_->journals)
    if (journal->id() == id) return journal.get();
  return nullptr;
}

const Journal& Shelf::writing_journal() const {
  const std::vector<const Journal*> all = journals();
  if (const auto chosen = state_->parts.state.get(kWriteTo))
    for (const Journal* journal : all)
      if (ByteView(*chosen).size() == JournalId::kLength && *JournalId::from(*chosen) == journal->id()) return *journal;
  return *all.back();  // the newest shared one, or the notebook while it is alone
}

std::string Shelf::write_to() const { return writing_journal().secrets().name; }

void Shelf::set_write_to(std::string_view journal) { state_->parts.state.put(kWriteTo, find(journal).id().bytes); }

// ---- writing ----

std::optional<Saved> Shelf::answered_before(ByteView request) {
  if (request.empty()) return std::nullopt;
  const auto before = state_->parts.log.answered(request);
  Journal* journal = before ? by_id(before->first) : nullptr;
  if (journal == nullptr) return std::nullopt;
  Saved saved = saved_as(*journal, before->second);
  saved.repeated = true;
  return saved;
}

Saved Shelf::saved_as(const Journal& journal, const RecordId& id) const {
  Saved saved;
  saved.id = id;
  saved.journal_id = journal.id();
  saved.journal = journal.secrets().name;
  saved.shared_with = journal.shared() ? journal.secrets().other : std::string();
  if (const Noted* noted = journal.view().by_id(id)) {
    const Item item = make_item(journal, *noted, state_->here);
    saved.visibility = item.visibility;
    saved.written_at = item.written_at;
  }
  return saved;
}

template <class Payload>
Saved Shelf::save(const Journal& target, Payload payload, ByteView request) {
  Journal& journal = *by_id(target.id());
  const RecordId id = journal.append(std::move(payload), state_->stamp(), request);
  grew(journal.id());
  while (fold_some()) {
  }
  return saved_as(journal, id);
}

Saved Shelf::write(const Draft& draft, ByteView request) {
  if (auto before = answered_before(request)) return *before;
  const Journal& target = draft.private_entry     ? state_->notebook()
                          : draft.journal.empty() ? writing_journal()
                                                  : find(draft.journal);
  return save(target, compose(draft, state_->now(), state_->here), request);
}

// Where a practice for two is done: with the other, wherever plain writing goes.
const Journal& Shelf::answering_journal(const std::string& wanted) const {
  if (!wanted.empty()) return find(wanted);
  const Journal& writing = writing_journal();
  return writing.shared() ? writing : *journals().back();
}

Saved Shelf::answer(const FilledForm& filled, ByteView request) {
  if (auto before = answered_before(request)) return *before;
  const Practice* practice = find_practice(filled.practice);
  if (practice == nullptr) throw Refusal(Reason::kBadRequest, "practice");
  const Journal& target = answering_journal(filled.journal);
  const std::string period = period_to_answer(target, *practice, filled.period);
  Form form = fill(*practice, filled.fields);
  if (!target.shared() || practice->sharing != Sharing::kSealedUntilBoth)
    return save(target, Answer{practice->id, period, std::move(form)}, request);

  const Bytes text = encode_form(form);
  if (text.size() > crypto::kAnswerLimit) {
    Refusal refusal(Reason::kTooLong, "answer");
    refusal.limit = crypto::kAnswerLimit;
    throw refusal;
  }
  std::vector<WrapPublic> own{state_->parts.identity.root().wrap};
  for (const DeviceId& device : target.membership().live())
    if (target.is_mine(device)) own.push_back(target.membership().enrolled().at(device).device.wrap);
  const QuestionId question = crypto::round_question(practice->id, period);
  Sealed sealed{
      practice->id, period,
      crypto::seal_answer(target.id(), state_->parts.identity.keys().id(), question, crypto::rule_both(), text, own)};
  return save(target, std::move(sealed), request);
}

// The current round; or an earlier one that somebody has answered already: what waits may be answered late.
std::string Shelf::period_to_answer(const Journal& journal, const Practice& practice, const std::string& wanted) const {
  const std::string current = period_of(practice.rhythm, state_->calendar_of(journal), state_->now());
  if (wanted.empty() || wanted == current) return current;
  if (!answered_rounds(journal).contains({practice.id, wanted})) throw Refusal(Reason::kBadRequest, "period");
  return wanted;
}

// ---- what came from outside ----

void Shelf::stored(const JournalId& id, const DeviceId& author, std::uint64_t first, std::uint64_t last) {
  (void)first;  // the fold knows how far it has come
  if (Journal* journal = by_id(id)) journal->bodies_came(author, last);
}

bool Shelf::fold_some(std::size_t records) {
  for (const auto& journal : state_->journals) {
    const bool more = journal->fold(records);
    journal->settle(state_->now());
    tell_of(*journal);
    if (more) return true;
  }
  return finish_fold();
}

// Only when everything is folded: an opening must count every answer that was held.
bool Shelf::finish_fold() {
  bool wrote = false;
  try {
    for (const auto& journal : state_->journals) wrote = publish_openings(*journal) || wrote;
    wrote = keep_in_notebook() || wrote;
  } catch (const store::NotDurable&) {  // the disk is full: tried again after the next fold
    return false;
  }
  return wrote;
}

bool Shelf::publish_openings(Journal& journal) {
  if (!journal.can_write() || journal.secrets().unacknowledged) return false;
  const std::vector<Opening> due = journal.answers().due();
  for (const Opening& opening : due) journal.append(opening, state_->stamp());
  if (!due.empty()) grew(journal.id());
  return !due.empty();
}

// The notebook knows every journal and its epochs, for this person's other devices and for the way back.
bool Shelf::keep_in_notebook() {
  Journal& notebook = state_->notebook();
  if (!notebook.can_write()) return false;
  bool wrote = false;
  for (const JournalSecrets& journal : state_->parts.identity.journals()) {
    if (!journal.shared() || journal.unacknowledged) continue;
    if (!notebook.journals_kept().contains(journal.id)) {
      notebook.append(JournalKept{journal.genesis, journal.epochs.front().clone(), journal.name, journal.other,
                                  journal.relationship, journal.paired_by},
                      state_->stamp());
      wrote = true;
    }
    for (std::size_t i = 1; i < journal.epochs.size(); ++i) {
      if (notebook.epochs_kept().contains(crypto::epoch_id(journal.id, journal.epochs[i]))) continue;
      notebook.append(EpochKept{journal.id, journal.epochs[i].clone()}, state_->stamp());
      wrote = true;
    }
  }
  if (wrote) grew(notebook.id());
  return wrote;
}

void Shelf::mark_seen(const std::vector<Item>& items) {
  std::map<std::pair<JournalId, DeviceId>, std::vector<std::uint64_t>> seen;
  for (const Item& item : items) {
    const Journal* journal = item.mine ? nullptr : by_id(item.journal_id);
    const Noted* noted = journal != nullptr ? journal->view().by_id(item.id) : nullptr;
    if (noted != nullptr) seen[{item.journal_id, noted->device}].push_back(noted->seq);
  }
  for (const auto& [where, seqs] : seen) {
    Journal& journal = *by_id(where.first);
    journal.unread().mark(journal.view(), where.second, seqs);
  }
}

// ---- news ----

void Shelf::grew(const JournalId& journal) {
  if (state_->started && state_->hooks.grew) state_->hooks.grew(journal);
}

void Shelf::doors_changed(const JournalId& journal) {
  if (state_->started && state_->hooks.doors_changed) state_->hooks.doors_changed(journal);
}

void Shelf::tell(News news) {
  if (!state_->started || !state_->hooks.news) return;
  const Stamp now = state_->stamp();
  news.at = rfc3339(now.now_ms, now.offset_minutes);
  if (const Journal* journal = by_id(news.journal_id)) {
    news.journal = journal->secrets().name;
    if (news.name.empty()) news.name = journal->secrets().other;
  }
  state_->hooks.news(news);
}

void Shelf::tell_of(Journal& journal) {
  const Journal::Brought brought = journal.take_brought();
  if (brought.doors_changed) doors_changed(journal.id());
  for (const RecordId& id : brought.items) tell_item(journal, id);
  for (const RoundKey& key : brought.revealed)
    tell({News::Kind::kOpened, journal.id(), {}, {}, {}, {}, round(journal, key), {}});
  tell_delivered(journal, brought.were_receipted, brought.receipted);
  for (const std::string& alarm : brought.alarms) tell({News::Kind::kAlarm, journal.id(), {}, {}, {}, {}, {}, alarm});
}

void Shelf::tell_item(const Journal& journal, const RecordId& id) {
  const Noted* noted = journal.view().by_id(id);
  if (noted == nullptr || journal.secrets().unacknowledged) return;
  Item item = make_item(journal, *noted, state_->here);
  News news{noted->is_answer() ? News::Kind::kAnswer : News::Kind::kEntry, journal.id()};
  if (noted->is_answer()) news.round = round(journal, {item.practice, item.period});
  news.item = std::move(item);
  tell(std::move(news));
}

void Shelf::tell_delivered(const Journal& journal, std::uint64_t above, std::uint64_t up_to) {
  const auto* own = journal.view().of(state_->parts.identity.keys().id());
  if (own == nullptr || up_to <= above) return;
  const std::uint64_t from = std::max(above + 1, up_to > kDeliveriesTold ? up_to - kDeliveriesTold + 1 : 1);
  for (auto at = own->lower_bound(from); at != own->end() && at->first <= up_to; ++at)
    if (at->second.is_visible())
      tell({News::Kind::kDelivered, journal.id(), {}, {}, {}, make_item(journal, at->second, state_->here), {}, {}});
}

Round Shelf::round(const Journal& journal, const RoundKey& key) const {
  const Practice* practice = find_practice(key.practice);
  const bool current =
      practice != nullptr && period_of(practice->rhythm, state_->calendar_of(journal), state_->now()) == key.period;
  return make_round(journal, key, current, state_->here);
}

// ---- foundings ----

void Shelf::adopt(const JournalId& id) {
  const Parts& parts = state_->parts;
  state_->journals.push_back(std::make_unique<Journal>(parts.identity, parts.log, parts.state, id));
  while (fold_some()) {
  }
}

void Shelf::drop(const JournalId& id) {
  const Parts& parts = state_->parts;
  std::erase_if(state_->journals, [&](const auto& journal) { return journal->id() == id; });
  parts.log.drop_journal(id);
  parts.identity.drop_journal(id);
  doors_changed(id);
}

void Shelf::met(const JournalId& id) {
  const std::string mark = kMetPrefix + hex(id.bytes);
  if (state_->parts.state.get(mark)) return;
  acknowledge(id);
  state_->parts.state.put(mark, {});
}

bool Shelf::may_be_dropped(const JournalId& id) const {
  const Parts& parts = state_->parts;
  const JournalSecrets& journal = parts.identity.journal(id);
  if (!journal.shared()) return false;
  if (journal.unacknowledged) return true;
  const auto own = parts.log.head(id, parts.identity.keys().id());
  return (!own || own->seq == 0) && !parts.state.get(kMetPrefix + hex(id.bytes));
}

void Shelf::acknowledge(const JournalId& id) {
  state_->parts.identity.acknowledge(id);
  while (fold_some()) {
  }
}

}  // namespace duolog::journal
