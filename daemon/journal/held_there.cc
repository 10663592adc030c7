// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/held_there.h"

#include "daemon/journal/ends.h"

namespace duolog::journal {
namespace {

constexpr std::uint64_t kLookedBack = 256;  // records of its own log, for one that says what it has seen

std::string mark_of(const JournalId& journal, const DeviceId& by) { return held_there_prefix(journal) + hex(by.bytes); }

// epoch, 32 zeros where none is known || entries of device || u64 seq
HeldThere decode(const std::optional<Bytes>& mark) {
  HeldThere held;
  if (!mark || mark->size() < EpochId::kLength) return held;
  const auto epoch = EpochId::from(ByteView(*mark).first(EpochId::kLength));
  if (epoch && *epoch != EpochId()) held.epoch = epoch;
  held.logs = read_ends(ByteView(*mark).subspan(EpochId::kLength));
  return held;
}

Bytes encode(const HeldThere& held) {
  Bytes mark = to_bytes(held.epoch.value_or(EpochId()).bytes);
  append_ends(mark, held.logs);
  return mark;
}

bool holds_all(const store::SealedLog& log, const JournalId& journal, const store::Frontier& frontier) {
  return std::ranges::all_of(log.frontier(journal), [&](const store::FrontierEntry& ours) {
    return std::ranges::any_of(frontier, [&](const store::FrontierEntry& theirs) {
      return theirs.device == ours.device && theirs.seq >= ours.seq;
    });
  });
}

std::uint32_t depth_of(const Journal& journal, const EpochId& epoch) {
  for (const EpochFact& fact : journal.facts().epochs)
    if (fact.id == epoch) return fact.depth;
  return 0;
}

// What it wrote last tells what it had by then, where no session has said anything since, and under which key.
void add_what_it_says(HeldThere& held, const store::SealedLog& log, const Journal& journal, const DeviceId& by) {
  const auto folded = journal.folded().find(by);
  const std::uint64_t last = folded != journal.folded().end() ? folded->second : 0;
  const std::uint64_t told = held.logs.contains(by) ? held.logs.at(by) : 0;
  for (std::uint64_t seq = last; seq > 0 && last - seq < kLookedBack; --seq) {
    const Noted noted = journal.noted_at(by, seq);
    if (!noted.written_ms) continue;
    for (const Seen& seen : noted.seen)
      if (seq > told) held.logs[seen.device] = std::max(held.logs[seen.device], seen.seq);
    const auto head = log.read_heads(journal.id(), by, seq, 1);
    const auto header = head.empty() ? std::nullopt : crypto::decode_header(head.front());
    if (header && (!held.epoch || depth_of(journal, *held.epoch) < depth_of(journal, header->epoch)))
      held.epoch = header->epoch;
    return;
  }
}

}  // namespace

std::string held_there_prefix(const JournalId& journal) { return "held/" + hex(journal.bytes) + "/"; }

void remember_held_there(store::LocalState& state, const store::SealedLog& log, const Journal& journal,
                         const DeviceId& by, const store::Frontier& frontier) {
  const auto before = state.get(mark_of(journal.id(), by));
  HeldThere held = decode(before);
  for (const store::FrontierEntry& entry : frontier) held.logs[entry.device] = entry.seq;
  // What it has written up to now says no more: a device that was restored holds less than it has said before.
  const auto own = log.head(journal.id(), by);
  held.logs[by] = std::max(held.logs[by], own ? own->seq : 0);
  // It has read every epoch that is current here, and is on the list of that one.
  if (holds_all(log, journal.id(), frontier) && journal.membership().current())
    held.epoch = journal.membership().current();
  const Bytes mark = encode(held);
  if (mark != before) state.put_soon(mark_of(journal.id(), by), mark);
}

HeldThere held_there(const store::LocalState& state, const store::SealedLog& log, const Journal& journal,
                     const DeviceId& by) {
  const auto mark = state.get(mark_of(journal.id(), by));
  HeldThere held = decode(mark);
  const DeviceId& self = journal.identity().keys().id();
  if (!mark) held.logs[self] = journal.receipts().up_to(by);  // what a session said last wins, also where it is less
  add_what_it_says(held, log, journal, by);
  const auto own = log.head(journal.id(), by);
  held.logs[by] = own ? own->seq : 0;
  return held;
}

}  // namespace duolog::journal
