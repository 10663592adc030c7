// attached.h: the bytes of a file that came with an entry, a piece at a time. Nothing is fetched from the other's
// device.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "client/daemon.h"

namespace duolog::control {
class Attachment;
}

namespace duolog::client {

struct AttachedFile {
  std::string id;            // of the entry, whole
  std::uint32_t number = 0;  // from 1
  std::uint64_t size = 0;
};
using TakePiece = std::function<void(std::string_view)>;

// All of it is on this device.
bool is_here(const control::Attachment& attachment);

// The first piece alone; nothing of an empty file. Throws Failure: NOT_HERE_YET, GARBLED, …
std::string read_beginning(Daemon& daemon, const AttachedFile& file);
// Piece after piece, together exactly its size. Throws Failure as above, also in the middle, when some was taken.
void read_attached(Daemon& daemon, const AttachedFile& file, const TakePiece& take);

}  // namespace duolog::client
