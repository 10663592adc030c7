// tame_picture.h: what of a picture may stand in the keepsake, spelled out once more, without the code under test: its
// own bytes or a number beside the page, a name in which every sign is text, and its measures. Nothing else.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace duolog::fuzz {

inline bool takes(std::string_view& rest, std::string_view what) {
  if (!rest.starts_with(what)) return false;
  rest.remove_prefix(what.size());
  return true;
}
// How many of these signs stand at the front; they are taken.
inline std::size_t takes_all(std::string_view& rest, std::string_view signs) {
  const auto count = std::min(rest.find_first_not_of(signs), rest.size());
  rest.remove_prefix(count);
  return count;
}

inline bool takes_bytes(std::string_view& rest) {
  constexpr std::array<std::string_view, 4> kTypes{"jpeg", "png", "gif", "webp"};
  if (!takes(rest, "data:image/")) return false;
  if (std::ranges::none_of(kTypes, [&rest](auto type) { return takes(rest, type); })) return false;
  if (!takes(rest, ";base64,")) return false;
  const auto signs =
      takes_all(rest, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") + takes_all(rest, "=");
  return signs > 0 && signs % 4 == 0;
}

inline bool takes_place(std::string_view& rest) {
  constexpr std::array<std::string_view, 4> kEndings{".jpg", ".png", ".gif", ".webp"};
  return takes(rest, "pictures/") && takes_all(rest, "0123456789") > 0 &&
         std::ranges::any_of(kEndings, [&rest](auto ending) { return takes(rest, ending); });
}

inline bool takes_measure(std::string_view& rest, std::string_view what) {
  return takes(rest, what) && takes(rest, "=\"") && takes_all(rest, "0123456789") > 0 && takes(rest, "\"");
}

// `tag`: what stands between < and >.
inline bool is_tame_picture(std::string_view tag) {
  if (!takes(tag, "img src=\"") || (!takes_bytes(tag) && !takes_place(tag)) || !takes(tag, "\" alt=\"")) return false;
  const auto name = std::min(tag.find_first_of("\"'<>"), tag.size());
  tag.remove_prefix(name);
  if (!takes(tag, "\"")) return false;
  return tag.empty() || (takes_measure(tag, " width") && takes_measure(tag, " height") && tag.empty());
}

}  // namespace duolog::fuzz
