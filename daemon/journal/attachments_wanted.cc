// attachments_wanted.cc: which chunks are to be fetched, in which order, and what a session is told and tells of them.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <ranges>

#include "daemon/journal/attachments.h"
#include "daemon/journal/journal.h"

namespace duolog::journal {

// What waited, as far as there is room now: a few entries at a time, for each is read again. Not while that means to go
// through the log: folded() comes again.
void Attachments::refill(Journal& journal) {
  constexpr std::size_t kReadAtOnce = 256;
  if (!journal.ready()) return;
  Wants& wants = wants_[journal.id()];
  for (std::size_t read = 0; !wants.later.empty() && wants.has_room(); ++read) {
    if (read == kReadAtOnce) return hooks_.soon();
    const RecordId record = wants.later.front();
    wants.later.pop_front();
    const auto noted = sound(shelf_, [&] { return journal.records().by_id(record); });
    const Entry* entry = noted ? content_of(*noted) : nullptr;
    if (entry == nullptr) continue;
    take(journal, {record, noted->device == shelf_.parts().identity.keys().id(), entry->attachments});
  }
  if (!wants.rest || !wants.has_room()) return;
  const std::vector<ChunkId> all = journal.attached().all();
  auto at = std::lower_bound(all.begin(), all.end(), *wants.rest);
  for (; at != all.end() && wants.has_room(); ++at)
    if (!blobs_.has(*at) && wants.put(*at, false)) to_tell_.insert(journal.id());
  wants.rest = at != all.end() ? std::optional(*at) : std::nullopt;
}

void Attachments::want(const JournalId& journal, const Attachment& attachment, bool first) {
  Wants& wants = wants_[journal];
  const auto put = [&](const ChunkId& chunk) {
    if (!blobs_.has(chunk) && wants.put(chunk, first)) to_tell_.insert(journal);
  };
  if (first) {  // each before the one that follows it
    for (const ChunkId& chunk : std::views::reverse(attachment.chunks)) put(chunk);
  } else {
    for (const ChunkId& chunk : attachment.chunks) put(chunk);
  }
}

bool Attachments::Wants::put(const ChunkId& chunk, bool before_all) {
  if (!before_all && open.contains(chunk)) return false;
  close(chunk);
  const std::int64_t place = before_all ? --first : end++;
  order.emplace(place, chunk);
  open.emplace(chunk, place);
  return true;
}

void Attachments::Wants::close(const ChunkId& chunk) {
  const auto found = open.find(chunk);
  if (found == open.end()) return;
  order.erase(found->second);
  open.erase(found);
}

// ---- hooks of a session ----

void Attachments::session_began(const JournalId& journal) { not_there_.erase(journal); }

bool Attachments::named(const JournalId& id, const ChunkId& chunk) const {
  const Journal* journal = shelf_.by_id(id);
  return journal != nullptr && journal->attached().names(chunk);
}

std::vector<ChunkId> Attachments::wanted(const JournalId& journal, std::size_t most, std::int64_t& place,
                                         const std::function<bool(const ChunkId&)>& passed) const {
  std::vector<ChunkId> chosen;
  const auto found = wants_.find(journal);
  if (found == wants_.end()) return chosen;
  const auto& order = found->second.order;
  for (auto at = order.lower_bound(place); at != order.end() && chosen.size() < most; ++at) {
    place = at->first + 1;
    if (!blobs_.has(at->second) && !passed(at->second)) chosen.push_back(at->second);
  }
  return chosen;
}

std::int64_t Attachments::first_place(const JournalId& journal) const {
  const auto found = wants_.find(journal);
  return found != wants_.end() ? found->second.first : 0;
}

// By the time it comes nothing may name it any more; or it is of a file that was left out, and somebody asked for it.
void Attachments::came(const JournalId& journal, const ChunkId& chunk) {
  const Journal* of = shelf_.by_id(journal);
  const bool was_asked_for = of != nullptr && of->attached().leaves_out() && wants_[journal].open.contains(chunk);
  for (auto& [id, wants] : wants_) {
    wants.close(chunk);
    if (wants.has_more() && wants.open.size() < kOpenWants / 2) hooks_.soon();
  }
  not_there_[journal].erase(chunk);
  if (!was_asked_for && !named_anywhere(chunk)) blobs_.drop(chunk);
  tell();
}

void Attachments::is_not_there(const JournalId& journal, const ChunkId& chunk) {
  not_there_[journal].insert(chunk);
  Wants& wants = wants_[journal];
  if (wants.has_more()) {  // what nobody has keeps nothing waiting; the next start asks again
    wants.close(chunk);
    hooks_.soon();
  }
  tell();
}

}  // namespace duolog::journal
