// journal.cc: writing, and the secrets that writing and reading need. Folding is in journal_fold.cc.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/journal.h"

#include <limits>

#include "daemon/journal/compose.h"
#include "daemon/journal/refusal.h"

namespace duolog::journal {
namespace {

// Each lies in locked memory of its own, of which there is little; what is dropped is derived again.
constexpr std::size_t kKeysHeld = 256;

// Nothing else that is written comes near the limit.
Refusal too_long(const Event& event) {
  const auto* edit = std::get_if<Edit>(&event.payload);
  const Entry* entry = edit != nullptr ? &edit->content : std::get_if<Entry>(&event.payload);
  const bool files = entry != nullptr && !entry->attachments.empty();
  return files ? Refusal::too_long("attachments", kAttachmentsBytes) : Refusal::too_long("text", kTextLimit);
}

}  // namespace

Journal::Journal(Identity& identity, store::SealedLog& log, store::LocalState& state, ViewFile& file,
                 const JournalId& id, const store::Blobs* blobs)
    : identity_(identity),
      log_(log),
      file_(file),
      id_(id),
      person_(identity.root().id()),
      zero_(crypto::epoch_id(id, identity.journal(id).epochs.front())),
      roster_(state, identity.journal(id).genesis),
      receipts_(state, id),
      unread_(state, id),
      blobs_(blobs),
      membership_(identity.journal(id).genesis) {
  for (const crypto::EpochSecret& secret : secrets().epochs)
    secrets_.emplace(crypto::epoch_id(id_, secret), secret.clone());
  log_.add_journal(id_);
  admit(identity_.chain());
  take_up();
}

bool Journal::is_mine(const DeviceId& device) const {
  const crypto::ProvenDevice* known = roster_.find(device);
  return known != nullptr && known->person == person_;
}

bool Journal::admit(const crypto::Chain& chain) {
  const auto proven = roster_.prove(chain);
  if (!proven || !has_room_for(*proven)) return false;
  roster_.add(chain, *proven, proven->device.id() != self());
  return log_.admit(id_, proven->device.id(), proven->device.sign);
}

// ---- what was settled ----

// Two ways of counting: what the view has placed, and what was folded while it is not ready.
std::uint64_t Journal::settings_version() const {
  constexpr std::uint64_t kFolded = std::uint64_t{1} << 63;
  return ready() ? view_->settings_version() : kFolded | settings_folded_;
}

const Agreements& Journal::agreements() const {
  const std::uint64_t version = settings_version();
  if (agreements_.value && agreements_.version == version) return *agreements_.value;
  const auto mine = [this](const DeviceId& device) { return is_mine(device); };
  const auto founds = [this](const Noted& noted) {
    return noted.seq == kBirthLength && facts_.zero_authors.contains(noted.device);
  };
  agreements_ = {version, agree(settings(), mine, founds, shared())};
  return *agreements_.value;
}

const practice::Library& Journal::library() const {
  const std::uint64_t version = settings_version();
  if (library_.value && library_.version == version) return *library_.value;
  practice::Library library(secrets().relationship);
  for (const Noted& noted : settings())
    if (const auto* own = std::get_if<OwnNote>(&noted.what); own != nullptr && own->practice)
      library.add(*own->practice, is_mine(noted.device));
  library_ = {version, std::move(library)};
  return *library_.value;
}

// ---- writing ----

bool Journal::can_write() const {
  if (held_ || secrets().parted || waits_to_be_read_) return false;
  return membership_.live(self());
}

void Journal::get_ready_to_write() {
  if (secrets().parted) throw Refusal(Reason::kParted, secrets().name);
  if (log_.frozen(id_, self())) throw Refusal(Reason::kFrozen, secrets().name);
  if (held_) throw Refusal(Reason::kRestored, secrets().other);
  fold_all();
  require_whole_log();
  if (can_write()) return;
  if (membership_.removed(person_, self())) throw Refusal(Reason::kRemoved, secrets().name);
  const bool waits = secrets().awaited || !membership_.enrolled().empty();
  throw Refusal(waits ? Reason::kNotYetKnown : Reason::kNoJournalYet, secrets().name);
}

RecordId Journal::append_event(Event event, ByteView request, crypto::RecordKind kind) {
  get_ready_to_write();
  event.seen = seen();
  const crypto::SecretBytes bytes = encode_event(event);
  if (bytes.view().size() > crypto::kEventLimit) throw too_long(event);
  if (!decode_event(bytes.view())) throw Refusal(Reason::kBadRequest, "event");  // nobody could ever read it
  return append_sealed(bytes.view(), writing_epoch(), request, kind);
}

// Nothing is folded before the transaction has ended: what it takes back was never seen.
std::vector<RecordId> Journal::append_all(std::vector<Event>& events, ByteView request) {
  get_ready_to_write();
  const std::vector<Seen> held = seen();
  const EpochId epoch = writing_epoch();
  std::vector<RecordId> ids;
  ids.reserve(events.size());
  log_.together([&] {
    for (Event& event : events) {
      event.seen = held;
      ids.push_back(append_sealed(encode_event(event).view(), epoch, ids.empty() ? request : ByteView()));
    }
  });
  return ids;
}

RecordId Journal::append_sealed(ByteView event, const EpochId& epoch, ByteView request, crypto::RecordKind kind) {
  const crypto::RecordKey& sealing = *key(epoch, self());
  return log_.append(
      id_, self(),
      [&](const crypto::ChainPosition& at) {
        return crypto::make_event_record(id_, identity_.keys(), kind, at, epoch, sealing, event);
      },
      request);
}

// What stands behind a damaged head is never folded, and a record that is appended stands behind it too.
void Journal::require_whole_log() const {
  const auto head = log_.head(id_, self());
  const auto folded = folded_.find(self());
  const std::uint64_t read = folded != folded_.end() ? folded->second : 0;
  if (!head || read >= head->seq) return;
  throw store::BadDatabase("this device's own log in \"" + secrets().name + "\" is damaged: it ends at record " +
                           std::to_string(head->seq) + ", and nothing behind record " + std::to_string(read) +
                           " can be read; nothing was saved: restore the database from a backup");
}

// Up to where everybody else's log is held here. That is a receipt as well: what lacks a body is not receipted, nor
// what stands behind it.
std::vector<Seen> Journal::seen() const {
  std::vector<Seen> seen;
  const auto missing = log_.missing_bodies(id_);
  for (const store::FrontierEntry& entry : log_.frontier(id_)) {
    const auto lacks = missing.find(entry.device);
    const std::uint64_t held = lacks != missing.end() ? std::min(entry.seq, lacks->second.front() - 1) : entry.seq;
    if (held > 0 && entry.device != self() && seen.size() < kSeenLimit) seen.push_back({entry.device, held});
  }
  return seen;
}

// A writer must know who is a member now; and where somebody was frozen a moment ago, must not write for them any more.
void Journal::fold_all() {
  std::size_t budget = std::numeric_limits<std::size_t>::max();
  while (fold(budget)) {
  }
}

// The live set is moved by others' records as well: that there is no current epoch again is no bug of ours.
EpochId Journal::writing_epoch() {
  if (!membership_.current()) write_epoch();
  const auto current = membership_.current();
  if (!current) throw Refusal(Reason::kTooManyEpochs, secrets().name);
  return *current;
}

// What the others would not read any more is not written either.
void Journal::require_one_more_epoch() {
  const auto written = facts_.epochs_written.find(self());
  if (written == facts_.epochs_written.end() || written->second < kEpochLimit) return;
  alarm("too-many-epochs:" + hex(self().bytes));
  Refusal refusal(Reason::kTooManyEpochs, secrets().name);
  refusal.limit = kEpochLimit;
  throw refusal;
}

void Journal::write_epoch() {
  require_one_more_epoch();
  const EpochId epoch = unrecorded_ ? *unrecorded_ : new_epoch();
  const crypto::SlotPsk psk = crypto::epoch_psk(secrets().epochs.front());
  std::vector<crypto::EpochRecipient> recipients;
  for (const DeviceId& device : membership_.live())
    recipients.push_back({membership_.enrolled().at(device).device.wrap, &psk});
  for (const crypto::RootPublic& root : secrets().genesis.roots()) recipients.push_back({root.wrap, &psk});
  Bytes body = crypto::make_epoch(id_, *secret(epoch), membership_.next_depth(), recipients, membership_.meta());
  log_.append(id_, self(), [&](const crypto::ChainPosition& at) {
    return crypto::make_epoch_record(id_, identity_.keys(), at, epoch, std::move(body));
  });
  unrecorded_.reset();
  fold_all();
}

// The secret is in the vault before its record is in the log: what was sealed under it can always be opened again.
// Until the log takes the record nobody has heard of the secret, and every further try is about the same one.
EpochId Journal::new_epoch() {
  auto secret = crypto::EpochSecret::random();
  const EpochId epoch = crypto::epoch_id(id_, secret);
  std::vector<crypto::EpochSecret> kept;
  kept.push_back(secret.clone());
  identity_.add_epochs(id_, std::move(kept));
  secrets_.emplace(epoch, std::move(secret));
  unrecorded_ = epoch;
  return epoch;
}

// ---- secrets ----

const crypto::EpochSecret* Journal::secret(const EpochId& epoch) const {
  const auto found = secrets_.find(epoch);
  return found != secrets_.end() ? &found->second : nullptr;
}

const crypto::RecordKey* Journal::key(const EpochId& epoch, const DeviceId& author) const {
  const auto found = keys_.find({epoch, author});
  if (found != keys_.end()) return &found->second;
  const crypto::EpochSecret* of = secret(epoch);
  if (of == nullptr) return nullptr;
  if (keys_.size() >= kKeysHeld) keys_.clear();
  return &keys_.emplace(std::pair{epoch, author}, crypto::record_key(*of, author)).first->second;
}

void Journal::learn(const EpochId& id, crypto::EpochSecret secret) {
  learnt_.reserve(learnt_.size() + 1);
  secrets_.emplace(id, std::move(secret));
  learnt_.push_back(id);
  know_of(id);
}

void Journal::keep_learnt() {
  if (learnt_.empty()) return;
  std::vector<crypto::EpochSecret> secrets;
  secrets.reserve(learnt_.size());
  for (const EpochId& id : learnt_) secrets.push_back(secret(id)->clone());
  identity_.add_epochs(id_, std::move(secrets));
  learnt_.clear();
}

}  // namespace duolog::journal
