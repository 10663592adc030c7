// slot.cc: the slots of epochs and sealed answers.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/slot.h"

#include <sodium.h>

#include "crypto/check.h"
#include "crypto/hash.h"

namespace duolog::crypto {
namespace {

// Every slot's key is used once, for one secret: that is why its nonce can be zero.
constexpr ByteArray<crypto_aead_xchacha20poly1305_ietf_NPUBBYTES> kNonce{};

// False: the public key is of low order.
bool derive_key(std::span<std::uint8_t> out, const SlotContext& context, ByteView secret, ByteView other_public,
                ByteView psk, ByteView ephemeral, const WrapPublic& recipient) {
  check(psk.empty() || psk.size() == 32, "a slot's psk has a wrong length");
  Wiped<32 + 32> input;
  if (!dh(std::span(input.bytes).first(32), secret, other_public)) return false;
  std::copy(psk.begin(), psk.end(), input.bytes.begin() + 32);
  kdf_into(out, input.view().first(32 + psk.size()), context.label,
           {context.journal.bytes, context.commitment, ephemeral, recipient.bytes});
  return true;
}

Slot random_slot() {
  Slot slot;
  fill_random(slot);
  return slot;
}

Slot seal_slot(ByteView key, ByteView secret) {
  Slot slot;
  check(crypto_aead_xchacha20poly1305_ietf_encrypt(slot.data(), nullptr, secret.data(), secret.size(), nullptr, 0,
                                                   nullptr, kNonce.data(), key.data()) == 0,
        "a slot could not be sealed");
  return slot;
}

bool open_slot(std::span<std::uint8_t> out, ByteView key, const Slot& slot) {
  return crypto_aead_xchacha20poly1305_ietf_decrypt(out.data(), nullptr, nullptr, slot.data(), slot.size(), nullptr, 0,
                                                    kNonce.data(), key.data()) == 0;
}

}  // namespace

SlotRow wrap_secret(const SlotContext& context, std::span<const SlotRecipient> recipients, ByteView secret,
                    std::size_t total) {
  check(recipients.size() <= total && secret.size() == 32, "a row of slots cannot hold this");
  const WrapSecret ephemeral = WrapSecret::random();
  SlotRow row{wrap_public(ephemeral).bytes, {}};
  for (const SlotRecipient& recipient : recipients) {
    Wiped<32> key;
    if (derive_key(key.bytes, context, ephemeral.view(), recipient.wrap.bytes, recipient.psk, row.ephemeral,
                   recipient.wrap))
      row.slots.push_back(seal_slot(key.view(), secret));
  }
  while (row.slots.size() < total) row.slots.push_back(random_slot());
  std::sort(row.slots.begin(), row.slots.end());
  return row;
}

bool unwrap_secret(std::span<std::uint8_t> out, const SlotContext& context, const WrapSecret& wrap, ByteView psk,
                   ByteView ephemeral, std::span<const Slot> slots) {
  check(out.size() == 32, "a slot is opened into a wrong length");
  Wiped<32> key;
  if (!derive_key(key.bytes, context, wrap.view(), ephemeral, psk, ephemeral, wrap_public(wrap))) return false;
  return std::any_of(slots.begin(), slots.end(), [&](const Slot& slot) { return open_slot(out, key.view(), slot); });
}

}  // namespace duolog::crypto
