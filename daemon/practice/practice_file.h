// practice_file.h: a practice as a TOML file, its schema in README.md. The built-in ones come this way too, and those
// that two people write for themselves, which is why nothing in it is believed: it may be anybody's text.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/practice/practice.h"

namespace duolog::practice {

inline constexpr std::size_t kFileLimit = 64 << 10;  // bytes
inline constexpr std::size_t kIdLimit = 32;          // of a practice, a field, a choice, a manner
inline constexpr std::size_t kLabelLimit = 128;      // bytes of a title, a label, what an end of a scale means
inline constexpr std::size_t kWordsLimit = 4096;     // of a question, a reason, a hint
inline constexpr std::size_t kFieldLimit = 32;
inline constexpr std::size_t kChoiceLimit = 24;
inline constexpr std::size_t kMannerLimit = 16;

// "FILE:LINE: KEY what is wrong with it", without a hint.
struct BadPractice : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// In the words for this kind of relationship ("partner", "friend", "family"; anything else: the general words).
// nullopt: it is meant for others. `file` is named in errors. Throws BadPractice.
std::optional<Practice> read_practice(std::string_view toml, std::string_view file, std::string_view relationship);

}  // namespace duolog::practice
