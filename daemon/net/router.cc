// router.cc: one connected socket while the router is asked, so that only its own address is heard; one at its group
// while a mapping stands.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/router.h"

#include <asio/io_context.hpp>
#include <asio/ip/udp.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>

#include "daemon/net/gateway.h"
#include "daemon/net/interfaces.h"
#include "daemon/net/listening.h"
#include "daemon/net/upnp.h"

// Asio returns the error that it was also given a place for.
// NOLINTBEGIN(bugprone-unused-return-value,cert-err33-c)
namespace duolog::net {
namespace {

using asio::ip::udp;
using std::error_code;
using std::chrono::milliseconds;

constexpr milliseconds kGoing{300};
constexpr milliseconds kSaidAgain{100};     // the packet that takes it away, once
constexpr milliseconds kListenRest{1'000};  // between two looks at what comes to the group
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
    case Is::kNoRouter:
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
  Mapping mapping;
  Upnp upnp;
  udp::socket socket;  // connected to the router, while it is asked
  udp::socket group;   // at its announcements, while a mapping stands
  asio::steady_timer alarm;
  asio::steady_timer rest;  // of the group
  asio::steady_timer going;
  ByteArray<kRouterPacketLimit> buffer{};
  ByteArray<kRouterPacketLimit> heard_buffer{};
  bool receiving = false;
  bool listening = false;
  bool gone = false;
  std::function<void()> stopped;
  Bytes last_words;
  MappingStatus told;

  State(House given, std::string listens_at, std::uint16_t port, MapNonce nonce)
      : house(std::move(given)),
        host(std::move(listens_at)),
        mapping(nonce, port),
        upnp(house.io),
        socket(house.io),
        group(house.io),
        alarm(house.io),
        rest(house.io),
        going(house.io) {}

  [[nodiscard]] SteadyTime now() const { return house.clock.steady(); }
  std::optional<Route> find_route();
  bool open(const std::string& router);
  void carry();
  void send(const Bytes& packet);
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

Router::Router(House house, std::string host, std::uint16_t port, MapNonce nonce)
    : state_(std::make_shared<State>(std::move(house), std::move(host), port, nonce)) {}

Router::~Router() { state_->close(); }

const MappingStatus& Router::status() const { return state_->mapping.status(); }

void Router::State::close() {
  gone = true;
  upnp.close();
  error_code ignored;
  socket.close(ignored);
  group.close(ignored);
  for (asio::steady_timer* timer : {&alarm, &rest, &going}) timer->cancel();
}

// ---- which router ----

void Router::look(bool anew) {
  if (state_->stopped) return;
  const auto route = state_->find_route();
  const bool known = state_->mapping.status().is != MappingStatus::Is::kOff;
  if (!known || anew || route != state_->mapping.route()) state_->mapping.ask(route, state_->now());
  state_->carry();
}

// Connecting sends nothing; it makes the system say which of our addresses the router knows us by.
std::optional<Route> Router::State::find_route() {
  const auto found = gateway();
  if (!found || !open(found->router)) return std::nullopt;
  error_code error;
  const udp::endpoint here = socket.local_endpoint(error);
  const auto ip = ip_bytes(host_text(here.address()));
  if (error || !ip || (!host.empty() && host != host_text(here.address()))) return std::nullopt;
  return Route{found->router, *ip};
}

bool Router::State::open(const std::string& router) {
  error_code error;
  socket.close(error);
  const auto address = asio::ip::make_address_v4(router, error);
  if (!error) socket.open(udp::v4(), error);
  if (error) return false;
  close_on_exec(socket.native_handle());
  socket.connect({address, kRouterPort}, error);
  if (!error) socket.non_blocking(true, error);
  return !error;
}

// ---- what the mapping wants ----

void Router::State::carry() {
  if (gone) return;
  if (const auto packet = mapping.take_packet()) send(*packet);
  if (auto wish = mapping.take_wish()) {
    upnp.carry_out(*std::move(wish), [self = shared_from_this()](const UpnpAnswer& answer) {
      if (self->gone) return;
      self->mapping.answered(answer, self->now());
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

void Router::State::receive() {
  if (std::exchange(receiving, true)) return;
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
  if (stopped) return;
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
  self->mapping.stop();
  self->last_words.clear();
  self->going.expires_after(kSaidAgain);
  self->going.async_wait([self](const error_code& cancelled) {
    if (cancelled || self->gone) return;
    if (!self->last_words.empty()) self->send(self->last_words);
    self->going.expires_after(kGoing - kSaidAgain);
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
