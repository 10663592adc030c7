// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/mailbox/host.h"

#include <asio/awaitable.hpp>
#include <asio/buffer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>

#include "daemon/home/address.h"
#include "daemon/line/listening.h"

// Asio returns the error that it was also given a place for.
// NOLINTBEGIN(bugprone-unused-return-value,cert-err33-c)
namespace duolog::mailbox {
namespace {

using asio::awaitable;
using asio::redirect_error;
using asio::use_awaitable;
using asio::ip::tcp;
using std::error_code;

constexpr std::size_t kReadBuffer = 64 << 10;
constexpr std::chrono::milliseconds kTickRest{5};
constexpr std::chrono::seconds kWritePatience{60};     // an answer of 3 MiB by a slow line
constexpr std::chrono::milliseconds kAcceptRest{100};  // after an accept that failed, for want of descriptors

struct Connection {
  explicit Connection(tcp::socket connected)
      : socket(std::move(connected)), may_read(socket.get_executor()), patience(socket.get_executor()) {}
  tcp::socket socket;
  asio::steady_timer may_read;  // cancelled when a reader that had to pause may go on
  bool writing = false;
  asio::steady_timer patience;  // while writing: until then it has to be read

  void close() {
    error_code ignored;
    socket.close(ignored);
    may_read.cancel();
    patience.cancel();
  }
};
using SharedConnection = std::shared_ptr<Connection>;

}  // namespace

struct Host::State : std::enable_shared_from_this<Host::State> {
  using Self = std::shared_ptr<State>;

  State(asio::io_context& context, Counter& served, std::function<void(std::exception_ptr)> bug)
      : io(context), counter(served), failed(std::move(bug)), acceptor(context), alarm(context) {}

  asio::io_context& io;
  Counter& counter;
  std::function<void(std::exception_ptr)> failed;
  tcp::acceptor acceptor;
  asio::steady_timer alarm;
  SteadyTime alarm_at = SteadyTime::max();
  std::map<LineId, SharedConnection> connections;
  bool gone = false;

  void spawn(awaitable<void> work);
  static awaitable<void> accept_loop(Self self);
  static awaitable<void> read_loop(Self self, LineId line, SharedConnection connection);
  static awaitable<void> write(Self self, SharedConnection connection, Bytes output);
  static awaitable<void> alarm_loop(Self self);
  void look();
  void look_at(LineId line, const SharedConnection& connection);
};

// An error of the world ends one connection; anything else is our bug.
void Host::State::spawn(awaitable<void> work) {
  asio::co_spawn(io, std::move(work), [self = shared_from_this()](const std::exception_ptr& escaped) {
    if (!escaped || self->gone) return;
    try {
      std::rethrow_exception(escaped);
    } catch (const std::system_error&) {
    } catch (...) {
      self->failed(escaped);
    }
  });
}

Host::Host(asio::io_context& io, Counter& counter, const std::string& listen,
           std::function<void(std::exception_ptr)> failed)
    : state_(std::make_shared<State>(io, counter, std::move(failed))) {
  state_->acceptor = net::open_acceptor(io, listen);
  state_->spawn(State::accept_loop(state_));
  state_->spawn(State::alarm_loop(state_));
}

Host::~Host() {
  state_->gone = true;
  error_code ignored;
  state_->acceptor.close(ignored);
  state_->alarm.cancel();
  for (const auto& [line, connection] : state_->connections) connection->close();
}

std::string Host::place() const {
  const tcp::endpoint here = state_->acceptor.local_endpoint();
  return Address{here.address().to_string(), here.port()}.text();
}

awaitable<void> Host::State::accept_loop(Self self) {
  while (self->acceptor.is_open()) {
    error_code error;
    tcp::socket socket = co_await self->acceptor.async_accept(redirect_error(use_awaitable, error));
    if (error == asio::error::operation_aborted || self->gone) co_return;
    if (error) {
      asio::steady_timer rest(self->io, kAcceptRest);
      co_await rest.async_wait(redirect_error(use_awaitable, error));
      continue;
    }
    socket.set_option(tcp::no_delay(true), error);
    const auto connection = std::make_shared<Connection>(std::move(socket));
    const LineId line = self->counter.accepted();
    self->connections.emplace(line, connection);
    self->spawn(read_loop(self, line, connection));
    self->look();
  }
}

awaitable<void> Host::State::read_loop(Self self, LineId line, SharedConnection connection) {
  Bytes buffer;
  error_code error;
  while (connection->socket.is_open()) {
    const std::size_t limit = self->counter.read_limit(line);
    if (limit == 0) {
      connection->may_read.expires_at(asio::steady_timer::time_point::max());
      co_await connection->may_read.async_wait(redirect_error(use_awaitable, error));
      if (self->gone) co_return;
      continue;
    }
    buffer.resize(std::min(limit, kReadBuffer));
    const std::size_t got =
        co_await connection->socket.async_read_some(asio::buffer(buffer), redirect_error(use_awaitable, error));
    if (self->gone) co_return;
    if (error) break;
    self->counter.received(line, ByteView(buffer).first(got));
    self->look();
  }
  connection->close();
  self->connections.erase(line);
  self->counter.closed(line);
  self->look();
}

awaitable<void> Host::State::write(Self self, SharedConnection connection, Bytes output) {
  error_code error;
  connection->patience.expires_after(kWritePatience);
  connection->patience.async_wait([connection](error_code read_in_time) {
    if (!read_in_time) connection->close();
  });
  co_await asio::async_write(connection->socket, asio::buffer(output), redirect_error(use_awaitable, error));
  connection->patience.cancel();
  connection->writing = false;
  if (error) connection->close();  // the reader notices and tells
  if (!self->gone) self->look();
}

void Host::State::look() {
  const auto now = connections;  // looking at one may end another
  for (const auto& [line, connection] : now) look_at(line, connection);
  const SteadyTime deadline = counter.deadline();
  if (deadline == alarm_at) return;
  alarm_at = deadline;
  alarm.cancel();
}

void Host::State::look_at(LineId line, const SharedConnection& connection) {
  if (!connection->socket.is_open() || connection->writing) return;
  Bytes output = counter.take_output(line);
  if (!output.empty()) {
    connection->writing = true;
    return spawn(write(shared_from_this(), connection, std::move(output)));
  }
  if (counter.finished(line)) return connection->close();
  if (counter.read_limit(line) > 0) connection->may_read.cancel();
}

awaitable<void> Host::State::alarm_loop(Self self) {
  error_code error;
  SteadyTime rested_at = SteadyTime::min();
  while (!self->gone) {
    const bool never = self->alarm_at == SteadyTime::max();
    self->alarm.expires_at(never ? asio::steady_timer::time_point::max()
                                 : asio::steady_timer::time_point(std::max(self->alarm_at, rested_at)));
    co_await self->alarm.async_wait(redirect_error(use_awaitable, error));
    if (error || self->gone) continue;
    self->counter.tick();
    self->look();
    self->alarm.expires_after(kTickRest);
    rested_at = std::chrono::time_point_cast<std::chrono::milliseconds>(self->alarm.expiry());
  }
}

}  // namespace duolog::mailbox
// NOLINTEND(bugprone-unused-return-value,cert-err33-c)
