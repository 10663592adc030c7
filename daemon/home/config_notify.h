// config_notify.h: the table [notify] of config.toml.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/home/notify.h"
#include "daemon/home/section.h"

namespace duolog::home {

// Refuses as Section does.
Notify read_notify(Section& section);

}  // namespace duolog::home
