// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/simulation/world.h"

#include <sodium.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include "daemon/meeting.h"
#include "proto/control.pb.h"

namespace duolog::simulation {
namespace {

constexpr int kSettleRounds = 100'000;               // a node that always wants something more is a bug
constexpr std::uint64_t kFirstMeeting = 20'261'122;  // the seed of the two who are copied

// libsodium draws from here while a world exists.
std::mt19937_64* source = nullptr;

const char* source_name() { return "simulation"; }
std::uint32_t source_word() { return static_cast<std::uint32_t>((*source)()); }
void source_fill(void* out, std::size_t size) {
  auto* bytes = static_cast<std::uint8_t*>(out);
  for (std::size_t i = 0; i < size; i += 8) {
    const std::uint64_t word = (*source)();
    std::memcpy(bytes + i, &word, std::min<std::size_t>(8, size - i));
  }
}
randombytes_implementation seeded = {source_name, source_word, nullptr, nullptr, source_fill, nullptr};

void use_source(std::mt19937_64* dice) {
  source = dice;
  if (dice != nullptr) randombytes_set_implementation(&seeded);
}

std::filesystem::path make_folder() {
  std::string pattern = "/dev/shm/duolog-simulation-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make a folder in memory");
  return pattern;
}

constexpr milliseconds kAnHour{3'600'000};
constexpr milliseconds kPairingPatience{120'000};

// The files of two who were paired.
struct Paired {
  std::filesystem::path folder = make_folder();
  Paired() {
    World world(kFirstMeeting, World::Begin::kFresh);
    for (Node* node : world.both()) node->start();
    if (!world.pair()) throw std::runtime_error("two who are to be paired are not");
    if (!world.run_until([&] { return world.in_step(); }, kPairingPatience)) throw std::runtime_error("not in step");
    world.leave_copy(folder);
  }
  ~Paired() { std::filesystem::remove_all(folder); }
};

std::filesystem::path folder_for(World::Begin begin) {
  const auto folder = make_folder();
  if (begin == World::Begin::kPaired) {
    static const Paired paired;
    std::filesystem::copy(paired.folder, folder, std::filesystem::copy_options::recursive);
  } else {
    for (const char* name : {"Ada", "Bo"}) std::filesystem::create_directory(folder / name);
  }
  return folder;
}

}  // namespace

World::World(std::uint64_t seed, Begin begin)
    : dice_(seed),
      folder_(folder_for(begin)),
      network_([this](std::uint64_t below) { return roll(below); }),
      elapsed_(begin == Begin::kPaired ? kAnHour : milliseconds(1'000)) {
  crypto::initialise();
  use_source(&dice_);
  nodes_.push_back(std::make_unique<Node>(*this, "Ada", "10.0.0.1", folder_ / "Ada"));
  nodes_.push_back(std::make_unique<Node>(*this, "Bo", "10.0.0.2", folder_ / "Bo"));
  for (Node* node : both()) {
    network_.add(*node);
    if (begin == Begin::kPaired) node->start();
  }
}

World::~World() {
  nodes_.clear();
  use_source(nullptr);
  std::filesystem::remove_all(folder_);
}

Node& World::add(const std::string& name) {
  std::filesystem::create_directory(folder_ / name);
  const std::string host = "10.0.0." + std::to_string(nodes_.size() + 1);
  nodes_.push_back(std::make_unique<Node>(*this, name, host, folder_ / name));
  network_.add(*nodes_.back());
  return *nodes_.back();
}

std::filesystem::path World::copies() const {
  std::filesystem::create_directory(folder_ / "copies");
  return folder_ / "copies";
}

std::vector<Node*> World::all() const {
  std::vector<Node*> nodes;
  nodes.reserve(nodes_.size());
  for (const auto& node : nodes_) nodes.push_back(node.get());
  return nodes;
}

void World::leave_copy(const std::filesystem::path& folder) {
  for (Node* node : both()) node->stop();
  std::filesystem::copy(folder_, folder, std::filesystem::copy_options::recursive);
}

void World::story(std::string_view what) {
  std::string line = std::to_string(elapsed_.count()) + ' ' + std::string(what);
  const std::string folder = folder_.string() + '/';  // named by chance, as another process would not name it
  for (auto at = line.find(folder); at != std::string::npos; at = line.find(folder, at)) line.erase(at, folder.size());
  for (const char letter : line) trace_ = (trace_ ^ static_cast<std::uint8_t>(letter)) * 1099511628211ULL;
  if (aloud_) std::printf("%s\n", line.c_str());
}

// ---- one instant ----

// What a node wants done. True: there may be more.
bool World::serve(Node& node) {
  if (!node.awake() || node.rests()) return false;
  bool moved = std::exchange(node.woken_, false);
  std::vector<net::Switchboard::Dial> dials;
  bool is_due = false;
  bool alive = node.asked([&](net::Switchboard& board) {
    dials = board.take_dials();
    is_due = board.deadline() <= node.steady();
  });
  if (alive && is_due) alive = node.at_work([](net::Switchboard& board) { board.tick(); });
  if (!alive) return true;
  moved = moved || is_due;
  for (const auto& dial : dials) network_.dial(node, dial.line, dial.address.host, elapsed_);
  if (std::exchange(node.fold_wanted_, false)) {
    node.in_house([](Household& house) {  // as Device does it
      try {
        house.fold();
      } catch (const store::NotDurable&) {   // NOLINT(bugprone-empty-catch)
      } catch (const store::BadDatabase&) {  // NOLINT(bugprone-empty-catch)
      }
    });
    node.wrote_ = true;
    moved = true;
  }
  if (std::exchange(node.wrote_, false) && node.up()) node.wait_for_moment();
  moved = node.meet_moment() || moved;
  if (lan_) {
    node.asked([&](net::Switchboard& board) {
      for (auto& said : board.take_beacons()) beacons_.push_back({&node, elapsed_ + milliseconds(1), std::move(said)});
    });
  }
  bool announces = false;
  node.asked([&](net::Switchboard& board) { announces = board.announcing().has_value(); });
  if (announces && next_announcement_ == kNever) next_announcement_ = elapsed_;
  if (moved || !dials.empty()) return true;
  node.rest();
  return false;
}

void World::announce() {
  next_announcement_ = kNever;
  for (Node* from : both()) {
    std::optional<net::Announcement> announcement;
    if (from->awake()) from->at_work([&](net::Switchboard& board) { announcement = board.announcing(); });
    if (!announcement) continue;
    next_announcement_ = elapsed_ + net::kAnnounceEvery;
    Node& to = other(*from);
    if (!to.awake() || network_.weather.refuses) continue;
    to.at_work([&](net::Switchboard& board) {
      if (board.looking_for()) board.heard({*announcement, from->host(), 1, false});
    });
  }
}

// Heard by everybody who is there, or by nobody: packets are not said twice.
bool World::carry_beacons() {
  bool moved = false;
  std::erase_if(beacons_, [&](const Beacon& one) {
    if (one.arrives > elapsed_) return false;
    for (Node* node : all()) {
      if (node == one.from || !node->awake() || !network_.is_open(*one.from, *node)) continue;
      node->at_work([&](net::Switchboard& board) {
        if (board.listens_for_beacons()) board.heard_beacon({one.said.packet, one.said.source.ip, one.from->host()});
      });
    }
    moved = true;
    return true;
  });
  return moved;
}

void World::settle() {
  for (int round = 0; round < kSettleRounds; ++round) {
    for (Node* node : all()) {
      if (node->struck()) node->bury(kept());
    }
    if (next_announcement_ <= elapsed_) announce();
    bool moved = network_.move(elapsed_);
    moved = carry_beacons() || moved;
    for (Node* node : all()) moved = serve(*node) || moved;
    for (Node* node : all()) moved = moved || node->struck();
    if (!moved) return;
  }
  throw std::runtime_error("a node never comes to rest");
}

// ---- time ----

milliseconds World::next_event() {
  milliseconds next = std::min(next_announcement_, network_.next_event(elapsed_));
  for (const Beacon& one : beacons_) next = std::min(next, one.arrives);
  for (Node* node : all()) {
    if (!node->awake()) continue;
    const SteadyTime deadline = node->deadline();
    if (deadline != SteadyTime::max()) next = std::min(next, elapsed_ + (deadline - node->steady()));
    if (node->moment_) next = std::min(next, elapsed_ + (*node->moment_ - node->steady()));
  }
  return next;
}

void World::run(milliseconds time) {
  const milliseconds until = elapsed_ + time;
  run_until([&] { return elapsed_ >= until; }, time);
}

bool World::run_until(const std::function<bool()>& condition, milliseconds patience) {
  const milliseconds until = elapsed_ + patience;
  for (;;) {
    settle();
    if (condition()) return true;
    if (elapsed_ >= until) return false;
    elapsed_ = std::clamp(next_event(), elapsed_ + milliseconds(1), std::max(until, elapsed_ + milliseconds(1)));
  }
}

bool World::in_step() {
  return std::ranges::all_of(both(), [](Node* node) {
    return node->awake() && !node->fold_wanted_ && node->other() && node->household().in_step();
  });
}

// ---- the two meet ----

bool World::pair(const std::function<void()>& window_is_open) {
  std::string code;
  bool paired[2] = {false, false};
  const auto meet = [&](Node& node, const control::Pair& asked, bool& done) {
    node.in_house([&](Household& house) {
      house.try_disk_again();
      const auto pairing = Meeting::start(
          {house.shelf(), house.switchboard(), true, [&house] { return house.database().refusal(); }}, asked,
          {[&](const control::PairEvent& event) {
             if (event.has_window()) code = event.window().code();
             if (event.has_paired()) done = true;
           },
           [this, &node](const control::Error& error) {
             story(node.name() + " cannot pair: " + error.ShortDebugString());
           }});
      node.visitor_ = pairing.hold;
    });
  };
  const auto leave = [&] {
    for (Node* node : both()) node->in_house([&](Household&) { node->visitor_.reset(); });
  };
  control::Pair asked;
  asked.set_accept_anyone(true);
  meet(ada(), asked, paired[0]);
  run_until([&] { return !code.empty() || !ada().up(); }, milliseconds(5'000));
  asked.set_invitation(code);
  if (!code.empty() && window_is_open) window_is_open();
  if (!code.empty()) meet(bo(), asked, paired[1]);
  run_until([&] { return code.empty() || (paired[0] && paired[1]) || !ada().up() || !bo().up(); }, kPairingPatience);
  leave();
  if (paired[0] && paired[1]) story("paired");
  return paired[0] && paired[1];
}

}  // namespace duolog::simulation
