// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/export/attached_folder.h"

#include <algorithm>

#include "client/export/photograph.h"
#include "client/export/private_file.h"
#include "client/file_name.h"
#include "client/sanitise.h"
#include "client/unicode.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

constexpr std::string_view kFolder = "attachments";

// As words in a line: nothing of a name is Markdown, or what readers of Markdown have added to it.
std::string as_words(std::string_view text) {
  constexpr std::string_view kMeansSomething = "\\`*[]<>&|%$=";
  std::string out;
  for (const char c : text) {
    if (kMeansSomething.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

// As where a link leads: letters of other scripts stay, for people to read.
std::string as_address(std::string_view name) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 || kPlain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += {'%', kDigits[byte >> 4U], kDigits[byte & 15U]};
    }
  }
  return out;
}

}  // namespace

// What some system takes for the same name is another one here too, and so is what this disk takes for it.
bool AttachedFolder::is_taken(const std::string& name) const {
  std::error_code trouble;
  return taken_.contains(folded_name(name)) ||
         std::filesystem::exists(std::filesystem::symlink_status(beside_ / kFolder / day_ / name, trouble));
}

std::string AttachedFolder::free_name(const std::string& wanted) {
  auto name = wanted;
  auto& last = numbers_[folded_name(wanted)];
  while (is_taken(name)) name = numbered(wanted, ++last + 1);
  taken_.insert(folded_name(name));
  return name;
}

AttachedFolder::Copied AttachedFolder::copy(const control::Item& item, int at) {
  const auto& attachment = item.attachments(at);
  if (const auto begins = attachments_.beginning(item, at); begins.fate != Fate::kCopied)
    return {"", attachments_.settle(item, at, begins.fate)};
  make_private_folder(beside_ / kFolder);
  make_private_folder(beside_ / kFolder / day_);
  const auto name = free_name(safe_file_name(attachment.name()));
  PrivateFile file(beside_ / kFolder / day_ / name);
  bool picture = false, first = true;
  const auto fate = attachments_.read(item, at, [&](std::string_view piece) {
    if (std::exchange(first, false)) picture = photograph_of(piece).has_value();
    file.write(piece);
  });
  const auto named = attachments_.settle(item, at, fate);
  if (fate != Fate::kCopied) return {"", named};
  file.keep(false);
  return {std::string(kFolder) + "/" + day_ + "/" + name, named, picture};
}

std::string AttachedFolder::add(const control::Item& item) {
  std::string text;
  for (int at = 0; at < item.attachments_size(); ++at) {
    const auto copied = copy(item, at);
    if (copied.place.empty()) {
      text += "attached: " + as_words(copied.named) + "\n\n";
      continue;
    }
    text += (copied.picture ? "![" : "attached: [") + as_words(sanitise_line(item.attachments(at).name())) + "](" +
            as_address(copied.place) + ")\n\n";
  }
  return text;
}

}  // namespace duolog::client
