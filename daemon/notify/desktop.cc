// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/notify/desktop.h"

#include <fmt/format.h>
#include <poll.h>
#include <systemd/sd-bus.h>

#include <cstdlib>
#include <cstring>

#include "daemon/notify/words.h"

namespace duolog::notify {
namespace {

constexpr const char* kService = "org.freedesktop.Notifications";
constexpr const char* kObject = "/org/freedesktop/Notifications";
constexpr int kStepsAtOnce = 64;              // messages between two looks at the rest of the daemon
constexpr int kLooks = 25;                    // for doctor: as often as that …
constexpr std::uint64_t kLookUs = 10'000;     // … it waits so long for the greeting,
constexpr std::uint64_t kAnswerUs = 250'000;  // and so long for the answer

std::string text_of(int error) { return std::strerror(error < 0 ? -error : error); }

// Only a local socket: other ways to a bus ask name servers or start programs, and would be waited for.
bool is_local(std::string_view addresses) {
  for (bool more = true; more;) {
    if (!addresses.starts_with("unix:")) return false;
    const auto end = addresses.find(';');
    more = end != std::string_view::npos;
    addresses.remove_prefix(more ? end + 1 : addresses.size());
  }
  return true;
}

// Empty, or why not. DBUS_SESSION_BUS_ADDRESS, else $XDG_RUNTIME_DIR/bus: sd-bus knows both.
std::string open_bus(sd_bus*& bus) {
  const char* address = std::getenv("DBUS_SESSION_BUS_ADDRESS");
  if (address != nullptr && !is_local(address)) return "DBUS_SESSION_BUS_ADDRESS is no local socket";
  const int result = sd_bus_open_user(&bus);
  if (result >= 0) return {};
  bus = nullptr;
  return result == -ENOMEDIUM ? "there is no session" : text_of(result);
}

std::string error_in(sd_bus_message* answer) {
  const sd_bus_error* error = sd_bus_message_get_error(answer);
  if (error == nullptr || error->name == nullptr) return "an unexpected answer";
  return plain_line(error->name, kFirstWords);
}

// Hints: of no urgency, something received, and not to be kept once it was seen.
int append_hints(sd_bus_message* call) {
  return sd_bus_message_append(call, "a{sv}", 3, "urgency", "y", 0, "category", "s", "im.received", "transient", "b",
                               1);
}

}  // namespace

Desktop::Desktop(std::function<void(const std::string&)> note) : note_(std::move(note)) {}
Desktop::~Desktop() { leave(); }

void Desktop::show(const Notice& notice, SteadyTime now) {
  now_ = now;
  wanted_[static_cast<std::size_t>(notice.kind)] = notice.text;
  if (state_ == State::kAway && !connect()) return;
  if (state_ == State::kHere) advance();
}

bool Desktop::connect() {
  const std::string why_not = open_bus(bus_);
  if (!why_not.empty()) {
    failed(why_not);
    return false;
  }
  state_ = State::kHere;
  return true;
}

void Desktop::advance() {
  state_ = State::kHere;
  const bool nothing = std::all_of(wanted_.begin(), wanted_.end(), [](const auto& text) { return text.empty(); });
  if (nothing) return;
  const auto came = [](sd_bus_message* answer, void* self, sd_bus_error*) noexcept {
    static_cast<Desktop*>(self)->capabilities_came(answer);
    return 1;
  };
  const int result =
      sd_bus_call_method_async(bus_, &call_, kService, kObject, kService, "GetCapabilities", came, this, nullptr);
  if (result < 0) return failed(text_of(result));
  state_ = State::kAsking;
  until_ = now_ + kPatienceWithBus;
}

void Desktop::capabilities_came(sd_bus_message* answer) {
  call_ = sd_bus_slot_unref(call_);
  if (sd_bus_message_is_method_error(answer, nullptr) > 0) return failed(error_in(answer));
  const char* server = sd_bus_message_get_sender(answer);
  if (server == nullptr || server_ != server) shown_ids_ = {};
  server_ = server != nullptr ? server : "";
  markup_ = false;
  if (sd_bus_message_enter_container(answer, 'a', "s") > 0) {
    const char* capability = nullptr;
    while (sd_bus_message_read(answer, "s", &capability) > 0)
      markup_ = markup_ || std::strcmp(capability, "body-markup") == 0;
  }
  tell();
}

void Desktop::tell() {
  telling_ = 0;
  while (wanted_[telling_].empty()) ++telling_;  // there is one: advance() has looked
  const std::string body = markup_ ? escape_markup(wanted_[telling_]) : wanted_[telling_];
  wanted_[telling_].clear();
  sd_bus_message* call = nullptr;
  int result = sd_bus_message_new_method_call(bus_, &call, kService, kObject, kService, "Notify");
  if (result >= 0) {
    result = sd_bus_message_append(call, "susssas", "Duolog", shown_ids_[telling_], "", "Duolog", body.c_str(), 0);
  }
  if (result >= 0) result = append_hints(call);
  if (result >= 0) result = sd_bus_message_append(call, "i", -1);
  const auto told = [](sd_bus_message* reply, void* self, sd_bus_error*) noexcept {
    static_cast<Desktop*>(self)->was_told(reply);
    return 1;
  };
  if (result >= 0) result = sd_bus_call_async(bus_, &call_, call, told, this, 0);
  sd_bus_message_unref(call);
  if (result < 0) return failed(text_of(result));
  state_ = State::kTelling;
  until_ = now_ + kPatienceWithBus;
}

void Desktop::was_told(sd_bus_message* answer) {
  call_ = sd_bus_slot_unref(call_);
  if (sd_bus_message_is_method_error(answer, nullptr) > 0) return failed(error_in(answer));
  std::uint32_t id = 0;
  if (sd_bus_message_read(answer, "u", &id) > 0) shown_ids_[telling_] = id;
  if (!works_.value_or(false)) note_("desktop notifications work");
  works_ = true;
  advance();
}

void Desktop::failed(const std::string& why) {
  for (std::string& text : wanted_) text.clear();
  if (works_.value_or(true)) note_(fmt::format("no desktop notification: {}; tried again with the next one", why));
  works_ = false;
  if (state_ != State::kAway) state_ = State::kHere;
}

void Desktop::leave() {
  server_.clear();
  call_ = sd_bus_slot_unref(call_);
  bus_ = sd_bus_close_unref(bus_);  // what is unsent is not waited for
  state_ = State::kAway;
}

std::optional<Watch> Desktop::watch() const {
  if (state_ == State::kAway) return std::nullopt;
  Watch watch;
  watch.fd = sd_bus_get_fd(bus_);
  const int events = sd_bus_get_events(bus_);
  watch.to_read = events < 0 || (events & POLLIN) != 0;
  watch.to_write = events >= 0 && (events & POLLOUT) != 0;
  if (state_ != State::kHere) watch.until = until_;
  std::uint64_t at_us = 0;
  if (watch.fd < 0 || events < 0) {
    watch.until = now_;  // it has gone: attend() finds out how
  } else if (sd_bus_get_timeout(bus_, &at_us) >= 0 && at_us != UINT64_MAX) {
    const SteadyTime at(std::chrono::ceil<std::chrono::milliseconds>(std::chrono::microseconds(at_us)));
    watch.until = std::min(watch.until.value_or(at), at);
  }
  return watch;
}

void Desktop::attend(SteadyTime now) {
  if (state_ == State::kAway) return;
  now_ = now;
  int result = 1;
  for (int i = 0; i < kStepsAtOnce && result > 0; ++i) result = sd_bus_process(bus_, nullptr);
  const bool under_way = state_ != State::kHere;
  if (result >= 0 && sd_bus_is_open(bus_) > 0 && !(under_way && now >= until_)) return;
  if (under_way) failed(result < 0 ? text_of(result) : "the session bus gives no answer");
  leave();
}

Desktop::Finding Desktop::look() {
  sd_bus* bus = nullptr;
  std::string why = open_bus(bus);
  if (!why.empty()) return {Reach::kNoBus, why};
  int result = 0;
  for (int i = 0; i < kLooks && result >= 0 && sd_bus_is_ready(bus) <= 0; ++i) {
    result = sd_bus_process(bus, nullptr);
    if (result == 0) result = sd_bus_wait(bus, kLookUs);
  }
  Finding finding{Reach::kNoBus, result < 0 ? text_of(result) : "it gives no answer"};
  if (sd_bus_is_ready(bus) > 0) {
    sd_bus_set_method_call_timeout(bus, kAnswerUs);
    sd_bus_error error{};  // SD_BUS_ERROR_NULL is C, and no C++ to clang
    sd_bus_message* answer = nullptr;
    result = sd_bus_call_method(bus, kService, kObject, "org.freedesktop.DBus.Peer", "Ping", &error, &answer, "");
    finding = {result < 0 ? Reach::kNoService : Reach::kService, result < 0 ? plain_line(error.name, kFirstWords) : ""};
    sd_bus_error_free(&error);
    sd_bus_message_unref(answer);
  }
  sd_bus_close_unref(bus);
  return finding;
}

}  // namespace duolog::notify
