// attached.cc: names come in bursts and are asked for one by one: they are put in order when somebody asks.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/attached.h"

namespace duolog::journal {

void Attached::name(const RecordId& record, const Entry& entry, bool own) {
  if (entry.attachments.empty()) return;
  erased_.erase(record);
  if (!own && !takes(entry)) return;
  for (const Attachment& attachment : entry.attachments)
    for (const ChunkId& chunk : attachment.chunks) names_.push_back({chunk, record, own});
  fresh_.push_back({record, own, entry.attachments});
}

bool Attached::takes(const Entry& entry) {
  const std::uint64_t held = blobs_ != nullptr ? blobs_->limit() / crypto::kChunkLength : 0;
  std::size_t chunks = 0;
  for (const Attachment& attachment : entry.attachments) chunks += attachment.chunks.size();
  if (by_others_ + chunks > held + kNamedBeside) sort();
  if (by_others_ + chunks > held + kNamedBeside) {
    leaves_out_ = true;
    return false;
  }
  by_others_ += chunks;
  return true;
}

void Attached::unname(const RecordId& record) { erased_.insert(record); }

// One pass for all that was erased since the last one.
std::vector<ChunkId> Attached::take_gone() {
  if (erased_.empty()) return {};
  sort();
  const std::set<RecordId> erased = std::exchange(erased_, {});
  std::vector<ChunkId> gone;
  std::erase_if(names_, [&](const Name& name) {
    if (!erased.contains(name.record)) return false;
    gone.push_back(name.chunk);
    return true;
  });
  count();
  std::erase_if(gone, [&](const ChunkId& chunk) { return names(chunk); });
  return gone;
}

void Attached::sort() const {
  if (sorted_ == names_.size()) return;
  const auto middle = names_.begin() + static_cast<std::ptrdiff_t>(sorted_);
  std::sort(middle, names_.end());
  std::inplace_merge(names_.begin(), middle, names_.end());
  names_.erase(std::unique(names_.begin(), names_.end()), names_.end());
  count();
}

void Attached::count() const {
  sorted_ = names_.size();
  const auto by_other = [](const Name& name) { return !name.own; };
  by_others_ = static_cast<std::size_t>(std::count_if(names_.begin(), names_.end(), by_other));
}

bool Attached::names(const ChunkId& chunk) const {
  sort();
  for (auto at = std::lower_bound(names_.begin(), names_.end(), Name{chunk, RecordId()}); at != names_.end(); ++at) {
    if (at->chunk != chunk) return false;
    if (!erased_.contains(at->record)) return true;
  }
  return false;
}

std::vector<ChunkId> Attached::all() const {
  sort();
  std::vector<ChunkId> all;
  for (const Name& name : names_)
    if (all.empty() || all.back() != name.chunk) all.push_back(name.chunk);
  return all;
}

std::uint64_t Attached::held(const Attachment& attachment) const {
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; blobs_ != nullptr && i < attachment.chunks.size(); ++i)
    if (blobs_->has(attachment.chunks[i])) bytes += crypto::chunk_length(attachment.size, i);
  return bytes;
}

}  // namespace duolog::journal
