// record.h: one sealed, signed link of a chain, with the same bytes and the same cryptography as Duolog's
// (crypto/record.h) and nothing else: straight libsodium, no types that lock or wipe, no errors worth a message.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace minimal {

using Bytes = std::vector<std::uint8_t>;
using View = std::span<const std::uint8_t>;
using Id = std::array<std::uint8_t, 32>;
using Head = std::array<std::uint8_t, 208>;  // header 144, signature 64

struct Record {
  Head head{};
  Bytes body;
};

// What both devices know: all of it follows from a seed, as nobody is to be kept out of a measurement.
struct Author {
  Id device{};
  std::array<std::uint8_t, 32> sign_public{};
  std::array<std::uint8_t, 64> sign_secret{};
  Id record_key{};
  Id channel_key{};  // of what this side sends
};
struct Keys {
  Id journal{};
  Id epoch{};
  std::array<Author, 2> authors;
  explicit Keys(View seed);
};

// Where the next record of a chain goes.
struct Place {
  std::uint64_t seq = 1;
  Id prev{};
};

Id first_prev(const Keys& keys, std::size_t author);
Record seal_record(const Keys& keys, std::size_t author, Place& place, const Id& seen_device, std::string_view text);
// Hashes and link, not the signature; moves `place` on.
bool follows(const Keys& keys, std::size_t author, Place& place, const Record& record);
bool signature_holds(const Keys& keys, std::size_t author, const Record& record);
std::optional<std::string> open_record(const Keys& keys, std::size_t author, const Record& record);

Id id_of(const Keys& keys, const Head& head);
Bytes pad(View plaintext, std::size_t floor);
// Opens the body with a record's key: the padded event. False: not authentic.
bool open_body(View key, const Id& journal, View head, View body, Bytes& padded);

}  // namespace minimal
