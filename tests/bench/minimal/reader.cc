// reader.cc: SQLite, one AEAD and a few bytes of protobuf a record.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/minimal/reader.h"

#include <sodium.h>
#include <sqlite3.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <map>
#include <stdexcept>

#include "tests/bench/minimal/record.h"

namespace minimal {
namespace {

struct Entry {
  std::uint64_t written_ms = 0;
  std::string text;
};

Id id(const std::string& hex) {
  Id bytes{};
  std::size_t length = 0;
  sodium_hex2bin(bytes.data(), bytes.size(), hex.c_str(), hex.size(), nullptr, &length, nullptr);
  return bytes;
}

struct KeyRing {
  Id journal{};
  std::map<std::pair<Id, Id>, Id> keys;  // epoch and device

  explicit KeyRing(const std::string& file) {
    std::ifstream in(file);
    std::string epoch;
    std::string device;
    std::string key;
    in >> key;
    journal = id(key);
    while (in >> epoch >> device >> key) keys[{id(epoch), id(device)}] = id(key);
  }
};

std::uint64_t varint(View& from) {
  std::uint64_t number = 0;
  for (int shift = 0; !from.empty(); shift += 7) {
    const std::uint8_t byte = from.front();
    from = from.subspan(1);
    number |= static_cast<std::uint64_t>(byte & 127) << shift;
    if (byte < 128) break;
  }
  return number;
}

// Calls `take` with every field: its number, and its value or its bytes.
template <class Take>
void each_field(View message, Take&& take) {
  while (!message.empty()) {
    const std::uint64_t key = varint(message);
    std::uint64_t value = varint(message);
    View bytes;
    if ((key & 7) == 2) {
      value = std::min<std::uint64_t>(value, message.size());
      bytes = message.first(value);
      message = message.subspan(value);
    }
    take(key >> 3, value, bytes);
  }
}

Entry decode(View event) {
  constexpr int kWritten = 1;
  constexpr int kEntry = 10;
  constexpr int kText = 1;
  Entry entry;
  each_field(event, [&](std::uint64_t number, std::uint64_t value, View bytes) {
    if (number == kWritten) entry.written_ms = value;
    if (number != kEntry) return;
    each_field(bytes, [&](std::uint64_t inner, std::uint64_t, View text) {
      if (inner == kText) entry.text.assign(text.begin(), text.end());
    });
  });
  return entry;
}

View column(sqlite3_stmt* statement, int number) {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement, number));
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement, number))};
}

Id id_at(View head, std::size_t place) {
  Id bytes{};
  std::memcpy(bytes.data(), head.data() + place, bytes.size());
  return bytes;
}

}  // namespace

void open_log(const std::string& database, const std::string& keys, std::size_t shown) {
  constexpr std::size_t kDeviceAt = 16;
  constexpr std::size_t kEpochAt = 80;
  const KeyRing ring(keys);
  sqlite3* file = nullptr;
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_open_v2(database.c_str(), &file, SQLITE_OPEN_READWRITE, nullptr) != SQLITE_OK ||
      sqlite3_exec(file, "PRAGMA locking_mode = EXCLUSIVE", nullptr, nullptr, nullptr) != SQLITE_OK ||
      sqlite3_prepare_v2(file, "SELECT head, body FROM record ORDER BY place", -1, &statement, nullptr) != SQLITE_OK)
    throw std::runtime_error(sqlite3_errmsg(file));
  std::vector<Entry> entries;
  while (sqlite3_step(statement) == SQLITE_ROW) {
    const View head = column(statement, 0);
    const auto key = ring.keys.find({id_at(head, kEpochAt), id_at(head, kDeviceAt)});
    Bytes padded;
    if (key == ring.keys.end() || !open_body(key->second, ring.journal, head, column(statement, 1), padded)) continue;
    std::uint32_t length = 0;
    std::memcpy(&length, padded.data(), sizeof length);
    Entry entry = decode(View(padded).subspan(4, length));
    if (!entry.text.empty()) entries.push_back(std::move(entry));
  }
  sqlite3_finalize(statement);
  sqlite3_close(file);
  std::stable_sort(entries.begin(), entries.end(),
                   [](const Entry& a, const Entry& b) { return a.written_ms < b.written_ms; });
  const std::size_t from = entries.size() - std::min(shown, entries.size());
  for (std::size_t i = from; i < entries.size(); ++i) std::printf("%s\n", entries[i].text.c_str());
}

}  // namespace minimal
