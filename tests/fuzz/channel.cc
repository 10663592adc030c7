// Two ends of a channel and a line between them that does what the script says: the messages that arrive are a
// beginning of those that were said, and from the first damage on nothing is opened any more. Some fragments are a
// liar's, who has the key and puts anything into them.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <deque>

#include "crypto/noise.h"
#include "crypto/noise_primitives.h"
#include "tests/fuzz/script.h"

using namespace duolog;
using crypto::Channel;
using fuzz::must;

namespace {

const Bytes kThere(32, 3);
const Bytes kBack(32, 4);
crypto::ChannelKeys keys(ByteView send, ByteView receive) {
  return {*crypto::ChannelKey::from(send), *crypto::ChannelKey::from(receive)};
}

class Line {
 public:
  void say(ByteView message) {
    said_.push_back(to_bytes(message));
    must(ada_.seal(message, [&](ByteView fragment) { way_.push_back(to_bytes(fragment)); }),
         "a fresh channel is used up");
  }
  // The next fragment, as the script lets it through.
  void carry(fuzz::Script& script) {
    if (way_.empty()) return;
    Bytes fragment = std::move(way_.front());
    way_.pop_front();
    switch (script.byte() % 5) {
      case 0:  // lost
        honest_ = false;
        return;
      case 1:  // twice
        hear(fragment);
        honest_ = false;
        return hear(fragment);
      case 2:  // damaged
        if (fuzz::damage(script, fragment)) honest_ = false;
        return hear(fragment);
      case 3:  // reordered
        if (!way_.empty()) honest_ = false;
        if (!way_.empty()) std::swap(fragment, way_.front());
        return hear(fragment);
      default:
        hear(fragment);
    }
  }

 private:
  void hear(ByteView fragment) {
    const bool was_honest = honest_;
    Bytes message;
    must(!bo_.worn_out(), "a young channel is worn out");
    const auto opened = bo_.open(fragment, message);
    must(was_honest == (opened != Channel::Opened::kBroken), "a fragment is judged wrongly");
    if (opened != Channel::Opened::kMessage) return;
    must(heard_ < said_.size() && message == said_[heard_], "something arrives that was not said, or not then");
    ++heard_;
  }

  Channel ada_{keys(kThere, kBack)};
  Channel bo_{keys(kBack, kThere)};
  std::deque<Bytes> way_;
  std::vector<Bytes> said_;
  std::size_t heard_ = 0;
  bool honest_ = true;
};

void line(fuzz::Script& script) {
  Line between;
  for (int steps = 0; steps < 32 && !script.over(); ++steps) {
    if (script.byte() % 2 == 0) {
      const std::size_t length = script.byte() % 8 == 0 ? 2 * script.word() : script.byte();
      between.say(Bytes(length, script.byte()));
    } else {
      between.carry(script);
    }
  }
}

void liar(fuzz::Script& script, std::size_t size) {
  const fuzz::Frugal frugal(size, crypto::kMessageLimit);
  Channel bo(keys(kBack, kThere));
  bool broken = false;
  for (std::uint64_t counter = 0; !script.over() && counter < 64; ++counter) {
    Bytes plain = to_bytes(script.chunk());
    if (script.byte() % 2 == 0) plain = crypto::pad(plain, crypto::kTransportPadFloor);
    Bytes message;
    const auto opened = bo.open(crypto::noise_encrypt(kThere, counter, {}, plain), message);
    must(!broken || opened == Channel::Opened::kBroken, "a broken channel opens again");
    broken = opened == Channel::Opened::kBroken;
    if (broken) continue;
    const auto inner = crypto::unpad(plain);
    must(inner && !inner->empty() && inner->front() <= 1, "a fragment without form was opened");
    must((inner->front() == 1) == (opened == Channel::Opened::kMessage), "the last fragment ends a message, no other");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::same_chance();
  fuzz::Script script(data, size);
  if (script.byte() % 2 == 0) {
    line(script);
  } else {
    liar(script, size);
  }
  return 0;
}
