// upload.h: a file becomes an attachment, piece by piece: each is sealed and durable before the next is taken. Until an
// entry names them its chunks belong to the upload alone: what is dropped before kept() leaves nothing behind. But
// where its entry may have been written after all (what was to be said of it failed), its chunks stay.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include "daemon/journal/event.h"
#include "daemon/store/blobs.h"

namespace duolog::journal {

// Whether a chunk may be dropped: Attachments::may_go(). May not throw.
using MayGo = std::function<bool(const ChunkId&)>;

class Upload {
 public:
  // Under a fresh key. `may_go`: asked before a chunk is dropped; absent: it may. Throws Refusal: kTooLong, kEmpty (no
  // name), kBadUtf8.
  Upload(store::Blobs& blobs, std::string name, std::string media_type, std::uint64_t size, MayGo may_go = {});
  ~Upload();
  Upload(Upload&& other) noexcept;
  Upload& operator=(Upload&&) = delete;
  Upload(const Upload&) = delete;
  Upload& operator=(const Upload&) = delete;

  // The next 256 KiB, or what is left of the file. Throws Refusal(kBadRequest) for any other length, NotDurable. After
  // that it takes nothing more (kUploadGone): other bytes in the same place would be sealed by the same key and nonce.
  void take(ByteView piece);
  [[nodiscard]] std::uint64_t stored() const { return stored_; }
  [[nodiscard]] bool whole() const { return stored_ == attachment_.size; }
  [[nodiscard]] const Attachment& attachment() const { return attachment_; }  // REQUIRES: whole(), to name it
  // An entry names it now.
  void kept() { kept_ = true; }

 private:
  store::Blobs& blobs_;
  Attachment attachment_;
  crypto::ChunkKey key_;
  MayGo may_go_;
  std::uint64_t stored_ = 0;
  bool spoilt_ = false;  // a piece was sealed and is not durable
  bool kept_ = false;
};

// The same files under fresh keys, for another journal: one chunk at a time, so that others get their turn.
class Resealing {
 public:
  Resealing(store::Blobs& blobs, std::vector<Attachment> from, MayGo may_go = {})
      : blobs_(blobs), from_(std::move(from)), may_go_(std::move(may_go)) {}
  // False: it is done. Throws Refusal(kNotHereYet) where a chunk is missing, NotDurable.
  bool step();
  [[nodiscard]] std::vector<Attachment> attachments() const;  // REQUIRES: done
  void kept();                                                // an entry names them now

 private:
  store::Blobs& blobs_;
  std::vector<Attachment> from_;
  MayGo may_go_;
  std::vector<Upload> to_;
};

// Piece `index` of the file. Throws Refusal: kNotHereYet; kBadRequest (there is no such piece); kGarbled where its
// author sealed something else.
Bytes read_piece(store::Blobs& blobs, const Attachment& attachment, std::uint64_t index);

}  // namespace duolog::journal
