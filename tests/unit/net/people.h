// people.h: Ada and Bo, who share a journal, and Eve, who does not; their devices, chains and psks. Real keys.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <gmock/gmock.h>

#include <random>

#include "crypto/epoch.h"
#include "daemon/net/switchboard.h"
#include "tests/unit/home/temporary_folder.h"

namespace duolog::net::testing {

using namespace std::chrono_literals;

// Made once: keys cost time. Ada's device has the smaller id, so that tests know which of two connections stays.
struct People {
  crypto::RootKeys ada_root{crypto::RootEntropy::random()};
  crypto::RootKeys bo_root{crypto::RootEntropy::random()};
  crypto::RootKeys eve_root{crypto::RootEntropy::random()};
  std::unique_ptr<crypto::DeviceKeys> ada;
  std::unique_ptr<crypto::DeviceKeys> bo;
  crypto::DeviceKeys eve{crypto::DeviceSeed::random()};
  crypto::Genesis genesis{{1, 2, 3}, ada_root.public_keys(), bo_root.public_keys()};
  JournalId journal = genesis.id();
  crypto::HandshakePsk psk = crypto::HandshakePsk::random();
  crypto::EpochSecret epoch = crypto::EpochSecret::random();

  People();
  [[nodiscard]] Introduction introduction_of(const crypto::DeviceKeys& device) const;
  [[nodiscard]] crypto::PreparedPsk prepared(const crypto::HandshakePsk& secret) const;
  [[nodiscard]] crypto::PreparedPsk prepared() const { return prepared(psk); }
};
const People& people();

inline SteadyTime at(std::chrono::milliseconds since_start) { return SteadyTime(1'000'000ms + since_start); }

// In memory where the machine has such a place: the tests make many of them.
class Folder {
 private:
  duolog::testing::ForAWhile where_{"TMPDIR", std::filesystem::exists("/dev/shm") ? "/dev/shm" : nullptr};

 public:
  duolog::testing::TemporaryFolder folder;
};

// One device's place: a log and a memory on a disk of its own, and what a Peer needs of its house.
class Place {
 public:
  explicit Place(const crypto::DeviceKeys& keys);

  void write(std::size_t count = 1, std::size_t length = 20);
  [[nodiscard]] std::uint64_t held(const crypto::DeviceKeys& author) const;
  [[nodiscard]] Self self() const;
  [[nodiscard]] PeerHooks hooks();
  [[nodiscard]] Peer::House house();
  [[nodiscard]] Doorway doorway() const;

  const crypto::DeviceKeys& keys;
  bool admits_all_proven = true;
  bool lets_them_stay = true;
  std::vector<DeviceId> admitted;  // whom `admits` was asked about
  int acknowledgements = 0;
  Folder folder;
  store::Database database;
  store::SealedLog log;
  store::LocalState memory;
};

}  // namespace duolog::net::testing
