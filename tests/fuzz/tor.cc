// What comes on tor's control connection: answers to what was asked, events, lines of no kind, bytes in any pieces,
// while others are let in and services are called. Whatever it says: a service has a name of 56 letters, each question
// is answered once at most, and nothing is said any more once the talk has ended.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "daemon/net/tor_talk.h"
#include "tests/fuzz/script.h"

using namespace duolog;
using fuzz::must;

namespace {

using Is = net::TorTalk::Is;

const std::string kService(56, 'a');

const std::array kLines{
    std::string("250 OK"),
    std::string("250-status/bootstrap-phase=NOTICE BOOTSTRAP PROGRESS=100 TAG=done SUMMARY=\"Done\""),
    std::string("650 STATUS_CLIENT NOTICE BOOTSTRAP PROGRESS=50 TAG=loading"),
    std::string("650 STATUS_CLIENT NOTICE BOOTSTRAP PROGRESS=100 TAG=done"),
    "250-ServiceID=" + kService,
    "650 HS_DESC UPLOADED " + kService + " UNKNOWN $AA~r1",
    std::string("251 Client for onion existed and replaced"),
    std::string("513 Invalid"),
    std::string("250+data"),
    std::string("."),
};

void hear(net::TorTalk& talk, fuzz::Script& script) {
  const std::size_t which = script.below(kLines.size() + 3);
  Bytes bytes;
  if (which < kLines.size()) {
    append(bytes, as_bytes(kLines[which]));
    if (script.byte() % 16 == 0) fuzz::damage(script, bytes);
  } else {
    append(bytes, script.take(script.byte()));
  }
  if (which <= kLines.size()) append(bytes, as_bytes("\r\n"));
  talk.receive(bytes);
}

void look_at(const net::TorTalk& talk) {
  const std::string& onion = talk.onion();
  const bool letters = std::all_of(onion.begin(), onion.begin() + std::min<std::ptrdiff_t>(56, std::ssize(onion)),
                                   [](char c) { return (c >= 'a' && c <= 'z') || (c >= '2' && c <= '7'); });
  must(onion.empty() || (onion.size() == 62 && onion.ends_with(".onion") && letters), "a service of no name");
  must(talk.progress() >= 0 && talk.progress() <= 100, "more or less than a hundred percent");
  must(std::ranges::all_of(talk.why(), [](char c) { return c >= ' ' && c <= '~'; }),
       "its words reach a terminal as they are");
  must(talk.is() != Is::kBroken || onion.empty(), "found by a tor that is gone");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::same_chance();
  const fuzz::Frugal frugal(size, net::TorTalk::kLineLimit);
  fuzz::Script script(data, size);
  net::TorTalk talk(Bytes(32, 1), crypto::onion_secret(*crypto::LocalKey::from(Bytes(32, 2))), "/run/visitors");
  const auto key = *crypto::OnionClientSecret::from(Bytes(32, 3));
  std::size_t asked = 0;
  std::size_t answered = 0;
  while (!script.over()) {
    switch (script.byte() % 8) {
      case 0: {
        std::vector<crypto::OnionClientPublic> clients(script.byte() % 40);
        for (auto& client : clients) client.bytes.fill(script.byte());
        talk.let_in(std::move(clients));
        break;
      }
      case 1: {
        ++asked;
        const ByteView name = script.byte() % 2 == 0 ? as_bytes(kService) : script.take(script.byte());
        talk.use(std::string(as_text(name)) + ".onion", key, [&](bool) { ++answered; });
        break;
      }
      case 2:
        while (!talk.take_output().empty()) continue;
        break;
      default:
        hear(talk, script);
    }
    look_at(talk);
    must(answered <= asked, "a question was answered twice");
    must(talk.is() != Is::kBroken || talk.take_output().empty(), "there are words for a tor that is gone");
  }
  return 0;
}
