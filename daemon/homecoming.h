// homecoming.h: the way into a home for somebody who has lost all devices and has their 24 words: what is said to the
// person who gives back what the two share. arriving.h does the rest.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/arriving.h"

namespace duolog {

// The words are forgotten with what is returned; nothing of them but what a vault keeps of a root is ever on the disk.
// REQUIRES: they are 24 and somebody's (control/words_typed.h).
WayIn with_words(const control::Recover& asked, const Clock& clock);

}  // namespace duolog
