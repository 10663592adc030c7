// found.h: what was found in somebody else's file, and what of it cannot be kept. Nothing is dropped in silence.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace duolog::client {

// When something happened, by the clock of whoever wrote it.
struct When {
  std::int64_t at_ms = 0;           // since 1970 UTC
  std::int32_t offset_minutes = 0;  // 120 is +02:00
  bool day_only = false;
  bool operator==(const When&) const = default;
};

// One entry as a journal can take it.
struct Found {
  std::string key;  // its own name where it comes from; empty: known by what it says
  std::string text;
  std::vector<std::string> tags;
  When at;
  std::uint32_t mood = 0;
  bool between_us = false;
  std::string source;  // of Duolog's own: where that had come from

  // A file that goes with it, one of those that are imported.
  struct Medium {
    std::string name;   // what it is called from now on
    std::string place;  // Files::File::name
    std::uint64_t size = 0;
  };
  std::vector<Medium> media;

  // Of Duolog's own alone.
  struct Field {
    std::string id, text;
    std::vector<std::string> items;
    std::int32_t number = 0;
    bool is_number = false;
  };
  std::string practice, period;
  std::vector<Field> fields;
  std::string to, manner, emoji;
  std::string toml;  // a practice of their own
};

// Of many things of one kind, how many there were and what the first few looked like.
struct Tally {
  std::string what;
  std::size_t count = 0;
  std::vector<std::string> samples;  // as they stood there: untrusted
};

class Findings {
 public:
  // Not kept: "the weather", …
  void drop(std::string_view what, std::string_view sample) { add(dropped_, what, sample); }
  // Kept in another form: "starred entries, tagged starred", …
  void bend(std::string_view what, std::string_view sample) { add(bent_, what, sample); }
  // A whole entry or file that could not be read, and where it stands.
  void miss(std::string_view why, std::string_view where) { add(missed_, why, where); }

  [[nodiscard]] const std::vector<Tally>& dropped() const { return dropped_; }
  [[nodiscard]] const std::vector<Tally>& bent() const { return bent_; }
  [[nodiscard]] const std::vector<Tally>& missed() const { return missed_; }

 private:
  static void add(std::vector<Tally>& tallies, std::string_view what, std::string_view sample);

  std::vector<Tally> dropped_, bent_, missed_;
};

// Takes one entry after the other, in the order in which they stand there.
using Sink = std::function<void(Found)>;

// Makes of somebody's words what a journal takes as tags: one word each, without '#', none twice. What had to change is
// told.
std::vector<std::string> fitting_tags(const std::vector<std::string>& theirs, Findings& findings);

// Of one import. Of those that stand there twice, the one that is the same in all is told and left out; another that
// has the same name is kept under a name of its own.
class Once {
 public:
  explicit Once(Findings& findings) : findings_(findings) {}
  // False: it was there before. `again`: how many with the same words and time came before it.
  bool first(Found& found, std::uint32_t& again);

 private:
  Findings& findings_;
  std::unordered_map<std::string, std::vector<std::size_t>> named_;  // hashes of what it says
  std::unordered_map<std::size_t, std::uint32_t> said_;
};

}  // namespace duolog::client
