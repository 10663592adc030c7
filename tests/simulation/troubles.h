// troubles.h: what befalls two devices in every kind of story: cuts, darkness, disks, clocks, old bytes.
//
// Each draws from the world's dice and from nothing else.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/simulation/world.h"

namespace duolog::simulation {

void begin_weather(World& world, std::uint64_t cuts);  // how often lines break, and what a crash leaves of a disk
void slow_down(World& world);                          // what a packet takes, for the whole story

void cut(World& world);                       // every connection, where it is
void darken(World& world, Node& node);        // a black hole, a refusal; or light again
void trouble_disk(World& world, Node& node);  // full for a while, or EIO; or room again
void jump(World& world, Node& node);          // its clock: seconds, hours, years; 1970, 2038, 9999
void replay(World& world, Node& node);        // old bytes come to it again; somebody knocks

// No more faults: light everywhere, sound disks, everybody awake and up. False: somebody does not start.
bool heal(World& world, const std::function<void(Node&)>& start);

}  // namespace duolog::simulation
