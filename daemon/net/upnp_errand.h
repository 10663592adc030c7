// upnp_errand.h: one wish by UPnP-IGD, carried out by a process of its own, since libminiupnpc reads whatever the
// network sends, into memory without end, and waits for it wherever it stands. This program itself, executed with
// `--upnp` and the wish as words: it holds no key, no file, no lock and no environment, may grow by 32 MiB and no more,
// and has seen nothing that a stranger should not. See upnp.h for who starts and ends it.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace duolog::net {

inline constexpr const char* kUpnpErrandWord = "--upnp";

// Says the report to standard output (upnp_words.h). Returns what the process ends with.
int run_upnp_errand(int count, const char* const* words);

}  // namespace duolog::net
