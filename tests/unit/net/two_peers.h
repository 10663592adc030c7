// two_peers.h: Ada dials Bo, hand to hand, on a clock that the test moves.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/net/peer.h"
#include "tests/unit/net/people.h"

namespace duolog::net {

using testing::at;
using testing::people;
using testing::Place;
using namespace std::chrono_literals;

// Frames are carried one by one, so that a test can change, drop or repeat each.
class TwoPeers : public ::testing::Test {
 protected:
  TwoPeers() { dial(); }

  void dial() {
    initiator_.emplace(Peer::initiate(ada_house_, people().journal, people().prepared(), at(0ms)));
    responder_.reset();
  }
  Bytes from_ada(std::chrono::milliseconds now = 0ms) { return initiator_->take_output(at(now)); }
  Bytes from_bo(std::chrono::milliseconds now = 0ms) { return responder_->take_output(at(now)); }
  // The responder begins with the frame that carries message 1.
  bool answer(const Bytes& first_frame) {
    auto handshake = crypto::Handshake::answer(people().prepared(), bo_.keys.noise(), ByteView(first_frame).subspan(2));
    if (!handshake) return false;
    responder_.emplace(Peer::respond(bo_house_, people().journal, std::move(*handshake), at(kHandshakeTime)));
    return true;
  }
  void carry(std::chrono::milliseconds now = 0ms) {
    for (int i = 0; i < 40; ++i) {
      const Bytes there = from_ada(now);
      if (!responder_ && !there.empty()) {
        ASSERT_TRUE(answer(there));
      } else if (responder_) {
        bo().receive(there, at(now));
      }
      const Bytes back = from_bo(now);
      ada().receive(back, at(now));
      if (there.empty() && back.empty()) return;
    }
  }
  void tick(std::chrono::milliseconds now) {
    ada().tick(at(now));
    bo().tick(at(now));
  }
  Peer& ada() { return *initiator_; }
  Peer& bo() { return *responder_; }

  Place ada_{*people().ada};
  Place bo_{*people().bo};
  Peer::House ada_house_ = ada_.house();
  Peer::House bo_house_ = bo_.house();
  std::optional<Peer> initiator_;
  std::optional<Peer> responder_;
};

}  // namespace duolog::net
