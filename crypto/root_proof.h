// root_proof.h: whoever comes back with the 24 words proves it to the one they speak with, and to nobody else.
//
// A chain from the root does not prove that: the person's first device has one, wherever that device is by now. A
// signature over the channel can be made by whoever has the words alone, and is good for this conversation alone.
// Spec: proto/README.md section 3.8, purpose R.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/keys.h"

namespace duolog::crypto {

// `device`: the one that speaks.
Signature prove_root(const RootKeys& root, const ByteArray<64>& channel_binding, const DeviceId& device);
bool root_proof_holds(const RootPublic& root, const Signature& proof, const ByteArray<64>& channel_binding,
                      const DeviceId& device);

}  // namespace duolog::crypto
