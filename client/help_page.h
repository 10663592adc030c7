// help_page.h: a help text on a terminal that is narrower than it.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace duolog::client {

// Lines that fit stay as they are. Of two columns the second goes below the first; a command stays whole.
std::string help_page(std::string_view text, std::size_t width);

}  // namespace duolog::client
