// file_name.h: a file's name from another machine becomes one that is safe to create here. A name, never a path.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace duolog::client {

inline constexpr std::size_t kFileNameBytes = 200;  // room for " (99)" and for what a file system adds, below 255

// What follows the last slash or backslash, without control and other invisible characters, without what a shell or
// another system could take for something else; it begins with no dot and no hyphen, is no device of DOS, keeps its
// extension, and has at most kFileNameBytes. Never empty.
std::string safe_file_name(std::string_view foreign);
// "photo (2).jpg": the same name once more.
std::string numbered(const std::string& name, unsigned number);

// Whether a program that opens it may do more than show it: a page with scripts, a launcher, a program, or anything of
// which media_type_of() knows nothing. REQUIRES: the name under which it will be opened.
bool may_run(std::string_view name);

// By the name's end; empty where it says nothing.
std::string media_type_of(std::string_view name);

// "512 bytes", "3.1 MiB"
std::string size_text(std::uint64_t bytes);

}  // namespace duolog::client
