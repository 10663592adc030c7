// notes.h: the daemon's diagnostic notes: what it did, never what anybody wrote. No key, text or message byte.
//
// Rotated by size, so they stay bounded; warnings also go to standard error, where systemd keeps them.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

namespace duolog {

// Warnings and errors only, until open_notes().
void note_on_terminal();
// Into the file, too; where that cannot be opened it is said and gone on without: notes are not worth a journal that
// does not start. `level`: "error", "warning", "info" or "debug".
void open_notes(const std::filesystem::path& file, const std::string& level);

}  // namespace duolog
