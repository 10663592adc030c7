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

// When a sealed answer opens. Bytes: "both", or "after:" || u64 LE unix seconds, or "both-or-after:" || the same.
struct SealRule {
  bool both = false;                   // as soon as the other's answer to the same question, by the same rule, is held
  std::optional<std::uint64_t> after;  // unix seconds
  bool operator==(const SealRule&) const = default;
};
Bytes encode_rule(const SealRule& rule);             // REQUIRES: one of the two at least
std::optional<SealRule> decode_rule(ByteView rule);  // nullopt: a rule of a newer version
Bytes rule_both();
Bytes rule_after(std::uint64_t unix_seconds);

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
