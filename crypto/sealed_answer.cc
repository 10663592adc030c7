// sealed_answer.cc: seal, find the key again, open.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/sealed_answer.h"

#include "crypto/check.h"

namespace duolog::crypto {
namespace {

constexpr std::string_view kRuleBoth = "both";  // DO NOT CHANGE: bound by commitments
constexpr std::string_view kRuleAfter = "after:";
constexpr std::string_view kRuleBothOrAfter = "both-or-after:";

SlotContext slots_of(const JournalId& journal, const Hash& commit) { return {"seal.slot", journal, commit.bytes}; }

Bytes associated_data(const JournalId& journal, const DeviceId& author, const QuestionId& question, ByteView rule) {
  return lv({as_bytes("duolog1:seal"), journal.bytes, author.bytes, question.bytes, rule});
}

Hash commitment(const JournalId& journal, const DeviceId& author, const SealedAnswer& answer, ByteView key) {
  return hash("seal.commit", {journal.bytes, author.bytes, answer.question.bytes, answer.rule,
                              hash_bytes("seal.ct", {answer.ciphertext}), key});
}

// Steps of four: an answer's length shows no more than which of five sizes it has.
std::size_t padded_length(std::size_t text) {
  std::size_t length = kAnswerPadFloor;
  while (length < 4 + text) length *= 4;
  return length;
}

}  // namespace

Bytes encode_rule(const SealRule& rule) {
  check(rule.both || rule.after, "a rule by which nothing ever opens");
  if (!rule.after) return to_bytes(as_bytes(kRuleBoth));
  Bytes bytes = to_bytes(as_bytes(rule.both ? kRuleBothOrAfter : kRuleAfter));
  append_u64(bytes, *rule.after);
  return bytes;
}

std::optional<SealRule> decode_rule(ByteView rule) {
  if (as_text(rule) == kRuleBoth) return SealRule{true, std::nullopt};
  for (const bool both : {false, true}) {
    const std::string_view word = both ? kRuleBothOrAfter : kRuleAfter;
    if (rule.size() == word.size() + 8 && as_text(rule.first(word.size())) == word)
      return SealRule{both, read_u64(rule.subspan(word.size()))};
  }
  return std::nullopt;
}

Bytes rule_both() { return encode_rule({true, std::nullopt}); }
Bytes rule_after(std::uint64_t unix_seconds) { return encode_rule({false, unix_seconds}); }

QuestionId round_question(std::string_view practice, std::string_view period) {
  return hash<QuestionId>("round", {as_bytes(practice), as_bytes(period)});
}

SealedAnswer seal_answer(const JournalId& journal, const DeviceId& author, const QuestionId& question, ByteView rule,
                         ByteView text, std::span<const WrapPublic> own) {
  check(text.size() <= kAnswerLimit, "an answer is too long to seal");
  const AnswerKey key = AnswerKey::random();
  SealedAnswer answer{question, to_bytes(rule), {}, {}, {}, {}};
  answer.ciphertext = seal(kdf<AnswerKey>(key.view(), "seal.enc").view(),
                           associated_data(journal, author, question, rule), pad(text, padded_length(text.size())));
  answer.commit = commitment(journal, author, answer, key.view());

  std::vector<SlotRecipient> recipients;
  for (const WrapPublic& wrap : own) recipients.push_back({wrap, {}});
  SlotRow row = wrap_secret(slots_of(journal, answer.commit), recipients, key.view(), kAnswerSlots);
  answer.ephemeral = row.ephemeral;
  answer.slots = std::move(row.slots);
  return answer;
}

std::optional<AnswerKey> answer_key(const JournalId& journal, const SealedAnswer& answer, const WrapSecret& wrap) {
  if (answer.slots.size() != kAnswerSlots) return std::nullopt;
  Wiped<32> key;
  if (!unwrap_secret(key.bytes, slots_of(journal, answer.commit), wrap, {}, answer.ephemeral, answer.slots))
    return std::nullopt;
  return AnswerKey::from(key.view());
}

OpenedAnswer open_answer(const JournalId& journal, const DeviceId& author, const SealedAnswer& answer, ByteView key) {
  if (key.size() != AnswerKey::kLength) return {};
  if (!equal_in_constant_time(commitment(journal, author, answer, key).bytes, answer.commit.bytes)) return {};
  const auto padded = open(kdf<AnswerKey>(key, "seal.enc").view(),
                           associated_data(journal, author, answer.question, answer.rule), answer.ciphertext);
  const auto text = padded ? unpadded(*padded) : std::nullopt;
  if (!text || text->size() > kAnswerLimit) return {Opening::kGarbage, {}};
  return {Opening::kOpened, to_bytes(*text)};
}

}  // namespace duolog::crypto
