// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/device.h"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <list>
#include <set>

#include "daemon/control/convert.h"
#include "daemon/control/server.h"
#include "daemon/home/zone.h"
#include "daemon/journal/door.h"
#include "daemon/meeting.h"
#include "daemon/net/node.h"
#include "proto/control.pb.h"

namespace duolog {
namespace {

using control::Desk;
using control::Error;

constexpr auto kClockTolerance = std::chrono::minutes(5);
constexpr std::size_t kFoldSlice = 512;  // records between two looks at the sockets

std::uint32_t random_below(std::uint32_t bound) {
  ByteArray<8> bytes{};
  crypto::fill_random(bytes);
  return static_cast<std::uint32_t>(read_u64(bytes) % bound);  // the bias of 2^-32 does not matter for jitter
}

std::uint32_t count(std::uint64_t value) {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(value, UINT32_MAX));
}

// Everything that exists only while the vault is open. Members are built from top to bottom.
net::Introduction introduce(const journal::Door& door) {
  journal::Introduction self = door.introduction();
  return {std::move(self.chain), std::move(self.name)};
}

}  // namespace

struct Device::Open {
  Open(Device::State& device, std::unique_ptr<store::Database> opened, journal::Identity who);

  std::vector<net::Doorway> doorways() const;
  net::PeerHooks peer_hooks();
  sync::Hooks session_hooks(const JournalId& journal, const DeviceId& other);
  void look_at_doors();  // journals, epochs or members may be other ones than before
  void fold_soon();
  void peer_changed(const JournalId& journal, const DeviceId& device);
  control::Peer describe(const net::PeerStatus& status) const;

  Device::State& device;
  std::unique_ptr<store::Database> database;
  store::SealedLog log;
  journal::Identity identity;
  store::LocalState memory;
  journal::Shelf shelf;
  journal::Door door;
  net::Switchboard switchboard;
  std::unique_ptr<net::Node> node;

  using DoorSign = std::vector<std::tuple<JournalId, std::size_t, std::vector<DeviceId>>>;
  DoorSign doors_shown;
  std::set<std::pair<JournalId, DeviceId>> connected;
  bool fold_posted = false;
};

struct Device::State {
  State(asio::io_context& context, home::Home& place, const home::Config& settings, Clock time,
        std::function<void()> on_stopped)
      : io(context), home(place), config(settings), clock(std::move(time)), stopped(std::move(on_stopped)) {}

  asio::io_context& io;
  home::Home& home;
  const home::Config& config;
  Clock clock;
  std::function<void()> stopped;

  Desk desk;
  std::list<std::function<void(const control::WatchEvent&)>> watchers;
  std::unique_ptr<Open> open;
  std::unique_ptr<control::Server> server;
  bool stopping = false;
  bool anew = false;
  std::exception_ptr bug;
  std::shared_ptr<bool> alive = std::make_shared<bool>(true);

  [[nodiscard]] Desk::State now() const {
    if (open) return Desk::State::kOpen;
    return vault().exists() ? Desk::State::kLocked : Desk::State::kFresh;
  }
  [[nodiscard]] store::VaultFile vault() const { return {home.vault(), home.key_file()}; }

  void furnish_desk();
  void open_with(journal::Identity identity, store::Database::Open how);
  void init(const control::Init& asked, control::Reply& reply);
  void unlock(const control::Unlock& asked, control::Reply& reply);
  void change_passphrase(const control::Passphrase& asked);
  void describe(control::StatusReport& report) const;
  void examine(control::DoctorReport& report) const;
  void tell(const control::WatchEvent& event);
  control::Hold subscribe(std::function<void(const control::WatchEvent&)> watcher);
  control::Hold after(std::chrono::milliseconds time, std::function<void()> then);
  void stop();
};

// ---- what stands while the vault is open ----

