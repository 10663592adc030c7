// bundle.cc: libsodium's secretstream, with a head that wraps its key.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/bundle.h"

#include <sodium.h>

#include <new>

#include "crypto/check.h"
#include "crypto/hash.h"

namespace duolog::crypto {
namespace {

using Stream = crypto_secretstream_xchacha20poly1305_state;

static_assert(kSealedBundleChunk == kBundleChunk + crypto_secretstream_xchacha20poly1305_ABYTES);
static_assert(kBundleStreamHead == crypto_secretstream_xchacha20poly1305_HEADERBYTES);
static_assert(BundleKey::kLength == crypto_secretstream_xchacha20poly1305_KEYBYTES);
static_assert(kBundleWrapLength == 32 + kSealOverhead);

constexpr std::size_t kLengthBytes = 8;  // the u64 before the inside
constexpr std::size_t kEphemeralAt = 8;
constexpr std::size_t kSlotsAt = kEphemeralAt + 32;
constexpr std::size_t kCountAt = kSlotsAt + kBundleRoots * kSlotLength;

// A slot's key opens one thing, once: that is why its nonce can be zero.
constexpr ByteArray<crypto_aead_xchacha20poly1305_ietf_NPUBBYTES> kNonce{};

Stream& stream_in(SecretMemory& memory) { return *reinterpret_cast<Stream*>(memory.writable().data()); }

BundleKey wrapping_key(const EpochSecret& epoch) { return kdf<BundleKey>(epoch.view(), "bundle"); }

std::uint64_t plain_length(std::uint64_t inside) {
  return std::max<std::uint64_t>(kBundleFloor, padme(kLengthBytes + inside));
}

// False: the other key is of low order.
bool slot_key(std::span<std::uint8_t> out, ByteView secret, ByteView other, ByteView ephemeral,
              const WrapPublic& root) {
  Wiped<32 + 32> input;  // its second half stays zero: an epoch's slots have a psk there
  if (!dh(std::span(input.bytes).first(32), secret, other)) return false;
  kdf_into(out, input.view(), "bundle.slot", {ephemeral, root.bytes});
  return true;
}

Slot slot_for(const WrapPublic& root, const WrapSecret& ephemeral, ByteView ephemeral_public, const BundleKey& key) {
  Slot slot;
  fill_random(slot);
  Wiped<32> wrapping;
  if (!slot_key(wrapping.bytes, ephemeral.view(), root.bytes, ephemeral_public, root)) return slot;
  check(crypto_aead_xchacha20poly1305_ietf_encrypt(slot.data(), nullptr, key.view().data(), key.view().size(), nullptr,
                                                   0, nullptr, kNonce.data(), wrapping.bytes.data()) == 0,
        "a root's slot could not be sealed");
  return slot;
}

Bytes make_head(std::span<const WrapPublic> roots, std::span<const EpochSecret* const> epochs, const BundleKey& key) {
  check(roots.size() <= kBundleRoots && epochs.size() <= kBundleEpochs, "a bundle's head cannot hold so many");
  const WrapSecret ephemeral = WrapSecret::random();
  const WrapPublic ephemeral_public = wrap_public(ephemeral);
  Bytes head = to_bytes(as_bytes(kBundleMagic));
  append(head, ephemeral_public.bytes);
  std::vector<Slot> slots;
  for (const WrapPublic& root : roots) slots.push_back(slot_for(root, ephemeral, ephemeral_public.bytes, key));
  while (slots.size() < kBundleRoots) fill_random(slots.emplace_back());
  std::ranges::sort(slots);  // nobody can tell which is whose, nor whether there is a second one
  for (const Slot& slot : slots) append(head, slot);
  head.push_back(static_cast<std::uint8_t>(kBundleEpochs));
  for (const EpochSecret* epoch : epochs) append(head, seal(wrapping_key(*epoch).view(), {}, key.view()));
  const std::size_t whole = kBundleHeadLimit;  // how many there are would tell that somebody lags behind
  const std::size_t real = head.size();
  head.resize(whole);
  fill_random(std::span(head).subspan(real));
  return head;
}

}  // namespace

std::uint64_t bundle_length(std::uint64_t inside) {
  const std::uint64_t plain = plain_length(inside);
  const std::uint64_t chunks = (plain + kBundleChunk - 1) / kBundleChunk;
  return kBundleHeadLimit + kBundleStreamHead + plain + chunks * (kSealedBundleChunk - kBundleChunk);
}

// ---- sealing ----

BundleSealer::BundleSealer(std::span<const WrapPublic> roots, std::span<const EpochSecret* const> epochs,
                           std::uint64_t inside)
    : stream_(sizeof(Stream)), to_come_(inside), to_fill_(plain_length(inside)) {
  check(inside <= kBundleLimit, "a bundle cannot be so long");
  const BundleKey key = BundleKey::random();
  head_ = make_head(roots, epochs, key);
  check(
      crypto_secretstream_xchacha20poly1305_init_push(&stream_in(stream_), stream_head_.data(), key.view().data()) == 0,
      "a bundle could not be begun");
  append_u64(chunk_, inside);
}

void BundleSealer::push(Bytes& file) {
  Stream& stream = stream_in(stream_);
  const bool is_last = chunk_.size() == to_fill_;
  append(file, head_);
  if (!head_.empty()) append(file, stream_head_);
  const std::size_t at = file.size();
  file.resize(at + chunk_.size() + crypto_secretstream_xchacha20poly1305_ABYTES);
  const unsigned char tag =
      is_last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL : crypto_secretstream_xchacha20poly1305_TAG_MESSAGE;
  check(crypto_secretstream_xchacha20poly1305_push(&stream, file.data() + at, nullptr, chunk_.data(), chunk_.size(),
                                                   head_.data(), head_.size(), tag) == 0,
        "a chunk of a bundle could not be sealed");
  head_.clear();
  to_fill_ -= chunk_.size();
  chunk_.clear();
}

void BundleSealer::seal(ByteView inside, Bytes& file) {
  check(inside.size() <= to_come_, "a bundle gets more than was said");
  to_come_ -= inside.size();
  while (!inside.empty()) {
    const ByteView now = inside.first(std::min(inside.size(), kBundleChunk - chunk_.size()));
    append(chunk_, now);
    inside = inside.subspan(now.size());
    if (chunk_.size() == kBundleChunk) push(file);
  }
}

bool BundleSealer::pad(Bytes& file) {
  check(to_come_ == 0, "a bundle ends before its end");
  if (to_fill_ == 0) return false;
  chunk_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(kBundleChunk, to_fill_)));
  push(file);
  return true;
}

