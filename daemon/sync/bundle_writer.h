// bundle_writer.h: what others lack of a journal, as the bytes of one sealed file.
//
//   kCounting ── work() … ──► kWriting ── next() … ──► kDone
//                                  └──────────────────► kChanged: something that was counted was taken back meanwhile
//
// The length of a bundle stands at its beginning, so everything is read twice: to be counted, and to be written. The
// log goes on meanwhile; what is appended after the counting is left to the next bundle. No more than one message is
// ever held. Bytes out; no file is touched here. Spec: proto/README.md section 3.11.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>

#include "crypto/bundle.h"
#include "crypto/certificate.h"
#include "daemon/store/blobs.h"
#include "daemon/store/sealed_log.h"

namespace duolog::sync {

inline constexpr std::uint64_t kBundleKeptFree = std::uint64_t{128} << 20;  // for what goes along: chains, proofs

struct BundleContent {
  JournalId journal;
  Bytes genesis;
  // Up to where everybody whom it is for holds a log; of one that is not named: nothing.
  std::map<DeviceId, std::uint64_t> held;
  std::vector<crypto::Chain> chains;  // of all devices whose logs may go along
  std::vector<ChunkId> chunks;        // of attachments; those that are not here are left out
  // Of records and chunks in it; what does not fit is left to another one.
  std::uint64_t limit = crypto::kBundleLimit - kBundleKeptFree;
};

// Who can open it.
struct BundleKeys {
  std::vector<WrapPublic> roots;            // at most crypto::kBundleRoots
  std::vector<crypto::EpochSecret> epochs;  // at most crypto::kBundleEpochs
};

class BundleWriter {
 public:
  enum class Stage { kCounting, kWriting, kDone, kChanged };

  // `log` and `blobs` (null: no attachments go along) outlive it.
  BundleWriter(const store::SealedLog& log, store::Blobs* blobs, BundleContent content, BundleKeys keys);

  [[nodiscard]] Stage stage() const { return stage_; }
  void work();   // one step of the counting. REQUIRES: kCounting
  Bytes next();  // the file's next piece. REQUIRES: kWriting; afterwards, kDone or kChanged where it is empty

  // ---- once it is counted ----
  [[nodiscard]] std::uint64_t records() const { return records_; }
  [[nodiscard]] std::uint64_t chunks() const { return chunks_; }
  [[nodiscard]] std::uint64_t left_out() const { return left_out_; }  // chunks that no bundle has room for
  [[nodiscard]] std::map<DeviceId, std::uint64_t> up_to() const;      // of logs of which there are records: their last
  [[nodiscard]] std::vector<ChunkId> carried_chunks() const;
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }  // of the file
  [[nodiscard]] std::uint64_t written() const { return written_; }

 private:
  // A message that will be there: how to make it, and how long it was when it was counted.
  struct Part {
    enum class Kind { kRun, kChunk } kind = Kind::kRun;
    DeviceId device;
    std::uint64_t start = 0;
    std::size_t count = 0;
    ChunkId chunk;
    std::size_t bytes = 0;
  };
  bool count_run();
  bool count_chunk();
  void count(Part part);
  void put_small_first();
  [[nodiscard]] Bytes make(const Part& part) const;
  void begin_writing();

  const store::SealedLog& log_;
  store::Blobs* blobs_;
  BundleContent content_;
  BundleKeys keys_;
  Stage stage_ = Stage::kCounting;

  store::Frontier frontier_;    // as it was when it was begun
  std::size_t log_at_ = 0;      // of frontier_: which is counted now
  std::uint64_t next_seq_ = 0;  // of it
  std::size_t chunk_at_ = 0;
  std::set<DeviceId> carried_;
  std::vector<Bytes> first_;  // messages that stand before the records; small
  std::vector<Part> parts_;
  std::size_t part_at_ = 0;
  std::uint64_t inside_ = 0;
  std::uint64_t records_ = 0;
  std::uint64_t chunks_ = 0;
  std::uint64_t left_out_ = 0;
  bool full_ = false;
  std::uint64_t bytes_ = 0;
  std::uint64_t written_ = 0;
  std::unique_ptr<crypto::BundleSealer> sealer_;
};

}  // namespace duolog::sync
