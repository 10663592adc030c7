// attached.h: which sealed chunks the entries of one journal name. Whoever is a member of the journal may have them,
// and what nobody names any more may go. A pure account: it reads no chunk and fetches none (attachments.h does).
//
// Kept as one sorted list: 32 bytes a chunk, that is 128 KiB for each GiB of attachments.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <utility>

#include "daemon/journal/event.h"
#include "daemon/store/blobs.h"

namespace duolog::journal {

class Attached {
 public:
  // `blobs`: to tell what is here; null where no attachments are kept.
  explicit Attached(const store::Blobs* blobs = nullptr) : blobs_(blobs) {}

  // An entry with attachments was folded. `own`: written on this device, so that the chunks were here once.
  void name(const RecordId& record, const Entry& entry, bool own);
  // It was erased. Its chunks are dropped by whoever calls take_gone(), but for those that something else names.
  void unname(const Entry& entry);

  [[nodiscard]] bool names(const ChunkId& chunk) const;
  [[nodiscard]] const std::vector<ChunkId>& all() const;  // sorted; one that is named twice stands there twice
  // Bytes of the file that are on this device.
  [[nodiscard]] std::uint64_t held(const Attachment& attachment) const;

  struct Fresh {
    RecordId record;
    bool own = false;
    std::vector<Attachment> attachments;
  };
  std::vector<Fresh> take_fresh() { return std::exchange(fresh_, {}); }  // named since the last call
  std::vector<ChunkId> take_gone() { return std::exchange(gone_, {}); }  // not named here any more since the last call

 private:
  void sort() const;

  const store::Blobs* blobs_;
  mutable std::vector<ChunkId> names_;  // sorted up to `sorted_`
  mutable std::size_t sorted_ = 0;
  std::vector<Fresh> fresh_;
  std::vector<ChunkId> gone_;
};

}  // namespace duolog::journal
