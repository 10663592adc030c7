// record.h: one sealed, signed link of a device's append-only chain.
//
// The record id covers header and signature, and the next header covers the id: that is why verify_run() checks
// every hash and link but only the last signature. What is hashed is bytes that are kept.
// Spec: proto/README.md section 3.2.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <variant>

#include "crypto/hash.h"
#include "crypto/keys.h"

namespace duolog::crypto {

// DO NOT CHANGE: on disk and on the wire.
enum class RecordKind : std::uint8_t { kEvent = 1, kEpoch = 2, kMembership = 3 };
inline constexpr std::size_t kHeaderLength = 1 + 1 + 2 + 4 + 8 + 4 * 32;
inline constexpr std::size_t kSignedHeaderLength = kHeaderLength + 64;
inline constexpr std::size_t kBodyLimit = 1'310'720;
inline constexpr std::size_t kEventLimit = 1 << 20;
inline constexpr std::size_t kRunLimit = 1024;          // records in a run
inline constexpr std::size_t kRunBytesLimit = 3 << 20;  // and their bytes
inline constexpr std::uint64_t kSeqLimit = 1ULL << 32;  // records of one device in one journal
inline constexpr std::size_t kEventPadFloor = 512;

struct Header {
  RecordKind kind = RecordKind::kEvent;
  std::uint32_t body_length = 0;
  std::uint64_t seq = 0;  // 1 for the first record of a device in a journal
  DeviceId device;
  RecordId prev;
  EpochId epoch;
  Hash body_hash;
};

using SignedHeader = ByteArray<kSignedHeaderLength>;

struct Record {
  SignedHeader head{};
  std::optional<Bytes> body;  // absent: erased, or not fetched yet. Never absent for kinds 2 and 3
  bool operator==(const Record&) const = default;
};

// nullopt: wrong length, version, kind or reserved bytes, or body_length or seq out of limits. Says nothing about the
// signature.
std::optional<Header> decode_header(ByteView signed_header);
RecordId record_id(const JournalId& journal, const SignedHeader& head);
RecordId first_prev(const JournalId& journal, const DeviceId& device);  // `prev` of seq 1
bool body_matches(const SignedHeader& head, ByteView body);
bool signature_holds(const JournalId& journal, const SignPublic& device, const SignedHeader& head);

// Where the next record of a chain goes.
struct ChainPosition {
  std::uint64_t seq = 1;
  RecordId prev;
};

RecordKey record_key(const EpochSecret& epoch, const DeviceId& author);

// Kinds 1 and 3: `event` is padded, sealed under the epoch, chained and signed. REQUIRES: event within kEventLimit.
Record make_event_record(const JournalId& journal, const DeviceKeys& author, RecordKind kind, const ChainPosition& at,
                         const EpochId& epoch, const RecordKey& key, ByteView event);
// Kind 2: the body is clear structure around sealed slots (epoch.h).
Record make_epoch_record(const JournalId& journal, const DeviceKeys& author, const ChainPosition& at,
                         const EpochId& epoch, Bytes body);

// The event's bytes. nullopt: another epoch's key, or not authentic.
std::optional<Bytes> open_record(const JournalId& journal, const RecordKey& key, const SignedHeader& head,
                                 ByteView body);
// The same for a body whose hash has been looked at. REQUIRES: body_matches(). Whoever has the epoch's key could seal
// another text for this place; the hash alone ties the body to its author's signature.
std::optional<Bytes> open_unhashed_record(const JournalId& journal, const RecordKey& key, const SignedHeader& head,
                                          ByteView body);

enum class RunFault {
  kEmpty,
  kTooLong,    // more than kRunLimit records or kRunBytesLimit bytes
  kMalformed,  // decode_header refuses it
  kOtherDevice,
  kGap,          // seq does not count up by one
  kBrokenChain,  // prev is not the id of the record before
  kBodyMismatch,
  kBodyMissing,  // kinds 2 and 3 must carry theirs
  kBadSignature,
};
std::string_view describe(RunFault fault);

struct VerifiedRun {
  std::vector<RecordId> ids;  // of each record, in order
  std::vector<Header> headers;
};

// The whole run or nothing. `from` is where the run must begin.
std::variant<VerifiedRun, RunFault> verify_run(const JournalId& journal, const DeviceId& device, const SignPublic& key,
                                               const ChainPosition& from, std::span<const Record> run);

}  // namespace duolog::crypto
