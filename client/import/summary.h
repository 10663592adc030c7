// summary.h: what an import says of itself: what was found, what of it cannot be kept, what became of it.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "client/import/found.h"
#include "client/import/taking_in.h"

namespace duolog::client {

// What is there, as far as it was understood.
struct Overview {
  std::size_t entries = 0, others = 0, media = 0;
  std::uint64_t media_bytes = 0;
  std::int64_t first_ms = std::numeric_limits<std::int64_t>::max();
  std::int64_t last_ms = std::numeric_limits<std::int64_t>::min();

  void count(const Found& found);
  [[nodiscard]] std::string days() const;  // "2019-01-31 to 2024-02-29"
};

std::string found_text(const Overview& overview);
std::string findings_text(const Findings& findings, std::size_t width);
std::string result_text(const TakenIn& taken, bool dry_run);
std::string result_json(const Overview& overview, const TakenIn& taken, const Findings& findings, bool dry_run);

}  // namespace duolog::client
