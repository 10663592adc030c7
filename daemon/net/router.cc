// router.cc: one connected socket while the router is asked, so that only its own address is heard; one at its group
// while a mapping stands. Whether a router should be asked at all is decided in find_route().
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/router.h"

#include <asio/io_context.hpp>
#include <asio/ip/udp.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>

#include "daemon/line/interfaces.h"
#include "daemon/line/listening.h"
#include "daemon/net/gateway.h"
#include "daemon/net/upnp.h"
#include "daemon/net/ways.h"

// Asio returns the error that it was also given a place for.
// NOLINTBEGIN(bugprone-unused-return-value,cert-err33-c)
namespace duolog::net {
namespace {

using asio::ip::udp;
using std::error_code;
using std::chrono::milliseconds;

constexpr milliseconds kGoing{300};
constexpr milliseconds kGoingByUpnp{1'200};
constexpr milliseconds kNeighbourTime{200};  // for the router's hardware to be known
constexpr milliseconds kSaidAgain{100};      // the packet that takes it away, once
constexpr milliseconds kListenRest{1'000};   // between two looks at what comes to the group
constexpr int kHeardAtOnce = 16;

std::string words(const MappingStatus& status) {
  using Is = MappingStatus::Is;
  switch (status.is) {
    case Is::kMapped:
      return "the router maps a port to this device";
    case Is::kRefused:
      return "the router refuses to map a port";
    case Is::kNotOutside:
      return "the router has no address of the internet";
    case Is::kNoAnswer:
      return "no router here maps ports";
    case Is::kTunnel:
      return "what goes to the internet goes through a tunnel: no router is asked to map a port";
    case Is::kNoRouter:
    case Is::kNotNeeded:
    case Is::kAsking:
    case Is::kOff:
      return "";
  }
  return "";
}

}  // namespace

struct Router::State : std::enable_shared_from_this<Router::State> {
  House house;
  std::string host;
  std::uint16_t port;
  NonceKey key;
  Mapping mapping;
  Upnp upnp;
  udp::socket socket;  // connected to the router, while it is asked
  udp::socket group;   // at its announcements, while a mapping stands
  asio::steady_timer alarm;
  asio::steady_timer rest;  // of the group
  asio::steady_timer going;
  asio::steady_timer neighbourly;  // until the router's hardware is known
  ByteArray<kRouterPacketLimit> buffer{};
  ByteArray<kRouterPacketLimit> heard_buffer{};
  bool receiving = false;
  bool listening = false;
  bool gone = false;
  bool is_wanted = false;
  bool asks_anew = false;  // once the router is met
  bool leaving = false;    // stop() was called: nothing is asked any more
  std::function<void()> stopped;
  Bytes last_words;
  MappingStatus told;

  State(House given, std::string listens_at, std::uint16_t listens, const NonceKey& secret)
      : house(std::move(given)),
        host(std::move(listens_at)),
        port(listens),
        key(secret),
        mapping(listens),
        upnp(house.io),
        socket(house.io),
        group(house.io),
        alarm(house.io),
        rest(house.io),
        going(house.io),
        neighbourly(house.io) {}

  [[nodiscard]] SteadyTime now() const { return house.clock.steady(); }
  struct Found {
    std::optional<Route> route;
    MappingStatus::Is why_none = MappingStatus::Is::kNoRouter;
    bool stranger = false;  // its hardware is not known yet
  };
  [[nodiscard]] Found find_route() const;
  void look(bool anew, bool for_the_last_time = false);
  void meet(const Route& route);
  bool open(const std::string& router);
  void carry();
  void send(const Bytes& packet);
  static void send_once(const Farewell& farewell);
  [[nodiscard]] bool is_still(const Route& route) const;
  void receive();
  void received(const error_code& error, std::size_t size);
  void listen();
  void wait_for_news();
  void hear();
  void set_alarm();
  void tell();
  void check_stopped();
  void close();
};

Router::Router(House house, std::string host, std::uint16_t port, const NonceKey& key)
    : state_(std::make_shared<State>(std::move(house), std::move(host), port, key)) {}

Router::~Router() { state_->close(); }

MappingStatus Router::status() const {
  return state_->is_wanted ? state_->mapping.status() : MappingStatus{MappingStatus::Is::kNotNeeded};
}

void Router::State::close() {
  gone = true;
  upnp.close();
  error_code ignored;
  socket.close(ignored);
  group.close(ignored);
  for (asio::steady_timer* timer : {&alarm, &rest, &going, &neighbourly}) timer->cancel();
}

// ---- which router ----

void Router::wanted(bool is_wanted) {
  if (state_->leaving || is_wanted == state_->is_wanted) return;
  state_->is_wanted = is_wanted;
  if (is_wanted) return state_->look(true);
  state_->neighbourly.cancel();
  state_->mapping.stop();
  state_->carry();
}

void Router::look(bool anew) { state_->look(anew); }

void Router::State::look(bool anew, bool for_the_last_time) {
  if (leaving || !is_wanted) return;
  asks_anew = asks_anew || anew;
  const Found found = find_route();
  if (found.stranger && !for_the_last_time) return meet(*found.route);
  neighbourly.cancel();
  const bool afresh = std::exchange(asks_anew, false);
  const bool known = mapping.status().is != MappingStatus::Is::kOff;
  if (!known || afresh || found.route != mapping.route()) mapping.ask(found.route, now(), found.why_none);
  carry();
}

// The system learns a neighbour's hardware by speaking to it: which address it has outside is asked by whoever asks for
// a port, and says nothing of who asks. The answer is not waited for.
void Router::State::meet(const Route& route) {
  send_once({route, encode_pmp_address()});
  neighbourly.expires_after(kNeighbourTime);
  neighbourly.async_wait([self = shared_from_this()](const error_code& cancelled) {
    if (!cancelled && !self->gone) self->look(false, true);
  });
}

// No tunnel's end is asked as if it were the router at home; nor is the router at home while a tunnel carries what goes
// to the internet: its address would be told to the other, and the tunnel is there to hide it.
Router::State::Found Router::State::find_route() const {
  const auto found = gateway();
  if (!found) return {};
  const auto here = source_towards(found->router);
  if (!here || (!host.empty() && ip_bytes(host) != *here)) return {};
  if (is_tunnel(found->interface) || !leads_everywhere_from(*here)) return {{}, MappingStatus::Is::kTunnel};
  const auto hardware = neighbour(found->router);
  const MapNonce nonce = nonce_for(key, found->router, hardware.value_or(Hardware{}), *here, port);
  return {Route{found->router, *here, nonce}, MappingStatus::Is::kNoRouter, !hardware};
}

// At the same address stands the same machine: a stranger's router is told nothing by which the last network knew us.
bool Router::State::is_still(const Route& route) const {
  const auto hardware = neighbour(route.router);
  return nonce_for(key, route.router, hardware.value_or(Hardware{}), route.here, port) == route.nonce;
}

bool Router::State::open(const std::string& router) {
  error_code error;
  socket.close(error);
  const auto address = asio::ip::make_address_v4(router, error);
  if (!error) socket.open(udp::v4(), error);
  if (error) return false;
  close_on_exec(socket.native_handle());
  socket.set_option(asio::socket_base::do_not_route(true), error);
  socket.connect({address, kRouterPort}, error);
  if (!error) socket.non_blocking(true, error);
  error_code ignored;
  if (error) socket.close(ignored);  // unconnected, anybody would be heard
  return !error;
}

// ---- what the mapping wants ----

void Router::State::carry() {
  if (gone) return;
  if (const auto farewell = mapping.take_farewell(); farewell && is_still(farewell->route)) send_once(*farewell);
  while (const auto packet = mapping.take_packet()) send(*packet);
  while (auto wish = mapping.take_wish()) {
    upnp.carry_out(*std::move(wish), [self = shared_from_this()](const UpnpWish& of, const UpnpAnswer& answer) {
      if (self->gone) return;
      self->mapping.answered(of, answer, self->now());
      self->carry();
    });
  }
  if (mapping.waits_for_packet()) {
    receive();
  } else {
    error_code ignored;
    socket.close(ignored);
  }
  listen();
  set_alarm();
  tell();
  check_stopped();
}

void Router::State::send(const Bytes& packet) {
  last_words = packet;
  if (!socket.is_open() && (!mapping.route() || !open(mapping.route()->router))) return;
  error_code ignored;  // a packet that was not sent is one that was lost, or the next one that is received says why
  socket.send(asio::buffer(packet), 0, ignored);
}

// From the address that was ours there: where it is none any more, nothing is sent.
void Router::State::send_once(const Farewell& farewell) {
  asio::io_context nobody_waits;
  udp::socket once(nobody_waits);
  error_code error;
  once.open(udp::v4(), error);
  if (!error) once.set_option(asio::socket_base::do_not_route(true), error);
  const auto here = asio::ip::make_address_v4(ip_text(farewell.route.here));
  const auto router = asio::ip::make_address_v4(farewell.route.router);
  if (!error) once.bind({here, 0}, error);
  if (!error) once.non_blocking(true, error);
  if (!error) once.send_to(asio::buffer(farewell.packet), {router, kRouterPort}, 0, error);
}

void Router::State::receive() {
  if (!socket.is_open() || std::exchange(receiving, true)) return;  // what could not be sent is said again later
  socket.async_receive(asio::buffer(buffer), [self = shared_from_this()](const error_code& error, std::size_t size) {
    self->receiving = false;
    if (!self->gone) self->received(error, size);
  });
}

void Router::State::received(const error_code& error, std::size_t size) {
  if (error == asio::error::connection_refused) mapping.nobody_there(now());
  if (!error) mapping.received(ByteView(buffer).first(size), now());
  carry();
}

void Router::State::set_alarm() {
  const SteadyTime deadline = mapping.deadline();
  if (deadline == SteadyTime::max()) {
    alarm.cancel();
    return;
  }
  alarm.expires_at(asio::steady_timer::time_point(deadline));
  alarm.async_wait([self = shared_from_this()](const error_code& cancelled) {
    if (cancelled || self->gone) return;
    self->mapping.tick(self->now());
    self->carry();
  });
}

// A person who looks for it finds it in the notes; not where, which is nobody's but the partner's.
void Router::State::tell() {
  const MappingStatus& status = mapping.status();
  if (status == told) return;
  const bool another = status.is != told.is;
  told = status;
  if (leaving) return;
  if (const std::string text = words(status); another && !text.empty()) house.note(text);
  asio::post(house.io, [self = shared_from_this()] {
    if (!self->gone && self->house.changed) self->house.changed();
  });
}

// ---- what it tells everybody ----

void Router::State::listen() {
  error_code error;
  if (!mapping.listens() || group.is_open()) {
    if (!mapping.listens()) group.close(error);
    return;
  }
  group.open(udp::v4(), error);
  if (error) return;
  close_on_exec(group.native_handle());
  group.set_option(asio::socket_base::reuse_address(true), error);
  group.bind({asio::ip::make_address_v4("224.0.0.1"), kRouterNewsPort}, error);
  if (!error) group.non_blocking(true, error);
  error_code ignored;
  if (error) group.close(ignored);  // another program has it for itself; half of the mapping's time is what remains
  wait_for_news();
}

void Router::State::wait_for_news() {
  if (!group.is_open() || std::exchange(listening, true)) return;
  group.async_wait(udp::socket::wait_read, [self = shared_from_this()](const error_code& error) {
    self->listening = false;
    if (error || self->gone) return;
    self->hear();
    self->rest.expires_after(kListenRest);  // whoever floods the group wakes this machine once a second
    self->rest.async_wait([self](const error_code& cancelled) {
      if (!cancelled && !self->gone) self->wait_for_news();
    });
  });
}

void Router::State::hear() {
  for (int i = 0; i < kHeardAtOnce && group.is_open(); ++i) {
    error_code error;
    udp::endpoint from;
    const std::size_t size = group.receive_from(asio::buffer(heard_buffer), from, 0, error);
    if (error) break;
    const bool from_router = mapping.route() && host_text(from.address()) == mapping.route()->router;
    if (from_router) mapping.heard(ByteView(heard_buffer).first(size), now());
  }
  carry();
}

// ---- going ----

void Router::stop(std::function<void()> done) {
  const auto self = state_;
  self->stopped = std::move(done);
  self->leaving = true;
  self->neighbourly.cancel();
  self->last_words.clear();
  self->mapping.stop();
  const milliseconds time = self->mapping.leaves_by_upnp() ? kGoingByUpnp : kGoing;
  self->going.expires_after(kSaidAgain);
  self->going.async_wait([self, time](const error_code& cancelled) {
    if (cancelled || self->gone) return;
    if (!self->last_words.empty()) self->send(self->last_words);
    self->going.expires_after(time - kSaidAgain);
    self->going.async_wait([self](const error_code& ended) {
      if (ended || self->gone) return;
      if (const auto tell = std::exchange(self->stopped, {})) tell();
    });
  });
  asio::post(self->house.io, [self] { self->carry(); });
}

void Router::State::check_stopped() {
  if (!stopped || !mapping.left()) return;
  going.cancel();
  asio::post(house.io, std::exchange(stopped, {}));
}

}  // namespace duolog::net
// NOLINTEND(bugprone-unused-return-value,cert-err33-c)
