// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/sync/bundle_writer.h"

#include "crypto/check.h"
#include "daemon/sync/certs.h"

namespace duolog::sync {
namespace {

constexpr std::size_t kPrefix = 4;  // the u32 before each message
constexpr std::size_t kRunBytes =
    256 << 10;  // of one message: of half a file the other can use what stands in whole ones

Bytes prefixed(const Bytes& message) {
  Bytes bytes;
  bytes.reserve(kPrefix + message.size());
  append_u32(bytes, static_cast<std::uint32_t>(message.size()));
  append(bytes, message);
  return bytes;
}

std::optional<DeviceId> device_of(const crypto::Chain& chain) {
  const auto body = chain.empty() ? std::nullopt : crypto::decode(chain.back());
  return body ? std::optional(body->device.id()) : std::nullopt;
}

}  // namespace

BundleWriter::BundleWriter(const store::SealedLog& log, store::Blobs* blobs, BundleContent content, BundleKeys keys)
    : log_(log), blobs_(blobs), content_(std::move(content)), keys_(std::move(keys)) {
  frontier_ = log_.frontier(content_.journal);
}

// ---- counting ----

void BundleWriter::work() {
  check(stage_ == Stage::kCounting, "a bundle is counted once");
  if (count_run() || count_chunk()) return;
  put_small_first();
  begin_writing();
}

// False: all logs are counted.
bool BundleWriter::count_run() {
  if (log_at_ == frontier_.size()) return false;
  const store::FrontierEntry& entry = frontier_[log_at_];
  if (next_seq_ == 0) {
    const auto held = content_.held.find(entry.device);
    next_seq_ = (held != content_.held.end() ? held->second : 0) + 1;
  }
  std::vector<crypto::Record> run;
  if (next_seq_ <= entry.seq) {
    const std::uint64_t most = std::min<std::uint64_t>(entry.seq - next_seq_ + 1, crypto::kRunLimit);
    run = log_.read_run(content_.journal, entry.device, next_seq_, static_cast<std::size_t>(most), kRunBytes);
  }
  if (run.empty()) {  // all of it, or what follows is damaged here
    ++log_at_;
    next_seq_ = 0;
    return true;
  }
  Part part{Part::Kind::kRun, entry.device, next_seq_, run.size(), {}, 0};
  part.bytes = kPrefix + encode(Run{entry.device, next_seq_, std::move(run)}).size();
  if (inside_ + part.bytes > content_.limit) {
    full_ = true;
    log_at_ = frontier_.size();
    return false;
  }
  next_seq_ += part.count;
  records_ += part.count;
  carried_.insert(entry.device);
  count(part);
  return true;
}

// Whoever reads it takes no chunk that no entry has named yet: none goes before an entry that had no room.
bool BundleWriter::count_chunk() {
  if (blobs_ == nullptr || chunk_at_ == content_.chunks.size()) return false;
  if (full_) {
    left_out_ += content_.chunks.size() - chunk_at_;
    chunk_at_ = content_.chunks.size();
    return false;
  }
  Part part{Part::Kind::kChunk, {}, 0, 0, content_.chunks[chunk_at_++], 0};
  const Bytes message = make(part);
  if (message.empty()) return true;
  part.bytes = message.size();
  if (inside_ + part.bytes > content_.limit) {
    full_ = true;
    ++left_out_;
    return true;
  }
  ++chunks_;
  count(part);
  return true;
}

void BundleWriter::count(Part part) {
  inside_ += part.bytes;
  parts_.push_back(part);
}

void BundleWriter::put_small_first() {
  first_.push_back(prefixed(encode(GenesisTold{content_.genesis})));
  std::deque<crypto::Chain> chains;
  for (const crypto::Chain& chain : content_.chains) {
    const auto device = device_of(chain);
    if (device && carried_.contains(*device)) chains.push_back(chain);
  }
  while (!chains.empty()) first_.push_back(prefixed(encode(next_certs(chains))));
  for (const store::ForkProof& proof : log_.forks(content_.journal)) first_.push_back(prefixed(encode(proof)));
  for (const Bytes& message : first_) inside_ += message.size();
}

void BundleWriter::begin_writing() {
  check(inside_ <= crypto::kBundleLimit, "a bundle's records are more than a bundle holds");
  std::vector<const crypto::EpochSecret*> epochs;
  for (const crypto::EpochSecret& epoch : keys_.epochs) epochs.push_back(&epoch);
  bytes_ = crypto::bundle_length(inside_);
  sealer_ = std::make_unique<crypto::BundleSealer>(keys_.roots, epochs, inside_);
  stage_ = Stage::kWriting;
}

std::map<DeviceId, std::uint64_t> BundleWriter::up_to() const {
  std::map<DeviceId, std::uint64_t> ends;
  for (const Part& part : parts_)
    if (part.kind == Part::Kind::kRun) ends[part.device] = part.start + part.count - 1;
  return ends;
}

std::vector<ChunkId> BundleWriter::carried_chunks() const {
  std::vector<ChunkId> chunks;
  for (const Part& part : parts_)
    if (part.kind == Part::Kind::kChunk) chunks.push_back(part.chunk);
  return chunks;
}

// ---- writing ----

// Empty: it is not to be had. With what stands before it.
Bytes BundleWriter::make(const Part& part) const {
  if (part.kind == Part::Kind::kChunk) {
    auto sealed = blobs_->get(part.chunk);
    if (!sealed) return {};
    return prefixed(encode(BlobGive{part.chunk, std::move(sealed)}));
  }
  Run run{part.device, part.start, log_.read_run(content_.journal, part.device, part.start, part.count)};
  if (run.records.size() != part.count) return {};
  return prefixed(encode(run));
}

Bytes BundleWriter::next() {
  check(stage_ == Stage::kWriting, "a bundle that is not counted cannot be written");
  Bytes file;
  for (Bytes& message : first_) sealer_->seal(std::exchange(message, {}), file);
  first_.clear();
  while (file.empty() && part_at_ < parts_.size()) {
    const Part& part = parts_[part_at_++];
    const Bytes message = make(part);
    if (message.size() != part.bytes) {
      stage_ = Stage::kChanged;
      return {};
    }
    sealer_->seal(message, file);
  }
  if (file.empty() && !sealer_->pad(file)) stage_ = Stage::kDone;
  written_ += file.size();
  return file;
}

}  // namespace duolog::sync
