// A mailbox's words, both ways: whatever is read is within its limits and reads as the same again; and a device that is
// let in says anything to a mailbox, or a mailbox to a device, for as long as the other listens.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/mailbox.h"
#include "daemon/line/mailbox_message.h"
#include "daemon/net/mailbox_errand.h"
#include "tests/fuzz/script.h"

using namespace duolog;
using fuzz::must;

namespace {

void ask(ByteView bytes) {
  const auto read = mailbox::decode_ask(bytes);
  if (!read || std::holds_alternative<mailbox::Unknown>(*read)) return;
  const auto again = mailbox::decode_ask(mailbox::encode(*read));
  must(again && again->index() == read->index(), "a question became another");
  must(mailbox::encode(*again) == mailbox::encode(*read), "a question says something else the second time");
}

void answer(ByteView bytes) {
  const auto read = mailbox::decode_answer(bytes);
  if (!read || std::holds_alternative<mailbox::Unknown>(*read)) return;
  const auto again = mailbox::decode_answer(mailbox::encode(*read));
  must(again && again->index() == read->index(), "an answer became another");
  must(mailbox::encode(*again) == mailbox::encode(*read), "an answer says something else the second time");
}

void link(std::string_view text) {
  const auto read = crypto::parse_mailbox_link(text);
  if (!read) return;
  const crypto::SecretBytes spelled = read->text();
  const auto again = crypto::parse_mailbox_link(spelled.text());
  must(again && again->text().text() == spelled.text(), "a link has two meanings");
}

// The rest of the input, cut where it says, is what a mailbox answers.
void lie_to_a_device(ByteView script) {
  static const crypto::NoiseSecret server = crypto::NoiseSecret::random();
  static const crypto::MailboxLink link{crypto::MailboxSecret::random(), crypto::noise_public(server), {"127.0.0.1:1"}};
  static const crypto::PreparedPsk fits = crypto::prepare_mailbox(link.secret, link.server);
  std::vector<mailbox::Lying> to_fetch;
  std::size_t came = 0, put = 0;
  net::ErrandHooks hooks;
  hooks.listed = [&](const mailbox::Listing&, const std::vector<mailbox::Lying>& all) { to_fetch = all; };
  hooks.wanted = [&]() -> std::optional<mailbox::Lying> {
    if (to_fetch.empty()) return std::nullopt;
    const mailbox::Lying last = to_fetch.back();
    to_fetch.pop_back();
    return last;
  };
  hooks.came = [&](const mailbox::Lying& which, std::optional<Bytes> bundle) {
    must(!bundle || crypto::bundle_id(*bundle) == which.id, "a bundle of another hash was taken");
    ++came;
  };
  hooks.busy = [] { return false; };
  hooks.to_put = [&]() -> std::optional<Bytes> { return put++ < 2 ? std::optional(Bytes(300'000, 1)) : std::nullopt; };
  hooks.kept = [](const BundleId&, std::uint64_t cursor) { must(cursor > 0, "no cursor"); };
  hooks.refused = [](mailbox::Why) {};
  const SteadyTime now{};
  net::MailboxErrand errand(link, 0, std::move(hooks), now);
  const Bytes first = errand.take_output();
  auto hand = crypto::Handshake::answer(fits, server, ByteView(first).subspan(2));
  must(hand.has_value(), "message 1 does not open");
  Bytes out;
  proto::append_frame(out, proto::Framing::kPeer, hand->write(crypto::pad({}, crypto::kHandshakePayloadFloor)));
  errand.receive(out, now);
  Bytes said = errand.take_output();
  const std::size_t third = static_cast<std::size_t>(said.at(0)) << 8 | said.at(1);
  must(hand->read(ByteView(said).subspan(2, third)).has_value(), "message 3 does not open");
  crypto::Channel channel(hand->split());
  while (!script.empty() && !errand.finished()) {
    const std::size_t length = std::min<std::size_t>(script[0] * 4U, script.size() - 1);
    out.clear();
    channel.seal(script.subspan(1, length),
                 [&](ByteView sealed) { proto::append_frame(out, proto::Framing::kPeer, sealed); });
    script = script.subspan(1 + length);
    errand.receive(out, now);
    static_cast<void>(errand.take_output());
  }
  errand.closed();
  must(errand.finished(), "an errand does not end");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  ask(bytes);
  answer(bytes);
  link(as_text(bytes));
  lie_to_a_device(bytes);
  return 0;
}
