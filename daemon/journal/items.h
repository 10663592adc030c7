// items.h: one record of the view as a person reads it: names resolved, times written out, sealed words left out.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/journal/journal.h"
#include "daemon/journal/report.h"

namespace duolog::journal {

// Of versions and remarks that go with an item: a reply has room for them beside its text.
inline constexpr std::size_t kBesideAnItem = 2 << 20;

// REQUIRES: noted.is_visible(). `here`: this machine's zone, for the times of receipts.
Item make_item(const Journal& journal, const Noted& noted, const Zone& here);

// Adds what was said about it: reactions, how many remarks, where it stands. `whole`: the remarks too, and what this
// person can do with it now.
void add_what_was_said(Item& item, const Journal& journal, const Noted& noted, const Zone& here, bool whole);

// What an entry has been: items_changed.cc. The item says already what is shown of it.
void describe_versions(Item& item, const Journal& journal, const Versions& versions);
ItemVersion described(const Journal& journal, const Version& version);
std::string written_out(const Moment& moment);  // a day, or a moment with its offset

// What the shelf calls the author of a device's records.
std::string author_name(const Journal& journal, const DeviceId& device);
std::string device_name(const Journal& journal, const DeviceId& device);  // "" where not known

// A moment in a rule of sealing, in seconds since 1970, which may be any number: RFC 3339 as the clock here will show
// it then. What is written in winter for a day in summer opens on that day and not an hour before it.
std::string opening_text(std::uint64_t after_s, const Zone& here);

}  // namespace duolog::journal
