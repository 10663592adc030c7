// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/carrying.h"

#include "daemon/journal/journal.h"

namespace duolog {
namespace {

static_assert(journal::kParcelEpochs == crypto::kBundleEpochs);

// Whoever made it has sealed it under an epoch that this home has. Epoch zero is the roots' alone.
std::optional<sync::BundleOwner> whose(Household& house, const crypto::BundleHead& head) {
  for (const journal::JournalSecrets& secrets : house.identity().journals()) {
    for (std::size_t i = secrets.epochs.size(); i > 1; --i) {
      auto key = head.open(secrets.epochs[i - 1]);
      if (!key) continue;
      if (secrets.parted) throw journal::Refusal(journal::Reason::kParted, secrets.name);
      const EpochId epoch = crypto::epoch_id(secrets.id, secrets.epochs[i - 1]);
      const bool anybodys = journal::Door(house.shelf()).removed_may_have(secrets.id, epoch);
      return sync::BundleOwner{secrets.id, secrets.genesis.encode(), std::move(*key), anybodys};
    }
  }
  return std::nullopt;
}

}  // namespace

std::unique_ptr<sync::BundleWriter> write_bundle(Household& house, journal::Parcel&& parcel,
                                                 std::optional<std::uint64_t> limit) {
  sync::BundleContent content{parcel.journal, parcel.genesis.encode(), std::move(parcel.held), std::move(parcel.chains),
                              std::move(parcel.chunks)};
  if (limit) content.limit = *limit;
  sync::BundleKeys keys;
  for (const crypto::RootPublic& root : parcel.genesis.roots()) keys.roots.push_back(root.wrap);
  keys.epochs = std::move(parcel.epochs);
  return std::make_unique<sync::BundleWriter>(house.log(), &house.attachments().blobs(), std::move(content),
                                              std::move(keys));
}

std::unique_ptr<sync::BundleReader> read_bundle(Household& house, std::function<void(std::int64_t)> written) {
  sync::BundleHooks hooks;
  hooks.whose = [&house](const crypto::BundleHead& head) { return whose(house, head); };
  hooks.admit = [&house](const JournalId& journal, const crypto::Chain& chain) {
    return journal::Door(house.shelf()).admit(journal, chain);
  };
  hooks.may_talk = [&house](const JournalId& journal, const crypto::Chain& chain) {
    return journal::Door(house.shelf()).prove(journal, chain).has_value();
  };
  hooks.up_to = [&house](const JournalId& journal, const DeviceId& device) {
    return journal::Door(house.shelf()).taken_up_to(journal, device);
  };
  hooks.stored = [&house, written = std::move(written)](const JournalId& journal, const DeviceId& author,
                                                        std::uint64_t first, std::uint64_t last) {
    house.was_brought(journal, author, first, last);
    // Its words prove as much as a handshake: a founding is acknowledged, a device that was waited for has come.
    if (author != house.identity().keys().id()) journal::Door(house.shelf()).session_began(journal, author);
    const journal::Journal* there = house.shelf().by_id(journal);
    const auto when = written && there != nullptr ? there->noted_at(author, last).written_ms : std::nullopt;
    if (when) written(*when);
  };
  hooks.forked = [&house](const JournalId& journal, const DeviceId& device) {
    journal::Door(house.shelf()).forked(journal, device);
    house.switchboard().log_grew(journal);
  };
  hooks.settled = [&house] { return !house.is_folding(); };
  hooks.blobs = &house.attachments().blobs();
  hooks.named = [&house](const JournalId& journal, const ChunkId& chunk) {
    return house.attachments().named(journal, chunk);
  };
  hooks.came = [&house](const JournalId& journal, const ChunkId& chunk) { house.attachments().came(journal, chunk); };
  return std::make_unique<sync::BundleReader>(house.log(), std::move(hooks));
}

}  // namespace duolog