Device::Open::Open(Device::State& owner, std::unique_ptr<store::Database> opened, journal::Identity who)
    : device(owner),
      database(std::move(opened)),
      log(*database),
      identity(std::move(who)),
      memory(*database, identity.keys().local_key("local.state")),
      shelf({identity, log, memory, owner.clock, home::zone_of_this_machine()},
            {[this](const JournalId& journal) { switchboard.log_grew(journal); },
             [this](const journal::News& news) {
               control::WatchEvent event;
               control::fill(event, news);
               device.tell(event);
             }}),
      door(shelf),
      switchboard({{identity.keys(), [this] { return introduce(door); }},
                   log,
                   memory,
                   owner.clock,
                   random_below,
                   peer_hooks(),
                   [](std::string_view note) { spdlog::info("net: {}", note); }}) {
  shelf.start();
  look_at_doors();
  node = std::make_unique<net::Node>(
      owner.io, switchboard,
      net::Node::Options{owner.config.listen, owner.config.discovery, owner.config.addresses,
                         [](std::string_view note) { spdlog::info("net: {}", note); },
                         [this](std::exception_ptr bug) { device.bug = bug, device.stop(); }});
}

std::vector<net::Doorway> Device::Open::doorways() const {
  std::vector<net::Doorway> doorways;
  for (const JournalId& id : door.journals()) {
    const journal::JournalSecrets& secrets = identity.journal(id);
    net::Doorway doorway;
    doorway.journal = id;
    doorway.roots = secrets.genesis.roots();
    for (auto epoch = secrets.epochs.rbegin(); epoch != secrets.epochs.rend(); ++epoch) {
      doorway.psks.push_back(crypto::net_psk(*epoch));
    }
    for (const auto& member : door.members(id)) {
      if (!member.self) doorway.others.push_back(member.device);
    }
    doorways.push_back(std::move(doorway));
  }
  return doorways;
}

void Device::Open::look_at_doors() {
  DoorSign now;
  for (const JournalId& id : door.journals()) {
    std::vector<DeviceId> members;
    for (const auto& member : door.members(id)) members.push_back(member.device);
    now.emplace_back(id, identity.journal(id).epochs.size(), std::move(members));
  }
  if (now == doors_shown) return;
  doors_shown = std::move(now);
  switchboard.set_doorways(doorways());
}

net::PeerHooks Device::Open::peer_hooks() {
  net::PeerHooks hooks;
  hooks.admits = [this](const JournalId& journal, const crypto::ProvenDevice&, const crypto::Chain& chain) {
    return door.admit(journal, chain);
  };
  hooks.session = [this](const JournalId& journal, const crypto::ProvenDevice& other) {
    door.session_began(journal, other.device.id());
    return session_hooks(journal, other.device.id());
  };
  hooks.changed = [this](const JournalId& journal, const DeviceId& other) { peer_changed(journal, other); };
  return hooks;
}

sync::Hooks Device::Open::session_hooks(const JournalId& journal, const DeviceId& other) {
  sync::Hooks hooks;
  hooks.stored = [this, journal](const DeviceId& author, std::uint64_t first, std::uint64_t last) {
    switchboard.log_grew(journal);  // other devices of the journal want it too
    shelf.stored(journal, author, first, last);
    fold_soon();
  };
  hooks.acknowledged = [this, journal, other](const store::Frontier& frontier) {
    door.acknowledged(journal, other, frontier);
  };
  hooks.admit = [this, journal](const crypto::Chain& chain) { return door.admit(journal, chain); };
  hooks.chains = [this, journal] { return door.chains(journal); };
  hooks.forked = [this, journal](const DeviceId& forked) {
    spdlog::warn("the log of device {} has two branches: it is frozen", hex(forked.view()).substr(0, 8));
    door.forked(journal, forked);
    look_at_doors();
  };
  return hooks;
}

