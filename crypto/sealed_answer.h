// sealed_answer.h: an answer the other cannot read before having answered, and its author cannot change after.
//
// The commitment covers key, ciphertext and context, because a bare AEAD ciphertext can open to two texts.
// Spec: proto/README.md section 3.9.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/hash.h"
#include "crypto/keys.h"
#include "crypto/slot.h"

namespace duolog::crypto {

inline constexpr std::size_t kAnswerSlots = 9;          // DO NOT CHANGE: 8 own devices + own root
inline constexpr std::size_t kAnswerLimit = 256 << 10;  // bytes of text
inline constexpr std::size_t kAnswerPadFloor = 2048;    // then 2048·4^i

// "both", or "after:" || u64 LE unix seconds.
Bytes rule_both();
Bytes rule_after(std::uint64_t unix_seconds);
std::optional<std::uint64_t> opens_after(ByteView rule);  // nullopt: not an "after" rule

QuestionId round_question(std::string_view practice, std::string_view period);  // ("checkin", "2026-W47")

struct SealedAnswer {
  QuestionId question;
  Bytes rule;
  Hash commit;
  Bytes ciphertext;
  ByteArray<32> ephemeral{};  // epk of the slots
  std::vector<Slot> slots;    // exactly kAnswerSlots
};

// REQUIRES: text within kAnswerLimit, own.size() <= kAnswerSlots. `own`: the author's devices and root.
SealedAnswer seal_answer(const JournalId& journal, const DeviceId& author, const QuestionId& question, ByteView rule,
                         ByteView text, std::span<const WrapPublic> own);
// The key out of a slot, on one of the author's own devices. nullopt: none of the slots is ours.
std::optional<AnswerKey> answer_key(const JournalId& journal, const SealedAnswer& answer, const WrapSecret& wrap);

enum class Opening { kOpened, kWrongKey, kGarbage };  // kGarbage: the commitment holds and the author sealed nonsense
struct OpenedAnswer {
  Opening verdict = Opening::kWrongKey;
  Bytes text;  // with kOpened alone
};
// The commitment first, then the ciphertext.
OpenedAnswer open_answer(const JournalId& journal, const DeviceId& author, const SealedAnswer& answer, ByteView key);

}  // namespace duolog::crypto
