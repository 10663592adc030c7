// world.h: several devices with whole switchboards on one virtual clock, and a network in memory between them. The test
// is the driver: it carries bytes, lets time pass, cuts wires and listens in.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/unit/net/people.h"

namespace duolog::net::testing {

class World;

// One device that is switched on, at one host name.
class Device {
 public:
  Device(World& world, Place& place, std::string host);

  [[nodiscard]] std::optional<PeerStatus> status_of(const crypto::DeviceKeys& other) const;
  [[nodiscard]] bool connected_to(const crypto::DeviceKeys& other) const;
  void knows(const crypto::DeviceKeys& other, const std::string& host);  // where to look, as after an earlier meeting
  void stand_in_the_lan(std::uint8_t number);  // with this address of IPv4, and beacons reach and leave it
  void move_to(const std::string& name, std::uint8_t number);  // another address; what was connected is cut
  void share_journal();                                        // from now on it looks for the other
  void write() {
    place.write();
    board.log_grew(people().journal);
  }

  Place& place;
  std::string host;
  std::vector<std::string> notes;
  int changes = 0;
  int moves = 0;  // to another network, or out of a sleep, as it says
  std::chrono::milliseconds wall_shift{0};
  std::optional<BeaconSource> source;
  std::mt19937 chance;
  Switchboard board;
};

// A connection: two ends, each a line of a device, or held by the test itself (`device` null).
struct Wire {
  struct End {
    Device* device = nullptr;
    LineId line = 0;
    Bytes inbox;  // carried, not yet taken: what the test's own end receives
    bool open = true;
    bool stuck = false;  // a packet of this end's was swallowed, and so is all that comes after it
  };
  End dialled;
  End accepted;
  std::size_t carried = 0;
  bool closing = false;  // is cut when the bytes under way have arrived
  bool narrow = false;   // dialled so: sends short packets only
  bool dead = false;     // swallows everything and tells nobody, as a broken network does
};

class World {
 public:
  World() = default;
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  Device& add(Place& place, const std::string& host);
  void remove(Device& device);  // switched off: its connections close

  // ---- time ----
  void run(std::chrono::milliseconds length);  // everything that happens until then
  bool run_until(const std::function<bool()>& done, std::chrono::milliseconds limit = std::chrono::minutes(2));
  void settle();  // everything that happens now
  [[nodiscard]] SteadyTime now() const { return now_; }

  // ---- the network ----
  // A connection whose dialling end the test holds.
  Wire& dial(Device& device, const std::string& from = "203.0.113.9");
  void send(Wire& wire, ByteView bytes);
  void send_frame(Wire& wire, ByteView message);
  Bytes received(Wire& wire);
  [[nodiscard]] static bool closed_by_device(const Wire& wire) { return !wire.accepted.open; }
  void cut(Wire& wire);  // both ends notice
  void cut_all();
  [[nodiscard]] std::size_t open_wires() const;
  std::vector<std::unique_ptr<Wire>> wires;
  std::map<std::string, int> dials;  // attempts, by host
  bool calls_cross = false;  // two who call each other get one connection, which neither has accepted; nobody else any
  std::size_t longest_packet = 0;                                // longer ones vanish on wide wires; 0: none do
  std::set<std::string> unreachable;                             // hosts that do not answer at all
  std::function<void(Wire&, bool from_dialler, Bytes&)> tamper;  // may change or drop what is carried
  std::function<void(Wire&)> connected;
  // A beacon that was sent into the LAN, which carries all of them to all in it.
  struct Overheard {
    Bytes packet;
    ByteArray<16> ip{};
    std::string host;
    SteadyTime at;
  };
  std::vector<Overheard> overheard;
  bool lan_carries = true;
  void say(const Overheard& beacon);  // to everybody in the LAN who listens

 private:
  bool carry();
  bool carry(Wire& wire, Wire::End& from, Wire::End& to);
  bool dial_for(Device& device);
  bool cross_calls();
  bool speak(Device& device);
  void hang_up(Wire& wire, Wire::End& end);
  [[nodiscard]] SteadyTime deadline() const;
  Device* at_host(const Address& address);

  SteadyTime now_ = at(std::chrono::milliseconds(0));
  std::vector<std::unique_ptr<Device>> devices_;
  std::vector<std::pair<Device*, Switchboard::Dial>> crossing_;  // calls that wait for their opposite
  friend class Device;
};

}  // namespace duolog::net::testing
