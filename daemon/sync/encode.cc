// encode.cc: a Message becomes the bytes of one frame. What is said here is within the limits that decode() checks.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/check.h"
#include "crypto/noise.h"
#include "daemon/sync/message.h"
#include "proto/wire.pb.h"

namespace duolog::sync {
namespace {

template <class Id>
std::string text(const Id& id) {
  return std::string(as_text(id.view()));
}

Bytes bytes_of(const wire::Frame& frame) {
  Bytes bytes(frame.ByteSizeLong());
  check(bytes.size() <= crypto::kMessageLimit, "a message of ours is too long");
  check(frame.SerializeToArray(bytes.data(), static_cast<int>(bytes.size())), "a message of ours does not serialise");
  return bytes;
}

void fill(wire::Frontier& out, const Claim& claim) {
  for (const store::FrontierEntry& entry : claim.entries) {
    wire::FrontierEntry& one = *out.add_entries();
    one.set_device(text(entry.device));
    one.set_seq(entry.seq);
    one.set_head(text(entry.head));
  }
  for (const auto& [device, seqs] : claim.missing) {
    wire::MissingBodies& one = *out.add_missing();
    one.set_device(text(device));
    one.mutable_seqs()->Add(seqs.begin(), seqs.end());
  }
}

// ---- protobuf's spelling: a tag of one byte (numbers below 16), then a number, or a length and as many bytes ----

std::size_t size_of_number(std::uint64_t value) {
  std::size_t size = 1;
  for (; value >= 0x80; value >>= 7) ++size;
  return size;
}
std::size_t size_of_field(std::size_t length) { return 1 + size_of_number(length) + length; }
std::size_t size_of_record(const crypto::Record& record) {
  return size_of_field(record.head.size()) + (record.body ? size_of_field(record.body->size()) : 0);
}

void append_number(Bytes& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<std::uint8_t>(value | 0x80));
  out.push_back(static_cast<std::uint8_t>(value));
}
void begin_field(Bytes& out, int number, std::size_t length) {
  out.push_back(static_cast<std::uint8_t>(number << 3 | 2));
  append_number(out, length);
}
void append_field(Bytes& out, int number, ByteView bytes) {
  begin_field(out, number, bytes.size());
  out.insert(out.end(), bytes.begin(), bytes.end());
}

void add_head(std::string& out, const crypto::SignedHeader& head) { out = as_text(head); }

}  // namespace

Bytes encode(const Hello& hello) {
  wire::Frame frame;
  wire::Hello& out = *frame.mutable_hello();
  out.set_version(hello.version);
  out.set_device_id(text(hello.device));
  out.set_time_ms(hello.time_ms);
  for (const std::string& address : hello.addresses) out.add_addresses(address);
  fill(*out.mutable_frontier(), hello.claim);
  if (hello.gives_blobs) out.add_capabilities(kBlobsCapability);
  if (hello.gives_epochs) out.add_capabilities(kEpochsCapability);
  return bytes_of(frame);
}

Bytes encode(const Claim& claim) {
  wire::Frame frame;
  fill(*frame.mutable_frontier(), claim);
  return bytes_of(frame);
}

Bytes encode(const Certs& certs) {
  wire::Frame frame;
  wire::Certs& all = *frame.mutable_certs();
  for (const crypto::Chain& chain : certs.chains) {
    wire::Chain& out = *all.add_chains();
    for (const crypto::Certificate& certificate : chain) {
      wire::Certificate& one = *out.add_certificates();
      one.set_body(certificate.body.data(), certificate.body.size());
      one.set_signature(certificate.signature.data(), certificate.signature.size());
    }
  }
  return bytes_of(frame);
}

