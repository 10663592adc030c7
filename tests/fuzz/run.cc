// A run made of a true chain's records, as the script puts it together: doubled, left out, turned round, damaged,
// without bodies, signed anew by an author who lies. What is accepted counts up by one from where it must begin, each
// record naming the one before it; and where nothing was signed anew, it is a piece of the true chain.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/epoch.h"
#include "crypto/hash.h"
#include "crypto/record.h"
#include "tests/fuzz/script.h"

using namespace duolog;
using crypto::Record;
using fuzz::must;

namespace {

constexpr std::size_t kLength = 12;

struct Author {
  crypto::DeviceKeys keys{*crypto::DeviceSeed::from(Bytes(32, 5))};
  crypto::EpochSecret secret = *crypto::EpochSecret::from(Bytes(32, 6));
  JournalId journal{{7}};
  std::vector<Record> chain;
  std::vector<crypto::ChainPosition> places;  // where each begins

  Author() {
    crypto::ChainPosition at{1, crypto::first_prev(journal, keys.id())};
    const EpochId epoch = crypto::epoch_id(journal, secret);
    const auto key = crypto::record_key(secret, keys.id());
    while (chain.size() < kLength) {
      places.push_back(at);
      const Bytes event(chain.size(), 'x');
      chain.push_back(chain.size() % 4 == 3 ? crypto::make_epoch_record(journal, keys, at, epoch, Bytes(300, 9))
                                            : crypto::make_event_record(journal, keys, crypto::RecordKind::kEvent, at,
                                                                        epoch, key, event));
      at = {at.seq + 1, crypto::record_id(journal, chain.back().head)};
    }
    places.push_back(at);
  }
};
const Author& author() {
  static const Author made = [] {
    fuzz::same_chance();
    return Author();
  }();
  return made;
}

void sign_anew(Record& record) {
  const ByteView head(record.head);
  const auto digest = crypto::hash_bytes("rec.hdr", {author().journal.bytes, head.first(crypto::kHeaderLength)});
  const Signature signature = crypto::sign(author().keys.sign(), "rec", digest);
  std::copy(signature.begin(), signature.end(), record.head.begin() + crypto::kHeaderLength);
}

// False: an author's lie is in it.
bool put_together(fuzz::Script& script, std::vector<Record>& run) {
  bool honest = true;
  while (!script.over() && run.size() < 2 * kLength) {
    Record record = author().chain[script.below(kLength)];
    switch (script.byte() % 8) {
      case 0:
        record.body.reset();
        break;
      case 1:
        if (record.body) fuzz::damage(script, *record.body);
        break;
      case 2: {
        Bytes head = to_bytes(record.head);
        fuzz::damage(script, head);
        std::copy_n(head.begin(), std::min(head.size(), record.head.size()), record.head.begin());
        break;
      }
      case 3: {
        const std::size_t at = script.byte() % crypto::kHeaderLength;
        record.head[at] = script.byte();
        sign_anew(record);
        honest = honest && std::any_of(author().chain.begin(), author().chain.end(),
                                       [&](const Record& one) { return one.head == record.head; });
        break;
      }
      default:
        break;
    }
    run.push_back(std::move(record));
  }
  return honest;
}

void judge(const std::vector<Record>& run, std::size_t start, bool honest) {
  const crypto::ChainPosition from = author().places[start];
  const auto verdict =
      crypto::verify_run(author().journal, author().keys.id(), author().keys.public_keys().sign, from, run);
  const auto* verified = std::get_if<crypto::VerifiedRun>(&verdict);
  if (verified == nullptr) {
    crypto::describe(std::get<crypto::RunFault>(verdict));
    const bool whole = run.size() <= kLength - start && !run.empty() &&
                       std::equal(run.begin(), run.end(), author().chain.begin() + static_cast<std::ptrdiff_t>(start));
    return must(!whole, "a piece of the true chain is refused");
  }
  must(verified->ids.size() == run.size() && verified->headers.size() == run.size(), "a run lost a record");
  RecordId prev = from.prev;
  for (std::size_t i = 0; i < run.size(); ++i) {
    must(verified->headers[i].seq == from.seq + i && verified->headers[i].prev == prev, "a link is broken");
    must(!run[i].body || crypto::body_matches(run[i].head, *run[i].body), "a body is another record's");
    must(run[i].body || verified->headers[i].kind == crypto::RecordKind::kEvent,
         "a body is missing that must be there");
    must(!honest || run[i].head == author().chain[start + i].head, "a record was invented");
    prev = verified->ids[i];
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  author();
  const fuzz::Frugal frugal(size, crypto::kRunBytesLimit);
  fuzz::Script script(data, size);
  const std::size_t start = script.below(kLength + 1);
  std::vector<Record> run;
  const bool honest = put_together(script, run);
  judge(run, start, honest);
  return 0;
}
