// rounds.h: one attempt at one device: its addresses one after the other, the slow ones side by side. The first on
// which the handshake succeeds ends the round; when all have come to nothing, it has failed. Where somebody took the
// call and said nothing, they are called again in the next manners, in the same round, as long as that is news.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>
#include <set>

#include "daemon/net/dialer.h"
#include "daemon/net/pairing.h"

namespace duolog::net {

inline constexpr std::chrono::milliseconds kNextAddressAfter{
    2'000};  // an address that does not answer is not waited for

// In one round so many manners: three epochs, wide and narrow, ten seconds each. After so many silent rounds in a row
// one a round has to do: they have left, or somebody else lives there.
inline constexpr std::size_t kMannersARound = 6;
inline constexpr std::size_t kCuriousRounds = 4;

// How to dial somebody, learnt from what came to nothing. A silence has two usual causes: they know us by an older
// epoch, or a network on the way swallows long packets and says nothing; short ones are tried first.
struct Manner {
  std::size_t epoch = 0;     // of the journal's psks, counted from the newest, round and round
  bool narrow = false;       // with short packets, both ways
  std::size_t silences = 0;  // rounds in a row that met one
};

class Rounds {
 public:
  // REQUIRES: no round of this key is under way.
  void begin(const PeerKey& key, const std::vector<Address>& addresses, SteadyTime now);

  struct Call {
    PeerKey key;
    Address address;
    Manner manner;
  };
  // A call that should begin now; the caller names its line with began().
  std::optional<Call> next(SteadyTime now);
  void began(const PeerKey& key, LineId line);
  // The call came to nothing; `silent`: somebody was there and did not answer.
  void failed(LineId line, bool silent);
  // A connection that stood has gone silent, or was given up by the other: perhaps over long packets.
  void stalled(const PeerKey& key) { manners_[key].narrow = true; }
  void widen(const PeerKey& key) { manners_[key].narrow = false; }
  // Somebody says that it is there: the next address of a round under way, and at once where that round was told
  // nothing before. False: no such round, or it has had this address.
  bool offer(const PeerKey& key, const Address& address, SteadyTime now);
  // A round in which nothing is left to try. It is forgotten.
  std::optional<PeerKey> next_failed();
  // The round is no longer needed. Its lines that are still under way.
  std::set<LineId> drop(const PeerKey& key);
  void clear() { rounds_.clear(); }
  [[nodiscard]] SteadyTime deadline() const;

 private:
  struct Round {
    std::deque<Address> left;
    std::vector<Address> tried;
    std::vector<Address> silent_at;  // in this manner
    std::map<LineId, Address> lines;
    std::size_t manners = 1;
    SteadyTime next_at;
    bool silent = false;
    bool told = false;  // by offer()
  };
  void go_on(const PeerKey& key, Round& round);

  std::map<PeerKey, Round> rounds_;
  std::map<PeerKey, Manner> manners_;
};

}  // namespace duolog::net
