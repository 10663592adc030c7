// joining.h: what the screens of device add, device join, recover and pair --restore have in common: they wait for the
// daemon's next word and for Ctrl-C, and tell how much has been fetched.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "client/interrupts.h"
#include "client/pairing_screen.h"
#include "client/progress.h"
#include "client/secret_text.h"
#include "client/verbs.h"

namespace duolog::control {
class PairEvent;
class PairEvent_Arrived;   // NOLINT(readability-identifier-naming): as protoc spells it
class PairEvent_Progress;  // NOLINT(readability-identifier-naming): as protoc spells it
class Reply;
class Request;
}  // namespace duolog::control

namespace duolog::client {

// Does `use` with the passphrase, where there is one: the vault is open, and its owner need not sit before it. A wrong
// one may be typed again.
void with_known_passphrase(Context& context, const std::function<void(const SecretText&)>& use);

class Joining {
 public:
  explicit Joining(Context& context) : context_(context) {}

 protected:
  // Throws Failure: an error that came, or Ctrl-C, of which `stopped` says what has become of it.
  control::Reply next(const char* stopped);
  void print_json(const control::PairEvent& event);
  // Sends it with the passphrase, which is one of its fields, and takes the first answer: a wrong one may be typed
  // again.
  control::Reply begin(control::Request& request, std::string& passphrase);
  // Is the visitor the right one? Sends the answer. A link can be passed on: where nobody can be asked it is no, and
  // `unasked` says so. nullopt: the visitor left, or the time is over, and the next reply says. Throws as next().
  std::optional<bool> ask_about_visitor(const std::string& question, const char* unasked, const char* stopped);

  Context& context_;
  Interrupts interrupts_;
};

// "fetching 8,340 records", written over.
class FetchingLine {
 public:
  void tell(const control::PairEvent_Progress& progress);
  void end() { line_.reset(); }

 private:
  std::uint32_t total_ = 0;
  std::optional<Progress> line_;
};

// The side that comes: looks for the other, waits for its yes, and fetches what there is until it has arrived.
class ComingIn : public Joining {
 public:
  using Joining::Joining;
  // Past that there is a home, and no code to ask for anew.
  [[nodiscard]] bool let_in() const { return let_in_; }

 protected:
  struct Words {
    const char* stopped;       // Ctrl-C before it was let in
    const char* stopped_late;  // and after
    const char* let_in;        // a line
    const char* waits_for;     // who says yes
  };
  // From the request on, which was sent. Throws as next().
  void come_in(const Words& words, const std::function<void(const control::PairEvent_Arrived&)>& print_arrived);

 private:
  void show(const control::PairEvent& event, const Words& words);

  bool let_in_ = false;
  JoinSteps steps_;
  FetchingLine fetching_;
};

}  // namespace duolog::client
