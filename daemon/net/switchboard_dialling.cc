// switchboard_dialling.cc: from "this device should be looked for" to a peer that shakes hands; and what status says of
// it.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "daemon/net/switchboard_state.h"
#include "daemon/net/ways.h"

namespace duolog::net {
namespace {

constexpr int kNoAnswerAfter = 3;  // failures in a row before status says so

}  // namespace

// Through Tor last: that way takes longer, and is narrower once it stands.
std::vector<Address> Switchboard::State::places_of(const DeviceId& device) const {
  std::vector<Address> addresses = book.look_up(device).addresses;
  const auto onions = std::ranges::stable_partition(addresses, [](const Address& one) { return !is_onion(one.host); });
  if (!through_tor) addresses.erase(onions.begin(), onions.end());
  return addresses;
}

void Switchboard::State::begin_due_rounds(const std::optional<BeaconEar::Sender>& heard) {
  if (stopping) return;
  for (const PeerKey& key : dialer.due(now())) {
    troubles.erase(key);
    std::vector<Address> addresses = places_of(key.device);
    if (heard && heard->key == key && std::ranges::find(addresses, heard->address) == addresses.end())
      addresses.insert(addresses.begin(), heard->address);
    rounds.begin(key, addresses, now());
  }
  continue_rounds();
}

void Switchboard::State::continue_rounds() {
  while (const auto call = rounds.next(now())) {
    const LineId line = add_line(
        {.kind = Line::Kind::kDialling, .address = call->address, .looked_for = call->key, .manner = call->manner});
    rounds.began(call->key, line);
    Dial& dial = dials.emplace_back(Dial{line, call->address, call->manner.narrow});
    const Doorway* door = is_onion(call->address.host) ? doorway(call->key.journal) : nullptr;
    if (door && !door->onions.empty())
      dial.onion = std::make_shared<const crypto::OnionClientSecret>(
          door->onions[call->manner.epoch % door->onions.size()].clone());
  }
  while (const auto key = rounds.next_failed()) dialer.failed(*key, now());
}

const Doorway* Switchboard::State::doorway(const JournalId& journal) const {
  for (const Doorway& door : doorways)
    if (door.journal == journal) return &door;
  return nullptr;
}

void Switchboard::State::connected_to_device(LineId id) {
  Line& line = lines.at(id);
  const Doorway* door = doorway(line.looked_for->journal);
  if (!door || door->psks.empty()) {
    lost_dial(id, Trouble::kNone);
    return end_line(id);
  }
  const crypto::PreparedPsk& psk = door->psks[line.manner.epoch % door->psks.size()];
  line.peer = std::make_unique<Peer>(Peer::initiate(peer_house, door->journal, psk, now()));
  line.kind = Line::Kind::kPeer;
  somebody_comes();
}

void Switchboard::State::lost_dial(LineId id, Trouble why) {
  Line& line = lines.at(id);
  const auto sought = std::exchange(line.looked_for, std::nullopt);
  if (sought && why > troubles[*sought].first) troubles[*sought] = {why, line.address};
  rounds.failed(id, why == Trouble::kSilent);
  continue_rounds();
}

void Switchboard::State::drop_round(const PeerKey& key, LineId except) {
  for (const LineId id : rounds.drop(key)) {
    lines.at(id).looked_for.reset();
    if (id != except) end_line(id);
  }
}

std::vector<Switchboard::Dial> Switchboard::take_dials() {
  state_->within([&] { state_->take_join_dials(); });
  std::vector<Dial> wanted = std::exchange(state_->dials, {});
  std::erase_if(wanted, [this](const Dial& dial) {  // those no longer needed
    const bool over = finished(dial.line);
    if (over) state_->lines.erase(dial.line);
    return over;
  });
  return wanted;
}

void Switchboard::sync_now() {
  state_->from_above([&] {
    state_->network_is_another_one();  // it may be: somebody asks
    state_->dialer.encourage_all(state_->now());
    state_->begin_due_rounds();
  });
}

void Switchboard::through_tor(bool usable) {
  state_->within([&] {
    state_->through_tor = usable;
    state_->know_onion_clients();
  });
}

const std::vector<crypto::OnionClientPublic>& Switchboard::onion_clients() const { return state_->onion_clients; }

// Those of the newest epochs first, as message 1 is tried: a service takes only so many.
void Switchboard::State::know_onion_clients() {
  onion_clients.clear();
  if (!through_tor) return;
  for (const auto& [door, psk] : candidates) {
    const auto epoch = static_cast<std::size_t>(psk - door->psks.data());
    if (epoch < door->onions.size()) onion_clients.push_back(crypto::onion_client_public(door->onions[epoch]));
  }
}

// ---- what is known of everybody ----

std::vector<std::string> Switchboard::addresses() const { return state_->own_addresses; }

std::vector<PeerStatus> Switchboard::status() const {
  std::vector<PeerStatus> everybody;
  for (const PeerKey& key : state_->wanted) {
    const AddressBook::Page& page = state_->book.look_up(key.device);
    const Dialer::Status dialling = state_->dialer.status(key);
    PeerStatus status{.journal = key.journal, .device = key.device, .last_seen = page.last_seen};
    if (!page.addresses.empty()) status.address = page.addresses.front().text();
    if (const auto clock = state_->clocks.find(key.device); clock != state_->clocks.end())
      status.clock_ahead = clock->second;
    if (const auto other = state_->other_versions.find(key.device); other != state_->other_versions.end())
      status.version = other->second;
    if (const auto line = state_->live.find(key); line != state_->live.end()) {
      describe_connected(line->second, status);
    } else {
      describe_away(dialling, status);
    }
    everybody.push_back(std::move(status));
  }
  return everybody;
}

void Switchboard::describe_connected(LineId id, PeerStatus& status) const {
  const State::Line& line = state_->lines.at(id);
  const sync::Session& session = *line.peer->session();
  status.state = PeerStatus::State::kConnected;
  status.came_in = !line.peer->initiator() && !line.has_crossed;
  status.address = status.came_in ? line.address.host : line.address.text();
  status.last_seen = state_->house.clock.wall();
  status.behind = session.unacknowledged();
  status.lacking = session.lacking();
  status.in_step = session.in_step();
  status.gives_chunks = session.gives_chunks();
}

void Switchboard::describe_away(const Dialer::Status& dialling, PeerStatus& status) const {
  if (dialling.state == Dialer::State::kWaiting)
    status.next_try = state_->house.clock.wall() + (dialling.next_try - state_->now());
  const PeerKey key{status.journal, status.device};
  if (const auto met = state_->troubles.find(key); met != state_->troubles.end()) {
    const auto& [trouble, address] = met->second;
    status.trouble = trouble;
    status.trouble_at = address.text();
  }
  const bool silent = dialling.failures >= kNoAnswerAfter || state_->fell_silent.contains(key);
  if (status.last_seen && silent) {
    status.state = PeerStatus::State::kNoAnswer;  // also while it is tried once more
  } else if (dialling.state == Dialer::State::kDialling) {
    status.state = PeerStatus::State::kDialling;
  } else {
    status.state = status.last_seen ? PeerStatus::State::kWaiting : PeerStatus::State::kNeverMet;
  }
}

}  // namespace duolog::net
