// doorway.h: all that the network may know of a journal, handed down by value: under which keys its devices talk, whose
// devices they are, and which of them to look for. What only the journal can decide, it is asked by PeerHooks.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <span>

#include "crypto/noise.h"
#include "daemon/net/introduction.h"
#include "daemon/sync/session.h"

namespace duolog::net {

struct Doorway {
  JournalId journal;
  std::vector<crypto::RootPublic> roots;   // the genesis's; a chain must begin at one of them
  std::vector<crypto::HandshakePsk> psks;  // net_psk() of the journal's epochs, newest first
  std::vector<DeviceId> others;            // live devices to look for; not this one
};

struct PeerHooks {
  // The chain held, from one of the doorway's roots to the device that was spoken with, which is not this one. May it
  // come in? (A live member, or admitted by this chain.)
  std::function<bool(const JournalId&, const crypto::ProvenDevice&, const crypto::Chain&)> admits;
  // For each session that begins. `greeted` may be left empty: the network listens to it itself.
  std::function<sync::Hooks(const JournalId&, const crypto::ProvenDevice&)> session;
  // Somebody came, left, or moved on: what status() says of them has changed. May be empty.
  std::function<void(const JournalId&, const DeviceId&)> changed;
};

// This device, as it introduces itself. Everything here outlives the network.
struct Self {
  const crypto::DeviceKeys& keys;
  std::function<Introduction()> introduction;
};

// A uniform number below `bound`, for jitter and choices. main draws it from crypto; the simulation from its seed.
using Random = std::function<std::uint32_t(std::uint32_t bound)>;

}  // namespace duolog::net