// ---- opening ----

std::optional<std::size_t> BundleHead::length(ByteView start) {
  check(start.size() >= kBundleHeadFloor, "too little of a bundle's head");
  if (!std::ranges::equal(start.first(kBundleMagic.size()), as_bytes(kBundleMagic))) return std::nullopt;
  const std::size_t count = start[kCountAt];
  if (count > kBundleEpochs) return std::nullopt;
  return kBundleHeadFloor + count * kBundleWrapLength;
}

BundleHead::BundleHead(Bytes head) : bytes_(std::move(head)) {
  check(bytes_.size() >= kBundleHeadFloor && length(bytes_) == bytes_.size(), "this is no bundle's head");
}

std::optional<BundleKey> BundleHead::open(const EpochSecret& epoch) const {
  const BundleKey wrapping = wrapping_key(epoch);
  for (std::size_t at = kBundleHeadFloor; at < bytes_.size(); at += kBundleWrapLength) {
    Wiped<32> key;
    if (open_into(key.bytes, wrapping.view(), {}, bytes().subspan(at, kBundleWrapLength)))
      return BundleKey::from(key.view());
  }
  return std::nullopt;
}

std::optional<BundleKey> BundleHead::open(const RootKeys& root) const {
  const ByteView ephemeral = bytes().subspan(kEphemeralAt, 32);
  Wiped<32> wrapping;
  if (!slot_key(wrapping.bytes, root.wrap().view(), ephemeral, ephemeral, wrap_public(root.wrap())))
    return std::nullopt;
  for (std::size_t i = 0; i < kBundleRoots; ++i) {
    Wiped<32> key;
    const ByteView slot = bytes().subspan(kSlotsAt + i * kSlotLength, kSlotLength);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(key.bytes.data(), nullptr, nullptr, slot.data(), slot.size(),
                                                   nullptr, 0, kNonce.data(), wrapping.bytes.data()) == 0)
      return BundleKey::from(key.view());
  }
  return std::nullopt;
}

