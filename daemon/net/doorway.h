// doorway.h: all that the network may know of a journal, handed down by value: under which keys its devices talk, whose
// devices they are, and which of them to look for. What only the journal can decide, it is asked by PeerHooks.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <span>

#include "crypto/beacon.h"
#include "crypto/noise.h"
#include "crypto/onion.h"
#include "daemon/net/introduction.h"
#include "daemon/sync/session.h"

namespace duolog::net {

struct Doorway {
  JournalId journal;
  std::vector<crypto::PreparedPsk> psks;          // under prologue('P', journal), the newest epoch first
  std::vector<crypto::OnionClientSecret> onions;  // of the same epochs
  std::vector<DeviceId> others;                   // live devices to look for; not this one
  std::vector<crypto::BeaconKey> beacons;         // the newest epoch first: understood under each, said in turn
};

struct PeerHooks {
  // Whose device the chain proves, from one of this journal's roots, where that is a live member or admitted by the
  // chain; else nullopt. That its key is the one spoken with, and that it is not this very device, the network checks.
  std::function<std::optional<crypto::ProvenDevice>(const JournalId&, const crypto::Chain&)> admits;
  // With whom a session has begun may go on with it: asked again whenever who may talk is not what it was. May be
  // empty.
  std::function<bool(const JournalId&, const crypto::ProvenDevice&)> may_stay;
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
