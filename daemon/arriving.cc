// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/arriving.h"

#include <spdlog/spdlog.h>

#include <asio/io_context.hpp>
#include <asio/post.hpp>

#include "proto/control.pb.h"

namespace duolog {

using control::Error;
using control::PairEvent;
using State = journal::Arrival::State;

namespace {

constexpr std::chrono::milliseconds kLook{100};  // while records come
constexpr int kIdleLooks = 600;                  // without one more: whoever looks on is told that the rest comes later

}  // namespace

// ---- by another device of the same person ----

WayIn as_own_device(const control::DeviceJoin& asked) {
  WayIn way;
  way.purpose = crypto::PairPurpose::kOwnDevice;
  way.invitation = asked.invitation();
  way.at = asked.at();
  way.device_name = asked.device_name();
  way.passphrase = crypto::SecretBytes(as_bytes(asked.passphrase()));
  way.talk = [](Antechamber& here, const net::Introduced& met, const crypto::SecretBytes& passphrase,
                crypto::Argon2Cost cost) {
    const auto arrival = std::make_shared<journal::Arrival>(
        here.keys(), journal::ArrivalFacts{met.device, met.introduction.chain, met.by_link ? "link" : "code"},
        [&here, &passphrase, cost](journal::Handover handover) { here.keep(std::move(handover), passphrase, cost); });
    WayIn::Talk talk;
    talk.conversation = {[arrival](ByteView message) { arrival->receive(message); },
                         [arrival] { return arrival->next(); },
                         [arrival] {
                           switch (arrival->state()) {
                             case State::kArrived:
                               return net::Conversation::State::kDone;
                             case State::kAwaitingHandover:
                               return net::Conversation::State::kGoing;
                             default:
                               return net::Conversation::State::kFailed;
                           }
                         },
                         {},
                         [arrival] { return arrival->state() == State::kAwaitingHandover; }};
    talk.outcome = [arrival] {
      return WayIn::Outcome{arrival->state() == State::kArrived, arrival->state() == State::kDeclined,
                            arrival->fault() == journal::ArrivalFault::kNotStored, arrival->detail()};
    };
    return talk;
  };
  return way;
}

// ---- pairing ----

std::shared_ptr<Arriving> Arriving::begin(House house, WayIn way, MeetingEars ears) {
  auto arriving = std::make_shared<Arriving>(std::move(house), std::move(way), std::move(ears));
  arriving->join();
  return arriving;
}

Arriving::Arriving(House house, WayIn way, MeetingEars ears)
    : house_(std::move(house)), way_(std::move(way)), voice_(std::move(ears)), timer_(house_.io) {}

control::Hold Arriving::hold() {
  return {this, [self = shared_from_this()](void*) { self->look_away(); }};
}

void Arriving::join() {
  auto read = read_invitation(voice_, way_.invitation, way_.at, way_.purpose, house_.config.discovery);
  if (!read) return finish();
  antechamber_ = std::make_unique<Antechamber>(house_.io, house_.home, house_.config, house_.clock, way_.device_name,
                                               house_.failed, house_.spent);
  if (way_.enter) way_.enter(*antechamber_);
  const auto weak = weak_from_this();
  const auto with = [weak](auto action) {
    if (const auto self = weak.lock()) action(*self);
  };
  net::JoinEvents events;
  events.looking = [with] { with([](Arriving& self) { self.voice_.looking(); }); };
  events.connecting = [with](const Address& where) {
    with([&](Arriving& self) { self.voice_.connecting(where.text()); });
  };
  events.introduced = [weak](const net::Introduced& met) -> net::Conversation {
    if (const auto self = weak.lock()) return self->talk(met);
    return nobody_talks();
  };
  events.ended = [with](net::JoinEnd end) { with([&](Arriving& self) { self.ended(end); }); };
  const bool begun = duolog::join(antechamber_->switchboard(), std::move(*read), way_.purpose, std::move(events));
  check(begun, "an antechamber was joining already");
}

net::Conversation Arriving::talk(const net::Introduced& met) {
  by_link_ = met.by_link;
  words_ = met.words;
  WayIn::Talk talk = way_.talk(*antechamber_, met, way_.passphrase, house_.config.passphrase_cost);
  outcome_ = std::move(talk.outcome);
  const auto host = crypto::decode(met.introduction.chain.back());
  voice_.waiting_for(host ? host->name : std::string(), words_);
  return std::move(talk.conversation);
}

void Arriving::ended(net::JoinEnd end) {
  const auto outcome = outcome_ ? outcome_() : WayIn::Outcome();
  let_in_ = end == net::JoinEnd::kPaired && outcome.kept;
  if (!let_in_ && end == net::JoinEnd::kFailed && outcome_) {
    if (outcome.declined) voice_.fail(Error::DECLINED);
    voice_.fail(outcome.refused_by_disk ? Error::NOT_SAVED : Error::FAILED, outcome.detail);
  }
  if (!let_in_) voice_.ended(end, antechamber_->refusal());
  leave();
}

void Arriving::look_away() {
  voice_.hush();
  timer_.cancel();
  if (antechamber_ && !leaving_) antechamber_->switchboard().cancel_join();  // and that ends it
  if (!antechamber_ && !leaving_) finish();
}

// ---- out of the antechamber ----

// Not from what it calls: nothing of it may be at work when it goes.
void Arriving::leave() {
  if (std::exchange(leaving_, true)) return;
  asio::post(house_.io, [self = shared_from_this()] {
    self->antechamber_->leave([self] { asio::post(self->house_.io, [self] { self->left(); }); });
  });
}

void Arriving::left() {
  house_.spent = antechamber_->spent();
  antechamber_.reset();
  try {
    if (let_in_) {
      move_in();
    } else {
      clear_unfinished_joining(house_.home);
    }
  } catch (...) {
    let_in_ = false;
    voice_.fail(std::current_exception());
  }
  way_.passphrase = crypto::SecretBytes();
  outcome_ = nullptr;
  way_.enter = nullptr;  // and with them whatever they held of the words
  way_.talk = nullptr;
  leaving_ = false;
  if (stopped_) return stopped_();
  if (!let_in_ || voice_.over()) return finish();
  look();
}

void Arriving::move_in() {
  move_in_from_joining(house_.home);
  spdlog::info("joined: this home is one of a person's from now on");
  if (!stopped_) house_.open(way_.passphrase);
}

void Arriving::stop(std::function<void()> done) {
  voice_.hush();
  timer_.cancel();
  if (!antechamber_) return done();
  stopped_ = std::move(done);
  leave();
}

// ---- fetching ----

void Arriving::look() {
  const Fetched fetched = house_.fetched();
  const bool moved = fetched.have != told_.have || fetched.of != told_.of;
  idle_looks_ = moved ? 0 : idle_looks_ + 1;
  if (moved) tell_progress(fetched);
  if (fetched.complete || idle_looks_ >= kIdleLooks) {
    tell_arrived(fetched);
    return finish();
  }
  timer_.expires_after(kLook);
  timer_.async_wait([weak = weak_from_this()](asio::error_code cancelled) {
    const auto self = weak.lock();
    if (!cancelled && self && !self->voice_.over()) self->look();
  });
}

void Arriving::tell_progress(const Fetched& fetched) {
  told_ = fetched;
  PairEvent event;
  event.mutable_progress()->set_step(PairEvent::Progress::FETCHING);
  event.mutable_progress()->set_have(fetched.have);
  event.mutable_progress()->set_of(fetched.of);
  voice_.tell(event);
}

void Arriving::tell_arrived(const Fetched& fetched) {
  PairEvent event;
  house_.describe(event);
  PairEvent::Arrived& arrived = *event.mutable_arrived();
  arrived.set_by(by_link_ ? "link" : "code");
  copy_words(words_, arrived.mutable_words());
  arrived.set_records(fetched.have);
  arrived.set_complete(fetched.complete);
  voice_.tell_last(event);
}

void Arriving::finish() {
  timer_.cancel();
  asio::post(house_.io, house_.over);
}

}  // namespace duolog
