// pairing_window.cc: the host's side. A visit is one connection that spoke to the window; at most one is past its
// guess.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/check.h"
#include "daemon/line/seen_ephemerals.h"
#include "daemon/net/pairing.h"

namespace duolog::net {
namespace {

constexpr auto kWindowMinutesWall = std::chrono::duration_cast<WallTime::duration>(kWindowTime);
constexpr std::size_t kUnprovenBytes = 2 + crypto::kPairGuessLength;
constexpr std::size_t kReadAtOnce = 64 << 10;

}  // namespace

struct PairingWindow::State {
  // A half-open visit has our offer and owes its guess. Then: `handshake` until message 3, then the line talks.
  struct Visit {
    TalkLine line;
    std::optional<crypto::CodeHost> half_open;
    std::optional<crypto::Handshake> handshake;
    bool by_link = false;
    bool left = false;  // and the house was told
    [[nodiscard]] bool proven() const { return handshake || line.talking(); }
    [[nodiscard]] bool confirming() const { return proven() && !line.over(); }
  };

  Facts facts;
  HostEvents events;
  SteadyTime closes;
  crypto::PairLink link;
  crypto::PreparedPsk link_psk;
  SeenEphemerals seen;
  Invitation shown;
  bool code_consumed = false;
  std::optional<WindowEnd> end;
  std::map<LineId, Visit> visits;  // by age

  State(Facts given, HostEvents told, SteadyTime now)
      : facts(std::move(given)),
        events(std::move(told)),
        closes(now + kWindowTime),
        link(make_link(facts)),
        link_psk(crypto::prepare_link(facts.purpose, link.secret)) {
    shown.addresses = link.addresses;
    shown.expires = facts.wall_now + kWindowMinutesWall;
  }

