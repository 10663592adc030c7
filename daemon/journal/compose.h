// compose.h: what somebody typed, checked and made into what is written. Every limit that a reader enforces is enforced
// here first, with the place of the fault.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/record.h"
#include "daemon/journal/event.h"
#include "daemon/journal/shelf.h"

namespace duolog::journal {

// What an entry says has at most this; the rest of an event is room for its tags, its time and what its writer had
// seen.
inline constexpr std::size_t kRoomBesideText = 16 << 10;
inline constexpr std::size_t kTextLimit = crypto::kEventLimit - kRoomBesideText;

bool is_blank(std::string_view text);
// Throws Refusal: kBadUtf8, kTooLong. `limit`: in bytes.
void require_text(std::string_view text, std::size_t limit, const char* what);

// In the fields of a form that ask for a day or a time: "friday", "tomorrow 18:00" and the like become what is stored;
// an hour alone is the next one after the time before it, or after now. What cannot be read stays as it is, for fill()
// to refuse.
void write_out_times(std::vector<FieldValue>& values, const practice::Practice& practice, std::int64_t now_ms,
                     const Zone& zone);

// Throws Refusal: kEmpty, kBadUtf8, kTooLong, kBadField ("tag"), kBadDate.
Entry compose(const Draft& draft, std::int64_t now_ms, const Zone& zone);

}  // namespace duolog::journal
