// Export and attachments with a daemon played by hand: what is asked for page by page, what stays between the two, and
// that whoever presses Ctrl-C in the middle has nothing left lying about.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>

#include <csignal>
#include <cstdlib>
#include <fstream>

#include "client/export/collect.h"
#include "client/export/verb_export.h"
#include "client/failure.h"
#include "proto/control.pb.h"
#include "tests/unit/client/hand_daemon.h"

namespace duolog::client {
namespace {

using ::testing::ElementsAre;
namespace fs = std::filesystem;

control::Item item(const std::string& id, bool mine, const std::string& to = {}) {
  control::Item made;
  made.set_id(id);
  made.set_kind(to.empty() ? "entry" : "remark");
  made.set_author(mine ? "Ada" : "Bo");
  made.set_mine(mine);
  made.set_written_at("2026-11-22T21:14:05+01:00");
  made.set_text("words of " + id);
  made.set_to(to);
  return made;
}

// A journal whose list has two items a page; what it is asked for besides it answers shortly.
class Journal {
 public:
  explicit Journal(std::vector<control::Item> items) : items_(std::move(items)) {}
  std::function<void()> before_the_second_page = [] {};
  std::function<void()> before_a_piece = [] {};

  // Until the visitor leaves, which ends this process.
  void serve(int listening) const {
    const Visitor visitor(listening);
    for (;;) answer(visitor, visitor.hear());
  }

 private:
  void answer(const Visitor& visitor, const control::Request& request) const {
    control::Reply last;
    last.set_last(true);
    switch (request.body_case()) {
      case control::Request::kStatus:
        last.mutable_status()->set_initialised(true);
        last.mutable_status()->mutable_device()->set_person("Ada");
        break;
      case control::Request::kList:
        say_page(visitor, request.list(), last);
        break;
      case control::Request::kListAttachments:
        say_file(visitor);
        last.mutable_done();
        break;
      case control::Request::kReadAttachment:
        before_a_piece();
        last.mutable_piece()->set_data(std::string(256 << 10, 'x'));
        break;
      default:
        last.mutable_done();
    }
    visitor.say(last);
  }

  // Asked for without pages, it says too much at once and is gone, as a real one is.
  void say_page(const Visitor& visitor, const control::List& list, control::Reply& last) const {
    if (!list.pages() || list.limit() == 0) ::_exit(0);
    std::size_t at = 0;
    while (!list.after().empty() && items_.at(at++).id() != list.after()) {
    }
    if (at > 0) before_the_second_page();
    for (const auto end = at + 2; at < items_.size() && at < end; ++at) {
      control::Reply reply;
      *reply.mutable_item() = items_[at];
      visitor.say(reply);
    }
    last.mutable_page();
    if (at < items_.size()) last.mutable_page()->set_next(items_[at - 1].id());
  }

  static void say_file(const Visitor& visitor) {
    control::Reply reply;
    auto& file = *reply.mutable_attachment();
    file.set_id("3fa9c2d1");
    file.set_number(1);
    file.mutable_attachment()->set_name("lake.jpg");
    file.mutable_attachment()->set_size(1 << 20);
    file.mutable_attachment()->set_held(1 << 20);
    visitor.say(reply);
  }

  std::vector<control::Item> items_;
};

class Leaving : public WithHandDaemon {
 protected:
  void served(const Journal& journal) {
    daemon_does([&journal](int listening) { journal.serve(listening); });
  }
  static std::string code_of(const std::function<void()>& work) {
    try {
      work();
    } catch (const Failure& failure) {
      return failure.code();
    }
    return "DONE";
  }
  static std::size_t names_in(const fs::path& folder) {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), {}));
  }
  fs::path folder_named(const std::string& name) const {
    fs::create_directory(home_ / name);
    return home_ / name;
  }

  Globals globals_;
  Output out_{Colour::kNever, false};
  Daemon daemon_{home_.string(), AutoStart::kNever};
  Context context_{globals_, out_, daemon_};
};

