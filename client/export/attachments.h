// attachments.h: the files that came with entries, on their way into an export, and what has become of each.
//
// Only what is on this device goes; nothing is waited for. One piece of a file is in memory at a time.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "client/attached.h"
#include "client/export/collect.h"

namespace duolog::client {

enum class Fate {
  kCopied,   // it is in the export
  kNotHere,  // pieces of it are missing on this device
  kGarbled,  // it is not what its author's device said it is
  kNamed,    // the export only names it
};
struct Carried {
  std::size_t copied = 0, not_here = 0, garbled = 0, named = 0;
  [[nodiscard]] bool whole() const { return not_here == 0 && garbled == 0; }
};
// In sentences for people: "2 attached files are not here yet". Empty: all of them were copied.
std::vector<std::string> not_carried_text(const Carried& carried);

// `at`, always: one of item.attachments().
class Attachments {
 public:
  enum class Wanted { kCopied, kNamed };
  // `go_on` is called before each piece. `quiet`: tells no progress.
  Attachments(
      Daemon& daemon, Wanted wanted, GoOn go_on = [] {}, bool quiet = true)
      : daemon_(daemon), wanted_(wanted), go_on_(std::move(go_on)), quiet_(quiet) {}

  struct Beginning {
    Fate fate = Fate::kCopied;  // what becomes of it if it is read
    std::string bytes;          // its first piece
  };
  Beginning beginning(const control::Item& item, int at);
  // Its bytes, piece after piece; of what then is not copied some may have been taken.
  Fate read(const control::Item& item, int at, const TakePiece& take);

  // Once for each: counts it. Returns what to call it where it only is named: "lake.jpg · 3.1 MiB · not here yet".
  std::string settle(const control::Item& item, int at, Fate fate);
  [[nodiscard]] const Carried& carried() const { return carried_; }

 private:
  Fate fate_of(const control::Attachment& attachment, const std::function<void()>& reading);

  Daemon& daemon_;
  Wanted wanted_;
  GoOn go_on_;
  bool quiet_;
  Carried carried_;
};

}  // namespace duolog::client
