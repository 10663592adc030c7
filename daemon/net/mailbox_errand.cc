// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/mailbox_errand.h"

namespace duolog::net {
namespace {

using mailbox::Answer;
using mailbox::Ask;
using mailbox::Lying;

}  // namespace

struct MailboxErrand::State {
  enum class Stage { kShaking, kListing, kFetching, kPutting, kOver };

  State(const crypto::MailboxLink& link, std::uint64_t from, ErrandHooks given, SteadyTime now)
      : hooks(std::move(given)),
        server(link.server),
        line(now + kHandshakeTime),
        handshake(crypto::Handshake::initiate(crypto::prepare_mailbox(link.secret, link.server),
                                              crypto::mailbox_client(link.secret))),
        after(from) {}

  ErrandHooks hooks;
  NoisePublic server;
  TalkLine line;
  std::optional<crypto::Handshake> handshake;
  Stage stage = Stage::kShaking;
  End end = End::kNone;
  bool asked = false;  // and not answered
  // ---- listing ----
  std::uint64_t after;
  std::optional<ByteArray<mailbox::kBoxLength>> box;
  std::vector<Lying> all;
  // ---- fetching ----
  std::optional<Lying> fetching;
  Bytes fetched;
  std::uint64_t fetched_in_all = 0;
  // ---- putting ----
  std::optional<Bytes> putting;
  BundleId putting_id;
  std::uint32_t put_at = 0;    // from here on it is not there yet
  std::uint32_t put_sent = 0;  // up to here it was said

