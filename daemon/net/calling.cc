// calling.cc: nothing here waits for ever, and nothing waits for what is no longer wanted.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/calling.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>

#include "daemon/line/interfaces.h"
#include "daemon/line/listening.h"
#include "daemon/net/switchboard.h"
#include "daemon/net/ways.h"

// Asio returns the error that it was also given a place for.
// NOLINTBEGIN(bugprone-unused-return-value,cert-err33-c)
namespace duolog::net {
namespace {

using asio::awaitable;
using asio::redirect_error;
using asio::use_awaitable;
using asio::ip::tcp;
using std::error_code;
using std::chrono::milliseconds;

constexpr int kShortPacket = 576;  // gets through everywhere
constexpr int kHeaders = 40;

void set(int fd, int level, int name, int value) { (void)::setsockopt(fd, level, name, &value, sizeof value); }

Trouble trouble_of(const error_code& error) {
  if (error == asio::error::connection_refused || error == asio::error::connection_reset) return Trouble::kRefused;
  if (error == asio::error::timed_out || error == asio::error::operation_aborted) return Trouble::kNoAnswer;
  return Trouble::kNoWay;
}

// What is not known in time is not waited for; the answer that comes later is not heard.
awaitable<Names::Endpoints> look_up(asio::io_context& io, std::shared_ptr<Names> names, Address address) {
  struct Wait {
    explicit Wait(asio::io_context& io) : timer(io, kConnectTime) {}
    asio::steady_timer timer;
    Names::Endpoints found;
  };
  const auto wait = std::make_shared<Wait>(io);
  const std::uint64_t question = names->look_up(address, [wait](Names::Endpoints found) {
    wait->found = std::move(found);
    wait->timer.cancel();
  });
  error_code ignored;
  co_await wait->timer.async_wait(redirect_error(use_awaitable, ignored));
  names->forget(question);
  co_return std::move(wait->found);
}

bool is_outside(const tcp::endpoint& endpoint) {
  const auto ip = ip_bytes(host_text(endpoint.address()));
  return ip && is_public(*ip);
}

// Where that does not go, as beside another connection to the same place, any port will do.
void bind_to(tcp::socket& socket, const tcp::endpoint& endpoint, std::uint16_t port) {
  error_code ignored;
  set(socket.native_handle(), SOL_SOCKET, SO_REUSEADDR, 1);
  set(socket.native_handle(), SOL_SOCKET, SO_REUSEPORT, 1);
  socket.bind({endpoint.protocol(), port}, ignored);
}

struct Manners {
  bool narrow = false;
  std::uint16_t from = 0;
};

awaitable<error_code> connect(asio::io_context& io, std::shared_ptr<tcp::socket> socket, tcp::endpoint endpoint,
                              milliseconds time, Manners how) {
  error_code error;
  socket->open(endpoint.protocol(), error);
  if (error) co_return error;
  if (how.from != 0) bind_to(*socket, endpoint, how.from);
  if (how.narrow) set(socket->native_handle(), IPPROTO_TCP, TCP_MAXSEG, kShortPacket - kHeaders);
  const auto over = std::make_shared<bool>(false);  // shared with the handler, which may run after this frame is gone
  asio::steady_timer timer(io, time);
  timer.async_wait([socket, over](const error_code& cancelled) {
    error_code ignored;
    if (!cancelled && !*over) socket->close(ignored);
  });
  co_await socket->async_connect(endpoint, redirect_error(use_awaitable, error));
  *over = true;
  if (!error && !socket->is_open()) error = asio::error::operation_aborted;
  co_return error;
}

}  // namespace

awaitable<Called> call(asio::io_context& io, std::shared_ptr<Names> names, Address address, bool narrow,
                       std::uint16_t from) {
  if (is_onion(address.host)) co_return Called{{}, Trouble::kNoWay};  // no name for a resolver, which tells others
  Names::Endpoints endpoints = numeric(address);
  if (endpoints.empty()) endpoints = co_await look_up(io, names, std::move(address));
  Called called{{}, Trouble::kNoName};
  for (const tcp::endpoint& endpoint : endpoints) {
    auto socket = std::make_shared<tcp::socket>(io);
    const milliseconds share = kConnectTime / static_cast<int>(endpoints.size());
    const std::uint16_t bound = is_outside(endpoint) ? from : std::uint16_t{0};
    error_code error = co_await connect(io, socket, endpoint, share, {narrow, bound});
    if (bound != 0 && (error == asio::error::address_in_use || error == std::errc::address_not_available)) {
      socket = std::make_shared<tcp::socket>(io);
      error = co_await connect(io, socket, endpoint, share, {narrow, 0});
    }
    if (!error) {
      called.socket = std::move(*socket);
      break;
    }
    called.trouble = std::max(called.trouble, trouble_of(error));
  }
  co_return called;
}

// Given up after 25 s, as a silence is.
void keep_asking(tcp::socket& socket) {
  const int fd = socket.native_handle();
  set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  set(fd, IPPROTO_TCP, TCP_KEEPIDLE, 15);
  set(fd, IPPROTO_TCP, TCP_KEEPINTVL, 5);
  set(fd, IPPROTO_TCP, TCP_KEEPCNT, 2);
}

}  // namespace duolog::net
// NOLINTEND(bugprone-unused-return-value,cert-err33-c)
