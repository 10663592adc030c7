// peer.cc: handshake, then session. Each stage has one function; finish() is the only way to the end.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/peer.h"

#include <algorithm>

#include "crypto/check.h"
#include "daemon/sync/message.h"

namespace duolog::net {
namespace {

constexpr milliseconds kResponderWaits{60'000};  // the initiator renews first, so that not both dial at once

// What was said in it is zeroed where it was secret.
struct Wiped {
  Bytes& message;
  ~Wiped() {
    if (sync::holds_secrets(message)) crypto::wipe(message);
  }
};

enum class Stage { kAwaitingSecond, kAwaitingThird, kMuted, kOpen, kParting, kFinished };

PeerEnd end_of(sync::Parting parting) {
  switch (parting) {
    case sync::Parting::kNone:
      return PeerEnd::kNone;
    case sync::Parting::kDuplicate:
      return PeerEnd::kDuplicate;
    case sync::Parting::kRenew:
      return PeerEnd::kRenew;
    case sync::Parting::kNewer:
      return PeerEnd::kNewer;
    case sync::Parting::kTheyLeft:
      return PeerEnd::kTheyLeft;
    case sync::Parting::kViolation:
    case sync::Parting::kRefusedRun:
      return PeerEnd::kMisbehaved;
    case sync::Parting::kStopping:
    case sync::Parting::kFrozen:
      return PeerEnd::kStopping;
  }
  return PeerEnd::kStopping;
}

}  // namespace

struct Peer::State {
  const House& house;
  JournalId journal;
  bool initiator;
  Stage stage;
  SteadyTime deadline;  // of a handshake, a silence or a farewell

  std::optional<crypto::Handshake> handshake;  // until kOpen
  std::optional<crypto::Channel> channel;      // from kOpen on, as is the session
  std::unique_ptr<sync::Session> session;
  proto::FrameReader reader{proto::Framing::kPeer, kIntroductionFrame};
  Bytes output;

  PeerEnd end = PeerEnd::kNone;
  std::string detail;
  Bytes called_with;             // our message 1, of an initiator
  std::optional<Bytes> crossed;  // theirs
  std::optional<Met> met;
  std::optional<sync::Greeting> greeting;
  std::optional<milliseconds> clock_ahead;
  SteadyTime opened_at;
  SteadyTime heard_at;
  SteadyTime ping_at;

