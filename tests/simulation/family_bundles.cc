// family_bundles.cc: what is carried by hand, in a family: bundles lie about, and anybody takes any of them in, in any
// order, twice, cut off, and also where they were not meant for. Nothing is waited for; sessions go on meanwhile.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/carrying.h"
#include "tests/simulation/family.h"

namespace duolog::simulation {
namespace {

constexpr std::size_t kLieAbout = 8;
constexpr std::size_t kPiece = 4096;

// All of the file; empty where nobody lacks anything.
Bytes bundle_of(Household& house, const journal::ParcelWish& wish) {
  const auto writer = duolog::write_bundle(house, journal::pack(house.shelf(), wish));
  using Stage = sync::BundleWriter::Stage;
  while (writer->stage() == Stage::kCounting) writer->work();
  Bytes file;
  while (writer->records() > 0 && writer->stage() == Stage::kWriting) append(file, writer->next());
  return file;
}

// As the daemon does it, between two folds.
void take_in(Household& house, ByteView file, sync::BundleReader& reader) {
  using Step = sync::BundleReader::Step;
  for (Step step = reader.work(); step != Step::kOver; step = reader.work()) {
    if (step == Step::kWaits) house.fold();
    if (step != Step::kHungry) continue;
    if (file.empty()) {
      reader.end();
    } else {
      reader.feed(file.first(std::min(file.size(), kPiece)));
      file = file.subspan(std::min(file.size(), kPiece));
    }
  }
}

}  // namespace

void Family::write_bundle(Member& member) {
  if (!member.node->awake()) return;
  const bool is_note = world_.roll(3) == 0;
  const journal::ParcelWish wish{is_note ? "notebook" : "", world_.roll(4) == 0, false};
  Bytes file;
  if (!as_told(member, [&](Household& house) { file = bundle_of(house, wish); }) || file.empty()) return;
  world_.story(member.node->name() + " writes a bundle of " + std::to_string(file.size()) + " bytes");
  ++tally_.bundled;
  if (bundles_.size() == kLieAbout) bundles_.erase(bundles_.begin());
  bundles_.push_back(std::move(file));
}

void Family::take_bundle_in(Member& member) {
  if (bundles_.empty() || !member.node->awake()) return;
  const Bytes& file = bundles_[world_.roll(bundles_.size())];
  const bool is_whole = world_.roll(4) != 0;
  const std::size_t size = is_whole ? file.size() : world_.roll(file.size());
  world_.story(member.node->name() + " takes " + std::to_string(size) + " bytes of a bundle in");
  using Verdict = sync::BundleReader::Verdict;
  Verdict verdict = Verdict::kNone;
  as_told(member, [&](Household& house) {
    const auto reader = read_bundle(house);
    take_in(house, ByteView(file).first(size), *reader);
    verdict = reader->verdict();
    tally_.brought += reader->tally().records;
  });
  const bool is_so = verdict == Verdict::kNone || verdict == Verdict::kOthers ||
                     (!is_whole && (verdict == Verdict::kBroken || verdict == Verdict::kNoBundle));
  expect(is_so,
         member.node->name() + ": a bundle of its own people is called " + std::to_string(static_cast<int>(verdict)));
}

}  // namespace duolog::simulation
