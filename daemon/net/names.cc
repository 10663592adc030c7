// names.cc: getaddrinfo in a thread of its own. What the thread and the daemon share is the desk; the thread touches no
// other thing of ours, so that it may outlive all of them.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/names.h"

#include <netdb.h>
#include <signal.h>

#include <asio/post.hpp>
#include <cstring>
#include <mutex>
#include <thread>

namespace duolog::net {
namespace {

constexpr int kAtOnce = 8;  // threads; a resolver that hangs holds each for half a minute

Names::Endpoints ask_the_system(const Address& address) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV;
  addrinfo* raw = nullptr;
  if (::getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &raw) != 0) return {};
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> list(raw, ::freeaddrinfo);
  Names::Endpoints found;
  for (const addrinfo* each = raw; each; each = each->ai_next) {
    asio::ip::tcp::endpoint endpoint;
    if (each->ai_addrlen > endpoint.capacity()) continue;
    std::memcpy(endpoint.data(), each->ai_addr, each->ai_addrlen);
    endpoint.resize(each->ai_addrlen);
    found.push_back(endpoint);
  }
  return found;
}

}  // namespace

void take_no_signals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

struct Names::Desk : std::enable_shared_from_this<Names::Desk> {
  std::mutex mutex;  // of the next two
  asio::io_context* io = nullptr;
  int under_way = 0;
  std::map<std::uint64_t, Answer> waiting;  // the daemon's thread alone
  std::uint64_t next = 1;

  bool take_a_thread() {
    const std::lock_guard hold(mutex);
    if (under_way == kAtOnce) return false;
    ++under_way;
    return true;
  }
  void bring(std::uint64_t question, Endpoints found, bool by_thread) {
    const std::lock_guard hold(mutex);
    if (by_thread) --under_way;
    if (!io) return;
    asio::post(*io, [self = shared_from_this(), question, found = std::move(found)]() mutable {
      auto asked = self->waiting.extract(question);
      if (!asked.empty()) asked.mapped()(std::move(found));
    });
  }
};

Names::Names(asio::io_context& io) : desk_(std::make_shared<Desk>()) { desk_->io = &io; }

void Names::close() {
  desk_->waiting.clear();
  const std::lock_guard hold(desk_->mutex);
  desk_->io = nullptr;
}

std::uint64_t Names::look_up(const Address& address, Answer answer) {
  const std::uint64_t question = desk_->next++;
  desk_->waiting.emplace(question, std::move(answer));
  if (!desk_->take_a_thread()) {
    desk_->bring(question, {}, false);
    return question;
  }
  try {
    std::thread([desk = desk_, question, address] {
      take_no_signals();
      desk->bring(question, ask_the_system(address), true);
    }).detach();
  } catch (const std::system_error&) {  // no thread to be had
    desk_->bring(question, {}, true);
  }
  return question;
}

void Names::forget(std::uint64_t question) { desk_->waiting.erase(question); }

Names::Endpoints numeric(const Address& address) {
  std::error_code error;
  const auto host = asio::ip::make_address(address.host, error);
  if (error) return {};
  return {asio::ip::tcp::endpoint(host, address.port)};
}

}  // namespace duolog::net
