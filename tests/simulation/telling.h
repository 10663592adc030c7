// telling.h: what the tests of random histories share: how many seeds, what a failing one prints, and the file that
// keeps it.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <gmock/gmock.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "tests/simulation/couple.h"
#include "tests/simulation/story.h"

namespace duolog::simulation {

inline constexpr std::uint64_t kSeeds = 2'000;
inline constexpr std::uint64_t kExchanges = 800;  // by day: an exchange costs as much as a story
inline constexpr std::uint64_t kNightlySeeds = 200'000;
inline constexpr std::uint64_t kShards = 8;

inline std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}
// DUOLOG_SEEDS (how many in all) and DUOLOG_FIRST_SEED choose.
inline std::uint64_t first_seed() { return from_environment("DUOLOG_FIRST_SEED", 1); }
inline std::uint64_t seeds(std::uint64_t by_day = kSeeds) {
  return from_environment("DUOLOG_SEEDS", at_night() ? kNightlySeeds : by_day);
}

inline std::string program() { return std::filesystem::read_symlink("/proc/self/exe").string(); }

inline std::string output_of(const std::string& command) {
  FILE* told = ::popen(command.c_str(), "r");
  std::string text;
  for (int letter = std::fgetc(told); letter != EOF; letter = std::fgetc(told)) text += static_cast<char>(letter);
  EXPECT_EQ(::pclose(told), 0);
  return text;
}

// `kind`: "seed" for a Story, "exchange" for an Exchange, "family" for a Family. Kept beside the build, to be put into
// the tree.
inline std::filesystem::path keep(const std::string& kind, const Options& options,
                                  const std::vector<std::string>& wrong) {
  const std::filesystem::path folder = std::filesystem::path(program()).parent_path() / "seeds";
  std::filesystem::create_directories(folder);
  const auto file = folder / (kind + "-" + std::to_string(options.seed));
  std::ofstream out(file);
  for (const std::string& sentence : wrong) out << "# " << sentence.substr(0, sentence.find('\n')) << "\n";
  out << options.text() << "\n";
  return file;
}

inline std::string told(const std::string& kind, const Options& options, const std::vector<std::string>& wrong) {
  std::string text = options.text() + "\nat " + output_of("git -C " DUOLOG_SOURCE_DIR " rev-parse HEAD || true");
  for (const std::string& sentence : wrong) text += "  " + sentence + "\n";
  const std::string verb = kind == "seed" ? " --story '" : " --" + kind + "-story '";
  return text + "again: " + program() + verb + options.text() + "'\n";
}

// Every kept file of a kind is told again. Returns how many there were.
template <class Told>
int tell_kept(const std::string& kind) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(DUOLOG_SOURCE_DIR "/tests/seeds")) {
    if (entry.path().filename().string().rfind(kind + "-", 0) != 0) continue;
    ++files;
    std::ifstream in(entry.path());
    const Options options = Options::read({std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()});
    Told story(options);
    story.tell();
    EXPECT_THAT(story.wrong(), ::testing::IsEmpty()) << entry.path() << "\n" << told(kind, options, story.wrong());
  }
  return files;
}

}  // namespace duolog::simulation