  static crypto::PairLink make_link(const Facts& facts);
  void show_new_code();
  [[nodiscard]] bool busy() const;
  [[nodiscard]] bool talking() const;
  void make_room();
  bool greet_code(LineId line, ByteView frame, SteadyTime now);
  bool greet_link(LineId line, ByteView frame, SteadyTime now);
  void read_guess(Visit& visit, ByteView guess, SteadyTime now);
  void answer(Visit& visit, SteadyTime now);
  void read_third(Visit& visit, ByteView message, SteadyTime now);
  void burn(Visit& visit);
  void follow(Visit& visit, SteadyTime now);
  void drop_half_open();
  void finish(WindowEnd why);
};

crypto::PairLink PairingWindow::State::make_link(const Facts& facts) {
  const auto opened = std::chrono::duration_cast<std::chrono::seconds>(facts.wall_now.time_since_epoch());
  const auto lasts = std::chrono::duration_cast<std::chrono::seconds>(kWindowTime);
  return {facts.purpose, crypto::LinkSecret::random(), crypto::fingerprint(facts.self.keys.public_keys().noise),
          static_cast<std::uint64_t>((opened + lasts).count()), facts.addresses};
}

PairingWindow::PairingWindow(Facts facts, HostEvents events, SteadyTime now)
    : state_(std::make_unique<State>(std::move(facts), std::move(events), now)) {
  state_->show_new_code();
}
PairingWindow::~PairingWindow() = default;

void PairingWindow::State::show_new_code() {
  shown.code = crypto::PairCode::random();
  shown.link = link.text();
  code_consumed = false;
  events.invitation(shown);
}

// ---- a visitor at the door ----

bool PairingWindow::first_frame(LineId line, ByteView frame, SteadyTime now) {
  if (state_->end || now >= state_->closes || state_->busy()) return false;
  if (frame.size() == crypto::kPairNonceLength) return state_->greet_code(line, frame, now);
  if (frame.size() == crypto::kFirstMessageLength) return state_->greet_link(line, frame, now);
  return false;
}

bool PairingWindow::State::busy() const {
  return std::any_of(visits.begin(), visits.end(), [](const auto& each) { return each.second.confirming(); });
}

bool PairingWindow::State::greet_code(LineId line, ByteView frame, SteadyTime now) {
  if (code_consumed) return false;
  make_room();
  Visit visit{TalkLine(now + kHandshakeTime)};
  visit.half_open.emplace(facts.purpose, shown.code, facts.self.keys.noise());
  const auto offer = visit.half_open->offer(frame);
  if (!offer) return false;
  visit.line.say(*offer);
  visit.line.expect(crypto::kPairGuessLength, now + kHandshakeTime);
  visits.emplace(line, std::move(visit));
  return true;
}

// The oldest half-open visit gives way: whoever holds places without guessing must come back for each of them.
void PairingWindow::State::make_room() {
  std::size_t half_open = 0;
  Visit* oldest = nullptr;
  for (auto& [line, visit] : visits) {
    if (!visit.half_open || visit.line.over()) continue;
    if (half_open++ == 0) oldest = &visit;
  }
  if (half_open >= kHalfOpenLimit) oldest->line.drop();
}

bool PairingWindow::State::greet_link(LineId line, ByteView frame, SteadyTime now) {
  auto handshake = crypto::Handshake::answer(link_psk, facts.self.keys.noise(), frame);
  if (!handshake || !seen.first_time(frame)) return false;
  Visit visit{TalkLine(now + kHandshakeTime)};
  visit.by_link = true;
  visit.handshake = std::move(*handshake);
  answer(visits.emplace(line, std::move(visit)).first->second, now);
  return true;
}

// ---- its guess, and the handshake ----

void PairingWindow::receive(LineId line, ByteView bytes, SteadyTime now) {
  const auto found = state_->visits.find(line);
  if (found == state_->visits.end()) return;
  State::Visit& visit = found->second;
  visit.line.feed(bytes);
  while (const auto frame = visit.line.next_frame()) {
    if (visit.half_open) {
      state_->read_guess(visit, *frame, now);
    } else {
      state_->read_third(visit, *frame, now);
    }
  }
  visit.line.moved(now);
  state_->follow(visit, now);
}

void PairingWindow::State::read_guess(Visit& visit, ByteView guess, SteadyTime now) {
  switch (visit.half_open->judge(guess)) {
    case crypto::CodeHost::Guess::kUndecodable:
      return visit.line.drop();
    case crypto::CodeHost::Guess::kWrong:
      return burn(visit);
    case crypto::CodeHost::Guess::kGood:
      break;
  }
  visit.handshake = std::move(visit.half_open->handshake());
  visit.half_open.reset();
  code_consumed = true;
  drop_half_open();
  answer(visit, now);
}

void PairingWindow::State::burn(Visit& visit) {
  visit.line.drop();
  drop_half_open();
  code_consumed = true;
  events.wrong_code(--shown.codes_left);
  if (shown.codes_left == 0) return finish(WindowEnd::kCodesBurnt);
  show_new_code();
}

void PairingWindow::State::drop_half_open() {
  for (auto& [line, visit] : visits)
    if (visit.half_open) visit.line.drop();
}

void PairingWindow::State::answer(Visit& visit, SteadyTime now) {
  visit.line.say(visit.handshake->write(encode(facts.self.introduction())));
  visit.line.expect(kIntroductionFrame, now + kHandshakeTime);
}

void PairingWindow::State::read_third(Visit& visit, ByteView message, SteadyTime now) {
  const auto payload = visit.handshake->read(message);
  auto visitor = payload ? introduced_by(*payload, *visit.handshake, facts.self) : std::nullopt;
  if (!visitor) return visit.line.drop();
  visitor->purpose = facts.purpose;
  visitor->by_link = visit.by_link;
  visitor->channel_binding = visit.handshake->channel_binding();
  visitor->words = crypto::comparison_words(visitor->channel_binding);
  crypto::ChannelKeys keys = visit.handshake->split();
  visit.handshake.reset();
  visit.line.talk(std::move(keys), events.visitor(*visitor), std::max(closes, now) + kTalkTime);
}

// ---- how it goes on ----

Bytes PairingWindow::take_output(LineId line, SteadyTime now) {
  const auto found = state_->visits.find(line);
  if (found == state_->visits.end()) return {};
  Bytes output = found->second.line.take_output();
  if (!output.empty()) found->second.line.moved(now);
  state_->follow(found->second, now);
  return output;
}

// A visitor who had proven the code or the link is gone, or its conversation has come to its end.
void PairingWindow::State::follow(Visit& visit, SteadyTime now) {
  if (end || visit.left || !visit.proven() || !visit.line.over()) return;
  visit.left = true;
  if (visit.line.talking() && visit.line.state() == Conversation::State::kDone) return finish(WindowEnd::kPaired);
  events.visitor_left();
  if (now >= closes) return finish(WindowEnd::kExpired);
  if (code_consumed) {
    show_new_code();
  } else {
    events.invitation(shown);
  }
}

void PairingWindow::closed(LineId line, SteadyTime now) {
  const auto found = state_->visits.find(line);
  if (found == state_->visits.end()) return;
  State::Visit visit = std::move(found->second);
  state_->visits.erase(found);
  visit.line.lose();
  state_->follow(visit, now);
}

void PairingWindow::State::finish(WindowEnd why) {
  if (end) return;
  end = why;
  for (auto& [line, visit] : visits) visit.line.lose();
  events.ended(why);
}

void PairingWindow::close() { state_->finish(WindowEnd::kClosed); }

void PairingWindow::tick(SteadyTime now) {
  for (auto& [line, visit] : state_->visits) {
    if (now < visit.line.deadline()) continue;
    visit.line.lose();
    state_->follow(visit, now);
  }
  if (now >= state_->closes && !state_->talking()) state_->finish(WindowEnd::kExpired);
}

// A conversation may go on for a moment after the window has closed to everybody else.
bool PairingWindow::State::talking() const {
  return std::any_of(visits.begin(), visits.end(),
                     [](const auto& each) { return each.second.line.talking() && !each.second.line.over(); });
}

SteadyTime PairingWindow::deadline() const {
  if (state_->end) return SteadyTime::max();
  SteadyTime soonest = state_->talking() ? SteadyTime::max() : state_->closes;
  for (const auto& [line, visit] : state_->visits) soonest = std::min(soonest, visit.line.deadline());
  return soonest;
}

// ---- what is known ----

bool PairingWindow::finished(LineId line) const {
  const auto found = state_->visits.find(line);
  return found == state_->visits.end() || found->second.line.finished();
}
std::size_t PairingWindow::read_limit(LineId line) const {
  const auto found = state_->visits.find(line);
  if (found == state_->visits.end() || found->second.line.over()) return 0;
  return found->second.proven() ? kReadAtOnce
                                : kUnprovenBytes - std::min(kUnprovenBytes, found->second.line.buffered());
}
bool PairingWindow::ended() const { return state_->end.has_value(); }
std::optional<int> PairingWindow::nameplate() const {
  if (state_->end || state_->code_consumed || state_->busy()) return std::nullopt;
  return state_->shown.code.nameplate;
}
bool PairingWindow::is_own(const crypto::PairCode& code) const { return state_->shown.code.text() == code.text(); }
const Invitation& PairingWindow::invitation() const { return state_->shown; }
crypto::PairPurpose PairingWindow::purpose() const { return state_->facts.purpose; }

}  // namespace duolog::net
