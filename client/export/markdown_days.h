// markdown_days.h: the journal as a folder of Markdown: YEAR/YYYY-MM-DD.md, with front matter, as Obsidian and others
// have it; and beside them what is attached, YEAR/attachments/YYYY-MM-DD/NAME.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

#include "client/export/attachments.h"
#include "client/export/days.h"

namespace duolog::client {

// Returns how many files; calls `between` before each. REQUIRES: days.sort() was called; `folder` is there, and nobody
// else writes there.
std::size_t write_markdown(
    const std::filesystem::path& folder, Days& days, Attachments& attachments, const GoOn& between = [] {});

}  // namespace duolog::client
