// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/joining.h"

#include <fmt/format.h>

#include <utility>

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

control::Reply Joining::begin(control::Request& request, std::string& passphrase) {
  control::Reply first;
  with_known_passphrase(context_, [&](const SecretText& typed) {
    const Wiped wiped(passphrase);
    passphrase = typed.copy();
    context_.daemon.send(request);
    first = context_.daemon.receive(kSlow);
  });
  return first;
}

std::optional<bool> Joining::ask_about_visitor(const std::string& question, const char* unasked, const char* stopped) {
  auto decision = Decision::kNo;
  if (can_ask() && !context_.out.json()) {
    decision = context_.daemon.has_reply() ? Decision::kNews
                                           : ask_yes_meanwhile(question, context_.daemon.socket(), interrupts_);
  } else {
    say_wrapped(unasked);
  }
  if (decision == Decision::kNews) return std::nullopt;
  if (decision == Decision::kInterrupted) {
    interrupts_.take();
    throw interrupted(stopped);
  }
  control::Request request;
  request.mutable_pair_decision()->set_accept(decision == Decision::kYes);
  context_.daemon.send(request);
  return decision == Decision::kYes;
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

void ComingIn::come_in(const Words& words,
                       const std::function<void(const control::PairEvent::Arrived&)>& print_arrived) {
  for (bool arrived = false; !arrived;) {
    const auto reply = next(let_in_ ? words.stopped_late : words.stopped);
    if (!reply.has_pair()) continue;
    show(reply.pair(), words);
    arrived = reply.pair().has_arrived();
    if (arrived && !context_.out.json()) print_arrived(reply.pair().arrived());
    context_.out.flush();
  }
}

void ComingIn::show(const control::PairEvent& event, const Words& words) {
  const bool fetching = event.progress().step() == control::PairEvent::Progress::FETCHING;
  const bool first = fetching && !std::exchange(let_in_, true);
  if (context_.out.json()) return print_json(event);
  if (first) context_.out.line(words.let_in);
  context_.out.flush();  // before what is written over beside it
  if (fetching) return fetching_.tell(event.progress());
  if (event.has_progress()) steps_.print(context_.out, event.progress(), words.waits_for, context_.globals.verbose);
  if (event.has_arrived()) fetching_.end();
}

}  // namespace duolog::client
