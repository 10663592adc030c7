// zone.h: in which time zone this machine lives, by its IANA name.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace duolog::home {

// From $TZ, /etc/localtime or /etc/timezone, the first that names a zone this machine has. "UTC" where none does.
std::string zone_of_this_machine();

}  // namespace duolog::home
