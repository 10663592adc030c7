// rounds.h: one attempt at one device: its addresses one after the other, the slow ones side by side. The first on
// which the handshake succeeds ends the round; when all have come to nothing, it has failed.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>
#include <set>

#include "daemon/net/dialer.h"
#include "daemon/net/pairing.h"

namespace duolog::net {

inline constexpr std::chrono::milliseconds kNextAddressAfter{
    2'000};  // an address that does not answer is not waited for

// How to dial somebody, learnt from what came to nothing. A silence has two usual causes: they know us by an older
// epoch, or a network on the way swallows long packets and says nothing; short ones are tried first.
struct Manner {
  std::size_t epoch = 0;  // of the journal's psks, counted from the newest, round and round
  bool narrow = false;    // with short packets, both ways
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
    std::set<LineId> lines;
    SteadyTime next_at;
    bool silent = false;
    bool told = false;  // by offer()
  };
  std::map<PeerKey, Round> rounds_;
  std::map<PeerKey, Manner> manners_;
};

}  // namespace duolog::net
