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
//
// A wish of UPnP that was given up may have been granted all the same: it is always followed by one that undoes it.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>

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
inline constexpr std::chrono::milliseconds kUpnpTime{15'000};        // for one wish; a grant that comes later is undone
inline constexpr std::chrono::milliseconds kSearchAgain{10'000};     // the same router is searched no sooner
inline constexpr std::uint16_t kUpnpPorts = 4;                       // tried, from the one that is wished for on

enum class MappingWay { kPcp, kNatPmp, kUpnp };

// What may be told to a person. Of several ways that failed the most telling is told: the greater.
struct MappingStatus {
  enum class Is {
    kOff,
    kNotNeeded,   // nobody is paired, and nobody is waited for
    kNoRouter,    // no route leads through one
    kTunnel,      // what goes to the internet goes through a tunnel: the address that it hides is nobody's
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

// The router, what this machine is called in the network between the two, and by what that router knows it again.
struct Route {
  std::string router;
  ByteArray<16> here{};
  MapNonce nonce{};
  bool operator==(const Route&) const = default;
};

// UPnP is spoken by somebody else, and slowly.
struct UpnpWish {
  Route route;
  std::uint16_t port = 0;
  std::uint16_t outside_port = 0;
  std::uint32_t seconds = 0;  // 0: what stands of this machine's at `outside_port` and the `ports` - 1 above shall go
  std::uint16_t ports = kUpnpPorts;
  std::uint64_t number = 0;
};
struct UpnpAnswer {
  enum class Is { kMapped, kNobody, kRefused, kNotOutside, kGone } is = Is::kNobody;
  std::uint16_t outside_port = 0;
  ByteArray<16> outside{};
  std::uint32_t seconds = 0;  // of kMapped
  bool operator==(const UpnpAnswer&) const = default;
};

// What is said to a router that is left behind: from `route.here` alone, and not beyond its network.
struct Farewell {
  Route route;
  Bytes packet;
};

// Whoever made a mapping is known again by its nonce. One for all networks would tell each of them who has come; so it
// is made of a key that no network sees, out of `memory` (made by `random` and kept there when it has none yet), and of
// what a network is: its router's address and hardware, and ours in it.
using NonceKey = ByteArray<32>;
using Hardware = ByteArray<6>;  // zeroes: not known
NonceKey lasting_nonce_key(store::LocalState& memory, const Random& random);
MapNonce nonce_for(const NonceKey& key, const std::string& router, const Hardware& hardware, const ByteArray<16>& here,
                   std::uint16_t port);

class Mapping {
 public:
  explicit Mapping(std::uint16_t port) : port_(port) {}

  // Asks at once, the same router ten seconds after the last search; nullopt: there is none to be asked, and why. A
  // mapping that stands goes with its route, and is taken away there.
  void ask(const std::optional<Route>& route, SteadyTime now,
           MappingStatus::Is why_none = MappingStatus::Is::kNoRouter);
  void received(ByteView packet, SteadyTime now);  // from the router, to this machine
  void heard(ByteView packet, SteadyTime now);     // from the router, to everybody
  void nobody_there(SteadyTime now);               // the router's system says that nobody hears the question
  void answered(const UpnpWish& wish, const UpnpAnswer& answer, SteadyTime now);
  void tick(SteadyTime now);
  // The mapping is taken away, as far as one packet does it; `left()` when the router has said so, or nothing was
  // there.
  void stop();

  std::optional<Bytes> take_packet();       // to be sent to the router; ask again until there is none
  std::optional<UpnpWish> take_wish();      // to be carried out, and answered; ask again until there is none
  std::optional<Farewell> take_farewell();  // to be sent to a router that is none of ours any more
  [[nodiscard]] bool waits_for_packet() const;
  [[nodiscard]] bool listens() const;  // to what the router tells everybody
  [[nodiscard]] bool left() const { return stage_ == Stage::kIdle && !leaving_; }
  [[nodiscard]] bool leaves_by_upnp() const { return leaving_ && farewell_wish_ != 0; }
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
  void leave_route();
  void undo();
  void wish(std::uint16_t outside_port);
  void take_away(MappingWay way, std::uint16_t outside_port);
  void unwish(const Route& route, std::uint16_t outside_port, std::uint16_t ports);
  [[nodiscard]] bool waits_for_wish() const { return stage_ == Stage::kAsking && way_ == MappingWay::kUpnp; }
  void tell(MappingStatus status) { status_ = std::move(status); }
  [[nodiscard]] bool began_anew(std::uint32_t epoch, SteadyTime now) const;

  std::uint16_t port_;
  std::optional<Route> route_;
  std::optional<SteadyTime> searched_;  // that route, when last
  bool asked_again_ = false;            // while it is being asked
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
  std::optional<Bytes> given_back_;  // before the next question
  std::deque<UpnpWish> wishes_;
  std::optional<Farewell> farewell_;
  std::uint64_t wishes_made_ = 0;
  std::uint64_t asked_wish_ = 0;     // the one whose grant is waited for
  std::uint16_t wished_port_ = 0;    // outside, by that one
  std::uint64_t farewell_wish_ = 0;  // while leaving_: the one that takes the mapping away; 0: a packet does
  bool leaving_ = false;
  MappingStatus status_;
};

}  // namespace duolog::net
