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
  // The hold keeps it and ends it; what the network still holds of it is weak or dies with the line.
  control::Hold hold(welcoming.get(), [welcoming](void*) { welcoming->leave(); });
  return {std::move(hold), [weak = std::weak_ptr(welcoming)](bool accept) {
            if (const auto still = weak.lock()) still->decide(accept);
          }};
}

Welcoming::Welcoming(House house, bool accept_anyone, MeetingEars ears)
    : house_(std::move(house)), voice_(std::move(ears)), accept_anyone_(accept_anyone) {}

void Welcoming::open() {
  const auto weak = weak_from_this();
  const auto with = [weak](auto action) {
    if (const auto self = weak.lock()) action(*self);
  };
  net::HostEvents events;
  events.invitation = [with](const net::Invitation& invitation) {
    with([&](Welcoming& self) { self.voice_.invitation(invitation, self.house_.discovery); });
  };
  events.wrong_code = [with](int codes_left) { with([&](Welcoming& self) { self.voice_.wrong_code(codes_left); }); };
  events.visitor = [weak](const net::Introduced& met) -> net::Conversation {
    if (const auto self = weak.lock()) return self->begin(met);
    return nobody_talks();
  };
  events.visitor_left = [with] { with([](Welcoming& self) { self.visitor_left(); }); };
  events.ended = [with](net::WindowEnd end) { with([&](Welcoming& self) { self.ended(end); }); };
  begun_ = house_.switchboard.open_window(crypto::PairPurpose::kOwnDevice, std::move(events));
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
  return {[welcome](ByteView message) { welcome->receive(message); }, [welcome] { return welcome->next(); },
          [welcome] {
            switch (welcome->state()) {
              case State::kArrived:
                return net::Conversation::State::kDone;
              case State::kDeclined:
              case State::kFailed:
                return net::Conversation::State::kFailed;
              default:
                return net::Conversation::State::kGoing;
            }
          },
          [welcome] { welcome->lost(); }, [welcome] { return welcome->state() == State::kDeciding; }};
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
