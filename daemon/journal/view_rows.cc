// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/view_rows.h"

namespace duolog::journal {
namespace {

constexpr std::size_t kNameBytes = 7;  // 56 bits: never negative
constexpr std::size_t kSeenLength = DeviceId::kLength + 8;

}  // namespace

std::int64_t name_of(const RecordId& id) {
  std::int64_t name = 0;
  for (std::size_t i = 0; i < kNameBytes; ++i) name = name << 8 | id.bytes[i];
  return name;
}

std::pair<std::int64_t, std::int64_t> names_beginning(std::string_view hex_digits) {
  std::int64_t from = 0;
  std::int64_t to = 0;
  for (std::size_t i = 0; i < 2 * kNameBytes; ++i) {
    from <<= 4;
    to <<= 4;
    if (i >= hex_digits.size()) {
      to |= 15;
      continue;
    }
    const char digit = hex_digits[i];
    const std::int64_t value = digit >= 'a' ? digit - 'a' + 10 : digit - '0';
    from |= value;
    to |= value;
  }
  return {from, to};
}

bool is_setting(Kind kind) { return kind == Kind::kCalendar || kind == Kind::kOwnPractice || kind == Kind::kWish; }

bool has_words(Kind kind) {
  switch (kind) {
    case Kind::kEntry:
    case Kind::kAnswer:
    case Kind::kRemark:
    case Kind::kReaction:
    case Kind::kPass:
    case Kind::kCalendar:
    case Kind::kOwnPractice:
    case Kind::kWish:
    case Kind::kEdit:
    case Kind::kGoneEdit:
    case Kind::kTakenBack:
      return true;
    default:
      return false;
  }
}

Bytes encode_seen(const std::vector<Seen>& seen) {
  Bytes bytes;
  bytes.reserve(seen.size() * kSeenLength);
  for (const Seen& one : seen) {
    append(bytes, one.device.bytes);
    append_u64(bytes, one.seq);
  }
  return bytes;
}

std::vector<Seen> decode_seen(ByteView bytes) {
  std::vector<Seen> seen;
  seen.reserve(bytes.size() / kSeenLength);
  for (; bytes.size() >= kSeenLength; bytes = bytes.subspan(kSeenLength))
    seen.push_back({*DeviceId::from(bytes.first(DeviceId::kLength)), read_u64(bytes.subspan(DeviceId::kLength))});
  return seen;
}

store::Query& bind_time(store::Query& query, std::int64_t time) {
  return time == kNoTime ? query.bind_null() : query.bind(time);
}

store::Query& bind_text(store::Query& query, std::string_view text) {
  return text.empty() ? query.bind_null() : query.bind(text);
}

}  // namespace duolog::journal
