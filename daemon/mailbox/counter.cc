// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/mailbox/counter.h"

namespace duolog::mailbox {
namespace {

constexpr std::size_t kReadAtOnce = 64 << 10;

}  // namespace

// Shaking hands: `handshake` until message 3. Then the line talks.
struct Counter::Visit {
  Visit(House& of, std::shared_ptr<const Keys> came_by, crypto::Handshake answering, SteadyTime deadline)
      : house(of),
        keys(std::move(came_by)),
        handshake(std::move(answering)),
        line(deadline),
        handshake_until(deadline) {}

  House& house;
  std::shared_ptr<const Keys> keys;  // by which it came
  std::optional<crypto::Handshake> handshake;
  net::TalkLine line;
  SteadyTime handshake_until;
  bool muted = false;
  std::optional<Ask> asked;
  std::unique_ptr<Incoming> incoming;
  bool over = false;

  void hear(ByteView message);
  std::optional<Bytes> say();
  net::Conversation conversation();
};

// One question at a time is all that is ever held.
void Counter::Visit::hear(ByteView message) {
  auto ask = decode_ask(message);
  if (!ask || asked) {
    over = true;
    return;
  }
  asked = std::move(*ask);
}

std::optional<Bytes> Counter::Visit::say() {
  if (over || !asked) return std::nullopt;
  const Ask ask = std::move(*std::exchange(asked, std::nullopt));
  if (house.keys.now() != keys) {  // there is a new link
    over = true;
    return std::nullopt;
  }
  Bundles& bundles = house.bundles;
  if (const auto* put = std::get_if<Put>(&ask)) return encode(bundles.put(incoming, *put));
  if (const auto* list = std::get_if<List>(&ask)) return encode(bundles.list(list->after));
  if (const auto* get = std::get_if<Get>(&ask)) return encode(bundles.get(*get));
  return encode(Answer(No{Why::kUnknown}));
}

net::Conversation Counter::Visit::conversation() {
  net::Conversation talk;
  talk.receive = [this](ByteView message) { hear(message); };
  talk.next = [this] { return say(); };
  talk.state = [this] { return over ? net::Conversation::State::kFailed : net::Conversation::State::kGoing; };
  talk.a_person_decides = [] { return false; };
  return talk;
}

Counter::Counter(House house) : house_(std::move(house)), strangers_(now()) {}
Counter::~Counter() = default;

LineId Counter::accepted() {
  strangers_.admit(++last_, now());
  return last_;
}

void Counter::received(LineId line, ByteView bytes) {
  const auto found = visits_.find(line);
  if (found == visits_.end()) {
    strangers_.receive(line, bytes);
    return look_at_strangers();
  }
  Visit& visit = *found->second;
  if (visit.muted) return;
  visit.line.feed(bytes);
  if (const auto third = visit.line.next_frame()) shake_hands(visit, *third);
  if (visit.line.over() && visit.handshake) visit.muted = true;  // a frame that is too long
  visit.line.moved(now());
}

void Counter::look_at_strangers() {
  while (const auto first = strangers_.next(now())) greet(*first);
}

// Whom the psk does not fit is muted already.
void Counter::greet(const net::Strangers::FirstFrame& first) {
  if (first.frame.size() != crypto::kFirstMessageLength) return;
  auto keys = house_.keys.now();
  if (!keys || !keys->fits.fits(first.frame) || !seen_.first_time(first.frame)) return;
  auto handshake = crypto::Handshake::answer(keys->fits, keys->noise, first.frame);
  if (!handshake) return;
  strangers_.forget(first.line);
  make_room();
  auto& visit = visits_[first.line] =
      std::make_unique<Visit>(house_, std::move(keys), std::move(*handshake), first.deadline);
  visit->line.say(visit->handshake->write(crypto::pad({}, crypto::kHandshakePayloadFloor)));
  visit->line.expect(net::kIntroductionFrame, first.deadline);
}

// A responder that closed at once would tell a prober how far it got.
void Counter::shake_hands(Visit& visit, ByteView third) {
  const auto payload = visit.handshake->read(third);
  visit.muted = !payload || visit.handshake->remote() != visit.keys->client;
  if (visit.muted) return;
  crypto::ChannelKeys keys = visit.handshake->split();
  visit.handshake.reset();
  visit.line.talk(std::move(keys), visit.conversation(), now() + kVisitTime);
}

void Counter::make_room() {
  std::size_t open = 0;
  Visit* oldest = nullptr;
  for (const auto& [line, visit] : visits_) {
    if (visit->line.over()) continue;
    ++open;
    if (!oldest) oldest = visit.get();
  }
  if (open >= kVisitorsLimit) oldest->line.drop();
}

void Counter::closed(LineId line) {
  strangers_.forget(line);
  visits_.erase(line);
}

void Counter::tick() {
  strangers_.tick(now());
  for (auto& [line, visit] : visits_) {
    const SteadyTime until = visit->muted ? visit->handshake_until : visit->line.deadline();
    if (now() < until) continue;
    visit->muted = false;
    visit->handshake.reset();
    visit->line.drop();
  }
  look_at_strangers();
}

Bytes Counter::take_output(LineId line) {
  const auto found = visits_.find(line);
  return found == visits_.end() || found->second->muted ? Bytes() : found->second->line.take_output();
}

bool Counter::finished(LineId line) const {
  const auto found = visits_.find(line);
  if (found == visits_.end()) return strangers_.finished(line);
  return !found->second->muted && found->second->line.finished();
}

std::size_t Counter::read_limit(LineId line) const {
  const auto found = visits_.find(line);
  if (found == visits_.end()) return strangers_.read_limit(line);
  const Visit& visit = *found->second;
  const bool answers = visit.asked.has_value();  // its turn comes first
  return visit.muted || visit.line.over() || answers ? 0 : kReadAtOnce;
}

SteadyTime Counter::deadline() const {
  SteadyTime soonest = strangers_.deadline();
  for (const auto& [line, visit] : visits_)
    soonest = std::min(soonest, visit->muted ? visit->handshake_until : visit->line.deadline());
  return soonest;
}

}  // namespace duolog::mailbox
