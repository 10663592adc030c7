// shelf.cc: the journals of one person, opened, found, and given up again.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/shelf.h"

#include "daemon/journal/shelf_state.h"

namespace duolog::journal {
namespace {

constexpr const char* kNotebook = "notebook";  // how the notebook is always called
constexpr std::size_t kShortestPrefix = 4;     // hex digits

bool same_letters(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

Shelf::Shelf(Parts parts, Hooks hooks) : state_(std::make_unique<State>(std::move(parts), std::move(hooks))) {}
Shelf::~Shelf() = default;

const Shelf::Parts& Shelf::parts() const { return state_->parts; }
std::int64_t Shelf::now() const { return state_->now(); }
Calendar Shelf::calendar_of(const Journal& journal) const { return state_->calendar_of(journal); }
void Shelf::begin_anew(const store::ViewLost& lost) const { state_->begin_anew(lost); }

void Shelf::start() {
  check(state_->journals.empty(), "a shelf was started twice");
  state_->require_fitting_log();
  state_->clear_away_all();
  state_->sweep();
  state_->finish_notebook();
  state_->open_all();
  state_->fold_all();
  if (state_->follow_partings()) state_->fold_all();
  state_->remember_arrivals();
  for (const auto& journal : state_->journals) journal->drop_brought();
  state_->herald.begin();
}

// Either all of the view fits, or none of it is taken up.
void Shelf::State::open_all() {
  const auto fits = [](const auto& journal) { return journal->fits(); };
  for (;;) {
    try {
      journals.clear();
      for (const JournalSecrets& secrets : parts.identity.journals()) open(secrets.id);
      if (std::all_of(journals.begin(), journals.end(), fits)) return;
      journals.clear();
      parts.view.begin_anew("it is not what the log says");
    } catch (const store::ViewLost& lost) {
      journals.clear();
      parts.view.begin_anew(lost.what());
    }
  }
}

// A log that is not this vault's (an older copy, a decoy, another home's) must not be gone on with: what would be
// written then forks the chains that others hold.
void Shelf::State::require_fitting_log() const {
  constexpr const char* kCure = "; nothing was changed\nhint: put back the database that belongs to this vault";
  bool strange = !parts.log.journals().empty() && parts.log.record_count(parts.identity.journals().front().id) == 0;
  for (const JournalId& id : parts.log.journals()) strange = strange && !parts.identity.has(id);
  if (strange)
    throw store::BadDatabase("the database holds journals of another vault and none of this one" + std::string(kCure));
  for (const JournalSecrets& journal : parts.identity.journals()) {
    if (journal.unacknowledged || journal.awaited || parts.log.record_count(journal.id) > 0) continue;
    throw store::BadDatabase("the vault knows the journal \"" + journal.name +
                             "\", and the database holds nothing of it" + kCure);
  }
}

// A joiner that was stopped between its log and its vault has left a founding there that nobody can open, and that was
// never acknowledged.
void Shelf::State::sweep() const {
  for (const JournalId& id : parts.log.journals())
    if (!parts.identity.has(id) && is_a_joining_cut_short(parts.log, id, parts.identity.keys().id()))
      parts.log.drop_journal(id);
}

// A stop between the vault and the log's first records leaves a notebook without a beginning. Once it has one, a log
// without it is not this vault's; and where another of this person's devices began it, it is not begun here.
void Shelf::State::finish_notebook() const {
  const JournalSecrets& secrets = parts.identity.journals().front();
  if (!secrets.unacknowledged) return;
  std::vector<Founder> founders;
  founders.push_back(founder_of(parts.identity, secrets.genesis));
  write_birth(parts.log, secrets, parts.identity.keys(), founders, Calendar{parts.zone}, stamp());
  parts.identity.acknowledge(secrets.id);
}

void Shelf::State::open(const JournalId& id) {
  journals.push_back(std::make_unique<Journal>(parts.identity, parts.log, parts.state, parts.view, id, parts.blobs));
  journals.back()->hold(parts.held.contains(id));
}

Calendar Shelf::State::calendar_of(const Journal& journal) const {
  return journal.agreements().calendar_or(parts.zone);
}

// ---- finding ----

std::vector<Journal*> Shelf::State::visible() const {
  std::vector<Journal*> visible;
  for (const auto& journal : journals)
    if (!journal->secrets().unacknowledged) visible.push_back(journal.get());
  return visible;
}

Journal& Shelf::State::find(std::string_view wanted) const {
  if (wanted == kNotebook) return notebook();
  const std::vector<Journal*> all = visible();
  for (Journal* journal : all)
    if (journal->secrets().name == wanted) return *journal;
  std::vector<Journal*> found;
  for (Journal* journal : all) {
    const bool by_id = wanted.size() >= kShortestPrefix && hex(journal->id().bytes).starts_with(wanted);
    if (by_id || same_letters(journal->secrets().name, wanted)) found.push_back(journal);
  }
  if (found.size() == 1) return *found.front();
  std::vector<std::string> names;
  names.reserve(all.size());
  for (const Journal* journal : all) names.push_back(journal->secrets().name);
  throw Refusal::among(Reason::kNoSuchJournal, std::string(wanted), std::move(names));
}

Journal* Shelf::State::by_id(const JournalId& id) const {
  for (const auto& journal : journals)
    if (journal->id() == id) return journal.get();
  return nullptr;
}

Journal& Shelf::State::writing_journal() const {
  Journal& picked = picked_to_write();
  return picked.secrets().parted ? notebook() : picked;  // never to somebody else instead
}

Journal& Shelf::State::picked_to_write() const {
  const std::vector<Journal*> all = visible();
  const auto chosen = parts.state.get(kWriteTo);
  const auto id = chosen ? JournalId::from(*chosen) : std::nullopt;
  Journal* picked = all.back();  // the newest shared one, or the notebook while it is alone
  for (Journal* journal : all)
    if (id && *id == journal->id()) picked = journal;
  return *picked;
}

std::vector<const Journal*> Shelf::journals() const {
  const std::vector<Journal*> visible = state_->visible();
  return {visible.begin(), visible.end()};
}

const Journal& Shelf::answering_journal(const std::string& wanted) const { return state_->answering_journal(wanted); }
const Journal& Shelf::find(std::string_view name_or_prefix) const { return state_->find(name_or_prefix); }
Journal* Shelf::by_id(const JournalId& id) { return state_->by_id(id); }
std::string Shelf::write_to() const { return state_->writing_journal().secrets().name; }
void Shelf::set_write_to(std::string_view wanted) {
  const Journal& journal = find(wanted);
  if (journal.secrets().parted) throw Refusal(Reason::kParted, journal.secrets().name);
  state_->with_room([&] { state_->parts.state.put(kWriteTo, journal.id().bytes); });
  state_->parts.state.remove(kToBeChosen);
}

void Shelf::release(const JournalId& id) {
  state_->parts.held.erase(id);
  if (Journal* journal = by_id(id)) journal->hold(false);
  state_->herald.doors_changed(id);  // what others asked for meanwhile is judged again
  state_->fold_all();
}

// ---- foundings ----

void Shelf::adopt(const JournalId& id) {
  state_->sound([&] { state_->open(id); });
  state_->as_far_as_possible([&] { state_->parts.state.remove(kToBeChosen); });  // whoever pairs anew has chosen
  state_->fold_all();
}

// A stop in between must leave what the next start takes for what it is: a hidden journal without a log, or a log that
// sweep() knows for a joining.
void Shelf::drop(const JournalId& id) {
  const bool hidden = state_->parts.identity.journal(id).unacknowledged;
  if (!hidden) state_->parts.identity.drop_journal(id);
  state_->sound([&] {  // one whose founding was stopped half-way has none here
    if (Journal* journal = by_id(id)) journal->forget();
  });
  std::erase_if(state_->journals, [&](const auto& journal) { return journal->id() == id; });
  state_->parts.log.drop_journal(id);
  if (hidden) state_->parts.identity.drop_journal(id);
  state_->herald.doors_changed(id);
}

void Shelf::acknowledge(const JournalId& id) {
  state_->parts.identity.acknowledge(id);
  state_->fold_all();
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
  if (!journal.shared() || journal.parted) return false;
  if (journal.unacknowledged) return true;
  const Journal* here = state_->by_id(id);
  const bool known = here != nullptr && !here->membership().enrolled().empty();
  if (journal.awaited || (known && !here->membership().founded_by(parts.identity.keys().id())))
    return false;  // another of one's own devices has founded it
  const auto own = parts.log.head(id, parts.identity.keys().id());
  return (!own || own->seq == 0) && !parts.state.get(kMetPrefix + hex(id.bytes));
}

}  // namespace duolog::journal
