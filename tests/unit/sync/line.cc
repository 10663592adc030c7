// line.cc: carries messages.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/sync/line.h"

namespace duolog::sync::testing {

Line::Line(Home& a_home, Home& b_home, Hooks hooks_of_a, Hooks hooks_of_b)
    : home_a(a_home),
      home_b(b_home),
      a(a_home.log(), a_home.facts(b_home.id()), std::move(hooks_of_a)),
      b(b_home.log(), b_home.facts(a_home.id()), std::move(hooks_of_b)) {
  a.start();
  b.start();
}

bool Line::carry(Session& from, Session& to, bool by_a) {
  auto message = from.next();
  if (!message) return false;
  const Said said{by_a, std::move(*message)};
  transcript.push_back(said);
  if (!meddle) {
    to.receive(said.message);
  } else {
    for (const Bytes& one : meddle(said)) to.receive(one);
  }
  return true;
}

bool Line::step() {
  const bool a_spoke = carry(a, b, true);
  const bool b_spoke = carry(b, a, false);
  return a_spoke || b_spoke;
}

void Line::until_quiet(std::size_t steps) {
  while (step())
    if (steps-- == 0) {
      ADD_FAILURE() << "they never fall silent";
      return;
    }
  EXPECT_FALSE(a.has_next());
  EXPECT_FALSE(b.has_next());
}

void Line::tell_both() {
  a.log_grew();
  b.log_grew();
}

std::size_t Line::bytes() const {
  std::size_t total = 0;
  for (const Said& said : transcript) total += said.message.size();
  return total;
}

Liar::Liar(Home& victim, const crypto::DeviceKeys& as) : Liar(victim, victim.hooks(), as) {}

Liar::Liar(Home& victim, Hooks hooks, const crypto::DeviceKeys& as)
    : session(victim.log(), victim.facts(as.id()), std::move(hooks)), self(as) {
  session.start();
}

store::FrontierEntry Liar::nothing_of(const crypto::DeviceKeys& device) {
  return {device.id(), 0, crypto::first_prev(people().journal, device.id())};
}

Hello Liar::hello() const {
  Hello hello{kVersion, self.id(), 0, {}, {}};
  hello.claim.entries = {nothing_of(people().laptop), nothing_of(people().desk)};
  std::sort(hello.claim.entries.begin(), hello.claim.entries.end(),
            [](const auto& one, const auto& other) { return one.device < other.device; });
  return hello;
}

void Liar::greet(store::Frontier frontier) {
  Hello greeting = hello();
  greeting.claim.entries = std::move(frontier);
  say(greeting);
}

void Liar::say_bytes(ByteView bytes) { session.receive(bytes); }

std::vector<Message> Liar::hear() {
  std::vector<Message> heard;
  while (auto message = session.next()) heard.push_back(decode(*message));
  return heard;
}

}  // namespace duolog::sync::testing
