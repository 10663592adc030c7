// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/device_state.h"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <asio/io_context.hpp>
#include <asio/post.hpp>

#include "daemon/carrying.h"
#include "daemon/control/convert.h"
#include "daemon/home/zone.h"
#include "daemon/jitter.h"
#include "daemon/meeting.h"
#include "daemon/net/multicast.h"
#include "daemon/net/ways.h"
#include "proto/control.pb.h"

namespace duolog {
namespace {

using control::Desk;
using control::Error;

constexpr auto kClockTolerance = std::chrono::minutes(5);

void note_of_the_network(std::string_view note) { spdlog::info("net: {}", note); }

// What is told of a file names it, and says what can be done.
std::string naming(const std::filesystem::path& file, const std::string& text) {
  std::string named = text.find(file.string()) == std::string::npos ? file.string() + ": " + text : text;
  if (named.find("\nhint: ") == std::string::npos) named += "; nothing was changed\nhint: restore it from a backup";
  return named;
}

// The codes of doctor's findings.
const char* connected_by(const std::string& way) {
  if (way == "here") return "peer-connected-here";
  if (way == "name") return "peer-connected-name";
  if (way == "across") return "peer-connected-across";
  if (way == "came in") return "peer-connected-came-in";
  if (way == "tor") return "peer-connected-tor";
  return way == "through port" ? "peer-connected-through-port" : "peer-connected";
}

const char* away_because(net::Trouble trouble) {
  switch (trouble) {
    case net::Trouble::kNone:
      return "peer-away";
    case net::Trouble::kNoName:
      return "peer-no-name";
    case net::Trouble::kNoWay:
      return "peer-no-way";
    case net::Trouble::kNoAnswer:
      return "peer-no-answer";
    case net::Trouble::kRefused:
      return "peer-refuses";
    case net::Trouble::kSilent:
      return "peer-silent";
  }
  return "peer-away";
}

}  // namespace

// ---- what stands while the vault is open ----

Device::Open::Open(Device::State& owner, std::unique_ptr<store::Database> database, journal::Identity identity)
    : device(owner),
      house(std::move(database), std::move(identity), owner.outside()),
      node(owner.io, house.switchboard(), owner.network_of(house)),
      moment(owner.io),
      idle(owner.io),
      post({owner.io, house, owner.clock, [](std::string_view note) { spdlog::info("{}", note); },
            [&owner](std::exception_ptr escaped) { owner.bug = std::move(escaped), owner.stop(); }}) {
  if (!owner.config.drop_box.empty()) {
    drop_box.emplace(owner.io, owner.config.drop_box, house, owner.clock,
                     [](std::string_view note) { spdlog::info("{}", note); });
  }
  if (!owner.config.notify.is_on()) return;
  nudging.emplace(owner.io, owner.config.notify, owner.clock, house.shelf(), house.local_state());
}

net::Node::Options Device::State::network_of(Household& house) {
  net::Node::Options options{config.listen, config.discovery, config.addresses, note_of_the_network};
  options.failed = [this](std::exception_ptr escaped) { bug = std::move(escaped), stop(); };
  options.port_mapping = config.port_mapping;
  if (config.port_mapping) options.nonce_key = net::lasting_nonce_key(house.local_state(), random_below);
  if (!config.tor) return options;
  options.tor = net::Tor::Place{home.places().state / "tor", home.places().runtime, config.tor_lines};
  options.onion_key = [&house] { return crypto::onion_secret(house.identity().keys().local_key("net.onion")); };
  return options;
}

// What goes up from the house. The sockets of the house do not exist yet when it is built, nor do its peers.
Household::Outside Device::State::outside() {
  Household::Outside outside{clock, random_below, {}, home::zone_of_this_machine(), {}, {},
                             {},    {},           {}, note_of_the_network};
  outside.elsewhere = [this, lives = std::weak_ptr(alive)] {
    asio::post(io, [this, lives] {
      if (!lives.expired() && open) open->post.elsewhere();
    });
  };
  outside.blobs = home.blobs();
  outside.blob_quota.bytes = std::uint64_t{config.attachments_limit_mib} << 20;
  outside.eager_bytes = config.attachments_eager_bytes;
  outside.wrote = [this, lives = std::weak_ptr(alive)] {  // and has not folded it yet: asked once it has
    asio::post(io, [this, lives] {
      if (!lives.expired() && open) wait_for_moment(), rest_later();
      if (!lives.expired() && open && open->drop_box) open->drop_box->wrote();
      if (!lives.expired() && open) open->post.wrote();
    });
  };
  outside.view = home.view();
  outside.restored = std::exchange(restored, std::nullopt);
  outside.quota.journal_bytes = std::uint64_t{config.journal_limit_mib} << 20;
  outside.fold_soon = [this, lives = std::weak_ptr(alive)] {
    asio::post(io, [this, lives] {
      if (!lives.expired() && open) fold();
    });
  };
  outside.news = [this](const journal::News& news) {
    if (nudged()) open->nudging->hear(news);
    if (watchers.empty()) return;
    control::WatchEvent event;
    control::fill(event, news);
    tell(event);
  };
  outside.heard = [this] { return !watchers.empty() || (nudged() && open->nudging->hears()); };
  outside.came_or_left = [this](const net::PeerStatus& status) {
    if (!open) return;
    const auto peer = open->describe(status);
    if (!peer) return;
    control::WatchEvent event;
    event.set_event(peer->connected() ? "connected" : "disconnected");
    event.set_at(control::moment(clock.wall()));
    event.set_journal(peer->journal());
    event.set_name(peer->name());
    tell(event);
  };
  return outside;
}

// A disk that fails under the fold is the world's fault: what is in memory goes on being served, doctor says the rest.
template <class Work>
void as_far_as_the_disk_goes(Work&& work) {
  try {
    work();
  } catch (const store::NotDurable& refused) {
    spdlog::error("what came in cannot be taken up: {}", refused.what());
  } catch (const store::BadDatabase& damaged) {
    spdlog::error("what came in cannot be taken up: {}", damaged.what());
  } catch (const std::bad_alloc&) {
    spdlog::error("what came in cannot be taken up: no locked memory is left for a key");
  }
}

// Looked at again each minute while something waits: a clock may be set, and this machine may sleep.
void Device::State::wait_for_moment() {
  constexpr std::chrono::milliseconds kLook = std::chrono::minutes(1);
  const auto next = open->house.shelf().next_moment();
  if (!next) return;
  const std::chrono::milliseconds ahead{*next - clock.wall().time_since_epoch().count()};
  open->moment.expires_after(ahead > std::chrono::milliseconds(0) && ahead < kLook ? ahead : kLook);
  open->moment.async_wait([this, lives = std::weak_ptr(alive)](asio::error_code cancelled) {
    if (cancelled || lives.expired() || !open) return;
    as_far_as_the_disk_goes([this] {
      open->house.try_disk_again();
      open->house.shelf().time_passed();
    });
    rest_later();
    wait_for_moment();
  });
}

// Once nothing has changed for a few seconds; then the disk is left alone.
void Device::State::rest_later() {
  constexpr auto kQuiet = std::chrono::seconds(3);
  open->idle.expires_after(kQuiet);
  open->idle.async_wait([this, lives = std::weak_ptr(alive)](asio::error_code cancelled) {
    if (!cancelled && !lives.expired() && open) as_far_as_the_disk_goes([this] { open->house.rest(); });
  });
}

void Device::State::fold() {
  as_far_as_the_disk_goes([this] { open->house.fold(); });
  open->post.folded();
  rest_later();
  wait_for_moment();  // another device of this person may have sealed a letter
}

std::optional<control::Peer> Device::Open::describe(const net::PeerStatus& status) const {
  const auto member = house.door().find(status.journal, status.device);
  if (!member) return std::nullopt;
  control::Peer peer;
  for (const auto& journal : house.identity().journals()) {
    if (journal.id == status.journal) peer.set_journal(journal.name);
  }
  peer.set_own(member->mine);
  peer.set_name(member->person);
  peer.set_device(member->device_name);
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
      peer.set_state(status.address.empty() ? "no address" : "never met");
      break;
  }
  peer.set_connected(status.state == Is::kConnected);
  peer.set_last_seen(control::moment(status.last_seen));
  if (status.state == Is::kNoAnswer) peer.set_since(control::moment(status.last_seen));
  peer.set_next_try(control::moment(status.next_try));
  if (status.address != net::kOnionVisitor) peer.set_address(status.address);
  peer.set_way(way_of(status));
  peer.set_behind(
      control::count(peer.connected() ? status.behind : house.door().behind(status.journal, status.device)));
  peer.set_missing(control::count(status.lacking));
  if (status.version != net::PeerStatus::Version::kSame) {
    peer.set_version(status.version == net::PeerStatus::Version::kNewer ? "newer" : "older");
  }
  if (status.clock_ahead && std::chrono::abs(*status.clock_ahead) > kClockTolerance) {
    peer.set_clock_minutes(
        static_cast<std::int32_t>(std::chrono::duration_cast<std::chrono::minutes>(*status.clock_ahead).count()));
  }
  return peer;
}