// Written by hand, as protobuf would: it would copy each body twice before it is sealed, and this is most of what is
// said.
Bytes encode(const Run& run) {
  std::size_t inner = size_of_field(run.device.view().size()) + 1 + size_of_number(run.start);
  for (const crypto::Record& record : run.records) inner += size_of_field(size_of_record(record));
  Bytes out;
  out.reserve(size_of_field(inner));
  check(size_of_field(inner) <= crypto::kMessageLimit, "a message of ours is too long");
  begin_field(out, wire::Frame::kRecordsFieldNumber, inner);
  append_field(out, wire::Records::kDeviceFieldNumber, run.device.view());
  out.push_back(wire::Records::kStartSeqFieldNumber << 3);
  append_number(out, run.start);
  for (const crypto::Record& record : run.records) {
    begin_field(out, wire::Records::kRecordsFieldNumber, size_of_record(record));
    append_field(out, wire::SealedRecord::kHeadFieldNumber, record.head);
    if (record.body) append_field(out, wire::SealedRecord::kBodyFieldNumber, *record.body);
  }
  return out;
}

Bytes encode(const BodyWant& want) {
  wire::Frame frame;
  frame.mutable_body_want()->set_device(text(want.device));
  frame.mutable_body_want()->mutable_seqs()->Add(want.seqs.begin(), want.seqs.end());
  return bytes_of(frame);
}

Bytes encode(const HeadWant& want) {
  wire::Frame frame;
  frame.mutable_head_want()->set_device(text(want.device));
  frame.mutable_head_want()->set_seq(want.seq);
  frame.mutable_head_want()->set_count(want.count);
  return bytes_of(frame);
}

Bytes encode(const Heads& heads) {
  wire::Frame frame;
  frame.mutable_heads()->set_device(text(heads.device));
  frame.mutable_heads()->set_start_seq(heads.start);
  for (const auto& head : heads.heads) add_head(*frame.mutable_heads()->add_heads(), head);
  return bytes_of(frame);
}

Bytes encode(const store::ForkProof& fork) {
  wire::Frame frame;
  wire::Fork& out = *frame.mutable_fork();
  out.set_device(text(fork.device));
  out.set_start_seq(fork.start_seq);
  for (const auto& head : fork.ours) add_head(*out.add_ours(), head);
  for (const auto& head : fork.theirs) add_head(*out.add_theirs(), head);
  return bytes_of(frame);
}

Bytes encode(const BlobWant& want) {
  wire::Frame frame;
  wire::BlobWant& out = *frame.mutable_blob_want();
  for (const ChunkId& chunk : want.chunks) out.add_chunks(text(chunk));
  return bytes_of(frame);
}

Bytes encode(const BlobGive& give) {
  wire::Frame frame;
  frame.mutable_blob_give()->set_chunk(text(give.chunk));
  if (give.ciphertext) frame.mutable_blob_give()->set_ciphertext(give.ciphertext->data(), give.ciphertext->size());
  return bytes_of(frame);
}

Bytes encode(const GenesisTold& told) {
  wire::Frame frame;
  frame.mutable_genesis_told()->set_genesis(told.genesis.data(), told.genesis.size());
  return bytes_of(frame);
}

Bytes encode(const EpochWant& want) {
  wire::Frame frame;
  wire::EpochWant& out = *frame.mutable_epoch_want();
  for (const EpochId& epoch : want.epochs) out.add_ids(text(epoch));
  return bytes_of(frame);
}

// By hand as well, into one piece of memory: protobuf would leave copies of the secrets behind.
Bytes encode(const EpochGive& give) {
  std::size_t inner = 0;
  for (const ByteArray<32>& secret : give.secrets) inner += size_of_field(secret.size());
  Bytes out;
  out.reserve(size_of_field(inner));
  begin_field(out, wire::Frame::kEpochGiveFieldNumber, inner);
  for (const ByteArray<32>& secret : give.secrets) append_field(out, wire::EpochGive::kSecretsFieldNumber, secret);
  return out;
}

Bytes encode(const Ping&) {
  wire::Frame frame;
  frame.mutable_ping();
  return bytes_of(frame);
}

Bytes encode(const Bye& bye) {
  wire::Frame frame;
  frame.mutable_bye()->set_reason(static_cast<wire::Bye::Reason>(bye.reason));
  return bytes_of(frame);
}

}  // namespace duolog::sync
