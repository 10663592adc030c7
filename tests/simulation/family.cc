// family.cc: the history's course. What they do: family_acts.cc; what must be true: family_truths.cc.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/simulation/family.h"

#include <algorithm>

#include "tests/simulation/troubles.h"

namespace duolog::simulation {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr milliseconds kUsually = minutes(20);  // of virtual time, for coming together
// Two who have each gone on under epochs of their own try one of them in every second round, and rounds are up to seven
// and a half minutes apart.
constexpr milliseconds kPatience = minutes(90);
constexpr std::size_t kEnough = 8;  // sentences about one story

}  // namespace

// Devices come in every story, mostly a few, and mostly go; each other kind of trouble is absent from half of them.
Options Family::options_of(std::uint64_t seed) {
  std::mt19937_64 dice(seed ^ 0xfa3117e5ULL);
  const auto weight = [&dice]() -> std::uint64_t { return dice() % 2 == 0 ? 0 : 1 + dice() % 2; };
  Options options;
  options.seed = seed;
  options.steps = 14 + dice() % 22;
  options.devices = dice() % 16 == 0 ? 8 : 1 + dice() % 3;  // at most so many a person
  for (std::uint64_t* one : {&options.partitions, &options.cuts, &options.crashes, &options.sleeps, &options.bundles})
    *one = weight();
  options.removals = dice() % 4 == 0 ? 0 : 2 + dice() % 2;
  options.rotations = dice() % 4 == 0 ? 1 : 0;
  options.disks = dice() % 4 == 0 ? 1 : 0;
  options.losses = dice() % 4 == 0 ? 1 : 0;
  options.backups = dice() % 5 == 0 ? 1 : 0;
  options.clones = dice() % 5 == 0 ? 1 : 0;
  options.clocks = dice() % 8 == 0 ? 1 : 0;
  options.darkness = dice() % 6 == 0 ? 1 : 0;
  return options;
}

Family::Family(const Options& options)
    : options_(options), world_(options.seed, World::Begin::kPaired), copies_(world_.copies()) {
  world_.in_one_lan();
  const auto add = [this](const char* kind, std::uint64_t weight) { kinds_.insert(kinds_.end(), weight, kind); };
  add("removals", options.removals);
  add("rotations", options.rotations);
  add("partitions", 2 * options.partitions);
  add("losses", options.losses);
  add("backups", 2 * options.backups);
  add("clones", options.clones);
  add("bundles", 3 * options.bundles);
  add("cuts", options.cuts);
  add("darkness", options.darkness);
  add("crashes", options.crashes);
  add("disks", options.disks);
  add("clocks", options.clocks);
  add("sleeps", options.sleeps);
  begin_weather(world_, options.cuts);
  slow_down(world_);
  for (Node* node : world_.both()) {
    Member& member = members_.emplace_back();
    member.node = node;
    member.person = node == &world_.ada() ? 0 : 1;
    watch(member);
  }
  shared_ = *world_.ada().shared_id();
}

void Family::tell() {
  try {
    live();
    if (wrong_.empty()) come_together();
  } catch (const std::exception& error) {
    wrong_.emplace_back(std::string("stopped by an exception: ") + error.what());
  }
}

void Family::live() {
  for (std::uint64_t step = 0; step < options_.steps && wrong_.empty(); ++step) {
    act();
    world_.settle();
    look();
  }
}

void Family::come_together() {
  heal(world_, [this](Node& node) {
    for (Member& member : members_) {
      if (member.node != &node || member.lost) continue;
      start(member);
      expect(node.up(), node.name() + " does not start on a sound disk");
    }
  });
  if (!wrong_.empty()) return;
  copies_meet_the_others();
  milliseconds next_look{0};  // everybody's words are read each time
  const auto agreed = [this, &next_look] {
    if (world_.elapsed() < next_look) return false;
    next_look = world_.elapsed() + seconds(1);
    return all_agree();
  };
  const auto in_time = [&](const char* what) {
    if (world_.run_until(agreed, kUsually)) return true;
    ++tally_.slow;
    if (world_.run_until(agreed, kPatience - kUsually)) return true;
    expect(false, std::string(what) + " " + std::to_string(kPatience.count() / 60'000) +
                      " minutes without a fault: " + what_differs());
    return false;
  };
  if (!in_time("they do not agree after")) return;
  look();
  for (int round = 0; round < 3 && (round == 0 || !there_are_epochs());
       ++round) {  // a copy's fork shows when it writes
    for (Member* member : who_agree()) {
      write(*member, false);
      write(*member, true);
    }
    copies_meet_the_others();
    if (!in_time("having written once more they do not agree after")) return;
    look();
  }
  all_words_are_everywhere();
  they_fall_silent();
  removed_ones_read_nothing_new();
}

// Of two machines that go on from one disk each is a while without the other: else they drive each other away, and what
// each has written is compared only by chance.
void Family::copies_meet_the_others() {
  for (Member& member : members_) {
    if (member.lost || !has_twin(member) || !member.node->up()) continue;
    member.node->stop();
    world_.run(minutes(20));
    start(member);
  }
}

void Family::expect(bool holds, const std::string& otherwise) {
  if (!holds && wrong_.size() < kEnough) wrong_.push_back(otherwise);
}

}  // namespace duolog::simulation
