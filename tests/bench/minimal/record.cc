// record.cc: proto/README.md section 3.2, in as few calls of libsodium as it takes.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/minimal/record.h"

#include <sodium.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace minimal {
namespace {

constexpr std::size_t kHeader = 144;
constexpr std::size_t kBound = 112;
constexpr std::size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::string_view kAdPrefix = "duolog1:rec";

View bytes(std::string_view text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }

template <class... Parts>
Id hash(const Parts&... parts) {
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, 32);
  (crypto_generichash_update(&state, View(parts).data(), View(parts).size()), ...);
  Id out;
  crypto_generichash_final(&state, out.data(), out.size());
  return out;
}

Id derive(View seed, std::string_view what, std::uint8_t number) { return hash(seed, bytes(what), View(&number, 1)); }

void put(Bytes& out, View more) { out.insert(out.end(), more.begin(), more.end()); }
template <class Number>
void put_number(Bytes& out, Number number) {
  for (std::size_t i = 0; i < sizeof number; ++i) out.push_back(static_cast<std::uint8_t>(number >> (8 * i)));
}

std::array<std::uint8_t, kAdPrefix.size() + 32 + kBound> associated(const Id& journal, View header) {
  std::array<std::uint8_t, kAdPrefix.size() + 32 + kBound> ad{};
  std::memcpy(ad.data(), kAdPrefix.data(), kAdPrefix.size());
  std::memcpy(ad.data() + kAdPrefix.size(), journal.data(), journal.size());
  std::memcpy(ad.data() + kAdPrefix.size() + 32, header.data(), kBound);
  return ad;
}

Id header_hash(const Keys& keys, View head) { return hash(bytes("rec.hdr"), keys.journal, head.first(kHeader)); }

std::array<std::uint8_t, 48> to_sign(const Id& digest) {
  std::array<std::uint8_t, 48> message{};
  std::memcpy(message.data(), "duolog1:sig.rec", 16);
  std::memcpy(message.data() + 16, digest.data(), digest.size());
  return message;
}

std::size_t padme(std::size_t length) {
  const auto exponent = static_cast<unsigned>(std::bit_width(length) - 1);
  const auto kept = static_cast<unsigned>(std::bit_width(exponent));
  const std::size_t mask = (std::size_t{1} << (exponent > kept ? exponent - kept : 0)) - 1;
  return (length + mask) & ~mask;
}

}  // namespace

Keys::Keys(View seed) : journal(derive(seed, "journal", 0)), epoch(derive(seed, "epoch", 0)) {
  for (std::uint8_t i = 0; i < 2; ++i) {
    Author& author = authors[i];
    author.device = derive(seed, "device", i);
    author.record_key = derive(seed, "record", i);
    author.channel_key = derive(seed, "channel", i);
    crypto_sign_seed_keypair(author.sign_public.data(), author.sign_secret.data(), derive(seed, "sign", i).data());
  }
}

Id first_prev(const Keys& keys, std::size_t author) {
  return hash(bytes("rec.first"), keys.journal, keys.authors[author].device);
}

Bytes pad(View plaintext, std::size_t floor) {
  const std::size_t total = std::max(floor, padme(4 + plaintext.size()));
  Bytes padded;
  padded.reserve(total);
  put_number(padded, static_cast<std::uint32_t>(plaintext.size()));
  put(padded, plaintext);
  padded.resize(total);
  return padded;
}

Id id_of(const Keys& keys, const Head& head) {
  return hash(bytes("rec.id"), header_hash(keys, head), View(head).subspan(kHeader));
}

Record seal_record(const Keys& keys, std::size_t author, Place& place, const Id& seen_device, std::string_view text) {
  const Author& self = keys.authors[author];
  Bytes event;
  put_number(event, std::uint64_t{1'795'000'000'000});
  put_number(event, std::uint32_t{60});
  put(event, seen_device);
  put_number(event, std::uint64_t{4});
  put(event, bytes(text));
  const Bytes padded = pad(event, 512);

  Record record;
  record.body.resize(kNonce + padded.size() + kTag);
  Bytes header{1, 1, 0, 0};
  put_number(header, static_cast<std::uint32_t>(record.body.size()));
  put_number(header, place.seq);
  put(header, self.device);
  put(header, place.prev);
  put(header, keys.epoch);
  const auto ad = associated(keys.journal, header);
  randombytes_buf(record.body.data(), kNonce);
  crypto_aead_xchacha20poly1305_ietf_encrypt(record.body.data() + kNonce, nullptr, padded.data(), padded.size(),
                                             ad.data(), ad.size(), nullptr, record.body.data(), self.record_key.data());
  put(header, hash(bytes("rec.body"), record.body));
  std::copy(header.begin(), header.end(), record.head.begin());
  const auto message = to_sign(header_hash(keys, header));
  crypto_sign_detached(record.head.data() + kHeader, nullptr, message.data(), message.size(), self.sign_secret.data());
  place = {place.seq + 1, id_of(keys, record.head)};
  return record;
}

bool follows(const Keys& keys, std::size_t author, Place& place, const Record& record) {
  std::uint64_t seq = 0;
  std::memcpy(&seq, record.head.data() + 8, sizeof seq);
  const std::uint8_t* head = record.head.data();
  if (seq != place.seq || std::memcmp(head + 16, keys.authors[author].device.data(), 32) != 0) return false;
  if (std::memcmp(head + 48, place.prev.data(), 32) != 0) return false;
  if (std::memcmp(head + kBound, hash(bytes("rec.body"), record.body).data(), 32) != 0) return false;
  place = {seq + 1, id_of(keys, record.head)};
  return true;
}

bool signature_holds(const Keys& keys, std::size_t author, const Record& record) {
  const auto message = to_sign(header_hash(keys, record.head));
  return crypto_sign_verify_detached(record.head.data() + kHeader, message.data(), message.size(),
                                     keys.authors[author].sign_public.data()) == 0;
}

bool open_body(View key, const Id& journal, View head, View body, Bytes& padded) {
  if (body.size() < kNonce + kTag) return false;
  const auto ad = associated(journal, head);
  padded.resize(body.size() - kNonce - kTag);
  return crypto_aead_xchacha20poly1305_ietf_decrypt(padded.data(), nullptr, nullptr, body.data() + kNonce,
                                                    body.size() - kNonce, ad.data(), ad.size(), body.data(),
                                                    key.data()) == 0;
}

std::optional<std::string> open_record(const Keys& keys, std::size_t author, const Record& record) {
  Bytes padded;
  if (!open_body(keys.authors[author].record_key, keys.journal, record.head, record.body, padded)) return std::nullopt;
  std::uint32_t length = 0;
  std::memcpy(&length, padded.data(), sizeof length);
  constexpr std::size_t kBefore = 4 + 8 + 4 + 32 + 8;
  if (4 + length > padded.size() || 4 + length < kBefore) return std::nullopt;
  return std::string(padded.begin() + kBefore, padded.begin() + 4 + length);
}

}  // namespace minimal
