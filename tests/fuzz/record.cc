// What stands in a record, each part made by a liar who holds all the keys: a header signed and a body sealed around
// any bytes, an epoch's body, a certificate, a genesis, a sealed answer. Read within the limits or refused, and what
// was read is what was written.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/record.h"
#include "crypto/certificate.h"
#include "crypto/epoch.h"
#include "crypto/sealed_answer.h"
#include "tests/fuzz/script.h"

using namespace duolog;
using fuzz::must;

namespace {

struct People {
  crypto::RootKeys root{*crypto::RootEntropy::from(Bytes(32, 4))};
  crypto::DeviceKeys keys{*crypto::DeviceSeed::from(Bytes(32, 5))};
  crypto::EpochSecret secret = *crypto::EpochSecret::from(Bytes(32, 6));
  JournalId journal{{7}};
  EpochId epoch = crypto::epoch_id(journal, secret);
  crypto::RecordKey key = crypto::record_key(secret, keys.id());
  crypto::SlotPsk psk = crypto::epoch_psk(secret);
};
const People& people() {
  static const People made;
  return made;
}

// Sealed as the journal seals, but around anything.
void body(fuzz::Script& script) {
  const auto& [root, keys, secret, journal, epoch, key, psk] = people();
  const auto kind = script.byte() % 2 == 0 ? crypto::RecordKind::kEvent : crypto::RecordKind::kMembership;
  const ByteView event = script.rest();
  if (event.size() > crypto::kEventLimit) return;
  const crypto::ChainPosition at{1, crypto::first_prev(journal, keys.id())};
  crypto::Record record = crypto::make_event_record(journal, keys, kind, at, epoch, key, event);
  const auto verdict = crypto::verify_run(journal, keys.id(), keys.public_keys().sign, at, {&record, 1});
  must(std::holds_alternative<crypto::VerifiedRun>(verdict), "a true record is refused");
  const auto opened = crypto::open_record(journal, key, record.head, *record.body);
  must(opened && std::equal(opened->begin(), opened->end(), event.begin(), event.end()), "an event changed");
}

// A header of any bytes, signed all the same.
void header(fuzz::Script& script) {
  const auto& [root, keys, secret, journal, epoch, key, psk] = people();
  const crypto::ChainPosition at{1, crypto::first_prev(journal, keys.id())};
  crypto::Record record = crypto::make_event_record(journal, keys, crypto::RecordKind::kEvent, at, epoch, key, {});
  for (int i = script.byte() % 8; i >= 0; --i) {
    const std::size_t place = script.byte() % crypto::kHeaderLength;
    record.head[place] = script.byte();
  }
  if (script.byte() % 2 == 0) record.body = to_bytes(script.rest());
  const auto read = crypto::decode_header(record.head);
  const auto verdict = crypto::verify_run(journal, keys.id(), keys.public_keys().sign, at, {&record, 1});
  if (!read) return must(!std::holds_alternative<crypto::VerifiedRun>(verdict), "a malformed header was verified");
  must(read->seq >= 1 && read->seq <= crypto::kSeqLimit && read->body_length <= crypto::kBodyLimit, "out of limits");
  const bool matches = crypto::body_matches(record.head, *record.body);
  if (std::holds_alternative<crypto::VerifiedRun>(verdict)) must(matches, "a run with another body was verified");
  crypto::open_record(journal, key, record.head, *record.body);
}

void epoch(fuzz::Script& script) {
  const auto& [root, keys, secret, journal, epoch, key, psk] = people();
  const std::vector<crypto::EpochRecipient> slots{{keys.public_keys().wrap, &psk}};
  Bytes body = crypto::make_epoch(journal, secret, script.word(), slots, {{Hash{{1}}, Hash{{2}}}, Hash{}});
  const Bytes whole = body;
  for (int i = script.byte() % 4; i > 0; --i) fuzz::damage(script, body);
  if (!script.over()) body = to_bytes(script.rest());
  const auto depth = crypto::epoch_depth(body);
  const auto found = crypto::open_epoch(journal, epoch, body, keys.wrap(), psk);
  const auto meta = crypto::open_epoch_meta(journal, epoch, secret, body);
  must(depth || (!found && !meta), "a body without form was opened");
  must(!found || *found == secret, "an epoch gave another secret than its name says");
  if (body == whole) must(found && meta, "a true epoch does not open");
  if (meta) must(meta->members.size() <= crypto::kEpochSlots, "an epoch has too many members");
}

// Certificates as they travel, the issuer's signature under any body.
void certificate(fuzz::Script& script) {
  const auto& [root, keys, secret, journal, epoch, key, psk] = people();
  const std::vector<crypto::RootPublic> roots{root.public_keys()};
  crypto::Certificate first = crypto::certify(root, keys.public_keys(), 1, "laptop");
  must(crypto::prove({first}, roots).has_value(), "a true chain is not proven");
  crypto::Certificate liars = first;
  fuzz::damage(script, liars.body);
  if (!script.over()) liars.body = to_bytes(script.rest());
  const bool other = liars.body != first.body;
  must(!other || !crypto::prove({liars}, roots), "a damaged certificate is proven");
  const Hash digest{crypto::hash_bytes("dev.cert", {liars.body})};
  liars.signature = crypto::sign(root.sign(), "cert", digest.bytes);
  const auto read = crypto::decode(liars);
  const auto proven = crypto::prove({liars}, roots);
  if (read) must(read->name.size() <= crypto::kNameLimit && !utf8_fault(as_bytes(read->name)), "a name is no text");
  must(!proven || (read && proven->device == read->device), "what cannot be read is proven");
  crypto::prove({first, liars}, roots);
  crypto::prove({liars, first}, roots);
}

void genesis(ByteView bytes) {
  const auto read = crypto::Genesis::decode(bytes);
  if (!read) return;
  const Bytes again = read->encode();
  must(std::equal(again.begin(), again.end(), bytes.begin(), bytes.end()), "a genesis has two spellings");
}

void sealed_answer(fuzz::Script& script) {
  const auto& [root, keys, secret, journal, epoch, key, psk] = people();
  const std::vector<WrapPublic> own{keys.public_keys().wrap};
  const QuestionId question = crypto::round_question("checkin", "2026-W47");
  auto answer = crypto::seal_answer(journal, keys.id(), question, crypto::rule_both(), as_bytes("a word"), own);
  const auto opened = crypto::answer_key(journal, answer, keys.wrap());
  must(opened.has_value(), "one's own answer has no key");
  const bool cut = fuzz::damage(script, answer.ciphertext);
  const auto view = opened->view();
  const auto verdict = crypto::open_answer(journal, keys.id(), answer, view).verdict;
  must((verdict == crypto::Opening::kOpened) == !cut, "a damaged answer is opened, or a whole one is not");
  answer.ciphertext = to_bytes(script.rest());
  must(crypto::open_answer(journal, keys.id(), answer, view).verdict != crypto::Opening::kOpened,
       "another ciphertext opens under the same commitment");
  crypto::decode_rule(answer.ciphertext);
  const std::uint64_t moment = read_u64(view);
  must(crypto::decode_rule(crypto::rule_after(moment))->after == moment, "a rule is another one");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::same_chance();
  const fuzz::Frugal frugal(size, crypto::kBodyLimit);
  fuzz::Script script(data, size);
  switch (script.byte() % 6) {
    case 0:
      body(script);
      break;
    case 1:
      header(script);
      break;
    case 2:
      epoch(script);
      break;
    case 3:
      certificate(script);
      break;
    case 4:
      genesis(script.rest());
      break;
    default:
      sealed_answer(script);
  }
  return 0;
}
