// keepsake.h: the journal as a book: one page that any browser reads and prints, with nothing in it that runs, loads or
// leads anywhere; of a folder, photographs from beside the page are loaded, and nothing else. Two voices side by side,
// day by day; a table of months; numbers as drawings.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "client/export/days.h"
#include "client/export/pictures.h"

namespace duolog::control {
class Series;
}

namespace duolog::client {

struct Book {
  std::string title;               // "Ada & Bo"
  std::vector<std::string> about;  // sentences for the first page: what is in it, and what was left out
};

// Writes the page piece by piece. Text of other people is escaped here. REQUIRES: days.sort() was called.
void write_keepsake(const Book& book, std::span<const control::Series> series, Days& days, Pictures& pictures,
                    const std::function<void(std::string_view)>& write);

}  // namespace duolog::client
