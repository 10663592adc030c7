// A visit with a real shelf behind its desk: requests in, replies out, nothing pretended but the network.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/control/visit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <deque>
#include <filesystem>
#include <list>

#include "daemon/journal/attachments.h"
#include "daemon/journal/looking.h"
#include "daemon/journal/reading.h"
#include "daemon/journal/shelf.h"
#include "daemon/journal/upload.h"
#include "proto/control.pb.h"
#include "proto/frame_codec.h"

namespace duolog::control {
namespace {

std::filesystem::path make_folder() {
  std::string pattern = std::filesystem::temp_directory_path() / "duolog-visit-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
  return pattern;
}

// Ada's device, set up, without a network.
struct Ada {
  Ada()
      : folder(make_folder()),
        database(folder / "duolog.db", store::Database::Open::kCreate),
        log(database),
        identity(
            journal::Identity::create({folder / "vault", folder / "key"}, {"Ada", "laptop"}, {}, {}, clock.wall())),
        memory(database, identity.keys().local_key("local.state")),
        view("", identity.keys().local_key("local.view"), nullptr),
        blobs(folder / "blobs", {.free_for_others = 0, .free_for_own = 0}),
        shelf({identity, log, memory, view, clock, "Europe/Berlin", &blobs},
              {[this](const JournalId&) {
                 if (fails_when_it_is_written) throw std::runtime_error("and then something else failed");
               },
               [](const journal::News&) {}}),
        attachments(shelf, blobs, 1 << 20, {[](const JournalId&) {}, [] {}}) {
    shelf.start();
    attachments.start();
  }
  ~Ada() { std::filesystem::remove_all(folder); }

