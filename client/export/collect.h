// collect.h: what goes into an export, item by item, and what stays on this device.
//
// What the other has marked "between us" stays, with what the other said about anything so marked, and about what was
// said about it; one's own words go. Of the words nothing here is held in memory beyond a page of them.
//
// One's own words alone go to somebody outside: neither a reaction of the other's nor who the other is stands beside
// them. What one has written oneself stays as it is.
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
  std::string journal, since, until;
  std::vector<std::string> tags;  // all of them
  bool mine = false;              // one's own words alone
  bool with_sealed = false;       // also one's own that is sealed still
};

struct LeftOut {
  std::size_t between_us = 0, sealed = 0, unreadable = 0, newer = 0, taken_back = 0;
};
// In sentences for people: "3 entries that the other has marked between us". Empty: nothing was left out.
std::vector<std::string> left_out_text(const LeftOut& left_out);

struct Exported {
  std::size_t items = 0;
  std::size_t attachments = 0;  // of them, wherever their bytes are
  LeftOut left_out;
};

// Throws where Ctrl-C has come: whoever stops an export has nothing half-written left.
using GoOn = std::function<void()>;

// In the journal's order, but for entries of which several long versions stand beside each other: they come last. Items
// without their quotes: what was said stands there itself, or was left out.
LeftOut each_item(Daemon& daemon, const ExportChoice& choice, const std::function<void(const control::Item&)>& take);
// The same, counted.
Exported export_each(Daemon& daemon, const ExportChoice& choice, const std::function<void(const control::Item&)>& take);

// Numbers over time of the same choice.
std::vector<control::Series> series_of(Daemon& daemon, const ExportChoice& choice);

// Its words; of an entry that stands in several versions all of them, the newest last.
std::string whole_text(const control::Item& item);

// "2026-11-22": the day it is about, or on which it was written.
std::string day_of_item(const control::Item& item);

}  // namespace duolog::client
