// attached.h: which sealed chunks the entries of one journal name. Whoever is a member of the journal may have them,
// and what nobody names any more may go. A pure account: it reads no chunk and fetches none (attachments.h does).
//
// Kept as one sorted list of which chunk is of which file: 40 bytes a chunk, that is 160 KiB for each GiB of
// attachments. The versions of an entry name the same files: those cost once, and go with the last of them. Naming
// costs a partner next to nothing, so what others name has a limit: an entry beyond it is left out, and nobody is given
// or sent its files; a person who asks for one still gets it (attachments.h).
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <set>
#include <utility>

#include "daemon/journal/event.h"
#include "daemon/store/blobs.h"

namespace duolog::journal {

// What others name beyond what could be held at all: chunks, of 64 GiB of files; and as often a file.
inline constexpr std::size_t kNamedBeside = 256 << 10;

class Attached {
 public:
  // `blobs`: to tell what is here; null where no attachments are kept.
  explicit Attached(const store::Blobs* blobs = nullptr) : blobs_(blobs) {}

  Attached(Attached&&) = default;
  Attached& operator=(Attached&&) = default;

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
  // A list of chunks; what it is called and which key opens it is each entry's own matter.
  struct File {
    std::size_t chunks = 0;
    std::size_t own = 0;     // records of this device that name it
    std::size_t others = 0;  // other records that do

    [[nodiscard]] bool is_named() const { return own + others > 0; }
    // What it takes of the limit: nothing where its chunks were here once.
    [[nodiscard]] std::size_t counted() const { return own == 0 && others > 0 ? chunks : 0; }
  };
  struct Name {
    ChunkId chunk;
    const File* file = nullptr;  // of files_
    auto operator<=>(const Name&) const = default;
  };
  struct Record {
    bool own = false;
    std::set<File*> files;
  };
  void sort() const;
  bool takes(const Entry& entry);
  void add(Record& record, const Attachment& attachment);
  void count(File& file, bool own, bool named);

  const store::Blobs* blobs_;
  std::map<Hash, File> files_;  // by what is in them; also those that nothing names any more, until take_gone()
  std::map<RecordId, Record> records_;
  mutable std::vector<Name> names_;  // sorted up to `sorted_`
  mutable std::size_t sorted_ = 0;
  std::size_t by_others_ = 0;     // chunks of files
  std::size_t times_others_ = 0;  // how often they name one
  bool leaves_out_ = false;
  bool some_gone_ = false;  // of the files
  std::vector<Fresh> fresh_;
};

}  // namespace duolog::journal
