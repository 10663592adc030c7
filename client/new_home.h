// new_home.h: what is asked before a home is made on this device: names, and what keeps it closed.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "client/secret_text.h"
#include "client/verbs.h"

namespace duolog::client {

std::string host_name();                            // what a device is called unless somebody says otherwise
std::string checked_name(const std::string& name);  // without spaces around it; throws Failure where it is no name
SecretText passphrase_of_new_home(const Context& context);  // empty: a key file

}  // namespace duolog::client
