// onion.h: the keys of an onion service: with one a device says its descriptors, with others it is found. They serve
// Tor alone; whoever comes that way still has to prove who it is, as by any other way. Spec: proto/README.md section
// 3.6d.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/hash.h"

namespace duolog::crypto {

using OnionSecret = Secret<struct OnionSecretTag, 64>;          // Ed25519, expanded: what tor takes
using OnionClientSecret = Secret<struct OnionClientSecretTag>;  // X25519, of an epoch
using OnionClientPublic = Id32<struct OnionClientPublicTag>;

OnionSecret onion_secret(const LocalKey& seed);  // SHA-512 of it, clamped

// Of all members that hold this epoch: with it they read where a member's service is. Nobody else can.
OnionClientSecret onion_client(const EpochSecret& epoch);
OnionClientPublic onion_client_public(const OnionClientSecret& secret);

// Base64 with padding (RFC 4648, section 4).
SecretBytes in_base64(ByteView secret);

}  // namespace duolog::crypto