// ---- the desk ----

void Device::State::furnish_desk() {
  desk.state = [this] { return now(); };
  desk.shelf = [this]() -> journal::Shelf& {
    open->house.try_disk_again();
    return open->house.shelf();
  };
  desk.attachments = [this]() -> journal::Attachments& { return open->house.attachments(); };
  desk.chunk_givers = [this](const JournalId& journal) { return open->house.chunk_givers(journal); };
  desk.init = [this](const control::Init& asked, control::Reply& reply) { init(asked, reply); };
  desk.unlock = [this](const control::Unlock& asked, control::Reply& reply) { unlock(asked, reply); };
  desk.passphrase = [this](const control::Passphrase& asked, control::Reply& reply) {
    change_passphrase(asked);
    reply.mutable_done();
  };
  desk.lock = [this] {
    if (!stopping) anew = true;
    stop();
  };
  desk.stop = [this] { stop_for_good(); };
  desk.describe = [this](control::StatusReport& report) { describe(report); };
  desk.examine = [this](control::DoctorReport& report) { examine(report); };
  desk.peers = [this] {
    std::vector<control::Peer> peers;
    for (const auto& status : open->house.switchboard().status())
      if (auto peer = open->describe(status)) peers.push_back(std::move(*peer));
    return peers;
  };
  desk.in_step = [this] { return open->house.in_step(); };
  desk.nudge = [this] {
    open->house.switchboard().sync_now();
    open->post.look_now();
  };
  desk.pair = [this](const control::Pair& asked, auto tell, auto fail) {
    if (asked.restore()) return give_back(asked, {std::move(tell), std::move(fail)});
    Household& house = open->house;
    house.try_disk_again();
    return Meeting::start(
        {house.shelf(), house.switchboard(), config.discovery, [&house] { return house.database().refusal(); }}, asked,
        {std::move(tell), std::move(fail)});
  };
  desk.bundles.write = [this](journal::Parcel&& parcel) { return write_bundle(open->house, std::move(parcel)); };
  desk.bundles.read = [this](auto written) { return read_bundle(open->house, std::move(written)); };
  furnish_keeping();
  furnish_devices();
  furnish_mailboxes();
  desk.subscribe = [this](auto watcher) { return subscribe(std::move(watcher)); };
  desk.after = [this](std::chrono::milliseconds time, auto then) { return after(time, std::move(then)); };
}

