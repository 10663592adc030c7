// certificate.h: how a device proves whose it is: a chain of certificates from a person's root to the device.
// Spec: proto/README.md sections 3.1 and 3.4.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/keys.h"

namespace duolog::crypto {

inline constexpr std::size_t kNameLimit = 64;   // bytes of UTF-8
inline constexpr std::size_t kChainLimit = 64;  // certificates: no person ever has more devices

// What travels: the signed bytes as they were signed. `body` is lv(issuer_id, sign, noise, wrap, u64 created, name).
struct Certificate {
  Bytes body;
  Signature signature{};
  bool operator==(const Certificate&) const = default;
};
using Chain = std::vector<Certificate>;  // root's first, the device's last

struct CertificateBody {
  Hash issuer;  // a root id or a device id
  DevicePublic device;
  std::uint64_t created = 0;  // unix seconds by the issuer's clock
  std::string name;           // of the device, as its owner called it; untrusted text
};

Certificate certify(const RootKeys& issuer, const DevicePublic& device, std::uint64_t created, std::string_view name);
Certificate certify(const DeviceKeys& issuer, const DevicePublic& device, std::uint64_t created, std::string_view name);
std::optional<CertificateBody> decode(const Certificate& certificate);

// A chain that held: whose device it is, and every device on the way (the proven one last).
struct ProvenDevice {
  RootId person;
  DevicePublic device;
  std::string name;
  std::uint64_t created = 0;
  std::vector<DeviceId> path;
};

// nullopt unless the first certificate is signed by one of `roots`, each next one by the device before it, no
// `created` lies before its issuer's, names are valid, and no device appears twice.
std::optional<ProvenDevice> prove(const Chain& chain, std::span<const RootPublic> roots);

// The root itself takes a device out of a journal: what stands behind `cut_seq` in its log is not counted on any more.
Signature revoke(const RootKeys& root, const JournalId& journal, const DeviceId& device, std::uint64_t cut_seq,
                 const RecordId& cut);
bool revocation_holds(const RootPublic& root, const Signature& signature, const JournalId& journal,
                      const DeviceId& device, std::uint64_t cut_seq, const RecordId& cut);

}  // namespace duolog::crypto
