// world.cc: the driver of the tests.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/net/world.h"

namespace duolog::net::testing {

// ---- a device ----

namespace {

Switchboard::House house_of(World& world, Device& device, Place& place) {
  PeerHooks hooks = place.hooks();
  hooks.changed = [&device](const JournalId&, const DeviceId&) { ++device.changes; };
  return {place.self(),
          place.log,
          place.memory,
          Clock{[&] { return WallTime(1'700'000'000'000ms) + (world.now() - at(0ms)) + device.wall_shift; },
                [&] { return world.now(); }},
          [&device](std::uint32_t bound) { return static_cast<std::uint32_t>(device.chance() % bound); },
          std::move(hooks),
          [&device](std::string_view note) { device.notes.emplace_back(note); },
          [&device] { ++device.moves; }};
}

}  // namespace

Device::Device(World& world, Place& own, std::string name)
    : place(own), host(std::move(name)), chance(7), board(house_of(world, *this, own)) {
  board.listening(kDefaultPort, {Address{host}.text()});
}

std::optional<PeerStatus> Device::status_of(const crypto::DeviceKeys& other) const {
  for (const PeerStatus& status : board.status())
    if (status.device == other.id()) return status;
  return std::nullopt;
}

bool Device::connected_to(const crypto::DeviceKeys& other) const {
  const auto status = status_of(other);
  return status && status->state == PeerStatus::State::kConnected;
}

void Device::knows(const crypto::DeviceKeys& other, const std::string& name) {
  place.memory.put("net.address." + hex(other.id().bytes), as_bytes("1\n" + Address{name}.text()));
}

void Device::stand_in_the_lan(std::uint8_t number) {
  source = BeaconSource{2, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, number}};
  board.beacon_sources({*source});
}

void Device::move_to(const std::string& name, std::uint8_t number) {
  host = name;
  board.listening(kDefaultPort, {Address{host}.text()});
  stand_in_the_lan(number);
  board.resumed();
}

void Device::share_journal() {
  std::vector<Doorway> doors;
  doors.push_back(place.doorway());
  board.set_doorways(std::move(doors));
}

// ---- the world ----

World::~World() = default;

Device& World::add(Place& place, const std::string& host) {
  devices_.push_back(std::make_unique<Device>(*this, place, host));
  return *devices_.back();
}

void World::remove(Device& device) {
  for (const auto& wire : wires)
    for (auto* end : {&wire->dialled, &wire->accepted})
      if (end->device == &device && end->open) {
        end->open = false;
        end->device = nullptr;
      }
  std::erase_if(devices_, [&](const auto& each) { return each.get() == &device; });
  settle();
}

Device* World::at_host(const Address& address) {
  for (const auto& device : devices_)
    if (device->host == address.host && address.port == kDefaultPort) return device.get();
  return nullptr;
}

// ---- time ----

SteadyTime World::deadline() const {
  SteadyTime soonest = SteadyTime::max();
  for (const auto& device : devices_) soonest = std::min(soonest, device->board.deadline());
  return soonest;
}

