// A packet in the clear and a text with an address in it: read or not, and what was read has one spelling.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/announcement.h"
#include "daemon/home/address.h"
#include "tests/fuzz/script.h"

using namespace duolog;
using fuzz::must;

namespace {

void packet(ByteView bytes) {
  const auto heard = net::decode_announcement(bytes);
  if (!heard) return;
  const Bytes again = net::encode(*heard);
  must(std::equal(again.begin(), again.end(), bytes.begin(), bytes.end()), "an announcement has two spellings");
}

// What is heard for one nameplate.
void flood(fuzz::Script& script) {
  net::Announcements heard(1 + script.byte() % 3);
  std::size_t news = 0;
  while (!script.over()) {
    const net::Announcement announcement{1 + script.byte() % 3, script.byte()};
    const std::string host = script.byte() % 4 == 0 ? "127.0.0.1" : "192.0.2." + std::to_string(script.byte());
    news += heard.hear({announcement, host, script.byte() % 3U, script.byte() % 2 == 0}) ? 1U : 0U;
  }
  must(news <= 64 && heard.addresses().size() <= news, "a flood is remembered");
  must(news > 0 || !heard.two_windows(), "two windows where there is none");
}

void address(std::string_view text) {
  const auto read = parse_address(text);
  if (!read) return;
  must(read->port != 0 && !read->host.empty(), "an address without port or host");
  for (const char c : read->host) must(c > ' ' && c < 0x7f, "a host holds what no host has");
  const auto again = parse_address(read->text());
  must(again == read, "an address has two meanings");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Script script(data, size);
  switch (script.byte() % 3) {
    case 0:
      packet(script.rest());
      break;
    case 1:
      flood(script);
      break;
    default:
      address(as_text(script.rest()));
  }
  return 0;
}
