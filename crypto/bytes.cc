// bytes.cc: integers, hexadecimal and UTF-8 on raw bytes; and the last word of a check that failed.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/bytes.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "crypto/check.h"

namespace duolog {
namespace {

template <class Unsigned>
void append_little_endian(Bytes& out, Unsigned value) {
  for (std::size_t i = 0; i < sizeof value; ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

template <class Unsigned>
Unsigned read_little_endian(ByteView from) {
  check(from.size() >= sizeof(Unsigned), "an integer is read from too few bytes");
  Unsigned value = 0;
  for (std::size_t i = sizeof value; i-- > 0;) value = static_cast<Unsigned>((value << 8) | from[i]);
  return value;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Most of most texts. In whatever order the machine holds a word's bytes.
bool begins_with_eight_of_ascii(ByteView text) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080;
  std::uint64_t eight = 0;
  if (text.size() < sizeof eight) return false;
  std::memcpy(&eight, text.data(), sizeof eight);
  return (eight & kHighBits) == 0;
}

// Length of the well-formed sequence at the front; 0 when there is none. REQUIRES: text not empty.
std::size_t utf8_sequence(ByteView text) {
  const std::uint8_t lead = text[0];
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (text.size() < length) return 0;
  // The second byte's range is what keeps out overlong forms, surrogates and what lies above U+10FFFF.
  const int low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const int high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  if (text[1] < low || text[1] > high) return 0;
  for (std::size_t i = 2; i < length; ++i)
    if ((text[i] & 0xc0) != 0x80) return 0;
  return length;
}

}  // namespace

void stop(const char* what) {
  (void)std::fprintf(stderr, "duolog: a bug stopped the program: %s\n", what);
  std::abort();
}

void append_u32(Bytes& out, std::uint32_t value) { append_little_endian(out, value); }
void append_u64(Bytes& out, std::uint64_t value) { append_little_endian(out, value); }
std::uint32_t read_u32(ByteView from) { return read_little_endian<std::uint32_t>(from); }
std::uint64_t read_u64(ByteView from) { return read_little_endian<std::uint64_t>(from); }

std::string hex(ByteView bytes) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * bytes.size());
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::optional<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  Bytes bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_digit(text[i]);
    const int low = hex_digit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes.push_back(static_cast<std::uint8_t>(high << 4 | low));
  }
  return bytes;
}

std::optional<std::size_t> utf8_fault(ByteView text) {
  for (std::size_t at = 0; at < text.size();) {
    if (begins_with_eight_of_ascii(text.subspan(at))) {
      at += 8;
      continue;
    }
    const std::size_t length = utf8_sequence(text.subspan(at));
    if (length == 0) return at;
    at += length;
  }
  return std::nullopt;
}

}  // namespace duolog
