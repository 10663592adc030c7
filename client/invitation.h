// invitation.h: a code or a link as a person hands it over: typed, pasted with line breaks, or as a picture.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace duolog::client {

// Small letters; a link without what a mail or a terminal put between its letters; words joined by hyphens.
// Whether it is a code or a link at all is for the daemon to say.
std::string invitation_text(const std::vector<std::string>& words);
bool is_link(std::string_view invitation);

// Reads the picture through zbarimg. Throws Failure: no such file, no zbarimg, no QR in it, somebody else's QR.
std::string link_in_picture(const std::string& picture);

}  // namespace duolog::client
