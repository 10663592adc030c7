// upload.cc: files in, chunks out, and back.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/upload.h"

#include "daemon/journal/compose.h"

namespace duolog::journal {
namespace {

ByteArray<32> bytes_of(const crypto::BlobKey& key) {
  ByteArray<32> bytes;
  std::copy(key.view().begin(), key.view().end(), bytes.begin());
  return bytes;
}

}  // namespace

Upload::Upload(store::Blobs& blobs, std::string name, std::string media_type, std::uint64_t size, MayGo may_go)
    : blobs_(blobs), key_(crypto::ChunkKey::random()), may_go_(std::move(may_go)) {
  require_text(name, kFileNameLimit, "file name");
  require_text(media_type, kMediaTypeLimit, "media type");
  if (name.empty()) throw Refusal(Reason::kEmpty, "file name");
  if (size > crypto::kBlobLimit) throw Refusal::too_long("attachment", crypto::kBlobLimit);
  const crypto::BlobKey key = crypto::BlobKey::random();
  key_ = crypto::chunk_key(key);
  attachment_ = {bytes_of(key), size, {}, std::move(name), std::move(media_type)};
}

Upload::Upload(Upload&& other) noexcept
    : blobs_(other.blobs_),
      attachment_(std::move(other.attachment_)),
      key_(std::move(other.key_)),
      may_go_(std::move(other.may_go_)),
      stored_(other.stored_),
      spoilt_(other.spoilt_),
      kept_(std::exchange(other.kept_, true)) {}

Upload::~Upload() {
  if (kept_) return;
  for (const ChunkId& chunk : attachment_.chunks)
    if (!may_go_ || may_go_(chunk)) blobs_.drop(chunk);
}

void Upload::take(ByteView piece) {
  if (spoilt_) throw Refusal(Reason::kUploadGone);
  const std::uint64_t index = attachment_.chunks.size();
  const bool fits = !whole() && piece.size() == crypto::chunk_length(attachment_.size, index);
  if (!fits) throw Refusal(Reason::kBadRequest, "piece");
  spoilt_ = true;
  const Bytes sealed = crypto::seal_chunk(key_, attachment_.size, index, piece);
  const ChunkId id = crypto::chunk_id(sealed);
  blobs_.put_own(id, sealed);
  attachment_.chunks.push_back(id);
  stored_ += piece.size();
  spoilt_ = false;
}

Bytes read_piece(store::Blobs& blobs, const Attachment& attachment, std::uint64_t index) {
  if (index >= attachment.chunks.size()) throw Refusal(Reason::kBadRequest, "piece");
  const auto sealed = blobs.get(attachment.chunks[index]);
  if (!sealed) throw Refusal(Reason::kNotHereYet, attachment.name);
  const crypto::ChunkKey key = crypto::chunk_key(*crypto::BlobKey::from(attachment.key));
  auto opened = crypto::open_chunk(key, attachment.size, index, *sealed);
  if (!opened) throw Refusal(Reason::kGarbled, attachment.name);
  return std::move(*opened);
}

bool Resealing::step() {
  if (to_.empty() || to_.back().whole()) {
    if (to_.size() == from_.size()) return false;
    const Attachment& next = from_[to_.size()];
    to_.emplace_back(blobs_, next.name, next.media_type, next.size, may_go_);
    return true;
  }
  const Attachment& source = from_[to_.size() - 1];
  Bytes piece = read_piece(blobs_, source, to_.back().attachment().chunks.size());
  to_.back().take(piece);
  crypto::wipe(piece);
  return true;
}

std::vector<Attachment> Resealing::attachments() const {
  std::vector<Attachment> all;
  for (const Upload& one : to_) all.push_back(one.attachment());
  return all;
}

void Resealing::kept() {
  for (Upload& one : to_) one.kept();
}

}  // namespace duolog::journal
