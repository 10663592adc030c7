// node.cc: bytes in and out. Each connection has one coroutine that reads; writes are made one at a time when look()
// finds that a line has something to say. look() is called after everything that happened and carries out what the
// switchboard wants; nothing here decides more than when a socket is closed.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/node.h"

#include <algorithm>
#include <asio/awaitable.hpp>
#include <asio/buffer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/generic/stream_protocol.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/post.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>

#include "daemon/line/interfaces.h"
#include "daemon/line/listening.h"
#include "daemon/net/calling.h"
#include "daemon/net/multicast.h"
#include "daemon/net/router.h"
#include "daemon/net/surroundings.h"
#include "daemon/net/ways.h"
#include "daemon/net/whereabouts.h"

// Asio returns the error that it was also given a place for.
// NOLINTBEGIN(bugprone-unused-return-value,cert-err33-c)
namespace duolog::net {
namespace {

using asio::awaitable;
using asio::redirect_error;
using asio::use_awaitable;
using asio::ip::tcp;
using Stream = asio::generic::stream_protocol::socket;  // TCP, or a unix socket that leads through tor
using std::error_code;

constexpr std::size_t kReadBuffer = 64 << 10;
constexpr milliseconds kTickRest{5};       // between two ticks: a wrong deadline costs no more than this
constexpr milliseconds kAcceptRest{100};   // after an accept that failed, for want of descriptors
constexpr milliseconds kLingering{2'000};  // for the last words to leave and the other side to close
constexpr milliseconds kStopTime{2'000};
constexpr milliseconds kListenRest{1'000};   // between two looks at what strangers send to the group
constexpr milliseconds kToldAgain{600'000};  // between two renewals of all connections for a new address outside

struct Connection {
  Connection(Stream connected, std::string host)
      : socket(std::move(connected)),
        local(std::move(host)),
        may_read(socket.get_executor()),
        linger(socket.get_executor()) {}
  Stream socket;
  std::string local;            // at which address of this machine; empty: at none
  asio::steady_timer may_read;  // cancelled when a reader that had to pause may go on
  asio::steady_timer linger;
  bool writing = false;
  bool spoke = false;    // something was written: there are last words to wait for
  bool leaving = false;  // the switchboard is done with it; what still comes is thrown away

  // At once, also for the other side, where only one of the two ways is dead: an orderly end would wait for an answer.
  void cut() {
    error_code ignored;
    socket.set_option(asio::socket_base::linger(true, 0), ignored);
    close();
  }
  void close() {
    error_code ignored;
    socket.close(ignored);
    may_read.cancel();
    linger.cancel();
  }
};
using SharedConnection = std::shared_ptr<Connection>;

}  // namespace

struct Node::State : std::enable_shared_from_this<Node::State> {
  using Self = std::shared_ptr<State>;

  asio::io_context& io;
  Switchboard& switchboard;
  Options options;
  tcp::acceptor acceptor;
  std::uint16_t port = 0;
  std::uint16_t calls_from = 0;
  std::map<LineId, SharedConnection> connections;
  asio::steady_timer alarm;
  SteadyTime alarm_at = SteadyTime::max();
  asio::steady_timer settled;
  asio::steady_timer announcing;
  asio::steady_timer telling;  // a new address outside, to those who are connected
  bool announcer_runs = false;
  std::unique_ptr<GroupListener> listener;
  std::vector<std::shared_ptr<asio::posix::stream_descriptor>> listening_on;
  Surroundings surroundings;
  std::vector<std::shared_ptr<asio::posix::stream_descriptor>> watched;
  Whereabouts whereabouts;
  Settling settling;
  bool looks_around_soon = false;
  std::shared_ptr<Names> names;
  std::unique_ptr<Router> router;  // only where ports are to be mapped
  std::unique_ptr<Tor> tor;        // only where a person wants one
  bool tor_was_found = false;      // its service
  std::optional<SteadyTime> told_outside;
  std::vector<Address> last_told;  // then
  bool router_is_told = true;      // that we go
  bool tor_has_ended = true;
  bool outside_known = true;  // as the switchboard has been told
  std::function<void()> stopped;
  bool stopping = false;
  asio::steady_timer stop_timer;
  bool look_is_due = false;
  bool gone = false;

  State(asio::io_context& context, Switchboard& board, Options given)
      : io(context),
        switchboard(board),
        options(std::move(given)),
        acceptor(context),
        alarm(context),
        settled(context),
        announcing(context),
        telling(context),
        names(std::make_shared<Names>(context)),
        stop_timer(context) {}

  void begin();
  void spawn(const char* what, awaitable<void> work);
  void note(const std::string& text) const {
    if (options.note) options.note(text);
  }
  void close_all();

  // ---- loops; each keeps the state alive while it runs ----
  static awaitable<void> accept_loop(Self self);
  static awaitable<void> alarm_loop(Self self);
  static awaitable<void> read_loop(Self self, LineId line, SharedConnection connection);
  static awaitable<void> write(Self self, SharedConnection connection, Bytes output);
  static awaitable<void> dial(Self self, Switchboard::Dial wanted);
  static awaitable<void> announce_loop(Self self);
  static awaitable<void> listen_loop(Self self, std::shared_ptr<asio::posix::stream_descriptor> descriptor);
  static awaitable<void> watch(Self self, std::shared_ptr<asio::posix::stream_descriptor> descriptor,
                               std::function<void()> readable);

  // ---- what the switchboard wants ----
  void look();
  void look_soon();
  void look_at(LineId line, const SharedConnection& connection);
  void leave(const SharedConnection& connection);
  void set_alarm();
  void look_at_announcements();
  void look_at_beacons();
  void look_at_router();
  void look_at_tor();
  void listen();
  void stop_listening();
  void hear();
  void start_line(LineId line, tcp::socket socket);
  void start_line(LineId line, Stream socket, std::string local);
  void check_stopped();

  // ---- the world around ----
  void watch_surroundings();
  void look_around(bool ask_router = true);
  void network_changed();
  void mapping_changed();
  [[nodiscard]] std::vector<Address> beyond() const;
  void tell_outside();
  void begin_tor();
  void tor_changed();
  std::shared_ptr<asio::posix::stream_descriptor> watch_descriptor(int fd, const char* what,
                                                                   std::function<void()> readable);
};

// ---- the supervisor ----

// Whatever escapes from a loop ends up here: an error of the world is noted; anything else is our bug and stops the
// daemon. So no loop can vanish unseen.
void Node::State::spawn(const char* what, awaitable<void> work) {
  asio::co_spawn(io, std::move(work), [self = shared_from_this(), what](const std::exception_ptr& escaped) {
    if (!escaped || self->gone) return;
    try {
      std::rethrow_exception(escaped);
    } catch (const std::system_error& error) {
      self->note(std::string(what) + ": " + error.what());
    } catch (...) {
      if (self->options.failed) self->options.failed(escaped);
    }
  });
}

// ---- beginning and end ----

Node::Node(asio::io_context& io, Switchboard& switchboard, Options options)
    : state_(std::make_shared<State>(io, switchboard, std::move(options))) {
  state_->begin();
}

Node::~Node() {
  state_->gone = true;
  state_->switchboard.on_wake({});
  state_->close_all();
}

std::uint16_t Node::port() const { return state_->port; }
TorStatus Node::tor() const { return state_->tor ? state_->tor->status() : TorStatus{}; }
MappingStatus Node::mapping() const { return state_->router ? state_->router->status() : MappingStatus{}; }

void Node::State::begin() {
  acceptor = open_acceptor(io, options.listen);
  const tcp::endpoint here = acceptor.local_endpoint();
  const bool is_everywhere = here.address().is_unspecified();
  const std::string host = is_everywhere ? "" : host_text(here.address());
  port = here.port();
  if (is_everywhere) {
    share_port(acceptor);
    calls_from = port;
  }
  whereabouts.listen(host, port, options.addresses, here.address().is_v4());
  std::weak_ptr<State> weak = shared_from_this();
  switchboard.on_wake([weak] {
    if (const auto self = weak.lock()) self->look_soon();
  });
  if (options.port_mapping) {
    Router::House house{io, options.clock, [this](const std::string& text) { note(text); },
                        [this] { mapping_changed(); }};
    router = std::make_unique<Router>(std::move(house), host, port, options.nonce_key);
  }
  if (options.tor) begin_tor();
  look_around();
  look_at_router();
  look_at_tor();
  spawn("accepting", accept_loop(shared_from_this()));
  spawn("waking", alarm_loop(shared_from_this()));
  watch_surroundings();
  look_soon();
}

void Node::State::begin_tor() {
  Tor::House house{io,
                   options.clock,
                   [this](const char* what, awaitable<void> work) { spawn(what, std::move(work)); },
                   [this](const std::string& text) { note(text); },
                   [this] { tor_changed(); },
                   [this](Tor::Socket socket) {
                     start_line(switchboard.accepted(std::string(kOnionVisitor)), Stream(std::move(socket)), "");
                     look();
                   }};
  tor = std::make_unique<Tor>(std::move(house), *options.tor, options.onion_key());
  switchboard.through_tor(true);
}

void Node::State::watch_surroundings() {
  if (surroundings.network() >= 0) {
    watched.push_back(
        watch_descriptor(duplicate(surroundings.network()), "the network", [this] { network_changed(); }));
  }
  if (surroundings.clock() < 0) return;
  watched.push_back(watch_descriptor(duplicate(surroundings.clock()), "the clock", [this] {
    surroundings.drain_clock();
    switchboard.tick();      // renews what a longer sleep has probably cut
    switchboard.sync_now();  // and after the shortest one, whoever is away may be back
    if (router && !stopping) router->look(true);
    if (tor && !stopping) tor->look();
    look();
  }));
}

void Node::State::close_all() {
  error_code ignored;
  names->close();
  router.reset();
  tor.reset();
  acceptor.close(ignored);
  for (const auto& [line, connection] : connections) connection->close();
  for (asio::steady_timer* timer : {&alarm, &settled, &announcing, &telling, &stop_timer}) timer->cancel();
  for (const auto& descriptor : watched) descriptor->close(ignored);
  for (const auto& descriptor : listening_on) descriptor->close(ignored);
}

void Node::stop(std::function<void()> done) {
  const auto self = state_;
  self->stopped = std::move(done);
  self->stopping = true;
  error_code ignored;
  self->acceptor.close(ignored);
  self->switchboard.stop();
  if (self->router) {
    self->router_is_told = false;
    self->router->stop([self] {
      self->router_is_told = true;
      if (!self->gone) self->check_stopped();
    });
  }
  if (self->tor) {
    self->tor_has_ended = false;
    self->tor->stop([self] {
      self->tor_has_ended = true;
      if (!self->gone) self->check_stopped();
    });
  }
  self->stop_timer.expires_after(kStopTime);
  self->stop_timer.async_wait([self](const error_code& cancelled) {
    if (cancelled || self->gone) return;
    for (const auto& [line, connection] : self->connections) connection->close();
    if (const auto tell = std::exchange(self->stopped, {})) tell();
  });
  self->look_soon();
}

void Node::State::check_stopped() {
  if (!stopped || !connections.empty() || !router_is_told || !tor_has_ended) return;
  stop_timer.cancel();
  if (const auto tell = std::exchange(stopped, {})) tell();
}

// ---- coming in ----

awaitable<void> Node::State::accept_loop(Self self) {
  while (self->acceptor.is_open()) {
    error_code error;
    tcp::socket socket = co_await self->acceptor.async_accept(redirect_error(use_awaitable, error));
    if (error == asio::error::operation_aborted || self->gone) co_return;
    if (error) {
      asio::steady_timer rest(self->io, kAcceptRest);
      co_await rest.async_wait(redirect_error(use_awaitable, error));
      continue;
    }
    const tcp::endpoint remote = socket.remote_endpoint(error);
    if (error) continue;  // gone already
    const LineId line = self->switchboard.accepted(host_text(remote.address()));
    self->start_line(line, std::move(socket));
    self->look();
  }
}

void Node::State::start_line(LineId line, tcp::socket socket) {
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  keep_asking(socket);
  close_on_exec(socket.native_handle());
  const tcp::endpoint local = socket.local_endpoint(ignored);
  start_line(line, Stream(std::move(socket)), ignored ? "" : host_text(local.address()));
}

void Node::State::start_line(LineId line, Stream socket, std::string local) {
  const auto connection = std::make_shared<Connection>(std::move(socket), std::move(local));
  connections.emplace(line, connection);
  spawn("a connection", read_loop(shared_from_this(), line, connection));
}

awaitable<void> Node::State::read_loop(Self self, LineId line, SharedConnection connection) {
  Bytes buffer;
  error_code error;
  while (connection->socket.is_open()) {
    const std::size_t limit = connection->leaving ? kReadBuffer : self->switchboard.read_limit(line);
    if (limit == 0) {
      connection->may_read.expires_at(asio::steady_timer::time_point::max());
      co_await connection->may_read.async_wait(redirect_error(use_awaitable, error));
      continue;
    }
    buffer.resize(std::min(limit, kReadBuffer));
    const std::size_t got =
        co_await connection->socket.async_read_some(asio::buffer(buffer), redirect_error(use_awaitable, error));
    if (error || self->gone) break;
    if (connection->leaving) continue;
    self->switchboard.received(line, ByteView(buffer).first(got));
    self->look();
  }
  connection->close();
  self->connections.erase(line);
  if (self->gone) co_return;
  self->switchboard.closed(line);
  self->look();
}

// ---- going out ----

awaitable<void> Node::State::dial(Self self, Switchboard::Dial wanted) {
  if (is_onion(wanted.address.host)) {
    Tor::Called called{{}, Trouble::kNoWay};
    if (self->tor && wanted.onion) called = co_await self->tor->call(wanted.address, wanted.onion);
    if (self->gone) co_return;
    if (called.socket) {
      self->switchboard.connected(wanted.line);
      self->start_line(wanted.line, Stream(std::move(*called.socket)), "");
    } else {
      self->switchboard.failed(wanted.line, called.trouble);
    }
    co_return self->look();
  }
  Called called = co_await call(self->io, self->names, std::move(wanted.address), wanted.narrow, self->calls_from);
  if (self->gone) co_return;
  if (called.socket) {
    self->switchboard.connected(wanted.line);
    self->start_line(wanted.line, std::move(*called.socket));
  } else {
    self->switchboard.failed(wanted.line, called.trouble);
  }
  self->look();
}

awaitable<void> Node::State::write(Self self, SharedConnection connection, Bytes output) {
  error_code error;
  co_await asio::async_write(connection->socket, asio::buffer(output), redirect_error(use_awaitable, error));
  connection->writing = false;
  error_code ignored;
  if (error) connection->close();  // the reader notices and tells
  if (connection->leaving) connection->socket.shutdown(asio::socket_base::shutdown_send, ignored);
  if (!self->gone) self->look();
}

// ---- what the switchboard wants ----

void Node::State::look_soon() {
  if (std::exchange(look_is_due, true)) return;
  asio::post(io, [self = shared_from_this()] {
    self->look_is_due = false;
    if (!self->gone) self->look();
  });
}

void Node::State::look() {
  for (Switchboard::Dial& wanted : switchboard.take_dials())
    spawn("dialling", dial(shared_from_this(), std::move(wanted)));
  const auto now = connections;  // looking at one may end another
  for (const auto& [line, connection] : now) look_at(line, connection);
  switchboard.said();
  look_at_router();
  look_at_tor();
  look_at_announcements();
  look_at_beacons();
  set_alarm();
  check_stopped();
}

void Node::State::look_at(LineId line, const SharedConnection& connection) {
  if (connection->leaving || !connection->socket.is_open()) return;
  if (!connection->writing) {
    Bytes output = switchboard.take_output(line);
    if (!output.empty()) {
      connection->writing = connection->spoke = true;
      spawn("writing", write(shared_from_this(), connection, std::move(output)));
    }
  }
  if (switchboard.hopeless(line)) return connection->cut();
  if (switchboard.finished(line)) return leave(connection);
  if (switchboard.read_limit(line) > 0) connection->may_read.cancel();
}

// The last words may still be on their way, and closing with unread bytes would take them back. The other side closes
// when it has read them; 2 s are enough for that.
void Node::State::leave(const SharedConnection& connection) {
  connection->leaving = true;
  if (!connection->spoke) return connection->close();
  connection->may_read.cancel();
  error_code ignored;
  if (!connection->writing) connection->socket.shutdown(asio::socket_base::shutdown_send, ignored);
  connection->linger.expires_after(kLingering);
  connection->linger.async_wait([connection](const error_code& cancelled) {
    if (!cancelled) connection->close();
  });
}

void Node::State::set_alarm() {
  const SteadyTime deadline = switchboard.deadline();
  if (deadline == alarm_at) return;
  alarm_at = deadline;
  alarm.cancel();
}

awaitable<void> Node::State::alarm_loop(Self self) {
  error_code error;
  SteadyTime rested_at = SteadyTime::min();
  while (!self->gone) {
    const bool never = self->alarm_at == SteadyTime::max();
    self->alarm.expires_at(never ? asio::steady_timer::time_point::max()
                                 : asio::steady_timer::time_point(std::max(self->alarm_at, rested_at)));
    co_await self->alarm.async_wait(redirect_error(use_awaitable, error));
    if (error || self->gone) continue;
    self->switchboard.tick();
    self->look();
    self->alarm.expires_after(kTickRest);  // a rest that is only ever a part of the next wait wakes nobody
    rested_at = std::chrono::time_point_cast<milliseconds>(self->alarm.expiry());
  }
}

// Nobody is asked to let anybody in while nobody is to come.
void Node::State::look_at_router() {
  if (!router || stopping) return;
  router->wanted(switchboard.wants_to_be_found());
  using Is = MappingStatus::Is;
  const MappingStatus status = router->status();
  const bool asked = status.is != Is::kOff && status.is != Is::kNotNeeded && status.is != Is::kAsking;
  const bool known = asked && status.outside == whereabouts.outside();  // and is told already
  if (std::exchange(outside_known, known) != known) switchboard.outside_is_known(known);
}

void Node::State::look_at_tor() {
  if (!tor || stopping) return;
  tor->let_in(switchboard.onion_clients());
  tor->wanted(switchboard.wants_to_be_found());
}

// ---- announcements ----

void Node::State::look_at_announcements() {
  if (!options.discovery) return;
  if (switchboard.announcing() && !announcer_runs) {
    announcer_runs = true;
    spawn("announcing", announce_loop(shared_from_this()));
  }
  const bool listening = switchboard.looking_for().has_value() || switchboard.listens_for_beacons();
  if (listening && !listener) listen();
  if (!listening && listener) stop_listening();
}

void Node::State::listen() {
  listener = std::make_unique<GroupListener>();
  for (const int fd : {listener->v4(), listener->v6()}) {
    const int own = fd < 0 ? fd : duplicate(fd);
    if (own < 0) continue;
    listening_on.push_back(std::make_shared<asio::posix::stream_descriptor>(io, own));
    spawn("listening to the group", listen_loop(shared_from_this(), listening_on.back()));
  }
}

void Node::State::stop_listening() {
  error_code ignored;
  for (const auto& descriptor : listening_on) descriptor->close(ignored);
  listening_on.clear();
  listener.reset();
}

void Node::State::hear() {
  if (!listener) return;
  listener->read([this](const GroupPacket& packet) {
    if (packet.bytes.size() == crypto::kBeaconLength) switchboard.heard_beacon({packet.bytes, packet.ip, packet.host});
    if (const auto announcement = decode_announcement(packet.bytes))
      switchboard.heard({*announcement, packet.host, packet.interface, packet.v6});
  });
}

// Whoever floods the group wakes this machine once a second. While a person waits for a window to be found, no packet
// of it may be missed.
awaitable<void> Node::State::listen_loop(Self self, std::shared_ptr<asio::posix::stream_descriptor> descriptor) {
  error_code error;
  asio::steady_timer rest(self->io);
  std::optional<SteadyTime> heard_at;
  while (!self->gone && descriptor->is_open()) {
    co_await descriptor->async_wait(asio::posix::stream_descriptor::wait_read, redirect_error(use_awaitable, error));
    if (error || self->gone) co_return;
    const SteadyTime now = self->options.clock.steady();
    if (heard_at && now - *heard_at < kListenRest && !self->switchboard.looking_for()) {
      Descriptor unwatched(descriptor->release());  // watched, it would wake us with every packet
      rest.expires_after(*heard_at + kListenRest - now);
      co_await rest.async_wait(redirect_error(use_awaitable, error));
      const auto& all = self->listening_on;
      if (self->gone || std::find(all.begin(), all.end(), descriptor) == all.end()) co_return;
      const int again = duplicate(unwatched.get());
      descriptor->assign(again, error);
      if (error) {  // too many files are open: deaf until the network is another one, or nobody is missed
        const Descriptor of_no_use(again);
        self->note("listening to the group: " + error.message());
        co_return;
      }
    }
    heard_at = self->options.clock.steady();
    self->hear();
    self->look();
  }
}

// What we say comes back to ourselves at once: it is read here, so that it wakes nobody.
void Node::State::look_at_beacons() {
  const auto packets = switchboard.take_beacons();
  for (const auto& [source, packet] : packets) send_beacon(source, packet);
  if (packets.empty()) return;
  hear();
  look_soon();
}

awaitable<void> Node::State::announce_loop(Self self) {
  error_code error;
  while (!self->gone) {
    const auto announcement = self->switchboard.announcing();
    if (!announcement) break;
    announce(*announcement);
    self->announcing.expires_after(kAnnounceEvery);
    co_await self->announcing.async_wait(redirect_error(use_awaitable, error));
  }
  self->announcer_runs = false;
}

// ---- the world around ----

std::shared_ptr<asio::posix::stream_descriptor> Node::State::watch_descriptor(int fd, const char* what,
                                                                              std::function<void()> readable) {
  const auto descriptor = std::make_shared<asio::posix::stream_descriptor>(io, fd);
  spawn(what, watch(shared_from_this(), descriptor, std::move(readable)));
  return descriptor;
}

awaitable<void> Node::State::watch(Self self, std::shared_ptr<asio::posix::stream_descriptor> descriptor,
                                   std::function<void()> readable) {
  error_code error;
  while (!self->gone && descriptor->is_open()) {
    co_await descriptor->async_wait(asio::posix::stream_descriptor::wait_read, redirect_error(use_awaitable, error));
    if (error || self->gone) co_return;
    readable();
  }
}

void Node::State::network_changed() {
  surroundings.drain_network();
  if (std::exchange(looks_around_soon, true)) return;
  settled.expires_after(settling.pause(options.clock.steady()));
  settled.async_wait([self = shared_from_this()](const error_code& cancelled) {
    self->looks_around_soon = false;
    if (!cancelled && !self->gone) self->look_around();
  });
}

// An address that went away has taken its connections with it; a new one, or a cable that is in again, is one more way.
void Node::State::look_around(bool ask_router) {
  const Whereabouts::Change change = whereabouts.look(interfaces());
  const bool stranded = std::any_of(connections.begin(), connections.end(), [this](const auto& each) {
    return !each.second->local.empty() && !whereabouts.stands(each.second->local);
  });
  if (router && !stopping) router->look(ask_router && (change.told || change.way));
  if (tor && !stopping && change.way) tor->look();
  if (change.told) switchboard.listening(port, whereabouts.addresses(), ask_router);
  if (options.discovery) switchboard.beacon_sources(whereabouts.beacon_sources());
  if (listener) stop_listening();  // interfaces are joined when it is made anew
  if (stranded) switchboard.resumed();
  if (change.way && !change.told && !stranded) switchboard.sync_now();
  look_soon();
}

// Whoever is connected hears of a new address outside by greeting anew; a router that changes it again and again does
// not make them do so each time: the last one is told when the time is over.
void Node::State::mapping_changed() {
  if (stopping) return;
  look_soon();
  const auto outside = router->status().outside;
  if (outside == whereabouts.outside()) return;
  whereabouts.outside(outside);
  look_around(false);  // and then the switchboard may open its window
  if (outside) tell_outside();
}

// Who was looked for in vain while there was no way through Tor is looked for again.
void Node::State::tor_changed() {
  if (stopping) return;
  const auto address = tor->status().address;
  if (std::exchange(tor_was_found, address.has_value()) || !address) return;
  if (address != whereabouts.onion()) {
    whereabouts.onion(*address);
    look_around(false);
    tell_outside();
  }
  switchboard.sync_now();
}

// Where this device is found from anywhere.
std::vector<Address> Node::State::beyond() const {
  std::vector<Address> all;
  for (const auto* one : {&whereabouts.outside(), &whereabouts.onion()})
    if (*one) all.push_back(**one);
  return all;
}

void Node::State::tell_outside() {
  const SteadyTime now = options.clock.steady();
  if (told_outside && now - *told_outside < kToldAgain) {
    telling.expires_after(*told_outside + kToldAgain - now);
    telling.async_wait([self = shared_from_this()](const error_code& cancelled) {
      if (!cancelled && !self->gone && !self->stopping && !self->beyond().empty()) self->tell_outside();
    });
    return;
  }
  if (connections.empty() || beyond() == last_told) return;  // whoever comes is told as it comes
  told_outside = now;
  last_told = beyond();
  switchboard.resumed();
}

}  // namespace duolog::net
// NOLINTEND(bugprone-unused-return-value,cert-err33-c)