TEST_F(Leaving, AJournalIsCollectedPageByPage) {
  served(Journal({item("a1", true), item("a2", false), item("a3", true), item("a4", true), item("a5", false)}));
  std::vector<std::string> ids;
  each_item(daemon_, {}, [&ids](const control::Item& one) { ids.push_back(one.id()); });
  EXPECT_THAT(ids, ElementsAre("a1", "a2", "a3", "a4", "a5"));
}

TEST_F(Leaving, WhatTheOtherSaysAboutWhatStaysBetweenTheTwoStaysHoweverManyRepliesAway) {
  auto marked = item("b1", false);
  marked.set_between_us(true);
  auto letter = item("b6", false);
  letter.set_kind("letter");
  letter.set_between_us(true);
  served(Journal({marked, item("b2", true, "b1"), item("b3", false, "b2"), item("b4", true, "b3"),
                  item("b5", false, "b4"), letter, item("b7", false, "b6"), item("b8", false)}));
  std::vector<std::string> ids;
  const auto left = each_item(daemon_, {}, [&ids](const control::Item& one) { ids.push_back(one.id()); });
  EXPECT_THAT(ids, ElementsAre("b2", "b4", "b8"));
  EXPECT_EQ(left.between_us, 5U);
}

TEST_F(Leaving, BesideOnesOwnWordsAloneStandsNothingOfTheOther) {
  auto mine = item("c1", true);
  mine.set_journal("Bo");
  mine.mutable_delivery()->set_person("Bo");
  for (const bool own : {false, true, false}) {
    auto& reaction = *mine.add_reactions();
    reaction.set_emoji(own ? "🌿" : "🔥");
    reaction.set_person(own ? "Ada" : "Bo");
    reaction.set_mine(own);
  }
  served(Journal({mine}));
  std::vector<control::Item> found;
  for (const bool alone : {false, true})
    each_item(daemon_, {.mine = alone}, [&found](const control::Item& one) { found.push_back(one); });
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].reactions_size(), 3);
  EXPECT_EQ(found[0].journal() + found[0].delivery().person(), "BoBo");
  ASSERT_EQ(found[1].reactions_size(), 1);
  EXPECT_EQ(found[1].reactions(0).person(), "Ada");
  EXPECT_EQ(found[1].journal() + found[1].delivery().person(), "");
}

TEST_F(Leaving, AnExportThatIsStoppedLeavesNothing) {
  Journal journal({item("c1", true), item("c2", false), item("c3", true)});
  journal.before_the_second_page = [] { ::kill(::getppid(), SIGINT); };
  served(journal);
  const auto place = folder_named("out") / "keep";
  for (const char* format : {"json", "markdown", "keepsake"}) {
    ExportOptions options;
    options.format = format;
    options.place = place.string();
    EXPECT_EQ(code_of([&] { export_journal(context_, options); }), "INTERRUPTED") << format;
    EXPECT_EQ(names_in(home_ / "out"), 0U) << format;
  }
}

TEST_F(Leaving, AnAttachmentThatIsStoppedLeavesNothing) {
  Journal journal({});
  journal.before_a_piece = [] { ::kill(::getppid(), SIGINT); };
  served(journal);
  AttachmentOptions options;
  options.action = "save";
  options.id = "3fa9c2d1";
  options.to = folder_named("out").string();
  EXPECT_EQ(code_of([&] { attachment(context_, options); }), "INTERRUPTED");
  EXPECT_EQ(names_in(home_ / "out"), 0U);

  // Its copy would lie in this folder in memory.
  std::string memory = "/dev/shm/duolog-leaving-XXXXXX";
  ASSERT_NE(::mkdtemp(memory.data()), nullptr);
  const auto opener = folder_named("bin") / "xdg-open";
  std::ofstream(opener) << "#!/bin/sh\n";
  fs::permissions(opener, fs::perms::owner_all);
  ::setenv("XDG_RUNTIME_DIR", memory.c_str(), 1);
  ::setenv("PATH", (home_ / "bin").c_str(), 1);
  options.action = "open";
  EXPECT_EQ(code_of([&] { attachment(context_, options); }), "INTERRUPTED");
  EXPECT_EQ(names_in(memory), 0U);
  fs::remove_all(memory);
}

}  // namespace
}  // namespace duolog::client
