// main.cc: the tests of GoogleTest, or one story for a person:
//
//   test_simulation --seed N          tells the story of a seed, line by line; exit 1 when something was wrong
//   test_simulation --story OPTIONS   the same for options as a failing test prints them
//   test_simulation --file FILE       the same for a kept file
//   test_simulation --trace N         only its trace hash, to be compared between processes
//
// and the same with --exchange, --exchange-story, --exchange-file, --exchange-trace for what exchange.h tells, and with
// --family, --family-story, --family-file, --family-trace for what family.h tells.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <iterator>

#include "tests/simulation/exchange.h"
#include "tests/simulation/family.h"

namespace {

using duolog::simulation::Exchange;
using duolog::simulation::Family;
using duolog::simulation::Options;
using duolog::simulation::Story;

template <class Told>
int tell(const Options& options) {
  std::printf("%s\n", options.text().c_str());
  Told story(options);
  story.world().tell_aloud();
  story.tell();
  const auto& tally = story.world().network().tally();
  std::printf("%lld virtual minutes, %llu dials, %llu connections, %llu messages, %llu bytes\n",
              static_cast<long long>(story.world().elapsed().count() / 60'000),
              static_cast<unsigned long long>(tally.dials), static_cast<unsigned long long>(tally.connections),
              static_cast<unsigned long long>(tally.messages), static_cast<unsigned long long>(tally.bytes));
  for (const std::string& sentence : story.wrong()) std::printf("WRONG: %s\n", sentence.c_str());
  return story.wrong().empty() ? 0 : 1;
}

template <class Told>
int trace(const Options& options) {
  Told story(options);
  story.tell();
  std::printf("%llu\n", static_cast<unsigned long long>(story.world().trace_hash()));
  return 0;
}

Options in_file(const char* name) {
  std::ifstream in(name);
  return Options::read({std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()});
}

}  // namespace

int main(int argc, char** argv) {
  const std::string verb = argc == 3 ? argv[1] : "";
  if (verb == "--seed") return tell<Story>(Options::of_seed(std::stoull(argv[2])));
  if (verb == "--story") return tell<Story>(Options::read(argv[2]));
  if (verb == "--file") return tell<Story>(in_file(argv[2]));
  if (verb == "--trace") return trace<Story>(Options::of_seed(std::stoull(argv[2])));
  if (verb == "--exchange") return tell<Exchange>(Exchange::options_of(std::stoull(argv[2])));
  if (verb == "--exchange-story") return tell<Exchange>(Options::read(argv[2]));
  if (verb == "--exchange-file") return tell<Exchange>(in_file(argv[2]));
  if (verb == "--exchange-trace") return trace<Exchange>(Exchange::options_of(std::stoull(argv[2])));
  if (verb == "--family") return tell<Family>(Family::options_of(std::stoull(argv[2])));
  if (verb == "--family-story") return tell<Family>(Options::read(argv[2]));
  if (verb == "--family-file") return tell<Family>(in_file(argv[2]));
  if (verb == "--family-trace") return trace<Family>(Family::options_of(std::stoull(argv[2])));
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
