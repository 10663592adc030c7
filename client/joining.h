// joining.h: what the screens of device add, device join, recover and pair --restore have in common: they wait for the
// daemon's next word and for Ctrl-C, and tell how much has been fetched.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "client/interrupts.h"
#include "client/progress.h"
#include "client/secret_text.h"
#include "client/verbs.h"

namespace duolog::control {
class PairEvent;
class PairEvent_Progress;  // NOLINT(readability-identifier-naming): as protoc spells it
class Reply;
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

}  // namespace duolog::client
