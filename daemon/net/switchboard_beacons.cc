// switchboard_beacons.cc: whom to call out to, and what a call that is understood leads to: a dial, and nothing else.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "daemon/net/switchboard_state.h"

namespace duolog::net {

bool Switchboard::State::misses_somebody(const Doorway& door) const {
  if (door.beacons.empty()) return false;
  return std::ranges::any_of(door.others,
                             [&](const DeviceId& device) { return !live.contains({door.journal, device}); });
}

void Switchboard::State::look_at_beacons() {
  const bool anybody = !stopping && port != 0 && !beacon_sources.empty() &&
                       std::ranges::any_of(doorways, [this](const Doorway& door) { return misses_somebody(door); });
  beacons.want(anybody, now());
}

// What was tried in vain before may work now; and whoever is in it has not heard us yet.
void Switchboard::State::network_is_another_one() {
  beacon_news.forget_all();
  beacons.begin_anew(now());
  if (house.elsewhere) house.elsewhere();
}

void Switchboard::beacon_sources(std::vector<BeaconSource> sources) {
  state_->within([&] {
    if (sources.size() > kBeaconSourcesLimit) sources.resize(kBeaconSourcesLimit);
    if (sources == state_->beacon_sources) return;
    state_->beacon_sources = std::move(sources);
    state_->network_is_another_one();
  });
}

std::vector<Switchboard::BeaconOut> Switchboard::take_beacons() {
  std::vector<BeaconOut> packets;
  if (!state_->beacons.due(state_->now())) return packets;
  crypto::Beacon beacon{.minute = minute_of(state_->house.clock.wall()), .port = state_->port};
  std::ranges::copy(state_->house.self.keys.id().view().first(beacon.device.size()), beacon.device.begin());
  for (const Doorway& door : state_->doorways) {
    if (!state_->misses_somebody(door)) continue;
    const crypto::BeaconKey& key = door.beacons[state_->beacons.epoch(door.beacons.size())];
    for (const BeaconSource& source : state_->beacon_sources) {
      beacon.ip = source.ip;
      packets.push_back({source, crypto::seal_beacon(key, beacon)});
    }
  }
  return packets;
}

bool Switchboard::listens_for_beacons() const { return state_->beacons.wanted(); }

// What was only heard is dialled and not written down: whoever has a key of the journal can say it in anybody's name.
void Switchboard::heard_beacon(const HeardBeacon& heard) {
  if (!state_->beacons.wanted()) return;
  state_->within([&] {
    const SteadyTime now = state_->now();
    const auto sender = state_->beacon_ear.understand(heard, state_->doorways, state_->house.self.keys.id(),
                                                      state_->house.clock.wall(), now);
    if (!sender || state_->live.contains(sender->key)) return;
    if (!state_->beacon_news.is_news(sender->key, sender->address, now)) return;
    state_->dialer.try_now(sender->key, now);
    state_->begin_due_rounds(*sender);
    if (state_->rounds.offer(sender->key, sender->address, now)) state_->continue_rounds();
  });
}

}  // namespace duolog::net