  std::filesystem::path folder;
  Clock clock = Clock::of_this_machine();
  store::Database database;
  store::SealedLog log;
  journal::Identity identity;
  store::LocalState memory;
  journal::ViewFile view;
  store::Blobs blobs;
  bool fails_when_it_is_written = false;
  journal::Shelf shelf;
  journal::Attachments attachments;
};

class VisitTest : public testing::Test {
 protected:
  VisitTest() {
    crypto::initialise();
    ada = std::make_unique<Ada>();
    desk.state = [this] { return state; };
    desk.shelf = [this]() -> journal::Shelf& { return ada->shelf; };
    desk.attachments = [this]() -> journal::Attachments& { return ada->attachments; };
    desk.describe = [](StatusReport& report) { report.mutable_device()->set_locked_by("key file"); };
    desk.peers = [] { return std::vector<Peer>(); };
    desk.in_step = [this] { return in_step; };
    desk.nudge = [this] { ++nudges; };
    desk.subscribe = [this](auto watcher) {
      tell = std::move(watcher);
      return Hold(this, [this](void*) { tell = nullptr; });
    };
    desk.after = [this](std::chrono::milliseconds, auto then) {
      later = std::move(then);
      return std::make_shared<int>();
    };
    desk.stop = [this] { stopped = true; };
    desk.pair = [this](const Pair&, auto, auto) {
      return Desk::Pairing{Hold(this, [this](void*) { window_open = false; }),
                           [this](bool accept) { decisions.push_back(accept); }};
    };
    desk.devices.add = [this](const DeviceAdd&, auto, auto) {
      return Desk::Pairing{Hold(this, [this](void*) { window_open = false; }),
                           [this](bool accept) { decisions.push_back(accept); }};
    };
    desk.devices.join = [](const DeviceJoin&, auto tell, auto) {
      PairEvent event;
      event.mutable_arrived()->set_device("phone");
      tell(event);
      return Desk::Pairing{std::make_shared<int>(), [](bool) {}};
    };
    visit = std::make_unique<Visit>(
        desk,
        [this](Bytes bytes) {
          Reply reply;
          ASSERT_TRUE(reply.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
          replies.push_back(std::move(reply));
          unread += each;
        },
        [this] { return unread; });
  }

  static Request request() {
    Request made;
    made.set_version(1);
    return made;
  }
  static Request writing(const std::string& text, const std::string& id = "") {
    Request made = request();
    made.set_request_id(id);
    made.mutable_write()->set_text(text);
    return made;
  }

  // What is said at once; the last reply of it.
  Reply ask(const Request& asked) {
    replies.clear();
    const std::string bytes = asked.SerializeAsString();
    visit->receive(as_bytes(bytes));
    return replies.empty() ? Reply() : replies.back();
  }
  std::vector<std::string> listed() {
    Request asked = request();
    asked.mutable_list();
    ask(asked);
    std::vector<std::string> texts;
    for (const auto& reply : replies) {
      if (reply.has_item()) texts.push_back(reply.item().text());
    }
    return texts;
  }

  std::unique_ptr<Ada> ada;
  Desk desk;
  Desk::State state = Desk::State::kOpen;
  bool in_step = false;
  bool stopped = false;
  bool window_open = true;
  int nudges = 0;
  std::vector<bool> decisions;
  std::function<void(const WatchEvent&)> tell;
  std::function<void()> later;
  std::vector<Reply> replies;
  std::size_t unread = 0;  // of what was sent
  std::size_t each = 0;    // and what each reply adds to it
  std::unique_ptr<Visit> visit;
};

// A visitor who has the list of five files sent, and reads nothing of it.
class ALongList : public VisitTest {
 protected:
  ALongList() {
    store::Blobs blobs(ada->folder / "blobs");
    journal::Draft draft;
    draft.text = "five files";
    std::list<journal::Upload> uploads;
    for (int i = 0; i < 5; ++i) {
      uploads.emplace_back(blobs, "lake.jpg", "image/jpeg", 1).take(Bytes{1});
      draft.attachments.push_back(uploads.back().attachment());
    }
    ada->shelf.write(draft, {});
    each = kEnoughUnread / 2;
    Request asked = request();
    asked.mutable_list_attachments();
    ask(asked);
  }
  void they_read() {
    unread = 0;
    visit->room();
  }
};

// A visitor who imports entries with files, each of two pieces.
class ImportingFiles : public VisitTest {
 protected:
  Reply attach(const std::string& name, bool whole = true) {
    Request begin = request();
    begin.mutable_attach()->set_name(name);
    begin.mutable_attach()->set_size(static_cast<std::uint32_t>(crypto::kChunkLength + 1));
    ask(begin);
    Request piece = request();
    piece.mutable_attach_piece()->set_data(std::string(crypto::kChunkLength, 'x'));
    Reply last = ask(piece);
    if (!whole) return last;
    piece.mutable_attach_piece()->set_data("y");
    return ask(piece);
  }
  static void add(Request& asked, const std::string& origin, const std::string& text, std::uint32_t count) {
    ImportItem& item = *asked.mutable_import()->add_items();
    item.set_origin(origin);
    item.set_text(text);
    item.set_attachments(count);
  }
  std::vector<std::string> names(int place) {
    Request asked = request();
    asked.mutable_show()->set_id(ids.at(static_cast<std::size_t>(place)));
    std::vector<std::string> all;
    const Reply shown = ask(asked);
    for (const auto& one : shown.item().attachments()) all.push_back(one.name());
    return all;
  }
  Reply import(Request& asked) {
    Reply reply = ask(asked);
    ids.clear();
    for (const auto& item : reply.imported().items()) ids.push_back(item.id());
    return reply;
  }
  [[nodiscard]] std::size_t chunks() const { return ada->blobs.count(); }
  std::vector<std::string> ids;
};

TEST_F(ImportingFiles, EachEntryTakesAsManyAsItSaysInOrder) {
  for (const auto* name : {"a", "b", "c"}) EXPECT_EQ(attach(name).attach().stored(), crypto::kChunkLength + 1);
  Request asked = request();
  add(asked, "x 1", "", 2);
  add(asked, "x 2", "words", 0);
  add(asked, "x 3", "words", 1);
  EXPECT_EQ(import(asked).imported().written(), 3U);
  EXPECT_THAT(names(0), testing::ElementsAre("a", "b"));
  EXPECT_THAT(names(1), testing::IsEmpty());
  EXPECT_THAT(names(2), testing::ElementsAre("c"));
  EXPECT_EQ(chunks(), 6U);
}

TEST_F(ImportingFiles, WhatGoesWithAnEntryThatIsThereAlreadyIsDroppedAtOnce) {
  attach("a");
  Request asked = request();
  add(asked, "x 1", "words", 1);
  import(asked);
  attach("b");
  attach("c");
  Request again = request();
  add(again, "x 1", "words", 1);
  add(again, "x 2", "words", 1);
  EXPECT_EQ(import(again).imported().written(), 1U);
  EXPECT_THAT(names(0), testing::ElementsAre("a"));
  EXPECT_THAT(names(1), testing::ElementsAre("c"));
  EXPECT_EQ(chunks(), 4U);
}

TEST_F(ImportingFiles, ATrialNeedsNoneAndKeepsWhatIsAttached) {
  attach("a");
  Request trial = request();
  trial.mutable_import()->set_try_only(true);
  add(trial, "x 1", "", 64);
  add(trial, "x 2", "", 0);
  const Reply told = import(trial);
  EXPECT_EQ(told.imported().written(), 1U);
  EXPECT_EQ(told.imported().items(1).refused().code(), Error::EMPTY);
  Request asked = request();
  add(asked, "x 1", "", 1);
  EXPECT_EQ(import(asked).imported().written(), 1U);
  EXPECT_THAT(names(0), testing::ElementsAre("a"));
}

TEST_F(ImportingFiles, WhatIsNotAsManyAsWereAttachedWritesNothing) {
  attach("a");
  for (const std::uint32_t count : {0U, 2U, 65U}) {
    Request asked = request();
    add(asked, "x 1", "words", count);
    EXPECT_TRUE(ask(asked).has_error()) << count;
  }
  EXPECT_EQ(chunks(), 2U);
  visit.reset();
  EXPECT_EQ(chunks(), 0U);
}

TEST_F(ImportingFiles, OneThatWasBegunAndIsNotWholeIsGivenUp) {
  attach("a");
  attach("b", false);
  Request asked = request();
  add(asked, "x 1", "words", 1);
  EXPECT_EQ(import(asked).imported().written(), 1U);
  EXPECT_THAT(names(0), testing::ElementsAre("a"));
  EXPECT_EQ(chunks(), 2U);
}

TEST_F(ALongList, StopsWhileMuchIsUnreadAndGoesOnAsItIsRead) {
  EXPECT_EQ(replies.size(), 2U);
  visit->room();
  EXPECT_EQ(replies.size(), 2U);
  they_read();
  EXPECT_EQ(replies.size(), 4U);
  they_read();
  ASSERT_EQ(replies.size(), 6U);
  EXPECT_EQ(replies[4].attachment().number(), 5U);
  EXPECT_TRUE(replies[5].has_done() && replies[5].last());
  they_read();
  EXPECT_EQ(replies.size(), 6U);
}

TEST_F(ALongList, EndsWithTheNextRequest) {
  Request asked = request();
  asked.mutable_status();
  EXPECT_TRUE(ask(asked).has_status());
  they_read();
  EXPECT_EQ(replies.size(), 1U);
}

TEST_F(VisitTest, StatusWarnsOfAPartnerWhoseVersionIsAnother) {
  desk.peers = [] {
    std::vector<Peer> peers(3);
    for (auto& peer : peers) peer.set_name("Bo");
    peers[0].set_version("newer");
    peers[1].set_version("older");
    return peers;
  };
  Request asked = request();
  asked.mutable_status();
  const Reply reply = ask(asked);
  for (const char* warning : {"peer-newer:Bo", "peer-older:Bo"}) {
    EXPECT_EQ(std::count(reply.status().warnings().begin(), reply.status().warnings().end(), warning), 1) << warning;
  }
}

TEST_F(VisitTest, StatusWarnsOfAClockThatDiffers) {
  desk.peers = [] {
    std::vector<Peer> peers(2);
    peers[0].set_name("Bo");
    peers[0].set_clock_minutes(-5'256'000);
    return peers;
  };
  Request asked = request();
  asked.mutable_status();
  const Reply reply = ask(asked);
  EXPECT_EQ(std::count(reply.status().warnings().begin(), reply.status().warnings().end(), "clock:Bo:-5256000"), 1);
  EXPECT_EQ(reply.status().peers_size(), 2);
}

TEST_F(VisitTest, WhatIsWrittenIsListed) {
  const Reply saved = ask(writing("a line in the evening"));
  EXPECT_TRUE(saved.last());
  EXPECT_EQ(saved.saved().visibility(), "private");
  EXPECT_EQ(saved.saved().id().size(), 64U);
  EXPECT_THAT(listed(), testing::ElementsAre("a line in the evening"));
}

TEST_F(VisitTest, AListSaysHowManyMoreThereAreAndWhereToGoOn) {
  for (const char* text : {"one", "two", "three"}) ask(writing(text));
  Request asked = request();
  asked.mutable_list()->set_limit(2);
  asked.mutable_list()->set_pages(true);
  const Page page = ask(asked).page();
  EXPECT_EQ(page.shown(), 2U);
  EXPECT_EQ(page.more(), 1U);
  asked.mutable_list()->set_before(page.next());
  EXPECT_EQ(ask(asked).page().more(), 0U);
  EXPECT_EQ(replies.front().item().text(), "one");
  EXPECT_EQ(replies.back().page().next(), "");
}

TEST_F(VisitTest, ASearchMarksWhatItFoundInBytes) {
  ask(writing("Ärger, and later the lake"));
  Request asked = request();
  asked.mutable_search()->set_query("LAKE arger");
  const Page page = ask(asked).page();
  EXPECT_EQ(page.shown(), 1U);
  EXPECT_TRUE(page.sought());
  const Snippet& snippet = replies.front().item().snippet();
  ASSERT_EQ(snippet.matches_size(), 2);
  EXPECT_EQ(snippet.text().substr(snippet.matches(0).begin(), snippet.matches(0).end()), "Ärger");
  asked.mutable_search()->set_query("'");
  EXPECT_FALSE(ask(asked).page().sought());
  asked.mutable_search()->set_query(std::string(5000, 'a'));
  EXPECT_EQ(ask(asked).error().code(), Error::TOO_LONG);
}

TEST_F(VisitTest, ADayInOtherYearsAndHowMuchThereIs) {
  Request writes = writing("a day by the lake");
  writes.mutable_write()->set_on("2001-06-14");
  ask(writes);
  Request asked = request();
  asked.mutable_on_this_day()->set_date("06-14");
  EXPECT_EQ(ask(asked).page().shown(), 1U);
  EXPECT_TRUE(replies.front().item().has_years_ago());
  asked.mutable_on_this_day()->set_days(32);
  EXPECT_EQ(ask(asked).error().code(), Error::BAD_REQUEST);
  Request counted = request();
  counted.mutable_stats();
  const StatsReport stats = ask(counted).stats();
  ASSERT_EQ(stats.voices_size(), 1);
  EXPECT_EQ(stats.voices(0).words(), 5U);
  EXPECT_EQ(stats.voices(0).months(0).month(), "2001-06");
}

// What is written here has gone into no index: all of it has to be looked at.
TEST_F(VisitTest, WhatGoesThroughALifetimeLetsOthersInBetween) {
  for (std::size_t i = 0; i < journal::Slices::kLines + 1; ++i) ada->shelf.write({.text = "words"}, {});
  Request searches = request();
  searches.mutable_search()->set_query("absent");
  Request counts = request();
  counts.mutable_stats();
  EXPECT_FALSE(ask(searches).last());
  later();
  ASSERT_THAT(replies, testing::SizeIs(1));
  EXPECT_EQ(replies[0].page().shown(), 0U);
  EXPECT_FALSE(ask(counts).last());
  later();
  ASSERT_THAT(replies, testing::SizeIs(1));
  EXPECT_EQ(replies[0].stats().voices(0).words(), journal::Slices::kLines + 1);
  ask(searches);
  Request asks = request();
  asks.mutable_status();
  EXPECT_TRUE(ask(asks).has_status());
  later();
  EXPECT_THAT(replies, testing::SizeIs(1)) << "who asks something else has ended it";
}

TEST_F(VisitTest, ARepeatedRequestWritesOnce) {
  const std::string id(16, '\x07');
  const Reply first = ask(writing("once", id));
  const Reply again = ask(writing("once", id));
  EXPECT_EQ(again.saved().id(), first.saved().id());
  EXPECT_TRUE(again.saved().repeated());
  EXPECT_THAT(listed(), testing::ElementsAre("once"));
}

// The log has it by then: what its visitor had sent for it belongs to the entry.
TEST_F(VisitTest, FilesOfAnEntryWhoseReplyWasLostStay) {
  Request attach = request();
  attach.mutable_attach()->set_name("lake.jpg");
  attach.mutable_attach()->set_size(5);
  ask(attach);
  Request piece = request();
  piece.mutable_attach_piece()->set_data("water");
  ASSERT_EQ(ask(piece).attach().stored(), 5U);
  ada->fails_when_it_is_written = true;
  Request write = writing("look");
  write.mutable_write()->set_attachments(1);
  EXPECT_TRUE(ask(write).has_error());
  ada->fails_when_it_is_written = false;
  visit.reset();
  while (ada->shelf.fold_some()) {
  }
  const journal::MeantFile file = journal::find_attachment(ada->shelf, {"last", {}}, 1);
  EXPECT_EQ(journal::read_piece(ada->blobs, file.attachment, 0), to_bytes(as_bytes("water")));
}

TEST_F(VisitTest, FilesThatNoEntryNamesGoWithTheVisit) {
  Request attach = request();
  attach.mutable_attach()->set_name("lake.jpg");
  attach.mutable_attach()->set_size(5);
  ask(attach);
  Request piece = request();
  piece.mutable_attach_piece()->set_data("water");
  ask(piece);
  EXPECT_EQ(ada->blobs.count(), 1U);
  visit.reset();
  EXPECT_EQ(ada->blobs.count(), 0U);
}

TEST_F(VisitTest, ARequestIdIsSixteenBytesOrNone) {
  for (const std::size_t length : {1U, 15U, 17U, 65U, 4096U}) {
    EXPECT_EQ(ask(writing("never", std::string(length, 'x'))).error().code(), Error::BAD_REQUEST) << length;
  }
  EXPECT_THAT(listed(), testing::IsEmpty());
}

TEST_F(VisitTest, EveryPrefixOfARequestIsRefusedOrAnotherRequest) {
  const std::string whole = writing("cut me", std::string(16, 'x')).SerializeAsString();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    replies.clear();
    visit->receive(as_bytes(std::string_view(whole).substr(0, length)));
    ASSERT_EQ(replies.size(), 1U) << length;
    EXPECT_TRUE(replies[0].last() && replies[0].has_error()) << length;
  }
  EXPECT_THAT(listed(), testing::IsEmpty());
}

TEST_F(VisitTest, AnUnknownRequestIsRefused) {
  Request asked;
  ASSERT_TRUE(asked.ParseFromString(request().SerializeAsString() + "\xa0\x38\x01"));  // field 900: 1
  EXPECT_EQ(ask(asked).error().code(), Error::BAD_REQUEST);
}

TEST_F(VisitTest, AnotherVersionIsToldSo) {
  Request asked = writing("from the future");
  asked.set_version(2);
  EXPECT_EQ(ask(asked).error().code(), Error::NEWER_VERSION);
  EXPECT_THAT(listed(), testing::IsEmpty());
}

TEST_F(VisitTest, ALockedDeviceSaysSoAndNothingElse) {
  state = Desk::State::kLocked;
  EXPECT_EQ(ask(writing("too early")).error().code(), Error::LOCKED);
  Request asked = request();
  asked.mutable_status();
  const Reply status = ask(asked);
  EXPECT_TRUE(status.status().locked());
  EXPECT_EQ(status.status().journals_size(), 0);
}

TEST_F(VisitTest, AFreshDeviceSaysSo) {
  state = Desk::State::kFresh;
  EXPECT_EQ(ask(writing("too early")).error().code(), Error::NOT_INITIALISED);
}

TEST_F(VisitTest, InitNeverReplacesAPerson) {
  Request asked = request();
  asked.mutable_init()->set_name("Eve");
  EXPECT_EQ(ask(asked).error().code(), Error::ALREADY_INITIALISED);
}

TEST_F(VisitTest, TextThatIsNotUtf8NamesTheByte) {
  Request asked = writing("");
  *asked.mutable_write()->mutable_text() = "good \xff bad";
  std::string bytes;
  ASSERT_TRUE(asked.SerializePartialToString(&bytes));
  replies.clear();
  visit->receive(as_bytes(bytes));
  ASSERT_EQ(replies.size(), 1U);
  EXPECT_TRUE(replies[0].error().code() == Error::BAD_UTF8 || replies[0].error().code() == Error::BAD_REQUEST);
  EXPECT_THAT(listed(), testing::IsEmpty());
}

TEST_F(VisitTest, LockingWithAKeyFileMakesNoSense) {
  Request asked = request();
  asked.mutable_lock();
  EXPECT_EQ(ask(asked).error().code(), Error::NO_PASSPHRASE);
}

TEST_F(VisitTest, TheWordsAreShownUntilTheyAreConfirmed) {
  Request asked = request();
  asked.mutable_words();
  const Reply shown = ask(asked);
  ASSERT_EQ(shown.words().words_size(), 24);
  asked.mutable_words()->set_confirm(true);
  for (const int place : {2, 9, 24}) {
    (*asked.mutable_words()->mutable_proof())[static_cast<std::uint32_t>(place)] = shown.words().words(place - 1);
  }
  EXPECT_TRUE(ask(asked).words().confirmed());
  asked.mutable_words()->Clear();
  EXPECT_EQ(ask(asked).error().code(), Error::WORDS_GONE);
}

TEST_F(VisitTest, AReplyNamesTheBeginningOfWhatItIsAbout) {
  const std::string id = ask(writing(std::string(159, 'x') + "äöü and more")).saved().id();
  Request reply = request();
  reply.mutable_remark()->set_id(id);
  reply.mutable_remark()->set_text("still so");
  ASSERT_TRUE(ask(reply).has_saved());
  Request remarks = request();
  remarks.mutable_list()->set_kind("remark");
  ask(remarks);
  ASSERT_TRUE(replies.front().has_item());
  EXPECT_EQ(replies.front().item().quote(), std::string(159, 'x') + "…");
  EXPECT_TRUE(replies.front().item().quote_mine());
  EXPECT_EQ(listed().size(), 2U);
  EXPECT_EQ(replies.front().item().quote(), "");
}

TEST_F(VisitTest, WhatIsTheOthersToSayIsToldSo) {
  Request reply = request();
  reply.mutable_remark()->set_id(ask(writing("we walked to the lake")).saved().id());
  reply.mutable_remark()->set_text("so it was far");
  reply.mutable_remark()->set_manner("reflect");
  EXPECT_EQ(ask(reply).error().code(), Error::NOT_YOURS);
  reply.mutable_remark()->set_manner("nonsense");
  EXPECT_EQ(ask(reply).error().code(), Error::NOT_ITS_KIND);
}

TEST_F(VisitTest, AWatchEndsWithTheVisit) {
  Request asked = request();
  asked.mutable_watch();
  ask(asked);
  WatchEvent event;
  event.set_event("entry");
  tell(event);
  ASSERT_EQ(replies.size(), 1U);
  EXPECT_FALSE(replies[0].last());
  visit.reset();
  EXPECT_FALSE(tell);
}

TEST_F(VisitTest, AWaitingSyncAnswersOnceBothHoldTheSame) {
  Request asked = request();
  asked.mutable_sync()->set_wait(true);
  ask(asked);
  EXPECT_TRUE(replies.empty());
  EXPECT_EQ(nudges, 1);
  std::exchange(later, nullptr)();
  EXPECT_TRUE(replies.empty());
  in_step = true;
  std::exchange(later, nullptr)();
  ASSERT_EQ(replies.size(), 1U);
  EXPECT_TRUE(replies[0].sync().complete());
}

TEST_F(VisitTest, AWaitingSyncGivesUpInTime) {
  Request asked = request();
  asked.mutable_sync()->set_wait(true);
  asked.mutable_sync()->set_timeout_seconds(1);
  ask(asked);
  int looks = 0;
  while (replies.empty() && looks++ < 1000) std::exchange(later, nullptr)();
  ASSERT_EQ(replies.size(), 1U);
  EXPECT_FALSE(replies[0].sync().complete());
}

TEST_F(VisitTest, APairingWindowIsOpenAsLongAsTheVisit) {
  Request asked = request();
  asked.mutable_pair();
  ask(asked);
  Request decision = request();
  decision.mutable_pair_decision()->set_accept(true);
  ask(decision);
  EXPECT_THAT(decisions, testing::ElementsAre(true));
  EXPECT_TRUE(window_open);
  visit.reset();
  EXPECT_FALSE(window_open);
}

TEST_F(VisitTest, ADecisionWithoutAPairingChangesNothing) {
  Request decision = request();
  decision.mutable_pair_decision()->set_accept(true);
  ask(decision);
  EXPECT_TRUE(decisions.empty());
}

TEST_F(VisitTest, AWindowForAnOwnDeviceIsOneLikeAnyOther) {
  Request asked = request();
  asked.mutable_device_add();
  ask(asked);
  Request decision = request();
  decision.mutable_pair_decision()->set_accept(false);
  ask(decision);
  EXPECT_THAT(decisions, testing::ElementsAre(false));
  EXPECT_TRUE(window_open);
  visit.reset();
  EXPECT_FALSE(window_open);
}

TEST_F(VisitTest, OnlyAnEmptyHomeJoinsAPersonsDevices) {
  Request asked = request();
  asked.mutable_device_join();
  EXPECT_EQ(ask(asked).error().code(), Error::ALREADY_INITIALISED);
  state = Desk::State::kLocked;
  EXPECT_EQ(ask(asked).error().code(), Error::ALREADY_INITIALISED);
  state = Desk::State::kFresh;
  EXPECT_EQ(ask(asked).pair().arrived().device(), "phone");
}

TEST_F(VisitTest, StopIsAnsweredBeforeItHappens) {
  Request asked = request();
  asked.mutable_stop();
  EXPECT_TRUE(ask(asked).has_done());
  EXPECT_TRUE(stopped);
}

}  // namespace
}  // namespace duolog::control