  void read_second(ByteView message, SteadyTime now);
  Conversation conversation();
  void hear(ByteView message);
  std::optional<Bytes> say();
  std::optional<Ask> ask();
  std::optional<Ask> fetch();
  std::optional<Ask> put();
  void on(const mailbox::Listing& listing);
  void on(const mailbox::Part& part);
  void on(const mailbox::More& more);
  void on(const mailbox::Kept& kept);
  void on(const mailbox::No& no);
  void on(const mailbox::Unknown&) { over(End::kUntrue); }
  void over(End why);
};

MailboxErrand::MailboxErrand(const crypto::MailboxLink& link, std::uint64_t after, ErrandHooks hooks, SteadyTime now)
    : state_(std::make_unique<State>(link, after, std::move(hooks), now)) {
  state_->line.say(state_->handshake->write({}));
  state_->line.expect(kIntroductionFrame, now + kHandshakeTime);
}
MailboxErrand::~MailboxErrand() = default;

void MailboxErrand::State::over(End why) {
  if (stage == Stage::kOver) return;
  stage = Stage::kOver;
  end = why;
}

void MailboxErrand::receive(ByteView bytes, SteadyTime now) {
  State& state = *state_;
  if (state.stage == State::Stage::kOver) return;
  state.line.feed(bytes);
  while (const auto frame = state.line.next_frame()) state.read_second(*frame, now);
  if (state.line.over() && state.stage != State::Stage::kOver) state.over(End::kUntrue);
  state.line.moved(now);
}

void MailboxErrand::State::read_second(ByteView message, SteadyTime now) {
  if (!handshake->read(message)) return line.drop(), over(End::kSilent);
  if (handshake->remote() != server) return line.drop(), over(End::kStranger);
  line.say(handshake->write(crypto::pad({}, crypto::kHandshakePayloadFloor)));
  crypto::ChannelKeys keys = handshake->split();
  handshake.reset();
  stage = Stage::kListing;
  line.talk(std::move(keys), conversation(), now + kErrandTime);
}

Conversation MailboxErrand::State::conversation() {
  Conversation talk;
  talk.receive = [this](ByteView message) { hear(message); };
  talk.next = [this] { return say(); };
  talk.state = [this] { return stage == Stage::kOver ? Conversation::State::kDone : Conversation::State::kGoing; };
  talk.a_person_decides = [this] { return !asked; };  // it is our turn, and the disk may take its time
  return talk;
}

// ---- what is asked ----

std::optional<Bytes> MailboxErrand::State::say() {
  if (asked || stage == Stage::kOver) return std::nullopt;
  const auto next = ask();
  if (!next) return std::nullopt;
  asked = true;
  return mailbox::encode(*next);
}

std::optional<Ask> MailboxErrand::State::ask() {
  if (stage == Stage::kListing) return mailbox::List{after};
  if (hooks.busy()) return std::nullopt;
  if (stage == Stage::kFetching) {
    if (auto next = fetch()) return next;
    if (stage != Stage::kOver) stage = Stage::kPutting;
  }
  if (stage == Stage::kPutting) return put();
  return std::nullopt;
}

std::optional<Ask> MailboxErrand::State::fetch() {
  if (!fetching) {
    fetching = hooks.wanted();
    if (!fetching) return std::nullopt;
    if (fetched_in_all + fetching->size > kFetchedAVisit) return over(End::kTired), std::nullopt;
    fetched.clear();
    fetched.reserve(fetching->size);
  }
  return mailbox::Get{fetching->cursor, static_cast<std::uint32_t>(fetched.size())};
}

std::optional<Ask> MailboxErrand::State::put() {
  if (!putting) {
    putting = hooks.to_put();
    if (!putting) return over(End::kDone), std::nullopt;
    putting_id = crypto::bundle_id(*putting);
    put_at = 0;
  }
  const std::size_t length = std::min(mailbox::kPartSent, putting->size() - put_at);
  put_sent = put_at + static_cast<std::uint32_t>(length);
  return mailbox::Put{putting_id, static_cast<std::uint32_t>(putting->size()), put_at,
                      to_bytes(ByteView(*putting).subspan(put_at, length))};
}

// ---- what is answered ----

void MailboxErrand::State::hear(ByteView message) {
  if (stage == Stage::kOver) return;
  const auto answer = mailbox::decode_answer(message);
  if (!answer || !std::exchange(asked, false)) return over(End::kUntrue);
  std::visit([this](const auto& one) { on(one); }, *answer);
}

void MailboxErrand::State::on(const mailbox::Listing& listing) {
  const bool is_next = listing.bundles.empty() || listing.bundles.front().cursor > after;
  const bool is_same = !box || *box == listing.box;
  if (stage != Stage::kListing || !is_next || !is_same) return over(End::kUntrue);
  box = listing.box;
  all.insert(all.end(), listing.bundles.begin(), listing.bundles.end());
  if (!all.empty()) after = all.back().cursor;
  if (listing.more && all.size() < kListedInAll) return;
  stage = Stage::kFetching;
  hooks.listed(listing, all);
}

void MailboxErrand::State::on(const mailbox::Part& part) {
  if (stage != Stage::kFetching || !fetching || part.at != fetched.size()) return over(End::kUntrue);
  const std::size_t left = fetching->size - fetched.size();
  if (part.part.size() > left || part.part.size() < std::min(left, kLeastPart)) return over(End::kUntrue);
  append(fetched, part.part);
  if (fetched.size() < fetching->size) return;
  if (crypto::bundle_id(fetched) != fetching->id) return over(End::kUntrue);
  fetched_in_all += fetching->size;
  const Lying which = *std::exchange(fetching, std::nullopt);
  hooks.came(which, std::exchange(fetched, {}));
}

void MailboxErrand::State::on(const mailbox::More& more) {
  if (stage != Stage::kPutting || more.at != put_sent || more.at >= putting->size()) return over(End::kUntrue);
  put_at = more.at;
}

// Before it was all said: it had been there already.
void MailboxErrand::State::on(const mailbox::Kept& kept) {
  if (stage != Stage::kPutting || kept.cursor == 0) return over(End::kUntrue);
  putting.reset();
  hooks.kept(putting_id, kept.cursor);
}

void MailboxErrand::State::on(const mailbox::No& no) {
  if (stage == Stage::kFetching && fetching && no.why == mailbox::Why::kGone) {
    const Lying which = *std::exchange(fetching, std::nullopt);
    fetched.clear();
    return hooks.came(which, std::nullopt);
  }
  if (stage != Stage::kPutting) return over(End::kUntrue);
  putting.reset();
  hooks.refused(no.why);
  over(End::kDone);
}

// ---- for the driver ----

Bytes MailboxErrand::take_output() {
  Bytes output = state_->line.take_output();
  if (state_->line.over()) state_->over(End::kClosed);
  return output;
}

void MailboxErrand::closed() {
  state_->over(state_->handshake ? End::kSilent : End::kClosed);
  state_->line.drop();
}
void MailboxErrand::moved(SteadyTime now) { state_->line.moved(now); }

void MailboxErrand::tick(SteadyTime now) {
  if (now < state_->line.deadline()) return;
  closed();
}

bool MailboxErrand::finished() const {
  return state_->line.finished() || (state_->stage == State::Stage::kOver && !state_->line.talking());
}
SteadyTime MailboxErrand::deadline() const { return state_->line.deadline(); }
MailboxErrand::End MailboxErrand::end() const { return state_->end; }
bool MailboxErrand::has_shaken_hands() const { return state_->stage != State::Stage::kShaking && !state_->handshake; }

}  // namespace duolog::net
