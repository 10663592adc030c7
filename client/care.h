// care.h: the ways of showing care: the two rankings side by side, and small things to do.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "client/verbs.h"

namespace duolog::control {
class CareReport;
}

namespace duolog::client {

// `language`: one of the five; empty: all.
control::CareReport ask_for_care(const Context& context, const std::string& journal, const std::string& language);
// Who likes what, and where it meets what the other gives; as far as it may be read.
std::string care_text(const control::CareReport& report, const Output& out);
std::string ideas_text(const control::CareReport& report, const Output& out);

Exit show_ideas(Context& context, const std::string& language);

}  // namespace duolog::client
