// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/joining.h"

#include <fmt/format.h>

#include "client/ask.h"
#include "client/json.h"
#include "client/words.h"
#include "proto/control.pb.h"

namespace duolog::client {

void with_known_passphrase(Context& context, const std::function<void(const SecretText&)>& use) {
  if (context.daemon.open_status().device().locked_by() != "passphrase") return use(SecretText());
  with_passphrase(context.globals.passphrase_file, use);
}

control::Reply Joining::next(const char* stopped) {
  if (!context_.daemon.has_reply() && interrupts_.come_before(context_.daemon.socket())) {
    if (context_.out.terminal()) say("\n");  // after the ^C
    throw interrupted(stopped);
  }
  return context_.daemon.receive(std::nullopt);
}

// The window is what scripts wait for first: its fields stand alone.
void Joining::print_json(const control::PairEvent& event) {
  context_.out.line(event.has_window() ? to_json(event.window()) : to_json(event));
}

void FetchingLine::tell(const control::PairEvent::Progress& progress) {
  if (progress.of() == 0) return;
  if (total_ != progress.of()) {
    line_.reset();
    total_ = progress.of();
    line_.emplace(fmt::format("fetching {} records", total_), total_, false, Progress::In::kParts);
  }
  line_->at(progress.have());
}

}  // namespace duolog::client
