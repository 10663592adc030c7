// homes.h: Ada and Bo, their devices, and what each keeps: real keys, real records, real logs in real files.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <random>

#include "crypto/epoch.h"
#include "daemon/store/sealed_log.h"
#include "daemon/sync/message.h"
#include "daemon/sync/session.h"

namespace duolog::sync::testing {

// A folder of its own for each, removed with everything in it. In memory where the machine has such a place.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// Made once: keys cost time. Ada has a laptop and a phone, Bo a desk; the stranger belongs to nobody.
struct People {
  crypto::RootKeys ada{crypto::RootEntropy::random()};
  crypto::RootKeys bo{crypto::RootEntropy::random()};
  crypto::DeviceKeys laptop{crypto::DeviceSeed::random()};
  crypto::DeviceKeys phone{crypto::DeviceSeed::random()};
  crypto::DeviceKeys desk{crypto::DeviceSeed::random()};
  crypto::DeviceKeys stranger{crypto::DeviceSeed::random()};
  crypto::Genesis genesis{{1, 2, 3}, ada.public_keys(), bo.public_keys()};
  JournalId journal = genesis.id();
  crypto::EpochSecret secret = crypto::EpochSecret::random();
  EpochId epoch = crypto::epoch_id(journal, secret);

  [[nodiscard]] crypto::Chain chain_of(const DeviceId& device) const;
  [[nodiscard]] const crypto::DeviceKeys& keys_of(const DeviceId& device) const;
  // One record at this place. Equal arguments make different records: the nonce is random.
  [[nodiscard]] crypto::Record record(const crypto::DeviceKeys& author, const crypto::ChainPosition& at,
                                      std::size_t length = 20) const;
};
const People& people();

// A run of one device that continues `at`, and moves it on.
std::vector<crypto::Record> write_run(const crypto::DeviceKeys& author, crypto::ChainPosition& at, std::size_t count);

// A run of which only the last record carries a true signature.
std::vector<crypto::Record> careless_run(const crypto::DeviceKeys& author, std::size_t count,
                                         std::optional<crypto::ChainPosition> at = {});

// One device's place: its log, and what the sessions it takes part in told it.
class Home {
 public:
  // Knows the laptop and the desk from the start, as after pairing. With `file`: a copy of that log instead.
  explicit Home(const crypto::DeviceKeys& self, const std::filesystem::path& file = {});

  // ---- verbs ----
  void write(std::size_t count = 1, std::size_t length = 20);
  void admit(const crypto::DeviceKeys& device);
  void accept(const crypto::DeviceKeys& author, std::uint64_t start, std::span<const crypto::Record> run);
  void lose_body(const crypto::DeviceKeys& author, std::uint64_t seq);
  void erase(const crypto::DeviceKeys& author, std::uint64_t seq);
  void copy_to(const std::filesystem::path& file);  // closes this home

  [[nodiscard]] Hooks hooks();
  [[nodiscard]] Session::Facts facts(const DeviceId& other) const;

  // ---- what is kept ----
  [[nodiscard]] store::SealedLog& log() { return *log_; }
  [[nodiscard]] const DeviceId& id() const { return self_.id(); }
  [[nodiscard]] store::Frontier frontier() const { return log_->frontier(people().journal); }
  [[nodiscard]] std::uint64_t held(const crypto::DeviceKeys& author) const;
  [[nodiscard]] bool frozen(const crypto::DeviceKeys& author) const;
  [[nodiscard]] std::size_t missing() const;
  [[nodiscard]] std::vector<crypto::Record> records(const crypto::DeviceKeys& author) const;

  // ---- what was told ----
  struct Stored {
    DeviceId author;
    std::uint64_t first;
    std::uint64_t last;
    bool operator==(const Stored&) const = default;
  };
  std::vector<Greeting> greetings;
  std::vector<Stored> stored;
  store::Frontier acknowledged;
  std::vector<DeviceId> forked;
  bool admits = true;
  std::function<void()> on_stored;  // more that happens then

 private:
  Folder folder_;
  const crypto::DeviceKeys& self_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<store::SealedLog> log_;
};

// How far somebody's log is acknowledged in a frontier; 0 where it does not stand there.
std::uint64_t seq_in(const store::Frontier& frontier, const crypto::DeviceKeys& author);

}  // namespace duolog::sync::testing
