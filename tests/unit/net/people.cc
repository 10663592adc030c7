// people.cc: making people and their places.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/net/people.h"

namespace duolog::net::testing {

const People& people() {
  static const People made = [] {
    crypto::initialise();
    return People();
  }();
  return made;
}

People::People() {
  auto one = std::make_unique<crypto::DeviceKeys>(crypto::DeviceSeed::random());
  auto other = std::make_unique<crypto::DeviceKeys>(crypto::DeviceSeed::random());
  if (other->id() < one->id()) std::swap(one, other);
  ada = std::move(one);
  bo = std::move(other);
}

Introduction People::introduction_of(const crypto::DeviceKeys& device) const {
  if (device.id() == ada->id()) return {{crypto::certify(ada_root, device.public_keys(), 1, "laptop")}, "Ada"};
  if (device.id() == bo->id()) return {{crypto::certify(bo_root, device.public_keys(), 1, "desk")}, "Bo"};
  return {{crypto::certify(eve_root, device.public_keys(), 1, "evil")}, "Eve"};
}

crypto::PreparedPsk People::prepared(const crypto::HandshakePsk& secret) const {
  return {crypto::prologue('P', {journal.bytes}), secret};
}

Place::Place(const crypto::DeviceKeys& owner)
    : keys(owner),
      database(folder.folder / "duolog.db", store::Database::Open::kCreate),
      log(database, store::Quota{.free_bytes = 0}),  // a small memory will do
      memory(database, keys.local_key("local.state")) {
  log.add_journal(people().journal);
  for (const crypto::DeviceKeys* device : {people().ada.get(), people().bo.get()})
    log.admit(people().journal, device->id(), device->public_keys().sign);
}

void Place::write(std::size_t count, std::size_t length) {
  const EpochId epoch = crypto::epoch_id(people().journal, people().epoch);
  for (std::size_t i = 0; i < count; ++i)
    log.append(people().journal, keys.id(), [&](const crypto::ChainPosition& place) {
      return crypto::make_event_record(people().journal, keys, crypto::RecordKind::kEvent, place, epoch,
                                       crypto::record_key(people().epoch, keys.id()), Bytes(length, 'x'));
    });
}

std::uint64_t Place::held(const crypto::DeviceKeys& author) const {
  const auto head = log.head(people().journal, author.id());
  return head ? head->seq : 0;
}

Self Place::self() const {
  return {keys, [this] { return people().introduction_of(keys); }};
}

PeerHooks Place::hooks() {
  PeerHooks hooks;
  hooks.admits = [this](const JournalId& journal, const crypto::Chain& chain) -> std::optional<crypto::ProvenDevice> {
    auto proven = crypto::prove(chain, people().genesis.roots());
    if (!proven || journal != people().journal || !admits_all_proven) return std::nullopt;
    admitted.push_back(proven->device.id());
    return proven;
  };
  hooks.may_stay = [this](const JournalId&, const crypto::ProvenDevice&) { return lets_them_stay; };
  hooks.session = [this](const JournalId&, const crypto::ProvenDevice&) {
    sync::Hooks session;
    session.acknowledged = [this](const store::Frontier&) { ++acknowledgements; };
    return session;
  };
  return hooks;
}

Peer::House Place::house() {
  return {self(), log, hooks(), [] { return std::vector<std::string>{"192.0.2.7:38650"}; },
          [] { return WallTime(1'700'000'000'000ms); }};
}

Doorway Place::doorway() const {
  Doorway door{people().journal, {}, {}};
  door.psks.push_back(people().prepared());
  door.onions.push_back(crypto::onion_client(people().epoch));
  door.beacons.push_back(crypto::beacon_key(people().epoch));
  for (const crypto::DeviceKeys* device : {people().ada.get(), people().bo.get()})
    if (device->id() != keys.id()) door.others.push_back(device->id());
  return door;
}

}  // namespace duolog::net::testing
