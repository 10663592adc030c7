// attached.h: which sealed chunks the entries of one journal name. Whoever is a member of the journal may have them,
// and what nobody names any more may go. A pure account: it reads no chunk and fetches none (attachments.h does).
//
// Kept as one sorted list of what names what: 65 bytes a chunk, that is 256 KiB for each GiB of attachments. The
// versions of an entry name the same chunks: they go with the last of them. Naming costs a partner next to nothing, so
// what others name has a limit: an entry beyond it is left out, and nobody is given or sent its files; a person who
// asks for one still gets it (attachments.h).
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <set>
#include <utility>

#include "daemon/journal/event.h"
#include "daemon/store/blobs.h"

namespace duolog::journal {

// What others name beyond what could be held at all: chunks, of 64 GiB of files.
inline constexpr std::size_t kNamedBeside = 256 << 10;

class Attached {
 public:
  // `blobs`: to tell what is here; null where no attachments are kept.
  explicit Attached(const store::Blobs* blobs = nullptr) : blobs_(blobs) {}

  // An entry with attachments was folded, or an edit of one. `own`: written on this device, so that the chunks were
  // here once. Twice is once.
  void name(const RecordId& record, const Entry& entry, bool own);
  // It was erased. Its chunks are dropped by whoever calls take_gone(), but for those that something else names.
  void unname(const RecordId& record);

  // Others have named more than is kept account of: what is named nowhere here may be named all the same.
  [[nodiscard]] bool leaves_out() const { return leaves_out_; }
  [[nodiscard]] bool names(const ChunkId& chunk) const;
  [[nodiscard]] std::vector<ChunkId> all() const;  // sorted, each once
  // Bytes of the file that are on this device.
  [[nodiscard]] std::uint64_t held(const Attachment& attachment) const;

  struct Fresh {
    RecordId record;
    bool own = false;
    std::vector<Attachment> attachments;
  };
  std::vector<Fresh> take_fresh() { return std::exchange(fresh_, {}); }  // named since the last call
  std::vector<ChunkId> take_gone();                                      // not named here any more since the last call

 private:
  struct Name {
    ChunkId chunk;
    RecordId record;
    bool own = false;  // as the record is
    auto operator<=>(const Name&) const = default;
  };
  void sort() const;
  void count() const;
  bool takes(const Entry& entry);

  const store::Blobs* blobs_;
  mutable std::vector<Name> names_;  // sorted up to `sorted_`
  mutable std::size_t sorted_ = 0;
  mutable std::size_t by_others_ = 0;  // of those, what others name; what is not sorted yet may be counted twice
  bool leaves_out_ = false;
  std::vector<Fresh> fresh_;
  std::set<RecordId> erased_;  // since take_gone(): they name nothing
};

}  // namespace duolog::journal
