// guide.h: the pages of guide/, which are in the program, so that they can be read without a daemon.
// A page: its title, then paragraphs; lines that begin with two spaces are commands, those with four are lines of a
// file, and both stay as they are.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "client/output.h"

namespace duolog::client {

struct GuidePage {
  std::string_view name;
  std::string_view text;
};
std::span<const GuidePage> guide_pages();            // in the order in which they are listed
const GuidePage* find_page(std::string_view topic);  // nullptr: there is none

std::string title_of(const GuidePage& page);
// Its paragraphs wrapped to the width; a command is never broken, so that it can be copied.
std::string page_text(const GuidePage& page, std::size_t width, const Style& style);

}  // namespace duolog::client
