// Somebody comes back with their words, and a liar in the place of one of the two: a message is what the script makes
// of the true one. Nobody is asked, and nothing is said, before the words are proved; what comes back is a journal of
// one's own with the one that was spoken with, or nothing.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/readmission.h"

#include "tests/fuzz/household.h"

using namespace duolog;
using fuzz::must;

namespace {

constexpr std::uint64_t kThen = 1'795'000'000;

struct Two {
  Two() {
    const auto [host, joiner] = fuzz::found(bo, ada, [](Bytes&) {});
    must(host == journal::Founding::State::kFounded && joiner == host, "the two share no journal");
    words.emplace(*crypto::entropy_from_words(ada.identity().words({}).text()));
  }
  fuzz::Device ada{"Ada"};
  fuzz::Device bo{"Bo"};
  std::optional<crypto::RootKeys> words;  // Ada's
  crypto::DeviceSeed seed = crypto::DeviceSeed::random();
  crypto::DeviceKeys comer{seed};
};
std::unique_ptr<Two> two;

// What was believed is what could be true.
void look_at(const journal::Returned& returned) {
  const JournalId& shared = two->bo.identity().journals().back().id;
  must(!returned.journals.empty() && returned.journals.size() <= journal::kJournalsReturned, "too many, or none");
  for (const journal::Returned::Journal& one : returned.journals) {
    must(one.secrets.id == shared, "another journal was believed");
    must(one.secrets.awaited && one.secrets.epochs.size() >= 2, "a journal is not awaited, or has no key");
    must(one.secrets.epochs.front() == two->bo.identity().journals().back().epochs.front(), "another epoch zero");
    must(one.secrets.epochs.size() <= journal::kEpochsReturned + 1, "too many epochs");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::same_chance();
  if (!two) two = std::make_unique<Two>();
  fuzz::same_chance();
  fuzz::Script script(data, size);
  {
    const fuzz::Frugal frugal(size, 3 << 20);
    const crypto::Chain chain{crypto::certify(*two->words, two->comer.public_keys(), kThen, "desk")};
    const DeviceId& giver = two->bo.identity().keys().id();
    bool asked = false;
    bool kept = false;
    journal::Readmission host(two->bo.shelf(), {two->comer.id(), chain, {}}, [&] { asked = true; });
    journal::Homecoming joiner(*two->words, two->comer, {giver, {}, {}}, [&](const journal::Returned& returned) {
      look_at(returned);
      kept = true;
    });
    const std::size_t victim = script.below(4);
    const bool others = script.byte() % 2 == 0;  // anything in its place, or the true one damaged
    const auto meddle = [&](Bytes message, std::size_t number) {
      if (number != victim) return message;
      if (others) return to_bytes(script.rest());
      for (int i = script.byte() % 3; i >= 0; --i) fuzz::damage(script, message);
      return message;
    };
    must(!host.next(), "something is said before the words are proved");
    host.receive(meddle(*joiner.next(), 0));
    must(asked == (host.state() == journal::Readmission::State::kDeciding), "somebody is asked out of turn");
    if (asked) {
      host.give_back();
      joiner.receive(meddle(*host.next(), 1));
    }
    must(kept == (joiner.state() == journal::Homecoming::State::kGivenBack), "what was kept is not what is told");
    const auto stored = joiner.next();
    must(stored.has_value() == kept, "a receipt for nothing");
    if (stored) host.receive(meddle(*stored, 2));
    host.lost();
    const bool given = host.state() == journal::Readmission::State::kGivenBack;
    must(!given || kept, "given back to somebody who has kept nothing");
  }
  return 0;
}
