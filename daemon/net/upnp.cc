// upnp.cc: libminiupnpc in a thread of its own. What the thread and the daemon share is the desk; the thread touches no
// other thing of ours. Everybody in the network may answer the search: only what is at the router's own address is
// asked, and of what it says nothing is taken but numbers.
//
// The search takes two seconds. The library waits three seconds for a connection and five for each piece of an answer,
// so a router that drips keeps its thread for as long as it likes, and the one wish that is carried out at a time.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/upnp.h"

#include <miniupnpc/miniupnpc.h>
#include <miniupnpc/upnpcommands.h>

#include <array>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <map>
#include <mutex>
#include <thread>

#include "daemon/net/interfaces.h"
#include "daemon/net/names.h"
#include "daemon/net/ways.h"

namespace duolog::net {
namespace {

using Is = UpnpAnswer::Is;

constexpr int kSearchMs = 2'000;
constexpr unsigned char kHops = 2;
constexpr int kPortsTried = 4;  // where another machine has the first
// What a router says that will not (UPnP WANIPConnection 2.4.16).
constexpr int kConflict = 718;
constexpr int kPermanentOnly = 725;

// Where a router takes orders.
struct Counter {
  std::string url;
  std::string service;
};

// "http://192.168.7.1:5000/…": of that very machine.
bool is_at(std::string_view url, const std::string& router) {
  constexpr std::string_view kScheme = "http://";
  if (!url.starts_with(std::string(kScheme) + router)) return false;
  const std::string_view rest = url.substr(kScheme.size() + router.size());
  return rest.starts_with(':') || rest.starts_with('/');
}

std::optional<Counter> counter_of(const char* description, const std::string& router) {
  UPNPUrls urls{};
  IGDdatas data{};
  std::array<char, 64> here{};
  if (UPNP_GetIGDFromUrl(description, &urls, &data, here.data(), here.size()) == 0) return std::nullopt;
  const std::unique_ptr<UPNPUrls, decltype(&FreeUPNPUrls)> owner(&urls, FreeUPNPUrls);
  if (urls.controlURL == nullptr || !is_at(urls.controlURL, router)) return std::nullopt;
  return Counter{urls.controlURL, data.first.servicetype};
}

std::optional<Counter> search(const Route& route) {
  int error = 0;
  const std::string from = ip_text(route.here);
  const std::unique_ptr<UPNPDev, decltype(&freeUPNPDevlist)> found(
      upnpDiscover(kSearchMs, from.c_str(), nullptr, UPNP_LOCAL_PORT_ANY, 0, kHops, &error), freeUPNPDevlist);
  for (const UPNPDev* each = found.get(); each != nullptr; each = each->pNext) {
    if (each->descURL == nullptr || !is_at(each->descURL, route.router)) continue;
    if (auto counter = counter_of(each->descURL, route.router)) return counter;
  }
  return std::nullopt;
}

// 0: done; else the router's number, or the library's negative one.
int add(const Counter& counter, const UpnpWish& wish, std::uint16_t outside_port, std::uint32_t seconds) {
  const std::string outside = std::to_string(outside_port), inside = std::to_string(wish.port);
  // Whoever looks at the router's page learns the port, and not of which program.
  return UPNP_AddPortMapping(counter.url.c_str(), counter.service.c_str(), outside.c_str(), inside.c_str(),
                             ip_text(wish.route.here).c_str(), inside.c_str(), "TCP", nullptr,
                             std::to_string(seconds).c_str());
}

UpnpAnswer map(const Counter& counter, const UpnpWish& wish) {
  std::array<char, 64> said{};
  const int asked = UPNP_GetExternalIPAddress(counter.url.c_str(), counter.service.c_str(), said.data());
  const auto outside = ip_bytes(said.data());
  if (asked != 0 || !outside || !is_public(*outside)) return {Is::kNotOutside};
  std::uint32_t seconds = wish.seconds;
  std::uint16_t port = wish.outside_port;
  for (int tried = 0; tried < kPortsTried;) {
    const int result = add(counter, wish, port, seconds);
    if (result == 0) return {Is::kMapped, port, *outside, seconds};
    if (result == kPermanentOnly && seconds != 0) {
      seconds = 0;
      continue;
    }
    if (result < 0) return {Is::kNobody};
    if (result != kConflict) return {Is::kRefused};
    ++tried;
    port = static_cast<std::uint16_t>(port == 0xffff ? 1024 : port + 1);
  }
  return {Is::kRefused};
}

void take_away(const Counter& counter, const UpnpWish& wish) {
  UPNP_DeletePortMapping(counter.url.c_str(), counter.service.c_str(), std::to_string(wish.outside_port).c_str(), "TCP",
                         nullptr);
}

}  // namespace

struct Upnp::Desk : std::enable_shared_from_this<Upnp::Desk> {
  std::mutex mutex;  // of the next three
  asio::io_context* io = nullptr;
  bool under_way = false;
  std::optional<Counter> counter;           // where the last mapping was made
  std::map<std::uint64_t, Answer> waiting;  // the daemon's thread alone
  std::uint64_t next = 1;

  std::optional<Counter> last_counter() {
    const std::lock_guard hold(mutex);
    return counter;
  }
  void bring(std::uint64_t question, const UpnpAnswer& said, bool by_thread) {
    const std::lock_guard hold(mutex);
    if (by_thread) under_way = false;
    if (!io) return;
    asio::post(*io, [self = shared_from_this(), question, said] {
      const auto asked = self->waiting.extract(question);
      if (!asked.empty()) asked.mapped()(said);
    });
  }
  UpnpAnswer carry_out(const UpnpWish& wish);
};

// In the thread. A counter that was there half an hour ago is asked first; a search costs two seconds.
UpnpAnswer Upnp::Desk::carry_out(const UpnpWish& wish) {
  const auto known = last_counter();
  if (wish.seconds == 0) {
    if (known) net::take_away(*known, wish);
    return {};
  }
  if (known && is_at(known->url, wish.route.router)) {
    const UpnpAnswer said = map(*known, wish);
    if (said.is == Is::kMapped) return said;
  }
  const auto found = search(wish.route);
  {
    const std::lock_guard hold(mutex);
    counter = found;
  }
  return found ? map(*found, wish) : UpnpAnswer{};
}

Upnp::Upnp(asio::io_context& io) : desk_(std::make_shared<Desk>()) { desk_->io = &io; }

void Upnp::close() {
  desk_->waiting.clear();
  const std::lock_guard hold(desk_->mutex);
  desk_->io = nullptr;
}

void Upnp::carry_out(UpnpWish wish, Answer answer) {
  const std::uint64_t question = desk_->next++;
  desk_->waiting.emplace(question, std::move(answer));
  bool hangs = false;
  {
    const std::lock_guard hold(desk_->mutex);
    hangs = std::exchange(desk_->under_way, true);
  }
  if (hangs) return desk_->bring(question, {}, false);
  try {
    std::thread([desk = desk_, wish = std::move(wish), question] {
      take_no_signals();
      desk->bring(question, desk->carry_out(wish), true);
    }).detach();
  } catch (const std::system_error&) {  // no thread to be had
    desk_->bring(question, {}, true);
  }
}

}  // namespace duolog::net
