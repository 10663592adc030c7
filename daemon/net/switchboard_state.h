// switchboard_state.h: what a Switchboard is made of, for its own files: switchboard.cc (lines),
// switchboard_peers.cc, switchboard_dialling.cc, switchboard_pairing.cc and switchboard_beacons.cc. Nobody else
// includes this.
//
// Each line belongs to a stranger, a peer, the window or the joiner. Work on a line happens inside within(); what
// anybody above is told, they are told in settle(), when no line is being worked on, so that they may call back.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>
#include <set>

#include "daemon/line/seen_ephemerals.h"
#include "daemon/line/strangers.h"
#include "daemon/net/address_book.h"
#include "daemon/net/rounds.h"
#include "daemon/net/switchboard.h"

namespace duolog::net {

struct Switchboard::State {
  struct Line {
    enum class Kind { kDialling, kStranger, kPeer, kWindow, kJoinerDialling, kJoiner, kOver };
    Kind kind = Kind::kOver;
    Address address;                    // where it leads; of an accepted line the port means nothing
    std::optional<PeerKey> looked_for;  // dialled to find this device: part of its round
    Manner manner;                      // how it is dialled
    std::unique_ptr<Peer> peer;
    SteadyTime began;      // dialled or accepted
    bool known = false;    // opened() was called
    bool live = false;     // it is the connection of its key
    bool greeted = false;  // their HELLO was taken note of
    bool ended = false;    // ended() was called
    Bytes crossed;         // their message 1, which met ours; answered should they not answer ours
    SteadyTime answers_crossed = SteadyTime::max();
    bool has_crossed = false;
  };

  House house;
  Peer::House peer_house;
  Dialer dialer;
  AddressBook book;
  Rounds rounds;
  Strangers strangers;
  SeenEphemerals seen;
  std::vector<Doorway> doorways;
  std::vector<std::pair<const Doorway*, const crypto::PreparedPsk*>> candidates;  // for a message 1, in this order
  std::set<PeerKey> wanted;
  std::map<LineId, Line> lines;
  std::map<PeerKey, LineId> live;
  std::map<DeviceId, milliseconds> clocks;
  std::map<DeviceId, PeerStatus::Version> other_versions;   // who cannot talk with this one: until a session goes well
  std::map<PeerKey, std::pair<Trouble, Address>> troubles;  // of the last round: the most telling, and where
  std::set<PeerKey> fell_silent;                            // their last connection ended without a word
  // A window whose link waits for the address outside to be known.
  struct Opening {
    crypto::PairPurpose purpose;
    HostEvents events;
    SteadyTime until;
  };
  std::optional<Opening> opening;
  bool outside_known = true;
  std::unique_ptr<PairingWindow> window;
  std::unique_ptr<PairingJoiner> joiner;
  BeaconSchedule beacons;
  BeaconEar beacon_ear;
  BeaconNews beacon_news;
  std::vector<BeaconSource> beacon_sources;
  std::vector<Dial> dials;
  LineId next_line = 1;
  std::uint16_t port = 0;
  std::vector<std::string> own_addresses;
  bool through_tor = false;
  std::vector<crypto::OnionClientPublic> onion_clients;  // of the candidates' epochs, where there is a tor
  bool stopping = false;
  SteadyTime notes_due = SteadyTime::max();  // when what waits in `memory` is written down
  SteadyTime disk_due = SteadyTime::max();   // when the log is made ready for whoever has just come
  milliseconds wall_ahead;                   // wall minus steady, when last looked at
  int depth = 0;
  std::deque<std::function<void()>> news;
  std::function<void()> wake;

  explicit State(House given);
  [[nodiscard]] SteadyTime now() const { return house.clock.steady(); }
  void note(const std::string& text) const {
    if (house.note) house.note(text);
  }

  // ---- one thing at a time ----
  void within(const std::function<void()>& work);
  void from_above(const std::function<void()>& work);  // and the driver must look again
  void when_quiet(std::function<void()> work);         // from_above(), now or as soon as no line is being worked on
  void settle();

  // ---- lines ----
  LineId add_line(Line line);
  void end_line(LineId id);
  void greet_strangers();
  bool greet_peer(const Strangers::FirstFrame& first);
  bool greet_pairing(const Strangers::FirstFrame& first);
  std::optional<std::pair<JournalId, crypto::Handshake>> match(ByteView message1) const;
  void order_candidates();
  void know_onion_clients();
  void limit_half_known();

  // ---- peers ----
  [[nodiscard]] static PeerKey key_of(const Peer& peer) { return {peer.journal(), peer.met()->device.device.id()}; }
  std::optional<crypto::ProvenDevice> admit(const JournalId& journal, const crypto::Chain& chain);
  sync::Hooks hooks_for(const JournalId& journal, const crypto::ProvenDevice& device);
  void follow(LineId id);
  void cross(LineId id, Bytes message1);
  bool answer_crossed(LineId id, ByteView message1);
  void opened(LineId id);
  [[nodiscard]] bool outranks(const Line& challenger, const Peer& holder) const;
  [[nodiscard]] bool may_have_stalled(const Peer& peer) const;
  void take_greeting(Line& line);
  void ended(LineId id);
  void note_version(const DeviceId& device, const Peer& peer);
  void tell_dialer(const PeerKey& key, const Peer& peer);
  void push(const JournalId& journal);
  void changed(const PeerKey& key);
  void apply(std::vector<Doorway> given);
  void notice_sleep();
  void somebody_comes() { disk_due = now(); }
  void write_when_due();
  void renew_all();

  // ---- dialling ----
  [[nodiscard]] std::vector<Address> places_of(const DeviceId& device) const;
  void begin_due_rounds(const std::optional<BeaconEar::Sender>& heard = std::nullopt);
  void continue_rounds();
  void connected_to_device(LineId id);
  void lost_dial(LineId id, Trouble why);
  void drop_round(const PeerKey& key, LineId except);
  [[nodiscard]] const Doorway* doorway(const JournalId& journal) const;

  // ---- beacons ----
  [[nodiscard]] bool misses_somebody(const Doorway& door) const;
  void look_at_beacons();
  void network_is_another_one();

  // ---- pairing ----
  bool begin_join(PairingJoiner::Facts facts, JoinEvents events, bool own);
  void open_window_when_due();
  HostEvents queued(HostEvents events);
  JoinEvents queued(JoinEvents events);
  void take_join_dials();
  void clear_pairing();
  [[nodiscard]] bool code_spent(const crypto::PairCode& code) const;
  bool spend_code(const crypto::PairCode& code);
};

}  // namespace duolog::net
