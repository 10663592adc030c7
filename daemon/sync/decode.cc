// decode.cc: bytes from the other side become a Message, or a ProtocolError.
//
// A frame is looked at twice. First its fields are walked by hand: it holds one known body, whose size is within the
// limit of its kind, and a RECORDS within its count; so that protobuf is never asked to build millions of empty
// messages out of a few bytes. Then protobuf parses that body, and each value is checked as it is taken over. Of a
// RECORDS, which are most of what ever comes, the values are taken on the walk: protobuf would copy each body once
// more.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/stubs/logging.h>

#include "crypto/noise.h"
#include "daemon/sync/message.h"
#include "proto/wire.pb.h"

namespace duolog::sync {
namespace {

namespace io = google::protobuf::io;

constexpr int kRecursionLimit = 16;

[[noreturn]] void refuse(const char* why) { throw ProtocolError(why); }
void require(bool holds, const char* why) {
  if (!holds) refuse(why);
}

// ---- the walk ----

struct Field {
  std::uint32_t number = 0;
  std::optional<ByteView> bytes;       // of a length-delimited field
  std::optional<std::uint64_t> value;  // of a number
};

// The fields of one message, one after the other, nothing copied.
class FieldWalk {
 public:
  explicit FieldWalk(ByteView message) : rest_(message) {}

  std::optional<Field> next() {
    if (rest_.empty()) return std::nullopt;
    const std::uint64_t tag = varint();
    require(tag >> 3 != 0 && tag >> 3 < (1U << 29), "a field has no number");
    Field field{static_cast<std::uint32_t>(tag >> 3), std::nullopt, std::nullopt};
    switch (tag & 7) {
      case 0:
        field.value = varint();
        break;
      case 1:
        take(8);
        break;
      case 2:
        field.bytes = take(varint());
        break;
      case 5:
        take(4);
        break;
      default:
        refuse("a field has no known wire type");
    }
    return field;
  }

 private:
  ByteView take(std::uint64_t length) {
    require(length <= rest_.size(), "a field is longer than its message");
    const ByteView taken = rest_.first(static_cast<std::size_t>(length));
    rest_ = rest_.subspan(taken.size());
    return taken;
  }
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::uint8_t byte = take(1)[0];
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if ((byte & 0x80) == 0) return value;
    }
    refuse("a number is too long");
  }

  ByteView rest_;
};

std::size_t size_limit(std::uint32_t kind) {
  switch (kind) {
    case wire::Frame::kHello:
    case wire::Frame::kFrontier:
    case wire::Frame::kCerts:
      return kFrontierMessageLimit;
    case wire::Frame::kRecords:
      return crypto::kMessageLimit;
    case wire::Frame::kHeads:
      return kHeadsMessageLimit;
    case wire::Frame::kFork:
      return kForkMessageLimit;
    case wire::Frame::kBlobGive:
      return kChunkMessageLimit;
    default:
      return kSmallMessageLimit;
  }
}

bool is_known(std::uint32_t kind) { return kind <= wire::Frame::kGenesisToldFieldNumber; }

// The one body of a frame; number 0 where there is none that we know.
Field body_of(ByteView frame) {
  require(frame.size() <= crypto::kMessageLimit, "a message is too long");
  Field body;
  for (FieldWalk walk(frame); const auto field = walk.next();) {
    if (!is_known(field->number)) continue;
    require(body.number == 0, "a frame holds two messages");
    require(field->bytes.has_value(), "a frame holds a number where a message belongs");
    require(field->bytes->size() <= size_limit(field->number), "a message of this kind is too long");
    body = *field;
  }
  return body;
}

// Of the messages with this number; a number where a message belongs is none, to protobuf as well.
std::size_t count_messages(ByteView message, std::uint32_t number) {
  std::size_t count = 0;
  for (FieldWalk walk(message); const auto field = walk.next();)
    count += field->number == number && field->bytes ? 1 : 0;
  return count;
}

template <class Wire>
Wire parse(ByteView bytes) {
  io::CodedInputStream input(bytes.data(), static_cast<int>(bytes.size()));
  input.SetRecursionLimit(kRecursionLimit);
  input.SetTotalBytesLimit(static_cast<int>(crypto::kMessageLimit));
  const google::protobuf::LogSilencer silence;  // it would tell the terminal of text that is not UTF-8
  Wire message;
  require(message.ParseFromCodedStream(&input) && input.ConsumedEntireMessage(), "a message does not parse");
  return message;
}

