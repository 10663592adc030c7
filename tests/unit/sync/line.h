// line.h: two sessions and what lies between them; and a partner who says whatever the test wants.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>

#include "tests/unit/sync/homes.h"

namespace duolog::sync::testing {

// Two homes in one conversation, message by message. Everything that was said stays in `transcript`.
class Line {
 public:
  Line(Home& a, Home& b) : Line(a, b, a.hooks(), b.hooks()) {}
  Line(Home& a, Home& b, Hooks hooks_of_a, Hooks hooks_of_b);

  // One message of each side, as far as there is one, goes over; false when there was none.
  bool step();
  void until_quiet(std::size_t steps = 100'000);  // fails the test when they never fall silent
  void tell_both();                               // both logs may have grown

  struct Said {
    bool by_a;
    Bytes message;
  };
  std::vector<Said> transcript;
  [[nodiscard]] std::size_t bytes() const;
  template <class Kind>
  [[nodiscard]] std::size_t count() const {
    std::size_t found = 0;
    for (const Said& said : transcript) found += std::holds_alternative<Kind>(decode(said.message)) ? 1 : 0;
    return found;
  }
  // What becomes of a message on its way; empty: it arrives as it is.
  std::function<std::vector<Bytes>(const Said&)> meddle;

  Home& home_a;
  Home& home_b;
  Session a;
  Session b;

 private:
  bool carry(Session& from, Session& to, bool by_a);
};

// Speaks with one real session by hand.
class Liar {
 public:
  // `as`: whom the handshake has proven.
  explicit Liar(Home& victim, const crypto::DeviceKeys& as = people().desk);
  Liar(Home& victim, Hooks hooks, const crypto::DeviceKeys& as = people().desk);

  [[nodiscard]] Hello hello() const;  // a true one, of somebody who holds nothing
  void greet() { say(hello()); }
  void greet(store::Frontier frontier);
  template <class Kind>
  void say(const Kind& message) {
    say_bytes(encode(message));
  }
  void say_bytes(ByteView bytes);
  // What the victim has said since; decoded.
  std::vector<Message> hear();
  template <class Kind>
  std::vector<Kind> hear_only() {
    std::vector<Kind> found;
    for (Message& message : hear())
      if (auto* one = std::get_if<Kind>(&message)) found.push_back(std::move(*one));
    return found;
  }
  // Entries of devices that hold nothing.
  [[nodiscard]] static store::FrontierEntry nothing_of(const crypto::DeviceKeys& device);

  Session session;
  const crypto::DeviceKeys& self;
};

}  // namespace duolog::sync::testing
