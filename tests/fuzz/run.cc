// Bytes as a run of records: headers decoded, the run verified; without the key nothing verifies.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/epoch.h"
#include "crypto/record.h"

using namespace duolog;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  crypto::initialise();
  static const JournalId journal{};
  static const crypto::DeviceKeys keys(*crypto::DeviceSeed::from(Bytes(32, 5)));
  static const auto epoch = *crypto::EpochSecret::from(Bytes(32, 6));
  std::vector<crypto::Record> run;
  for (std::size_t at = 0; at + crypto::kSignedHeaderLength < size && run.size() < 8;) {
    crypto::Record& record = run.emplace_back();
    std::copy_n(data + at, crypto::kSignedHeaderLength, record.head.begin());
    at += crypto::kSignedHeaderLength;
    const std::size_t length = std::min<std::size_t>(data[at], size - at - 1);
    record.body = Bytes(data + at + 1, data + at + 1 + length);
    at += 1 + length;
    crypto::decode_header(record.head);
    crypto::open_record(journal, crypto::record_key(epoch, keys.id()), record.head, *record.body);
    crypto::open_epoch_meta(journal, crypto::epoch_id(journal, epoch), epoch, *record.body);
  }
  const auto verdict =
      crypto::verify_run(journal, keys.id(), keys.public_keys().sign, {1, crypto::first_prev(journal, keys.id())}, run);
  if (std::holds_alternative<crypto::VerifiedRun>(verdict)) __builtin_trap();  // nobody guesses a signature
  return 0;
}
