// words_typed.h: the 24 words as somebody typed them, looked at before anything is done with them: a slip of the pen
// costs no guess of a code and no minute of the other person's.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string_view>

namespace duolog::control {

class Error;

// What is wrong with them: one that is not in the list (MISTYPED_WORD; `offset`: which, from 1), or 24 that are
// nobody's, or too many (WRONG_RECOVERY_WORDS). Fewer are a fault where all are `wanted`. nullopt: nothing.
std::optional<Error> fault_in_words(std::string_view words, bool all_wanted);

}  // namespace duolog::control
