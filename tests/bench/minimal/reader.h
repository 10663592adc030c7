// reader.h: opens a log that duologd wrote, decodes everything in it, and prints the newest entries: what `duolog list`
// cannot do without. The record keys come from a file that duolog_bench_fill left, one "epoch device key" a line.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace minimal {

void open_log(const std::string& database, const std::string& keys, std::size_t shown);

}  // namespace minimal