void World::settle() {
  for (int i = 0; i < 10'000; ++i)
    if (!carry()) return;
  ADD_FAILURE() << "the network never comes to rest";
}

void World::run(std::chrono::milliseconds length) {
  const SteadyTime end = now_ + length;
  settle();
  while (deadline() <= end) {
    now_ = std::max(now_ + 1ms, deadline());
    for (const auto& device : devices_)
      if (device->board.deadline() <= now_) device->board.tick();
    settle();
  }
  now_ = std::max(now_, end);
}

bool World::run_until(const std::function<bool()>& done, std::chrono::milliseconds limit) {
  const SteadyTime end = now_ + limit;
  settle();
  while (!done() && now_ < end) run(std::min<std::chrono::milliseconds>(50ms, end - now_));
  return done();
}

// ---- the network ----

bool World::carry() {
  bool moved = false;
  for (const auto& device : devices_) moved = speak(*device) || moved;
  for (const auto& device : devices_) moved = dial_for(*device) || moved;
  moved = cross_calls() || moved;
  for (std::size_t i = 0; i < wires.size(); ++i) {
    Wire& wire = *wires[i];
    moved = carry(wire, wire.dialled, wire.accepted) || moved;
    moved = carry(wire, wire.accepted, wire.dialled) || moved;
  }
  std::erase_if(wires, [](const auto& wire) {
    return !wire->dialled.open && !wire->accepted.open && wire->dialled.device != nullptr;
  });
  return moved;
}

bool World::speak(Device& device) {
  const auto packets = device.board.take_beacons();
  for (const auto& [source, packet] : packets) {
    overheard.push_back({packet, source.ip, device.host, now_});
    if (lan_carries) say(Overheard(overheard.back()));
  }
  return !packets.empty();
}

void World::say(const Overheard& beacon) {
  for (const auto& device : devices_)
    if (device->source && device->board.listens_for_beacons())
      device->board.heard_beacon({beacon.packet, beacon.ip, beacon.host});
}

bool World::dial_for(Device& device) {
  bool moved = false;
  for (const Switchboard::Dial& dial : device.board.take_dials()) {
    moved = true;
    ++dials[dial.address.host];
    Device* other = unreachable.contains(dial.address.host) ? nullptr : at_host(dial.address);
    if (!other) {
      device.board.closed(dial.line);
      continue;
    }
    if (calls_cross) {
      crossing_.emplace_back(&device, dial);
      continue;
    }
    wires.push_back(std::make_unique<Wire>());
    Wire& wire = *wires.back();
    wire.narrow = dial.narrow;
    wire.dialled = {&device, dial.line, {}, true};
    wire.accepted = {other, other->board.accepted(device.host), {}, true};
    device.board.connected(dial.line);
    if (connected) connected(wire);
  }
  return moved;
}

bool World::cross_calls() {
  for (auto one = crossing_.begin(); one != crossing_.end(); ++one) {
    const auto other = std::find_if(one, crossing_.end(), [&](const auto& each) {
      return each.first->host == one->second.address.host && each.second.address.host == one->first->host;
    });
    if (other == crossing_.end()) continue;
    wires.push_back(std::make_unique<Wire>());
    wires.back()->dialled = {one->first, one->second.line, {}, true};
    wires.back()->accepted = {other->first, other->second.line, {}, true};
    for (const auto& [device, dial] : {*one, *other}) device->board.connected(dial.line);
    crossing_.erase(other);
    crossing_.erase(one);
    return true;
  }
  return false;
}

bool World::carry(Wire& wire, Wire::End& from, Wire::End& to) {
  if (!from.open) {
    if (!to.open || wire.dead || from.stuck) return false;
    to.open = false;  // the other side hung up
    if (to.device) to.device->board.closed(to.line);
    return true;
  }
  if (!from.device) return false;
  Bytes bytes = from.device->board.take_output(from.line);
  bool moved = !bytes.empty();
  if (tamper && moved) tamper(wire, &from == &wire.dialled, bytes);
  if (longest_packet != 0 && !wire.narrow && bytes.size() > longest_packet) from.stuck = true;
  if (!wire.dead && !from.stuck && to.open && !bytes.empty()) {
    wire.carried += bytes.size();
    if (to.device) {
      to.device->board.received(to.line, bytes);
    } else {
      append(to.inbox, bytes);
    }
  }
  if (wire.closing) cut(wire);
  if (from.open && from.device->board.finished(from.line)) {
    hang_up(wire, from);
    moved = true;
  }
  return moved;
}

void World::hang_up(Wire&, Wire::End& end) {
  end.open = false;
  if (end.device) end.device->board.closed(end.line);
}

Wire& World::dial(Device& device, const std::string& from) {
  wires.push_back(std::make_unique<Wire>());
  Wire& wire = *wires.back();
  wire.accepted = {&device, device.board.accepted(from), {}, true};
  return wire;
}

void World::send(Wire& wire, ByteView bytes) {
  if (wire.accepted.open) wire.accepted.device->board.received(wire.accepted.line, bytes);
  settle();
}

void World::send_frame(Wire& wire, ByteView message) {
  Bytes frame;
  proto::append_frame(frame, proto::Framing::kPeer, message);
  send(wire, frame);
}

Bytes World::received(Wire& wire) {
  settle();
  return std::exchange(wire.dialled.inbox, {});
}

void World::cut(Wire& wire) {
  if (wire.dialled.open) hang_up(wire, wire.dialled);
  if (wire.accepted.open) hang_up(wire, wire.accepted);
}

void World::cut_all() {
  for (std::size_t i = 0; i < wires.size(); ++i) cut(*wires[i]);
}

std::size_t World::open_wires() const {
  return static_cast<std::size_t>(std::count_if(
      wires.begin(), wires.end(), [](const auto& wire) { return wire->dialled.open && wire->accepted.open; }));
}

}  // namespace duolog::net::testing
