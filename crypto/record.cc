// record.cc: one link of a chain made, checked and opened; and a run of them verified.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/record.h"

#include "crypto/check.h"

namespace duolog::crypto {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kBoundLength = kHeaderLength - 32;  // all of the header but body_hash: what the AD holds

// Where each field of the header stands. DO NOT CHANGE.
constexpr std::size_t kKindAt = 1;
constexpr std::size_t kReservedAt = 2;
constexpr std::size_t kBodyLengthAt = 4;
constexpr std::size_t kSeqAt = 8;
constexpr std::size_t kDeviceAt = 16;
constexpr std::size_t kPrevAt = kDeviceAt + 32;
constexpr std::size_t kEpochAt = kPrevAt + 32;
constexpr std::size_t kBodyHashAt = kEpochAt + 32;
static_assert(kBodyHashAt == kBoundLength);

Bytes encode(const Header& header) {
  Bytes out{kVersion, static_cast<std::uint8_t>(header.kind), 0, 0};
  append_u32(out, header.body_length);
  append_u64(out, header.seq);
  append(out, header.device.bytes);
  append(out, header.prev.bytes);
  append(out, header.epoch.bytes);
  append(out, header.body_hash.bytes);
  return out;
}

ByteView header_of(const SignedHeader& head) { return ByteView(head).first(kHeaderLength); }
ByteView signature_of(const SignedHeader& head) { return ByteView(head).subspan(kHeaderLength); }

ByteArray<32> header_hash(const JournalId& journal, ByteView header) {
  return hash_bytes("rec.hdr", {journal.bytes, header});
}

constexpr std::string_view kSealLabel = "duolog1:rec";
using AssociatedData = ByteArray<kSealLabel.size() + JournalId::kLength + kBoundLength>;

AssociatedData associated_data(const JournalId& journal, ByteView header) {
  AssociatedData ad;
  auto at = std::copy(kSealLabel.begin(), kSealLabel.end(), ad.begin());
  at = std::copy(journal.bytes.begin(), journal.bytes.end(), at);
  std::copy_n(header.begin(), kBoundLength, at);
  return ad;
}

Record chain_and_sign(const JournalId& journal, const DeviceKeys& author, Header header, Bytes body) {
  header.body_hash = hash("rec.body", {body});
  const Bytes encoded = encode(header);
  const Signature signature = sign(author.sign(), "rec", header_hash(journal, encoded));
  Record record;
  std::copy(signature.begin(), signature.end(), std::copy(encoded.begin(), encoded.end(), record.head.begin()));
  record.body = std::move(body);
  return record;
}

bool is_too_long(std::span<const Record> run) {
  if (run.size() > kRunLimit) return true;
  std::size_t bytes = 0;
  for (const Record& record : run) bytes += kSignedHeaderLength + (record.body ? record.body->size() : 0);
  return bytes > kRunBytesLimit;
}

// What is wrong with one record at its place in the run, but for its signature.
std::optional<RunFault> fault_of(const Record& record, const Header& header, const DeviceId& device,
                                 const ChainPosition& at) {
  if (header.device != device) return RunFault::kOtherDevice;
  if (header.seq != at.seq) return RunFault::kGap;
  if (header.prev != at.prev) return RunFault::kBrokenChain;
  if (record.body && !body_matches(record.head, *record.body)) return RunFault::kBodyMismatch;
  if (!record.body && header.kind != RecordKind::kEvent) return RunFault::kBodyMissing;
  return std::nullopt;
}

}  // namespace

std::optional<Header> decode_header(ByteView head) {
  if (head.size() != kSignedHeaderLength || head[0] != kVersion) return std::nullopt;
  const std::uint8_t kind = head[kKindAt];
  if (kind < static_cast<std::uint8_t>(RecordKind::kEvent) || kind > static_cast<std::uint8_t>(RecordKind::kMembership))
    return std::nullopt;
  if (head[kReservedAt] != 0 || head[kReservedAt + 1] != 0) return std::nullopt;
  const std::uint32_t body_length = read_u32(head.subspan(kBodyLengthAt));
  const std::uint64_t seq = read_u64(head.subspan(kSeqAt));
  if (body_length > kBodyLimit || seq == 0 || seq > kSeqLimit) return std::nullopt;
  return Header{static_cast<RecordKind>(kind),
                body_length,
                seq,
                *DeviceId::from(head.subspan(kDeviceAt, 32)),
                *RecordId::from(head.subspan(kPrevAt, 32)),
                *EpochId::from(head.subspan(kEpochAt, 32)),
                *Hash::from(head.subspan(kBodyHashAt, 32))};
}

