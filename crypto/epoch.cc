// epoch.cc: an epoch record's body, made and opened.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/epoch.h"

#include "crypto/check.h"
#include "crypto/slot.h"

namespace duolog::crypto {
namespace {

// body = u32 depth || ephemeral 32 || u8 number of slots || slots || SEAL(meta). DO NOT CHANGE.
constexpr std::size_t kDepthLength = 4;
constexpr std::size_t kEphemeralAt = kDepthLength;
constexpr std::size_t kSlotCountAt = kEphemeralAt + 32;
constexpr std::size_t kSlotsAt = kSlotCountAt + 1;
constexpr std::size_t kMetaAt = kSlotsAt + kEpochSlots * kSlotLength;

SlotContext slots_of(const JournalId& journal, const EpochId& id) { return {"epoch.slot", journal, id.bytes}; }

Bytes meta_ad(const JournalId& journal, const EpochId& id, ByteView depth) {
  Bytes ad = to_bytes(as_bytes("duolog1:epoch"));
  append(ad, journal.bytes);
  append(ad, id.bytes);
  append(ad, depth);
  return ad;
}

bool has_epoch_shape(ByteView body) {
  return body.size() > kMetaAt + kSealOverhead && body.size() <= kMetaAt + kSealOverhead + kEpochMetaFloor &&
         body[kSlotCountAt] == kEpochSlots;
}

std::vector<Slot> read_slots(ByteView body) {
  std::vector<Slot> slots(kEpochSlots);
  for (std::size_t i = 0; i < kEpochSlots; ++i)
    std::copy_n(body.begin() + static_cast<std::ptrdiff_t>(kSlotsAt + i * kSlotLength), kSlotLength, slots[i].begin());
  return slots;
}

}  // namespace

Hash gone_digest(std::span<const DeviceId> gone) {
  std::vector<DeviceId> sorted(gone.begin(), gone.end());
  std::sort(sorted.begin(), sorted.end());
  std::vector<ByteView> parts;
  parts.reserve(sorted.size());
  for (const DeviceId& device : sorted) parts.push_back(device.bytes);
  return {hash_list("epoch.gone", parts)};
}

EpochId epoch_id(const JournalId& journal, const EpochSecret& secret) {
  return hash<EpochId>("epoch.id", {journal.bytes, secret.view()});
}

SlotPsk epoch_psk(const EpochSecret& epoch_zero) { return kdf<SlotPsk>(epoch_zero.view(), "epoch.psk"); }

Bytes make_epoch(const JournalId& journal, const EpochSecret& secret, std::uint32_t depth,
                 std::span<const EpochRecipient> recipients, EpochMeta meta) {
  check(meta.members.size() <= kEpochSlots, "an epoch has too many members");
  const EpochId id = epoch_id(journal, secret);
  std::vector<SlotRecipient> wanted;
  for (const EpochRecipient& recipient : recipients) wanted.push_back({recipient.wrap, recipient.psk->view()});
  const SlotRow row = wrap_secret(slots_of(journal, id), wanted, secret.view(), kEpochSlots);

  std::sort(meta.members.begin(), meta.members.end());
  Bytes listed;
  for (const Hash& member : meta.members) append(listed, member.bytes);
  append(listed, meta.gone.bytes);

  Bytes body;
  append_u32(body, depth);
  const Bytes ad = meta_ad(journal, id, body);
  append(body, row.ephemeral);
  body.push_back(kEpochSlots);
  for (const Slot& slot : row.slots) append(body, slot);
  append(body, seal(kdf<EpochMetaKey>(secret.view(), "epoch.meta").view(), ad, pad(listed, kEpochMetaFloor)));
  return body;
}

std::optional<std::uint32_t> epoch_depth(ByteView body) {
  if (!has_epoch_shape(body)) return std::nullopt;
  return read_u32(body);
}

std::optional<EpochSecret> open_epoch(const JournalId& journal, const EpochId& id, ByteView body,
                                      const WrapSecret& wrap, const SlotPsk& psk) {
  if (!has_epoch_shape(body)) return std::nullopt;
  Wiped<32> secret;
  const ByteView ephemeral = body.subspan(kEphemeralAt, 32);
  if (!unwrap_secret(secret.bytes, slots_of(journal, id), wrap, psk.view(), ephemeral, read_slots(body)))
    return std::nullopt;
  std::optional<EpochSecret> found = EpochSecret::from(secret.view());
  if (epoch_id(journal, *found) != id) return std::nullopt;
  return found;
}

std::optional<EpochMeta> open_epoch_meta(const JournalId& journal, const EpochId& id, const EpochSecret& secret,
                                         ByteView body) {
  if (!has_epoch_shape(body)) return std::nullopt;
  const EpochMetaKey key = kdf<EpochMetaKey>(secret.view(), "epoch.meta");
  const auto padded = open(key.view(), meta_ad(journal, id, body.first(kDepthLength)), body.subspan(kMetaAt));
  const auto listed = padded ? unpadded(*padded) : std::nullopt;
  if (!listed || listed->empty() || listed->size() % 32 != 0) return std::nullopt;

  EpochMeta meta;
  const std::size_t count = listed->size() / 32 - 1;
  for (std::size_t i = 0; i < count; ++i) meta.members.push_back(*Hash::from(listed->subspan(32 * i, 32)));
  meta.gone = *Hash::from(listed->last(32));
  const bool ascending =
      std::adjacent_find(meta.members.begin(), meta.members.end(), std::greater_equal<>()) == meta.members.end();
  if (count > kEpochSlots || !ascending) return std::nullopt;
  return meta;
}

HandshakePsk net_psk(const EpochSecret& epoch) { return kdf<HandshakePsk>(epoch.view(), "net.psk"); }

QuestionSeed question_seed(const EpochSecret& epoch_zero) { return kdf<QuestionSeed>(epoch_zero.view(), "question"); }

Hash question_rank(const QuestionSeed& seed, std::uint32_t depth, std::uint32_t passing, std::string_view id) {
  Bytes place;
  append_u32(place, depth);
  append_u32(place, passing);
  Hash rank;
  kdf_into(rank.bytes, seed.view(), "question.rank", {place, as_bytes(id)});
  return rank;
}

}  // namespace duolog::crypto
