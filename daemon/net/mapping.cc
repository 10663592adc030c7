// mapping.cc: one question at a time, and no answer believed that was not asked for.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/mapping.h"

#include <algorithm>

#include "daemon/net/ways.h"

namespace duolog::net {
namespace {

using Is = MappingStatus::Is;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::uint32_t kShortestMapping = 120;  // what is granted for less is asked for as if it were this
constexpr std::uint32_t kLongestMapping = 24 * 3'600;
constexpr milliseconds kNewsRest{10'000};

}  // namespace

MapNonce lasting_nonce(store::LocalState& memory, const Random& random) {
  constexpr std::string_view kName = "net.mapping.nonce";
  constexpr std::uint32_t kByte = 256;
  MapNonce nonce{};
  const auto kept = memory.get(kName);
  if (kept && kept->size() == nonce.size()) {
    std::ranges::copy(*kept, nonce.begin());
    return nonce;
  }
  std::ranges::generate(nonce, [&] { return static_cast<std::uint8_t>(random(kByte)); });
  memory.put_soon(kName, nonce);
  return nonce;
}

// ---- asking ----

void Mapping::ask(const std::optional<Route>& route, SteadyTime now) {
  if (route != route_) granted_.reset(), epoch_.reset(), tell({});
  route_ = route;
  rests_ = 0;
  if (route_) return search(now);
  stage_ = Stage::kIdle;
  tell({Is::kNoRouter});
}

// All ways again; first the one that went well.
void Mapping::search(SteadyTime now) {
  worst_ = {Is::kNoAnswer};
  if (granted_) return begin(granted_->way, now);
  if (status_.is == Is::kOff || status_.is == Is::kMapped) tell({Is::kAsking});
  begin(MappingWay::kPcp, now);
}

void Mapping::begin(MappingWay way, SteadyTime now) {
  stage_ = Stage::kAsking;
  way_ = way;
  sends_ = 0;
  pmp_outside_.reset();
  send();
  next_ = now + (way == MappingWay::kUpnp ? kUpnpTime : kFirstResend);
}

void Mapping::send() {
  ++sends_;
  const std::uint16_t outside_port = granted_ ? granted_->outside_port : port_;
  switch (way_) {
    case MappingWay::kPcp:
      packet_ = encode(PcpMap{nonce_, route_->here, port_, outside_port, kMappingSeconds});
      return;
    case MappingWay::kNatPmp:
      packet_ = pmp_outside_ ? encode(PmpMap{port_, outside_port, kMappingSeconds}) : encode_pmp_address();
      return;
    case MappingWay::kUpnp:
      wish_ = UpnpWish{*route_, port_, outside_port, kMappingSeconds};
      return;
  }
}

void Mapping::tick(SteadyTime now) {
  if (stage_ == Stage::kIdle || now < next_) return;
  if (stage_ == Stage::kResting) return search(now);
  if (stage_ == Stage::kMapped) return begin(granted_->way, now);
  if (way_ == MappingWay::kUpnp || sends_ == kSends) return fail(Is::kNoAnswer, now);
  send();
  next_ = now + kFirstResend * (1 << (sends_ - 1));
}

SteadyTime Mapping::deadline() const { return stage_ == Stage::kIdle ? SteadyTime::max() : next_; }

// ---- in vain ----

// Silence while a mapping stands costs nothing yet: it is asked for again while half of the rest of its time is left.
void Mapping::fail(Is why, SteadyTime now) {
  if (granted_ && why == Is::kNoAnswer && granted_->until - now > kSoonestRenewal) {
    stage_ = Stage::kMapped;
    next_ = now + std::max((granted_->until - now) / 2, kSoonestRenewal);
    return;
  }
  const bool renewed = std::exchange(granted_, std::nullopt).has_value();
  if (worst_.is < why) worst_ = {why, way_};
  if (renewed) return search(now);
  next_way(now);
}

void Mapping::next_way(SteadyTime now) {
  if (worst_.is == Is::kNotOutside || way_ == MappingWay::kUpnp) return rest(now);
  begin(way_ == MappingWay::kPcp ? MappingWay::kNatPmp : MappingWay::kUpnp, now);
}

void Mapping::rest(SteadyTime now) {
  milliseconds pause = kFirstMappingRest;
  for (int i = 0; i < rests_ && pause < kLongestMappingRest; ++i) pause *= 2;
  ++rests_;
  stage_ = Stage::kResting;
  next_ = now + std::min(pause, kLongestMappingRest);
  tell(worst_);
}

void Mapping::nobody_there(SteadyTime now) {
  leaving_ = false;
  if (stage_ == Stage::kAsking && way_ != MappingWay::kUpnp) fail(Is::kNoAnswer, now);
}

// ---- answers ----

void Mapping::received(ByteView packet, SteadyTime now) {
  using Kind = RouterSaid::Kind;
  const auto said = decode_router(packet);
  if (!said) return;
  if (leaving_ && (said->kind == Kind::kPcpMap || said->kind == Kind::kPmpMap)) leaving_ = false;
  if (stage_ != Stage::kAsking) return;
  if (way_ == MappingWay::kPcp) {
    if (said->kind == Kind::kNoPcp) return fail(Is::kNoAnswer, now);
    if (said->kind == Kind::kPcpMap && said->nonce == nonce_) take_map(*said, said->outside, now);
    return;
  }
  if (said->kind == Kind::kPcpMap && said->nonce == nonce_) return take_late(*said, now);
  if (way_ != MappingWay::kNatPmp) return;
  if (said->kind == Kind::kNoPcp) return fail(Is::kNoAnswer, now);
  if (said->kind == Kind::kPmpMap && pmp_outside_) return take_map(*said, *pmp_outside_, now);
  if (said->kind != Kind::kPmpAddress || pmp_outside_) return;
  if (said->verdict == RouterSaid::Verdict::kRefused) return fail(Is::kRefused, now);
  if (said->verdict == RouterSaid::Verdict::kNoOutside || !is_public(said->outside)) return fail(Is::kNotOutside, now);
  pmp_outside_ = said->outside;
  sends_ = 0;
  send();
  next_ = now + kFirstResend;
}

// A slow router's answer to what was asked before: a grant is taken, a refusal is kept in mind.
void Mapping::take_late(const RouterSaid& said, SteadyTime now) {
  if (granted_ || said.port != port_) return;
  if (said.verdict == RouterSaid::Verdict::kGranted) {
    way_ = MappingWay::kPcp;
    return take_map(said, said.outside, now);
  }
  if (worst_.is < Is::kRefused) worst_ = {Is::kRefused, MappingWay::kPcp};
}

void Mapping::take_map(const RouterSaid& said, const ByteArray<16>& outside, SteadyTime now) {
  if (said.verdict == RouterSaid::Verdict::kRefused) return fail(Is::kRefused, now);
  if (said.verdict == RouterSaid::Verdict::kNoOutside) return fail(Is::kNotOutside, now);
  if (said.port != port_) return;  // about something else
  if (said.outside_port == 0 || said.seconds == 0) return fail(Is::kRefused, now);
  epoch_ = said.epoch;
  epoch_at_ = now;
  grant({way_, said.outside_port, outside, {}}, said.seconds, now);
}

void Mapping::answered(const UpnpAnswer& answer, SteadyTime now) {
  leaving_ = false;
  if (stage_ != Stage::kAsking || way_ != MappingWay::kUpnp) return;
  switch (answer.is) {
    case UpnpAnswer::Is::kNobody:
      return fail(Is::kNoAnswer, now);
    case UpnpAnswer::Is::kRefused:
      return fail(Is::kRefused, now);
    case UpnpAnswer::Is::kNotOutside:
      return fail(Is::kNotOutside, now);
    case UpnpAnswer::Is::kMapped:
      if (answer.outside_port == 0) return fail(Is::kRefused, now);
      return grant({way_, answer.outside_port, answer.outside, {}},
                   answer.seconds == 0 ? kLongestMapping : answer.seconds, now);
  }
}

// A mapping at an address that the internet has no way to is of no use to anybody: it is given back.
void Mapping::grant(Granted granted, std::uint32_t length, SteadyTime now) {
  if (!is_public(granted.outside)) {
    take_away(granted.way, granted.outside_port);
    return fail(Is::kNotOutside, now);
  }
  const milliseconds time = seconds(std::clamp(length, kShortestMapping, kLongestMapping));
  granted.until = now + time;
  granted_ = granted;
  rests_ = 0;
  stage_ = Stage::kMapped;
  next_ = now + std::max(time / 2, kSoonestRenewal);
  tell({Is::kMapped, granted.way, Address{ip_text(granted.outside), granted.outside_port}});
}

// ---- a router that has begun anew ----

bool Mapping::listens() const { return stage_ == Stage::kMapped && granted_->way != MappingWay::kUpnp; }

// Anybody may say so in its name: a question every ten seconds is all that they get by it.
void Mapping::heard(ByteView packet, SteadyTime now) {
  using Kind = RouterSaid::Kind;
  const auto said = decode_router(packet);
  if (!said || !listens() || (said->kind != Kind::kPcpBegan && said->kind != Kind::kPmpAddress)) return;
  const bool moved = said->kind == Kind::kPmpAddress && said->outside != granted_->outside;
  if (!began_anew(said->epoch, now) && !moved) return;
  if (believed_ && now - *believed_ < kNewsRest) return;
  believed_ = now;
  search(now);
}

// RFC 6887, 8.5: the router's seconds run as ours do, within a sixteenth and two; else it has lost what it knew.
bool Mapping::began_anew(std::uint32_t epoch, SteadyTime now) const {
  constexpr std::int64_t kSlack = 2;
  constexpr std::int64_t kDrift = 16;
  if (!epoch_) return true;
  const std::int64_t theirs = std::int64_t{epoch} - std::int64_t{*epoch_};
  const std::int64_t ours = std::chrono::duration_cast<seconds>(now - epoch_at_).count();
  return theirs < -1 || ours + kSlack < theirs - theirs / kDrift || theirs + kSlack < ours - ours / kDrift;
}

// ---- going ----

void Mapping::take_away(MappingWay way, std::uint16_t outside_port) {
  switch (way) {
    case MappingWay::kPcp:
      packet_ = encode(PcpMap{nonce_, route_->here, port_, 0, 0});
      return;
    case MappingWay::kNatPmp:
      packet_ = encode(PmpMap{port_, 0, 0});
      return;
    case MappingWay::kUpnp:
      wish_ = UpnpWish{*route_, port_, outside_port, 0};
      return;
  }
}

// What was asked for and not answered yet may have been granted all the same.
void Mapping::stop() {
  packet_.reset();
  wish_.reset();
  const bool asked = stage_ == Stage::kAsking && !granted_;
  if (granted_) {
    take_away(granted_->way, granted_->outside_port);
  } else if (asked && way_ != MappingWay::kUpnp) {
    take_away(way_, port_);
  }
  leaving_ = packet_ || wish_;
  granted_.reset();
  stage_ = Stage::kIdle;
  tell({});
}

// ---- for whoever carries the packets ----

std::optional<Bytes> Mapping::take_packet() { return std::exchange(packet_, std::nullopt); }
std::optional<UpnpWish> Mapping::take_wish() { return std::exchange(wish_, std::nullopt); }
bool Mapping::waits_for_packet() const { return leaving_ || (stage_ == Stage::kAsking && way_ != MappingWay::kUpnp); }

}  // namespace duolog::net
