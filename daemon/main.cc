// main.cc: duologd from start to stop. Each line is a room; the order is the order of the flow.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/core.h>
#include <google/protobuf/stubs/logging.h>
#include <spdlog/spdlog.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <csignal>

#include "daemon/device.h"
#include "daemon/notes.h"

namespace {

using namespace duolog;

constexpr int kFailed = 1;
constexpr int kAlreadyRunning = 75;  // EX_TEMPFAIL: systemd need not try again, and a client may go on waiting

struct Options {
  std::string home;
  std::string listen;
  bool no_discovery = false;
};

void describe(CLI::App& app, Options& options) {
  app.set_version_flag("--version", std::string("duologd ") + DUOLOG_VERSION);
  app.add_option("--home", options.home, "Keep everything of this device under DIR")
      ->type_name("DIR")
      ->envname("DUOLOG_HOME");
  app.add_option("--listen", options.listen, "Listen there instead of on every interface")->type_name("HOST:PORT");
  app.add_flag("--no-discovery", options.no_discovery,
               "Neither announce nor look for pairing windows on the local network");
  app.footer(
      "duologd stays in the foreground; `duolog` starts it by itself when it is needed.\n"
      "SIGTERM stops it cleanly.");
}

home::Config configure(const home::Home& home, const Options& options) {
  home::Config config = home::read_config(home.places().config / "config.toml");
  if (!options.listen.empty()) config.listen = options.listen;
  if (options.no_discovery) config.discovery = false;
  return config;
}

// True: locked, run the program again.
bool serve(asio::io_context& io, home::Home& home, const home::Config& config) {
  Device device(io, home, config, Clock::of_this_machine(), [&io] { io.stop(); });
  device.start();

  asio::signal_set signals(io, SIGTERM, SIGINT);
  signals.async_wait([&device](asio::error_code cancelled, int) {
    if (!cancelled) device.stop();
  });
  const bool locked = device.state() == control::Desk::State::kLocked;
  sd_notify(0, locked ? "READY=1\nSTATUS=locked; duolog unlock" : "READY=1\nSTATUS=ready");
  fmt::print("duologd: {}\n", locked ? "locked; `duolog unlock` opens the journal" : "ready");
  (void)std::fflush(stdout);

  io.run();
  sd_notify(0, "STOPPING=1");
  device.rethrow_failure();
  return device.wants_to_run_anew();
}

// Returns only where the program could not be executed anew.
void run_anew(char** argv) {
  ::execv("/proc/self/exe", argv);
  throw std::system_error(errno, std::generic_category(), "locked, but duologd cannot run anew; start it again");
}

void run(const Options& options, char** argv) {
  home::Home home(options.home);
  home.lock();
  const home::Config config = configure(home, options);
  open_notes(home.notes(), config.notes_level);
  spdlog::info("duologd {} starts", DUOLOG_VERSION);
  asio::io_context io(1);
  const bool anew = serve(io, home, config);
  spdlog::info(anew ? "locked: running anew" : "stopped");
  // With io still standing: its end would wait for a name that is being looked up, and every page that held a word goes
  // with the old image at once.
  if (anew) run_anew(argv);
}

}  // namespace

int main(int argc, char** argv) {
  // Until the daemon takes them over: stopped before anything was promised is a clean stop.
  (void)std::signal(SIGTERM, [](int) { ::_exit(0); });
  (void)std::signal(SIGINT, [](int) { ::_exit(0); });
  CLI::App app("duologd keeps a journal of two people on this device and syncs it with the other's.", "duologd");
  Options options;
  describe(app, options);
  CLI11_PARSE(app, argc, argv);
  try {
    home::harden_process();
    crypto::initialise();
    (void)std::signal(SIGPIPE, SIG_IGN);
    google::protobuf::SetLogHandler(nullptr);  // what visitors and peers get wrong is answered, not printed
    run(options, argv);
    return 0;
  } catch (const home::AlreadyRunning& other) {
    fmt::print(stderr, "duologd: {}\n", other.what());
    return kAlreadyRunning;
  } catch (const std::exception& error) {
    fmt::print(stderr, "duologd: {}\n", error.what());
    spdlog::error("{}", error.what());
    return kFailed;
  }
}
