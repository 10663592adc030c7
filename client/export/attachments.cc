// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/export/attachments.h"

#include "client/failure.h"
#include "client/file_name.h"
#include "client/layout.h"
#include "client/progress.h"
#include "client/sanitise.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

constexpr std::uint64_t kShortlyRead = 1 << 20;  // bytes; of more it is told how far it is

AttachedFile file_of(const control::Item& item, int at) {
  return {item.id(), static_cast<std::uint32_t>(at) + 1, item.attachments(at).size()};
}

}  // namespace

std::vector<std::string> not_carried_text(const Carried& carried) {
  std::vector<std::string> lines;
  if (carried.not_here > 0)
    lines.push_back(
        so_many(carried.not_here, "attached file that is not here yet", "attached files that are not here yet"));
  if (carried.garbled > 0) {
    lines.push_back(so_many(carried.garbled, "attached file that is not what its author's device said it is",
                            "attached files that are not what their author's device said they are"));
  }
  if (carried.named > 0)
    lines.push_back(so_many(carried.named, "attached file that is only named", "attached files that are only named"));
  return lines;
}

Fate Attachments::fate_of(const control::Attachment& attachment, const std::function<void()>& reading) {
  if (wanted_ == Wanted::kNamed) return Fate::kNamed;
  if (!is_here(attachment)) return Fate::kNotHere;
  try {
    reading();
    return Fate::kCopied;
  } catch (const Failure& failure) {
    if (failure.code() == "NOT_HERE_YET") return Fate::kNotHere;  // a piece has rotted, or was taken away
    if (failure.code() == "GARBLED") return Fate::kGarbled;
    throw;
  }
}

Attachments::Beginning Attachments::beginning(const control::Item& item, int at) {
  Beginning found;
  found.fate = fate_of(item.attachments(at), [&] {
    go_on_();
    found.bytes = read_beginning(daemon_, file_of(item, at));
  });
  return found;
}

Fate Attachments::read(const control::Item& item, int at, const TakePiece& take) {
  const auto& attachment = item.attachments(at);
  Progress progress("copying " + sanitise_line(attachment.name()), attachment.size(),
                    quiet_ || attachment.size() <= kShortlyRead);
  std::uint64_t done = 0;
  return fate_of(attachment, [&] {
    go_on_();
    read_attached(daemon_, file_of(item, at), [&](std::string_view piece) {
      go_on_();
      take(piece);
      progress.at(done += piece.size());
    });
  });
}

std::string Attachments::settle(const control::Item& item, int at, Fate fate) {
  const auto& attachment = item.attachments(at);
  auto text = sanitise_line(attachment.name()) + " · " + size_text(attachment.size());
  switch (fate) {
    case Fate::kCopied:
      ++carried_.copied;
      return text;
    case Fate::kNotHere:
      ++carried_.not_here;
      return text + " · not here yet";
    case Fate::kGarbled:
      ++carried_.garbled;
      return text + " · cannot be read: it is not what its author's device said it is";
    case Fate::kNamed:
      break;
  }
  ++carried_.named;
  return text;
}

}  // namespace duolog::client