void Device::Open::fold_soon() {
  if (fold_posted) return;
  fold_posted = true;
  asio::post(device.io, [this, alive = std::weak_ptr(device.alive)] {
    if (alive.expired()) return;
    fold_posted = false;
    if (shelf.fold_some(kFoldSlice)) return fold_soon();
    look_at_doors();
  });
}

void Device::Open::peer_changed(const JournalId& journal, const DeviceId& other) {
  for (const auto& status : switchboard.status()) {
    if (status.journal != journal || status.device != other) continue;
    const bool is_here = status.state == net::PeerStatus::State::kConnected;
    const bool was_here = connected.count({journal, other}) > 0;
    if (is_here == was_here) return;
    if (is_here) {
      connected.insert({journal, other});
    } else {
      connected.erase({journal, other});
    }
    const control::Peer peer = describe(status);
    control::WatchEvent event;
    event.set_event(is_here ? "connected" : "disconnected");
    event.set_at(control::moment(device.clock.wall()));
    event.set_journal(peer.journal());
    event.set_name(peer.name());
    return device.tell(event);
  }
}

control::Peer Device::Open::describe(const net::PeerStatus& status) const {
  control::Peer peer;
  peer.set_journal(identity.has(status.journal) ? identity.journal(status.journal).name : "");
  for (const auto& member : door.members(status.journal)) {
    if (member.device != status.device) continue;
    peer.set_name(member.person);
    peer.set_device(member.device_name);
  }
  using Is = net::PeerStatus::State;
  switch (status.state) {
    case Is::kConnected:
      peer.set_state("connected");
      break;
    case Is::kDialling:
      peer.set_state("dialling");
      break;
    case Is::kWaiting:
      peer.set_state("waiting");
      break;
    case Is::kNoAnswer:
      peer.set_state("no answer");
      break;
    case Is::kNeverMet:
      peer.set_state("never met");
      break;
  }
  peer.set_connected(status.state == Is::kConnected);
  peer.set_last_seen(control::moment(status.last_seen));
  if (status.state == Is::kNoAnswer) peer.set_since(control::moment(status.last_seen));
  peer.set_next_try(control::moment(status.next_try));
  peer.set_address(status.address);
  peer.set_behind(count(status.behind));
  peer.set_missing(count(status.lacking));
  if (status.clock_ahead && std::chrono::abs(*status.clock_ahead) > kClockTolerance) {
    peer.set_clock_minutes(
        static_cast<std::int32_t>(std::chrono::duration_cast<std::chrono::minutes>(*status.clock_ahead).count()));
  }
  return peer;
}

// ---- the desk ----

void Device::State::furnish_desk() {
  desk.clock = clock;
  desk.state = [this] { return now(); };
  desk.shelf = [this]() -> journal::Shelf& { return open->shelf; };
  desk.init = [this](const control::Init& asked, control::Reply& reply) { init(asked, reply); };
  desk.unlock = [this](const control::Unlock& asked, control::Reply& reply) { unlock(asked, reply); };
  desk.passphrase = [this](const control::Passphrase& asked, control::Reply& reply) {
    change_passphrase(asked);
    reply.mutable_done();
  };
  desk.lock = [this] { anew = true, stop(); };
  desk.stop = [this] { stop(); };
  desk.describe = [this](control::StatusReport& report) { describe(report); };
  desk.examine = [this](control::DoctorReport& report) { examine(report); };
  desk.peers = [this] {
    std::vector<control::Peer> peers;
    for (const auto& status : open->switchboard.status()) peers.push_back(open->describe(status));
    return peers;
  };
  desk.in_step = [this] {
    const auto peers = open->switchboard.status();
    return std::all_of(peers.begin(), peers.end(), [](const auto& peer) { return peer.in_step; });
  };
  desk.nudge = [this] { open->switchboard.sync_now(); };
  desk.pair = [this](const control::Pair& asked, auto tell, auto fail) {
    return Meeting::start({open->shelf, open->switchboard, clock, config.discovery, [this] { open->look_at_doors(); }},
                          asked, {std::move(tell), std::move(fail)});
  };
  desk.subscribe = [this](auto watcher) { return subscribe(std::move(watcher)); };
  desk.after = [this](std::chrono::milliseconds time, auto then) { return after(time, std::move(then)); };
}

