// switchboard.cc: lines that come and go, strangers, and the driver's clock and network.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/switchboard.h"

#include <algorithm>

#include "daemon/net/switchboard_state.h"

namespace duolog::net {
namespace {

constexpr milliseconds kSleepNoticed{5'000};  // the wall clock moved this much more than the steady one
constexpr milliseconds kNotesWait{2'000};     // for somebody to say more, before what was noted is written down
constexpr milliseconds kNotesRest{60'000};    // … and where the disk did not take it
constexpr std::size_t kReadAtOnce = 64 << 10;
constexpr std::size_t kNewestFirst = 2;  // epochs of each journal that are tried before any older one

milliseconds wall_minus_steady(const Clock& clock) {
  return clock.wall().time_since_epoch() - clock.steady().time_since_epoch();
}

}  // namespace

// REQUIRES: the State stays where it is; its parts refer to it.
Switchboard::State::State(House given)
    : house(std::move(given)),
      peer_house{house.self, house.log,
                 PeerHooks{[this](const auto& journal, const auto& chain) { return admit(journal, chain); },
                           {},
                           [this](const auto& journal, const auto& device) { return hooks_for(journal, device); },
                           {}},
                 [this] { return own_addresses; }, house.clock.wall},
      dialer(house.random),
      book(house.memory),
      strangers(house.clock.steady()),
      beacons(house.random),
      beacon_ear(house.clock.steady()),
      wall_ahead(wall_minus_steady(house.clock)) {}

Switchboard::Switchboard(House house) : state_(std::make_unique<State>(std::move(house))) {}
Switchboard::~Switchboard() = default;

// ---- one thing at a time ----

void Switchboard::State::within(const std::function<void()>& work) {
  struct Depth {
    int& depth;
    explicit Depth(int& counted) : depth(counted) { ++depth; }
    Depth(const Depth&) = delete;
    Depth& operator=(const Depth&) = delete;
    ~Depth() { --depth; }
  };
  {
    const Depth here(depth);
    work();
  }
  if (depth == 0) settle();
}

void Switchboard::State::from_above(const std::function<void()>& work) {
  within(work);
  if (wake) wake();
}

void Switchboard::State::when_quiet(std::function<void()> work) {
  if (depth == 0) return from_above(work);
  news.push_back([this, work = std::move(work)] { from_above(work); });
}

void Switchboard::State::settle() {
  clear_pairing();
  while (!news.empty()) {
    const auto next = std::move(news.front());
    news.pop_front();
    next();
  }
  look_at_beacons();
  if (notes_due == SteadyTime::max() && house.memory.waiting()) notes_due = now() + kNotesWait;
}

// Behind what was to be said: the other side reads it meanwhile, and no session waits for this.
void Switchboard::State::write_when_due() {
  if (now() >= disk_due) {
    disk_due = SteadyTime::max();
    house.log.expect_records();
  }
  if (now() < notes_due) return;
  try {
    house.memory.write_down();
    notes_due = SteadyTime::max();
  } catch (const std::exception&) {  // whoever writes words is told of the disk; a note can wait
    notes_due = now() + kNotesRest;
  }
}

// ---- lines ----

LineId Switchboard::State::add_line(Line line) {
  const LineId id = next_line++;
  line.began = now();
  lines.emplace(id, std::move(line));
  return id;
}

void Switchboard::State::end_line(LineId id) {
  const auto found = lines.find(id);
  if (found == lines.end()) return;
  found->second.kind = Line::Kind::kOver;
  found->second.peer.reset();
}

LineId Switchboard::accepted(std::string remote_host) {
  LineId id = 0;
  state_->within([&] {
    const auto kind = state_->stopping ? State::Line::Kind::kOver : State::Line::Kind::kStranger;
    id = state_->add_line({.kind = kind, .address = {std::move(remote_host)}});
    if (!state_->stopping) state_->strangers.admit(id, state_->now());
  });
  return id;
}

void Switchboard::connected(LineId line) {
  state_->within([&] {
    const auto found = state_->lines.find(line);
    if (found == state_->lines.end()) return;
    if (found->second.kind == State::Line::Kind::kDialling) state_->connected_to_device(line);
    if (found->second.kind != State::Line::Kind::kJoinerDialling) return;
    found->second.kind = State::Line::Kind::kJoiner;
    if (state_->joiner) state_->joiner->connected(line, found->second.address, state_->now());
  });
}

void Switchboard::received(LineId line, ByteView bytes) {
  state_->within([&] {
    const auto found = state_->lines.find(line);
    if (found == state_->lines.end()) return;
    const SteadyTime now = state_->now();
    switch (found->second.kind) {
      case State::Line::Kind::kStranger:
        state_->strangers.receive(line, bytes);
        return state_->greet_strangers();
      case State::Line::Kind::kPeer:
        found->second.peer->receive(bytes, now);
        return state_->follow(line);
      case State::Line::Kind::kWindow:
        if (state_->window) state_->window->receive(line, bytes, now);
        return;
      case State::Line::Kind::kJoiner:
        if (state_->joiner) state_->joiner->receive(line, bytes, now);
        return;
      case State::Line::Kind::kDialling:
      case State::Line::Kind::kJoinerDialling:
      case State::Line::Kind::kOver:
        return;
    }
  });
}

void Switchboard::closed(LineId line) { failed(line, Trouble::kNoAnswer); }

void Switchboard::failed(LineId line, Trouble why) {
  state_->within([&] {
    const auto found = state_->lines.find(line);
    if (found == state_->lines.end()) return;
    const SteadyTime now = state_->now();
    switch (found->second.kind) {
      case State::Line::Kind::kStranger:
        state_->strangers.forget(line);
        break;
      case State::Line::Kind::kDialling:
        state_->lost_dial(line, why);
        break;
      case State::Line::Kind::kPeer:
        found->second.peer->closed();
        state_->follow(line);
        break;
      case State::Line::Kind::kWindow:
        if (state_->window) state_->window->closed(line, now);
        break;
      case State::Line::Kind::kJoinerDialling:
        if (state_->joiner) state_->joiner->unreachable(found->second.address, now);
        break;
      case State::Line::Kind::kJoiner:
        if (state_->joiner) state_->joiner->closed(line, now);
        break;
      case State::Line::Kind::kOver:
        break;
    }
    state_->lines.erase(line);
  });
}

Bytes Switchboard::take_output(LineId line) {
  Bytes output;
  state_->within([&] {
    const auto found = state_->lines.find(line);
    if (found == state_->lines.end()) return;
    const SteadyTime now = state_->now();
    if (found->second.kind == State::Line::Kind::kPeer) {
      output = found->second.peer->take_output(now);
      state_->follow(line);
    }
    if (found->second.kind == State::Line::Kind::kWindow && state_->window)
      output = state_->window->take_output(line, now);
    if (found->second.kind == State::Line::Kind::kJoiner && state_->joiner)
      output = state_->joiner->take_output(line, now);
  });
  return output;
}

void Switchboard::said() {
  state_->within([&] { state_->write_when_due(); });
}

bool Switchboard::finished(LineId line) const {
  const auto found = state_->lines.find(line);
  if (found == state_->lines.end()) return true;
  switch (found->second.kind) {
    case State::Line::Kind::kStranger:
      return state_->strangers.finished(line);
    case State::Line::Kind::kPeer:
      return found->second.peer->finished();
    case State::Line::Kind::kWindow:
      return !state_->window || state_->window->finished(line);
    case State::Line::Kind::kJoiner:
      return !state_->joiner || state_->joiner->finished(line);
    case State::Line::Kind::kDialling:
    case State::Line::Kind::kJoinerDialling:
      return false;
    case State::Line::Kind::kOver:
      return true;
  }
  return true;
}

std::vector<LineId> Switchboard::lines() const {
  using Kind = State::Line::Kind;
  std::vector<LineId> connected;
  for (const auto& [id, line] : state_->lines)
    if (line.kind != Kind::kDialling && line.kind != Kind::kJoinerDialling) connected.push_back(id);
  return connected;
}

bool Switchboard::hopeless(LineId line) const {
  const auto found = state_->lines.find(line);
  return found != state_->lines.end() && found->second.peer && found->second.peer->end() == PeerEnd::kDead;
}

std::size_t Switchboard::read_limit(LineId line) const {
  const auto found = state_->lines.find(line);
  if (found == state_->lines.end() || finished(line)) return 0;
  switch (found->second.kind) {
    case State::Line::Kind::kStranger:
      return state_->strangers.read_limit(line);
    case State::Line::Kind::kPeer:
      return found->second.peer->reading() ? kReadAtOnce : 0;
    case State::Line::Kind::kWindow:
      return state_->window->read_limit(line);
    default:
      return kReadAtOnce;
  }
}

// ---- strangers ----

void Switchboard::State::greet_strangers() {
  while (auto first = strangers.next(now())) {
    if (!greet_peer(*first) && !greet_pairing(*first)) continue;  // silence
    strangers.forget(first->line);
  }
}

bool Switchboard::State::greet_peer(const Strangers::FirstFrame& first) {
  if (first.frame.size() != crypto::kFirstMessageLength) return false;
  auto matched = match(first.frame);
  if (!matched || !seen.first_time(first.frame)) return false;
  Line& line = lines.at(first.line);
  line.kind = Line::Kind::kPeer;
  line.peer =
      std::make_unique<Peer>(Peer::respond(peer_house, matched->first, std::move(matched->second), first.deadline));
  limit_half_known();
  somebody_comes();
  return true;
}

bool Switchboard::State::greet_pairing(const Strangers::FirstFrame& first) {
  if (!window || !window->first_frame(first.line, first.frame, now())) return false;
  lines.at(first.line).kind = Line::Kind::kWindow;
  return true;
}

std::optional<std::pair<JournalId, crypto::Handshake>> Switchboard::State::match(ByteView message1) const {
  for (const auto& [door, psk] : candidates) {
    auto handshake = crypto::Handshake::answer(*psk, house.self.keys.noise(), message1);
    if (handshake) return std::pair{door->journal, std::move(*handshake)};
  }
  return std::nullopt;
}

// The two newest epochs of every journal first, then older ones.
void Switchboard::State::order_candidates() {
  candidates.clear();
  const auto add = [this](std::size_t from, std::size_t to) {
    for (const Doorway& door : doorways) {
      for (std::size_t i = from; i < std::min(to, door.psks.size()) && candidates.size() < kCandidatesLimit; ++i)
        candidates.emplace_back(&door, &door.psks[i]);
    }
  };
  add(0, kNewestFirst);
  add(kNewestFirst, kCandidatesLimit);
}

// Only members get here, but a member may be hostile: the oldest gives way.
void Switchboard::State::limit_half_known() {
  std::vector<LineId> half_known;
  for (const auto& [id, line] : lines)
    if (line.kind == Line::Kind::kPeer && !line.looked_for && !line.known) half_known.push_back(id);
  if (half_known.size() > kHalfKnownLimit) end_line(half_known.front());
}

// ---- for the journal ----

void Switchboard::set_doorways(std::vector<Doorway> doorways) {
  // A function that is kept must be copyable; a doorway, which holds keys, is not.
  const auto given = std::make_shared<std::vector<Doorway>>(std::move(doorways));
  state_->when_quiet([state = state_.get(), given] { state->apply(std::move(*given)); });
}

void Switchboard::State::apply(std::vector<Doorway> given) {
  const std::set<PeerKey> before = std::exchange(wanted, {});
  doorways = std::move(given);
  order_candidates();
  know_onion_clients();
  for (const Doorway& door : doorways)
    for (const DeviceId& device : door.others) wanted.insert({door.journal, device});
  if (stopping) return;
  dialer.look_for({wanted.begin(), wanted.end()}, now());
  for (const PeerKey& key : before)
    if (!wanted.contains(key)) drop_round(key, 0);
  for (auto& [id, line] : lines) {
    if (line.kind != Line::Kind::kPeer || !line.peer->met() || line.ended) continue;
    const PeerKey key = key_of(*line.peer);
    const auto& may_stay = house.hooks.may_stay;
    const bool welcome = !may_stay || may_stay(key.journal, line.peer->met()->device);
    if (welcome && doorway(key.journal) && (wanted.contains(key) || !before.contains(key))) continue;
    line.peer->part(sync::Parting::kStopping, now());
    follow(id);
  }
  for (const auto& [key, id] : live) dialer.connected(key, now());
  begin_due_rounds();
}

void Switchboard::log_grew(const JournalId& journal) {
  state_->when_quiet([state = state_.get(), journal] { state->push(journal); });
}

void Switchboard::forget(const DeviceId& device) {
  state_->when_quiet([state = state_.get(), device] { state->book.forget(device); });
}

// ---- the driver's clock and network ----

void Switchboard::on_wake(std::function<void()> wake) { state_->wake = std::move(wake); }

void Switchboard::listening(std::uint16_t port, std::vector<std::string> addresses, bool elsewhere) {
  state_->within([&] {
    if (addresses.size() > kAddressesLimit) addresses.resize(kAddressesLimit);
    state_->port = port;
    state_->own_addresses = std::move(addresses);
    if (!elsewhere) return;
    state_->network_is_another_one();
    state_->dialer.encourage_all(state_->now());
    state_->begin_due_rounds();
  });
}

bool Switchboard::wants_to_be_found() const { return !state_->wanted.empty() || state_->window || state_->opening; }

void Switchboard::resumed() {
  state_->within([&] { state_->renew_all(); });
}

// A connection that outlived a sleep is probably dead, and shows it only after 25 s: a new handshake costs less.
void Switchboard::State::renew_all() {
  network_is_another_one();
  for (auto& [id, line] : lines) {
    if (!line.live) continue;
    line.peer->part(sync::Parting::kRenew, now());
    follow(id);
  }
  dialer.encourage_all(now());
  begin_due_rounds();
}

void Switchboard::State::notice_sleep() {
  const milliseconds ahead = wall_minus_steady(house.clock);
  const milliseconds moved = ahead - std::exchange(wall_ahead, ahead);
  if (std::chrono::abs(moved) < kSleepNoticed) return;
  note("the clock jumped, or this machine slept: everybody is dialled anew");
  renew_all();
}

void Switchboard::tick() {
  state_->within([&] {
    const SteadyTime now = state_->now();
    if (!state_->stopping) state_->notice_sleep();
    state_->strangers.tick(now);
    state_->greet_strangers();
    for (auto& [id, line] : state_->lines) {
      if (line.kind != State::Line::Kind::kPeer) continue;
      if (now >= line.answers_crossed) {
        line.answers_crossed = SteadyTime::max();
        state_->answer_crossed(id, std::exchange(line.crossed, {}));
        if (!line.peer) continue;  // one of too many that are half known, from now on
      }
      line.peer->tick(now);
      state_->follow(id);
    }
    state_->open_window_when_due();
    if (state_->window) state_->window->tick(now);
    if (state_->joiner) state_->joiner->tick(now);
    state_->begin_due_rounds();
    state_->write_when_due();
  });
}

SteadyTime Switchboard::deadline() const {
  SteadyTime soonest = std::min(state_->dialer.deadline(), state_->rounds.deadline());
  soonest = std::min({soonest, state_->strangers.deadline(), state_->notes_due, state_->disk_due});
  soonest = std::min(soonest, state_->beacons.deadline());
  if (state_->window) soonest = std::min(soonest, state_->window->deadline());
  if (state_->opening) soonest = std::min(soonest, state_->opening->until);
  if (state_->joiner) soonest = std::min(soonest, state_->joiner->deadline());
  for (const auto& [id, line] : state_->lines)
    if (line.kind == State::Line::Kind::kPeer)
      soonest = std::min({soonest, line.peer->deadline(), line.answers_crossed});
  return soonest;
}

void Switchboard::stop() {
  state_->within([&] {
    state_->stopping = true;
    state_->dialer.look_for({}, state_->now());
    state_->rounds.clear();
    state_->dials.clear();
    if (state_->window) state_->window->close();
    if (auto never = std::exchange(state_->opening, std::nullopt)) never->events.ended(WindowEnd::kClosed);
    if (state_->joiner) state_->joiner->cancel();
    for (auto& [id, line] : state_->lines) {
      line.looked_for.reset();
      if (line.kind != State::Line::Kind::kPeer) {
        line.kind = State::Line::Kind::kOver;
        continue;
      }
      line.peer->part(sync::Parting::kStopping, state_->now());
      state_->follow(id);
    }
  });
}

}  // namespace duolog::net
