// switchboard.h: every connection of this device, and who is allowed to speak on it. The whole of net/ but the sockets.
//
// It decides; somebody else moves bytes: Node over Asio, the simulation over memory. The driver tells it what happened
// on its lines and then carries out what it wants:
//
//   in    accepted · connected · received · closed · heard · tick        (and everything control and the journal call)
//   out   take_dials · take_output · finished · read_limit · announcing · looking_for · take_beacons · deadline
//
// After each call the driver looks at "out" again; when the call came from inside the house (log_grew, open_window …)
// `wake` reminds it. Nothing here blocks, throws on a stranger's bytes, or calls the driver back but for `wake`.
// Spec: proto/README.md sections 3.6, 3.8, 3.12 and 3.13.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/net/beacon.h"
#include "daemon/net/dialer.h"
#include "daemon/net/pairing.h"
#include "daemon/store/local_state.h"

namespace duolog::net {

inline constexpr std::size_t kCandidatesLimit = 32;               // psks tried on a message 1
inline constexpr std::size_t kHalfKnownLimit = 64;                // a psk fitted, who it is is not known yet
inline constexpr std::chrono::milliseconds kConnectTime{10'000};  // for names and connects; the driver's to keep

inline constexpr std::string_view kSpentCodes = "net.pairing.spent";  // in LocalState: of which a guess was made

struct PeerStatus {
  JournalId journal;
  DeviceId device;
  enum class State { kConnected, kDialling, kWaiting, kNoAnswer, kNeverMet } state = State::kNeverMet;
  bool came_in = false;               // connected: the other has dialled
  std::string address;                // connected: where; else the first that will be tried; may be empty
  std::optional<WallTime> last_seen;  // by the network, ever; now, when connected
  std::optional<WallTime> next_try;
  Trouble trouble = Trouble::kNone;                      // not connected: what the last attempt met
  std::string trouble_at;                                // at which address; of kNone means nothing
  std::optional<std::chrono::milliseconds> clock_ahead;  // theirs minus ours, when last greeted since start
  enum class Version { kSame, kNewer, kOlder } version = Version::kSame;  // as far as the last session told
  std::uint64_t behind = 0;   // connected: records here that the other has not acknowledged
  std::uint64_t lacking = 0;  // connected: records there that we lack, as far as known
  bool in_step = false;       // connected, and both hold the same
  bool gives_chunks = false;  // connected, and knows what attachments are
};

struct WindowStatus {
  crypto::PairPurpose purpose = crypto::PairPurpose::kPartner;
  std::string code;
  WallTime expires;
  int codes_left = 0;
};

class Switchboard {
 public:
  struct House {
    Self self;
    store::SealedLog& log;
    store::LocalState& memory;  // addresses, when a device was last seen, spent codes; what waits there is written down
    Clock clock;
    Random random;
    PeerHooks hooks;
    std::function<void(std::string_view)> note;  // the daemon's notes: no content, no keys; bounded in rate
    std::function<void()> elsewhere = {};        // another network, or the machine slept
  };
  explicit Switchboard(House house);
  ~Switchboard();
  Switchboard(const Switchboard&) = delete;
  Switchboard& operator=(const Switchboard&) = delete;

  // ---- for the journal ----
  // All journals, whenever members, epochs or journals have changed. Connections to devices that were among a doorway's
  // `others` and are no longer, and those of a journal that is gone, are parted.
  void set_doorways(std::vector<Doorway> doorways);
  void log_grew(const JournalId& journal);  // something was appended here: push it now
  void forget(const DeviceId& device);      // where it was is not remembered

  // ---- for control ----
  [[nodiscard]] std::vector<PeerStatus> status() const;
  [[nodiscard]] std::vector<std::string> addresses() const;  // where others can reach this device
  void sync_now();                                           // dial everybody who is away, now
  // False: one is open already.
  bool open_window(crypto::PairPurpose purpose, HostEvents events);
  void close_window();
  [[nodiscard]] std::optional<WindowStatus> window() const;
  // The outcome comes by `events`, also when it is known at once (own code, spent code). False: a join is under way.
  bool join(crypto::PairCode code, crypto::PairPurpose purpose, std::optional<Address> at, JoinEvents events);
  bool join(crypto::PairLink link, std::optional<Address> at, JoinEvents events);
  void cancel_join();
  void conversation_moved();  // the person has decided: a Conversation has something to say

  // ---- for the driver ----
  void on_wake(std::function<void()> wake);
  // Whenever they change. `elsewhere`: the network is another one, and everybody is dialled anew; not for what a router
  // says of it, which may be another thing each minute.
  void listening(std::uint16_t port, std::vector<std::string> addresses, bool elsewhere = true);
  LineId accepted(std::string remote_host);  // an unauthenticated stranger, from this address
  void connected(LineId line);               // a dial succeeded
  void received(LineId line, ByteView bytes);
  void closed(LineId line);               // by the other side or an error. The line is forgotten
  void failed(LineId line, Trouble why);  // a dial. The line is forgotten
  void heard(const Heard& heard);
  [[nodiscard]] bool wants_to_be_found() const;  // somebody is paired, or a window is open
  // Whether a router is still being asked where this device is found from elsewhere: a window waits for it, briefly.
  void outside_is_known(bool known);
  void resumed();  // the machine slept, or its network changed: everybody is dialled anew
  // Whether there is a tor to call through. Without, no onion service is dialled, and no key of one is made.
  void through_tor(bool usable);
  [[nodiscard]] const std::vector<crypto::OnionClientPublic>& onion_clients() const;  // who may find ours
  void stop();  // BYE on every line; then only finished() lines are left
  void tick();

  struct Dial {
    LineId line;
    Address address;
    bool narrow = false;                                          // ask for packets of at most 576 bytes, both ways
    std::shared_ptr<const crypto::OnionClientSecret> onion = {};  // the key to it, where the address is one
  };
  std::vector<Dial> take_dials();                   // each answered with connected(), failed() or closed()
  [[nodiscard]] std::vector<LineId> lines() const;  // that are connected
  [[nodiscard]] Bytes take_output(LineId line);     // when the line has nothing left to write
  void said();  // what there was to say is on its way: the disk may take its time now. Else the next tick() does this
  [[nodiscard]] bool finished(LineId line) const;                // close it once its output is written; then closed()
  [[nodiscard]] bool hopeless(LineId line) const;                // finished by silence: cut it, there are no last words
  [[nodiscard]] std::size_t read_limit(LineId line) const;       // bytes it may take now; 0: do not read
  [[nodiscard]] std::optional<Announcement> announcing() const;  // every second, while there is one
  [[nodiscard]] std::optional<int> looking_for() const;          // a nameplate: listen, and tell by heard()
  [[nodiscard]] SteadyTime deadline() const;                     // call tick() then

  // Beacons. Without a source there are none: the driver gives those it has where discovery is on, whenever they
  // change.
  void beacon_sources(std::vector<BeaconSource> sources);
  struct BeaconOut {
    BeaconSource source;
    Bytes packet;
  };
  std::vector<BeaconOut> take_beacons();           // to be sent now
  [[nodiscard]] bool listens_for_beacons() const;  // listen, and tell by heard_beacon()
  void heard_beacon(const HeardBeacon& heard);

 private:
  struct State;
  void describe_connected(LineId line, PeerStatus& status) const;
  void describe_away(const Dialer::Status& dialling, PeerStatus& status) const;
  std::unique_ptr<State> state_;
};

}  // namespace duolog::net
