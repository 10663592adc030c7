// A partner's bytes as an event, and as the form inside a sealed answer: read within every limit or refused; what was
// read says the same once it is written and read again.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fuzz/script.h"
#include "tests/unit/journal/event_limits.h"

using namespace duolog;
using fuzz::must;

namespace {

template <class Read>
void must_be_within_limits(const Read& read) {
  const std::string broken = journal::EventLimits::broken_by(read);
  must(broken.empty(), broken.c_str());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Frugal frugal(size, crypto::kEventLimit);
  if (const auto form = journal::decode_form({data, size})) {
    must_be_within_limits(*form);
    must(journal::decode_form(journal::encode_form(*form)) == form, "a form changed");
  }
  const auto event = journal::decode_event({data, size});
  if (!event) return 0;
  must_be_within_limits(*event);
  if (std::holds_alternative<journal::Newer>(event->payload)) return 0;
  const auto bytes = journal::encode_event(*event);
  const auto again = journal::decode_event(bytes.view());
  must(again && again->payload.index() == event->payload.index(), "an event became another kind");
  const auto twice = journal::encode_event(*again);
  must(std::equal(bytes.view().begin(), bytes.view().end(), twice.view().begin(), twice.view().end()),
       "an event says something else the second time");
  return 0;
}
