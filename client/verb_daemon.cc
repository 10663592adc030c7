// daemon start|stop|status: never starts one by itself where it was not asked to.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "client/json.h"
#include "client/sanitise.h"
#include "client/start.h"
#include "client/verbs.h"
#include "client/words.h"
#include "proto/control.pb.h"
#include "proto/socket_place.h"

namespace duolog::client {
namespace {

using namespace std::chrono_literals;
constexpr auto kStopPatience = 10s;
constexpr auto kStopLook = 20ms;

Exit report_running(Context& context) {
  const auto status = context.daemon.status();
  if (context.out.json()) {
    context.out.line(fmt::format("{{\"running\":true,\"pid\":{},\"version\":{},\"locked\":{}}}", status.pid(),
                                 json_string(status.version()), status.locked()));
  } else {
    context.out.line(fmt::format("duologd {} is running, process {}{}", sanitise_line(status.version()), status.pid(),
                                 status.locked() ? "; locked: duolog unlock" : ""));
  }
  return Exit::kDone;
}

void report_stopped(Context& context, const char* words = "the daemon is not running") {
  context.out.line(context.out.json() ? R"({"running":false})" : words);
}

Exit start(Context& context) {
  auto& daemon = context.daemon;
  if (!daemon.try_connect()) start_daemon(context.globals.home, [&daemon] { return daemon.try_connect(); });
  return report_running(context);
}

Exit stop(Context& context) {
  auto& daemon = context.daemon;
  if (!daemon.try_connect()) {
    report_stopped(context);
    return Exit::kDone;
  }
  control::Request request;
  request.mutable_stop();
  daemon.ask_one(request);
  const auto deadline = std::chrono::steady_clock::now() + kStopPatience;
  const proto::Places places = proto::places(context.globals.home);
  while (daemon.try_connect() || proto::is_held(places)) {
    if (std::chrono::steady_clock::now() >= deadline) throw daemon_hangs(std::chrono::seconds(kStopPatience).count());
    std::this_thread::sleep_for(kStopLook);
  }
  report_stopped(context, "duologd has stopped");
  return Exit::kDone;
}

}  // namespace

Exit daemon(Context& context, const DaemonOptions& options) {
  if (options.action == "start") return start(context);
  if (options.action == "stop") return stop(context);
  if (context.daemon.try_connect()) return report_running(context);
  report_stopped(context);
  return Exit::kNoDaemon;
}

}  // namespace duolog::client