// ---- values ----

template <class Id>
Id take_id(ByteView bytes) {
  const auto id = Id::from(bytes);
  require(id.has_value(), "an id is not of 32 bytes");
  return *id;
}
template <class Id>
Id take_id(const std::string& bytes) {
  return take_id<Id>(as_bytes(bytes));
}

std::uint64_t take_seq(std::uint64_t seq) {
  require(seq >= 1 && seq <= crypto::kSeqLimit, "a sequence number is out of its limits");
  return seq;
}

crypto::SignedHeader take_head(ByteView bytes) {
  crypto::SignedHeader head{};
  require(bytes.size() == head.size(), "a record's head is not of 208 bytes");
  std::copy(bytes.begin(), bytes.end(), head.begin());
  return head;
}

template <class Seqs>
std::vector<std::uint64_t> take_seqs(const Seqs& seqs, std::size_t limit) {
  require(!seqs.empty() && static_cast<std::size_t>(seqs.size()) <= limit, "a list of seqs is empty or too long");
  std::vector<std::uint64_t> taken;
  taken.reserve(static_cast<std::size_t>(seqs.size()));
  for (const std::uint64_t seq : seqs) {
    require(taken.empty() || taken.back() < seq, "a list of seqs is not in order");
    taken.push_back(take_seq(seq));
  }
  return taken;
}

template <class Heads>
std::vector<crypto::SignedHeader> take_heads(const Heads& heads) {
  require(static_cast<std::size_t>(heads.size()) <= kWantLimit, "too many heads");
  std::vector<crypto::SignedHeader> taken;
  taken.reserve(static_cast<std::size_t>(heads.size()));
  for (const std::string& head : heads) taken.push_back(take_head(as_bytes(head)));
  return taken;
}

// ---- messages ----

store::Frontier take_entries(const wire::Frontier& from) {
  require(static_cast<std::size_t>(from.entries_size()) <= kDevicesLimit, "a frontier has too many devices");
  store::Frontier entries;
  entries.reserve(static_cast<std::size_t>(from.entries_size()));
  for (const wire::FrontierEntry& entry : from.entries()) {
    const auto device = take_id<DeviceId>(entry.device());
    require(entries.empty() || entries.back().device < device, "a frontier is not in order");
    require(entry.seq() <= crypto::kSeqLimit, "a sequence number is out of its limits");
    entries.push_back({device, entry.seq(), take_id<RecordId>(entry.head())});
  }
  return entries;
}

std::uint64_t seq_of(const store::Frontier& entries, const DeviceId& device) {
  const auto at =
      std::lower_bound(entries.begin(), entries.end(), device,
                       [](const store::FrontierEntry& entry, const DeviceId& id) { return entry.device < id; });
  return at != entries.end() && at->device == device ? at->seq : 0;
}

MissingSeqs take_missing(const wire::Frontier& from, const store::Frontier& entries) {
  require(static_cast<std::size_t>(from.missing_size()) <= kDevicesLimit,
          "a frontier misses bodies of too many devices");
  MissingSeqs missing;
  std::size_t room = kMissingLimit;
  for (const wire::MissingBodies& of_device : from.missing()) {
    const auto device = take_id<DeviceId>(of_device.device());
    require(missing.empty() || missing.rbegin()->first < device, "the missing bodies are not in order");
    auto seqs = take_seqs(of_device.seqs(), room);
    room -= seqs.size();
    require(seqs.back() <= seq_of(entries, device), "a body is missing above the frontier");
    missing.emplace(device, std::move(seqs));
  }
  return missing;
}

Claim take_claim(const wire::Frontier& from) {
  Claim claim{take_entries(from), {}};
  claim.missing = take_missing(from, claim.entries);
  return claim;
}

