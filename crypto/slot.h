// slot.h: a secret wrapped for one X25519 key, in a row of slots of which nobody can tell the used from the unused.
//
// A slot carries no name: its owner finds it by trying. Unused ones are random and all are sorted, so that neither
// their number nor their order says who the recipients are. Spec: proto/README.md sections 3.3 and 3.9.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/keys.h"

namespace duolog::crypto {

inline constexpr std::size_t kSlotLength = 32 + 16;  // DO NOT CHANGE: the secret and its tag
using Slot = ByteArray<kSlotLength>;

// What a slot's key is derived from beside X25519 and psk.
struct SlotContext {
  std::string_view label;  // "epoch.slot" or "seal.slot"
  const JournalId& journal;
  ByteView commitment;  // 32 bytes that commit to the secret: the epoch's id, the answer's commit
};

struct SlotRecipient {
  WrapPublic wrap;
  ByteView psk;  // 32 bytes that the slot's key needs besides, or none
};

struct SlotRow {
  ByteArray<32> ephemeral{};  // public key, one for all slots
  std::vector<Slot> slots;
};

// A row of `total` slots. A recipient whose key is of low order (a lie, since nobody has its secret) gets none.
// REQUIRES: recipients.size() <= total, a secret of 32 bytes.
SlotRow wrap_secret(const SlotContext& context, std::span<const SlotRecipient> recipients, ByteView secret,
                    std::size_t total);

// Tries every slot with one key. False: none is for it. REQUIRES: `out` of 32 bytes.
bool unwrap_secret(std::span<std::uint8_t> out, const SlotContext& context, const WrapSecret& wrap, ByteView psk,
                   ByteView ephemeral, std::span<const Slot> slots);

}  // namespace duolog::crypto
