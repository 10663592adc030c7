// meeting.h: a pairing as the control desk sees it: words typed by a person on one side, events to show on the other.
//
// It stands between the network's pairing (who proved the code or the link) and the journal's founding (what is then
// agreed), which do not know each other. Dropping the hold that start() gives ends the pairing.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>

#include "daemon/journal/founding.h"
#include "daemon/meeting_events.h"

namespace duolog {

class Meeting : public std::enable_shared_from_this<Meeting> {
 public:
  struct House {
    journal::Shelf& shelf;
    net::Switchboard& switchboard;
    bool discovery = true;                 // announcements are made and looked for
    std::function<std::string()> refusal;  // why the disk takes nothing; empty while it does
  };
  static control::Desk::Pairing start(House house, const control::Pair& asked, MeetingEars ears);
  Meeting(House house, const control::Pair& asked, MeetingEars ears);

 private:
  void host();
  void join(const std::string& invitation, const std::string& at);
  void decide(bool accept);
  void leave();

  net::Conversation begin(const net::Introduced& met, journal::FoundingRole role);
  void host_ended(net::WindowEnd end);
  void join_ended(net::JoinEnd end);
  void founding_failed();
  void tell_paired();

  House house_;
  MeetingVoice voice_;
  std::string relationship_;
  std::string journal_name_;
  bool accept_anyone_ = false;
  bool hosting_ = false;
  bool begun_ = false;  // the window, or the join, is this meeting's …
  bool ended_ = false;  // … and still open: only then may it be closed from here
  bool by_link_ = false;
  std::vector<std::string> words_;
  std::shared_ptr<journal::Founding> founding_;  // of the visitor at the door
};

}  // namespace duolog
