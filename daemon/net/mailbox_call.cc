// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/mailbox_call.h"

#include <asio/awaitable.hpp>
#include <asio/buffer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/post.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>

#include "daemon/line/listening.h"
#include "daemon/net/calling.h"

// Asio returns the error that it was also given a place for.
// NOLINTBEGIN(bugprone-unused-return-value,cert-err33-c)
namespace duolog::net {
namespace {

using asio::awaitable;
using asio::redirect_error;
using asio::use_awaitable;
using asio::ip::tcp;
using std::error_code;

constexpr std::size_t kReadBuffer = 64 << 10;

}  // namespace

struct MailboxCall::State : std::enable_shared_from_this<MailboxCall::State> {
  using Self = std::shared_ptr<State>;

  State(asio::io_context& context, crypto::MailboxLink to, std::uint64_t from)
      : io(context), link(std::move(to)), after(from), names(std::make_shared<Names>(context)), alarm(context) {}

  asio::io_context& io;
  crypto::MailboxLink link;
  std::uint64_t after;
  std::function<ErrandHooks()> made;
  std::function<SteadyTime()> now;
  std::function<void(Outcome)> done;
  std::function<void(std::exception_ptr)> failed;
  std::shared_ptr<Names> names;
  asio::steady_timer alarm;
  SteadyTime alarm_at = SteadyTime::max();
  // One address.
  struct Attempt {
    explicit Attempt(tcp::socket connected) : socket(std::move(connected)) {}
    tcp::socket socket;
    bool writing = false;
  };
  std::shared_ptr<Attempt> attempt;
  std::unique_ptr<MailboxErrand> errand;
  bool gone = false;

  void spawn(awaitable<void> work);
  static awaitable<void> go(Self self);
  static awaitable<void> speak(Self self);
  static awaitable<void> write(Self self, std::shared_ptr<Attempt> attempt, Bytes output);
  static awaitable<void> alarm_loop(Self self);
  void look();
  void close() {
    error_code ignored;
    if (attempt) attempt->socket.close(ignored);
  }
};

void MailboxCall::State::spawn(awaitable<void> work) {
  asio::co_spawn(io, std::move(work), [self = shared_from_this()](const std::exception_ptr& escaped) {
    if (!escaped || self->gone) return;
    try {
      std::rethrow_exception(escaped);
    } catch (const std::system_error&) {
      self->close();
    } catch (...) {
      self->failed(escaped);
    }
  });
}

MailboxCall::MailboxCall(asio::io_context& io, crypto::MailboxLink link, std::uint64_t after,
                         std::function<ErrandHooks()> made, std::function<SteadyTime()> now,
                         std::function<void(Outcome)> done, std::function<void(std::exception_ptr)> failed)
    : state_(std::make_shared<State>(io, std::move(link), after)) {
  state_->made = std::move(made);
  state_->now = std::move(now);
  state_->done = std::move(done);
  state_->failed = std::move(failed);
  state_->spawn(State::alarm_loop(state_));
  state_->spawn(State::go(state_));
}

MailboxCall::~MailboxCall() {
  state_->gone = true;
  state_->names->close();
  state_->alarm.cancel();
  state_->close();
}

void MailboxCall::moved() {
  if (!state_->errand) return;
  state_->errand->moved(state_->now());
  state_->look();
}

awaitable<void> MailboxCall::State::go(Self self) {
  Outcome outcome;
  for (const std::string& text : self->link.addresses) {
    const auto address = parse_address(text);
    if (!address) continue;
    outcome = {MailboxErrand::End::kNone, Trouble::kNoWay, text};
    Called called = co_await call(self->io, self->names, *address, false, 0);
    if (self->gone) co_return;
    outcome.trouble = called.trouble;
    if (!called.socket) continue;
    self->attempt = std::make_shared<Attempt>(std::move(*called.socket));
    self->errand = std::make_unique<MailboxErrand>(self->link, self->after, self->made(), self->now());
    co_await speak(self);
    if (self->gone) co_return;
    outcome.end = self->errand->end();
    self->close();
    if (self->errand->has_shaken_hands()) break;  // elsewhere perhaps is the right one
  }
  const auto tell = std::exchange(self->done, {});
  asio::post(self->io, [self, tell, outcome] {
    if (!self->gone) tell(outcome);
  });
}

awaitable<void> MailboxCall::State::speak(Self self) {
  error_code error;
  tcp::socket& socket = self->attempt->socket;
  socket.set_option(tcp::no_delay(true), error);
  close_on_exec(socket.native_handle());
  Bytes buffer(kReadBuffer);
  self->look();
  while (socket.is_open()) {
    const std::size_t got = co_await socket.async_read_some(asio::buffer(buffer), redirect_error(use_awaitable, error));
    if (self->gone) co_return;
    if (error) break;
    self->errand->receive(ByteView(buffer).first(got), self->now());
    self->look();
  }
  self->errand->closed();
}

awaitable<void> MailboxCall::State::write(Self self, std::shared_ptr<Attempt> attempt, Bytes output) {
  error_code error;
  co_await asio::async_write(attempt->socket, asio::buffer(output), redirect_error(use_awaitable, error));
  attempt->writing = false;
  if (self->gone || attempt != self->attempt) co_return;
  if (error) self->close();
  self->look();
}

void MailboxCall::State::look() {
  if (gone || !errand || attempt->writing) return;
  Bytes output = errand->take_output();
  if (!output.empty()) {
    attempt->writing = true;
    errand->moved(now());
    spawn(write(shared_from_this(), attempt, std::move(output)));
  } else if (errand->finished()) {
    close();
  }
  const SteadyTime deadline = errand->deadline();
  if (deadline == alarm_at) return;
  alarm_at = deadline;
  alarm.cancel();
}

awaitable<void> MailboxCall::State::alarm_loop(Self self) {
  error_code error;
  while (!self->gone && self->done) {
    const bool never = self->alarm_at == SteadyTime::max();
    self->alarm.expires_at(never ? asio::steady_timer::time_point::max()
                                 : asio::steady_timer::time_point(self->alarm_at));
    co_await self->alarm.async_wait(redirect_error(use_awaitable, error));
    if (error || self->gone || !self->errand) continue;
    self->errand->tick(self->now());
    self->alarm_at = SteadyTime::max();
    self->look();
    if (self->errand->finished()) self->close();
  }
}

}  // namespace duolog::net
// NOLINTEND(bugprone-unused-return-value,cert-err33-c)
