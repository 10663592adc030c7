// message.h: what two daemons say to each other in a session, as values. Every limit of proto/README.md section 3.12
// is checked here, before anything is allocated that a length from outside asks for; what comes out of decode() is
// well-formed, and nothing more is known of it: whether it is true, the session finds out.
// Spec: proto/wire.proto.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <stdexcept>
#include <variant>

#include "crypto/blob.h"
#include "crypto/certificate.h"
#include "crypto/secret.h"
#include "daemon/home/address.h"
#include "daemon/store/sealed_log.h"

namespace duolog::sync {

inline constexpr std::uint32_t kVersion = 1;
inline constexpr std::size_t kDevicesLimit = store::kDeviceLimit;  // logs in one journal
inline constexpr std::size_t kMissingTold = 256;  // seqs without a body that one frontier names, and one more a device
inline constexpr std::size_t kMissingLimit = kMissingTold + kDevicesLimit;
inline constexpr std::size_t kWantLimit = 1024;     // bodies or heads in one question
inline constexpr std::size_t kChunkWantLimit = 64;  // chunks in one question
inline constexpr std::size_t kEpochsLimit = 32;     // epochs in one question, or in one answer
inline constexpr std::size_t kCapabilitiesLimit = 64;
inline constexpr std::size_t kGenesisLimit = 256;
inline constexpr std::uint32_t kBlobsCapability = 1;   // DO NOT CHANGE: gives and takes chunks of attachments
inline constexpr std::uint32_t kEpochsCapability = 2;  // DO NOT CHANGE: asks for epochs and gives them
inline constexpr std::size_t kChainsBytes =
    40 << 10;  // a CERTS message is closed when it is longer; one chain fits on top

// Sizes of whole messages by kind. What is not RECORDS, HEADS or FORK is small.
inline constexpr std::size_t kSmallMessageLimit = 16 << 10;
inline constexpr std::size_t kFrontierMessageLimit = 64 << 10;  // also HELLO and CERTS
inline constexpr std::size_t kHeadsMessageLimit = 256 << 10;
inline constexpr std::size_t kForkMessageLimit = 2 * kHeadsMessageLimit;
inline constexpr std::size_t kChunkMessageLimit = crypto::kSealedChunkLimit + 64;

// Their bytes are wrong. Thrown by decode() and by the session's handlers, caught in Session::receive() alone.
struct ProtocolError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

using MissingSeqs = std::map<DeviceId, std::vector<std::uint64_t>>;  // ascending, none empty

// A FRONTIER, and what a HELLO holds of one.
struct Claim {
  store::Frontier entries;  // ascending by device
  MissingSeqs missing;      // at or below the entry of the same device
  bool operator==(const Claim&) const = default;
};
struct Hello {
  std::uint32_t version = kVersion;
  DeviceId device;
  std::int64_t time_ms = 0;
  std::vector<std::string> addresses;  // valid ones only; others are dropped without blame
  Claim claim;
  bool gives_blobs = false;  // of the capabilities those that we know
  bool gives_epochs = false;
};
struct Certs {
  std::vector<crypto::Chain> chains;
};
struct Run {
  DeviceId device;
  std::uint64_t start = 0;
  std::vector<crypto::Record> records;  // 1 to kRunLimit
};
struct BodyWant {
  DeviceId device;
  std::vector<std::uint64_t> seqs;  // 1 to kWantLimit, ascending
};
struct HeadWant {
  DeviceId device;
  std::uint64_t seq = 0;
  std::uint32_t count = 0;  // 1 to kWantLimit
};
struct Heads {
  DeviceId device;
  std::uint64_t start = 0;
  std::vector<crypto::SignedHeader> heads;  // at most kWantLimit; none: nothing to be had there
};
struct BlobWant {
  std::vector<ChunkId> chunks;  // 1 to kChunkWantLimit
};
struct BlobGive {
  ChunkId chunk;
  std::optional<Bytes> ciphertext;  // at most kSealedChunkLimit; absent: not to be had there
};
struct GenesisTold {  // what a bundle begins with
  Bytes genesis;      // at most kGenesisLimit, and not looked at
};
struct EpochWant {
  std::vector<EpochId> epochs;  // 1 to kEpochsLimit
};
struct EpochGive {
  std::vector<ByteArray<32>> secrets;  // 1 to kEpochsLimit; zeroed when they go
  EpochGive() = default;
  EpochGive(EpochGive&&) noexcept = default;
  EpochGive& operator=(EpochGive&&) noexcept = default;
  EpochGive(const EpochGive&) = delete;
  EpochGive& operator=(const EpochGive&) = delete;
  ~EpochGive() {
    for (ByteArray<32>& secret : secrets) crypto::wipe(secret);
  }
};
struct Ping {};
struct Bye {
  int reason = 0;  // a number of wire::Bye::Reason, or one that only a newer version knows
};
struct Unknown {};  // a frame of a newer version

using Message = std::variant<Hello, Claim, Certs, Run, BodyWant, HeadWant, Heads, store::ForkProof, Ping, Bye, BlobWant,
                             BlobGive, EpochWant, EpochGive, GenesisTold, Unknown>;

// Throws ProtocolError, whose text is for the notes and holds nothing of the bytes.
Message decode(ByteView message);
// Secrets lie open in these bytes: whoever carries them zeroes them afterwards.
[[nodiscard]] bool holds_secrets(ByteView message);

Bytes encode(const Hello& hello);
Bytes encode(const Claim& claim);
Bytes encode(const Certs& certs);
Bytes encode(const Run& run);
Bytes encode(const BodyWant& want);
Bytes encode(const HeadWant& want);
Bytes encode(const Heads& heads);
Bytes encode(const store::ForkProof& fork);
Bytes encode(const BlobWant& want);
Bytes encode(const BlobGive& give);
Bytes encode(const GenesisTold& told);
Bytes encode(const EpochWant& want);
Bytes encode(const EpochGive& give);
Bytes encode(const Ping& ping);
Bytes encode(const Bye& bye);

}  // namespace duolog::sync
