// What the two people who pair see, and what their keys decide. The daemon's part is played by hand.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>

#include "client/verbs.h"
#include "hand_daemon.h"
#include "terminal.h"

namespace duolog::client {
namespace {

using control::PairEvent;
using control::Reply;
using testing::HasSubstr;
using testing::Not;

constexpr int kStopped = 10;

Reply window(const std::string& code, bool announced = true) {
  Reply reply;
  auto& window = *reply.mutable_pair()->mutable_window();
  window.set_code(code);
  window.set_link("duolog:abc");
  window.set_expires_at("2026-11-22T21:14:05+01:00");
  window.set_announced(announced);
  window.add_addresses("192.0.2.2:38650");
  window.add_addresses("[2001:db8::2]:38650");
  return reply;
}
Reply visitor(const std::string& name) {
  Reply reply;
  auto& visitor = *reply.mutable_pair()->mutable_visitor();
  visitor.set_name(name);
  visitor.set_device_name("laptop");
  return reply;
}
Reply connecting(const std::string& address) {
  Reply reply;
  reply.mutable_pair()->mutable_progress()->set_step(PairEvent::Progress::CONNECTING);
  reply.mutable_pair()->mutable_progress()->set_address(address);
  return reply;
}
Reply looking() {
  Reply reply;
  reply.mutable_pair()->mutable_progress()->set_step(PairEvent::Progress::LOOKING);
  return reply;
}
// `name` lets the test see which decision came.
Reply paired(const std::string& name) {
  Reply reply;
  reply.mutable_pair()->mutable_paired()->set_name(name);
  reply.mutable_pair()->mutable_paired()->set_journal(name);
  return reply;
}

// Whoever pairs looks first whether there is a journal, and whether it is open.
void hear_of_pairing(const Visitor& person) {
  if (!person.hear().has_status()) ::_exit(1);
  Reply reply;
  reply.set_last(true);
  reply.mutable_status()->set_initialised(true);
  person.say(reply);
  if (!person.hear().has_pair()) ::_exit(1);
}

class AtTheTerminal : public WithHandDaemon {
 protected:
  // A verb as main runs it; a Failure is said and ends with kStopped.
  std::function<int()> verb(const std::function<Exit(Context&)>& does, Globals globals = {}) {
    return [this, does, globals] {
      Output out(Colour::kNever, globals.json);
      Daemon daemon(home_.string(), AutoStart::kNever);
      Context context{globals, out, daemon};
      try {
        const auto exit = does(context);
        out.flush();
        return static_cast<int>(exit);
      } catch (const Failure& failure) {
        say_wrapped(std::string(failure.what()) + "\n");
        return kStopped;
      }
    };
  }
  void wait_for_the_test() const {
    char byte = 0;
    static_cast<void>(::read(gate_[0], &byte, 1) < 0);
  }
  void go_on() const { static_cast<void>(::write(gate_[1], "", 1) < 0); }
  ~AtTheTerminal() override {
    for (const int end : gate_) ::close(end);
  }
  std::function<int()> hosting() {
    return verb([](Context& context) { return pair(context, {}); });
  }
  std::function<int()> joining(bool verbose = false) {
    Globals globals;
    globals.verbose = verbose;
    return verb([](Context& context) { return pair(context, {.invitation = {"7-guitar-banana"}}); }, globals);
  }

