// post_in.cc: what others have put there.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/door.h"
#include "daemon/post_state.h"

namespace duolog {
namespace {

constexpr std::size_t kPiece = 256 << 10;
constexpr auto kForAFold = std::chrono::milliseconds(10);
constexpr std::size_t kLookedAtAgain =
    64;  // of each kind; the oldest are given up: they come with a later one, or a meeting

void add(std::set<std::uint64_t>& cursors, std::uint64_t cursor) {
  cursors.insert(cursor);
  if (cursors.size() > kLookedAtAgain) cursors.erase(cursors.begin());
}

}  // namespace

// So far back that it shows which of our own still lie there, and what is looked at again.
std::uint64_t Post::Box::look_after() const {
  std::uint64_t after = read;
  const auto at_least = [&](std::uint64_t cursor) { after = std::min(after, cursor - 1); };
  for (const auto& [journal, all] : own)
    for (const Carried& one : all.bundles) at_least(one.cursor);
  if (!gaps.empty()) at_least(*gaps.begin());
  if (!unopened.empty()) at_least(*unopened.begin());
  return after;
}

void Post::Box::listed(const mailbox::Listing& listing, const std::vector<mailbox::Lying>& all) {
  looked_ms = now();
  crowded = false;
  last = listing;
  last.bundles.clear();
  ahead_ms = listing.time_ms - now();
  to_fetch.clear();
  to_bring.clear();
  if (listing.box != box) {
    const bool was_another = box != ByteArray<mailbox::kBoxLength>();
    box = listing.box;
    read = 0;
    gaps.clear();
    unopened.clear();
    own.clear();
    for (const JournalId& journal : journals) say_what_lies_there(journal);
    anew = was_another && asked_after > 0;
    if (anew) return;
  }
  std::set<BundleId> there;
  for (const mailbox::Lying& one : all) there.insert(one.id);
  const std::uint64_t seen_up_to = listing.more && !all.empty() ? all.back().cursor : UINT64_MAX;
  std::set<BundleId> ours;
  for (auto& [journal, carried] : own) {
    std::erase_if(carried.bundles,
                  [&](const Carried& one) { return one.cursor <= seen_up_to && !there.contains(one.id); });
    for (const Carried& one : carried.bundles) ours.insert(one.id);
    say_what_lies_there(journal);
  }
  // Something may have come, or been told, by which an old one is of use now.
  std::size_t keys = 0, records = 0;
  for (const journal::JournalSecrets& journal : parts.house.identity().journals()) keys += journal.epochs.size();
  for (const JournalId& journal : parts.house.log().journals())
    for (const store::FrontierEntry& entry : parts.house.log().frontier(journal))
      if (entry.device != parts.house.identity().keys().id()) records += entry.seq;
  const bool new_keys = std::exchange(known_keys, keys) != keys;
  const bool new_records = std::exchange(known_records, records) != records;
  for (const mailbox::Lying& one : all) {
    const bool old =
        (gaps.contains(one.cursor) && (new_records || new_keys)) || (unopened.contains(one.cursor) && new_keys);
    if ((one.cursor > read || old) && !ours.contains(one.id)) to_fetch.push_back(one);
    if (one.cursor > read && ours.contains(one.id) && to_fetch.empty()) read = one.cursor;
  }
  to_bring.assign(journals.begin(), journals.end());
}

std::optional<mailbox::Lying> Post::Box::wanted() {
  if (!trouble.empty() || to_fetch.empty()) return std::nullopt;
  const mailbox::Lying one = to_fetch.front();
  to_fetch.pop_front();
  return one;
}

void Post::Box::came(const mailbox::Lying& which, std::optional<Bytes> bundle) {
  if (!bundle) return dealt_with(which.cursor);
  reading.emplace(Reading{which, std::move(*bundle), read_bundle(parts.house)});
  soon();
}

void Post::Box::dealt_with(std::uint64_t cursor) {
  gaps.erase(cursor);
  unopened.erase(cursor);
  read = std::max(read, cursor);
  reading.reset();
}

void Post::Box::soon() {
  if (stopped || std::exchange(turning, true)) return;
  later(turn, std::chrono::milliseconds(0), &Box::step);
}

// What our own disk does not take is not dealt with, and ends the visit. What belongs to a journal that was left is
// nothing to us.
void Post::Box::step() {
  turning = false;
  if (!reading) return;
  guarded([this] {
    try {
      read_on();
    } catch (const journal::Refusal&) {
      dealt_with(reading->which.cursor);
    }
  });
  if (trouble == "disk") reading.reset();
  if (!reading && call) call->moved();
}

void Post::Box::read_on() {
  using Step = sync::BundleReader::Step;
  switch (reading->reader->work()) {
    case Step::kMore:
      return soon();
    case Step::kWaits:
      turning = true;
      return later(turn, kForAFold, &Box::step);
    case Step::kHungry: {
      const ByteView rest = ByteView(reading->bundle).subspan(reading->at);
      const ByteView piece = rest.first(std::min(rest.size(), kPiece));
      reading->at += piece.size();
      if (piece.empty()) reading->reader->end();
      if (!piece.empty()) reading->reader->feed(piece);
      return soon();
    }
    case Step::kOver:
      return done_reading();
  }
}

void Post::Box::done_reading() {
  using Is = sync::BundleReader::Verdict;
  const auto& tally = reading->reader->tally();
  const Is verdict = reading->reader->verdict();
  const std::uint64_t cursor = reading->which.cursor;
  if (verdict == Is::kUntrue || verdict == Is::kNewer)
    parts.note(verdict == Is::kNewer ? "mailbox: a bundle of a newer version"
                                     : "mailbox: a bundle that says what cannot be");
  if (tally.records + tally.bodies + tally.chunks > 0) {
    read_ms = now();
    // What went before may have come out of its order.
    if (!gaps.empty() && *gaps.begin() < cursor) again_soon = true;
  }
  if (verdict == Is::kNone && tally.gaps.empty() && reading->reader->journal())
    journal::Door(parts.house.shelf()).was_read_whole(*reading->reader->journal());
  const bool leads_on = !tally.gaps.empty() || tally.unnamed > 0;
  const bool sealed = verdict == Is::kOthers || tally.cut_off > 0;
  dealt_with(cursor);
  if (leads_on) add(gaps, cursor);
  if (sealed) add(unopened, cursor);
}

}  // namespace duolog
