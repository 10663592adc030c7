// zip_files.h: a ZIP as Files. The one place that knows libzip; files.h has the rules.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "client/import/files.h"

namespace duolog::client {

std::unique_ptr<Files> open_zip(const std::filesystem::path& place);

}  // namespace duolog::client
