// origin.h: where a home lies, so that a copy of it knows that it is one.
//
// Two copies of one home that both write fork its logs. What a place is known by are digests of this machine's id and
// of the database, which is never replaced while a home lives: its inode, and its inode with the moment at which the
// file was born, where the file system keeps that. A freed inode is given out again at once, and to a copy by
// preference.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

namespace duolog::home {

// One digest a line, the one with the birth last. Empty where a place cannot be told from others: no such file, or a
// file system whose inodes come and go with a mount.
std::string place_of(const std::filesystem::path& database,
                     const std::filesystem::path& machine_id = "/etc/machine-id");

// What was noted lies elsewhere: this is a copy. Nothing noted, or no place to compare with: false. Only what both know
// is compared: a kernel may learn to tell when a file was born.
bool is_a_copy(const std::filesystem::path& noted, const std::string& place);

// All that is known of this place was noted.
bool is_noted(const std::filesystem::path& noted, const std::string& place);

}  // namespace duolog::home