BundleReader::BundleReader(const BundleHead& head, const BundleKey& key)
    : key_head_(to_bytes(head.bytes())), key_(key.clone()), stream_(sizeof(Stream)) {}

bool BundleReader::refuse() {
  refused_ = true;
  held_ = {};
  return false;
}

bool BundleReader::feed(ByteView file, Bytes& inside) {
  if (refused_) return false;
  append(held_, file);
  std::size_t at = 0;
  if (!begun_) {
    if (held_.size() < kBundleStreamHead) return true;
    if (crypto_secretstream_xchacha20poly1305_init_pull(&stream_in(stream_), held_.data(), key_->view().data()) != 0)
      return refuse();
    begun_ = true;
    key_.reset();
    at = kBundleStreamHead;
  }
  // A whole chunk is read at once, even where it may be the last one.
  for (; held_.size() - at >= kSealedBundleChunk; at += kSealedBundleChunk)
    if (!pull(ByteView(held_).subspan(at, kSealedBundleChunk), inside)) return refuse();
  held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(at));
  return !ended_ || held_.empty() || refuse();
}

bool BundleReader::finish(Bytes& inside) {
  if (refused_ || !begun_) return refuse();
  if (!held_.empty() && !pull(held_, inside)) return refuse();
  held_.clear();
  return (ended_ && length_ && taken_ == kLengthBytes + *length_ && padding_ == 0) || refuse();
}

bool BundleReader::pull(ByteView sealed, Bytes& inside) {
  if (ended_ || sealed.size() < crypto_secretstream_xchacha20poly1305_ABYTES) return false;
  Bytes plain(sealed.size() - crypto_secretstream_xchacha20poly1305_ABYTES);
  unsigned char tag = 0;
  if (crypto_secretstream_xchacha20poly1305_pull(&stream_in(stream_), plain.data(), nullptr, &tag, sealed.data(),
                                                 sealed.size(), key_head_.data(), key_head_.size()) != 0)
    return false;
  key_head_.clear();
  ended_ = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
  if (!ended_ && tag != crypto_secretstream_xchacha20poly1305_TAG_MESSAGE) return false;
  return take(plain, inside);
}

bool BundleReader::take(ByteView plain, Bytes& inside) {
  if (!length_) {
    if (plain.size() < kLengthBytes) return false;
    length_ = read_u64(plain);
    if (*length_ > kBundleLimit) return false;
    taken_ = kLengthBytes;
    padding_ = plain_length(*length_) - kLengthBytes - *length_;
    plain = plain.subspan(kLengthBytes);
  }
  const std::uint64_t to_come = kLengthBytes + *length_ - taken_;
  const ByteView now = plain.first(static_cast<std::size_t>(std::min<std::uint64_t>(plain.size(), to_come)));
  append(inside, now);
  taken_ += now.size();
  const ByteView padding = plain.subspan(now.size());
  if (padding.size() > padding_) return false;
  padding_ -= padding.size();
  return std::ranges::all_of(padding, [](std::uint8_t byte) { return byte == 0; });
}

}  // namespace duolog::crypto