// ---- backup and restore ----

void Device::State::furnish_keeping() {
  desk.keeping.backup_parts = [this](const crypto::SecretBytes& passphrase) {
    return keeping.backup_parts(open->house, clock.wall(), passphrase);
  };
  desk.keeping.backup_key = [this] { return open->house.identity().keys().local_key("local.backup"); };
  desk.keeping.begin_restore = [this] {
    if (now() != Desk::State::kFresh) throw control::HomeInUse(home.places().data.string());
    refuse_two_at_once();
    return keeping.begin_restore();
  };
  desk.keeping.move_in = [this](auto& backup, const auto& asked, auto& report) { move_in(backup, asked, report); };
  desk.keeping.old_device_is_gone = [this](control::RestoreReport& report) {
    open->house.old_device_is_gone();
    for (const std::string& name : open->house.waits_for()) report.add_waits_for(name);
  };
  desk.keeping.want_again = [this] { open->house.want_again(); };
  desk.keeping.structure = [this] { return open->house.database().quick_integrity().value_or(std::string()); };
}

void Device::State::open_what_moved_in(const crypto::SecretBytes& passphrase) {
  auto identity = open_vault(passphrase);
  check(identity.has_value(), "a vault that was moved into its place does not open there");
  open_with(std::move(*identity), store::Database::Open::kExisting);
}

