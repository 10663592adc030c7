// mailbox_message.h: what a device and a mailbox say to each other, as values. Both read with the same eyes.
//
// A limit is checked before anything is made of what lies beyond it; what is beyond, or no message at all, is nullopt,
// and the connection ends without a word. Spec: proto/README.md section 3.11b.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <variant>

#include "crypto/mailbox.h"

namespace duolog::mailbox {

inline constexpr std::size_t kBundleLimit = 8 << 20;
inline constexpr std::size_t kPartLimit = 3 << 20;
inline constexpr std::size_t kPartSent = 256 << 10;  // on a slow line each step has its time
inline constexpr std::size_t kListedLimit = 1024;    // in one answer
inline constexpr std::size_t kBoxLength = 16;

struct Unknown {};  // of a newer version

struct Put {
  BundleId id;
  std::uint32_t size = 0;  // of the bundle
  std::uint32_t at = 0;
  Bytes part;
};
struct List {
  std::uint64_t after = 0;
};
struct Get {
  std::uint64_t cursor = 0;
  std::uint32_t at = 0;
};
using Ask = std::variant<Unknown, Put, List, Get>;

struct More {
  std::uint32_t at = 0;
};
struct Kept {
  std::uint64_t cursor = 0;
};
struct Lying {
  std::uint64_t cursor = 0;
  std::uint32_t size = 0;
  BundleId id;
};
struct Listing {
  ByteArray<kBoxLength> box{};
  std::vector<Lying> bundles;  // cursors only grow
  bool more = false;
  std::int64_t time_ms = 0;
  std::uint64_t quota = 0;
  std::uint64_t held = 0;
  std::uint32_t count = 0;
  std::uint32_t keeps_days = 0;
};
struct Part {
  std::uint32_t at = 0;
  Bytes part;
};
enum class Why { kUnspecified, kUnknown, kGone, kTooLong, kBroken, kFull };
struct No {
  Why why = Why::kUnspecified;
};
using Answer = std::variant<Unknown, More, Kept, Listing, Part, No>;

Bytes encode(const Ask& ask);  // REQUIRES, both: not Unknown, and within the limits
Bytes encode(const Answer& answer);
std::optional<Ask> decode_ask(ByteView message);
std::optional<Answer> decode_answer(ByteView message);

}  // namespace duolog::mailbox
