// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/root_proof.h"

#include "crypto/hash.h"

namespace duolog::crypto {
namespace {

ByteArray<32> digest(const ByteArray<64>& channel_binding, const DeviceId& device) {
  return hash_bytes("dev.restore", {channel_binding, device.bytes});
}

}  // namespace

Signature prove_root(const RootKeys& root, const ByteArray<64>& channel_binding, const DeviceId& device) {
  return sign(root.sign(), "restore", digest(channel_binding, device));
}

bool root_proof_holds(const RootPublic& root, const Signature& proof, const ByteArray<64>& channel_binding,
                      const DeviceId& device) {
  return verify(root.sign, "restore", digest(channel_binding, device), proof);
}

}  // namespace duolog::crypto