RecordId record_id(const JournalId& journal, const SignedHeader& head) {
  return hash<RecordId>("rec.id", {header_hash(journal, header_of(head)), signature_of(head)});
}

RecordId first_prev(const JournalId& journal, const DeviceId& device) {
  return hash<RecordId>("rec.first", {journal.bytes, device.bytes});
}

bool body_matches(const SignedHeader& head, ByteView body) {
  return body.size() == read_u32(ByteView(head).subspan(kBodyLengthAt)) &&
         equal_in_constant_time(hash_bytes("rec.body", {body}), ByteView(head).subspan(kBodyHashAt, 32));
}

bool signature_holds(const JournalId& journal, const SignPublic& device, const SignedHeader& head) {
  return verify(device, "rec", header_hash(journal, header_of(head)), signature_of(head));
}

RecordKey record_key(const EpochSecret& epoch, const DeviceId& author) {
  return kdf<RecordKey>(epoch.view(), "rec.key", {author.bytes});
}

Record make_event_record(const JournalId& journal, const DeviceKeys& author, RecordKind kind, const ChainPosition& at,
                         const EpochId& epoch, const RecordKey& key, ByteView event) {
  check(event.size() <= kEventLimit && kind != RecordKind::kEpoch, "a record cannot hold this event");
  const Bytes padded = pad(event, kEventPadFloor);
  // The length of the body is bound before the body exists; its hash joins the header after.
  const Header header{
      kind, static_cast<std::uint32_t>(padded.size() + kSealOverhead), at.seq, author.id(), at.prev, epoch, {}};
  return chain_and_sign(journal, author, header, seal(key.view(), associated_data(journal, encode(header)), padded));
}

Record make_epoch_record(const JournalId& journal, const DeviceKeys& author, const ChainPosition& at,
                         const EpochId& epoch, Bytes body) {
  check(body.size() <= kBodyLimit, "an epoch's body is too long");
  const Header header{
      RecordKind::kEpoch, static_cast<std::uint32_t>(body.size()), at.seq, author.id(), at.prev, epoch, {}};
  return chain_and_sign(journal, author, header, std::move(body));
}

std::optional<Bytes> open_record(const JournalId& journal, const RecordKey& key, const SignedHeader& head,
                                 ByteView body) {
  return body_matches(head, body) ? open_unhashed_record(journal, key, head, body) : std::nullopt;
}

std::optional<Bytes> open_unhashed_record(const JournalId& journal, const RecordKey& key, const SignedHeader& head,
                                          ByteView body) {
  std::optional<Bytes> opened = open(key.view(), associated_data(journal, header_of(head)), body);
  if (!opened) return std::nullopt;
  const std::optional<ByteView> event = unpadded(*opened);
  if (!event || event->size() > kEventLimit) return std::nullopt;
  opened->erase(opened->begin(), opened->begin() + (event->data() - opened->data()));  // no second copy of the words
  opened->resize(event->size());
  return opened;
}

std::string_view describe(RunFault fault) {
  switch (fault) {
    case RunFault::kEmpty:
      return "the run is empty";
    case RunFault::kTooLong:
      return "the run has too many records or bytes";
    case RunFault::kMalformed:
      return "a header is malformed";
    case RunFault::kOtherDevice:
      return "a record is of another device";
    case RunFault::kGap:
      return "a sequence number is out of turn";
    case RunFault::kBrokenChain:
      return "a record does not continue the one before it";
    case RunFault::kBodyMismatch:
      return "a body is not the one its header names";
    case RunFault::kBodyMissing:
      return "a body is missing that must be there";
    case RunFault::kBadSignature:
      return "the last signature does not hold";
  }
  return "unknown fault";
}

std::variant<VerifiedRun, RunFault> verify_run(const JournalId& journal, const DeviceId& device, const SignPublic& key,
                                               const ChainPosition& from, std::span<const Record> run) {
  if (run.empty()) return RunFault::kEmpty;
  if (is_too_long(run)) return RunFault::kTooLong;
  VerifiedRun verified;
  ChainPosition at = from;
  for (const Record& record : run) {
    const std::optional<Header> header = decode_header(record.head);
    if (!header) return RunFault::kMalformed;
    if (const auto fault = fault_of(record, *header, device, at)) return *fault;
    at = {header->seq + 1, record_id(journal, record.head)};
    verified.headers.push_back(*header);
    verified.ids.push_back(at.prev);
  }
  if (!signature_holds(journal, key, run.back().head)) return RunFault::kBadSignature;
  return verified;
}

}  // namespace duolog::crypto
