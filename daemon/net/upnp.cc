// upnp.cc: starts, hears and ends the errands. What they say is read as what a stranger says.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/upnp.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <cerrno>
#include <csignal>

#include "daemon/home/program.h"
#include "daemon/net/descriptor.h"
#include "daemon/net/upnp_errand.h"
#include "daemon/net/upnp_words.h"

// Asio returns the error that it was also given a place for.
// NOLINTBEGIN(bugprone-unused-return-value,cert-err33-c)
namespace duolog::net {
namespace {

using Is = UpnpAnswer::Is;
using std::error_code;

}  // namespace

struct Upnp::State : std::enable_shared_from_this<Upnp::State> {
  struct Wanted {
    UpnpWish wish;
    Answer answer;
  };

  asio::io_context& io;
  std::string program;
  std::chrono::milliseconds patience;
  std::deque<Wanted> waiting;
  std::optional<Wanted> current;
  std::optional<UpnpCounter> counter;  // where the last mapping was made, or was about to be …
  std::optional<Route> counter_of;     // … and in which network
  pid_t pid = 0;                       // of the errand; 0: none
  std::uint64_t errands = 0;
  asio::posix::stream_descriptor report;
  asio::steady_timer alarm;
  std::array<char, kUpnpReportLimit> said{};
  std::size_t length = 0;
  bool gone = false;

  State(asio::io_context& context, std::string executed, std::chrono::milliseconds time)
      : io(context), program(std::move(executed)), patience(time), report(context), alarm(context) {}

  void begin_next();
  bool start(const UpnpWish& wish);
  void hear();
  void watch_time(std::chrono::milliseconds time);
  void end_process();
  void finish();
  void tell(const UpnpAnswer& answer);
};

Upnp::Upnp(asio::io_context& io, std::string program, std::chrono::milliseconds patience)
    : state_(std::make_shared<State>(io, std::move(program), patience)) {}

void Upnp::close() {
  state_->gone = true;
  state_->waiting.clear();
  state_->current.reset();
  state_->end_process();
}

void Upnp::carry_out(UpnpWish wish, Answer answer) {
  State& state = *state_;
  state.waiting.push_back({std::move(wish), std::move(answer)});
  if (state.current && state.current->wish.seconds != 0) state.finish();
  state.begin_next();
}

void Upnp::State::begin_next() {
  while (!gone && !current && !waiting.empty()) {
    current = std::move(waiting.front());
    waiting.pop_front();
    const UpnpWish& wish = current->wish;
    if (counter && counter_of != wish.route) counter.reset();  // another network's router may have the same address
    if (wish.seconds == 0 && !counter) {
      tell({Is::kGone});
    } else if (!start(wish)) {
      tell({wish.seconds == 0 ? Is::kGone : Is::kNobody});
    }
  }
}

bool Upnp::State::start(const UpnpWish& wish) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return false;
  Descriptor to_read(ends[0]);
  const Descriptor to_write(ends[1]);
  std::vector<std::string> words = words_of({wish, counter});
  words.insert(words.begin(), {"duologd", kUpnpErrandWord});
  // No environment: what stands in ours is nobody's in this network.
  if (home::start(program, {std::move(words), {}, -1, to_write.get()}, pid) != 0) pid = 0;
  if (pid == 0) return false;
  error_code error;
  report.assign(to_read.release(), error);
  if (error) {
    end_process();
    return false;
  }
  ++errands;
  length = 0;
  hear();
  watch_time(wish.seconds == 0 ? kUpnpFarewell : patience);
  return true;
}

// Until it has nothing more to say, or has said more than an errand says.
void Upnp::State::hear() {
  report.async_read_some(asio::buffer(said.data() + length, said.size() - length),
                         [self = shared_from_this(), errand = errands](const error_code& error, std::size_t size) {
                           if (self->gone || self->pid == 0 || errand != self->errands) return;
                           self->length += size;
                           if (!error && self->length < self->said.size()) return self->hear();
                           self->finish();
                           self->begin_next();
                         });
}

void Upnp::State::watch_time(std::chrono::milliseconds time) {
  alarm.expires_after(time);
  alarm.async_wait([self = shared_from_this(), errand = errands](const error_code& cancelled) {
    if (cancelled || self->gone || self->pid == 0 || errand != self->errands) return;
    self->finish();
    self->begin_next();
  });
}

// Killed, it is gone at once: no disk and no device can hold it.
void Upnp::State::end_process() {
  error_code ignored;
  report.close(ignored);
  alarm.cancel();
  if (pid == 0) return;
  ::kill(pid, SIGKILL);
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) continue;
  pid = 0;
}

// Whatever it has said until now is all that it says; what it asked a router in its last moment may have been granted.
void Upnp::State::finish() {
  if (pid != 0 && report.is_open()) {
    ::kill(pid, SIGKILL);
    const ssize_t last = ::read(report.native_handle(), said.data() + length, said.size() - length);
    if (last > 0) length += static_cast<std::size_t>(last);
  }
  end_process();
  const UpnpReport heard = read_report({said.data(), length}, current->wish);
  if (heard.counter) {
    counter = heard.counter;
    counter_of = current->wish.route;
  }
  tell(heard.answer.value_or(UpnpAnswer{current->wish.seconds == 0 ? Is::kGone : Is::kNobody}));
}

void Upnp::State::tell(const UpnpAnswer& answer) {
  asio::post(io, [self = shared_from_this(), asked = *std::exchange(current, std::nullopt), answer] {
    if (!self->gone) asked.answer(asked.wish, answer);
  });
}

}  // namespace duolog::net
// NOLINTEND(bugprone-unused-return-value,cert-err33-c)
