// mapping.h: the port that this network's router is asked to let in, so that the other finds this device from anywhere.
// Which way it is asked, when again, and what its answers are worth. It holds no socket and no clock: packets and times
// in, packets out. Spec: proto/README.md section 3.6c.
//
//            ask()                granted            half of its time is over
//   kIdle ─────────► kAsking ──────────────► kMapped ────────────────────────► kAsking, in the way that went well
//     ▲               │   ▲                                                     (the mapping stands meanwhile)
//     │ no router     ▼   │  ask(); or the rest is over
//     └──────────── kResting    every way was tried in vain
//
// kAsking   PCP, then NAT-PMP, then UPnP, each said four times within four seconds unless an answer ends it.
// kMapped   until its time is over; asked for anew at half of it. A router that says it has begun anew is asked at
// once. kResting  10 min, then twice as long each time, up to 6 h.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/home/address.h"
#include "daemon/home/clock.h"
#include "daemon/net/doorway.h"
#include "daemon/net/pcp.h"
#include "daemon/store/local_state.h"

namespace duolog::net {

inline constexpr std::uint32_t kMappingSeconds =
    3'600;  // asked for; a router that forgot it is asked within half of this
inline constexpr std::chrono::milliseconds kFirstResend{250};  // then twice as long, and so on
inline constexpr int kSends = 4;
inline constexpr std::chrono::milliseconds kFirstMappingRest{600'000};
inline constexpr std::chrono::milliseconds kLongestMappingRest{6 * 3'600'000};
inline constexpr std::chrono::milliseconds kSoonestRenewal{60'000};  // whatever a router says
inline constexpr std::chrono::milliseconds kUpnpTime{30'000};        // for one wish; an answer that comes later is none

enum class MappingWay { kPcp, kNatPmp, kUpnp };

// What may be told to a person. Of several ways that failed the most telling is told: the greater.
struct MappingStatus {
  enum class Is {
    kOff,
    kNoRouter,    // no route leads through one
    kAsking,      // nothing is known yet
    kNoAnswer,    // a router that maps no ports, or is told not to
    kRefused,     // it could and will not
    kNotOutside,  // it has no address of the internet itself: another router, or the provider's, stands before it
    kMapped,
  } is = Is::kOff;
  MappingWay way = MappingWay::kPcp;  // of kMapped, kRefused, kNotOutside
  std::optional<Address> outside;     // of kMapped: where others reach this device
  bool operator==(const MappingStatus&) const = default;
};

// The router, and what this machine is called in the network between the two.
struct Route {
  std::string router;
  ByteArray<16> here{};
  bool operator==(const Route&) const = default;
};

// UPnP is spoken by somebody else, and slowly.
struct UpnpWish {
  Route route;
  std::uint16_t port = 0;
  std::uint16_t outside_port = 0;
  std::uint32_t seconds = 0;  // 0: the mapping shall go
};
struct UpnpAnswer {
  enum class Is { kMapped, kNobody, kRefused, kNotOutside } is = Is::kNobody;
  std::uint16_t outside_port = 0;
  ByteArray<16> outside{};
  std::uint32_t seconds = 0;  // of kMapped; 0: until it is taken away
};

// This device's nonce, out of `memory`; made by `random` and kept there when it has none yet.
MapNonce lasting_nonce(store::LocalState& memory, const Random& random);

class Mapping {
 public:
  // `nonce` is the same in every life of this device: only whoever made a mapping may renew it.
  Mapping(MapNonce nonce, std::uint16_t port) : nonce_(nonce), port_(port) {}

  // Asks at once; nullopt: there is no router. A mapping that stands goes with its route.
  void ask(const std::optional<Route>& route, SteadyTime now);
  void received(ByteView packet, SteadyTime now);  // from the router, to this machine
  void heard(ByteView packet, SteadyTime now);     // from the router, to everybody
  void nobody_there(SteadyTime now);               // the router's system says that nobody hears the question
  void answered(const UpnpAnswer& answer, SteadyTime now);
  void tick(SteadyTime now);
  // The mapping is taken away, as far as one packet does it; `left()` when the router has said so, or nothing was
  // there.
  void stop();

  std::optional<Bytes> take_packet();   // to be sent to the router
  std::optional<UpnpWish> take_wish();  // to be carried out, and answered
  [[nodiscard]] bool waits_for_packet() const;
  [[nodiscard]] bool listens() const;  // to what the router tells everybody
  [[nodiscard]] bool left() const { return stage_ == Stage::kIdle && !leaving_; }
  [[nodiscard]] SteadyTime deadline() const;  // call tick() then
  [[nodiscard]] const MappingStatus& status() const { return status_; }
  [[nodiscard]] const std::optional<Route>& route() const { return route_; }

 private:
  enum class Stage { kIdle, kAsking, kMapped, kResting };
  struct Granted {
    MappingWay way = MappingWay::kPcp;
    std::uint16_t outside_port = 0;
    ByteArray<16> outside{};
    SteadyTime until;
  };

  void search(SteadyTime now);
  void begin(MappingWay way, SteadyTime now);
  void send();
  void fail(MappingStatus::Is why, SteadyTime now);
  void next_way(SteadyTime now);
  void rest(SteadyTime now);
  void take_late(const RouterSaid& said, SteadyTime now);
  void take_map(const RouterSaid& said, const ByteArray<16>& outside, SteadyTime now);
  void grant(Granted granted, std::uint32_t seconds, SteadyTime now);
  void take_away(MappingWay way, std::uint16_t outside_port);
  void tell(MappingStatus status) { status_ = std::move(status); }
  [[nodiscard]] bool began_anew(std::uint32_t epoch, SteadyTime now) const;

  MapNonce nonce_;
  std::uint16_t port_;
  std::optional<Route> route_;
  Stage stage_ = Stage::kIdle;
  MappingWay way_ = MappingWay::kPcp;         // of kAsking
  std::optional<ByteArray<16>> pmp_outside_;  // NAT-PMP asks for it first
  int sends_ = 0;
  SteadyTime next_;                 // of every stage but kIdle
  std::optional<Granted> granted_;  // also while it is renewed
  MappingStatus worst_;             // of this search
  int rests_ = 0;
  std::optional<std::uint32_t> epoch_;  // of the last answer about the mapping
  SteadyTime epoch_at_;
  std::optional<SteadyTime> believed_;  // when it was last believed that the router had begun anew
  std::optional<Bytes> packet_;
  std::optional<UpnpWish> wish_;
  bool leaving_ = false;
  MappingStatus status_;
};

}  // namespace duolog::net
