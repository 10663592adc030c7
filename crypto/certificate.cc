// certificate.cc: making, reading and proving certificates. The body has one shape only, so it is read by position.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/certificate.h"

#include "crypto/check.h"
#include "crypto/hash.h"

namespace duolog::crypto {
namespace {

Certificate make(const SignSecret& issuer, ByteView issuer_id, const DevicePublic& device, std::uint64_t created,
                 std::string_view name) {
  check(name.size() <= kNameLimit && !utf8_fault(as_bytes(name)), "a device's name is too long or not UTF-8");
  Bytes when;
  append_u64(when, created);
  Certificate certificate;
  certificate.body = lv({issuer_id, device.sign.bytes, device.noise.bytes, device.wrap.bytes, when, as_bytes(name)});
  certificate.signature = sign(issuer, "cert", hash_bytes("dev.cert", {certificate.body}));
  return certificate;
}

bool signed_by(const SignPublic& issuer, const Certificate& certificate) {
  return verify(issuer, "cert", hash_bytes("dev.cert", {certificate.body}), certificate.signature);
}

// Takes lv(part) off the front where the part is of exactly this length (below 128: one byte of LEB128).
std::optional<ByteView> take(ByteView& from, std::size_t length) {
  if (from.size() < 1 + length || from[0] != length) return std::nullopt;
  const ByteView part = from.subspan(1, length);
  from = from.subspan(1 + length);
  return part;
}

// Whose key must have signed a certificate, and what its `created` may not lie before.
struct Issuer {
  Hash id;
  SignPublic key;
  std::uint64_t created = 0;
};

std::optional<Issuer> find_root(std::span<const RootPublic> roots, const Hash& id) {
  for (const RootPublic& root : roots)
    if (root.id().bytes == id.bytes) return Issuer{id, root.sign, 0};
  return std::nullopt;
}

ByteArray<32> revocation_digest(const JournalId& journal, const DeviceId& device, std::uint64_t cut_seq,
                                const RecordId& cut) {
  Bytes seq;
  append_u64(seq, cut_seq);
  return hash_bytes("dev.revoke", {journal.bytes, device.bytes, seq, cut.bytes});
}

}  // namespace

Certificate certify(const RootKeys& issuer, const DevicePublic& device, std::uint64_t created, std::string_view name) {
  return make(issuer.sign(), issuer.public_keys().id().bytes, device, created, name);
}

Certificate certify(const DeviceKeys& issuer, const DevicePublic& device, std::uint64_t created,
                    std::string_view name) {
  return make(issuer.sign(), issuer.id().bytes, device, created, name);
}

std::optional<CertificateBody> decode(const Certificate& certificate) {
  ByteView rest = certificate.body;
  const auto issuer = take(rest, 32);
  const auto sign = issuer ? take(rest, 32) : std::nullopt;
  const auto noise = sign ? take(rest, 32) : std::nullopt;
  const auto wrap = noise ? take(rest, 32) : std::nullopt;
  const auto created = wrap ? take(rest, 8) : std::nullopt;
  if (!created || rest.empty() || rest.size() > 1 + kNameLimit || rest[0] != rest.size() - 1) return std::nullopt;
  const ByteView name = rest.subspan(1);
  if (utf8_fault(name)) return std::nullopt;
  return CertificateBody{*Hash::from(*issuer),
                         {*SignPublic::from(*sign), *NoisePublic::from(*noise), *WrapPublic::from(*wrap)},
                         read_u64(*created),
                         std::string(as_text(name))};
}

std::optional<ProvenDevice> prove(const Chain& chain, std::span<const RootPublic> roots) {
  if (chain.empty() || chain.size() > kChainLimit) return std::nullopt;
  ProvenDevice proven;
  std::optional<Issuer> issuer;
  for (const Certificate& certificate : chain) {
    const std::optional<CertificateBody> body = decode(certificate);
    if (!body) return std::nullopt;
    if (!issuer) {
      issuer = find_root(roots, body->issuer);
      proven.person.bytes = body->issuer.bytes;
    }
    const bool follows = issuer && body->issuer == issuer->id && body->created >= issuer->created;
    const DeviceId device = body->device.id();
    const bool twice = std::find(proven.path.begin(), proven.path.end(), device) != proven.path.end();
    if (!follows || twice || !signed_by(issuer->key, certificate)) return std::nullopt;

    proven.path.push_back(device);
    proven.device = body->device;
    proven.name = body->name;
    proven.created = body->created;
    issuer = Issuer{Hash{device.bytes}, body->device.sign, body->created};
  }
  return proven;
}

Signature revoke(const RootKeys& root, const JournalId& journal, const DeviceId& device, std::uint64_t cut_seq,
                 const RecordId& cut) {
  return sign(root.sign(), "revoke", revocation_digest(journal, device, cut_seq, cut));
}

bool revocation_holds(const RootPublic& root, const Signature& signature, const JournalId& journal,
                      const DeviceId& device, std::uint64_t cut_seq, const RecordId& cut) {
  return verify(root.sign, "revoke", revocation_digest(journal, device, cut_seq, cut), signature);
}

}  // namespace duolog::crypto
