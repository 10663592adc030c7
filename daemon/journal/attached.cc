// attached.cc: names come in bursts and are asked for one by one: they are put in order when somebody asks.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/attached.h"

namespace duolog::journal {

void Attached::name(const RecordId& record, const Entry& entry, bool own) {
  if (entry.attachments.empty()) return;
  for (const Attachment& attachment : entry.attachments)
    names_.insert(names_.end(), attachment.chunks.begin(), attachment.chunks.end());
  fresh_.push_back({record, own, entry.attachments});
}

void Attached::unname(const Entry& entry) {
  sort();
  for (const Attachment& attachment : entry.attachments) {
    for (const ChunkId& chunk : attachment.chunks) {
      const auto at = std::lower_bound(names_.begin(), names_.end(), chunk);
      if (at == names_.end() || *at != chunk) continue;
      names_.erase(at);
      sorted_ = names_.size();
      if (!names(chunk)) gone_.push_back(chunk);
    }
  }
}

void Attached::sort() const {
  if (sorted_ == names_.size()) return;
  const auto middle = names_.begin() + static_cast<std::ptrdiff_t>(sorted_);
  std::sort(middle, names_.end());
  std::inplace_merge(names_.begin(), middle, names_.end());
  sorted_ = names_.size();
}

bool Attached::names(const ChunkId& chunk) const {
  sort();
  return std::binary_search(names_.begin(), names_.end(), chunk);
}

const std::vector<ChunkId>& Attached::all() const {
  sort();
  return names_;
}

std::uint64_t Attached::held(const Attachment& attachment) const {
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; blobs_ != nullptr && i < attachment.chunks.size(); ++i)
    if (blobs_->has(attachment.chunks[i])) bytes += crypto::chunk_length(attachment.size, i);
  return bytes;
}

}  // namespace duolog::journal
