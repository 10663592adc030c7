// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/welcoming.h"

#include <spdlog/spdlog.h>

#include "proto/control.pb.h"

namespace duolog {

using control::Error;
using control::PairEvent;
using State = journal::Welcome::State;

control::Desk::Pairing Welcoming::start(House house, bool accept_anyone, MeetingEars ears) {
  auto welcoming = std::make_shared<Welcoming>(std::move(house), accept_anyone, std::move(ears));
  welcoming->open();
  return held_at_the_desk(
      welcoming, [at = welcoming.get()] { at->leave(); }, [at = welcoming.get()](bool accept) { at->decide(accept); });
}

Welcoming::Welcoming(House house, bool accept_anyone, MeetingEars ears)
    : house_(std::move(house)), voice_(std::move(ears)), accept_anyone_(accept_anyone) {}

void Welcoming::open() {
  HostCalls calls{[this](const net::Introduced& met) { return begin(met); }, [this] { visitor_left(); },
                  [this](net::WindowEnd end) { ended(end); }};
  begun_ = house_.switchboard.open_window(crypto::PairPurpose::kOwnDevice,
                                          host_events(weak_from_this(), voice_, house_.discovery, std::move(calls)));
  if (!begun_) voice_.fail(Error::WINDOW_OPEN);
}

net::Conversation Welcoming::begin(const net::Introduced& met) {
  by_link_ = met.by_link;
  words_ = met.words;
  const auto welcome = std::make_shared<journal::Welcome>(
      house_.shelf, journal::ArrivalFacts{met.device, met.introduction.chain, met.by_link ? "link" : "code"},
      house_.reach);
  welcome_ = welcome;
  if (welcome->state() == State::kDeciding && accept_anyone_ && !met.by_link) {
    welcome->welcome();
  } else if (welcome->state() == State::kDeciding) {
    voice_.visitor(met.introduction.name, welcome->device_name(), met);
  }
  return conversation_at_the_door(welcome, State::kArrived);
}

void Welcoming::decide(bool accept) {
  if (!welcome_ || welcome_->state() != State::kDeciding) return;
  if (accept) {
    welcome_->welcome();
  } else {
    welcome_->decline();
  }
  house_.switchboard.conversation_moved();
}

void Welcoming::leave() {
  voice_.hush();
  if (begun_ && !ended_) house_.switchboard.close_window();
}

// Where the cause is with us, or something of the visitor has stayed, it is said and the window closes with the desk.
void Welcoming::visitor_left() {
  if (!welcome_) return;
  if (!welcome_->detail().empty()) spdlog::info("a device of one's own was not let in: {}", welcome_->detail());
  switch (welcome_->fault()) {
    case journal::ArrivalFault::kRefused:
      return voice_.fail(welcome_->refused());
    case journal::ArrivalFault::kNotStored:
      return voice_.fail(Error::NOT_SAVED, welcome_->detail());
    case journal::ArrivalFault::kViolation:
      return voice_.fail(Error::FAILED, welcome_->detail());
    case journal::ArrivalFault::kLeft:
      return voice_.fail(Error::OTHER_SIDE_LEFT, welcome_->device_name());
    case journal::ArrivalFault::kNone:
      break;
  }
  welcome_.reset();
}

void Welcoming::ended(net::WindowEnd end) {
  ended_ = true;
  if (end == net::WindowEnd::kPaired) return tell_arrived();
  visitor_left();
  voice_.ended(end);
}

void Welcoming::tell_arrived() {
  if (!welcome_ || welcome_->state() != State::kArrived) return;
  PairEvent event;
  PairEvent::Arrived& arrived = *event.mutable_arrived();
  arrived.set_name(house_.shelf.parts().identity.person());
  arrived.set_device(welcome_->device_name());
  arrived.set_id(hex(welcome_->device().view()));
  arrived.set_by(by_link_ ? "link" : "code");
  copy_words(words_, arrived.mutable_words());
  voice_.tell_last(event);
}

}  // namespace duolog
