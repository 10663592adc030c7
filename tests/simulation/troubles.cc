// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/simulation/troubles.h"

namespace duolog::simulation {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr milliseconds kYear = hours(24 * 365);
constexpr std::int64_t kToday = 1'795'000'000'000;

}  // namespace

void begin_weather(World& world, std::uint64_t cuts) {
  world.network().weather.breaks_one_in = cuts == 0 ? 0 : 5 - cuts;
  world.kept = [&world] { return static_cast<Disk::Kept>(world.roll(3)); };
}

void slow_down(World& world) {
  world.network().weather.delay = milliseconds(1 + world.roll(world.roll(4) == 0 ? 600 : 60));
}

void cut(World& world) {
  world.story("cut");
  world.network().break_all();
}

void darken(World& world, Node& node) {
  Network& network = world.network();
  switch (world.roll(4)) {
    case 0:
      network.weather.refuses = !network.weather.refuses;
      return;
    case 1:
      return network.light_everywhere();
    default:
      return network.set_dark(node, world.roll(3) != 0);
  }
}

void trouble_disk(World& world, Node& node) {
  Disk& disk = node.disk();
  switch (world.roll(4)) {
    case 0:
      return disk.set_full(true);
    case 1:
      return disk.set_full(false);
    default:
      return disk.fail_in(static_cast<int>(1 + world.roll(world.roll(2) == 0 ? 6 : 60)));
  }
}

void jump(World& world, Node& node) {
  const milliseconds to[] = {milliseconds(0),
                             node.skew() + milliseconds(world.roll(20'000)) - seconds(10),
                             node.skew() + minutes(world.roll(600)) - hours(5),
                             10 * kYear,
                             -10 * kYear,
                             milliseconds(-kToday) - world.elapsed(),                        // 1 January 1970
                             milliseconds(2'147'483'640'000 - kToday) - world.elapsed(),     // seconds before 2038
                             milliseconds(253'402'300'790'000 - kToday) - world.elapsed()};  // the last of 9999
  node.set_clock(to[world.roll(std::size(to))], world.roll(4) != 0);
}

void replay(World& world, Node& node) {
  switch (world.roll(4)) {
    case 0:
      return world.network().knock(node);
    case 1:
      world.network().inject(node);
      return;
    default:
      world.network().replay(node, world.roll(2) == 0);
      return;
  }
}

bool heal(World& world, const std::function<void(Node&)>& start) {
  world.network().light_everywhere();
  world.network().weather.refuses = false;
  world.network().weather.breaks_one_in = 0;
  bool all_up = true;
  for (Node* node : world.all()) {
    node->disk().heal();
    if (node->asleep()) node->wake(true);
    // A disk that was full is used again by itself; one that failed wants a restart, as its message says.
    const bool failed = node->up() && node->household().database().refusal().starts_with("the disk failed");
    if (failed) node->die(Disk::Kept::kKill);
    start(*node);
    all_up = all_up && node->up();
  }
  return all_up;
}

}  // namespace duolog::simulation