// The database first, then the vault: a vault without its database would be a device that has lost its log.
void Device::State::init(const control::Init& asked, control::Reply& reply) {
  const crypto::SecretBytes passphrase(as_bytes(asked.passphrase()));
  const bool database_left = std::filesystem::exists(home.database());
  auto database = std::make_unique<store::Database>(
      home.database(), database_left ? store::Database::Open::kExisting : store::Database::Open::kCreate);
  if (!store::SealedLog(*database).journals().empty()) {
    throw std::runtime_error(home.database().string() + " holds journals, but its vault " + home.vault().string() +
                             " is missing; put the vault back, nothing was changed");
  }
  database.reset();
  auto identity = journal::Identity::create(vault(), {asked.name(), asked.device_name()}, passphrase,
                                            config.passphrase_cost, clock.wall());
  open_with(std::move(identity), store::Database::Open::kExisting);
  control::InitReport& report = *reply.mutable_init();
  report.set_name(open->identity.person());
  report.set_device(hex(open->identity.keys().id().view()));
  report.set_locked_by(open->identity.locked_by() == crypto::VaultMode::kPassphrase ? "passphrase" : "key file");
  const crypto::SecretBytes words = open->identity.words(passphrase);
  std::string_view rest = words.text();
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    report.add_words(std::string(rest.substr(0, end)));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  spdlog::info("set up");
}

void Device::State::unlock(const control::Unlock& asked, control::Reply& reply) {
  if (now() == Desk::State::kFresh) {
    reply.mutable_error()->set_code(Error::NOT_INITIALISED);
    return;
  }
  if (!open) {
    auto identity = journal::Identity::open(vault(), crypto::SecretBytes(as_bytes(asked.passphrase())));
    if (!identity) {
      reply.mutable_error()->set_code(Error::WRONG_PASSPHRASE);
      return;
    }
    open_with(std::move(*identity), store::Database::Open::kExisting);
    spdlog::info("unlocked");
  }
  reply.mutable_done();
}

void Device::State::open_with(journal::Identity identity, store::Database::Open how) {
  open = std::make_unique<Open>(*this, std::make_unique<store::Database>(home.database(), how), std::move(identity));
}

void Device::State::change_passphrase(const control::Passphrase& asked) {
  open->identity.change_passphrase(crypto::SecretBytes(as_bytes(asked.current())),
                                   crypto::SecretBytes(as_bytes(asked.replacement())), config.passphrase_cost);
}

void Device::State::describe(control::StatusReport& report) const {
  report.set_version(DUOLOG_VERSION);
  report.set_home(home.places().data.string());
  report.set_pid(static_cast<std::uint32_t>(::getpid()));
  auto& device = *report.mutable_device();
  if (!open) {
    if (now() == Desk::State::kLocked) device.set_locked_by("passphrase");
    return;
  }
  device.set_id(hex(open->identity.keys().id().view()));
  device.set_name(open->identity.device());
  device.set_person(open->identity.person());
  device.set_locked_by(open->identity.locked_by() == crypto::VaultMode::kPassphrase ? "passphrase" : "key file");
  device.set_words_confirmed(open->identity.words_confirmed());
  for (const auto& address : open->switchboard.addresses()) device.add_addresses(address);
}

