// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/parcel.h"

#include <set>

#include "daemon/journal/held_there.h"
#include "daemon/journal/parting.h"

namespace duolog::journal {
namespace {

std::vector<DeviceId> addressees(const Journal& journal) {
  std::vector<DeviceId> devices = journal.membership().live();
  std::erase_if(devices, [&](const DeviceId& device) {
    return device == journal.identity().keys().id() || (journal.shared() && journal.is_mine(device));
  });
  return devices;
}

// Of each log what all of them hold.
std::map<DeviceId, std::uint64_t> held_by_all(const std::vector<HeldThere>& all) {
  if (all.empty()) return {};
  std::map<DeviceId, std::uint64_t> held = all.front().logs;
  for (auto& [device, seq] : held) {
    for (const HeldThere& one : all) {
      const auto there = one.logs.find(device);
      seq = std::min(seq, there != one.logs.end() ? there->second : 0);
    }
  }
  return held;
}

bool lists(const EpochFact& fact, const DeviceId& device) {
  return std::ranges::any_of(fact.meta.members,
                             [&](const Hash& member) { return std::ranges::equal(member.bytes, device.bytes); });
}

// Of one from which nothing was ever heard: the founders have the first that lists them; whoever was let in later was
// handed what there was before the first that does.
std::optional<EpochId> handed_to(const Journal& journal, const DeviceId& device) {
  const EpochFact* first = nullptr;
  for (const EpochFact& fact : journal.facts().epochs)
    if (lists(fact, device) && (first == nullptr || fact.depth < first->depth)) first = &fact;
  if (first == nullptr || journal.membership().founded_by(device))
    return first ? std::optional(first->id) : std::nullopt;
  const EpochFact* before = nullptr;
  for (const EpochFact& fact : journal.facts().epochs) {
    const bool is_roots_alone = fact.depth == 0;
    if (!is_roots_alone && fact.depth < first->depth && (before == nullptr || fact.depth > before->depth))
      before = &fact;
  }
  return before != nullptr ? before->id : first->id;
}

// The current one, and where somebody may not have it yet the newest that they surely have. Whoever knows one of these
// sees how much is carried; nobody reads a word of it without the epoch that it was written under.
std::vector<EpochId> wrapped_under(const Journal& journal, const std::vector<DeviceId>& devices,
                                   const std::vector<HeldThere>& held) {
  std::vector<EpochId> epochs;
  const EpochFact* newest = journal.membership().newest();
  if (const auto current = journal.membership().current(); current || newest != nullptr)
    epochs.push_back(current ? *current : newest->id);
  std::map<std::uint32_t, std::set<EpochId>> older;
  for (std::size_t i = 0; i < devices.size(); ++i) {
    const auto known = held[i].epoch ? held[i].epoch : handed_to(journal, devices[i]);
    for (const EpochFact& fact : journal.facts().epochs)
      if (known == fact.id && fact.depth > 0) older[fact.depth].insert(fact.id);  // epoch zero is the roots' alone
  }
  for (const auto& [depth, ids] : older)
    for (const EpochId& id : ids)
      if (epochs.size() < kParcelEpochs && std::ranges::find(epochs, id) == epochs.end()) epochs.push_back(id);
  return epochs;
}

void add_chunks(Parcel& parcel, const Shelf& shelf, const Journal& journal) {
  std::vector<Line> lines;
  for (const store::FrontierEntry& entry : shelf.parts().log.frontier(journal.id())) {
    Wanted wanted;
    wanted.kinds = only(Kind::kEntry, Kind::kEdit);
    wanted.with_files = true;
    wanted.stretch = Stretch{entry.device, parcel.held[entry.device] + 1, entry.seq};
    journal.records().each_line(wanted, [&lines](const Line& line) { return lines.push_back(line), true; });
  }
  std::set<ChunkId> seen;
  for (const Line& line : lines) {
    const Noted noted = journal.records().read_record(line);
    const Entry* content = content_of(noted);
    if (content == nullptr) continue;
    for (const Attachment& attachment : content->attachments) {
      for (const ChunkId& chunk : attachment.chunks) {
        if (!seen.insert(chunk).second) continue;
        const bool is_here = shelf.parts().blobs != nullptr && shelf.parts().blobs->has(chunk);
        if (is_here) parcel.chunks.push_back(chunk);
        if (!is_here) ++parcel.chunks_missing;
      }
    }
  }
}

}  // namespace

// One that was left is no choice unless it is named, or the only one.
const Journal& meant_to_be_carried(const Shelf& shelf, const std::string& name) {
  std::vector<const Journal*> shared = living(shelf);
  std::erase_if(shared, [](const Journal* journal) { return !journal->shared(); });
  const Journal& journal = !name.empty()        ? shelf.find(name)
                           : shared.size() == 1 ? *shared.front()
                                                : to_be_left(shelf, {});
  if (journal.secrets().parted) throw Refusal(Reason::kParted, journal.secrets().name);
  return journal;
}

Parcel pack(const Shelf& shelf, const ParcelWish& wish) {
  return sound(shelf, [&] {
    const Journal& journal = meant_to_be_carried(shelf, wish.journal);
    const JournalSecrets& secrets = journal.secrets();
    Parcel parcel;
    parcel.journal = journal.id();
    parcel.name = secrets.name;
    parcel.other = secrets.other;
    parcel.genesis = secrets.genesis;
    const std::vector<DeviceId> devices = addressees(journal);
    std::vector<HeldThere> held;
    for (const DeviceId& device : devices) {
      parcel.devices.push_back(journal.membership().enrolled().at(device).name);
      held.push_back(held_there(shelf.parts().state, shelf.parts().log, journal, device));
    }
    if (!wish.everything) parcel.held = held_by_all(held);
    parcel.chains = journal.roster().chains();
    for (const EpochId& epoch : wrapped_under(journal, devices, held))
      if (const crypto::EpochSecret* secret = secrets.epoch(epoch)) parcel.epochs.push_back(secret->clone());
    if (wish.attachments) add_chunks(parcel, shelf, journal);
    return parcel;
  });
}

}  // namespace duolog::journal
