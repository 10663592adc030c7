// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/sibling.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "client/words.h"

namespace duolog::client {

// The build says how the installed folders lie to each other, so that a whole installation may be moved.
std::vector<std::string> places_of(const std::string& program) {
  std::error_code trouble;
  const auto here = std::filesystem::read_symlink("/proc/self/exe", trouble).parent_path();
  if (trouble) return {};
  const auto inner = (here / DUOLOG_BIN_TO_LIBEXEC).lexically_normal();
  const auto outer = (here / DUOLOG_LIBEXEC_TO_BIN).lexically_normal();
  const bool within = (outer / DUOLOG_BIN_TO_LIBEXEC).lexically_normal() == here;  // this is an inner program itself
  return {here / program, (within ? outer : inner) / program};
}

void go_on_as(const std::string& program, char* const* argv) {
  int why = ENOENT;
  for (const auto& place : places_of(program)) {
    ::execv(place.c_str(), argv);
    if (errno != ENOENT) why = errno;
  }
  throw program_not_run(program, std::strerror(why));
}

}  // namespace duolog::client
