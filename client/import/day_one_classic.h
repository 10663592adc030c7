// day_one_classic.h: Day One 1: a folder of .doentry files, XML property lists. The one place that knows pugixml.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "client/import/formats.h"

namespace duolog::client {

void read_classic(const Reading& reading, const Files::File& file);

}  // namespace duolog::client
