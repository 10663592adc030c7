// welcoming.h: another device of this person's is let in, as the control desk sees it: sister of meeting.h.
//
// It stands between the network's pairing and the journal's Welcome, which do not know each other. Dropping the hold
// that start() gives closes the window. A visitor by link is never let in unasked: a link can be passed on.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/journal/arrival.h"
#include "daemon/meeting_events.h"

namespace duolog {

class Welcoming : public std::enable_shared_from_this<Welcoming> {
 public:
  struct House {
    journal::Shelf& shelf;
    net::Switchboard& switchboard;
    bool discovery = true;                               // announcements are made
    std::function<std::vector<journal::Reach>()> reach;  // where devices were reached last
  };
  static control::Desk::Pairing start(House house, bool accept_anyone, MeetingEars ears);
  Welcoming(House house, bool accept_anyone, MeetingEars ears);

 private:
  void open();
  void decide(bool accept);
  void leave();
  net::Conversation begin(const net::Introduced& met);
  void visitor_left();
  void ended(net::WindowEnd end);
  void tell_arrived();

  House house_;
  MeetingVoice voice_;
  bool accept_anyone_;
  bool begun_ = false;  // the window is this one's …
  bool ended_ = false;  // … and closed
  bool by_link_ = false;
  std::vector<std::string> words_;
  std::shared_ptr<journal::Welcome> welcome_;  // of the visitor at the door
};

}  // namespace duolog
