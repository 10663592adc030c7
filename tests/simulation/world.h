// world.h: two whole households and more in one process: virtual time, one seed, one network, a disk each.
//
// From one seed, always the same story: libsodium's randomness, every delay, cut, crash and torn write come out of it,
// and trace_hash() tells two runs apart.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <random>
#include <vector>

#include "tests/simulation/node.h"

namespace duolog::simulation {

class World {
 public:
  // kFresh: two devices on which nothing was ever started. kPaired: two people who were paired an hour ago, up. (They
  // are made once a process, from a seed of their own, and copied.)
  enum class Begin { kFresh, kPaired };
  World(std::uint64_t seed, Begin begin);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  Node& ada() { return *nodes_[0]; }
  Node& bo() { return *nodes_[1]; }
  std::array<Node*, 2> both() { return {&ada(), &bo()}; }
  Node& other(const Node& node) { return &node == &ada() ? bo() : ada(); }
  // One more place, beside the two; nothing is there. It stays.
  Node& add(const std::string& name);
  [[nodiscard]] std::vector<Node*> all() const;  // in the order in which they came
  Network& network() { return network_; }
  std::uint64_t roll(std::uint64_t below) { return below == 0 ? 0 : dice_() % below; }
  [[nodiscard]] milliseconds elapsed() const { return elapsed_; }

  // By a spoken code, ada hosts; `window_is_open` is called once it is. False: it came to nothing within two minutes.
  bool pair(const std::function<void()>& window_is_open = {});
  void run(milliseconds time);  // lets that much virtual time pass
  // Until `condition` holds; false when it does not within `patience` of virtual time.
  bool run_until(const std::function<bool()>& condition, milliseconds patience);
  void settle();   // carries out what the nodes want until they want nothing
  bool in_step();  // both up, connected, and everything held by both and folded
  // All are in one local network from their next starts on, and call out to each other there.
  void in_one_lan() { lan_ = true; }

  // How a machine that its disk has struck comes back: the world asks when it buries it.
  std::function<Disk::Kept()> kept = [] { return Disk::Kept::kSome; };

  [[nodiscard]] std::filesystem::path copies() const;    // a folder for what is put aside
  void leave_copy(const std::filesystem::path& folder);  // stops both, and puts their files there
  void story(std::string_view what);                     // adds to the trace
  void tell_aloud() { aloud_ = true; }
  [[nodiscard]] std::uint64_t trace_hash() const { return trace_ ^ network_.trace(); }

 private:
  friend class Node;
  bool serve(Node& node);  // true: something was done
  void announce();
  bool carry_beacons();
  [[nodiscard]] milliseconds next_event();

  std::mt19937_64 dice_;
  std::filesystem::path folder_;
  DiskVfs vfs_;
  Network network_;
  milliseconds elapsed_{1'000};
  milliseconds next_announcement_ = kNever;
  std::uint64_t trace_ = 1469598103934665603ULL;  // FNV-1a
  bool aloud_ = false;
  bool lan_ = false;
  struct Beacon {
    Node* from;
    milliseconds arrives;
    net::Switchboard::BeaconOut said;
  };
  std::vector<Beacon> beacons_;  // on their way
  std::vector<std::unique_ptr<Node>> nodes_;
};

}  // namespace duolog::simulation
