// Two who found a journal, and a liar in the place of one of them: each of his messages is what the script makes of the
// true one. What fails leaves nothing that is shown, what succeeds is a journal both can write in, and any next pairing
// with somebody honest still works.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fuzz/household.h"

using namespace duolog;
using fuzz::must;
using State = journal::Founding::State;

namespace {

struct Two {
  fuzz::Device ada{"Ada"};
  fuzz::Device bo{"Bo"};
};
std::unique_ptr<Two> two;

std::size_t shown(fuzz::Device& device) { return device.shelf().journals().size(); }

void write_in_it(fuzz::Device& device) {
  journal::Draft draft;
  draft.text = "first words";
  device.shelf().write(draft, {});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::same_chance();
  if (!two) two = std::make_unique<Two>();
  fuzz::same_chance();
  fuzz::Script script(data, size);
  bool changed = false;
  {
    const fuzz::Frugal frugal(size, 1 << 20);
    journal::Founding declined(two->ada.shelf(), journal::FoundingRole::kHost, two->bo.introduced());
    must(declined.other() == "Bo" && declined.comparison_words().size() == 4, "another was introduced");
    must(declined.other_device() == "laptop" && declined.detail().empty(), "another device was introduced");
    declined.decline();
    declined.receive(script.take(8));
    must(declined.state() == State::kDeclined && declined.next().has_value(), "a no is not said");
    const std::size_t victim = script.below(4);
    const bool others = script.byte() % 2 == 0;  // anything in its place, or the true one damaged
    std::size_t number = 0;
    const auto [host, joiner] = fuzz::found(two->ada, two->bo, [&](Bytes& message) {
      if (number++ != victim) return;
      const Bytes before = message;
      if (others) {
        message = to_bytes(script.rest());
      } else {
        for (int i = script.byte() % 3; i >= 0; --i) fuzz::damage(script, message);
      }
      changed = message != before;
    });
    must(host != State::kDeciding, "the host has not begun");
    must(changed || (host == State::kFounded && joiner == State::kFounded), "a true founding fails");
    must(host != State::kFounded || shown(two->ada) == 2, "a journal was founded that is not shown");
    must(joiner != State::kFounded || shown(two->bo) == 2, "a journal was founded that is not shown");
    must(host == State::kFounded || shown(two->ada) == 1, "a failed founding is shown");
    if (host == State::kFounded) write_in_it(two->ada);
    if (joiner == State::kFounded) write_in_it(two->bo);
    if (host != State::kFounded && joiner != State::kFounded) {
      const auto [again, there] = fuzz::found(two->ada, two->bo, [](Bytes&) {});
      must(again == State::kFounded && there == State::kFounded, "after a liar nobody can pair any more");
    }
  }
  two.reset();
  return 0;
}
