// bundle_reader.h: a bundle becomes records of the log, as if a peer of whom nothing is believed had sent them.
//
//   feed() ─► work() … until it says that it is hungry ─► feed() ─► … ─► end() ─► work() … ─► verdict()
//
// The same doors as a session's: a chain admits, a run is stored whole or not at all, a fork is proven, a chunk is its
// id. Nothing is owed to anybody and nobody is blamed: a bundle that lies is put down, and what stood before the lie
// stays, for each run was believed for itself. Half a file is taken in as far as it goes. No more is held than a piece
// and one message. Spec: proto/README.md section 3.11.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <map>
#include <memory>

#include "crypto/bundle.h"
#include "crypto/certificate.h"
#include "daemon/store/blobs.h"
#include "daemon/store/sealed_log.h"

namespace duolog::sync {

struct GenesisTold;

// Whose a bundle is, by a key of theirs that opens it.
struct BundleOwner {
  JournalId journal;
  Bytes genesis;  // empty: a root's key has opened it, and whose journal it is the bundle says itself
  crypto::BundleKey key;
  bool anybodys = false;  // a removed device may have it, too
};

struct BundleHooks {
  // nullopt: no key here opens it. What it throws goes through work().
  std::function<std::optional<BundleOwner>(const crypto::BundleHead&)> whose;
  // Of an owner without a genesis: which journal of theirs this is; nullopt: none.
  std::function<std::optional<JournalId>(ByteView genesis)> told;
  // As sync::Hooks has them.
  std::function<bool(const JournalId&, const crypto::Chain&)> admit;
  // Asked where the key is anybody's: whether a session would be held with that device, and up to where what a log
  // holds was written before its device was removed; nullopt: all of it.
  std::function<bool(const JournalId&, const crypto::Chain&)> may_talk;
  std::function<std::optional<std::uint64_t>(const JournalId&, const DeviceId&)> up_to;
  std::function<void(const JournalId&, const DeviceId& author, std::uint64_t first, std::uint64_t last)> stored;
  std::function<void(const JournalId&, const DeviceId&)> forked;
  // Everything that was stored is folded, so that it is known which chunks are named.
  std::function<bool()> settled;
  store::Blobs* blobs = nullptr;  // null: chunks are passed over
  std::function<bool(const JournalId&, const ChunkId&)> named;
  std::function<void(const JournalId&, const ChunkId&)> came;
};

class BundleReader {
 public:
  enum class Verdict {
    kNone,      // nothing is wrong so far
    kNoBundle,  // something else
    kNewer,     // of a newer version
    kOthers,    // nobody here has a key for it
    kBroken,    // cut off, or damaged on its way; what stood before that was taken in
    kUntrue,    // sealed by a member, and it says what cannot be; what stood before that was taken in
  };
  enum class Step {
    kMore,    // there is more to do: call again, when there is time
    kWaits,   // for hooks.settled
    kHungry,  // feed() it, or end()
    kOver,    // verdict() is final
  };
  // A log of which the bundle has a later part and this device not the part between.
  struct Gap {
    std::uint64_t held = 0;
    std::uint64_t begins = 0;
  };
  struct Tally {
    std::uint64_t records = 0;  // new here
    std::uint64_t bodies = 0;   // of records that were here
    std::uint64_t known = 0;    // records that brought nothing new
    std::uint64_t unknown = 0;  // records of devices that nobody lets in, or above a fork or a cut
    std::uint64_t cut_off = 0;  // of those: above a cut, by a key that anybody may have
    std::uint64_t chunks = 0;   // new here
    std::uint64_t refused = 0;  // chunks that the disk does not take
    std::uint64_t passed = 0;   // chunks, where none are taken in
    std::uint64_t unnamed = 0;  // chunks of nothing that is known here
    std::uint64_t newer = 0;    // messages of a newer version
    std::map<DeviceId, Gap> gaps;
  };

  BundleReader(store::SealedLog& log, BundleHooks hooks) : log_(log), hooks_(std::move(hooks)) {}

  void feed(ByteView piece);  // REQUIRES: hungry
  void end();                 // the file ends here. REQUIRES: hungry
  // One message at most. Throws store::NotDurable and store::BadDatabase: our own disk; it is over then, and what was
  // stored stays.
  Step work();

  [[nodiscard]] Verdict verdict() const { return verdict_; }
  [[nodiscard]] const std::string& detail() const { return detail_; }  // for the notes; none of the bundle's bytes
  [[nodiscard]] const std::optional<JournalId>& journal() const { return journal_; }
  [[nodiscard]] const Tally& tally() const { return tally_; }
  [[nodiscard]] std::uint64_t inside() const { return opened_ ? opened_->inside() : 0; }

 private:
  enum class At { kHead, kInside, kOver };
  void begin();
  void over(Verdict verdict, std::string detail = {});
  [[nodiscard]] bool has_message() const;
  Step take();
  bool deal_with(ByteView message);  // false: it waits
  void hear_whose(const GenesisTold& told);
  struct Taking;

  store::SealedLog& log_;
  BundleHooks hooks_;
  At at_ = At::kHead;
  Bytes held_;             // of the head
  Bytes inside_;           // what is not dealt with yet
  std::size_t dealt_ = 0;  // of it
  std::unique_ptr<crypto::BundleReader> opened_;
  Bytes genesis_;
  std::optional<JournalId> journal_;
  bool ended_ = false;   // no more bytes come
  bool broken_ = false;  // or none that can be opened
  bool told_ = false;    // its first message was read
  bool anybodys_ = false;
  std::size_t chains_judged_ = 0;
  Tally tally_;
  Verdict verdict_ = Verdict::kNone;
  std::string detail_;
};

}  // namespace duolog::sync