Hello take_hello(const wire::Hello& from) {
  Hello hello{from.version(), {}, from.time_ms(), {}, {}, false, false};
  if (hello.version > kVersion) return hello;  // what else it says, only that version knows
  require(hello.version == kVersion, "a greeting has no version");
  hello.device = take_id<DeviceId>(from.device_id());
  for (const std::string& address : from.addresses())
    if (hello.addresses.size() < kAddressesLimit && is_address(address)) hello.addresses.push_back(address);
  hello.claim = take_claim(from.frontier());
  require(static_cast<std::size_t>(from.capabilities_size()) <= kCapabilitiesLimit,
          "a greeting has too many capabilities");
  const auto says = [&from](std::uint32_t capability) {
    return std::find(from.capabilities().begin(), from.capabilities().end(), capability) != from.capabilities().end();
  };
  hello.gives_blobs = says(kBlobsCapability);
  hello.gives_epochs = says(kEpochsCapability);
  return hello;
}

Certs take_certs(const wire::Certs& from) {
  require(static_cast<std::size_t>(from.chains_size()) <= kDevicesLimit, "too many chains");
  Certs certs;
  for (const wire::Chain& chain : from.chains()) {
    const auto length = static_cast<std::size_t>(chain.certificates_size());
    require(length >= 1 && length <= crypto::kChainLimit, "a chain is empty or too long");
    crypto::Chain taken;
    for (const wire::Certificate& certificate : chain.certificates()) {
      crypto::Certificate& one = taken.emplace_back();
      one.body = to_bytes(as_bytes(certificate.body()));
      require(certificate.signature().size() == one.signature.size(), "a signature is not of 64 bytes");
      std::copy(certificate.signature().begin(), certificate.signature().end(), one.signature.begin());
    }
    certs.chains.push_back(std::move(taken));
  }
  return certs;
}

// As protobuf reads it: of a field that comes twice the last one counts, one of another wire type is not known.
crypto::Record take_record(ByteView bytes, std::size_t& room) {
  std::optional<ByteView> head, body;
  for (FieldWalk walk(bytes); const auto field = walk.next();) {
    if (field->bytes && field->number == wire::SealedRecord::kHeadFieldNumber) head = field->bytes;
    if (field->bytes && field->number == wire::SealedRecord::kBodyFieldNumber) body = field->bytes;
  }
  crypto::Record taken;
  taken.head = take_head(head.value_or(ByteView{}));
  const std::size_t length = taken.head.size() + (body ? body->size() : 0);
  require((!body || body->size() <= crypto::kBodyLimit) && length <= room, "a run is too long");
  room -= length;
  if (body) taken.body = to_bytes(*body);
  return taken;
}

Run take_run(ByteView bytes) {
  const std::size_t count = count_messages(bytes, wire::Records::kRecordsFieldNumber);
  require(count >= 1 && count <= crypto::kRunLimit, "a run is empty or has too many records");
  Run run;
  ByteView device;
  run.records.reserve(count);
  std::size_t room = crypto::kRunBytesLimit;
  for (FieldWalk walk(bytes); const auto field = walk.next();) {
    if (field->bytes && field->number == wire::Records::kDeviceFieldNumber) device = *field->bytes;
    if (field->value && field->number == wire::Records::kStartSeqFieldNumber) run.start = *field->value;
    if (field->bytes && field->number == wire::Records::kRecordsFieldNumber)
      run.records.push_back(take_record(*field->bytes, room));
  }
  run.device = take_id<DeviceId>(device);
  take_seq(run.start);
  take_seq(run.start + run.records.size() - 1);
  return run;
}

BodyWant take_body_want(const wire::BodyWant& from) {
  return {take_id<DeviceId>(from.device()), take_seqs(from.seqs(), kWantLimit)};
}

HeadWant take_head_want(const wire::HeadWant& from) {
  require(from.count() >= 1 && from.count() <= kWantLimit, "a question for heads asks for none or too many");
  return {take_id<DeviceId>(from.device()), take_seq(from.seq()), from.count()};
}

Heads take_heads_message(const wire::Heads& from) {
  return {take_id<DeviceId>(from.device()), take_seq(from.start_seq()), take_heads(from.heads())};
}

store::ForkProof take_fork(const wire::Fork& from) {
  require(from.ours_size() >= 1 && from.theirs_size() >= 1, "a fork shows one branch only");
  return {take_id<DeviceId>(from.device()), take_seq(from.start_seq()), take_heads(from.ours()),
          take_heads(from.theirs())};
}

