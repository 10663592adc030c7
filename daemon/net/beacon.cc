// beacon.cc: patience in speaking, and in listening.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/beacon.h"

#include <algorithm>

namespace duolog::net {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kGrace{2'000};
constexpr milliseconds kNew{5'000};
constexpr milliseconds kRepeatAfter{3'000};
constexpr milliseconds kOften{30'000};
constexpr milliseconds kOftenHour{3'600'000};
constexpr milliseconds kSeldom{300'000};
constexpr milliseconds kAtMostEvery{1'000};
constexpr milliseconds kTrialEvery{1'000 / kBeaconTrialsPerSecond};
constexpr std::size_t kMappedPrefix = 12;  // ten zeros and two ff

bool is_today(std::uint64_t minute, WallTime wall) {
  constexpr std::uint64_t kDay = std::chrono::minutes(kBeaconClocksMayDiffer).count();
  const std::uint64_t now = minute_of(wall);
  return minute <= now + kDay && minute + kDay >= now && minute + kDay >= minute;
}

bool begins_with(const DeviceId& device, const ByteArray<crypto::kBeaconDeviceLength>& beginning) {
  return std::ranges::equal(device.view().first(beginning.size()), beginning);
}

}  // namespace

bool is_v4(const ByteArray<crypto::kBeaconIpLength>& ip) {
  constexpr ByteArray<kMappedPrefix> kPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  return std::ranges::equal(ByteView(ip).first(kMappedPrefix), kPrefix);
}

std::uint64_t minute_of(WallTime wall) {
  const auto minutes = std::chrono::floor<std::chrono::minutes>(wall.time_since_epoch()).count();
  return static_cast<std::uint64_t>(std::max<std::int64_t>(minutes, 0));
}

// ---- when ----

BeaconSchedule::BeaconSchedule(Random random) : random_(std::move(random)) {}

void BeaconSchedule::want(bool wanted, SteadyTime now) {
  const bool before = std::exchange(wanted_, wanted);
  if (!wanted || before) return;
  const bool network_is_new = changed_ && now - *changed_ < kNew;
  begin(network_is_new ? now : now + kGrace, now);
}

void BeaconSchedule::begin_anew(SteadyTime now) {
  changed_ = now;
  begin(now, now);
}

void BeaconSchedule::begin(SteadyTime first, SteadyTime now) {
  began_ = now;
  times_ = 0;
  repeat_ = true;
  next_ = said_ ? std::max(first, *said_ + kAtMostEvery) : first;
}

bool BeaconSchedule::due(SteadyTime now) {
  if (!wanted_ || now < next_) return false;
  said_ = now;
  ++times_;
  next_ = now + pause(now);
  return true;
}

std::size_t BeaconSchedule::epoch(std::size_t epochs) const {
  if (epochs < 2 || times_ < 3 || times_ % 2 == 0) return 0;
  return 1 + (times_ - 3) / 2 % (epochs - 1);
}

// By up to a third more or less, so that two who began at once do not go on in step.
milliseconds BeaconSchedule::pause(SteadyTime now) {
  if (std::exchange(repeat_, false)) return kRepeatAfter;
  const milliseconds middle = now - began_ < kOftenHour ? kOften : kSeldom;
  const milliseconds third = middle / 3;
  return middle - third + milliseconds(random_(static_cast<std::uint32_t>(2 * third.count() + 1)));
}

// ---- from whom ----

bool BeaconEar::may_try(SteadyTime now) {
  const auto earned = (now - refilled_at_) / kTrialEvery;
  if (earned > 0) {
    refilled_at_ += earned * kTrialEvery;
    turns_ = static_cast<std::uint32_t>(std::min<std::int64_t>(turns_ + earned, kBeaconTrialsPerSecond));
  }
  if (turns_ == 0) return false;
  --turns_;
  ++trials_;
  return true;
}

std::optional<BeaconEar::Sender> BeaconEar::understand(const HeardBeacon& heard, const std::vector<Doorway>& doorways,
                                                       const DeviceId& self, WallTime wall, SteadyTime now) {
  if (heard.packet.size() != crypto::kBeaconLength) return std::nullopt;
  for (const Doorway& door : doorways) {
    for (const crypto::BeaconKey& key : door.beacons) {
      if (!may_try(now)) return std::nullopt;
      const auto beacon = crypto::open_beacon(key, heard.packet);
      if (!beacon) continue;
      if (beacon->ip != heard.ip || beacon->port == 0 || !is_today(beacon->minute, wall)) return std::nullopt;
      if (begins_with(self, beacon->device)) return std::nullopt;
      for (const DeviceId& device : door.others)
        if (begins_with(device, beacon->device)) return Sender{{door.journal, device}, {heard.host, beacon->port}};
      return std::nullopt;
    }
  }
  return std::nullopt;
}

// ---- and what is done ----

bool BeaconNews::is_news(const PeerKey& key, const Address& address, SteadyTime now) {
  std::vector<Told>& told = told_[key];
  std::erase_if(told, [&](const Told& each) { return now - each.heard_at > kForgottenAfter; });
  const auto known = std::ranges::find(told, address, &Told::address);
  if (known == told.end()) {
    if (told.size() >= kPerPeer) return false;
    told.push_back({address, now, now + kFirstPause, kFirstPause});
    return true;
  }
  known->heard_at = now;
  if (now < known->next) return false;
  known->pause = std::min(2 * known->pause, kLongestPause);
  known->next = now + known->pause;
  return true;
}

}  // namespace duolog::net
