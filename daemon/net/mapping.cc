// mapping.cc: one question at a time, and no answer believed that was not asked for.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/mapping.h"

#include <algorithm>

#include "crypto/hash.h"
#include "daemon/net/ways.h"

namespace duolog::net {
namespace {

using Is = MappingStatus::Is;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::uint32_t kShortestMapping = 60;  // what is granted for less is gone before it is renewed
constexpr std::uint32_t kLongestMapping = 24 * 3'600;
constexpr milliseconds kNewsRest{10'000};
constexpr std::uint16_t kFirstFreePort = 1024;  // below, another program of somebody else's may be knocked at

// PCP has one address for both families; what is asked for is of IPv4.
bool is_of_v4(const ByteArray<16>& ip) { return ip_text(ip).find(':') == std::string::npos; }

}  // namespace

NonceKey lasting_nonce_key(store::LocalState& memory, const Random& random) {
  constexpr std::string_view kName = "net.mapping.key";
  constexpr std::uint32_t kByte = 256;
  NonceKey key{};
  const auto kept = memory.get(kName);
  if (kept && kept->size() == key.size()) {
    std::ranges::copy(*kept, key.begin());
    return key;
  }
  std::ranges::generate(key, [&] { return static_cast<std::uint8_t>(random(kByte)); });
  memory.put_soon(kName, key);
  return key;
}

MapNonce nonce_for(const NonceKey& key, const std::string& router, const Hardware& hardware, const ByteArray<16>& here,
                   std::uint16_t port) {
  ByteArray<32> made{};
  crypto::kdf_into(made, key, "net.mapping.nonce", {as_bytes(router), hardware, here, as_bytes(std::to_string(port))});
  MapNonce nonce{};
  std::copy_n(made.begin(), nonce.size(), nonce.begin());
  return nonce;
}

// ---- asking ----

void Mapping::ask(const std::optional<Route>& route, SteadyTime now, Is why_none) {
  leaving_ = false;
  const bool another = route != route_;
  if (another) leave_route();
  route_ = route;
  if (!route_) {
    stage_ = Stage::kIdle;
    return tell({why_none});
  }
  if (!another && stage_ == Stage::kAsking) {
    asked_again_ = true;
    return;
  }
  if (!another && stage_ != Stage::kIdle && searched_ && now - *searched_ < kSearchAgain) {
    next_ = std::min(next_, *searched_ + kSearchAgain);
    return;
  }
  rests_ = 0;
  search(now);
}

// Another network, or another address in this one. Where the old router can still be reached, it is told.
void Mapping::leave_route() {
  if (route_) undo();
  if (packet_) farewell_ = Farewell{*route_, *std::exchange(packet_, std::nullopt)};
  granted_.reset();
  epoch_.reset();
  searched_.reset();
  asked_again_ = false;
  stage_ = Stage::kIdle;
  tell({});
}

// All ways again; first the one that went well.
void Mapping::search(SteadyTime now) {
  searched_ = now;
  asked_again_ = false;
  worst_ = {Is::kNoAnswer};
  if (granted_) return begin(granted_->way, now);
  if (status_.is <= Is::kTunnel || status_.is == Is::kMapped) tell({Is::kAsking});
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
      packet_ = encode(PcpMap{route_->nonce, route_->here, port_, outside_port, kMappingSeconds});
      return;
    case MappingWay::kNatPmp:
      packet_ = pmp_outside_ ? encode(PmpMap{port_, outside_port, kMappingSeconds}) : encode_pmp_address();
      return;
    case MappingWay::kUpnp:
      return wish(outside_port);
  }
}

void Mapping::wish(std::uint16_t outside_port) {
  asked_wish_ = ++wishes_made_;
  wished_port_ = outside_port;
  wishes_.push_back({*route_, port_, outside_port, kMappingSeconds, kUpnpPorts, asked_wish_});
}

void Mapping::tick(SteadyTime now) {
  if (stage_ == Stage::kIdle || now < next_) return;
  if (stage_ == Stage::kResting || stage_ == Stage::kMapped) return search(now);
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
  if (waits_for_wish() && why == Is::kNoAnswer) unwish(*route_, wished_port_, kUpnpPorts);
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
  stage_ = Stage::kResting;
  next_ = now + std::min(pause, kLongestMappingRest);
  tell(worst_);
  if (std::exchange(asked_again_, false)) {
    next_ = std::max(now, *searched_ + kSearchAgain);  // the network was another one meanwhile
  } else {
    ++rests_;
  }
}

void Mapping::nobody_there(SteadyTime now) {
  if (farewell_wish_ == 0) leaving_ = false;
  if (stage_ == Stage::kAsking && way_ != MappingWay::kUpnp) fail(Is::kNoAnswer, now);
}

// ---- answers ----

void Mapping::received(ByteView packet, SteadyTime now) {
  using Kind = RouterSaid::Kind;
  const auto said = decode_router(packet);
  if (!said) return;
  const bool about_a_mapping = said->kind == Kind::kPcpMap || said->kind == Kind::kPmpMap;
  if (leaving_ && farewell_wish_ == 0 && about_a_mapping) leaving_ = false;
  if (stage_ != Stage::kAsking) return;
  if (way_ == MappingWay::kPcp) {
    if (said->kind == Kind::kNoPcp) return fail(Is::kNoAnswer, now);
    if (said->kind == Kind::kPcpMap && said->nonce == route_->nonce) take_map(*said, said->outside, now);
    return;
  }
  if (said->kind == Kind::kPcpMap && said->nonce == route_->nonce) return take_late(*said, now);
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
  if (said.outside_port == 0 || said.seconds < kShortestMapping) return fail(Is::kRefused, now);
  epoch_ = said.epoch;
  epoch_at_ = now;
  grant({way_, said.outside_port, outside, {}}, said.seconds, now);
}

// A grant of a wish that was given up is given back, unless it is the very mapping that stands.
void Mapping::answered(const UpnpWish& of, const UpnpAnswer& answer, SteadyTime now) {
  if (of.seconds == 0) {
    if (of.number == farewell_wish_) leaving_ = false;
    return;
  }
  if (!waits_for_wish() || of.number != asked_wish_) {
    const bool stands = granted_ && granted_->way == MappingWay::kUpnp && of.route == route_;
    if (answer.is == UpnpAnswer::Is::kMapped && !(stands && granted_->outside_port == answer.outside_port))
      unwish(of.route, answer.outside_port, 1);
    return;
  }
  switch (answer.is) {
    case UpnpAnswer::Is::kNobody:
    case UpnpAnswer::Is::kGone:
      return fail(Is::kNoAnswer, now);
    case UpnpAnswer::Is::kRefused:
      return fail(Is::kRefused, now);
    case UpnpAnswer::Is::kNotOutside:
      return fail(Is::kNotOutside, now);
    case UpnpAnswer::Is::kMapped:
      if (answer.outside_port == 0 || answer.seconds < kShortestMapping) return fail(Is::kRefused, now);
      return grant({way_, answer.outside_port, answer.outside, {}}, answer.seconds, now);
  }
}

// A mapping at an address that the internet has no way to is of no use to anybody, and one at a port of other programs
// would lead the partner's calls to them: they are given back.
void Mapping::grant(Granted granted, std::uint32_t length, SteadyTime now) {
  const bool outside = is_of_v4(granted.outside) && is_public(granted.outside);
  if (!outside || (granted.outside_port < kFirstFreePort && granted.outside_port != port_)) {
    take_away(granted.way, granted.outside_port);
    given_back_ = std::exchange(packet_, std::nullopt);
    return fail(outside ? Is::kRefused : Is::kNotOutside, now);
  }
  const milliseconds time = seconds(std::min(length, kLongestMapping));
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
      packet_ = encode(PcpMap{route_->nonce, route_->here, port_, 0, 0});
      return;
    case MappingWay::kNatPmp:
      packet_ = encode(PmpMap{port_, 0, 0});
      return;
    case MappingWay::kUpnp:
      return unwish(*route_, outside_port, 1);
  }
}

