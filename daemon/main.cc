// main.cc: duologd from start to stop. Each line is a room; the order is the order of the flow.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/core.h>
#include <google/protobuf/stubs/logging.h>
#include <spdlog/spdlog.h>
#include <sys/signalfd.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <linux/close_range.h>

#include <CLI/CLI.hpp>
#include <array>
#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <csignal>

#include "daemon/device.h"
#include "daemon/net/upnp_errand.h"
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
      "SIGTERM, SIGHUP or Ctrl-C stops it cleanly.");
}

// ---- being asked to stop ----

// A terminal that closes is one more way to be asked; whoever started us under nohup has said that it is none.
constexpr std::array kAskedToStop{SIGTERM, SIGINT, SIGHUP};

bool is_ignored(int signal) {
  struct sigaction found{};
  return ::sigaction(signal, nullptr, &found) == 0 && found.sa_handler == SIG_IGN;
}

sigset_t asked_to_stop() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : kAskedToStop) {
    if (!is_ignored(signal)) sigaddset(&signals, signal);  // blocked, it would be heard all the same
  }
  return signals;
}

// Until the daemon listens for them: stopped before anything was promised is a clean stop. What came while one image of
// the program gave way to the next (run_anew) has waited, and is answered here.
void leave_at_once_when_asked() {
  for (const int signal : kAskedToStop) {
    if (!is_ignored(signal)) (void)std::signal(signal, [](int) { ::_exit(0); });
  }
  const sigset_t signals = asked_to_stop();
  ::sigprocmask(SIG_UNBLOCK, &signals, nullptr);
}

// From here on they wait as long as they must, and interrupt nothing: neither a second Ctrl-C what the first one
// closes, nor any of them the change from one image to the next. Readable as long as one of them waits; never read.
int hear_when_asked() {
  const sigset_t signals = asked_to_stop();
  ::sigprocmask(SIG_BLOCK, &signals, nullptr);
  const int heard = ::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
  if (heard < 0) throw std::system_error(errno, std::generic_category(), "signals cannot be listened for");
  return heard;
}

home::Config configure(const home::Home& home, const Options& options) {
  home::Config config = home::read_config(home.places().config / "config.toml");
  if (!options.listen.empty()) config.listen = options.listen;
  if (options.no_discovery) config.discovery = false;
  return config;
}

// The socket of the service manager, or of the client that started us. It stands in the environment only while we speak
// and for our own next run: no program that we start shall speak for us.
class ServiceManager {
 public:
  ServiceManager() {
    const char* socket = std::getenv(kVariable);
    if (socket != nullptr) socket_ = socket;
    (void)::unsetenv(kVariable);
  }
  void give_back() const {
    if (!socket_.empty()) (void)::setenv(kVariable, socket_.c_str(), 1);
  }
  void tell(const char* state) const {
    give_back();
    sd_notify(1, state);
  }

 private:
  static constexpr const char* kVariable = "NOTIFY_SOCKET";
  std::string socket_;
};

// True: locked, run the program again.
bool serve(asio::io_context& io, home::Home& home, const home::Config& config, const ServiceManager& manager) {
  Device device(io, home, config, Clock::of_this_machine(), [&io] { io.stop(); });
  device.start();

  asio::posix::stream_descriptor asked(io, hear_when_asked());
  asked.async_wait(asio::posix::stream_descriptor::wait_read, [&device](asio::error_code cancelled) {
    if (!cancelled) device.stop();
  });
  const bool locked = device.state() == control::Desk::State::kLocked;
  manager.tell(locked ? "READY=1\nSTATUS=locked; duolog unlock" : "READY=1\nSTATUS=ready");
  fmt::print("duologd: {}\n", locked ? "locked; `duolog unlock` opens the journal" : "ready");
  (void)std::fflush(stdout);

  io.run();
  manager.tell("STOPPING=1");
  device.rethrow_failure();
  return device.wants_to_run_anew();
}

// Returns only where the program could not be executed anew. A call that is just being made has a socket which nobody
// has marked yet.
void run_anew(char** argv) {
  constexpr unsigned kFirstOwn = STDERR_FILENO + 1;
  (void)::close_range(kFirstOwn, ~0U, CLOSE_RANGE_CLOEXEC);
  ::execv("/proc/self/exe", argv);
  throw std::system_error(errno, std::generic_category(), "locked, but duologd cannot run anew; start it again");
}

constexpr std::string_view kSafe = "\nhint: what was saved is safe";

// What a person can do about it; the text before it names the file.
std::string_view advice(const std::error_code& code) {
  if (code == std::errc::no_space_on_device)
    return "\nhint: make room on that disk (df -h, df -i); what was saved is safe";
  if (code == std::errc::read_only_file_system) return "\nhint: let that disk be written to; what was saved is safe";
  if (code == std::errc::io_error)
    return "\nhint: the disk may be failing: make a copy of it; nothing more is written to it";
  return kSafe;
}

void run(const Options& options, char** argv) {
  home::Home home(options.home);
  home.lock();
  const home::Config config = configure(home, options);
  open_notes(home.notes(), config.notes_level);
  spdlog::info("duologd {} starts", DUOLOG_VERSION);
  asio::io_context io(1);
  const ServiceManager manager;
  const bool anew = serve(io, home, config, manager);
  spdlog::info(anew ? "locked: running anew" : "stopped");
  // Every page that held a word goes with the old image at once.
  if (!anew) return;
  manager.give_back();
  run_anew(argv);
}

}  // namespace

int main(int argc, char** argv) {
  constexpr int kOwnWords = 2;
  if (argc >= kOwnWords && std::string_view(argv[1]) == net::kUpnpErrandWord)
    return net::run_upnp_errand(argc - kOwnWords, argv + kOwnWords);
  leave_at_once_when_asked();
  CLI::App app("duologd keeps a journal of two people on this device and syncs it with the other's.", "duologd");
  Options options;
  describe(app, options);
  CLI11_PARSE(app, argc, argv);
  try {
    note_on_terminal();
    home::harden_process();
    crypto::initialise();
    (void)std::signal(SIGPIPE, SIG_IGN);
    google::protobuf::SetLogHandler(nullptr);  // what visitors and peers get wrong is answered, not printed
    run(options, argv);
    return 0;
  } catch (const home::AlreadyRunning& other) {
    fmt::print(
        stderr,
        "duologd: {}; this one changed nothing\nhint: duolog daemon status asks it, duolog daemon stop ends it\n",
        other.what());
    return kAlreadyRunning;
  } catch (const std::system_error& error) {
    spdlog::error("{}{}", error.what(), advice(error.code()));
    return kFailed;
  } catch (const std::exception& error) {
    const std::string_view what = error.what();
    spdlog::error("{}{}", what, what.find("\nhint: ") == std::string_view::npos ? kSafe : "");
    return kFailed;
  }
}
