// desktop.h: org.freedesktop.Notifications over the session bus, through libsystemd's sd-bus.
// https://specifications.freedesktop.org/notification-spec/latest/
//
//   kAway ── show() ──► kAsking: what can the service do? ──► kTelling: Notify ──► kHere ── show() ──► kAsking …
//     ▲                    └──────────────┴─ no answer within kPatienceWithBus, the bus gone ─┬─┘
//     └───────────────────────────────────────────────────────────────────────────────────────┘
//
// kAway:    no connection. Nothing is tried before there is something to show.
// kAsking:  GetCapabilities is under way (behind the greeting, on a new connection): does it read markup?
// kTelling: Notify is under way.
// kHere:    connected, nothing to do. Some services take a notice away with the connection it came by.
// Nothing here waits or throws. What cannot be shown is dropped: `duolog today` has it all. A notice takes the place of
// the one of its kind before it.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <functional>
#include <string>

#include "daemon/notify/nudges.h"
#include "daemon/notify/watch.h"

extern "C" {
typedef struct sd_bus sd_bus;                  // NOLINT: theirs
typedef struct sd_bus_message sd_bus_message;  // NOLINT: theirs
typedef struct sd_bus_slot sd_bus_slot;        // NOLINT: theirs
}

namespace duolog::notify {

inline constexpr std::chrono::seconds kPatienceWithBus{20};

class Desktop {
 public:
  // `note`: for the daemon's notes, when it begins and when it ceases to work; never told what a notice says.
  explicit Desktop(std::function<void(const std::string&)> note);
  ~Desktop();
  Desktop(const Desktop&) = delete;
  Desktop& operator=(const Desktop&) = delete;

  void show(const Notice& notice, SteadyTime now);
  [[nodiscard]] std::optional<Watch> watch() const;  // nullopt: kAway
  void attend(SteadyTime now);

  // For doctor: asks on a connection of its own and waits for at most half a second.
  enum class Reach { kService, kNoService, kNoBus };
  struct Finding {
    Reach reach = Reach::kNoBus;
    std::string why;
  };
  static Finding look();

 private:
  enum class State { kAway, kAsking, kTelling, kHere };
  bool connect();
  void advance();  // kHere: to the next thing to show
  void tell();
  void capabilities_came(sd_bus_message* answer);
  void was_told(sd_bus_message* answer);
  void failed(const std::string& why);  // what was to be shown is dropped
  void leave();

  std::function<void(const std::string&)> note_;
  State state_ = State::kAway;
  sd_bus* bus_ = nullptr;
  sd_bus_slot* call_ = nullptr;  // under way
  SteadyTime until_;             // of the call
  SteadyTime now_;
  bool markup_ = true;
  std::string server_;  // who answered, by the bus's own name: another one knows nothing of shown_ids_
  std::array<std::string, kKinds> wanted_;         // by kind; empty: nothing
  std::array<std::uint32_t, kKinds> shown_ids_{};  // by kind, as the service calls them; 0: none yet
  std::size_t telling_ = 0;                        // the kind in kTelling
  std::optional<bool> works_;                      // as last noted
};

}  // namespace duolog::notify
