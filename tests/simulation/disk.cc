// disk.cc: what is durable, what is not yet, and what a power cut makes of it.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/simulation/disk.h"

#include <algorithm>
#include <fstream>

namespace duolog::simulation {
namespace {

constexpr std::size_t kSector = 512;  // what a disk writes whole

std::vector<Disk*>& disks() {
  static std::vector<Disk*> all;
  return all;
}

std::vector<std::uint8_t> bytes_of(const std::filesystem::path& file) {
  std::vector<std::uint8_t> bytes(std::filesystem::file_size(file));
  std::ifstream(file, std::ios::binary)
      .read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  return bytes;
}

}  // namespace

Disk::Disk(std::filesystem::path folder, Dice dice) : folder_(std::move(folder)), dice_(std::move(dice)) {
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    auto file = std::make_shared<File>();
    file->durable = bytes_of(entry.path());
    names_.emplace(entry.path().filename().string(), std::move(file));
  }
  durable_names_ = names_;
  disks().push_back(this);
}

Disk::~Disk() { std::erase(disks(), this); }

Disk* Disk::of_folder(const std::filesystem::path& folder) {
  for (Disk* disk : disks()) {
    if (disk->folder_ == folder) return disk;
  }
  return nullptr;
}

Disk* Disk::of(const std::filesystem::path& file) { return of_folder(file.parent_path()); }

void Disk::heal() {
  dies_in_ = fails_in_ = 0;
  full_ = ignores_ = false;
}

// ---- every change passes here ----

Disk::Fate Disk::next(bool grows) {
  if (dead_) return Fate::kError;
  ++tally_.changes;
  if (dies_in_ > 0 && --dies_in_ == 0) {
    dead_ = true;
    ++tally_.deaths;
    return Fate::kDies;
  }
  if (full_ && grows) {
    troubled_ = true;
    ++tally_.refused_full;
    return Fate::kFull;
  }
  if (fails_in_ > 0 && --fails_in_ == 0) {
    troubled_ = true;
    ++tally_.refused_error;
    return Fate::kError;
  }
  return Fate::kDone;
}

Disk::Written Disk::write(File& file, std::uint64_t at, ByteView bytes, bool grows) {
  const bool was_dead = dead_;
  const Fate fate = next(grows);
  std::size_t passed = bytes.size();
  if (fate != Fate::kDone) passed = was_dead ? 0 : dice_(bytes.size() + 1);
  if (passed > 0) file.pending.push_back({at, {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(passed)}});
  if (fate == Fate::kDone) return {Answer::kDone, passed};
  return {fate == Fate::kFull ? Answer::kFull : Answer::kError, passed};
}

Disk::Answer Disk::cut(File& file, std::uint64_t size) {
  if (next(false) != Fate::kDone) return Answer::kError;
  file.pending.push_back({size, {}, true});
  return Answer::kDone;
}

// A failed sync is told once: what it did not keep is not kept by the next one either, though it can still be read.
Disk::Answer Disk::sync(File& file) {
  const bool was_dead = dead_;
  const Fate fate = next(false);
  ++tally_.syncs;
  if (was_dead) return Answer::kError;
  if (ignores_) return fate == Fate::kDone ? Answer::kDone : Answer::kError;
  const bool all = fate == Fate::kDone || (fate == Fate::kDies && dice_(2) == 0);
  if (fate == Fate::kDies && !all) return Answer::kError;
  for (const Change& change : file.pending) {
    if (all || dice_(2) == 0) apply(file.durable, change);
  }
  file.pending.clear();
  return fate == Fate::kDone ? Answer::kDone : Answer::kError;
}

std::shared_ptr<Disk::File> Disk::find(const std::string& name) {
  const auto found = names_.find(name);
  return found == names_.end() ? nullptr : found->second;
}

Disk::Answer Disk::rename(NameChange change, bool grows) {
  const Fate fate = next(grows);
  if (fate == Fate::kFull) return Answer::kFull;
  if (fate != Fate::kDone) return Answer::kError;
  apply(names_, change);
  pending_names_.push_back(std::move(change));
  return Answer::kDone;
}

