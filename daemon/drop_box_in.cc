// drop_box_in.cc: what others have put there.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/drop_box_state.h"

namespace duolog {
namespace {

constexpr std::size_t kPiece = 256 << 10;
constexpr std::size_t kFilesALook = 256;

}  // namespace

void DropBox::State::look() {
  settling = false;
  try {
    const std::vector<DropFolder::Found> found = folder.look();
    take_up(found);
    std::erase_if(read, [&](const auto& one) {
      return !std::ranges::binary_search(found, one.first, {}, &DropFolder::Found::name);
    });
    std::erase_if(put_off, [&](const auto& one) {
      return !std::ranges::binary_search(found, one.first, {}, &DropFolder::Found::name);
    });
    cannot_look.clear();
  } catch (const std::system_error& refused) {
    if (cannot_look != refused.what()) note("drop box: " + std::string(refused.what()));
    cannot_look = refused.what();
    more_to_read = false;
  }
  soon();
}

void DropBox::State::take_up(const std::vector<DropFolder::Found>& found) {
  more_to_read = false;
  to_read.clear();
  for (const DropFolder::Found& one : found) {
    const auto known = read.find(one.name);
    const auto later = put_off.find(one.name);
    const bool is_put_off = later != put_off.end() && later->second.found == one;
    if (is_put_off && clock.steady() < later->second.at) continue;
    if (own.contains(one.name) || (known != read.end() && known->second == one)) continue;
    more_to_read = to_read.size() == kFilesALook;
    if (more_to_read) return;
    to_read.push_back(one);
  }
}

// Tried again later and later; at once where it has changed.
void DropBox::State::put_off_file(const DropFolder::Found& found) {
  Later& again = put_off[found.name];
  again.pause = std::min(again.pause * 2, kLongestPause);
  again.at = clock.steady() + again.pause;
  again.found = found;
  read.erase(found.name);
}

bool DropBox::State::begin_reading() {
  if (to_read.empty()) return false;
  Reading next{std::move(to_read.front()), home::Descriptor(-1), nullptr};
  to_read.pop_front();
  read[next.found.name] = next.found;
  home::Descriptor file = folder.open(next.found.name);
  if (!file.is_open()) return put_off_file(next.found), true;
  reading.emplace(Reading{std::move(next.found), std::move(file), read_bundle(house)});
  return true;
}

bool DropBox::State::read_on() {
  using Step = sync::BundleReader::Step;
  if (reading->hungry) {
    Bytes piece(kPiece);
    auto got = ::read(reading->file.get(), piece.data(), piece.size());
    while (got < 0 && errno == EINTR) got = ::read(reading->file.get(), piece.data(), piece.size());
    if (got < 0) throw std::system_error(errno, std::generic_category(), "a file in the drop box");
    piece.resize(static_cast<std::size_t>(got));
    reading->ended = piece.empty();
    if (reading->ended) reading->reader->end();
    if (!reading->ended) reading->reader->feed(piece);
    reading->hungry = false;
  }
  switch (reading->reader->work()) {
    case Step::kMore:
      return true;
    case Step::kWaits:
      return false;
    case Step::kHungry:
      reading->hungry = true;
      return true;
    case Step::kOver:
      break;
  }
  done_reading();
  return true;
}

// What goes on after words that were not here, or opens by no key that is here yet, is read again once something has
// come that may be those.
void DropBox::State::done_reading() {
  using Is = sync::BundleReader::Verdict;
  const auto& tally = reading->reader->tally();
  const Is verdict = reading->reader->verdict();
  const bool brought = tally.records + tally.bodies + tally.chunks > 0;
  if (verdict == Is::kUntrue || verdict == Is::kNewer)
    note(verdict == Is::kNewer ? "drop box: a file of a newer version" : "drop box: a file that says what cannot be");
  if (brought) {
    told.read_ms = now();
    remember_told();
    for (const std::string& name : with_gaps) read.erase(name);
    more_to_read = more_to_read || !with_gaps.empty();
    with_gaps.clear();
    look_what_to_write();  // they may have acknowledged what lies there
  }
  if (verdict == Is::kNone && tally.gaps.empty() && reading->reader->journal())
    journal::Door(house.shelf()).was_read_whole(*reading->reader->journal());
  put_off.erase(reading->found.name);
  const bool may_open_later = verdict == Is::kOthers || tally.cut_off > 0;
  if (!tally.gaps.empty() || may_open_later) with_gaps.insert(reading->found.name);
  reading.reset();
}

}  // namespace duolog
