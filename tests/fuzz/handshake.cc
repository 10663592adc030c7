// The handshake between two who share a psk, each message damaged as the script says: whatever was changed is refused
// and nothing more is answered, whatever was not is accepted and both ends agree. And a liar who knows the psk: any
// bytes as its introduction are refused or read, and what was read is written as it was.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/noise.h"
#include "daemon/net/introduction.h"
#include "tests/fuzz/script.h"

using namespace duolog;
using crypto::Handshake;
using fuzz::must;

namespace {

struct People {
  crypto::HandshakePsk psk = *crypto::HandshakePsk::from(Bytes(32, 1));
  crypto::NoiseSecret ada = *crypto::NoiseSecret::from(Bytes(32, 2));
  crypto::NoiseSecret bo = *crypto::NoiseSecret::from(Bytes(32, 3));
  crypto::PreparedPsk prepared{crypto::prologue('P', {as_bytes("a journal")}), psk};
};
const People& people() {
  static const People made;
  return made;
}

void stranger(ByteView bytes) {
  must(!Handshake::answer(people().prepared, people().bo, bytes), "a psk was guessed");
  Handshake initiator = Handshake::initiate(people().prepared, people().ada);
  initiator.write({});
  must(!initiator.read(bytes), "message 2 was guessed");
  must(!initiator.read(bytes), "a handshake that has failed reads on");
}

// Message 1, 2 or 3 arrives damaged.
void meddler(fuzz::Script& script) {
  const std::size_t victim = script.below(3);
  const auto arrives = [&](std::size_t number, Bytes message) {
    const bool changed = number == victim && fuzz::damage(script, message);
    return std::pair(message, changed);
  };
  Handshake initiator = Handshake::initiate(people().prepared, people().ada);
  const auto [first, first_changed] = arrives(0, initiator.write({}));
  auto responder = Handshake::answer(people().prepared, people().bo, first);
  must(responder.has_value() != first_changed, "message 1 is judged wrongly");
  if (!responder) return;
  const auto [second, second_changed] = arrives(1, responder->write(as_bytes("who I am")));
  const auto heard = initiator.read(second);
  must(heard.has_value() != second_changed, "message 2 is judged wrongly");
  if (!heard) return must(!initiator.read(second) && !initiator.complete(), "a failed handshake goes on");
  const auto [third, third_changed] = arrives(2, initiator.write(as_bytes("and I")));
  const auto answered = responder->read(third);
  must(answered.has_value() != third_changed, "message 3 is judged wrongly");
  if (!answered) return must(!responder->complete(), "a failed handshake is complete");
  must(initiator.channel_binding() == responder->channel_binding(), "both ends heard something else");
  must(responder->remote() == crypto::noise_public(people().ada), "somebody else was proven");
}

// What a member of the journal may say of itself.
void liar(ByteView payload) {
  const fuzz::Frugal frugal(payload.size(), crypto::kNoiseMessageLimit);
  Handshake initiator = Handshake::initiate(people().prepared, people().ada);
  auto responder = Handshake::answer(people().prepared, people().bo, initiator.write({}));
  const auto heard = initiator.read(responder->write(payload));
  must(heard && std::equal(heard->begin(), heard->end(), payload.begin(), payload.end()), "a payload changed");
  const auto introduction = net::decode_introduction(*heard);
  if (!introduction) return;
  must(!introduction->chain.empty() && introduction->chain.size() <= crypto::kChainLimit, "a chain is out of limits");
  must(introduction->name.size() <= crypto::kNameLimit && !utf8_fault(as_bytes(introduction->name)),
       "a name is no text");
  const auto again = net::decode_introduction(net::encode(*introduction));
  must(again && again->chain == introduction->chain && again->name == introduction->name, "it is not what was said");
  net::introduced_device(introduction->chain, initiator.remote());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::same_chance();
  fuzz::Script script(data, std::min(size, crypto::kNoiseMessageLimit - crypto::kSecondMessageOverhead));
  switch (script.byte() % 4) {
    case 0:
      stranger(script.rest());
      break;
    case 1:
      meddler(script);
      break;
    case 2:
      liar(script.rest());
      break;
    default:
      liar(crypto::pad(script.rest().first(std::min<std::size_t>(size - 1, 32 << 10)), crypto::kHandshakePayloadFloor));
  }
  return 0;
}
