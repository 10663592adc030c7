// A person's further device is let in, and a liar in the place of one of the two: a message is what the script makes of
// the true one. A new device believes what leads to its own keys, or nothing; a host counts whom it has said yes to and
// who has stored it, and nobody else.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/arrival.h"
#include "tests/fuzz/household.h"

using namespace duolog;
using fuzz::must;

namespace {

constexpr std::uint64_t kThen = 1'795'000'000;

struct House {
  fuzz::Device ada{"Ada"};
  crypto::DeviceSeed seed = crypto::DeviceSeed::random();
  crypto::DeviceKeys newcomer{seed};
};
std::unique_ptr<House> house;

std::size_t live(fuzz::Device& device) {
  std::size_t count = 0;
  for (const journal::DeviceRow& row : device.shelf().devices()) count += row.live ? 1 : 0;
  return count;
}

// What was believed is what such a device may be.
void look_at(const journal::Handover& handover, const crypto::DeviceKeys& self) {
  const journal::Handed& handed = handover.handed;
  const auto proven = crypto::prove(handed.chain, std::span(&handed.root, 1));
  must(proven && proven->device == self.public_keys(), "a chain to other keys was believed");
  must(!handed.journals.empty() && handed.journals.size() <= journal::kJournalsHanded, "too many journals, or none");
  for (const journal::JournalSecrets& one : handed.journals) {
    must(one.genesis.names(handed.root.id()), "another person's journal was believed");
    must(one.shared() == (&one != &handed.journals.front()), "the notebook is not the first, or not the only one");
    const std::size_t least = one.shared() ? 1 : 2;
    must(one.awaited && one.epochs.size() >= least, "a journal is not awaited, or has no key");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::same_chance();
  if (!house) house = std::make_unique<House>();
  fuzz::same_chance();
  fuzz::Script script(data, size);
  {
    const fuzz::Frugal frugal(size, 1 << 20);
    const crypto::DeviceKeys& self = house->newcomer;
    journal::Welcome host(house->ada.shelf(),
                          {self.id(), {crypto::certify(self, self.public_keys(), kThen, "phone")}, "code"},
                          [] { return std::vector<journal::Reach>(); });
    bool kept = false;
    journal::Arrival joiner(self, {house->ada.identity().keys().id(), {}, "code"}, [&](journal::Handover handover) {
      look_at(handover, self);
      kept = true;
    });
    const std::size_t victim = script.below(3);
    const bool others = script.byte() % 2 == 0;  // anything in its place, or the true one damaged
    const auto meddle = [&](Bytes message, std::size_t number) {
      if (number != victim) return message;
      if (others) return to_bytes(script.rest());
      for (int i = script.byte() % 3; i >= 0; --i) fuzz::damage(script, message);
      return message;
    };
    host.welcome();
    must(live(house->ada) == 2, "a device that was welcomed does not count");
    joiner.receive(meddle(*host.next(), 0));
    must(kept == (joiner.state() == journal::Arrival::State::kArrived), "what was kept is not what is told");
    const auto stored = joiner.next();
    must(stored.has_value() == kept, "a receipt for nothing");
    if (stored) host.receive(meddle(*stored, 1));
    host.lost();
    const bool arrived = host.state() == journal::Welcome::State::kArrived;
    const bool may_come = host.fault() == journal::ArrivalFault::kLeft;  // it has two minutes to
    must(live(house->ada) == (arrived || may_come ? 2 : 1), "a device that has stored nothing is counted");
  }
  house.reset();
  return 0;
}
