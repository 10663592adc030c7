// collect.h: what goes into an export, item by item, and what stays on this device.
//
// What the other has marked "between us" stays, with what the other said about anything so marked, and about what was
// said about it; one's own words go. Of the words nothing here is held in memory beyond a page of them.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "client/daemon.h"

namespace duolog::control {
class Item;
class Series;
}  // namespace duolog::control

namespace duolog::client {

struct ExportChoice {
  std::string journal, since, until, tag;
  bool mine = false;         // one's own words alone
  bool with_sealed = false;  // also one's own that is sealed still
};

struct LeftOut {
  std::size_t between_us = 0, sealed = 0, unreadable = 0, newer = 0;
};
// In sentences for people: "3 entries that the other has marked between us". Empty: nothing was left out.
std::vector<std::string> left_out_text(const LeftOut& left_out);

// In the journal's order. Items without their quotes: what was said stands there itself, or was left out.
LeftOut each_item(Daemon& daemon, const ExportChoice& choice, const std::function<void(const control::Item&)>& take);

// Numbers over time of the same choice.
std::vector<control::Series> series_of(Daemon& daemon, const ExportChoice& choice);

// "2026-11-22": the day it is about, or on which it was written.
std::string day_of_item(const control::Item& item);

}  // namespace duolog::client
