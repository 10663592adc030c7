// link_text.h: a secret that people carry from one machine to another, as text: a scheme and base32 (RFC 4648, lower
// case, no padding). What stands in it is a stranger's until it is proved.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/secret.h"

namespace duolog::crypto {

inline constexpr std::size_t kLinkAddressLimit = 8;
inline constexpr std::size_t kLinkAddressLengthLimit = 64;
inline constexpr std::size_t kLinkAddressesLimit = 1 + kLinkAddressLimit * (1 + kLinkAddressLengthLimit);

SecretBytes link_text(std::string_view scheme, ByteView bytes);
// White space is forgiven (a terminal wraps long lines), and so are capitals (of a QR code). nullopt: another scheme,
// no base32, or more than `limit` bytes.
std::optional<SecretBytes> link_bytes(std::string_view scheme, std::string_view text, std::size_t limit);

// u8 n || n x (u8 length || "host:port"). REQUIRES: at most kLinkAddressLimit, none longer than its limit.
void append_addresses(Bytes& bytes, const std::vector<std::string>& addresses);
// nullopt unless exactly that stands there and nothing after it.
std::optional<std::vector<std::string>> read_addresses(ByteView from);

}  // namespace duolog::crypto
