// fake_router.h: a router at an address of the loopback network, with a will of its own: it answers the search and
// takes orders by UPnP, and says whatever it is told to say, for as long as somebody listens.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "daemon/net/descriptor.h"

namespace duolog::net::testing {

class FakeRouter {
 public:
  FakeRouter();  // at an address that no other test of this machine uses now
  ~FakeRouter();
  FakeRouter(const FakeRouter&) = delete;
  FakeRouter& operator=(const FakeRouter&) = delete;

  [[nodiscard]] const std::string& host() const { return host_; }
  [[nodiscard]] std::string url(const std::string& path = "/desc") const;
  [[nodiscard]] static std::string description(const std::string& control = "/ctl");
  [[nodiscard]] static std::string fault(int number);
  [[nodiscard]] static std::string entry(const std::string& client, const std::string& port);
  // So it goes on for as long as somebody reads: `begin`, then `piece` again and again, a pause after each.
  static void drone(int fd, const std::string& begin, const std::string& piece, std::chrono::milliseconds pause = {});
  static void say(int fd, const std::string& body, const std::string& status = "200 OK");

  struct Will {
    std::string location;                                          // of its description
    int search_answers = 1;                                        // to each question
    std::map<std::string, std::string> orders;                     // by the name of the action: the body of the answer
    std::function<void(int fd, const std::string& request)> http;  // instead of all that
  };
  [[nodiscard]] Will will() const;
  void wants(const std::function<void(Will&)>& change);  // from the next question on

  // ---- what it was asked ----
  [[nodiscard]] int searches() const { return searches_; }
  [[nodiscard]] std::vector<std::string> asked() const;  // "GET", or the name of an action
  [[nodiscard]] std::string last(const std::string& action) const;
  void await(const std::string& action) const;

 private:
  void run();
  void serve(int fd);
  std::string host_;
  std::uint16_t port_ = 0;
  Descriptor search_, orders_taken_;
  std::atomic<bool> over_{false};
  std::atomic<int> searches_{0};
  mutable std::mutex mutex_;
  Will will_;
  std::vector<std::pair<std::string, std::string>> asked_;
  std::thread thread_;
};

}  // namespace duolog::net::testing
