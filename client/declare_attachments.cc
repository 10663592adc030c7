// The files that go with entries.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "client/declare.h"

namespace duolog::client {

void declare_attachments(Declared& d) {
  auto& attachment =
      d.verb(Verb::kAttachment, "attachment", kDays, "the files that came with entries: list, save, open",
             "  duolog attachment list\n"
             "  duolog attachment save 3fa9         all of them, into this folder\n"
             "  duolog attachment save 3fa9 2 -o lake.jpg\n"
             "  duolog attachment open 3fa9         a copy in memory, gone when you have looked\n",
             "what is not here yet is fetched from the other's device; config.toml says what comes by\n"
             "itself (attachments). Nothing is written over without asking\n\n");
  auto& options = d.call.attachment;
  choice(attachment, "action", options.action, "list, save or open; none: list", {"list", "save", "open"});
  text(attachment, "id", options.id, "four digits of the entry's id or more, or last");
  number(attachment, "number", options.number, "which of them; none: all");
  text(attachment, "-o,--output", options.to, "FILE|FOLDER  where to; -: standard output");
}

}  // namespace duolog::client
