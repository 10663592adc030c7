// keeping.h: what backup, restore and repair share: stages of work that are told one after the other, and a file that
// goes to the daemon piece by piece.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "client/daemon.h"
#include "client/interrupts.h"
#include "client/progress.h"
#include "client/verbs.h"

namespace duolog::client {

class Stages {
 public:
  explicit Stages(bool quiet) : quiet_(quiet) {}
  // A new `what` begins a new line. Nothing while `total` is 0: not known yet.
  void tell(std::string_view what, std::uint64_t done, std::uint64_t total, Progress::In in = Progress::In::kParts);
  void over() { progress_.reset(); }

 private:
  bool quiet_;
  std::string what_;
  std::optional<Progress> progress_;
};

// One request, one reply.
control::Reply tell(Context& context, control::Request& request, std::chrono::seconds patience = kDurable);

// While it lives, Ctrl-C ends the program only through these: they throw Failure with these words.
class Stoppable {
 public:
  explicit Stoppable(const char* words) : words_(words) {}
  void stop_when_asked() const;
  control::Reply receive(Context& context, std::chrono::seconds patience) const;

 private:
  const char* words_;
  Interrupts interrupts_;
};

// All that `read` gives, until it gives nothing, as pieces of a restore that was begun. `total`: bytes; 0: not known.
void send_pieces(Context& context, std::uint64_t total, const char* what, const Stoppable& stoppable, Stages& stages,
                 const std::function<std::string()>& read);

// As many bytes as that, or fewer at the end of the file. nullopt: errno says why.
std::optional<std::size_t> read_up_to(int fd, char* into, std::size_t length);
// What comes next, at most a MiB: of a pipe as soon as it comes. Empty: the end. nullopt: errno says why.
std::optional<std::string> read_piece(int fd);

std::string pieces_text(std::uint32_t count);   // "3 pieces of attachments"
std::string records_text(std::uint64_t count);  // "1 record"

}  // namespace duolog::client