Disk::Answer Disk::make(const std::string& name) { return rename({"", name, std::make_shared<File>()}, true); }
Disk::Answer Disk::move(const std::string& from, const std::string& to) {
  return rename({from, to, find(from)}, false);
}
Disk::Answer Disk::remove(const std::string& name) { return rename({name, "", nullptr}, false); }

Disk::Answer Disk::sync_names() {
  const bool was_dead = dead_;
  const Fate fate = next(false);
  ++tally_.syncs;
  if (was_dead) return Answer::kError;
  const std::size_t kept = fate == Fate::kDone ? pending_names_.size() : dice_(pending_names_.size() + 1);
  if (!ignores_) {
    for (std::size_t i = 0; i < kept; ++i) apply(durable_names_, pending_names_[i]);
    pending_names_.erase(pending_names_.begin(), pending_names_.begin() + static_cast<std::ptrdiff_t>(kept));
  }
  return fate == Fate::kDone ? Answer::kDone : Answer::kError;
}

// ---- power is cut ----

void Disk::come_back(Kept kept) {
  if (kept != Kept::kKill) {
    lose_names(kept);
    for (auto& [name, file] : durable_names_) lose_bytes(*file, kept);
    names_ = durable_names_;
    lay_out();
  }
  dead_ = troubled_ = false;
  dies_in_ = fails_in_ = 0;
}

void Disk::lose_names(Kept kept) {
  const std::size_t stay = kept == Kept::kNothing ? 0 : dice_(pending_names_.size() + 1);
  for (std::size_t i = 0; i < stay; ++i) apply(durable_names_, pending_names_[i]);
  tally_.lost += pending_names_.size() - stay;
  pending_names_.clear();
}

// Nothing of it, a beginning whose last write is torn, or some of it in any order.
void Disk::lose_bytes(File& file, Kept kept) {
  const std::uint64_t how = kept == Kept::kNothing ? 0 : dice_(3);
  const std::size_t beginning = how == 1 ? dice_(file.pending.size() + 1) : 0;
  for (std::size_t i = 0; i < file.pending.size(); ++i) {
    const bool whole = how == 1 ? i < beginning : how == 2 && dice_(2) == 0;
    const bool part = !whole && (how == 1 ? i == beginning : how == 2 && dice_(2) == 0);
    if (whole) apply(file.durable, file.pending[i]);
    if (part) tear(file, file.pending[i]);
    if (!whole) ++tally_.lost;
  }
  file.pending.clear();
}

void Disk::tear(File& file, const Change& change) {
  if (change.cuts || change.bytes.empty()) return;
  ++tally_.torn;
  if (dice_(2) == 0) {
    Change start = change;
    start.bytes.resize(dice_(change.bytes.size()));
    return apply(file.durable, start);
  }
  for (std::size_t from = 0; from < change.bytes.size();) {
    const std::size_t to = std::min(change.bytes.size(), from + kSector - (change.at + from) % kSector);
    const auto first = change.bytes.begin() + static_cast<std::ptrdiff_t>(from);
    const auto last = change.bytes.begin() + static_cast<std::ptrdiff_t>(to);
    if (dice_(2) == 0) apply(file.durable, {change.at + from, {first, last}});
    from = to;
  }
}

void Disk::lay_out() const {
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) std::filesystem::remove(entry.path());
  for (const auto& [name, file] : names_) {
    std::ofstream out(folder_ / name, std::ios::binary);
    out.write(reinterpret_cast<const char*>(file->durable.data()), static_cast<std::streamsize>(file->durable.size()));
    out.close();
    std::filesystem::permissions(folder_ / name, std::filesystem::perms(0600));
  }
}

void Disk::apply(Names& names, const NameChange& change) {
  if (!change.from.empty()) names.erase(change.from);
  if (!change.to.empty()) names[change.to] = change.file;
}

void Disk::apply(std::vector<std::uint8_t>& bytes, const Change& change) {
  if (change.cuts) return bytes.resize(change.at);
  if (change.bytes.empty()) return;
  if (bytes.size() < change.at + change.bytes.size()) bytes.resize(change.at + change.bytes.size());
  std::copy(change.bytes.begin(), change.bytes.end(), bytes.begin() + static_cast<std::ptrdiff_t>(change.at));
}

}  // namespace duolog::simulation