void Device::State::examine(control::DoctorReport& report) const {
  const auto find = [&report](const char* code, const char* severity, std::string detail) {
    auto& finding = *report.add_findings();
    finding.set_code(code);
    finding.set_severity(severity);
    finding.set_detail(std::move(detail));
  };
  find("daemon", "ok", DUOLOG_VERSION);
  if (!crypto::secret_memory_is_locked()) find("memory-not-locked", "warning", "RLIMIT_MEMLOCK");
  if (!open) {
    find(now() == Desk::State::kLocked ? "locked" : "not-set-up", "note", "");
    return;
  }
  const std::string& refusal = open->database->refusal();
  if (!refusal.empty()) find("cannot-write", "problem", refusal);
  const std::vector<std::string> damage = open->log.damage();
  for (const auto& damaged : damage) find("damaged", "problem", damaged);
  if (refusal.empty() && damage.empty()) find("log", "ok", std::to_string(open->log.journals().size()));
  find("listening", "ok", std::to_string(open->node->port()));
  if (!config.discovery) find("discovery-off", "note", "");
  for (const auto& status : open->switchboard.status()) {
    const control::Peer peer = open->describe(status);
    const bool here = status.state == net::PeerStatus::State::kConnected;
    find(here ? "peer-connected" : "peer-away", here ? "ok" : "note", peer.name());
    if (peer.clock_minutes() != 0) find("clock-differs", "warning", peer.name());
  }
  for (const auto& warning : journal::warnings(open->shelf)) find(warning.c_str(), "warning", "");
}

void Device::State::tell(const control::WatchEvent& event) {
  for (auto watcher = watchers.begin(); watcher != watchers.end();) (*watcher++)(event);
}

control::Hold Device::State::subscribe(std::function<void(const control::WatchEvent&)> watcher) {
  const auto place = watchers.insert(watchers.end(), std::move(watcher));
  return {this, [place](State* self) { self->watchers.erase(place); }};
}

control::Hold Device::State::after(std::chrono::milliseconds time, std::function<void()> then) {
  auto timer = std::make_shared<asio::steady_timer>(io, time);
  timer->async_wait([timer, then = std::move(then)](asio::error_code cancelled) {
    if (!cancelled) then();
  });
  return {timer.get(), [timer](void*) { timer->cancel(); }};
}

// Visitors first (their answers are already queued), then the network says its farewells; then io may be left.
void Device::State::stop() {
  if (stopping) return;
  stopping = true;
  spdlog::info(anew ? "locking" : "stopping");
  const auto close_network = [this] {
    if (!open || !open->node) return stopped();
    open->node->stop([this] { stopped(); });
  };
  if (!server) return close_network();
  server->close(close_network);
}

Device::Device(asio::io_context& io, home::Home& home, const home::Config& config, Clock clock,
               std::function<void()> stopped)
    : state_(std::make_unique<State>(io, home, config, std::move(clock), std::move(stopped))) {}

Device::~Device() {
  state_->server.reset();
  state_->open.reset();
}

void Device::start() {
  state_->furnish_desk();
  if (state_->vault().exists()) {
    if (state_->vault().mode() == crypto::VaultMode::kKeyFile) {
      auto identity = journal::Identity::open(state_->vault(), crypto::SecretBytes());
      if (!identity) {
        throw std::runtime_error(state_->home.vault().string() +
                                 " does not open with its key file; one of the two is damaged or from another home");
      }
      state_->open_with(std::move(*identity), store::Database::Open::kExisting);
    } else if (!std::filesystem::exists(state_->home.database())) {
      throw std::runtime_error(state_->home.database().string() + " is missing, but its vault is here");
    }
  }
  state_->server = std::make_unique<control::Server>(state_->io, state_->home.places().socket(), state_->desk);
}

void Device::stop() { state_->stop(); }
void Device::failed(std::exception_ptr bug) { state_->bug = std::move(bug), state_->stop(); }
control::Desk::State Device::state() const { return state_->now(); }
bool Device::wants_to_run_anew() const { return state_->anew && !state_->bug; }
void Device::rethrow_failure() const {
  if (state_->bug) std::rethrow_exception(state_->bug);
}

}  // namespace duolog
