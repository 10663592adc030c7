// lock, unlock and passphrase.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <chrono>
#include <optional>
#include <thread>

#include "client/ask.h"
#include "client/json.h"
#include "client/verbs.h"
#include "client/words.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

constexpr std::chrono::milliseconds kLockLook{20};

void report(Context& context, const std::string& json, const std::string& text) {
  context.out.line(context.out.json() ? json : text);
}

// The replacement; empty for a key file.
SecretText replacement_for(const Context& context, const PassphraseOptions& options, bool has_passphrase) {
  if (options.key_file) return {};
  if (!options.new_file.empty()) return read_secret(options.new_file);
  // Where there is none yet, the one file given can only mean the new one.
  if (!has_passphrase && !context.globals.passphrase_file.empty()) return read_secret(context.globals.passphrase_file);
  if (!can_ask()) throw needs_an_answer("this asks for a new passphrase", "--new-passphrase-file FILE, or --key-file");
  auto secret = ask_new_secret("new passphrase (Enter alone: a key file): ");
  if (secret.empty() && !context.globals.yes &&
      !ask_yes("with a key file, whoever takes the disk reads the journal. go on?", false)) {
    throw interrupted("stopped; nothing was changed");
  }
  return secret;
}

// It runs anew, so that nothing of what it knew is left; the next command shall find it there again.
bool answers_locked(Daemon& daemon) {
  try {
    if (!daemon.try_connect()) return false;
    control::Request request;
    request.mutable_status();
    daemon.send(request);
    return daemon.receive(kQuick).status().locked();
  } catch (const Failure&) {
    return false;  // that was still the old one, on its way out
  }
}

void wait_until_locked(Daemon& daemon) {
  const auto deadline = std::chrono::steady_clock::now() + kQuick;
  while (!answers_locked(daemon)) {
    if (std::chrono::steady_clock::now() >= deadline)
      throw daemon_not_running("duolog daemon start brings it up, locked");
    std::this_thread::sleep_for(kLockLook);
  }
}

}  // namespace

Exit lock(Context& context) {
  control::Request request;
  request.mutable_lock();
  context.daemon.ask_one(request);
  context.daemon.disconnect();
  wait_until_locked(context.daemon);
  report(context, R"({"locked":true})", "locked: nothing is read, written or carried until duolog unlock");
  return Exit::kDone;
}

Exit unlock(Context& context) {
  const auto status = context.daemon.status();
  if (!status.initialised()) throw refusal(control::Error::NOT_INITIALISED);
  if (status.device().locked_by() != "passphrase") throw refusal(control::Error::NO_PASSPHRASE);
  if (!status.locked()) {
    report(context, R"({"locked":false})", "it is open already");
    return Exit::kDone;
  }
  with_passphrase(context.globals.passphrase_file, [&context](const SecretText& typed) {
    control::Request request;
    auto& secret = *request.mutable_unlock()->mutable_passphrase();
    secret = typed.copy();
    const Wiped wiped(secret);
    context.daemon.ask_one(request, kSlow);
  });
  report(context, R"({"locked":false})", "open");
  return Exit::kDone;
}

Exit passphrase(Context& context, const PassphraseOptions& options) {
  const auto status = context.daemon.open_status();
  const bool has_passphrase = status.device().locked_by() == "passphrase";
  std::optional<SecretText> replacement;
  const auto change = [&](const SecretText& current) {
    if (!replacement) replacement = replacement_for(context, options, has_passphrase);
    control::Request request;
    auto& asked = *request.mutable_passphrase();
    const Wiped wiped(*asked.mutable_current(), *asked.mutable_replacement());
    asked.set_current(current.copy());
    asked.set_replacement(replacement->copy());
    context.daemon.ask_one(request, kSlow);
  };
  if (has_passphrase) {
    with_passphrase(context.globals.passphrase_file, change);
  } else {
    change(SecretText());
  }
  const bool key_file = replacement->empty();
  report(context, key_file ? R"({"locked_by":"key file"})" : R"({"locked_by":"passphrase"})",
         key_file ? "a key file opens this journal now: whoever takes this disk reads it"
                  : "the new passphrase opens this journal from now on");
  return Exit::kDone;
}

}  // namespace duolog::client
