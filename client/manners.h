// manners.h: the ways in which something is answered or followed up, and where it stands then, in words.
// The built-in practices' own words for them are data (Item.may); here is what stands in a line about what was done.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace duolog::client {

std::string manner_text(std::string_view manner);  // "names a limit"; a plain reply is empty
std::string state_text(std::string_view state);    // Item.state: "not kept, and owned"
// What comes after `duolog reply ID`: "--reflect", "--as boundary"; empty for a plain reply.
std::string manner_option(std::string_view manner);

}  // namespace duolog::client
