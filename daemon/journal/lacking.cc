// lacking.cc: who waits for which epoch, and whose turn it is to be asked for.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/lacking.h"

#include <algorithm>

namespace duolog::journal {
namespace {

constexpr std::size_t kNamedByOne = 64;  // epochs of which one author's words alone are here, and that are asked for

}  // namespace

void Lacking::clear() {
  places_.clear();
  authors_.clear();
}

// An epoch's own record may never come: where its author is frozen below it, words are sealed under it all the same.
bool Lacking::add(const Place& place, const EpochId& epoch, bool is_its_record) {
  places_[epoch].insert(place);
  Author& author = authors_[place.first];
  if (is_its_record) return author.records.emplace(place.second, epoch).second;
  if (author.named.size() < kNamedByOne) return author.named.insert(epoch).second;
  author.names_more = author.names_more || !author.named.contains(epoch);
  return false;
}

Lacking::Waited Lacking::take(const EpochId& epoch) {
  Waited waited;
  auto found = places_.extract(epoch);
  if (found.empty()) return waited;
  waited.places = std::move(found.mapped());
  for (const Place& place : waited.places) {
    Author& author = authors_[place.first];
    const auto record = author.records.find(place.second);
    if (record != author.records.end() && record->second == epoch) {
      author.records.erase(record);
      waited.records.push_back(place);
    }
    if (author.named.erase(epoch) != 0 && author.names_more && author.named.size() <= kNamedByOne / 2)
      fill_up(place.first, author);
  }
  return waited;
}

// From all that wait; so not each time that one of them has come.
void Lacking::fill_up(const DeviceId& id, Author& author) const {
  author.names_more = false;
  for (const auto& [epoch, places] : places_) {
    for (auto place = places.lower_bound({id, 0}); place != places.end() && place->first == id; ++place) {
      if (author.records.contains(place->second)) continue;
      if (author.named.size() >= kNamedByOne) {
        author.names_more = true;
        return;
      }
      author.named.insert(epoch);
      break;
    }
  }
}

std::vector<EpochId> Lacking::to_ask(std::size_t limit, const Chosen& counted, const Chosen& preferred) const {
  std::vector<std::pair<DeviceId, std::vector<EpochId>>> turns;  // of each author the last first
  for (const auto& [id, author] : authors_) {
    std::vector<EpochId> of_it;
    if (counted(id)) of_it.assign(author.named.begin(), author.named.end());
    for (const auto& [seq, epoch] : author.records) of_it.push_back(epoch);
    if (!of_it.empty()) turns.emplace_back(id, std::move(of_it));
  }
  std::ranges::stable_partition(turns, [&](const auto& turn) { return preferred(turn.first); });
  std::vector<EpochId> to_ask;
  std::set<EpochId> there;
  while (!turns.empty()) {
    for (auto& [id, of_it] : turns) {
      if (to_ask.size() >= limit) return to_ask;
      if (there.insert(of_it.back()).second) to_ask.push_back(of_it.back());
      of_it.pop_back();
    }
    std::erase_if(turns, [](const auto& turn) { return turn.second.empty(); });
  }
  return to_ask;
}

}  // namespace duolog::journal
