// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/frame.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>

#include "client/json.h"
#include "client/sanitise.h"

namespace duolog::client {
namespace {

// Text and passphrases pass through this process: no core dump of it, and no other process looks in.
void keep_to_itself() {
  ::prctl(PR_SET_DUMPABLE, 0);
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));  // told by write() instead: client/output.h
}

AutoStart auto_start() {
  const char* forbidden = std::getenv("DUOLOG_NO_AUTOSTART");
  return forbidden != nullptr && std::string_view(forbidden) == "1" ? AutoStart::kNever : AutoStart::kAllowed;
}

Exit run(int argc, const char* const* argv, const Dispatch& dispatch) {
  const Invocation call = parse_command_line(argc, argv);
  Output out(call.globals.colour, call.globals.json);
  Daemon daemon(call.globals.home, auto_start());
  Context context{call.globals, out, daemon};
  const Exit exit = dispatch(context, call);
  out.flush();
  return exit;
}

void report(const Failure& failure, bool json) {
  if (json) {
    return say("{\"error\":{\"code\":" + json_string(failure.code()) + ",\"message\":" + json_string(failure.what()) +
               ",\"hint\":" + json_string(failure.hint()) + "}}\n");
  }
  say_wrapped(std::string("duolog: ") + failure.what() + "\n");
  if (!failure.hint().empty()) say_wrapped("hint: " + failure.hint() + "\n");
}

Exit run_and_report(int argc, const char* const* argv, const Dispatch& dispatch) {
  try {
    return run(argc, argv, dispatch);
  } catch (const ReaderGone&) {
    return Exit::kDone;
  } catch (const Failure& failure) {
    report(failure, wants_json(argc, argv));
    return failure.status();
  } catch (const std::exception& trouble) {
    report({Exit::kFailed, "FAILED", sanitise_line(trouble.what()), "what was saved is safe"}, wants_json(argc, argv));
    return Exit::kFailed;
  }
}

}  // namespace

int run_program(int argc, const char* const* argv, const Dispatch& dispatch) {
  keep_to_itself();
  return static_cast<int>(run_and_report(argc, argv, dispatch));
}

}  // namespace duolog::client
