// binding.h: how a keepsake is bound: as one file that holds its photographs, or, where they are too many for one page
// or the person wants it so, as a folder with index.html and pictures/.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "client/export/attachments.h"
#include "client/verbs.h"

namespace duolog::client {

// What an export has made.
struct Made {
  Exported exported;
  Carried carried;
  std::string place;     // where it stands now
  bool instead = false;  // that is another place than the one that was named: the photographs are too many for one file
};

ExportChoice choice_of(const Context& context, const ExportOptions& options);
Attachments::Wanted wanted_by(const ExportOptions& options);
Made export_keepsake(Context& context, const ExportOptions& options, const GoOn& go_on);

}  // namespace duolog::client