void Device::State::move_in(store::BackupUnpacker& backup, const control::Restore_Finish& asked,
                            control::RestoreReport& report) {
  if (now() != Desk::State::kFresh || holds_a_home(home)) throw control::HomeInUse(home.places().data.string());
  const crypto::SecretBytes lock(as_bytes(asked.new_passphrase()));
  const Restored moved =
      duolog::move_in(backup, home, crypto::SecretBytes(as_bytes(asked.passphrase())),
                      {crypto::SecretBytes(lock.view()), config.passphrase_cost}, asked.old_device_is_gone());
  open_what_moved_in(lock);
  const Household& house = open->house;
  report.set_name(house.identity().person());
  report.set_device(house.identity().device());
  report.set_made_at(control::moment(WallTime(std::chrono::milliseconds(backup.reader().head()->made_ms))));
  report.set_locked_by(house.identity().locked_by() == crypto::VaultMode::kPassphrase ? "passphrase" : "key file");
  report.set_records(control::count(moved.records));
  report.set_missing(control::count(moved.missing));
  for (const std::string& what : moved.damage) report.add_damage(what);
  for (const std::string& name : house.waits_for()) report.add_waits_for(name);
  spdlog::info("restored from a backup");
}

// What an init left that failed half-way: a log that holds a beginning at most, and a vault that opens nothing else.
void Device::State::clear_half_set_up() {
  {
    store::Database database(home.database(), store::Database::Open::kExisting);
    store::SealedLog log(database);
    for (const JournalId& journal : log.journals()) log.drop_journal(journal);
  }
  vault().remove();
  half_set_up = false;
}

// Leaves a database that knows no journal.
void Device::State::refuse_a_log_without_its_vault() const {
  const bool left = std::filesystem::exists(home.database());
  store::Database database(home.database(), left ? store::Database::Open::kExisting : store::Database::Open::kCreate);
  if (store::SealedLog(database).journals().empty()) return;
  throw std::runtime_error(home.database().string() + " holds journals, but its vault " + home.vault().string() +
                           " is missing; nothing was changed\nhint: put the vault back");
}

// The database first, then the vault: a vault without its database would be a device that has lost its log.
void Device::State::init(const control::Init& asked, control::Reply& reply) {
  refuse_two_at_once();
  if (half_set_up) clear_half_set_up();
  const crypto::SecretBytes passphrase(as_bytes(asked.passphrase()));
  refuse_a_log_without_its_vault();
  keeping.forget_what_lay_here();
  try {
    auto identity = journal::Identity::create(vault(), {asked.name(), asked.device_name()}, passphrase,
                                              config.passphrase_cost, clock.wall());
    open_with(std::move(identity), store::Database::Open::kExisting);
  } catch (...) {
    half_set_up = vault().exists();  // there was none before
    throw;
  }
  control::InitReport& report = *reply.mutable_init();
  report.set_name(open->house.identity().person());
  report.set_device(hex(open->house.identity().keys().id().view()));
  report.set_locked_by(open->house.identity().locked_by() == crypto::VaultMode::kPassphrase ? "passphrase"
                                                                                            : "key file");
  control::fill(*report.mutable_words(), open->house.identity().words(passphrase));
  spdlog::info("set up");
}

