// day_one_classic.h: Day One 1: a folder of .doentry files, XML property lists. The one place that knows pugixml.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "client/import/formats.h"
#include "client/import/media.h"

namespace duolog::client {

// Its picture is photos/UUID.jpg, beside the folder of the entries.
void read_classic(const Reading& reading, const Files::File& file, Named& named);

}  // namespace duolog::client