BlobWant take_blob_want(const wire::BlobWant& from) {
  require(from.chunks_size() >= 1 && static_cast<std::size_t>(from.chunks_size()) <= kChunkWantLimit,
          "a question for chunks asks for none or too many");
  BlobWant want;
  for (const std::string& chunk : from.chunks()) want.chunks.push_back(take_id<ChunkId>(chunk));
  return want;
}

BlobGive take_blob_give(const wire::BlobGive& from) {
  require(from.ciphertext().size() <= crypto::kSealedChunkLimit, "a chunk is too long");
  BlobGive give{take_id<ChunkId>(from.chunk()), std::nullopt};
  if (from.has_ciphertext()) give.ciphertext = to_bytes(as_bytes(from.ciphertext()));
  return give;
}

GenesisTold take_genesis(const wire::GenesisTold& from) {
  require(from.genesis().size() <= kGenesisLimit, "a genesis is too long");
  return {to_bytes(as_bytes(from.genesis()))};
}

EpochWant take_epoch_want(const wire::EpochWant& from) {
  require(from.ids_size() >= 1 && static_cast<std::size_t>(from.ids_size()) <= kEpochsLimit,
          "a question for epochs asks for none or too many");
  EpochWant want;
  for (const std::string& epoch : from.ids()) want.epochs.push_back(take_id<EpochId>(epoch));
  return want;
}

// On the walk, for protobuf would keep copies of what is secret.
EpochGive take_epoch_give(ByteView bytes) {
  const std::size_t count = count_messages(bytes, wire::EpochGive::kSecretsFieldNumber);
  require(count >= 1 && count <= kEpochsLimit, "no epoch is given, or too many at once");
  EpochGive give;
  give.secrets.reserve(count);
  for (FieldWalk walk(bytes); const auto field = walk.next();) {
    if (!field->bytes || field->number != wire::EpochGive::kSecretsFieldNumber) continue;
    ByteArray<32>& secret = give.secrets.emplace_back();
    require(field->bytes->size() == secret.size(), "an epoch's secret is not of 32 bytes");
    std::copy(field->bytes->begin(), field->bytes->end(), secret.begin());
  }
  return give;
}

}  // namespace

bool holds_secrets(ByteView message) {
  constexpr std::uint8_t kTag = wire::Frame::kEpochGiveFieldNumber << 3 | 2;
  return !message.empty() && message.front() == kTag;
}

Message decode(ByteView message) {
  const Field body = body_of(message);
  const ByteView bytes = body.bytes.value_or(ByteView{});
  switch (body.number) {
    case wire::Frame::kHello:
      return take_hello(parse<wire::Hello>(bytes));
    case wire::Frame::kFrontier:
      return take_claim(parse<wire::Frontier>(bytes));
    case wire::Frame::kCerts:
      return take_certs(parse<wire::Certs>(bytes));
    case wire::Frame::kRecords:
      return take_run(bytes);
    case wire::Frame::kBodyWant:
      return take_body_want(parse<wire::BodyWant>(bytes));
    case wire::Frame::kHeadWant:
      return take_head_want(parse<wire::HeadWant>(bytes));
    case wire::Frame::kHeads:
      return take_heads_message(parse<wire::Heads>(bytes));
    case wire::Frame::kFork:
      return take_fork(parse<wire::Fork>(bytes));
    case wire::Frame::kBlobWant:
      return take_blob_want(parse<wire::BlobWant>(bytes));
    case wire::Frame::kBlobGive:
      return take_blob_give(parse<wire::BlobGive>(bytes));
    case wire::Frame::kGenesisTold:
      return take_genesis(parse<wire::GenesisTold>(bytes));
    case wire::Frame::kEpochWant:
      return take_epoch_want(parse<wire::EpochWant>(bytes));
    case wire::Frame::kEpochGive:
      return take_epoch_give(bytes);
    case wire::Frame::kPing:
      return Ping{};
    case wire::Frame::kBye:
      return Bye{parse<wire::Bye>(bytes).reason()};
    default:
      return Unknown{};
  }
}

}  // namespace duolog::sync
