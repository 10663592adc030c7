// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/import/media.h"

#include <algorithm>

#include "client/attach.h"
#include "client/draft.h"
#include "client/file_name.h"
#include "client/import/formats.h"

namespace duolog::client {
namespace {

constexpr std::size_t kEachPiece = 34;     // bytes in the entry: its id
constexpr std::size_t kEachMedium = 200;   // and of each file: key, size, media type
constexpr std::size_t kLongestEnding = 8;  // bytes; what is longer is a part of the name

bool is_called(const Found& found, const std::string& name) {
  return std::ranges::find(found.media, name, &Found::Medium::name) != found.media.end();
}

}  // namespace

std::string add_medium(Found& found, const Files::File& file, std::string_view name, Findings& findings) {
  const auto same = std::ranges::find(found.media, file.name, &Found::Medium::place);
  if (same != found.media.end()) return same->name;
  if (file.size > kAttachmentLimit) {
    findings.drop("pictures and files of more than " + size_text(kAttachmentLimit), file.name);
    return {};
  }
  if (found.media.size() == kMediaOfOneEntry) {
    findings.drop("pictures and files beyond the 64th of an entry", file.name);
    return {};
  }
  const auto wanted = safe_file_name(name);
  auto free = wanted;
  for (unsigned number = 2; is_called(found, free); ++number) free = numbered(wanted, number);
  found.media.push_back({free, file.name, file.size});
  return free;
}

std::size_t weight_of(const Found::Medium& medium) {
  const auto pieces = static_cast<std::size_t>((medium.size + kPieceLength - 1) / kPieceLength);
  return medium.name.size() + kEachMedium + pieces * kEachPiece;
}

void keep_what_has_room(Found& found, Findings& findings) {
  std::size_t room = kTextLimit - std::min(kTextLimit, found.text.size());
  std::erase_if(found.media, [&](const Found::Medium& medium) {
    const auto weight = weight_of(medium);
    if (weight > room) {
      findings.drop("pictures and files for which an entry has no room", medium.place);
      return true;
    }
    room -= weight;
    return false;
  });
}

std::string_view folder_of(std::string_view name) { return name.substr(0, name.size() - base_name(name).size()); }

std::string_view ending_of(std::string_view name) {
  const auto base = base_name(name);
  const auto ending = base.substr(stem_of(base).size());
  return ending.size() <= kLongestEnding ? ending : std::string_view();
}

}  // namespace duolog::client