  [[nodiscard]] bool crosses(ByteView message) const;
  void read_introduction(ByteView message, SteadyTime now);
  std::optional<Met> prove(const Introduction& introduction) const;
  void refuse_tag();
  void open_session(SteadyTime now);
  void note_greeting(const sync::Greeting& theirs);
  void read_transport(ByteView frame, SteadyTime now);
  bool while_the_disk_allows(const std::function<void()>& question);
  void pump(SteadyTime now);
  void follow_session(SteadyTime now);
  void say_farewell(SteadyTime now);
  void finish(PeerEnd why, std::string about = {});
  void tick_open(SteadyTime now);
  [[nodiscard]] SteadyTime renew_at() const {
    return opened_at + kRenewAfter + (initiator ? milliseconds(0) : kResponderWaits);
  }
};

Peer::Peer(std::unique_ptr<State> state) : state_(std::move(state)) {}
Peer::Peer(Peer&&) noexcept = default;
Peer::~Peer() = default;

Peer Peer::initiate(const House& house, const JournalId& journal, const crypto::PreparedPsk& psk, SteadyTime now) {
  auto state = std::make_unique<State>(State{house, journal, true, Stage::kAwaitingSecond, now + kHandshakeTime});
  state->handshake = crypto::Handshake::initiate(psk, house.self.keys.noise());
  state->called_with = state->handshake->write({});
  proto::append_frame(state->output, proto::Framing::kPeer, state->called_with);
  return Peer(std::move(state));
}

Peer Peer::respond(const House& house, const JournalId& journal, crypto::Handshake handshake, SteadyTime deadline) {
  auto state = std::make_unique<State>(State{house, journal, false, Stage::kAwaitingThird, deadline});
  state->handshake = std::move(handshake);
  const Bytes introduction = encode(house.self.introduction());
  proto::append_frame(state->output, proto::Framing::kPeer, state->handshake->write(introduction));
  return Peer(std::move(state));
}

// ---- what comes in ----

void Peer::receive(ByteView bytes, SteadyTime now) {
  if (!reading()) return;
  state_->heard_at = now;
  state_->reader.feed(bytes);
  Bytes message;
  while (reading()) {
    switch (state_->reader.next(message)) {
      case proto::FrameReader::Next::kNeedMore:
        return;
      case proto::FrameReader::Next::kTooLong:
        return state_->refuse_tag();
      case proto::FrameReader::Next::kMessage:
        break;
    }
    if (state_->crosses(message)) {
      state_->crossed = std::move(message);
      continue;
    }
    state_->while_the_disk_allows([&] {
      if (state_->stage == Stage::kOpen) {
        state_->read_transport(message, now);
      } else {
        state_->read_introduction(message, now);
      }
    });
  }
}

// Only a message 1 has this length: 2 carries an introduction. Our own, said back to us, is none.
bool Peer::State::crosses(ByteView message) const {
  return stage == Stage::kAwaitingSecond && !crossed && message.size() == crypto::kFirstMessageLength &&
         !std::ranges::equal(message, called_with);
}

std::optional<Bytes> Peer::take_crossed() {
  auto message = std::move(state_->crossed);
  if (message) state_->crossed = Bytes();  // one is enough
  return message && !message->empty() ? message : std::nullopt;
}

// Whatever a session or a hook is asked, our own disk may refuse it: not the other side's fault, and the end of this.
bool Peer::State::while_the_disk_allows(const std::function<void()>& work) {
  try {
    work();
    return true;
  } catch (const store::NotDurable& refusal) {
    finish(PeerEnd::kNotDurable, refusal.what());
  } catch (const store::BadDatabase& damage) {
    finish(PeerEnd::kNotDurable, damage.what());
  }
  return false;
}

void Peer::State::read_introduction(ByteView message, SteadyTime now) {
  const auto payload = handshake->read(message);
  if (!payload) return refuse_tag();
  const auto introduction = decode_introduction(*payload);
  met = introduction ? prove(*introduction) : std::nullopt;
  if (!met) return finish(PeerEnd::kRefused, "a device that is no member");
  if (initiator) {
    const Bytes ours = encode(house.self.introduction());
    proto::append_frame(output, proto::Framing::kPeer, handshake->write(ours));
  }
  open_session(now);
}

// The chain must hold, end in the key that was spoken with, and belong to somebody who may come in.
std::optional<Peer::Met> Peer::State::prove(const Introduction& introduction) const {
  const auto device = introduced_device(introduction.chain, handshake->remote());
  if (!device || device->id() == house.self.keys.id()) return std::nullopt;
  auto proven = house.hooks.admits(journal, introduction.chain);
  if (!proven) return std::nullopt;
  check(proven->device == *device, "a chain was proven for another device than its last");
  return Met{std::move(*proven), introduction.name};
}

// A responder that closed at once would tell a prober how far it got.
void Peer::State::refuse_tag() {
  if (stage != Stage::kAwaitingThird) return finish(PeerEnd::kRefused, "a message that does not open");
  stage = Stage::kMuted;
  handshake.reset();
  output.clear();
}

void Peer::State::open_session(SteadyTime now) {
  channel.emplace(handshake->split());
  handshake.reset();
  reader.set_limit(proto::kPeerFrameLimit);
  stage = Stage::kOpen;
  opened_at = heard_at = now;
  ping_at = now + kPingAfter;

  sync::Hooks hooks = house.hooks.session(journal, met->device);
  hooks.greeted = [this, above = std::move(hooks.greeted)](const sync::Greeting& theirs) {
    note_greeting(theirs);
    if (above) above(theirs);
  };
  const auto wall_ms = static_cast<std::int64_t>(house.wall().time_since_epoch().count());
  session = std::make_unique<sync::Session>(
      house.log,
      sync::Session::Facts{journal, house.self.keys.id(), met->device.device.id(), house.addresses(), wall_ms},
      std::move(hooks));
  session->start();
}

// Their clock is shown, never obeyed; the difference saturates rather than overflow.
void Peer::State::note_greeting(const sync::Greeting& theirs) {
  constexpr std::int64_t kFarthest = std::int64_t{1} << 52;
  const auto ours = static_cast<std::int64_t>(house.wall().time_since_epoch().count());
  const auto clamp = [&](std::int64_t ms) { return std::clamp(ms, -kFarthest, kFarthest); };
  clock_ahead = milliseconds(clamp(theirs.time_ms) - clamp(ours));
  greeting = theirs;
}

void Peer::State::read_transport(ByteView frame, SteadyTime now) {
  Bytes message;
  switch (channel->open(frame, message)) {
    case crypto::Channel::Opened::kMore:
      return;
    case crypto::Channel::Opened::kBroken:
      return finish(PeerEnd::kRefused, "a message that does not open");
    case crypto::Channel::Opened::kMessage:
      break;
  }
  const Wiped after{message};
  session->receive(message);
  follow_session(now);
}

// ---- what goes out ----

Bytes Peer::take_output(SteadyTime now) {
  if (state_->session && state_->stage != Stage::kFinished) state_->pump(now);
  if (!state_->output.empty()) state_->ping_at = now + kPingAfter;
  return std::exchange(state_->output, {});
}

void Peer::State::pump(SteadyTime now) {
  const auto emit = [this](ByteView frame) { proto::append_frame(output, proto::Framing::kPeer, frame); };
  while (output.size() < kOutputRoom && session->has_next()) {
    std::optional<Bytes> message;
    if (!while_the_disk_allows([&] { message = session->next(); })) return;
    if (!message) break;
    const Wiped after{*message};
    if (!channel->seal(*message, emit)) return finish(PeerEnd::kRenew, "the channel is used up");
  }
  follow_session(now);
  if (stage == Stage::kParting && !session->has_next()) stage = Stage::kFinished;
}

// ---- how it ends ----

void Peer::State::follow_session(SteadyTime now) {
  if (stage != Stage::kOpen) return;
  if (session->reason() == sync::Parting::kNone) {
    if (channel->worn_out()) session->part(sync::Parting::kRenew);
    if (session->reason() == sync::Parting::kNone) return;
  }
  const PeerEnd why = end_of(session->reason());
  if (why == PeerEnd::kMisbehaved || why == PeerEnd::kTheyLeft) return finish(why, session->detail());
  say_farewell(now);
}

// REQUIRES: the session has parted; its BYE is the last thing taken from it.
void Peer::State::say_farewell(SteadyTime now) {
  end = end_of(session->reason());
  detail = session->detail();
  stage = Stage::kParting;
  deadline = now + kFarewellTime;
}

void Peer::State::finish(PeerEnd why, std::string about) {
  if (stage == Stage::kFinished) return;
  if (end == PeerEnd::kNone) {
    end = why;
    detail = std::move(about);
  }
  stage = Stage::kFinished;
  output.clear();
}

void Peer::closed() { state_->finish(PeerEnd::kClosed); }

void Peer::part(sync::Parting reason, SteadyTime now) {
  if (state_->stage == Stage::kParting || state_->stage == Stage::kFinished) return;
  if (state_->stage != Stage::kOpen) return state_->finish(end_of(reason));
  state_->session->part(reason);
  state_->say_farewell(now);
}

void Peer::log_grew() {
  if (state_->stage == Stage::kOpen) state_->while_the_disk_allows([this] { state_->session->log_grew(); });
}

// ---- time ----

void Peer::tick(SteadyTime now) {
  switch (state_->stage) {
    case Stage::kFinished:
      return;
    case Stage::kOpen:
      return state_->tick_open(now);
    case Stage::kParting:
      if (now >= state_->deadline) state_->finish(state_->end);
      return;
    case Stage::kMuted:
      if (now >= state_->deadline) state_->finish(PeerEnd::kRefused, "a handshake that does not open");
      return;
    case Stage::kAwaitingSecond:
    case Stage::kAwaitingThird:
      if (now >= state_->deadline) state_->finish(PeerEnd::kSilent);
      return;
  }
}

void Peer::State::tick_open(SteadyTime now) {
  if (now - heard_at >= kDeadAfter) return finish(PeerEnd::kDead);
  if (now >= renew_at()) {
    session->part(sync::Parting::kRenew);
    return say_farewell(now);
  }
  if (now < ping_at) return;
  session->ping();
  ping_at = now + kPingAfter;
}

SteadyTime Peer::deadline() const {
  if (state_->stage == Stage::kFinished) return SteadyTime::max();
  if (state_->stage != Stage::kOpen) return state_->deadline;
  return std::min({state_->heard_at + kDeadAfter, state_->ping_at, state_->renew_at()});
}

// ---- what is known ----

bool Peer::awaits_second() const { return state_->stage == Stage::kAwaitingSecond; }
const Bytes& Peer::called_with() const { return state_->called_with; }
bool Peer::open() const { return state_->stage == Stage::kOpen; }
bool Peer::reading() const {
  return state_->stage == Stage::kAwaitingSecond || state_->stage == Stage::kAwaitingThird ||
         state_->stage == Stage::kOpen;
}
bool Peer::finished() const { return state_->stage == Stage::kFinished && state_->output.empty(); }
PeerEnd Peer::end() const { return state_->end; }
const std::string& Peer::detail() const { return state_->detail; }
bool Peer::initiator() const { return state_->initiator; }
const JournalId& Peer::journal() const { return state_->journal; }
const std::optional<Peer::Met>& Peer::met() const { return state_->met; }
const std::optional<sync::Greeting>& Peer::greeting() const { return state_->greeting; }
std::optional<milliseconds> Peer::clock_ahead() const { return state_->clock_ahead; }
const sync::Session* Peer::session() const { return state_->session.get(); }
SteadyTime Peer::opened_at() const { return state_->opened_at; }
SteadyTime Peer::heard_at() const { return state_->heard_at; }

}  // namespace duolog::net
