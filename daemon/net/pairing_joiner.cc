// pairing_joiner.cc: the joiner's side. It may call at several addresses of the host at once; it guesses on one of
// them.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <deque>

#include "crypto/check.h"
#include "daemon/net/pairing.h"

namespace duolog::net {
namespace {

constexpr std::chrono::hours kClockDoubt{24};  // a link that expired longer ago than this: perhaps our clock is wrong

}  // namespace

struct PairingJoiner::State {
  // Greeting (code only): `code` until the host's offer came. Then `handshake` until message 2, then the line talks.
  struct Call {
    TalkLine line;
    Address address;
    std::optional<crypto::CodeJoiner> code;
    std::optional<crypto::Handshake> handshake;
  };

  Facts facts;
  JoinEvents events;
  std::optional<Announcements> announcements;  // while looking
  SteadyTime looks_until;
  std::deque<Address> to_dial;
  SteadyTime next_dial;
  int dialling = 0;
  std::map<LineId, Call> calls;
  bool guessed = false;
  std::optional<std::pair<DeviceId, Address>> met;
  std::optional<JoinEnd> end;

  void begin(SteadyTime now);
  void begin_dialling(std::vector<Address> addresses, SteadyTime now);
  [[nodiscard]] bool link_expired() const;
  [[nodiscard]] bool link_long_expired() const;
  void call_by_link(Call& call);
  void guess(Call& call, ByteView offer, SteadyTime now);
  void read_second(Call& call, ByteView message, SteadyTime now);
  void doubt(Call& call);
  void talk(Call& call, ByteView payload, SteadyTime now);
  void follow(Call& call);
  void drop_others(const Call& kept);
  [[nodiscard]] bool quiet() const;
  void give_up_if_nothing_is_left();
  void finish(JoinEnd why);
};

PairingJoiner::PairingJoiner(Facts facts, JoinEvents events, SteadyTime now)
    : state_(std::make_unique<State>(State{std::move(facts), std::move(events)})) {
  check(state_->facts.code.has_value() != state_->facts.link.has_value(), "a joiner has a code or a link");
  state_->begin(now);
}
PairingJoiner::~PairingJoiner() = default;

void PairingJoiner::State::begin(SteadyTime now) {
  if (facts.code && facts.spent(*facts.code)) return finish(JoinEnd::kCodeSpent);
  if (link_expired() && !link_long_expired()) return finish(JoinEnd::kLinkExpired);
  if (facts.at) return begin_dialling({*facts.at}, now);
  if (facts.link) {
    std::vector<Address> addresses;
    for (const std::string& text : facts.link->addresses)
      if (const auto address = parse_address(text)) addresses.push_back(*address);
    return begin_dialling(std::move(addresses), now);
  }
  announcements.emplace(facts.code->nameplate);
  looks_until = now + kLookTime;
  events.looking();
}

void PairingJoiner::State::begin_dialling(std::vector<Address> addresses, SteadyTime now) {
  announcements.reset();
  to_dial.assign(addresses.begin(), addresses.end());
  next_dial = now;
  give_up_if_nothing_is_left();
}

bool PairingJoiner::State::link_expired() const {
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(facts.wall_now.time_since_epoch()).count();
  return facts.link && now > 0 && static_cast<std::uint64_t>(now) > facts.link->expires;
}

bool PairingJoiner::State::link_long_expired() const {
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(facts.wall_now.time_since_epoch()).count();
  const auto doubt = std::chrono::duration_cast<std::chrono::seconds>(kClockDoubt).count();
  return link_expired() && static_cast<std::uint64_t>(now) - facts.link->expires > static_cast<std::uint64_t>(doubt);
}

// ---- looking ----

std::optional<int> PairingJoiner::looking() const {
  if (state_->end || !state_->announcements) return std::nullopt;
  return state_->facts.code->nameplate;
}

void PairingJoiner::heard(const Heard& heard, SteadyTime now) {
  if (!looking()) return;
  const bool first = state_->announcements->addresses().empty();
  const bool is_new = state_->announcements->hear(heard);
  if (state_->announcements->two_windows()) return state_->finish(JoinEnd::kTwoWindows);
  if (is_new && (first || state_->announcements->in_doubt())) state_->looks_until = now + kCollectTime;
}

// ---- dialling ----

std::vector<Address> PairingJoiner::take_dials(SteadyTime now) {
  State& state = *state_;
  std::vector<Address> dials;
  if (state.end) return dials;
  while (!state.to_dial.empty() && (now >= state.next_dial || state.quiet())) {
    dials.push_back(state.to_dial.front());
    state.to_dial.pop_front();
    ++state.dialling;
    state.next_dial = now + kNextPairAddress;
    state.events.connecting(dials.back());
  }
  return dials;
}

void PairingJoiner::connected(LineId line, const Address& address, SteadyTime now) {
  --state_->dialling;
  if (state_->end || state_->guessed || state_->met) return;  // not in `calls`: it is closed at once
  State::Call call{TalkLine(now + kHandshakeTime), address};
  if (state_->facts.code) {
    call.code.emplace(state_->facts.purpose, *state_->facts.code, state_->facts.self.keys.noise());
    call.line.say(call.code->greeting());
    call.line.expect(crypto::kPairOfferLength, now + kHandshakeTime);
  } else {
    state_->call_by_link(call);
    call.line.expect(kIntroductionFrame, now + kHandshakeTime);
  }
  state_->calls.emplace(line, std::move(call));
}

void PairingJoiner::State::call_by_link(Call& call) {
  const crypto::PreparedPsk psk = crypto::prepare_link(facts.link->purpose, facts.link->secret);
  call.handshake = crypto::Handshake::initiate(psk, facts.self.keys.noise());
  call.line.say(call.handshake->write({}));
}

void PairingJoiner::unreachable(const Address&, SteadyTime) {
  --state_->dialling;
  state_->give_up_if_nothing_is_left();
}

// ---- proving ----

void PairingJoiner::receive(LineId line, ByteView bytes, SteadyTime now) {
  const auto found = state_->calls.find(line);
  if (found == state_->calls.end()) return;
  State::Call& call = found->second;
  call.line.feed(bytes);
  while (const auto frame = call.line.next_frame()) {
    if (call.code) {
      state_->guess(call, *frame, now);
    } else {
      state_->read_second(call, *frame, now);
    }
  }
  call.line.moved(now);
  state_->follow(call);
}

// The guess is remembered for ever before its first byte leaves: a man in the middle who makes us try again would
// otherwise get a guess of his own for each of ours.
void PairingJoiner::State::guess(Call& call, ByteView offer, SteadyTime now) {
  const auto guess = call.code->guess(offer);
  if (guessed || !guess) return call.line.drop();
  if (!facts.spend(*facts.code)) return finish(JoinEnd::kNotDurable);
  guessed = true;
  call.handshake = std::move(call.code->handshake());
  call.code.reset();
  call.line.say(*guess);
  call.line.expect(kIntroductionFrame, now + kHandshakeTime);
  drop_others(call);
}

void PairingJoiner::State::read_second(Call& call, ByteView message, SteadyTime now) {
  const auto payload = call.handshake->read(message);
  if (!payload) return doubt(call);
  if (facts.link && crypto::fingerprint(call.handshake->remote()) != facts.link->host_fingerprint)
    return finish(JoinEnd::kWrongPerson);
  talk(call, *payload, now);
}

// With a code there is no second chance; with a link another address may be the right one.
void PairingJoiner::State::doubt(Call& call) {
  call.line.drop();
  if (facts.code) finish(JoinEnd::kWrongCode);
}

void PairingJoiner::State::talk(Call& call, ByteView payload, SteadyTime now) {
  auto host = introduced_by(payload, *call.handshake, facts.self);
  if (!host) return finish(JoinEnd::kWrongPerson);
  call.line.say(call.handshake->write(encode(facts.self.introduction())));
  host->purpose = facts.link ? facts.link->purpose : facts.purpose;
  host->by_link = facts.link.has_value();
  host->channel_binding = call.handshake->channel_binding();
  host->words = crypto::comparison_words(host->channel_binding);
  met.emplace(host->device, call.address);
  crypto::ChannelKeys keys = call.handshake->split();
  call.handshake.reset();
  drop_others(call);
  call.line.talk(std::move(keys), events.introduced(*host), now + kWindowTime + kTalkTime);
}

void PairingJoiner::State::drop_others(const Call& kept) {
  to_dial.clear();
  for (auto& [line, call] : calls)
    if (&call != &kept) call.line.drop();
}

// ---- how it goes on ----

Bytes PairingJoiner::take_output(LineId line, SteadyTime now) {
  const auto found = state_->calls.find(line);
  if (found == state_->calls.end()) return {};
  Bytes output = found->second.line.take_output();
  if (!output.empty()) found->second.line.moved(now);
  state_->follow(found->second);
  return output;
}

// A line that is over: what that means depends on how far it had come.
void PairingJoiner::State::follow(Call& call) {
  if (end || !call.line.over()) return;
  if (call.line.talking()) {
    switch (call.line.state()) {
      case Conversation::State::kDone:
        return finish(JoinEnd::kPaired);
      case Conversation::State::kFailed:
        return finish(JoinEnd::kFailed);
      case Conversation::State::kGoing:
        return finish(JoinEnd::kOtherSideLeft);
    }
  }
  if (facts.code && call.handshake) return finish(JoinEnd::kWrongCode);
  give_up_if_nothing_is_left();
}

void PairingJoiner::closed(LineId line, SteadyTime) {
  const auto found = state_->calls.find(line);
  if (found == state_->calls.end()) return;
  State::Call call = std::move(found->second);
  state_->calls.erase(found);
  call.line.lose();
  state_->follow(call);
}

// Nobody is being dialled or talked to.
bool PairingJoiner::State::quiet() const {
  return dialling == 0 &&
         std::all_of(calls.begin(), calls.end(), [](const auto& each) { return each.second.line.over(); });
}

void PairingJoiner::State::give_up_if_nothing_is_left() {
  if (end || announcements || !to_dial.empty()) return;
  if (quiet()) finish(link_expired() ? JoinEnd::kLinkExpired : JoinEnd::kCannotConnect);
}

void PairingJoiner::State::finish(JoinEnd why) {
  if (end) return;
  end = why;
  to_dial.clear();
  for (auto& [line, call] : calls) call.line.lose();
  events.ended(why);
}

void PairingJoiner::cancel() { state_->finish(JoinEnd::kCancelled); }

void PairingJoiner::tick(SteadyTime now) {
  State& state = *state_;
  if (state.end) return;
  if (state.announcements && now >= state.looks_until) {
    std::vector<Address> found = state.announcements->addresses();
    if (found.empty()) return state.finish(JoinEnd::kNobodyFound);
    state.begin_dialling(std::move(found), now);
  }
  for (auto& [line, call] : state.calls) {
    if (now < call.line.deadline()) continue;
    const bool talking = call.line.talking();
    const bool undecided = call.line.a_person_decides();
    call.line.lose();
    if (talking) return state.finish(undecided ? JoinEnd::kTimedOut : JoinEnd::kOtherSideLeft);
    state.follow(call);
  }
}

SteadyTime PairingJoiner::deadline() const {
  if (state_->end) return SteadyTime::max();
  SteadyTime soonest = state_->announcements ? state_->looks_until : SteadyTime::max();
  if (!state_->to_dial.empty()) soonest = std::min(soonest, state_->next_dial);
  for (const auto& [line, call] : state_->calls) soonest = std::min(soonest, call.line.deadline());
  return soonest;
}

bool PairingJoiner::finished(LineId line) const {
  const auto found = state_->calls.find(line);
  return found == state_->calls.end() || found->second.line.finished();
}
bool PairingJoiner::ended() const { return state_->end.has_value(); }
std::optional<std::pair<DeviceId, Address>> PairingJoiner::met() const { return state_->met; }

}  // namespace duolog::net
