// introduction.cc: an introduction as padded bytes, and back with every limit checked.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/introduction.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/stubs/logging.h>

#include "crypto/hash.h"
#include "crypto/noise.h"
#include "proto/wire.pb.h"

namespace duolog::net {
namespace {

constexpr int kRecursionLimit = 16;

bool parse(ByteView from, wire::Introduction& message) {
  const google::protobuf::LogSilencer quiet;  // a name that is not UTF-8 fills no screen
  google::protobuf::io::CodedInputStream input(from.data(), static_cast<int>(from.size()));
  input.SetRecursionLimit(kRecursionLimit);
  return message.ParseFromCodedStream(&input) && input.ConsumedEntireMessage();
}

std::optional<crypto::Certificate> certificate_from(const wire::Certificate& message) {
  crypto::Certificate certificate{to_bytes(as_bytes(message.body())), {}};
  if (message.signature().size() != certificate.signature.size()) return std::nullopt;
  const ByteView signature = as_bytes(message.signature());
  std::copy(signature.begin(), signature.end(), certificate.signature.begin());
  return certificate;
}

std::optional<crypto::Chain> chain_from(const wire::Chain& message) {
  if (message.certificates().empty() || message.certificates_size() > static_cast<int>(crypto::kChainLimit))
    return std::nullopt;
  crypto::Chain chain;
  for (const wire::Certificate& each : message.certificates()) {
    auto certificate = certificate_from(each);
    if (!certificate) return std::nullopt;
    chain.push_back(std::move(*certificate));
  }
  return chain;
}

}  // namespace

Bytes encode(const Introduction& introduction) {
  wire::Introduction message;
  for (const crypto::Certificate& certificate : introduction.chain) {
    wire::Certificate& out = *message.mutable_chain()->add_certificates();
    out.set_body(std::string(as_text(certificate.body)));
    out.set_signature(std::string(as_text(certificate.signature)));
  }
  message.set_name(introduction.name);
  const std::string bytes = message.SerializeAsString();
  return crypto::pad(as_bytes(bytes), crypto::kHandshakePayloadFloor);
}

std::optional<Introduction> decode_introduction(ByteView payload) {
  const auto bytes = crypto::unpadded(payload);
  wire::Introduction message;
  if (!bytes || !parse(*bytes, message)) return std::nullopt;
  auto chain = chain_from(message.chain());
  if (!chain || message.name().size() > crypto::kNameLimit || utf8_fault(as_bytes(message.name()))) return std::nullopt;
  return Introduction{std::move(*chain), message.name()};
}

std::optional<crypto::DevicePublic> introduced_device(const crypto::Chain& chain, const NoisePublic& spoken_with) {
  if (chain.empty()) return std::nullopt;
  const auto last = crypto::decode(chain.back());
  if (!last || last->device.noise != spoken_with) return std::nullopt;
  return last->device;
}

}  // namespace duolog::net
