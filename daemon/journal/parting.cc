// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/parting.h"

#include "daemon/journal/attachments.h"
#include "daemon/journal/journal.h"

namespace duolog::journal {
namespace {

constexpr Kinds kEntries = only(Kind::kEntry, Kind::kAnswer, Kind::kSealed, Kind::kLetter);

std::uint64_t count(const Journal& journal, const Wanted& wanted) {
  std::uint64_t lines = 0;
  journal.records().each_line(wanted, [&lines](const Line&) { return ++lines, true; });
  return lines;
}

// Of this device's log: up to where a device of the other is known to hold it.
std::uint64_t held_by_the_other(const Journal& journal) {
  std::uint64_t held = 0;
  for (const auto& [device, member] : journal.membership().enrolled())
    if (!journal.is_mine(device)) held = std::max(held, journal.receipts().up_to(device));
  return held;
}

std::uint64_t not_delivered(const Shelf& shelf, const Journal& journal) {
  const DeviceId& self = shelf.parts().identity.keys().id();
  const auto folded = journal.folded().find(self);
  if (folded == journal.folded().end()) return 0;
  Wanted wanted;
  wanted.kinds = kEntries;
  wanted.stretch = Stretch{self, held_by_the_other(journal) + 1, folded->second};
  return wanted.stretch->from <= folded->second ? count(journal, wanted) : 0;
}

}  // namespace

std::vector<const Journal*> living(const Shelf& shelf) {
  std::vector<const Journal*> all = shelf.journals();
  std::erase_if(all, [](const Journal* journal) { return journal->secrets().parted; });
  return all;
}

const Journal& to_be_left(const Shelf& shelf, const std::string& name) {
  if (!name.empty()) {
    const Journal& named = shelf.find(name);
    if (!named.shared()) throw Refusal(Reason::kNotItsKind, "part");
    return named;
  }
  std::vector<const Journal*> shared = shelf.journals();
  std::erase_if(shared, [](const Journal* journal) { return !journal->shared(); });
  if (shared.empty()) throw Refusal(Reason::kNoJournalYet);
  if (shared.size() == 1) return *shared.front();
  std::vector<std::string> names;
  for (const Journal* journal : shared) names.push_back(journal->secrets().name);
  throw Refusal::among(Reason::kAmbiguous, {}, std::move(names));
}

Leaving look_at_leaving(const Shelf& shelf, const Journal& journal) {
  return sound(shelf, [&] {
    const JournalSecrets& secrets = journal.secrets();
    Leaving leaving{secrets.name, secrets.other, secrets.parted};
    leaving.entries = journal.counts().entries;
    Wanted mine;
    mine.kinds = kEntries;
    mine.mine = true;
    leaving.entries_of_mine = count(journal, mine);
    for (const MeantFile& file : list_attachments(shelf, {{}, secrets.name}))
      if (journal.attached().held(file.attachment) < file.attachment.size) ++leaving.attachments_lacking;
    leaving.not_delivered = not_delivered(shelf, journal);
    for (const DeviceRow& device : shelf.devices())
      if (device.live && !device.self) ++leaving.other_devices;
    return leaving;
  });
}

bool holds_all_of_ours(const Shelf& shelf, const JournalId& id) {
  const Journal* journal = nullptr;
  for (const Journal* one : shelf.journals())
    if (one->id() == id) journal = one;
  const auto head = shelf.parts().log.head(id, shelf.parts().identity.keys().id());
  return journal != nullptr && head && held_by_the_other(*journal) >= head->seq;
}

}  // namespace duolog::journal
