// authors.h: people who write real records for the tests of the log: chained, sealed, signed.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "crypto/epoch.h"
#include "crypto/record.h"

namespace duolog::testing {

inline JournalId journal_named(std::uint8_t name) {
  JournalId id;
  id.bytes.fill(name);
  return id;
}

// One device and its chain in one journal. Two with the same seed are a device and its clone.
class Author {
 public:
  explicit Author(std::uint8_t seed, JournalId journal = journal_named(7))
      : journal_(journal), keys_(*crypto::DeviceSeed::from(Bytes(32, seed))), key_(record_key()) {
    at_ = {1, crypto::first_prev(journal_, keys_.id())};
  }

  crypto::Record write(std::string_view text) {
    return chained(
        crypto::make_event_record(journal_, keys_, crypto::RecordKind::kEvent, at_, epoch_, key_, as_bytes(text)));
  }
  crypto::Record write_epoch(std::size_t length = 100) {
    return chained(crypto::make_epoch_record(journal_, keys_, at_, epoch_, Bytes(length, 0xee)));
  }
  std::vector<crypto::Record> write_many(std::size_t count) {
    std::vector<crypto::Record> run;
    for (std::size_t i = 0; i < count; ++i) run.push_back(write("entry " + std::to_string(at_.seq)));
    return run;
  }
  // A record whose signature is garbage; the next one chains over it all the same.
  crypto::Record write_unsigned(std::string_view text) {
    auto record =
        crypto::make_event_record(journal_, keys_, crypto::RecordKind::kEvent, at_, epoch_, key_, as_bytes(text));
    record.head.back() ^= 1;
    return chained(std::move(record));
  }
  crypto::Record make_at(const crypto::ChainPosition& at, std::string_view text) const {
    return crypto::make_event_record(journal_, keys_, crypto::RecordKind::kEvent, at, epoch_, key_, as_bytes(text));
  }
  // A device restored from a backup: it forgets what came after `seq`, whose id is `prev`.
  void go_back_to(const crypto::ChainPosition& at) { at_ = at; }

  [[nodiscard]] const crypto::ChainPosition& at() const { return at_; }
  [[nodiscard]] const DeviceId& id() const { return keys_.id(); }
  [[nodiscard]] const SignPublic& key() const { return keys_.public_keys().sign; }
  [[nodiscard]] const JournalId& journal() const { return journal_; }
  [[nodiscard]] std::optional<Bytes> read(const crypto::Record& record) const {
    if (!record.body) return std::nullopt;
    return crypto::open_record(journal_, key_, record.head, *record.body);
  }

 private:
  [[nodiscard]] crypto::RecordKey record_key() const {
    return crypto::record_key(*crypto::EpochSecret::from(Bytes(32, 0x77)), keys_.id());
  }
  crypto::Record chained(crypto::Record record) {
    at_ = {at_.seq + 1, crypto::record_id(journal_, record.head)};
    return record;
  }

  JournalId journal_;
  crypto::DeviceKeys keys_;
  EpochId epoch_{};
  crypto::RecordKey key_;
  crypto::ChainPosition at_;
};

}  // namespace duolog::testing
