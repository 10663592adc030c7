// carrying.h: what is carried by hand, between the room that seals it (sync/bundle_*.h) and the one that knows for whom
// (journal/parcel.h): a stick, a mail, a folder that two computers share.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/household.h"
#include "daemon/journal/parcel.h"
#include "daemon/sync/bundle_reader.h"
#include "daemon/sync/bundle_writer.h"

namespace duolog {

// `house` outlives what is returned.
std::unique_ptr<sync::BundleWriter> write_bundle(Household& house, journal::Parcel&& parcel,
                                                 std::optional<std::uint64_t> limit = std::nullopt);
// `written`, where it is given, hears of what is new each time when the latest was written, in ms since 1970.
std::unique_ptr<sync::BundleReader> read_bundle(Household& house, std::function<void(std::int64_t)> written = {});

}  // namespace duolog
