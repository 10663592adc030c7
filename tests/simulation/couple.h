// couple.h: two people who were paired, and the verbs of a test: they write, lose each other, meet again.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <gmock/gmock.h>

#include <cstdlib>
#include <set>

#include "daemon/journal/journal.h"
#include "tests/simulation/world.h"

namespace duolog::simulation {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

// One thread has no races: under ThreadSanitizer the quick sizes are enough.
#if defined(__SANITIZE_THREAD__)
inline constexpr bool kForRaces = true;
#elif defined(__has_feature)
inline constexpr bool kForRaces = __has_feature(thread_sanitizer);
#else
inline constexpr bool kForRaces = false;
#endif

inline bool at_night() {
  if (kForRaces) return false;
  const char* tier = std::getenv("DUOLOG_TIER");
  return tier != nullptr && std::string(tier) == "nightly";
}

// The longest time in which two come together that nothing keeps apart: five minutes and a half between two attempts,
// and as much again where the first meets somebody who is just being started.
inline constexpr milliseconds kComeTogether = minutes(16);

struct Couple {
  explicit Couple(std::uint64_t seed = 1) : world(seed, World::Begin::kPaired) {}

  void part() {
    world.network().weather.refuses = true;
    world.network().break_all();
    world.run(seconds(1));
  }
  void meet() { world.network().weather.refuses = false; }
  bool come_together(milliseconds patience = kComeTogether) {
    return world.run_until([this] { return world.in_step() && texts(ada()) == texts(bo()); }, patience);
  }
  std::string write(Node& node) {
    const std::string text = node.name() + " writes " + std::to_string(++written);
    const Node::Said said = node.write(text, false, crypto::random_bytes(16));
    if (said.outcome == Node::Outcome::kSaved) saved.push_back(text);
    return text;
  }
  static std::vector<std::string> texts(Node& node) {
    std::vector<std::string> all;
    for (const auto& line : node.entries()) all.push_back(line.text);
    return all;
  }
  // All that was saved is there, once; and beside it nothing but what may be.
  void expect_all_saved(Node& node, std::size_t perhaps = 0) {
    const auto all = texts(node);
    const std::set<std::string> here(all.begin(), all.end());
    for (const std::string& text : saved) EXPECT_TRUE(here.contains(text)) << node.name() << " has lost: " << text;
    EXPECT_LE(all.size(), saved.size() + perhaps) << node.name();
    EXPECT_EQ(here.size(), all.size()) << node.name() << " has one twice";
  }
  // What `writer` believes the other to hold, the other holds.
  void expect_receipts_are_true(Node& writer) {
    Node& reader = world.other(writer);
    const JournalId journal = *writer.shared_id();
    const auto receipted = writer.household().shelf().by_id(journal)->receipts().up_to(reader.device());
    const auto held = reader.household().log().head(journal, writer.device());
    EXPECT_GE(held ? held->seq : 0, receipted) << reader.name() << " receipted what it has lost";
  }

  Node& ada() { return world.ada(); }
  Node& bo() { return world.bo(); }
  const Network::Tally& carried() { return world.network().tally(); }

  World world;
  std::vector<std::string> saved;
  int written = 0;
};

}  // namespace duolog::simulation
