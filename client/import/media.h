// media.h: pictures and other files that stand beside an entry in the archive or the folder. They are looked for among
// its names and nowhere else, so that no path in somebody's text leads out of it; what cannot go with an entry is told.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>

#include "client/import/files.h"
#include "client/import/found.h"

namespace duolog::client {

inline constexpr std::size_t kMediaOfOneEntry = 64;  // the daemon holds to it too

// Names of files that some entry has named, whether they could go with it or not.
using Named = std::unordered_set<std::string_view>;

// It goes with the entry and is called so, or with a number where another one is; the same file twice is once. What it
// is called there; empty, and told: it is too large, or the entry has as many as it may. REQUIRES: one of files.all().
std::string add_medium(Found& found, const Files::File& file, std::string_view name, Findings& findings);

// Of one entry, on the disk, beside its text: so long is what names the pieces of it.
std::size_t weight_of(const Found::Medium& medium);
// Leaves as many as there is room for beside the text, and tells the others.
void keep_what_has_room(Found& found, Findings& findings);

std::string_view folder_of(std::string_view name);  // with its slash; empty at the top
std::string_view ending_of(std::string_view name);  // ".jpeg"; empty where it has none

}  // namespace duolog::client
