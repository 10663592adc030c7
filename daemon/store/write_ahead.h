// write_ahead.h: SQLite's write-ahead log, looked at by ourselves: is all that was committed in it still there?
//
// SQLite takes the first frame that does not add up for the end of the log, because that is what a power cut leaves.
// But a transaction begins only when the one before is on the disk, and never over the frames of one that came to
// nothing (Database::State::make_ready()). So a commit that is followed by a frame of the next one was acknowledged,
// and where the log does not add up before it, words are lost that were said to be saved: that is damage, and to go on
// would fork the chains that others hold. The last transaction, or the last two, cannot be told from a power cut.
// Format: https://sqlite.org/fileformat2.html, section 4. Nothing of SQLite is used.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

namespace duolog::store {

// Of the log beside `database`. True also where there is none. Throws std::system_error where it cannot be read.
// REQUIRES: nobody has the database open.
bool write_ahead_is_whole(const std::filesystem::path& database);
// False: missing or empty.
bool write_ahead_is_there(const std::filesystem::path& database);
// Whether its header adds up. True also where there is none. Throws as above.
bool write_ahead_has_its_header(const std::filesystem::path& database);
// Takes away all behind the header, durably. SQLite gives what it writes next the salt of a header that does not add
// up, or behind which nothing was committed, so that the frames behind it would pass for a part of that. Throws
// std::system_error.
// REQUIRES: the log is whole; SQLite has found no commit in it.
void drop_frames_of_write_ahead(const std::filesystem::path& database);

// The files' names: the log, and what a person calls one to go on without it.
std::filesystem::path write_ahead_of(const std::filesystem::path& database);
std::filesystem::path given_up_of(const std::filesystem::path& database);

}  // namespace duolog::store
