// main.cc: the tests of GoogleTest, or one story for a person:
//
//   test_simulation --seed N          tells the story of a seed, line by line; exit 1 when something was wrong
//   test_simulation --story OPTIONS   the same for options as a failing test prints them
//   test_simulation --file FILE       the same for a kept file
//   test_simulation --trace N         only its trace hash, to be compared between processes
// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <iterator>

#include "tests/simulation/story.h"

namespace {

using duolog::simulation::Options;
using duolog::simulation::Story;

int tell(const Options& options) {
  std::printf("%s\n", options.text().c_str());
  Story story(options);
  story.world().tell_aloud();
  story.tell();
  for (const std::string& sentence : story.wrong()) std::printf("WRONG: %s\n", sentence.c_str());
  return story.wrong().empty() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string verb = argc == 3 ? argv[1] : "";
  if (verb == "--seed") return tell(Options::of_seed(std::stoull(argv[2])));
  if (verb == "--story") return tell(Options::read(argv[2]));
  if (verb == "--file") {
    std::ifstream in(argv[2]);
    return tell(Options::read({std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()}));
  }
  if (verb == "--trace") {
    Story story(Options::of_seed(std::stoull(argv[2])));
    story.tell();
    std::printf("%llu\n", static_cast<unsigned long long>(story.world().trace_hash()));
    return 0;
  }
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
