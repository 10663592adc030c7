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

std::shared_ptr<Arriving> Arriving::begin(House house, const control::DeviceJoin& asked, MeetingEars ears) {
  auto arriving = std::make_shared<Arriving>(std::move(house), asked, std::move(ears));
  arriving->join(asked);
  return arriving;
}

Arriving::Arriving(House house, const control::DeviceJoin& asked, MeetingEars ears)
    : house_(std::move(house)), voice_(std::move(ears)), passphrase_(as_bytes(asked.passphrase())), timer_(house_.io) {}

control::Hold Arriving::hold() {
  return {this, [self = shared_from_this()](void*) { self->look_away(); }};
}

// ---- pairing ----

void Arriving::join(const control::DeviceJoin& asked) {
  constexpr auto kPurpose = crypto::PairPurpose::kOwnDevice;
  auto read = read_invitation(voice_, asked.invitation(), asked.at(), kPurpose, house_.config.discovery);
  if (!read) return finish();
  antechamber_ = std::make_unique<Antechamber>(house_.io, house_.home, house_.config, house_.clock, asked.device_name(),
                                               house_.failed, house_.spent);
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
  const bool begun = duolog::join(antechamber_->switchboard(), std::move(*read), kPurpose, std::move(events));
  check(begun, "an antechamber was joining already");
}

net::Conversation Arriving::talk(const net::Introduced& met) {
  by_link_ = met.by_link;
  words_ = met.words;
  const auto arrival = std::make_shared<journal::Arrival>(
      antechamber_->keys(), journal::ArrivalFacts{met.device, met.introduction.chain, met.by_link ? "link" : "code"},
      [this](journal::Handover handover) {
        antechamber_->keep(std::move(handover), passphrase_, house_.config.passphrase_cost);
      });
  arrival_ = arrival;
  const auto host = crypto::decode(met.introduction.chain.back());
  voice_.waiting_for(host ? host->name : std::string(), words_);
  return {[arrival](ByteView message) { arrival->receive(message); },
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
}

void Arriving::ended(net::JoinEnd end) {
  let_in_ = end == net::JoinEnd::kPaired && arrival_ && arrival_->state() == State::kArrived;
  if (!let_in_ && end == net::JoinEnd::kFailed && arrival_) {
    const bool ours = arrival_->fault() == journal::ArrivalFault::kNotStored;
    if (arrival_->state() == State::kDeclined) voice_.fail(Error::DECLINED);
    voice_.fail(ours ? Error::NOT_SAVED : Error::FAILED, arrival_->detail());
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
  passphrase_ = crypto::SecretBytes();
  leaving_ = false;
  if (stopped_) return stopped_();
  if (!let_in_ || voice_.over()) return finish();
  look();
}

void Arriving::move_in() {
  move_in_from_antechamber(house_.home);
  spdlog::info("joined: this home is one of a person's from now on");
  if (!stopped_) house_.open(passphrase_);
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
