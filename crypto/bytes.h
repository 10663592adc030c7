// bytes.h: the words every room shares for raw bytes and for the 32-byte names of things.
//
// Everything here is public data: ids, public keys, ciphertext. Secrets live in secret.h and have no way
// to be printed, compared in variable time or copied by accident.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace duolog {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;
template <std::size_t N>
using ByteArray = std::array<std::uint8_t, N>;

// A public 32-byte value with a type of its own, so that a device id is never passed for a journal id.
// Ordered bytewise, as the protocol sorts.
template <class Tag>
struct Id32 {
  static constexpr std::size_t kLength = 32;
  ByteArray<kLength> bytes{};

  auto operator<=>(const Id32&) const = default;
  [[nodiscard]] ByteView view() const { return bytes; }

  // nullopt unless `from` is exactly 32 bytes.
  static std::optional<Id32> from(ByteView from) {
    if (from.size() != kLength) return std::nullopt;
    Id32 id;
    std::copy(from.begin(), from.end(), id.bytes.begin());
    return id;
  }
};

using Hash = Id32<struct HashTag>;
using DeviceId = Id32<struct DeviceIdTag>;        // H("dev.id", …): one installation, and the name of its log
using RootId = Id32<struct RootIdTag>;            // H("root.id", …): a person
using JournalId = Id32<struct JournalIdTag>;      // H("genesis", …)
using EpochId = Id32<struct EpochIdTag>;          // H("epoch.id", …): the commitment to the epoch's secret
using RecordId = Id32<struct RecordIdTag>;        // H("rec.id", …): one link of a device's chain
using QuestionId = Id32<struct QuestionIdTag>;    // what two sealed answers answer
using ChunkId = Id32<struct ChunkIdTag>;          // H("blob.chunk", …): one sealed piece of an attachment
using SignPublic = Id32<struct SignPublicTag>;    // Ed25519
using NoisePublic = Id32<struct NoisePublicTag>;  // X25519, for the handshake alone
using WrapPublic = Id32<struct WrapPublicTag>;    // X25519, for slots alone
using Signature = ByteArray<64>;                  // Ed25519

// Text as bytes and back. No encoding happens; the view lives as long as its argument.
inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(ByteView bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
inline Bytes to_bytes(ByteView view) { return {view.begin(), view.end()}; }
inline void append(Bytes& out, ByteView more) { out.insert(out.end(), more.begin(), more.end()); }

// Fixed-width integers, little-endian as everything in the protocol but the frame length.
void append_u32(Bytes& out, std::uint32_t value);
void append_u64(Bytes& out, std::uint64_t value);
// REQUIRES: from.size() >= 4, or 8.
std::uint32_t read_u32(ByteView from);
std::uint64_t read_u64(ByteView from);

// Lower-case hexadecimal, for ids that people see. There is none for secrets, on purpose.
std::string hex(ByteView bytes);
std::optional<Bytes> from_hex(std::string_view text);  // nullopt: odd length or a character that is no digit

// Where `text` stops being UTF-8 (no overlong forms, no surrogates); nullopt when all of it is.
std::optional<std::size_t> utf8_fault(ByteView text);

}  // namespace duolog
