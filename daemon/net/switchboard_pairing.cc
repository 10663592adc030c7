// switchboard_pairing.cc: the pairing window and the joiner among the lines, and the codes this device has spent.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/hash.h"
#include "daemon/net/switchboard_state.h"
#include "daemon/net/ways.h"

namespace duolog::net {
namespace {

constexpr std::size_t kSpentLength = 16;
constexpr milliseconds kOutsideTime{
    1'500};  // that a person waits for a code, so that its link leads here from anywhere

ByteArray<kSpentLength> spent_mark(const crypto::PairCode& code) {
  ByteArray<kSpentLength> mark{};
  const auto whole = crypto::hash_bytes("pair.spent", {as_bytes(code.text())});
  std::copy_n(whole.begin(), mark.size(), mark.begin());
  return mark;
}

// A bare key. Whoever comes back with somebody's words is told whom they have met once they have proved to have them.
Self nameless(const Self& self) {
  const crypto::DeviceKeys& keys = self.keys;
  return {keys, [&keys] { return Introduction{{crypto::certify(keys, keys.public_keys(), 0, "")}, ""}; }};
}

std::shared_ptr<const Invitation> copy_of(const Invitation& shown) {
  return std::make_shared<const Invitation>(
      Invitation{shown.code, crypto::SecretBytes(shown.link.view()), shown.addresses, shown.expires, shown.codes_left});
}

}  // namespace

// ---- host ----

bool Switchboard::open_window(crypto::PairPurpose purpose, HostEvents events) {
  if (state_->window || state_->opening || state_->stopping) return false;
  state_->from_above([&] {
    state_->opening = State::Opening{purpose, state_->queued(std::move(events)), state_->now() + kOutsideTime};
    state_->open_window_when_due();
  });
  return true;
}

// A router may be asked only now, since somebody shall be let in; the link says where this device is found.
void Switchboard::State::open_window_when_due() {
  if (!opening || (!outside_known && now() < opening->until)) return;
  Opening due = *std::exchange(opening, std::nullopt);
  const Self& self = house.self;
  std::vector<std::string> addresses = own_addresses;
  std::erase_if(addresses, [](const std::string& one) {  // no stranger has a key of ours
    const auto address = parse_address(one);
    return address && is_onion(address->host);
  });
  window = std::make_unique<PairingWindow>(
      PairingWindow::Facts{due.purpose, due.purpose == crypto::PairPurpose::kRestore ? nameless(self) : self,
                           std::move(addresses), house.clock.wall()},
      std::move(due.events), now());
}

void Switchboard::outside_is_known(bool known) {
  state_->within([&] {
    state_->outside_known = known;
    state_->open_window_when_due();
  });
}

// What is told while a line is being worked on is told a moment later. A visitor is asked about at once: the line
// cannot go on without the conversation.
HostEvents Switchboard::State::queued(HostEvents events) {
  HostEvents later;
  later.invitation = [this, tell = std::move(events.invitation)](const Invitation& shown) {
    news.push_back([tell, shown = copy_of(shown)] { tell(*shown); });
  };
  later.wrong_code = [this, tell = std::move(events.wrong_code)](int left) {
    note("someone tried a wrong pairing code");
    news.push_back([tell, left] { tell(left); });
  };
  later.visitor = std::move(events.visitor);
  later.visitor_left = [this, tell = std::move(events.visitor_left)] { news.push_back(tell); };
  later.ended = [this, tell = std::move(events.ended)](WindowEnd end) { news.push_back([tell, end] { tell(end); }); };
  return later;
}

void Switchboard::close_window() {
  state_->when_quiet([state = state_.get()] {
    if (state->window) state->window->close();
    if (auto never = std::exchange(state->opening, std::nullopt)) never->events.ended(WindowEnd::kClosed);
  });
}

std::optional<WindowStatus> Switchboard::window() const {
  if (!state_->window) return std::nullopt;
  const Invitation& shown = state_->window->invitation();
  return WindowStatus{state_->window->purpose(), shown.code.text(), shown.expires, shown.codes_left};
}

std::optional<Announcement> Switchboard::announcing() const {
  const auto nameplate = state_->window ? state_->window->nameplate() : std::nullopt;
  if (!nameplate || state_->port == 0) return std::nullopt;
  return Announcement{*nameplate, state_->port};
}

// ---- joiner ----

bool Switchboard::join(crypto::PairCode code, crypto::PairPurpose purpose, std::optional<Address> at,
                       JoinEvents events) {
  const bool own = state_->window && state_->window->is_own(code);
  return state_->begin_join(
      {.self = state_->house.self, .purpose = purpose, .code = std::move(code), .at = std::move(at)}, std::move(events),
      own);
}

bool Switchboard::join(crypto::PairLink link, std::optional<Address> at, JoinEvents events) {
  const bool own = link.host_fingerprint == crypto::fingerprint(state_->house.self.keys.public_keys().noise);
  const crypto::PairPurpose purpose = link.purpose;
  return state_->begin_join(
      {.self = state_->house.self, .purpose = purpose, .link = std::move(link), .at = std::move(at)}, std::move(events),
      own);
}

bool Switchboard::State::begin_join(PairingJoiner::Facts facts, JoinEvents events, bool own) {
  if (joiner || stopping) return false;
  facts.wall_now = house.clock.wall();
  facts.spent = [this](const crypto::PairCode& code) { return code_spent(code); };
  facts.spend = [this](const crypto::PairCode& code) { return spend_code(code); };
  from_above([&] {
    JoinEvents later = queued(std::move(events));
    if (own) return later.ended(JoinEnd::kOwnCode);
    joiner = std::make_unique<PairingJoiner>(std::move(facts), std::move(later), now());
    take_join_dials();
  });
  return true;
}

JoinEvents Switchboard::State::queued(JoinEvents events) {
  JoinEvents later;
  later.looking = [this, tell = std::move(events.looking)] { news.push_back(tell); };
  later.connecting = [this, tell = std::move(events.connecting)](const Address& address) {
    news.push_back([tell, address] { tell(address); });
  };
  // Where the host was reached is on the disk before anything is founded: two who were paired and know no address of
  // each other would never meet.
  later.introduced = [this, begin = std::move(events.introduced)](const Introduced& host) {
    if (joiner && joiner->met()) book.reached(joiner->met()->first, joiner->met()->second);
    return begin(host);
  };
  later.ended = [this, tell = std::move(events.ended)](JoinEnd end) { news.push_back([tell, end] { tell(end); }); };
  return later;
}

void Switchboard::State::take_join_dials() {
  if (!joiner) return;
  for (Address& address : joiner->take_dials(now())) {
    const LineId line = add_line({.kind = Line::Kind::kJoinerDialling, .address = address});
    dials.push_back({line, std::move(address), true});  // little is said, and it is said once
  }
}

void Switchboard::cancel_join() {
  state_->when_quiet([state = state_.get()] {
    if (state->joiner) state->joiner->cancel();
  });
}

std::optional<int> Switchboard::looking_for() const {
  return state_->joiner ? state_->joiner->looking() : std::nullopt;
}

void Switchboard::heard(const Heard& heard) {
  state_->within([&] {
    if (state_->joiner) state_->joiner->heard(heard, state_->now());
  });
}

void Switchboard::conversation_moved() {
  state_->when_quiet([] {});  // take_output() asks the conversation
}

// Lines that belonged to a window or joiner that is gone are over by themselves.
void Switchboard::State::clear_pairing() {
  if (window && window->ended()) window.reset();
  if (joiner && joiner->ended()) {
    joiner.reset();
    for (auto& [id, line] : lines)
      if (line.kind == Line::Kind::kJoinerDialling) line.kind = Line::Kind::kOver;
  }
}

// ---- spent codes ----

bool Switchboard::State::code_spent(const crypto::PairCode& code) const {
  const auto marks = house.memory.get(kSpentCodes).value_or(Bytes{});
  const auto mark = spent_mark(code);
  for (ByteView rest = marks; rest.size() >= mark.size(); rest = rest.subspan(mark.size()))
    if (std::equal(mark.begin(), mark.end(), rest.begin())) return true;
  return false;
}

bool Switchboard::State::spend_code(const crypto::PairCode& code) {
  if (code_spent(code)) return false;
  Bytes marks = house.memory.get(kSpentCodes).value_or(Bytes{});
  append(marks, spent_mark(code));
  try {
    house.memory.put(kSpentCodes, marks);
  } catch (const store::NotDurable& refusal) {
    note(std::string("a spent code could not be remembered: ") + refusal.what());
    return false;
  }
  return true;
}

}  // namespace duolog::net