 private:
  const std::array<int, 2> gate_ = [] {
    std::array<int, 2> ends{};
    static_cast<void>(::pipe(ends.data()) < 0);
    return ends;
  }();
};

TEST_F(AtTheTerminal, AKeyPressedBeforeTheVisitorCameDecidesNothing) {
  daemon_does([this](int listening) {
    const Visitor host(listening);
    hear_of_pairing(host);
    host.say(window("7-guitar-banana"));
    wait_for_the_test();
    host.say(visitor("Bo"));
    host.say(paired(host.hear().pair_decision().accept() ? "Yes" : "No"));
  });
  Terminal terminal(hosting());
  ASSERT_TRUE(terminal.shows("Ctrl-C closes the window\n"));
  terminal.type("y\n");
  ASSERT_TRUE(terminal.shows("y\n"));  // its echo: the terminal has taken it
  go_on();
  ASSERT_TRUE(terminal.shows("let Bo in? [y/n] "));
  terminal.type("\nn\n");
  EXPECT_TRUE(terminal.shows("y or n, please"));
  EXPECT_TRUE(terminal.shows("Bo was not let in"));
  EXPECT_TRUE(terminal.shows("you and No share"));
}

TEST_F(AtTheTerminal, AVisitorWhoLeavesIsNamedBeforeTheNextCode) {
  daemon_does([](int listening) {
    const Visitor host(listening);
    hear_of_pairing(host);
    host.say(window("7-guitar-banana"));
    host.say(visitor("B\x1bo"));
    host.say(window("8-ocean-bridge"));
    host.wait_until_they_leave();
  });
  Terminal terminal(hosting());
  EXPECT_TRUE(terminal.shows("B‹U+001B›o went away; here is a new code\n"));
  EXPECT_TRUE(terminal.shows("duolog pair 8-ocean-bridge"));
  terminal.type("\x03");
  EXPECT_EQ(terminal.end(), kStopped);
}

TEST_F(AtTheTerminal, WhoWasRefusedIsNotSaidToHaveLeft) {
  daemon_does([](int listening) {
    const Visitor host(listening);
    hear_of_pairing(host);
    host.say(window("7-guitar-banana"));
    host.say(visitor("Bo"));
    host.hear();
    host.say(window("8-ocean-bridge"));
    host.wait_until_they_leave();
  });
  Terminal terminal(hosting());
  ASSERT_TRUE(terminal.shows("let Bo in? [y/n] "));
  terminal.type("n\n");
  EXPECT_TRUE(terminal.shows("Bo was not let in\n"));
  EXPECT_TRUE(terminal.shows("duolog pair 8-ocean-bridge"));
  terminal.type("\x03");
  terminal.end();
  EXPECT_THAT(terminal.screen(), Not(HasSubstr("went away")));
}

TEST_F(AtTheTerminal, TheCommandForTheOtherComputerCanBeTypedAsItStands) {
  for (const bool announced : {true, false}) {
    daemon_does([announced](int listening) {
      const Visitor host(listening);
      hear_of_pairing(host);
      host.say(window("7-guitar-banana", announced));
      host.wait_until_they_leave();
    });
    Terminal terminal(hosting());
    const std::string with_address = "      duolog pair 7-guitar-banana --at 192.0.2.2:38650\n";
    EXPECT_TRUE(terminal.shows("please run:\n\n" + (announced ? "      duolog pair 7-guitar-banana\n" : with_address)));
    EXPECT_TRUE(!announced || terminal.shows("not found from there:\n" + with_address));
    EXPECT_TRUE(terminal.shows("'[2001:db8::2]:38650'"));
    terminal.type("\x03");
    EXPECT_EQ(terminal.end(), kStopped);
    daemon_is_gone();
  }
}

TEST_F(AtTheTerminal, WhoJoinsIsToldOnceThatTheOtherWasFound) {
  for (const bool verbose : {false, true}) {
    daemon_does([](int listening) {
      const Visitor joiner(listening);
      hear_of_pairing(joiner);
      joiner.say(looking());
      joiner.say(connecting("192.0.2.2:1"));
      joiner.say(connecting("192.0.2.3:1"));
    });
    Terminal terminal(joining(verbose));
    terminal.end();
    EXPECT_THAT(terminal.screen(), HasSubstr("found it, connecting\n"));
    EXPECT_EQ(terminal.screen().find("found"), terminal.screen().rfind("found"));
    EXPECT_EQ(terminal.screen().find("192.0.2.3") != std::string::npos, verbose) << terminal.screen();
    daemon_is_gone();
  }
}

TEST_F(AtTheTerminal, CtrlCClosesTheWindowAndTheConnection) {
  daemon_does([](int listening) {
    const Visitor host(listening);
    hear_of_pairing(host);
    host.say(window("7-guitar-banana"));
    host.wait_until_they_leave();
  });
  Terminal terminal(hosting());
  ASSERT_TRUE(terminal.shows("Ctrl-C closes the window\n"));
  terminal.type("\x03");
  EXPECT_TRUE(terminal.shows("^C\nstopped; the window is closed and nothing was kept\n"));
  EXPECT_EQ(terminal.end(), kStopped);
  daemon_is_gone();  // it has seen the end of the connection, or this would never return
}

TEST_F(AtTheTerminal, CtrlCEndsAWatchInOrder) {
  daemon_does([](int listening) {
    const Visitor watcher(listening);
    watcher.hear();
    Reply status;
    status.set_last(true);
    status.mutable_status();
    watcher.say(status);
    watcher.hear();
    Reply away;
    away.mutable_watch()->set_event("disconnected");
    away.mutable_watch()->set_name("Bo");
    watcher.say(away);
    watcher.wait_until_they_leave();
  });
  Terminal terminal(verb([](Context& context) { return watch(context, {}); }));
  ASSERT_TRUE(terminal.shows("Bo is away\n"));
  terminal.type("\x03");
  EXPECT_EQ(terminal.end(), static_cast<int>(Exit::kDone));
  EXPECT_TRUE(terminal.screen().ends_with("^C\n")) << terminal.screen();
}

}  // namespace
}  // namespace duolog::client
