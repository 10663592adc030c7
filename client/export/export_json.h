// export_json.h: everything as one JSON document: proto/README.md has its members. `duolog import duolog` takes it in
// again.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "client/export/collect.h"

namespace duolog::client {

// Streams; returns how many items there are and what was left out. Attachments are named, and no byte of them goes.
Exported write_export_json(Daemon& daemon, const ExportChoice& choice,
                           const std::function<void(std::string_view)>& write);

}  // namespace duolog::client
