// counter_test.cc: who is served, and who gets nothing; and what an honest device takes from a mailbox that lies.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/pairing.h"
#include "tests/unit/mailbox/box.h"

namespace duolog::mailbox {
namespace {

using net::MailboxErrand;
using testing::Box;
using testing::bundle_of;
using testing::Caller;
using namespace std::chrono_literals;

TEST(AMailbox, CarriesFromOneDeviceToAnother) {
  Box box;
  Caller ada(box);
  const std::vector<Bytes> brought{bundle_of(4096), bundle_of(kBundleLimit, 3), bundle_of(70'000)};
  ada.to_put = brought;
  ada.run();
  EXPECT_EQ(ada.errand.end(), MailboxErrand::End::kDone);
  ASSERT_EQ(ada.kept.size(), 3u);
  Caller bo(box);
  bo.run();
  EXPECT_EQ(bo.errand.end(), MailboxErrand::End::kDone);
  ASSERT_EQ(bo.fetched.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(bo.fetched.at(ada.kept[i].second), brought[i]);
  Caller later(box, ada.kept[1].second);
  later.run();
  EXPECT_EQ(later.fetched.size(), 1u);
}

TEST(AMailbox, IsSilentToWhoeverDoesNotKnowTheLink) {
  Box box;
  crypto::MailboxLink wrong = box.link();
  wrong.secret = crypto::MailboxSecret::random();
  Caller eve(box, wrong);
  const net::LineId line = eve.line();
  const Bytes first = eve.errand.take_output();
  box.counter().received(line, first);
  EXPECT_TRUE(box.counter().take_output(line).empty());
  EXPECT_FALSE(box.counter().finished(line));
  box.time.pass(net::kHandshakeTime - 1ms);
  box.counter().tick();
  EXPECT_FALSE(box.counter().finished(line));
  box.time.pass(1ms);
  box.counter().tick();
  EXPECT_TRUE(box.counter().finished(line));
  EXPECT_TRUE(box.counter().take_output(line).empty());
}

TEST(AMailbox, AnswersARecordedFirstMessageOnce) {
  Box box;
  Caller ada(box);
  const Bytes first = ada.errand.take_output();
  box.counter().received(ada.line(), first);
  EXPECT_FALSE(box.counter().take_output(ada.line()).empty());
  const net::LineId again = box.counter().accepted();
  box.counter().received(again, first);
  EXPECT_TRUE(box.counter().take_output(again).empty());
}

// Cut at every byte, the rest never comes; or one bit is another.
TEST(AMailbox, ServesNobodyByHalfAHandshakeOrABentOne) {
  Box box;
  Bytes first;
  {
    Caller ada(box);
    first = ada.errand.take_output();
  }
  for (std::size_t cut = 0; cut < first.size(); ++cut) {
    const net::LineId line = box.counter().accepted();
    box.counter().received(line, ByteView(first).first(cut));
    ASSERT_TRUE(box.counter().take_output(line).empty()) << cut;
    box.counter().closed(line);
  }
  for (std::size_t bit = 0; bit < first.size() * 8; ++bit) {
    Bytes bent = first;
    bent[bit / 8] = static_cast<std::uint8_t>(bent[bit / 8] ^ 1 << bit % 8);
    const net::LineId line = box.counter().accepted();
    box.counter().received(line, bent);
    ASSERT_TRUE(box.counter().take_output(line).empty()) << bit;
    box.counter().closed(line);
    box.time.pass(10ms);
  }
  for (const std::size_t bit : {20u * 8, 60u * 8, 400u * 8, 1000u * 8}) {
    Caller ada(box);
    box.counter().received(ada.line(), ada.errand.take_output());
    ada.errand.receive(box.counter().take_output(ada.line()), SteadyTime(box.time.steady));
    Bytes third = ada.errand.take_output();
    ASSERT_GT(third.size(), bit / 8);
    third[bit / 8] ^= 1;
    box.counter().received(ada.line(), third);
    EXPECT_TRUE(box.counter().take_output(ada.line()).empty());
    EXPECT_FALSE(box.counter().finished(ada.line()));
    EXPECT_EQ(box.counter().read_limit(ada.line()), 0u);
    box.time.pass(net::kHandshakeTime);
    box.counter().tick();
    EXPECT_TRUE(box.counter().finished(ada.line()));
  }
}

TEST(AMailbox, LetsInNobodyWhoKnowsThePskAndNotTheLinksKey) {
  Box box;
  const auto keys = box.keys().now();
  const net::LineId line = box.counter().accepted();
  auto eve =
      crypto::Handshake::initiate(crypto::prepare_mailbox(keys->secret, keys->server), crypto::NoiseSecret::random());
  Bytes frame;
  proto::append_frame(frame, proto::Framing::kPeer, eve.write({}));
  box.counter().received(line, frame);
  const Bytes second = box.counter().take_output(line);
  ASSERT_GT(second.size(), 2u);
  ASSERT_TRUE(eve.read(ByteView(second).subspan(2)));
  frame.clear();
  proto::append_frame(frame, proto::Framing::kPeer, eve.write(crypto::pad({}, crypto::kHandshakePayloadFloor)));
  box.counter().received(line, frame);
  EXPECT_TRUE(box.counter().take_output(line).empty());
  EXPECT_FALSE(box.counter().finished(line));
  EXPECT_EQ(box.counter().read_limit(line), 0u);
}

TEST(AMailbox, ANewLinkShutsOutTheOldOneAtOnceAndTakesNothingAway) {
  Box box;
  const crypto::MailboxLink old = box.link();
  Caller ada(box, old);
  ada.to_put = {bundle_of(5000), bundle_of(6000)};
  Caller waiting(box, old);
  box.counter().received(waiting.line(), waiting.errand.take_output());
  waiting.errand.receive(box.counter().take_output(waiting.line()), SteadyTime(box.time.steady));
  ada.run();
  ASSERT_EQ(ada.kept.size(), 2u);
  box.keys().new_link();
  waiting.run();  // it was let in by the old one, and asks now
  EXPECT_FALSE(waiting.listing);
  EXPECT_TRUE(box.counter().finished(waiting.line()));
  Caller late(box, old);
  late.run();
  EXPECT_FALSE(late.errand.has_shaken_hands());
  Caller bo(box);
  bo.run();
  EXPECT_EQ(bo.fetched.size(), 2u);
}

TEST(AMailbox, OneThatWasLookedAtBySomebodyElseLetsNobodyIn) {
  Box box;
  std::filesystem::permissions(box.folder / "key", std::filesystem::perms(0644));
  EXPECT_FALSE(box.keys().now());
  std::filesystem::permissions(box.folder / "key", std::filesystem::perms(0600));
  EXPECT_TRUE(box.keys().now());
}

// A device that speaks by hand, let in.
class ByHand {
 public:
  explicit ByHand(Box& box) : box_(box), line_(box.counter().accepted()) {
    const auto keys = box.keys().now();
    auto hand = crypto::Handshake::initiate(crypto::prepare_mailbox(keys->secret, keys->server),
                                            crypto::mailbox_client(keys->secret));
    send(hand.write({}));
    const Bytes second = box_.counter().take_output(line_);
    EXPECT_TRUE(hand.read(ByteView(second).subspan(2)));
    send(hand.write(crypto::pad({}, crypto::kHandshakePayloadFloor)));
    channel_.emplace(hand.split());
  }
  void say(const Bytes& message) {
    Bytes all;
    channel_->seal(message, [&](ByteView frame) { proto::append_frame(all, proto::Framing::kPeer, frame); });
    box_.counter().received(line_, all);
  }
  void say_twice(const Bytes& message) {
    Bytes all;
    for (int i = 0; i < 2; ++i)
      channel_->seal(message, [&](ByteView frame) { proto::append_frame(all, proto::Framing::kPeer, frame); });
    box_.counter().received(line_, all);
  }
  std::optional<Answer> answer() {
    proto::FrameReader reader(proto::Framing::kPeer, proto::kPeerFrameLimit);
    reader.feed(box_.counter().take_output(line_));
    Bytes frame, message;
    while (reader.next(frame) == proto::FrameReader::Next::kMessage)
      if (channel_->open(frame, message) == crypto::Channel::Opened::kMessage) return decode_answer(message);
    return std::nullopt;
  }
  [[nodiscard]] bool is_shown_out() const { return box_.counter().finished(line_); }
  [[nodiscard]] net::LineId line() const { return line_; }

 private:
  void send(ByteView frame) {
    Bytes bytes;
    proto::append_frame(bytes, proto::Framing::kPeer, frame);
    box_.counter().received(line_, bytes);
  }
  Box& box_;
  net::LineId line_;
  std::optional<crypto::Channel> channel_;
};

TEST(AHostileDevice, IsAnsweredOneQuestionAtATime) {
  Box box;
  ByHand eve(box);
  eve.say(encode(Ask(List{0})));
  EXPECT_TRUE(eve.answer());
  eve.say_twice(encode(Ask(List{0})));
  EXPECT_FALSE(eve.answer());
  EXPECT_TRUE(eve.is_shown_out());
}

TEST(AHostileDevice, ThatSaysNoQuestionIsShownOut) {
  Box box;
  for (const Bytes& nonsense : {Bytes{0xff, 0xff}, Bytes(3000, 1), encode(Answer(No{Why::kFull}))}) {
    ByHand eve(box);
    eve.say(nonsense);
    const auto answer = eve.answer();  // what might be of a newer version is told that it is unknown
    EXPECT_TRUE(eve.is_shown_out() || (answer && std::holds_alternative<No>(*answer)));
  }
  ByHand newer(box);
  newer.say(Bytes{0x7a, 0x00});  // field 15
  const auto answer = newer.answer();
  ASSERT_TRUE(answer);
  EXPECT_EQ(std::get<No>(*answer).why, Why::kUnknown);
}

TEST(AHostileDevice, ThatStopsInTheMiddleLeavesNothingBehind) {
  Box box;
  {
    ByHand eve(box);
    const Bytes bundle = bundle_of(1000);
    eve.say(encode(Ask(Put{crypto::bundle_id(bundle), 1000, 0, Bytes(10, 1)})));
    EXPECT_TRUE(eve.answer());
    box.time.pass(net::kTalkTime);
    box.counter().tick();
    EXPECT_TRUE(eve.is_shown_out());
    box.counter().closed(eve.line());
  }
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(box.folder / "bundles"), {}), 1);  // the ledger
}

TEST(AHostileDevice, CannotCrowdTheOthersOut) {
  Box box;
  std::vector<std::unique_ptr<ByHand>> crowd;
  for (std::size_t i = 0; i < kVisitorsLimit + 5; ++i) crowd.push_back(std::make_unique<ByHand>(box));
  std::size_t open = 0;
  for (const auto& one : crowd) open += one->is_shown_out() ? 0 : 1;
  EXPECT_EQ(open, kVisitorsLimit);
  EXPECT_FALSE(crowd.back()->is_shown_out());
}

// ---- the other way round: a mailbox by hand ----

class LyingBox {
 public:
  // `answers`: to the questions, in their order. The last one is said again and again.
  explicit LyingBox(std::vector<Answer> answers) : answers_(std::move(answers)) {}

  void run(Caller& caller, const Keys& keys) {
    auto hand = take_hand(caller, keys);
    crypto::Channel channel(hand.split());
    proto::FrameReader reader(proto::Framing::kPeer, proto::kPeerFrameLimit);
    for (Bytes said = first_question_; !said.empty() && asked_ < kQuestions; said = caller.errand.take_output()) {
      reader.feed(said);
      Bytes frame, message, out;
      while (reader.next(frame) == proto::FrameReader::Next::kMessage) {
        if (channel.open(frame, message) != crypto::Channel::Opened::kMessage) continue;
        Answer answer = answers_[std::min(asked_, answers_.size() - 1)];
        if (auto* listing = std::get_if<Listing>(&answer); listing && endless_)
          for (Lying& one : listing->bundles) one.cursor += asked_ * 10;
        ++asked_;
        channel.seal(encode(answer), [&](ByteView sealed) { proto::append_frame(out, proto::Framing::kPeer, sealed); });
      }
      caller.errand.receive(out, now_);
    }
  }
  void is_endless() { endless_ = true; }
  [[nodiscard]] std::size_t asked() const { return asked_; }

 private:
  crypto::Handshake take_hand(Caller& caller, const Keys& keys) {
    const Bytes first = caller.errand.take_output();
    auto hand = crypto::Handshake::answer(keys.fits, keys.noise, ByteView(first).subspan(2));
    EXPECT_TRUE(hand);
    Bytes second;
    proto::append_frame(second, proto::Framing::kPeer, hand->write(crypto::pad({}, crypto::kHandshakePayloadFloor)));
    caller.errand.receive(second, now_);
    const Bytes third = caller.errand.take_output();
    // Message 3 and the first question come together.
    const std::size_t length = static_cast<std::size_t>(third[0]) << 8 | third[1];
    EXPECT_TRUE(hand->read(ByteView(third).subspan(2, length)));
    first_question_ = to_bytes(ByteView(third).subspan(2 + length));
    return std::move(*hand);
  }
  static constexpr std::size_t kQuestions = 300'000;
  std::vector<Answer> answers_;
  bool endless_ = false;
  Bytes first_question_;
  std::size_t asked_ = 0;
  SteadyTime now_{};
};

class AnHonestDevice : public ::testing::Test {
 protected:
  void meets(std::vector<Answer> answers, bool endless = false) {
    LyingBox liar(std::move(answers));
    if (endless) liar.is_endless();
    caller_.emplace(box_);
    caller_->to_put = {bundle_of(3000)};
    liar.run(*caller_, *box_.keys().now());
    asked_ = liar.asked();
  }
  [[nodiscard]] MailboxErrand::End end() const { return caller_->errand.end(); }
  static Listing listing(std::vector<Lying> all, bool more = false) {
    Listing told;
    told.bundles = std::move(all);
    told.more = more;
    return told;
  }
  Box box_;
  std::optional<Caller> caller_;
  std::size_t asked_ = 0;
  BundleId id_ = crypto::bundle_id(bundle_of(10'000));
};

TEST_F(AnHonestDevice, LeavesAMailboxThatAnswersAnotherQuestion) {
  for (const Answer& answer : {Answer(More{1}), Answer(Kept{1}), Answer(Part{0, Bytes(9)}), Answer(No{Why::kGone})}) {
    meets({answer});
    EXPECT_EQ(end(), MailboxErrand::End::kUntrue) << answer.index();
  }
  meets({listing({{4, 10'000, id_}}), Kept{1}});
  EXPECT_EQ(end(), MailboxErrand::End::kUntrue);
}

TEST_F(AnHonestDevice, ReadsNoListWithoutEnd) {
  std::vector<Lying> page;
  for (std::uint64_t i = 1; i <= 10; ++i) page.push_back({i, 1, id_});
  meets({listing(page, true)});  // the same page again: its cursors do not grow
  EXPECT_EQ(end(), MailboxErrand::End::kUntrue);
  EXPECT_LE(asked_, 2u);
  meets({listing(page, true)}, true);
  EXPECT_LE(caller_->listed.size(), net::kListedInAll + page.size());
  EXPECT_NE(end(), MailboxErrand::End::kNone);
}

TEST_F(AnHonestDevice, TakesNoBundleOfAnotherSizeOrHash) {
  const Listing told = listing({{4, 10'000, id_}});
  const std::vector<std::vector<Answer>> lies{
      {told, Part{0, Bytes(10'000, 1)}},                        // of another hash
      {told, Part{0, Bytes(10'001, 7)}},                        // longer than it was said to be
      {told, Part{1, Bytes(5'000, 7)}},                         // another piece
      {told, Part{0, Bytes(5'000, 7)}, Part{0, Bytes(5'000)}},  // the same piece again
      {told, Part{0, Bytes(10, 7)}},                            // byte by byte, without end
      {told, Part{0, {}}},
  };
  for (const auto& lie : lies) {
    meets(lie);
    EXPECT_EQ(end(), MailboxErrand::End::kUntrue);
    EXPECT_TRUE(caller_->fetched.empty());
  }
}

TEST_F(AnHonestDevice, GoesOnBehindABundleThatIsGone) {
  meets({listing({{4, 10'000, id_}}), No{Why::kGone}, Kept{7}});
  EXPECT_EQ(end(), MailboxErrand::End::kDone);
  ASSERT_EQ(caller_->fetched.size(), 1u);
  EXPECT_FALSE(caller_->fetched.at(4));
  ASSERT_EQ(caller_->kept.size(), 1u);
}

TEST_F(AnHonestDevice, IsToldThatTheDiskThereIsFull) {
  meets({listing({}), No{Why::kFull}});
  EXPECT_EQ(end(), MailboxErrand::End::kDone);
  EXPECT_EQ(caller_->refused, Why::kFull);
  EXPECT_TRUE(caller_->kept.empty());
}

TEST_F(AnHonestDevice, FetchesSoMuchInOneVisitAndNoMore) {
  std::vector<Lying> all;
  const Bytes whole = bundle_of(kPartLimit, 5);
  for (std::uint64_t i = 1; i <= 200; ++i) all.push_back({i, kPartLimit, crypto::bundle_id(whole)});
  meets({listing(all), Part{0, whole}});
  EXPECT_EQ(end(), MailboxErrand::End::kTired);
  EXPECT_EQ(caller_->fetched.size(), net::kFetchedAVisit / kPartLimit);
}

TEST_F(AnHonestDevice, SpeaksWithNobodyWhoHasAnotherKey) {
  const auto keys = box_.keys().now();
  crypto::MailboxLink link = box_.link();
  link.server = crypto::noise_public(crypto::NoiseSecret::random());
  Caller caller(box_, link);
  const Bytes first = caller.errand.take_output();
  const crypto::PreparedPsk fits = crypto::prepare_mailbox(keys->secret, link.server);
  auto eve = crypto::Handshake::answer(fits, crypto::NoiseSecret::random(), ByteView(first).subspan(2));
  ASSERT_TRUE(eve);
  Bytes second;
  proto::append_frame(second, proto::Framing::kPeer, eve->write({}));
  caller.errand.receive(second, SteadyTime(box_.time.steady));
  EXPECT_EQ(caller.errand.end(), MailboxErrand::End::kStranger);
  EXPECT_TRUE(caller.errand.take_output().empty());
  EXPECT_TRUE(caller.errand.finished());
}

TEST_F(AnHonestDevice, WaitsTenSecondsForAnAnswer) {
  Caller caller(box_);
  static_cast<void>(caller.errand.take_output());
  caller.errand.tick(SteadyTime(box_.time.steady + net::kHandshakeTime - 1ms));
  EXPECT_EQ(caller.errand.end(), MailboxErrand::End::kNone);
  caller.errand.tick(SteadyTime(box_.time.steady + net::kHandshakeTime));
  EXPECT_EQ(caller.errand.end(), MailboxErrand::End::kSilent);
  EXPECT_TRUE(caller.errand.finished());
}

// ---- the link ----

TEST(AMailboxLink, ReadsAsItWasWrittenAndInNoOtherWay) {
  Box box;
  crypto::MailboxLink link = box.link();
  link.addresses = {"box.example.org:38651", "[2001:db8::7]:4000"};
  const std::string text(link.text().text());
  const auto read = crypto::parse_mailbox_link(text);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->server, link.server);
  EXPECT_TRUE(read->secret == link.secret);
  EXPECT_EQ(read->addresses, link.addresses);
  for (std::size_t cut = 0; cut < text.size(); ++cut) EXPECT_FALSE(crypto::parse_mailbox_link(text.substr(0, cut)));
  EXPECT_FALSE(crypto::parse_mailbox_link(text + "a"));
  EXPECT_FALSE(crypto::parse_link(text));
  EXPECT_TRUE(crypto::looks_like_mailbox_link(" " + text));
}

}  // namespace
}  // namespace duolog::mailbox
