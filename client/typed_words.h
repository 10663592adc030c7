// typed_words.h: the 24 words of somebody who comes back: from a file, or asked for one after the other and looked at
// as they come, until they are somebody's.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "client/secret_text.h"
#include "client/verbs.h"

namespace duolog::client {

// `file` empty: asked for, and the screen is cleared of them afterwards. Throws Failure.
SecretText the_24_words(Context& context, const std::string& file);

}  // namespace duolog::client
