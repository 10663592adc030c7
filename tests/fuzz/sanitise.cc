// Any text as it meets a terminal: valid UTF-8, no control but the newline (in a line not even that), nothing that
// turns the direction round, no longer than a repetition's count makes it, and laid out within the width. As JSON no
// control at all.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/sanitise.h"

#include "client/json.h"
#include "client/layout.h"
#include "client/words.h"
#include "tests/fuzz/shown.h"

using namespace duolog;
using fuzz::must;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Frugal frugal(size, 1 << 20);
  fuzz::Script script(data, size);
  const std::size_t width = 2 + script.byte() % 100;
  const std::string_view foreign = as_text(script.rest());
  const auto fault = utf8_fault(as_bytes(foreign));
  must(client::utf8_fault(foreign) == fault.value_or(std::string_view::npos), "two opinions of what is UTF-8");
  const std::string text = client::sanitise(foreign);
  fuzz::must_be_shown(text, fuzz::Newlines::kAllowed);
  const std::string line = client::sanitise_line(foreign);
  fuzz::must_be_shown(line, fuzz::Newlines::kNone);
  must(client::sanitise_line(line) == line, "what is safe is not left alone");
  fuzz::must_be_shown(client::json_string(foreign), fuzz::Newlines::kNone);
  fuzz::must_be_shown(client::typeable(foreign), fuzz::Newlines::kNone);
  for (const std::string& one : client::wrap(text, width)) {
    must(client::display_width(one) <= width || one.size() <= 64, "a line is wider than its room");
    must(one.find('\n') == std::string::npos, "a line holds two");
  }
  return 0;
}
