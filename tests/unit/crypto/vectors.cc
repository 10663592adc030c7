// vectors.cc: see the header.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "vectors.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

namespace duolog::crypto::testing {
namespace {

using nlohmann::json;

std::filesystem::path project() { return DUOLOG_SOURCE_DIR; }

std::filesystem::path shared() {
  const char* place = std::getenv("DUOLOG_SHARED");
  return (place != nullptr ? std::filesystem::path(place) : project().parent_path() / "shared") / "vectors";
}

json read(const std::filesystem::path& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("no vectors at " + path.string());
  return json::parse(file);
}

// The first thing that runs, before any test's own constants.
class Sodium : public ::testing::Environment {
  void SetUp() override { initialise(); }
};
const auto* const kSodium = ::testing::AddGlobalTestEnvironment(new Sodium);

}  // namespace

Bytes unhex(const std::string& text) { return from_hex(text).value(); }

std::string kat_text(const std::string& pointer) {
  static const json kAnswers = read(project() / "tests" / "vectors" / "kat.json");
  const json& value = kAnswers.at(json::json_pointer(pointer));
  return value.is_string() ? value.get<std::string>() : value.dump();
}

Bytes kat(const std::string& pointer) { return unhex(kat_text(pointer)); }

Bytes salamander(const std::string& name) {
  static const json kSalamander = read(project() / "tests" / "vectors" / "salamander.json");
  return unhex(kSalamander.at(name));
}

bool shared_vectors_are_here() { return std::filesystem::is_directory(shared()); }
json shared_vectors(const std::string& path) { return read(shared() / path); }

}  // namespace duolog::crypto::testing
