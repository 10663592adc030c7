// main.cc: duolog-mailbox from start to stop: serve, or show the link, or say how it stands.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/chrono.h>
#include <fmt/core.h>
#include <google/protobuf/stubs/logging.h>
#include <systemd/sd-daemon.h>

#include <CLI/CLI.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>
#include <csignal>
#include <fstream>

#include "daemon/home/address.h"
#include "daemon/home/home.h"
#include "daemon/line/interfaces.h"
#include "daemon/mailbox/host.h"

namespace {

using namespace duolog;
namespace fs = std::filesystem;

constexpr int kFailed = 1;
constexpr int kAlreadyRunning = 75;
constexpr std::uint16_t kPort = 38651;  // beside the daemon's own
constexpr std::chrono::hours kTick{1};

struct Options {
  std::string home;
  std::string listen;
  std::string quota = "1GiB";
  std::string keep = "90d";
  std::vector<std::string> addresses;
  bool new_link = false;
};

// What is typed beside a number.
struct Unit {
  std::string_view name;
  std::uint64_t times;
};

std::uint64_t number_with_unit(const std::string& text, std::initializer_list<Unit> units, std::uint64_t most) {
  const std::size_t end = text.find_first_not_of("0123456789");
  const std::string_view unit = end == std::string::npos ? std::string_view() : std::string_view(text).substr(end);
  for (const Unit& each : units) {
    constexpr std::size_t kDigits = 9;
    if (unit != each.name || text.size() == unit.size() || text.size() - unit.size() > kDigits) continue;
    const std::uint64_t number = std::stoull(text.substr(0, text.size() - unit.size())) * each.times;
    if (number > 0 && number <= most) return number;
  }
  return 0;
}

mailbox::Limits limits_of(const Options& options) {
  constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
  mailbox::Limits limits;
  limits.quota = number_with_unit(options.quota, {{"MiB", kMiB}, {"GiB", kMiB << 10}}, kMiB << 20);
  if (limits.quota < mailbox::kBundleLimit + kMiB)
    throw std::runtime_error("--quota " + options.quota + " is no size\nhint: from 9MiB to 1024GiB, as 1GiB");
  constexpr std::uint64_t kYears = 10;
  const std::uint64_t days = number_with_unit(options.keep, {{"d", 1}}, kYears * 366);
  if (days == 0) throw std::runtime_error("--keep " + options.keep + " is no time\nhint: in days, as 90d");
  limits.keep = std::chrono::days(days);
  return limits;
}

fs::path key_of(const home::Home& home) { return home.places().data / "key"; }
fs::path bundles_of(const home::Home& home) { return home.places().data / "bundles"; }
fs::path place_of(const home::Home& home) { return home.places().runtime / "listening"; }

home::Home open_home(const Options& options) {
  if (options.home.empty())
    throw std::runtime_error("where are its bundles?\nhint: duolog-mailbox --home DIR, or DUOLOG_MAILBOX_HOME");
  return home::Home(options.home);
}

// ---- serving ----

void tick_each_hour(asio::steady_timer& timer, mailbox::Bundles& bundles) {
  timer.expires_after(kTick);
  timer.async_wait([&](asio::error_code cancelled) {
    if (cancelled) return;
    bundles.tick();
    tick_each_hour(timer, bundles);
  });
}

void note(const std::string& text) { fmt::print(stderr, "duolog-mailbox: {}\n", text); }

void write_place(const home::Home& home, const std::string& place) {
  std::ofstream file(place_of(home), std::ios::trunc);
  file << place << "\n";
}

std::string where_to_listen(const Options& options) {
  return options.listen.empty() ? "[::]:" + std::to_string(kPort) : options.listen;
}

int serve(const Options& options) {
  const mailbox::Limits limits = limits_of(options);
  home::Home home = open_home(options);
  home.lock();
  mailbox::KeyFile keys(key_of(home));
  if (!keys.exists()) keys.make();
  if (!keys.now()) {
    throw std::runtime_error(key_of(home).string() +
                             " is damaged, or others may read it; nothing was changed\nhint: chmod 600, or put it back "
                             "from a backup; without it make the mailbox anew in another folder");
  }
  asio::io_context io(1);
  mailbox::Bundles bundles(bundles_of(home), limits, Clock::of_this_machine(), note);
  mailbox::Counter counter({bundles, keys, Clock::of_this_machine()});
  std::exception_ptr bug;
  mailbox::Host host(io, counter, where_to_listen(options), [&](std::exception_ptr escaped) {
    bug = std::move(escaped);
    io.stop();
  });
  write_place(home, host.place());
  asio::steady_timer hour(io);
  tick_each_hour(hour, bundles);
  asio::signal_set asked(io, SIGTERM, SIGINT, SIGHUP);
  asked.async_wait([&io](asio::error_code cancelled, int) {
    if (!cancelled) io.stop();
  });
  sd_notify(0, "READY=1\nSTATUS=ready");
  fmt::print("duolog-mailbox: ready at {}\n", host.place());
  (void)std::fflush(stdout);
  io.run();
  sd_notify(0, "STOPPING=1");
  std::error_code ignored;
  fs::remove(place_of(home), ignored);
  if (bug) std::rethrow_exception(bug);
  return 0;
}

// ---- the link ----

std::string listening_at(const home::Home& home) {
  std::ifstream file(place_of(home));
  std::string place;
  std::getline(file, place);
  return place;
}

// As the mailbox listens, or will: where it hears everybody, by each address that this machine has.
std::vector<std::string> own_addresses(const home::Home& home) {
  const auto place = parse_place_to_listen(listening_at(home));
  const std::uint16_t port = place ? place->port : kPort;
  const bool everywhere = !place || place->host == "::" || place->host == "0.0.0.0";
  std::vector<std::string> addresses;
  const std::vector<std::string> hosts =
      everywhere ? net::reachable_hosts(net::interfaces()) : std::vector<std::string>{place->host};
  for (const std::string& host : hosts)
    if (addresses.size() < crypto::kLinkAddressLimit) addresses.push_back(Address{host, port}.text());
  return addresses;
}

std::vector<std::string> addresses_of(const home::Home& home, const Options& options) {
  if (options.addresses.empty()) return own_addresses(home);
  std::vector<std::string> addresses;
  for (const std::string& text : options.addresses) {
    auto address = parse_address(text);
    if (!address) throw std::runtime_error(text + " is no address\nhint: HOST or HOST:PORT, as box.example.org:38651");
    if (!is_address(text)) address->port = kPort;
    addresses.push_back(address->text());
  }
  if (addresses.size() > crypto::kLinkAddressLimit) throw std::runtime_error("a link names at most eight addresses");
  return addresses;
}

int show_link(const Options& options) {
  const home::Home home = open_home(options);
  mailbox::KeyFile keys(key_of(home));
  if (!keys.exists()) keys.make();
  if (!keys.now()) throw std::runtime_error(key_of(home).string() + " is damaged, or others may read it");
  if (options.new_link) keys.new_link();
  const auto now = keys.now();
  if (!now) throw std::runtime_error(key_of(home).string() + " cannot be read again");
  const crypto::MailboxLink link{now->secret.clone(), now->server, addresses_of(home, options)};
  if (link.addresses.empty())
    throw std::runtime_error("this machine has no address that others could reach\nhint: --address HOST:PORT");
  const crypto::SecretBytes text = link.text();
  fmt::print("{}\n", text.text());
  (void)std::fflush(stdout);
  std::string at;
  for (const std::string& address : link.addresses) at += " " + address;
  note("the link is a secret: whoever has it can put bundles here and take sealed ones away, and read none");
  note("it names" + at + "; on each of your devices: duolog mailbox add");
  if (options.new_link) note("the link before it is refused from now on");
  return 0;
}

// ---- how it stands ----

bool is_running(home::Home& home) {
  try {
    home.lock();
    return false;
  } catch (const home::AlreadyRunning&) {
    return true;
  }
}

int show_status(const Options& options) {
  home::Home home = open_home(options);
  const mailbox::Bundles::Told told =
      fs::exists(bundles_of(home)) ? mailbox::Bundles::look_at(bundles_of(home)) : mailbox::Bundles::Told();
  constexpr double kMiB = 1 << 20;
  fmt::print("{}\n", is_running(home) ? "running at " + listening_at(home) : std::string("not running"));
  fmt::print("{} bundles, {:.1f} MiB (the quota of a running one is its --quota; 1GiB where none is said)\n",
             told.count, static_cast<double>(told.bytes) / kMiB);
  if (told.oldest_ms)
    fmt::print("the oldest came {:%Y-%m-%d} UTC\n", WallTime(std::chrono::milliseconds(*told.oldest_ms)));
  if (told.passed_over > 0)
    fmt::print("{} files are no bundles of this mailbox, or damaged: they are passed over\n", told.passed_over);
  if (!mailbox::KeyFile(key_of(home)).now()) fmt::print("its key is missing or damaged: nobody is let in\n");
  return 0;
}

void describe(CLI::App& app, Options& options) {
  app.set_version_flag("--version", std::string("duolog-mailbox ") + DUOLOG_VERSION);
  app.add_option("--home", options.home, "Keep the bundles and the key under DIR")
      ->type_name("DIR")
      ->envname("DUOLOG_MAILBOX_HOME");
  app.add_option("--listen", options.listen, "Listen there instead of on every interface, port 38651")
      ->type_name("ADDR:PORT");
  app.add_option("--quota", options.quota, "Keep so much at most; the oldest gives way (1GiB)")->type_name("SIZE");
  app.add_option("--keep", options.keep, "Keep each bundle so long (90d)")->type_name("DAYS");
  app.require_subcommand(0, 1);
  app.fallthrough();
  auto* link = app.add_subcommand("link", "Print the link by which devices find and open this mailbox: a secret");
  link->add_flag("--new", options.new_link, "Make a new one; the one before is refused from then on");
  link->add_option("--address", options.addresses, "Where devices reach it (this machine's addresses); up to eight")
      ->type_name("HOST[:PORT]");
  app.add_subcommand("status", "How many bundles, how large, how old");
  app.footer(
      "Keeps bundles that it cannot read for two people who are never online together.\n"
      "Without a verb it serves, in the foreground, until SIGTERM or Ctrl-C.");
}

int run(const CLI::App& app, const Options& options) {
  if (app.got_subcommand("link")) return show_link(options);
  if (app.got_subcommand("status")) return show_status(options);
  return serve(options);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("duolog-mailbox keeps what two people's devices bring each other while they are apart.",
               "duolog-mailbox");
  Options options;
  describe(app, options);
  CLI11_PARSE(app, argc, argv);
  try {
    home::harden_process();
    crypto::initialise();
    (void)std::signal(SIGPIPE, SIG_IGN);
    google::protobuf::SetLogHandler(nullptr);
    return run(app, options);
  } catch (const home::AlreadyRunning&) {
    note("one is already running here; this one changed nothing");
    return kAlreadyRunning;
  } catch (const std::exception& error) {
    note(error.what());
    return kFailed;
  }
}
