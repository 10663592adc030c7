// poison HOME KIND: the owner of this home lies: one record that no Duolog would write is put into the shared journal's
// log, under a good signature. REQUIRES: a key file, and no daemon on this home. Says how many records the log then
// has.
//
//   undecryptable  sealed under no key of the journal      garbage    a good seal around noise
//   oversize       a good seal around an event over 1 MiB  utf8       a text that is none
//   recursion      groups nested without end               empty      a good seal around nothing
//   unknown        a payload of a newer version            short      a body too short for a seal
// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdio>
#include <filesystem>
#include <string_view>

#include "crypto/epoch.h"
#include "crypto/hash.h"
#include "daemon/journal/event.h"
#include "daemon/journal/identity.h"
#include "daemon/store/sealed_log.h"

using namespace duolog;

namespace {

constexpr std::size_t kBound = crypto::kHeaderLength - 32;  // all of a header but the body's hash
constexpr std::size_t kBodyLengthAt = 4;

struct Author {
  const JournalId& journal;
  const crypto::DeviceKeys& keys;
  const crypto::EpochSecret& epoch;

  [[nodiscard]] crypto::Record event(const crypto::ChainPosition& at, ByteView bytes) const {
    return sealed(at, bytes, epoch);
  }
  [[nodiscard]] crypto::Record sealed(const crypto::ChainPosition& at, ByteView bytes,
                                      const crypto::EpochSecret& secret) const {
    return crypto::make_event_record(journal, keys, crypto::RecordKind::kEvent, at, crypto::epoch_id(journal, epoch),
                                     crypto::record_key(secret, keys.id()), bytes);
  }
  // Any body, named and signed by the header.
  void put_body(crypto::Record& record, Bytes body) const {
    const Hash named{crypto::hash_bytes("rec.body", {body})};
    std::copy(named.bytes.begin(), named.bytes.end(), record.head.begin() + kBound);
    const ByteView header = ByteView(record.head).first(crypto::kHeaderLength);
    const Signature signature =
        crypto::sign(keys.sign(), "rec", crypto::hash_bytes("rec.hdr", {journal.bytes, header}));
    std::copy(signature.begin(), signature.end(), record.head.begin() + crypto::kHeaderLength);
    record.body = std::move(body);
  }
  // An event longer than any may be; its padded body is within what a record may carry.
  [[nodiscard]] crypto::Record oversize(const crypto::ChainPosition& at) const {
    crypto::Record record = event(at, {});
    const Bytes padded = crypto::pad(Bytes(crypto::kEventLimit + 1, 'x'), crypto::kEventPadFloor);
    Bytes length;
    append_u32(length, static_cast<std::uint32_t>(padded.size() + crypto::kSealOverhead));
    std::copy(length.begin(), length.end(), record.head.begin() + kBodyLengthAt);
    Bytes bound = to_bytes(as_bytes("duolog1:rec"));
    append(bound, journal.bytes);
    append(bound, ByteView(record.head).first(kBound));
    put_body(record, crypto::seal(crypto::record_key(epoch, keys.id()).view(), bound, padded));
    return record;
  }
  [[nodiscard]] crypto::Record too_short(const crypto::ChainPosition& at) const {
    crypto::Record record = event(at, {});
    std::fill_n(record.head.begin() + kBodyLengthAt, 4, std::uint8_t{0});
    record.head[kBodyLengthAt] = 3;
    put_body(record, Bytes(3, 'x'));
    return record;
  }
};

crypto::Record poisoned(const Author& author, std::string_view kind, const crypto::ChainPosition& at) {
  if (kind == "undecryptable") return author.sealed(at, as_bytes("no one reads this"), crypto::EpochSecret::random());
  if (kind == "oversize") return author.oversize(at);
  if (kind == "recursion") return author.event(at, Bytes(10'000, 0xa3));
  if (kind == "unknown") return author.event(at, Bytes{0x08, 0x02, 0xa2, 0x06, 0x01, 'x'});
  if (kind == "garbage") return author.event(at, crypto::random_bytes(300));
  if (kind == "short") return author.too_short(at);
  if (kind == "empty") return author.event(at, {});
  // A text whose first letter is half a character.
  const auto good = journal::encode_event({1'795'348'800'000, 60, {}, journal::Entry{"MARK", {}, {}}});
  Bytes bytes = to_bytes(good.view());
  const std::string_view mark = "MARK";
  *std::search(bytes.begin(), bytes.end(), mark.begin(), mark.end()) = 0xff;
  return author.event(at, bytes);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) return 2;
  crypto::initialise();
  const std::filesystem::path home = arguments[1];
  const auto identity = journal::Identity::open({home / "vault", home / "key"}, {});
  if (!identity || !identity->journals().back().shared()) return 1;
  const journal::JournalSecrets& shared = identity->journals().back();
  store::Database database(home / "duolog.db", store::Database::Open::kExisting);
  store::SealedLog log(database);
  const Author author{shared.id, identity->keys(), shared.epochs.back()};
  log.append(shared.id, identity->keys().id(),
             [&](const crypto::ChainPosition& at) { return poisoned(author, arguments[2], at); });
  std::printf("%llu\n", static_cast<unsigned long long>(log.record_count(shared.id)));
  return 0;
}