void Device::State::unlock(const control::Unlock& asked, control::Reply& reply) {
  if (now() == Desk::State::kFresh) {
    reply.mutable_error()->set_code(Error::NOT_INITIALISED);
    return;
  }
  if (!open) {
    auto identity = open_vault(crypto::SecretBytes(as_bytes(asked.passphrase())));
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
  std::string refusal;
  try {
    auto database = std::make_unique<store::Database>(home.database(), how);
    refusal = database->refusal();
    restored = keeping.look_where_it_lies(identity);
    open = std::make_unique<Open>(*this, std::move(database), std::move(identity));
    wait_for_moment();
    rest_later();
  } catch (const store::BadDatabase& damaged) {
    // Where the log beside it was lost, that is why.
    throw store::BadDatabase(naming(home.database(), refusal.empty() ? damaged.what() : refusal));
  }
}

std::optional<journal::Identity> Device::State::open_vault(const crypto::SecretBytes& passphrase) const {
  try {
    return journal::Identity::open(vault(), passphrase);
  } catch (const store::BadVaultFile& damaged) {
    throw store::BadVaultFile(naming(home.vault(), damaged.what()));
  }
}

void Device::State::change_passphrase(const control::Passphrase& asked) {
  open->house.identity().change_passphrase(crypto::SecretBytes(as_bytes(asked.current())),
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
  device.set_id(hex(open->house.identity().keys().id().view()));
  device.set_name(open->house.identity().device());
  device.set_person(open->house.identity().person());
  device.set_locked_by(open->house.identity().locked_by() == crypto::VaultMode::kPassphrase ? "passphrase"
                                                                                            : "key file");
  device.set_words_confirmed(open->house.identity().words_confirmed());
  for (const auto& address : open->house.switchboard().addresses()) device.add_addresses(address);
  if (open->drop_box) {
    const DropBox::Told told = open->drop_box->told();
    const auto when = [](std::int64_t ms) {
      return control::moment(ms > 0 ? std::optional(WallTime(std::chrono::milliseconds(ms))) : std::nullopt);
    };
    report.mutable_drop_box()->set_folder(told.folder);
    report.mutable_drop_box()->set_written(when(told.written_ms));
    report.mutable_drop_box()->set_read(when(told.read_ms));
    report.mutable_drop_box()->set_trouble(told.trouble);
  }
  open->describe_mailboxes(report);
  open->house.try_disk_again();
  const std::string& refusal = open->house.database().refusal();
  if (!refusal.empty()) report.add_warnings("cannot-write:" + refusal);
  if (was_removed()) report.add_warnings("removed");
  for (const std::string& name : unlisted_devices()) report.add_warnings("unlisted-device:" + name);
  for (const std::string& name : open->house.waits_for()) report.add_warnings("restored:" + name);
  for (const std::string& why : open->house.receives_nothing()) report.add_warnings("receives-nothing:" + why);
  if (const auto left = open->house.shelf().to_fold(); left > 0) report.add_warnings(fmt::format("folding:{}", left));
  constexpr std::uint64_t kSoon = 1000;  // a search does not notice fewer
  if (const auto left = open->house.shelf().to_index(); left > kSoon)
    report.add_warnings(fmt::format("indexing:{}", left));
}

void Device::State::examine(control::DoctorReport& report) const {
  const auto find = [&report](const char* code, const char* severity, std::string detail) {
    auto& finding = *report.add_findings();
    finding.set_code(code);
    finding.set_severity(severity);
    finding.set_detail(std::move(detail));
  };
  find("daemon", "ok", DUOLOG_VERSION);
  std::error_code unknown;
  if (!is_joining() && std::filesystem::exists(home.joining(), unknown))
    find("joining-left", "warning", home.joining().string());
  if (!crypto::secret_memory_is_locked()) find("memory-not-locked", "warning", "RLIMIT_MEMLOCK");
  if (!open) {
    find(now() == Desk::State::kLocked ? "locked" : "not-set-up", "note", "");
    return;
  }
  const std::vector<std::string> problems = open->house.log_problems();
  for (const std::string& problem : problems) find("damaged", "problem", problem);
  const std::string& refusal = open->house.database().refusal();
  if (!refusal.empty()) find("cannot-write", "problem", refusal);
  if (was_removed()) find("removed", "warning", "");
  for (const std::string& name : unlisted_devices()) find(("unlisted-device:" + name).c_str(), "warning", "");
  for (const std::string& name : open->house.waits_for())
    find(name.empty() ? "restored-alone" : "restored", "warning", name);
  for (const std::string& why : open->house.receives_nothing()) find("receives-nothing", "warning", why);
  if (open->drop_box && !open->drop_box->told().trouble.empty())
    find("drop-box", "warning", open->drop_box->told().trouble);
  const std::string no_chunks = open->house.attachments().blobs().why_nothing_is_received();
  if (!no_chunks.empty()) find("no-attachments", "warning", no_chunks);
  if (refusal.empty() && problems.empty()) find("log", "ok", std::to_string(open->house.log().journals().size()));
  find("listening", "ok", std::to_string(open->node.port()));
  if (config.listen.empty() && open->node.port() != kDefaultPort) {
    find("port-taken", "note", std::to_string(kDefaultPort));
  }
  if (!config.discovery) {
    find("discovery-off", "note", "");
  } else if (!net::hears_itself()) {
    find("multicast-blocked", "warning", std::to_string(kDefaultPort));
  }
  open->examine_mapping(find);
  open->examine_tor(find);
  open->examine_mailboxes(find);
  for (const auto& status : open->house.switchboard().status()) {
    const auto peer = open->describe(status);
    if (!peer) continue;
    const bool here = status.state == net::PeerStatus::State::kConnected;
    const std::string& name = peer->own() ? peer->device() : peer->name();
    const std::string& where = status.trouble == net::Trouble::kNone ? peer->address() : status.trouble_at;
    const bool lost = peer->state() == "no address" && status.trouble == net::Trouble::kNone;
    const char* away = lost ? "peer-no-address" : away_because(status.trouble);
    find(here ? connected_by(peer->way()) : away, here ? "ok" : "note",
         here || where.empty() ? name : name + " (" + where + ")");
    if (peer->clock_minutes() != 0) find("clock-differs", "warning", name);
    if (!peer->version().empty()) find(("peer-" + peer->version()).c_str(), "warning", name);
  }
  if (!open->nudging) find("notify-off", "note", "");
  if (open->nudging) open->nudging->examine(find);
  for (const auto& warning : journal::warnings(open->house.shelf())) find(warning.c_str(), "warning", "");
}

void Device::State::tell(const control::WatchEvent& event) {
  for (auto watcher = watchers.begin(); watcher != watchers.end();) {
    const auto tells = *watcher++;  // it may let itself go
    tells(event);
  }
}

control::Hold Device::State::subscribe(std::function<void(const control::WatchEvent&)> watcher) {
  const auto place = watchers.insert(watchers.end(), std::move(watcher));
  return {this, [place](State* self) { self->watchers.erase(place); }};
}

// A handler that is already queued when its timer is cancelled still runs: `held` tells it that nobody waits any more.
control::Hold Device::State::after(std::chrono::milliseconds time, std::function<void()> then) {
  auto timer = std::make_shared<asio::steady_timer>(io, time);
  auto held = std::make_shared<bool>(true);
  timer->async_wait([timer, held, then = std::move(then)](asio::error_code cancelled) {
    if (!cancelled && *held) then();
  });
  return {timer.get(), [timer, held](void*) {
            *held = false;
            timer->cancel();
          }};
}

// A logout takes the runtime folder away, and the socket with it.
std::filesystem::path Device::State::move_house() {
  home.move_house();
  spdlog::warn("the socket's folder has vanished; listening anew at {}", home.places().socket().string());
  return home.places().socket();
}

// Visitors first (their answers are already queued), then the network says its farewells; then io may be left.
void Device::State::stop() {
  if (stopping) return;
  stopping = true;
  spdlog::info(anew ? "locking" : "stopping");
  const auto close_house = [this] {
    if (!open) return stopped();
    open->node.stop([this] { stopped(); });
  };
  const auto close_network = [this, close_house] {
    if (!arriving) return close_house();
    arriving->stop(close_house);
  };
  if (!server) return close_network();
  server->close(close_network);
}

Device::Device(asio::io_context& io, home::Home& home, const home::Config& config, Clock clock,
               std::function<void()> stopped)
    : state_(std::make_unique<State>(io, home, config, std::move(clock), std::move(stopped))) {}

Device::~Device() {
  state_->server.reset();
  state_->arriving.reset();
  state_->open.reset();
}

void Device::start() {
  state_->furnish_desk();
  state_->keeping.clear_unfinished();
  if (state_->vault().exists()) {
    if (state_->vault().mode() == crypto::VaultMode::kKeyFile) {
      auto identity = state_->open_vault(crypto::SecretBytes());
      if (!identity) {
        throw std::runtime_error(state_->home.vault().string() + " does not open with " +
                                 state_->home.key_file().string() +
                                 ": one of the two is damaged or from another home; nothing was changed\n"
                                 "hint: put back both from one backup");
      }
      state_->open_with(std::move(*identity), store::Database::Open::kExisting);
    } else if (!std::filesystem::exists(state_->home.database())) {
      throw std::runtime_error(
          state_->home.database().string() +
          " is missing, but its vault is here; nothing was changed\nhint: " + std::string(store::kIfItIsLost));
    }
  }
  state_->server = std::make_unique<control::Server>(state_->io, state_->home.places().socket(), state_->desk,
                                                     [state = state_.get()] { return state->move_house(); });
}

void Device::stop() { state_->stop_for_good(); }
void Device::failed(std::exception_ptr bug) { state_->bug = std::move(bug), state_->stop(); }
control::Desk::State Device::state() const { return state_->now(); }
bool Device::wants_to_run_anew() const { return state_->anew && !state_->bug; }
void Device::rethrow_failure() const {
  if (state_->bug) std::rethrow_exception(state_->bug);
}

}  // namespace duolog
