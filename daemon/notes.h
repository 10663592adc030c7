// notes.h: the daemon's diagnostic notes: what it did, never what anybody wrote. No key, text or message byte.
//
// Rotated by size, so they stay bounded; warnings also go to standard error, where systemd keeps them.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

namespace duolog {

// Throws std::runtime_error when the file cannot be opened. `level`: "error", "warning", "info" or "debug".
void open_notes(const std::filesystem::path& file, const std::string& level);

}  // namespace duolog
