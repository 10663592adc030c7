// introduction.h: what a device says of itself inside handshake messages 2 and 3: its certificate chain and its
// person's name, padded so that neither's length shows. Spec: proto/README.md section 3.6.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/certificate.h"

namespace duolog::net {

struct Introduction {
  crypto::Chain chain;  // root's first, the device's last
  std::string name;     // the person's; untrusted text, but valid UTF-8 of at most 64 bytes
};

Bytes encode(const Introduction& introduction);                     // the padded payload
std::optional<Introduction> decode_introduction(ByteView payload);  // nullopt: padding, form or a limit is wrong

// The device that the chain's last certificate speaks of, where it carries `spoken_with`. Proves nothing about whose
// device it is: that takes the roots, which in pairing come later.
std::optional<crypto::DevicePublic> introduced_device(const crypto::Chain& chain, const NoisePublic& spoken_with);

}  // namespace duolog::net
