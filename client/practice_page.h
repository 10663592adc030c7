// practice_page.h: the page that `practices new` opens in the editor: a practice as it may be, with notes.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace duolog::client {

// It is a practice as it stands; only its id and words are somebody's to find.
extern const char* const kPracticePage;

}  // namespace duolog::client
