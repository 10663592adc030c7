// attached.cc: names come in bursts and are asked for one by one: they are put in order when somebody asks.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/attached.h"

#include "crypto/hash.h"

namespace duolog::journal {
namespace {

Hash what_is_in(const Attachment& attachment) {
  Bytes chunks;
  for (const ChunkId& chunk : attachment.chunks) chunks.insert(chunks.end(), chunk.bytes.begin(), chunk.bytes.end());
  return crypto::hash("attached.file", {chunks});
}

}  // namespace

void Attached::name(const RecordId& record, const Entry& entry, bool own) {
  if (entry.attachments.empty() || (!own && !takes(entry))) return;
  Record& of = records_[record];
  of.own = own;
  for (const Attachment& attachment : entry.attachments) add(of, attachment);
  if (of.files.empty()) records_.erase(record);  // of no bytes
  fresh_.push_back({record, own, entry.attachments});
}

void Attached::add(Record& record, const Attachment& attachment) {
  if (attachment.chunks.empty()) return;
  const auto [found, is_new] = files_.try_emplace(what_is_in(attachment));
  File& file = found->second;
  if (is_new) {
    file.chunks = attachment.chunks.size();
    for (const ChunkId& chunk : attachment.chunks) names_.push_back({chunk, &file});
  }
  if (record.files.insert(&file).second) count(file, record.own, true);
}

// `named`: or no longer.
void Attached::count(File& file, bool own, bool named) {
  by_others_ -= file.counted();
  std::size_t& times = own ? file.own : file.others;
  times = named ? times + 1 : times - 1;
  if (!own) times_others_ = named ? times_others_ + 1 : times_others_ - 1;
  by_others_ += file.counted();
}

bool Attached::takes(const Entry& entry) {
  const std::size_t most = kNamedBeside + (blobs_ != nullptr ? blobs_->limit() / crypto::kChunkLength : 0);
  std::size_t chunks = 0;
  for (const Attachment& attachment : entry.attachments) {
    const auto known = files_.find(what_is_in(attachment));
    if (known == files_.end() || !known->second.is_named()) chunks += attachment.chunks.size();
  }
  const bool fits = by_others_ + chunks <= most && times_others_ + entry.attachments.size() <= most;
  leaves_out_ = leaves_out_ || !fits;
  return fits;
}

void Attached::unname(const RecordId& record) {
  const auto found = records_.find(record);
  if (found == records_.end()) return;
  for (File* file : found->second.files) {
    count(*file, found->second.own, false);
    some_gone_ = some_gone_ || !file->is_named();
  }
  records_.erase(found);
}

// One pass for all that was erased since the last one.
std::vector<ChunkId> Attached::take_gone() {
  if (!std::exchange(some_gone_, false)) return {};
  sort();
  std::vector<ChunkId> gone;
  std::erase_if(names_, [&](const Name& name) {
    if (name.file->is_named()) return false;
    gone.push_back(name.chunk);
    return true;
  });
  sorted_ = names_.size();
  std::erase_if(files_, [](const auto& file) { return !file.second.is_named(); });
  std::erase_if(gone, [&](const ChunkId& chunk) { return names(chunk); });
  return gone;
}

void Attached::sort() const {
  if (sorted_ == names_.size()) return;
  const auto middle = names_.begin() + static_cast<std::ptrdiff_t>(sorted_);
  std::sort(middle, names_.end());
  std::inplace_merge(names_.begin(), middle, names_.end());
  names_.erase(std::unique(names_.begin(), names_.end()), names_.end());
  sorted_ = names_.size();
}

bool Attached::names(const ChunkId& chunk) const {
  sort();
  for (auto at = std::lower_bound(names_.begin(), names_.end(), Name{chunk}); at != names_.end(); ++at) {
    if (at->chunk != chunk) return false;
    if (at->file->is_named()) return true;
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
