// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/readmitting.h"

#include <spdlog/spdlog.h>

#include <map>

#include "daemon/journal/door.h"
#include "proto/control.pb.h"

namespace duolog {

using control::Error;
using control::PairEvent;
using journal::ReadmissionFault;
using State = journal::Readmission::State;

control::Desk::Pairing Readmitting::start(House house, bool accept_anyone, MeetingEars ears) {
  auto readmitting = std::make_shared<Readmitting>(std::move(house), accept_anyone, std::move(ears));
  readmitting->open();
  return held_at_the_desk(
      readmitting, [at = readmitting.get()] { at->leave(); },
      [at = readmitting.get()](bool accept) { at->decide(accept); });
}

Readmitting::Readmitting(House house, bool accept_anyone, MeetingEars ears)
    : house_(std::move(house)), voice_(std::move(ears)), accept_anyone_(accept_anyone) {}

void Readmitting::open() {
  const auto is_there = [](const journal::JournalSecrets& one) {
    return one.shared() && !one.unacknowledged && !one.parted;
  };
  if (std::ranges::none_of(house_.shelf.parts().identity.journals(), is_there))
    return voice_.fail(Error::NOTHING_TO_RECOVER);
  HostCalls calls{[this](const net::Introduced& met) { return begin(met); }, [this] { visitor_left(); },
                  [this](net::WindowEnd end) { ended(end); }};
  begun_ = house_.switchboard.open_window(crypto::PairPurpose::kRestore,
                                          host_events(weak_from_this(), voice_, house_.discovery, std::move(calls)));
  if (!begun_) voice_.fail(Error::WINDOW_OPEN);
}

net::Conversation Readmitting::begin(const net::Introduced& met) {
  met_ = met;
  const auto readmission = std::make_shared<journal::Readmission>(
      house_.shelf, journal::ReadmissionFacts{met.device, met.introduction.chain, met.channel_binding},
      [weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->proven();
      });
  readmission_ = readmission;
  return conversation_at_the_door(readmission, State::kGivenBack);
}

void Readmitting::proven() {
  if (accept_anyone_ && !met_.by_link) return readmission_->give_back();
  voice_.visitor(readmission_->person(), readmission_->device_name(), met_, known_devices());
}

// A device that was met a moment ago is no lost one, or somebody else has it: whoever says yes should know.
std::vector<KnownDevice> Readmitting::known_devices() const {
  std::map<DeviceId, KnownDevice> known;
  for (const JournalId& id : readmission_->shared())
    for (const journal::LiveMember& member : journal::Door(house_.shelf).members(id))
      if (!member.self && !member.mine) known[member.device].name = member.device_name;
  for (const net::PeerStatus& peer : house_.switchboard.status()) {
    const auto found = known.find(peer.device);
    if (found == known.end()) continue;
    found->second.connected = found->second.connected || peer.state == net::PeerStatus::State::kConnected;
    found->second.last_seen = std::max(found->second.last_seen, peer.last_seen);
  }
  std::vector<KnownDevice> all;
  for (auto& [id, device] : known) all.push_back(std::move(device));
  return all;
}

void Readmitting::decide(bool accept) {
  if (!readmission_ || readmission_->state() != State::kDeciding) return;
  if (accept) {
    readmission_->give_back();
  } else {
    readmission_->decline();
  }
  house_.switchboard.conversation_moved();
}

void Readmitting::leave() {
  voice_.hush();
  if (begun_ && !ended_) house_.switchboard.close_window();
}

// Somebody who has nothing to look for here, or a cause on this side: it is said, and the window is closed at once. Who
// went away while nobody knows what they have kept may come again: with the words, and asked about anew.
void Readmitting::visitor_left() {
  if (!readmission_) return;
  if (!readmission_->detail().empty()) spdlog::info("nothing was given back: {}", readmission_->detail());
  const ReadmissionFault fault = readmission_->fault();
  if (fault == ReadmissionFault::kNone || fault == ReadmissionFault::kLeft) return readmission_.reset();
  if (fault == ReadmissionFault::kRefused) voice_.fail(readmission_->refused());
  if (fault == ReadmissionFault::kNotStored) voice_.fail(Error::NOT_SAVED, readmission_->detail());
  voice_.fail(Error::NOTHING_TO_RECOVER, "words");  // nothing where it was said already
  leave();
}

void Readmitting::ended(net::WindowEnd end) {
  ended_ = true;
  if (end == net::WindowEnd::kPaired) return tell_restored();
  visitor_left();
  voice_.ended(end);
}

void Readmitting::tell_restored() {
  if (!readmission_ || readmission_->state() != State::kGivenBack) return;
  spdlog::info("somebody was let back in with their words");
  PairEvent event;
  PairEvent::Restored& restored = *event.mutable_restored();
  restored.set_name(readmission_->person());
  restored.set_device(readmission_->device_name());
  restored.set_id(hex(readmission_->device().view()));
  restored.set_by(met_.by_link ? "link" : "code");
  copy_words(met_.words, restored.mutable_words());
  for (const std::string& name : readmission_->journals()) restored.add_journals(name);
  voice_.tell_last(event);
}

}  // namespace duolog
