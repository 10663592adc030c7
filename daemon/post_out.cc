// post_out.cc: what others lack is put there, unless it lies there already: in as many bundles as it takes.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/hash.h"
#include "daemon/journal/journal.h"
#include "daemon/post_state.h"

namespace duolog {
namespace {

constexpr std::uint64_t kInside = std::uint64_t{6} << 20;  // chains, proofs and padding find room beside it
constexpr std::size_t kChunksALong = 256;                  // 64 MiB of attachments a visit
constexpr std::uint64_t kShare = 4;                        // of the mailbox's quota at most the fourth part, …
constexpr std::uint64_t kLeast = std::uint64_t{8} << 20;   // … and so much in any case, …
constexpr std::uint64_t kMost = std::uint64_t{256} << 20;  // … and no more, whatever it says of itself
constexpr std::size_t kBundlesAVisit = 64;
constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kKeepsDays = 90;  // where it was not asked yet

// Of which forks there is a proof.
Hash forks_of(const store::SealedLog& log, const JournalId& journal) {
  Bytes all;
  for (const store::ForkProof& proof : log.forks(journal)) append(all, proof.device.bytes);
  return all.empty() ? Hash() : crypto::hash<Hash>("local.forks", {all});
}

}  // namespace

struct Post::Box::Plan {
  journal::Parcel parcel;  // `held`: what they hold, or what lies there
  Hash forks;
  std::vector<EpochId> epochs = {};  // that it is to be sealed under
};

// nullopt: nothing that they lack and that does not lie there.
std::optional<Post::Box::Plan> Post::Box::plan(const JournalId& journal) {
  Household& house = parts.house;
  const journal::Journal* there = house.shelf().by_id(journal);
  if (there == nullptr || there->held()) return std::nullopt;  // a restored one is as old as its backup
  Plan plan{journal::pack(house.shelf(), {hex(journal.bytes), false, true}), forks_of(house.log(), journal)};
  journal::Parcel& parcel = plan.parcel;
  CarriedAll& mine = own[journal];
  const bool nobody = parcel.devices.empty() || parcel.epochs.empty();
  const auto before = mine.bundles.size();
  std::erase_if(mine.bundles, [&](const Carried& one) {
    return one.cursor <= read && (nobody || is_over(one, parcel.held, parcel.chunks));
  });
  if (mine.bundles.size() != before) say_what_lies_there(journal);
  if (nobody) return mine.later.clear(), std::nullopt;
  std::set<ChunkId> seen;
  for (const Carried& one : mine.bundles) seen.insert(one.chunks.begin(), one.chunks.end());
  const store::Blobs& blobs = house.attachments().blobs();
  mine.later.insert(mine.later.end(), parcel.chunks.begin(), parcel.chunks.end());
  std::erase_if(mine.later, [&](const ChunkId& chunk) { return !seen.insert(chunk).second || !blobs.has(chunk); });
  parcel.chunks = mine.later;
  if (parcel.chunks.size() > kChunksALong) parcel.chunks.resize(kChunksALong);
  std::vector<EpochId> epochs;
  for (const crypto::EpochSecret& epoch : parcel.epochs) epochs.push_back(crypto::epoch_id(journal, epoch));
  parcel.held = covered(std::move(parcel.held), mine.bundles, epochs);
  plan.epochs = std::move(epochs);
  const bool records = std::ranges::any_of(house.log().frontier(journal), [&](const store::FrontierEntry& entry) {
    return entry.seq > parcel.held[entry.device];
  });
  if (!records && parcel.chunks.empty() && plan.forks == mine.forks) return std::nullopt;
  return plan;
}

void Post::Box::gathered() {
  gathering = false;
  if (call || failures > 0) return;
  const bool something = guarded([this] {
    return std::ranges::any_of(journals, [this](const JournalId& journal) { return plan(journal).has_value(); });
  });
  if (something) visit();
}

std::optional<Bytes> Post::Box::to_put() {
  while (trouble.empty() && !to_bring.empty() && brought < kBundlesAVisit) {
    try {
      if (auto bundle = make(to_bring.front())) return ++brought, std::move(bundle);
    } catch (const journal::Refusal&) {  // NOLINT(bugprone-empty-catch): a journal that was left
    }
    to_bring.pop_front();
  }
  if (!to_bring.empty()) again_soon = true;
  return std::nullopt;
}

// Something may be taken back while it is made; then it is made at the next visit.
std::optional<Bytes> Post::Box::make(const JournalId& journal) {
  using Stage = sync::BundleWriter::Stage;
  auto planned = plan(journal);
  if (!planned) return std::nullopt;
  const Hash forks = planned->forks;
  const Ends before = planned->parcel.held;
  std::vector<EpochId> epochs = std::move(planned->epochs);
  const auto writer = write_bundle(parts.house, std::move(planned->parcel), kInside);
  while (writer->stage() == Stage::kCounting) writer->work();
  const bool something = writer->records() + writer->chunks() > 0 || forks != own[journal].forks;
  if (!something) return std::nullopt;
  if (writer->bytes() > mailbox::kBundleLimit) {
    trouble = "too long";
    return std::nullopt;
  }
  std::uint64_t lies = writer->bytes();
  for (const auto& [other, all] : own) lies += bytes_of(all);
  crowded = lies > std::clamp(last.quota / kShare, kLeast, kMost);
  if (crowded) return std::nullopt;
  Bytes bundle;
  bundle.reserve(writer->bytes());
  while (writer->stage() == Stage::kWriting) append(bundle, writer->next());
  if (writer->stage() != Stage::kDone) return again_soon = true, std::nullopt;
  Carried carried;
  for (const auto& [device, end] : writer->up_to()) {
    const auto from = before.find(device);
    carried.runs[device] = {from != before.end() ? from->second : 0, end};
  }
  carried.chunks = writer->carried_chunks();
  carried.bytes = bundle.size();
  carried.epochs = std::move(epochs);
  carried.id = crypto::bundle_id(bundle);
  putting.emplace(Put{journal, std::move(carried), forks});
  return bundle;
}

void Post::Box::kept(std::uint64_t cursor) {
  if (!putting) return;
  put_ms = now();
  CarriedAll& mine = own[putting->journal];
  mine.forks = putting->forks;
  putting->carried.cursor = cursor;
  putting->carried.at_ms = put_ms;
  std::erase_if(mine.later, [&](const ChunkId& chunk) {
    return std::ranges::find(putting->carried.chunks, chunk) != putting->carried.chunks.end();
  });
  mine.bundles.push_back(std::move(putting->carried));
  std::ranges::sort(mine.bundles, {}, &Carried::cursor);
  say_what_lies_there(putting->journal);
  putting.reset();
  remember();
}

void Post::Box::refused(mailbox::Why why) {
  putting.reset();
  trouble = why == mailbox::Why::kFull ? "full" : why == mailbox::Why::kTooLong ? "too long" : "untrue";
  trouble_at = link.addresses.front();
}

// For the delivery lines.
void Post::Box::say_what_lies_there(const JournalId& journal) {
  journal::Journal* there = parts.house.shelf().by_id(journal);
  if (there == nullptr) return;
  std::vector<journal::Receipts::Lying> lying;
  const auto mine = own.find(journal);
  if (mine != own.end()) {
    const std::int64_t keeps_ms = kDayMs * (last.keeps_days > 0 ? last.keeps_days : kKeepsDays);
    for (const Carried& one : mine->second.bundles) {
      if (one.at_ms + keeps_ms < now()) continue;  // gone by now, whether we could look or not
      const auto run = one.runs.find(parts.house.identity().keys().id());
      if (run != one.runs.end()) lying.push_back({run->second.after, run->second.up_to, one.at_ms});
    }
  }
  there->lies(journal::Receipts::Way::kMailbox, std::move(lying));
}

}  // namespace duolog
