// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/opened_by_words.h"

#include <algorithm>
#include <set>

#include "crypto/epoch.h"
#include "daemon/journal/notebook.h"

namespace duolog::journal {
namespace {

struct EpochPlace {
  bool by_root = false;  // its author's certificate is the root's own
  std::uint64_t seq = 0;
  DeviceId author;
};

// The first record of the device that founded it. Others' first epochs are no epoch zero, whatever they open to:
// whoever has a lost device knows all that makes one. So only a device that the root itself has signed counts, the
// oldest first.
std::optional<crypto::EpochSecret> epoch_zero(const store::SealedLog& log, const Roster& roster,
                                              const crypto::Genesis& genesis, const crypto::RootKeys& root) {
  std::vector<const crypto::ProvenDevice*> signed_by_root = roster.devices();
  std::erase_if(signed_by_root, [](const crypto::ProvenDevice* one) { return one->path.size() != 1; });
  std::ranges::sort(signed_by_root, {}, [](const auto* one) { return std::make_pair(one->created, one->device.id()); });
  const JournalId id = genesis.id();
  const crypto::SlotPsk psk = crypto::root_psk(root.psk_master(), genesis.nonce);
  for (const crypto::ProvenDevice* founder : signed_by_root) {
    const auto first = epoch_at(log, id, founder->device.id(), 1);
    auto secret = first ? crypto::open_epoch(id, first->id, first->body, root.wrap(), psk) : std::nullopt;
    if (secret) return secret;
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::uint64_t> epochs_in(const store::SealedLog& log, const JournalId& journal,
                                     const store::FrontierEntry& chain, std::size_t limit,
                                     const std::function<bool(const EpochId&)>& wanted) {
  std::vector<std::uint64_t> seqs;
  for (std::uint64_t from = 1; from <= chain.seq && seqs.size() < limit;) {
    const auto heads = log.read_heads(journal, chain.device, from, crypto::kRunLimit);
    if (heads.empty()) break;
    for (const crypto::SignedHeader& head : heads) {
      const auto header = crypto::decode_header(head);
      const bool is_epoch = header && header->kind == crypto::RecordKind::kEpoch && header->seq <= chain.seq;
      if (is_epoch && seqs.size() < limit && wanted(header->epoch)) seqs.push_back(header->seq);
    }
    from += heads.size();
  }
  return seqs;
}

std::optional<SealedEpoch> epoch_at(const store::SealedLog& log, const JournalId& journal, const DeviceId& author,
                                    std::uint64_t seq) {
  std::optional<SealedEpoch> found;
  log.one_to_open(journal, author, seq, [&](std::uint64_t, const RecordId&, const crypto::Record& record) {
    const auto header = crypto::decode_header(record.head);
    const auto depth = record.body ? crypto::epoch_depth(*record.body) : std::nullopt;
    if (header && depth) found = SealedEpoch{header->epoch, *depth, *record.body};
    return false;
  });
  return found;
}

std::vector<crypto::EpochSecret> open_epochs(std::span<const SealedEpoch> sealed, crypto::EpochSecret zero,
                                             const JournalId& journal, const crypto::RootKeys& root) {
  const crypto::SlotPsk psk = crypto::epoch_psk(zero);
  std::map<std::pair<std::uint32_t, EpochId>, crypto::EpochSecret> opened;
  std::set<EpochId> known{crypto::epoch_id(journal, zero)};  // and opened
  for (const SealedEpoch& one : sealed) {
    if (known.contains(one.id)) continue;
    auto secret = crypto::open_epoch(journal, one.id, one.body, root.wrap(), psk);
    if (!secret) continue;
    known.insert(one.id);
    opened.emplace(std::pair{one.depth, one.id}, std::move(*secret));
  }
  std::vector<crypto::EpochSecret> secrets;
  secrets.push_back(std::move(zero));
  for (auto& [key, secret] : opened) secrets.push_back(std::move(secret));
  return secrets;
}

// A lost device can write epochs without end: those that stand first in each log go before, and before all those of
// devices that the root has signed.
std::optional<Returned::Journal> notebook_by_words(const store::SealedLog& log, const Roster& roster,
                                                   const crypto::Genesis& genesis, const crypto::RootKeys& root) {
  auto zero = epoch_zero(log, roster, genesis, root);
  if (!zero) return std::nullopt;
  Returned::Journal notebook;
  notebook.secrets.id = genesis.id();
  std::vector<EpochPlace> places;
  for (const store::FrontierEntry& chain : log.frontier(notebook.secrets.id)) {
    notebook.reached.emplace(chain.device, chain.seq);
    const crypto::ProvenDevice* author = roster.find(chain.device);
    const bool by_root = author != nullptr && author->path.size() == 1;
    for (const std::uint64_t seq :
         epochs_in(log, notebook.secrets.id, chain, kEpochsInAll, [](const EpochId&) { return true; }))
      places.push_back({by_root, seq, chain.device});
  }
  std::ranges::stable_sort(places, {}, [](const EpochPlace& one) { return std::make_pair(!one.by_root, one.seq); });
  places.resize(std::min(places.size(), kEpochsInAll));
  std::vector<SealedEpoch> sealed;
  for (const EpochPlace& one : places)
    if (auto epoch = epoch_at(log, notebook.secrets.id, one.author, one.seq)) sealed.push_back(std::move(*epoch));
  notebook.secrets.genesis = genesis;
  notebook.secrets.epochs = open_epochs(sealed, std::move(*zero), notebook.secrets.id, root);
  notebook.secrets.name = kNotebookName;
  notebook.secrets.awaited = true;
  if (notebook.secrets.epochs.size() < 2) return std::nullopt;
  return notebook;
}

}  // namespace duolog::journal
