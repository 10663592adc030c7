// What a person sees of their own devices, and what their keys decide. The daemon's part is played by hand.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>

#include "client/verbs.h"
#include "hand_daemon.h"
#include "terminal.h"

namespace duolog::client {
namespace {

using control::OwnDevice;
using control::PairEvent;
using control::Reply;

constexpr int kStopped = 10;

Reply last(Reply reply) {
  reply.set_last(true);
  return reply;
}

void hear_of_status(const Visitor& person, const char* locked_by = "key file") {
  if (!person.hear().has_status()) ::_exit(1);
  Reply reply;
  reply.mutable_status()->set_initialised(true);
  reply.mutable_status()->mutable_device()->set_locked_by(locked_by);
  person.say(last(reply));
}

OwnDevice device(const std::string& name, const std::string& state = "live") {
  OwnDevice one;
  one.set_id(std::string(64, 'a'));
  one.set_name(name);
  one.set_state(state);
  one.set_added_at("2026-03-03T09:00:00+01:00");
  return one;
}

Reply visitor(const std::string& name, const std::string& by) {
  Reply reply;
  auto& visitor = *reply.mutable_pair()->mutable_visitor();
  visitor.set_device_name(name);
  visitor.set_by(by);
  for (const char* word : {"one", "two", "three", "four"}) visitor.add_words(word);
  return reply;
}

Reply arrived(const std::string& name, bool complete = true) {
  Reply reply;
  auto& arrived = *reply.mutable_pair()->mutable_arrived();
  arrived.set_name("Ada");
  arrived.set_device(name);
  arrived.set_complete(complete);
  arrived.set_records(8340);
  return last(reply);
}

Reply fetching(std::uint32_t have, std::uint32_t of) {
  Reply reply;
  auto& progress = *reply.mutable_pair()->mutable_progress();
  progress.set_step(PairEvent::Progress::FETCHING);
  progress.set_have(have);
  progress.set_of(of);
  return reply;
}

class TheirDevices : public WithHandDaemon {
 protected:
  std::function<int()> verb(DeviceOptions options, bool yes = false) {
    return [this, options = std::move(options), yes] {
      Globals globals;
      globals.yes = yes;
      Output out(Colour::kNever, false);
      Daemon daemon(home_.string(), AutoStart::kNever);
      Context context{globals, out, daemon};
      try {
        const auto exit = client::device(context, options);
        out.flush();
        return static_cast<int>(exit);
      } catch (const Failure& failure) {
        say_wrapped(std::string(failure.what()) + "\n");
        return kStopped;
      }
    };
  }
};

TEST_F(TheirDevices, AreListedWithWhatIsKnownOfThem) {
  daemon_does([](int listening) {
    const Visitor person(listening);
    hear_of_status(person);
    if (!person.hear().has_device_list()) ::_exit(1);
    Reply reply;
    auto& self = *reply.mutable_devices()->add_devices() = device("laptop");
    self.set_self(true);
    auto& phone = *reply.mutable_devices()->add_devices() = device("ph\x1bone");
    phone.set_paired_by("code");
    phone.set_connected(true);
    auto& old = *reply.mutable_devices()->add_devices() = device("old desk", "removed");
    old.set_removed_at("2026-03-14T09:00:00+01:00");
    reply.mutable_devices()->add_devices()->CopyFrom(device("hidden"));
    reply.mutable_devices()->mutable_devices(3)->add_only_in("B\x1bo");
    person.say(last(reply));
  });
  Terminal terminal(verb({}));
  EXPECT_TRUE(terminal.shows("laptop · this one · since 3 mar 2026 · aaaaaaaa"));
  EXPECT_TRUE(terminal.shows("ph‹U+001B›one · paired by code, 3 mar 2026 · connected · aaaaaaaa"));
  EXPECT_TRUE(terminal.shows("old desk · removed 14 mar 2026 · aaaaaaaa"));
  EXPECT_TRUE(terminal.shows("hidden · since 3 mar 2026 · not met yet"));
  EXPECT_TRUE(terminal.shows("B‹U+001B›o"));  // wherever the line is broken
  EXPECT_TRUE(terminal.shows("yours?"));
  EXPECT_EQ(terminal.end(), 0);
}

TEST_F(TheirDevices, ALinkIsAskedAboutEvenWhereYesWasSaidBefore) {
  daemon_does([](int listening) {
    const Visitor person(listening);
    hear_of_status(person);
    hear_of_status(person);
    const auto request = person.hear();
    if (!request.device_add().accept_anyone()) ::_exit(1);
    person.say(visitor("desk", "link"));
    person.say(arrived(person.hear().pair_decision().accept() ? "Yes" : "No"));
  });
  Terminal terminal(verb({.action = "add"}, true));
  ASSERT_TRUE(terminal.shows("a device called desk is there"));
  ASSERT_TRUE(terminal.shows("one two three four"));
  ASSERT_TRUE(terminal.shows("is it yours, and shall it read and write everything you can? [y/n] "));
  terminal.type("\nn\n");
  EXPECT_TRUE(terminal.shows("y or n, please"));
  EXPECT_TRUE(terminal.shows("desk was not let in"));
  EXPECT_TRUE(terminal.shows("No is one of your devices now"));
}

TEST_F(TheirDevices, TheOneGuessOfACodeIsTrustEnoughForYes) {
  daemon_does([](int listening) {
    const Visitor person(listening);
    hear_of_status(person);
    hear_of_status(person);
    if (!person.hear().has_device_add()) ::_exit(1);
    person.say(visitor("desk", "code"));
    person.say(arrived("desk"));
  });
  Terminal terminal(verb({.action = "add"}, true));
  EXPECT_TRUE(terminal.shows("desk is one of your devices now"));
  EXPECT_EQ(terminal.end(), 0);
}

TEST_F(TheirDevices, AJoinerSeesHowFarItHasCome) {
  daemon_does([](int listening) {
    const Visitor person(listening);
    if (!person.hear().has_status()) ::_exit(1);
    Reply fresh;
    fresh.mutable_status()->set_initialised(false);
    person.say(last(fresh));
    const auto request = person.hear();
    if (request.device_join().invitation() != "7-guitar-banana") ::_exit(1);
    if (request.device_join().device_name() != "phone") ::_exit(1);
    person.say(fetching(12, 8340));
    person.say(fetching(8340, 8340));
    person.say(arrived("phone"));
  });
  Terminal terminal(verb({.action = "join", .words = {"7-guitar-banana"}, .name = "phone"}, true));
  EXPECT_TRUE(terminal.shows("your other device has let this one in"));
  EXPECT_TRUE(terminal.shows("this is now a device of Ada's: phone"));
  EXPECT_TRUE(terminal.shows("all of it is here: 8340 records"));
  EXPECT_EQ(terminal.end(), 0);
}

TEST_F(TheirDevices, AJoinerIsAskedForTheCodeThatIsNoArgument) {
  daemon_does([](int listening) {
    const Visitor person(listening);
    if (!person.hear().has_status()) ::_exit(1);
    Reply fresh;
    fresh.mutable_status()->set_initialised(false);
    person.say(last(fresh));
    person.say(arrived(person.hear().device_join().invitation()));
  });
  Terminal terminal(verb({.action = "join", .name = "phone"}, true));
  ASSERT_TRUE(terminal.shows("the code or the link that your other device shows: "));
  terminal.type("7-guitar-banana\n");
  EXPECT_TRUE(terminal.shows("this is now a device of Ada's: 7-guitar-banana"));
  EXPECT_EQ(terminal.end(), 0);
}

TEST_F(TheirDevices, ARemovalSaysWhatStaysBeforeItAsks) {
  daemon_does([](int listening) {
    const Visitor person(listening);
    hear_of_status(person);
    for (const bool look : {true, false}) {
      if (!look) hear_of_status(person);
      const auto request = person.hear();
      if (request.device_remove().look_only() != look) ::_exit(1);
      Reply reply;
      *reply.mutable_device_removed()->mutable_device() = device("phone");
      reply.mutable_device_removed()->set_records(8340);
      reply.mutable_device_removed()->add_journals("notebook");
      reply.mutable_device_removed()->add_journals("Bo");
      person.say(last(reply));
    }
  });
  Terminal terminal(verb({.action = "remove", .words = {"phone"}}));
  ASSERT_TRUE(terminal.shows("8340 records"));
  ASSERT_TRUE(terminal.shows("remove phone?"));
  terminal.type("y\n");
  EXPECT_TRUE(terminal.shows("phone is removed. new keys for: notebook, Bo"));
  EXPECT_TRUE(terminal.shows("it still has what it had until now"));
  EXPECT_EQ(terminal.end(), 0);
}

}  // namespace
}  // namespace duolog::client
