// world.h: two whole households in one process, on a virtual clock, over a seeded network. From one seed, always the
// same story: all randomness (libsodium's too), every delay and every cut come out of it.
//
// Each node keeps its files in a folder of its own in memory, so a restart is a real one: everything is destroyed and
// opened again from what was durable. The network delivers bytes late, in pieces, and is cut at any byte.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <random>
#include <set>

#include "daemon/household.h"
#include "daemon/journal/reading.h"

namespace duolog::simulation {

using std::chrono::milliseconds;

class World;

// One person's device.
class Node {
 public:
  Node(World& world, std::string name, std::string host);
  ~Node();

  void start();  // opens what is on disk; the first time, sets the person up
  void stop();   // everything that was not durable is gone
  [[nodiscard]] bool up() const { return household_ != nullptr; }
  [[nodiscard]] Household& household() { return *household_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::string& host() const { return host_; }

  // ---- what its person does; each returns once it is durable ----
  std::string write(const std::string& text, bool private_entry);
  std::string check_in(const std::string& highlight, int connection);

  // ---- what its person sees of the shared journal ----
  struct Line {
    std::string id;
    std::string text;
    bool mine = false;
    auto operator<=>(const Line&) const = default;
  };
  std::vector<Line> entries();
  std::vector<Line> answers_readable();  // by their highlight
  std::string shared_journal() const;    // name; empty before pairing

 private:
  friend class World;
  World& world_;
  std::string name_;
  std::string host_;
  std::filesystem::path folder_;
  std::unique_ptr<Household> household_;
  bool fold_wanted_ = false;
  bool woken_ = false;
};

class World {
 public:
  explicit World(std::uint64_t seed);
  ~World();

  Node& ada() { return *ada_; }
  Node& bo() { return *bo_; }
  std::mt19937_64& dice() { return dice_; }
  std::uint64_t roll(std::uint64_t below) { return dice_() % below; }

  [[nodiscard]] WallTime wall() const { return WallTime(milliseconds(1'795'000'000'000) + elapsed_); }
  [[nodiscard]] SteadyTime steady() const { return SteadyTime(elapsed_); }

  void pair();                  // by a spoken code, ada hosts; REQUIRES: both up
  void run(milliseconds time);  // lets that much virtual time pass
  // Until `condition` holds; false when it does not within `patience` of virtual time.
  bool run_until(const std::function<bool()>& condition, milliseconds patience);
  bool in_step();  // both up, connected, and everything held by both and folded

  void cut();                         // every connection breaks where it is; bytes under way are lost
  void set_network(bool up);          // no new connection succeeds while it is down
  void story(std::string_view what);  // adds to the trace
  [[nodiscard]] std::uint64_t trace_hash() const { return trace_; }
  [[nodiscard]] std::uint64_t bytes_carried() const { return carried_; }
  [[nodiscard]] std::uint64_t cuts() const { return cuts_; }

 private:
  friend class Node;
  struct End {
    Node* node = nullptr;
    net::LineId line = 0;
    std::deque<std::pair<SteadyTime, Bytes>> arriving;  // in order
    std::size_t on_the_way = 0;
    bool told_closed = false;
  };
  struct Cable {
    End ends[2];
    bool broken = false;
    SteadyTime breaks_at = SteadyTime::max();  // closed by one side, once what was written has arrived
  };
  struct Attempt {
    Node* from;
    net::LineId line;
    std::string host;
    SteadyTime at;
  };

  Node* by_host(const std::string& host);
  void settle();           // carries out what the nodes want until they want nothing
  bool serve(Node& node);  // true: something was done
  bool carry(Node& node);
  bool deliver();
  void connect(const Attempt& attempt);
  void forget(Node& node);  // its lines are gone without a word
  void announce();
  [[nodiscard]] SteadyTime next_event() const;
  [[nodiscard]] milliseconds delay();

  std::mt19937_64 dice_;
  std::filesystem::path folder_;
  milliseconds elapsed_{1'000};
  bool network_up_ = true;
  SteadyTime next_announcement_ = SteadyTime::max();
  std::vector<std::unique_ptr<Cable>> cables_;
  std::vector<Attempt> attempts_;
  std::uint64_t trace_ = 1469598103934665603ULL;  // FNV-1a
  std::uint64_t carried_ = 0;
  std::uint64_t cuts_ = 0;
  std::unique_ptr<Node> ada_;
  std::unique_ptr<Node> bo_;
};

}  // namespace duolog::simulation
