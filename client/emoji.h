// emoji.h: a reaction: one emoji, or the name of one.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace duolog::client {

// One emoji as it is, or what a name stands for: "heart" is "❤️". Empty: neither.
std::string emoji_of(std::string_view typed);
std::string emoji_names();  // "heart, thanks, …"

}  // namespace duolog::client
