// new_home.h: what is asked before a home is made on this device: names, and what keeps it closed.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "client/secret_text.h"
#include "client/verbs.h"

namespace duolog::client {

std::string host_name();                            // what a device is called unless somebody says otherwise
std::string checked_name(const std::string& name);  // without spaces around it; throws Failure where it is no name
// What a person is called: as given, or asked for with `prompt`, or as this computer calls its user.
std::string name_of_person(const Context& context, const std::string& given, const std::string& prompt);
void clear_screen(const Output& out);  // of a terminal, and what has scrolled away: the 24 words stood there
SecretText passphrase_of_new_home(const Context& context);  // empty: a key file

}  // namespace duolog::client
