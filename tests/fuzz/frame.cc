// The frame codec fed in pieces: the messages are those of the same bytes fed at once, each within its limit, and
// framed again they are the bytes that were read; never more is held than one message and one piece.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "proto/frame_codec.h"

#include "tests/fuzz/script.h"

using namespace duolog;
using proto::FrameReader;
using proto::Framing;

namespace {

constexpr std::size_t kSmallControlLimit = 4096;
constexpr std::size_t kUnproven = 82;

struct Read {
  std::vector<Bytes> messages;
  bool broken = false;
};

Read read(ByteView stream, Framing framing, std::size_t limit, std::size_t piece) {
  FrameReader reader(framing, limit);
  Read all;
  for (std::size_t at = 0; at < stream.size(); at += piece) {
    reader.feed(stream.subspan(at, std::min(piece, stream.size() - at)));
    Bytes message;
    FrameReader::Next next;
    while ((next = reader.next(message)) == FrameReader::Next::kMessage) all.messages.push_back(message);
    all.broken = next == FrameReader::Next::kTooLong;
    fuzz::must(reader.buffered() <= 4 + limit + piece, "more is kept than one message and one piece");
    fuzz::must(!all.broken || reader.buffered() == 0, "something is kept of a stream that broke");
  }
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Script script(data, size);
  const Framing framing = script.byte() % 2 == 0 ? Framing::kPeer : Framing::kControl;
  const std::size_t limit =
      framing == Framing::kPeer ? (script.byte() % 2 == 0 ? kUnproven : proto::kPeerFrameLimit) : kSmallControlLimit;
  const std::size_t piece = 1 + script.byte();
  const ByteView stream = script.rest();
  const Read pieces = read(stream, framing, limit, piece);
  const Read whole = read(stream, framing, limit, std::max<std::size_t>(1, stream.size()));
  fuzz::must(pieces.messages == whole.messages && pieces.broken == whole.broken, "pieces read as something else");
  Bytes again;
  for (const Bytes& message : whole.messages) {
    fuzz::must(message.size() <= limit, "a message is over the limit");
    proto::append_frame(again, framing, message);
  }
  fuzz::must(again.size() <= stream.size() && std::equal(again.begin(), again.end(), stream.begin()),
             "framed again it is something else");
  return 0;
}
