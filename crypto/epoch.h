// epoch.h: the secret a journal is sealed under for a while, and how its members get it.
//
// An epoch's id is the hash of its secret, so nobody can hand two devices two different secrets under one name.
// Spec: proto/README.md section 3.3.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/hash.h"
#include "crypto/keys.h"

namespace duolog::crypto {

inline constexpr std::size_t kEpochSlots = 18;  // DO NOT CHANGE: 2 persons × (8 devices + 1 root)
inline constexpr std::size_t kEpochMetaFloor = 1024;

struct EpochRecipient {
  WrapPublic wrap;
  const SlotPsk* psk;  // root's psk in epoch 0, epoch_psk(E0) in every later one
};

struct EpochMeta {
  std::vector<Hash> members;  // live device ids and root ids, sorted
  Hash gone;                  // gone_digest of the devices no longer live
  bool operator==(const EpochMeta&) const = default;
};

Hash gone_digest(std::span<const DeviceId> gone);  // any order; sorted here

EpochId epoch_id(const JournalId& journal, const EpochSecret& secret);
SlotPsk epoch_psk(const EpochSecret& epoch_zero);

// The body of a kind 2 record. REQUIRES: recipients.size() <= kEpochSlots.
Bytes make_epoch(const JournalId& journal, const EpochSecret& secret, std::uint32_t depth,
                 std::span<const EpochRecipient> recipients, EpochMeta meta);

std::optional<std::uint32_t> epoch_depth(ByteView body);  // nullopt: not an epoch body
// nullopt: no slot for this key, or what was in it is not the secret that `id` names.
std::optional<EpochSecret> open_epoch(const JournalId& journal, const EpochId& id, ByteView body,
                                      const WrapSecret& wrap, const SlotPsk& psk);
std::optional<EpochMeta> open_epoch_meta(const JournalId& journal, const EpochId& id, const EpochSecret& secret,
                                         ByteView body);

// What else an epoch's secret is good for.
HandshakePsk net_psk(const EpochSecret& epoch);
QuestionSeed question_seed(const EpochSecret& epoch_zero);
// Where a question stands in one passing of the deck of its depth: the least comes first.
Hash question_rank(const QuestionSeed& seed, std::uint32_t depth, std::uint32_t passing, std::string_view id);

}  // namespace duolog::crypto
