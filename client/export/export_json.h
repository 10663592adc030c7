// export_json.h: everything as one JSON document: proto/README.md has its members. `duolog import duolog` takes it in
// again.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "client/export/collect.h"

namespace duolog::client {

inline constexpr const char* kJournalFile = "journal.json";  // in a folder

// Copies one of item.attachments() to a place beside the document: where that is from there, or nothing.
using Beside = std::function<std::string(const control::Item&, int at)>;

// Streams; returns how many items there are and what was left out. Attachments are named; no byte of them is in the
// document, and without `beside` none is anywhere.
Exported write_export_json(Daemon& daemon, const ExportChoice& choice,
                           const std::function<void(std::string_view)>& write, const Beside& beside = {});

}  // namespace duolog::client
