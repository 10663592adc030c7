// shelf_arrivals.cc: devices that were let in and of which nobody knows yet whether they have kept what makes them this
// person's: whoever says so, or comes by itself, has; whoever does neither within two minutes is removed again. Noted
// in LocalState, so that a stop in between leaves no device behind of which nobody knows. Spec: proto/README.md
// section 3.8, purpose D.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/shelf_state.h"

namespace duolog::journal {
namespace {

constexpr const char* kHanding = "handing/";       // in LocalState, and the device's id: until when, in ms since 1970
constexpr std::int64_t kMayComeFor = 120'000;      // ms
constexpr std::int64_t kTriedAgainAfter = 60'000;  // where the disk, or the notebook, refuses

std::string mark_of(const DeviceId& device) { return kHanding + hex(device.view()); }

}  // namespace

void Shelf::State::remember_arrivals() {
  const std::string prefix = kHanding;
  for (const std::string& name : parts.state.names(prefix)) {
    const auto bytes = from_hex(name.substr(prefix.size()));
    const auto device = bytes ? DeviceId::from(*bytes) : std::nullopt;
    const auto until = parts.state.get(name);
    const bool sound = device && until && until->size() == sizeof(std::uint64_t);
    if (device) expected[*device] = sound ? static_cast<std::int64_t>(read_u64(*until)) : now();
  }
}

void Shelf::expect_arrival(const DeviceId& device) {
  Bytes until;
  append_u64(until, static_cast<std::uint64_t>(now() + kMayComeFor));
  parts().state.put(mark_of(device), until);
  state_->expected[device] = now() + kMayComeFor;
}

// Where the disk does not let that be noted, the device comes once more within its two minutes, or is removed: nobody
// is left in between.
void Shelf::has_arrived(const DeviceId& device) {
  if (state_->expected.erase(device) == 0) return;
  try {
    parts().state.remove(mark_of(device));
  } catch (const store::NotDurable& refused) {
    static_cast<void>(refused);
  }
}

// Whoever has written anything has kept what it was handed, whoever brought it here.
bool Shelf::State::has_written(const DeviceId& device) const {
  return std::ranges::any_of(journals, [&](const auto& journal) {
    const auto head = parts.log.head(journal->id(), device);
    return head && head->seq > 0;
  });
}

void Shelf::take_back_overdue() {
  for (const auto& [device, until] : std::map(state_->expected)) {
    if (until > now()) continue;
    if (state_->has_written(device)) {
      has_arrived(device);
      continue;
    }
    bool is_over = true;
    try {
      remove_device(device);
    } catch (const Refusal& refusal) {
      is_over = refusal.reason == Reason::kNoSuchDevice;  // it never was let in
    } catch (const store::NotDurable&) {
      is_over = false;
    } catch (const store::BadDatabase&) {
      is_over = false;
    } catch (const std::bad_alloc&) {  // no locked memory for a new key
      is_over = false;
    }
    if (is_over) {
      has_arrived(device);
    } else {
      state_->expected[device] = now() + kTriedAgainAfter;
    }
  }
}

}  // namespace duolog::journal
