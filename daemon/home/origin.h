// origin.h: where a home lies, so that a copy of it knows that it is one.
//
// Two copies of one home that both write fork its logs. What a place is known by is a digest of this machine's id and
// the inode of the database, which is never replaced while a home lives: a copied file has another one.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

namespace duolog::home {

// Empty where a place cannot be told from others: no such file, or a file system whose inodes come and go with a mount.
std::string place_of(const std::filesystem::path& database,
                     const std::filesystem::path& machine_id = "/etc/machine-id");

// What was noted lies elsewhere: this is a copy. Nothing noted, or no place to compare with: false.
bool is_a_copy(const std::filesystem::path& noted, const std::string& place);

}  // namespace duolog::home
