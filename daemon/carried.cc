// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/carried.h"

#include <algorithm>
#include <numeric>

namespace duolog {
namespace {

constexpr std::size_t kRunLength = DeviceId::kLength + 8 + 8;

// Takes from the front; what is not there any more makes all that follows empty.
class Cut {
 public:
  explicit Cut(ByteView from) : rest_(from) {}
  ByteView take(std::size_t length) {
    sound_ = sound_ && length <= rest_.size();
    if (!sound_) return {};
    const ByteView taken = rest_.first(length);
    rest_ = rest_.subspan(length);
    return taken;
  }
  std::uint64_t number() {
    const ByteView bytes = take(8);
    return sound_ ? read_u64(bytes) : 0;
  }
  // Of what follows, each so long.
  std::uint64_t count(std::size_t each) {
    const std::uint64_t many = number();
    sound_ = sound_ && many <= rest_.size() / each;
    return sound_ ? many : 0;
  }
  template <class Id>
  Id id() {
    return Id::from(take(Id::kLength)).value_or(Id());
  }
  template <class Id>
  std::vector<Id> ids() {
    std::vector<Id> all;
    for (std::uint64_t many = count(Id::kLength); many > 0; --many) all.push_back(id<Id>());
    return all;
  }
  [[nodiscard]] bool sound() const { return sound_; }
  [[nodiscard]] bool empty() const { return rest_.empty(); }

 private:
  ByteView rest_;
  bool sound_ = true;
};

template <class Id>
void append_ids(Bytes& mark, const std::vector<Id>& ids) {
  append_u64(mark, ids.size());
  for (const Id& id : ids) append(mark, id.bytes);
}

}  // namespace

std::uint64_t bytes_of(const CarriedAll& all) {
  return std::accumulate(all.bundles.begin(), all.bundles.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const Carried& one) { return sum + one.bytes; });
}

Ends covered(Ends held, const std::vector<Carried>& bundles, const std::vector<EpochId>& epochs) {
  for (const Carried& one : bundles) {
    const auto opens_by = [&](const EpochId& epoch) {
      return std::ranges::find(one.epochs, epoch) != one.epochs.end();
    };
    if (!std::ranges::all_of(epochs, opens_by)) continue;
    for (const auto& [device, run] : one.runs) {
      std::uint64_t& end = held[device];
      if (run.after <= end) end = std::max(end, run.up_to);
    }
  }
  return held;
}

bool is_over(const Carried& one, const Ends& held, const std::vector<ChunkId>& chunks) {
  const bool records = std::ranges::all_of(one.runs, [&](const auto& run) {
    const auto end = held.find(run.first);
    return end != held.end() && run.second.up_to <= end->second;
  });
  return records && std::ranges::none_of(one.chunks, [&](const ChunkId& chunk) {
           return std::ranges::find(chunks, chunk) != chunks.end();
         });
}

Bytes encode(const CarriedAll& all) {
  Bytes mark = to_bytes(all.forks.bytes);
  append_ids(mark, all.later);
  for (const Carried& one : all.bundles) {
    append(mark, one.id.bytes);
    append_u64(mark, one.cursor);
    append_u64(mark, static_cast<std::uint64_t>(one.at_ms));
    append_u64(mark, one.bytes);
    append_ids(mark, one.epochs);
    append_u64(mark, one.runs.size());
    for (const auto& [device, run] : one.runs) {
      append(mark, device.bytes);
      append_u64(mark, run.after);
      append_u64(mark, run.up_to);
    }
    append_ids(mark, one.chunks);
  }
  return mark;
}

CarriedAll decode_carried(ByteView mark) {
  CarriedAll all;
  if (mark.empty()) return all;
  Cut cut(mark);
  all.forks = cut.id<Hash>();
  all.later = cut.ids<ChunkId>();
  while (cut.sound() && !cut.empty()) {
    Carried one;
    one.id = cut.id<BundleId>();
    one.cursor = cut.number();
    one.at_ms = static_cast<std::int64_t>(cut.number());
    one.bytes = cut.number();
    one.epochs = cut.ids<EpochId>();
    for (std::uint64_t runs = cut.count(kRunLength); runs > 0; --runs) {
      const auto device = cut.id<DeviceId>();
      one.runs[device].after = cut.number();
      one.runs[device].up_to = cut.number();
    }
    one.chunks = cut.ids<ChunkId>();
    all.bundles.push_back(std::move(one));
  }
  return cut.sound() ? all : CarriedAll();
}

}  // namespace duolog
