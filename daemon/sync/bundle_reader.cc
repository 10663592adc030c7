// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/sync/bundle_reader.h"

#include "crypto/check.h"
#include "crypto/noise.h"
#include "daemon/sync/message.h"

namespace duolog::sync {
namespace {

constexpr std::size_t kPrefix = 4;

bool begins_with(ByteView bytes, std::string_view text) {
  return bytes.size() >= text.size() && std::ranges::equal(bytes.first(text.size()), as_bytes(text));
}

}  // namespace

void BundleReader::feed(ByteView piece) {
  check(!ended_, "a bundle is fed after its end");
  if (at_ == At::kHead) return append(held_, piece);
  if (at_ == At::kInside && !broken_) broken_ = !opened_->feed(piece, inside_);
}

void BundleReader::end() {
  ended_ = true;
  if (at_ == At::kInside && !broken_) broken_ = !opened_->finish(inside_);
}

void BundleReader::over(Verdict verdict, std::string detail) {
  at_ = At::kOver;
  verdict_ = verdict;
  detail_ = std::move(detail);
  held_ = {};
  inside_ = {};
}

BundleReader::Step BundleReader::work() {
  try {
    if (at_ == At::kHead) begin();
    if (at_ == At::kInside) return take();
  } catch (const ProtocolError& untrue) {
    over(Verdict::kUntrue, untrue.what());
  } catch (...) {
    over(Verdict::kNone);
    throw;
  }
  return at_ == At::kOver ? Step::kOver : Step::kHungry;
}

// Stays where it is while too little of the head is here.
void BundleReader::begin() {
  const ByteView start(held_);
  const auto magic = std::min(start.size(), crypto::kAnyBundleMagic.size());
  if (!std::ranges::equal(start.first(magic), as_bytes(crypto::kAnyBundleMagic).first(magic)) || (ended_ && magic == 0))
    return over(Verdict::kNoBundle);
  const bool whole_magic = start.size() >= crypto::kBundleMagic.size();
  if (whole_magic && !begins_with(start, crypto::kBundleMagic)) return over(Verdict::kNewer);
  const auto length =
      start.size() >= crypto::kBundleHeadFloor ? crypto::BundleHead::length(start) : std::optional<std::size_t>();
  if (start.size() >= crypto::kBundleHeadFloor && !length) return over(Verdict::kBroken, "its head has too many keys");
  if (!length || start.size() < *length) {
    if (ended_) over(Verdict::kBroken, "it ends within its head");
    return;
  }
  const crypto::BundleHead head(to_bytes(start.first(*length)));
  auto owner = hooks_.whose(head);
  if (!owner) return over(Verdict::kOthers);
  if (!owner->genesis.empty()) journal_ = owner->journal;
  genesis_ = std::move(owner->genesis);
  anybodys_ = owner->anybodys;
  opened_ = std::make_unique<crypto::BundleReader>(head, owner->key);
  at_ = At::kInside;
  const Bytes rest(held_.begin() + static_cast<std::ptrdiff_t>(*length), held_.end());
  held_ = {};
  broken_ = !opened_->feed(rest, inside_) || (ended_ && !opened_->finish(inside_));
}

bool BundleReader::has_message() const {
  const ByteView rest = ByteView(inside_).subspan(dealt_);
  if (rest.size() < kPrefix) return false;
  const std::size_t length = read_u32(rest);
  if (length > crypto::kMessageLimit) throw ProtocolError("a message is too long");
  return rest.size() - kPrefix >= length;
}

BundleReader::Step BundleReader::take() {
  if (!has_message()) {
    inside_.erase(inside_.begin(), inside_.begin() + static_cast<std::ptrdiff_t>(std::exchange(dealt_, 0)));
    if (broken_) {
      over(Verdict::kBroken, "it is cut off, or damaged");
    } else if (ended_) {
      if (!inside_.empty() || !told_) throw ProtocolError("it ends within a message");
      over(Verdict::kNone);
    } else {
      return Step::kHungry;
    }
    return Step::kOver;
  }
  const ByteView rest = ByteView(inside_).subspan(dealt_);
  const std::size_t length = read_u32(rest);
  if (!deal_with(rest.subspan(kPrefix, length))) return Step::kWaits;
  if (at_ == At::kOver) return Step::kOver;
  dealt_ += kPrefix + length;
  return Step::kMore;
}

// What each message means. Those that ask, or tell of a sender, have nobody to speak to here.
struct BundleReader::Taking {
  BundleReader& self;
  const JournalId& journal;
  bool waits = false;

