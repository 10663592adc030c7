// attachments.cc: what is to be fetched, what may go.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/attachments.h"

#include "daemon/journal/journal.h"

namespace duolog::journal {
namespace {

constexpr std::string_view kAskedPrefix = "attachment.asked:";  // and the record's id; the numbers, u32 each
constexpr std::size_t kAskedLimit = 1024;  // entries; what is asked for beyond lasts until the next start

std::string asked_name(const RecordId& record) { return std::string(kAskedPrefix) + hex(record.view()); }

Bytes encode(const std::set<std::uint32_t>& numbers) {
  Bytes bytes;
  for (const std::uint32_t number : numbers) append_u32(bytes, number);
  return bytes;
}

std::set<std::uint32_t> decode(ByteView bytes) {
  std::set<std::uint32_t> numbers;
  for (; bytes.size() >= 4; bytes = bytes.subspan(4)) numbers.insert(read_u32(bytes));
  return numbers;
}

const std::vector<Attachment>& attachments_of(const Noted& noted) {
  static const std::vector<Attachment> none;
  const auto* entry = std::get_if<Entry>(&noted.what);
  return entry != nullptr ? entry->attachments : none;
}

// A whole id is looked up, where a beginning is searched for: whoever reads a file asks thousands of times.
Meant find_entry(const Shelf& shelf, const Target& target) {
  const auto bytes = from_hex(target.id);
  const auto id = bytes ? RecordId::from(*bytes) : std::nullopt;
  for (const Journal* journal : shelf.journals()) {
    auto noted = id && target.journal.empty() ? journal->records().by_id(*id) : std::nullopt;
    if (noted && noted->is_visible()) return {journal, std::move(*noted)};
  }
  return find_one(shelf, target);
}

// A list of files needs none of the words that they go with.
Noted without_text(Noted noted) {
  if (auto* entry = std::get_if<Entry>(&noted.what)) entry->text.clear();
  noted.versions.reset();
  return noted;
}

void add_files(std::vector<MeantFile>& files, const Journal& journal, const Noted& noted) {
  std::uint32_t number = 0;
  for (const Attachment& attachment : attachments_of(noted))
    files.push_back({&journal, without_text(noted), attachment, ++number});
}

std::vector<MeantFile> all_attachments(const Shelf& shelf, const Target& target) {
  std::vector<MeantFile> files;
  if (!target.id.empty()) {
    const Meant meant = find_entry(shelf, target);
    add_files(files, *meant.journal, meant.noted);
    return files;
  }
  const Journal* only = target.journal.empty() ? nullptr : &shelf.find(target.journal);
  Wanted wanted;
  wanted.with_files = true;
  for (const Journal* journal : shelf.journals()) {
    if (only != nullptr && journal != only) continue;
    journal->records().each(wanted, [&](const Noted& noted) {
      add_files(files, *journal, noted);
      return true;
    });
  }
  return files;
}

}  // namespace

MeantFile find_attachment(const Shelf& shelf, const Target& target, std::uint32_t number) {
  const Meant meant = sound(shelf, [&] { return find_entry(shelf, target); });
  const auto& all = attachments_of(meant.noted);
  if (number >= 1 && number <= all.size()) return {meant.journal, without_text(meant.noted), all[number - 1], number};
  Refusal refusal(Reason::kNoSuchAttachment);
  refusal.limit = all.size();
  throw refusal;
}

std::vector<MeantFile> list_attachments(const Shelf& shelf, const Target& target) {
  return sound(shelf, [&] { return all_attachments(shelf, target); });
}

Attachments::Attachments(Shelf& shelf, store::Blobs& blobs, std::uint64_t eager_bytes, Hooks hooks)
    : shelf_(shelf), blobs_(blobs), eager_bytes_(eager_bytes), hooks_(std::move(hooks)) {
  blobs_.lost = [this](const ChunkId& chunk) { lost(chunk); };
}

// ---- after a fold ----

std::vector<Journal*> Attachments::journals() const {
  std::vector<Journal*> all;
  for (const JournalSecrets& secrets : shelf_.parts().identity.journals())
    if (Journal* journal = shelf_.by_id(secrets.id)) all.push_back(journal);
  return all;
}

void Attachments::start() {
  for (const std::string& name : memory().names(kAskedPrefix)) {
    const auto bytes = from_hex(name.substr(kAskedPrefix.size()));
    const auto record = bytes ? RecordId::from(*bytes) : std::nullopt;
    const auto numbers = memory().get(name);
    if (record && numbers) asked_for_[*record] = decode(*numbers);
  }
  folded();
  if (reads_everything()) drop_unnamed();
}

void Attachments::folded() {
  for (Journal* journal : journals()) {
    take_fresh(*journal);
    refill(*journal);
    take_gone(*journal);
  }
  drop_gone();
  if (some_forgotten_) drop_asked_for_nothing();
  ask_sessions();
}

void Attachments::ask_sessions() {
  for (const JournalId& journal : std::exchange(to_tell_, {})) hooks_.wanted(journal);
}

void Attachments::take_fresh(Journal& journal) {
  Wants& wants = wants_[journal.id()];
  for (const Attached::Fresh& fresh : journal.attached().take_fresh()) {
    const bool waits = wants.has_more() || !wants.has_room();
    if (waits && !asked_for_.contains(fresh.record)) {
      wants.later.push_back(fresh.record);
    } else {
      take(journal, fresh);
    }
  }
}

void Attachments::take(Journal& journal, const Attached::Fresh& fresh) {
  const auto found = asked_for_.find(fresh.record);
  const auto asked = found != asked_for_.end() ? found->second : std::set<std::uint32_t>{};
  bool lacks_asked = false;
  std::uint32_t number = 0;
  for (const Attachment& attachment : fresh.attachments) {
    const bool is_asked = asked.contains(++number);
    if (fresh.own || is_asked || attachment.size <= eager_bytes_) want(journal.id(), attachment, is_asked);
    lacks_asked = lacks_asked || (is_asked && journal.attached().held(attachment) < attachment.size);
  }
  if (asked.empty() || lacks_asked) return;
  asked_for_.erase(fresh.record);  // it is all here
  remember(fresh.record);
}

// ---- what may go ----

bool Attachments::named_anywhere(const ChunkId& chunk) const {
  const auto all = journals();
  return std::any_of(all.begin(), all.end(), [&](const Journal* one) { return one->attached().names(chunk); });
}

bool Attachments::may_go(const ChunkId& chunk) const noexcept {
  try {
    const DeviceId self = shelf_.parts().identity.keys().id();
    for (const Journal* journal : journals()) {
      const auto head = shelf_.parts().log.head(journal->id(), self);
      const auto folded = journal->folded().find(self);
      if (head && head->seq > (folded != journal->folded().end() ? folded->second : 0)) return false;
    }
    return !named_anywhere(chunk);
  } catch (...) {  // asked by what is ending: the next start knows
    return false;
  }
}

void Attachments::take_gone(Journal& journal) {
  for (const ChunkId& chunk : journal.attached().take_gone()) {
    wants_[journal.id()].close(chunk);
    gone_.push_back(chunk);
  }
}

// What is still to be folded, in any journal, may name them as well.
void Attachments::drop_gone() {
  if (gone_.empty() || !has_folded_everything()) return;
  for (const ChunkId& chunk : std::exchange(gone_, {}))
    if (!named_anywhere(chunk)) blobs_.drop(chunk);
}

// But for devices of which nobody knows whose they are.
bool Attachments::has_folded_everything() const {
  for (const Journal* journal : journals()) {
    for (const store::FrontierEntry& entry : shelf_.parts().log.frontier(journal->id())) {
      const auto folded = journal->folded().find(entry.device);
      const std::uint64_t up_to = folded != journal->folded().end() ? folded->second : 0;
      if (up_to < entry.seq && journal->roster().find(entry.device) != nullptr) return false;
    }
  }
  return true;
}

// What cannot be read, or not yet, may name chunks: as long as there is any of it, nothing goes.
bool Attachments::reads_everything() const {
  const store::SealedLog& log = shelf_.parts().log;
  if (!log.damage().empty()) return false;
  for (const JournalId& id : log.journals()) {
    const Journal* journal = shelf_.by_id(id);
    if (journal == nullptr || !log.missing_bodies(id).empty() || journal->attached().leaves_out()) return false;
    const Records::Counts counts = journal->counts();
    if (counts.unreadable > 0 || counts.newer > 0) return false;
  }
  return true;
}

void Attachments::drop_unnamed() {
  for (const ChunkId& chunk : blobs_.all())
    if (!named_anywhere(chunk)) blobs_.drop(chunk);
}

void Attachments::forget(const JournalId& journal, const std::vector<ChunkId>& chunks) {
  wants_.erase(journal);
  to_tell_.erase(journal);
  not_there_.erase(journal);
  some_forgotten_ = true;
  gone_.insert(gone_.end(), chunks.begin(), chunks.end());
  drop_gone();
}

// Once every journal can say which entries are its own.
void Attachments::drop_asked_for_nothing() {
  const auto all = journals();
  if (!asked_for_.empty() && !std::ranges::all_of(all, &Journal::ready)) return;
  some_forgotten_ = false;
  const auto is_known = [&](const RecordId& record) {
    return std::ranges::any_of(all, [&](const Journal* one) { return one->records().line(record).has_value(); });
  };
  std::vector<RecordId> unknown;
  for (const auto& [record, numbers] : asked_for_)
    if (!is_known(record)) unknown.push_back(record);
  for (const RecordId& record : unknown) {
    asked_for_.erase(record);
    remember(record);
  }
}

void Attachments::lost(const ChunkId& chunk) {
  for (const Journal* journal : journals()) {
    if (!journal->attached().names(chunk)) continue;
    Wants& wants = wants_[journal->id()];
    if (wants.open.contains(chunk)) continue;
    wants.put(chunk, true);
    to_tell_.insert(journal->id());
  }
  hooks_.soon();
}

// ---- for a person ----

void Attachments::ask_for(const MeantFile& file) {
  want(file.journal->id(), file.attachment, true);
  if (file.journal->attached().held(file.attachment) == file.attachment.size) return;
  auto& numbers = asked_for_[file.noted.id];
  if (numbers.insert(file.number).second && asked_for_.size() <= kAskedLimit) remember(file.noted.id);
  ask_sessions();
}

// A disk that refuses it costs nothing but the next start's knowing.
void Attachments::remember(const RecordId& record) {
  const auto asked = asked_for_.find(record);
  try {
    if (asked == asked_for_.end()) return memory().remove(asked_name(record));
    memory().put(asked_name(record), encode(asked->second));
  } catch (const store::NotDurable&) {  // NOLINT(bugprone-empty-catch)
  }
}

std::size_t Attachments::want_all_missing() {
  std::size_t count = 0;
  for (Journal* journal : journals()) {
    for (const ChunkId& chunk : journal->attached().all()) count += blobs_.has(chunk) ? 0U : 1U;
    wants_[journal->id()].rest = ChunkId();
    refill(*journal);
  }
  ask_sessions();
  return count;
}

std::size_t Attachments::missing() const {
  std::set<ChunkId> missing;
  for (const Journal* journal : journals())
    for (const ChunkId& chunk : journal->attached().all())
      if (!blobs_.has(chunk)) missing.insert(chunk);
  return missing.size();
}

bool Attachments::refused(const Attachment& attachment) const {
  return std::any_of(not_there_.begin(), not_there_.end(), [&](const auto& of_journal) {
    return std::any_of(attachment.chunks.begin(), attachment.chunks.end(),
                       [&](const ChunkId& chunk) { return of_journal.second.contains(chunk); });
  });
}

std::shared_ptr<void> Attachments::listen(std::function<void()> heard) {
  const auto place = listeners_.insert(listeners_.end(), std::move(heard));
  return {this, [place](Attachments* self) { self->listeners_.erase(place); }};
}

void Attachments::tell() {
  for (auto listener = listeners_.begin(); listener != listeners_.end();) {
    const auto heard = *listener++;  // it may let itself go
    heard();
  }
}

}  // namespace duolog::journal