void Mapping::unwish(const Route& route, std::uint16_t outside_port, std::uint16_t ports) {
  wishes_.push_back({route, port_, outside_port, 0, ports, ++wishes_made_});
}

// What was asked for and not answered yet may have been granted all the same.
void Mapping::undo() {
  packet_.reset();
  if (granted_) {
    take_away(granted_->way, granted_->outside_port);
  } else if (waits_for_wish()) {
    unwish(*route_, wished_port_, kUpnpPorts);
  } else if (stage_ == Stage::kAsking) {
    take_away(way_, port_);
  }
}

void Mapping::stop() {
  const std::uint64_t before = wishes_made_;
  undo();
  const bool by_wish = wishes_made_ > before;
  farewell_wish_ = by_wish ? wishes_made_ : 0;
  leaving_ = packet_ || by_wish;
  granted_.reset();
  searched_.reset();
  stage_ = Stage::kIdle;
  tell({});
}

// ---- for whoever carries the packets ----

std::optional<Bytes> Mapping::take_packet() { return std::exchange(given_back_ ? given_back_ : packet_, std::nullopt); }
std::optional<Farewell> Mapping::take_farewell() { return std::exchange(farewell_, std::nullopt); }
std::optional<UpnpWish> Mapping::take_wish() {
  if (wishes_.empty()) return std::nullopt;
  UpnpWish first = std::move(wishes_.front());
  wishes_.pop_front();
  return first;
}
bool Mapping::waits_for_packet() const {
  const bool asking = stage_ == Stage::kAsking && way_ != MappingWay::kUpnp;
  return asking || (leaving_ && farewell_wish_ == 0);
}

}  // namespace duolog::net