  void on(const Certs& certs) const {
    for (const crypto::Chain& chain : certs.chains) {
      const auto body = crypto::decode(chain.back());
      if (!body) throw ProtocolError("a certificate is malformed");
      if (self.log_.admitted(journal, body->device.id())) continue;
      if (++self.chains_judged_ > kDevicesLimit) throw ProtocolError("more chains than there can be devices");
      if (self.anybodys_ && self.hooks_.may_talk && !self.hooks_.may_talk(journal, chain)) continue;
      if (self.hooks_.admit) self.hooks_.admit(journal, chain);
    }
  }
  void on(Run& run) const;
  [[nodiscard]] bool is_cut_off(const Run& run) const;
  void on(const store::ForkProof& proof) const {
    if (!self.log_.admitted(journal, proof.device)) return;
    if (freeze(proof)) return;
    // Of a third branch that parted lower: it may hold, and there is nobody to ask.
    ++self.tally_.unknown;
  }
  void on(const BlobGive& give);
  void on(const Unknown&) const { ++self.tally_.newer; }
  template <class Other>
  void on(const Other&) const {
    throw ProtocolError("a message that has no place in a bundle");
  }

  [[nodiscard]] bool freeze(const store::ForkProof& proof) const {
    const bool frozen = self.log_.frozen(journal, proof.device);
    if (!self.log_.freeze(journal, proof)) return false;
    if (!frozen && self.hooks_.forked) self.hooks_.forked(journal, proof.device);
    return true;
  }
};

// A live member passes on what a removed device wrote later, and what comes so is marked: everybody must come to hold
// the same. But this may come from the removed one itself, which would fill the log; a live member that has not heard
// of the removal yet carries it once more when it has.
bool BundleReader::Taking::is_cut_off(const Run& run) const {
  if (!self.anybodys_ || !self.hooks_.up_to || run.records.empty()) return false;
  const auto limit = self.hooks_.up_to(journal, run.device);
  return limit && (run.start > *limit || run.records.size() - 1 > *limit - run.start);
}

void BundleReader::Taking::on(Run& run) const {
  Tally& tally = self.tally_;
  const std::size_t count = run.records.size();
  if (is_cut_off(run)) {
    tally.unknown += count;
    tally.cut_off += count;
    return;
  }
  const auto records = std::make_shared<const std::vector<crypto::Record>>(std::move(run.records));
  const store::Accepted accepted = self.log_.accept(journal, run.device, run.start, records);
  using Is = store::Accepted::Verdict;
  switch (accepted.verdict) {
    case Is::kStored:
    case Is::kBodies: {
      const bool longer = accepted.verdict == Is::kStored;
      const std::uint64_t fresh = longer ? accepted.last - accepted.first + 1 : 0;
      tally.records += fresh;
      tally.bodies += accepted.bodies.size();
      tally.known += count - std::min<std::uint64_t>(count, fresh + accepted.bodies.size());
      if (self.hooks_.stored)
        self.hooks_.stored(journal, run.device, longer ? accepted.first : run.start,
                           longer ? accepted.last : run.start + count - 1);
      return;
    }
    case Is::kNothingNew:
      tally.known += count;
      return;
    case Is::kGap: {
      const auto head = self.log_.head(journal, run.device);
      tally.gaps.try_emplace(run.device, Gap{head ? head->seq : 0, run.start});
      return;
    }
    case Is::kUnknownDevice:
    case Is::kFrozen:
      tally.unknown += count;
      return;
    case Is::kRefused:
      throw ProtocolError(accepted.why);
    case Is::kFork:
      if (!accepted.fork || !freeze(*accepted.fork)) throw ProtocolError("a fork that cannot be proven");
  }
}

void BundleReader::Taking::on(const BlobGive& give) {
  if (self.hooks_.blobs == nullptr) ++self.tally_.passed;
  if (self.hooks_.blobs == nullptr || !give.ciphertext) return;
  if (self.hooks_.settled && !self.hooks_.settled()) return void(waits = true);
  if (self.hooks_.blobs->has(give.chunk)) return;
  if (!self.hooks_.named(journal, give.chunk)) return void(++self.tally_.unnamed);
  if (crypto::chunk_id(*give.ciphertext) != give.chunk) throw ProtocolError("a chunk is not what its id says");
  try {
    self.hooks_.blobs->put_theirs(give.chunk, *give.ciphertext);
  } catch (const store::NotDurable&) {  // words go on
    return void(++self.tally_.refused);
  }
  ++self.tally_.chunks;
  if (self.hooks_.came) self.hooks_.came(journal, give.chunk);
}

void BundleReader::hear_whose(const GenesisTold& told) {
  if (!genesis_.empty() && told.genesis != genesis_)
    throw ProtocolError("it is sealed for another journal than its own");
  if (genesis_.empty()) journal_ = hooks_.told(told.genesis);
  told_ = true;
  if (!journal_) over(Verdict::kOthers);
}

bool BundleReader::deal_with(ByteView bytes) {
  Message message = decode(bytes);
  if (!told_) {
    const auto* told = std::get_if<GenesisTold>(&message);
    if (told == nullptr) throw ProtocolError("it does not say whose it is");
    hear_whose(*told);
    return true;
  }
  Taking taking{*this, *journal_};
  std::visit([&taking](auto& one) { taking.on(one); }, message);
  return !taking.waits;
}

}  // namespace duolog::sync
