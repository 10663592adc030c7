// readmitting.h: somebody who has lost all devices is given back what they share with this person, as the control desk
// sees it: sister of meeting.h and welcoming.h.
//
// The window is armed by hand and gives back once. Whoever comes must have the words before anybody is asked about
// them, and a visitor by link is never let in unasked: a link can be passed on. Somebody without the words ends it.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/journal/readmission.h"
#include "daemon/meeting_events.h"

namespace duolog {

class Readmitting : public std::enable_shared_from_this<Readmitting> {
 public:
  struct House {
    journal::Shelf& shelf;
    net::Switchboard& switchboard;
    bool discovery = true;  // announcements are made
  };
  static control::Desk::Pairing start(House house, bool accept_anyone, MeetingEars ears);
  Readmitting(House house, bool accept_anyone, MeetingEars ears);

 private:
  void open();
  void decide(bool accept);
  void leave();
  net::Conversation begin(const net::Introduced& met);
  void proven();
  [[nodiscard]] std::vector<KnownDevice> known_devices() const;
  void visitor_left();
  void ended(net::WindowEnd end);
  void tell_restored();

  House house_;
  MeetingVoice voice_;
  bool accept_anyone_;
  bool begun_ = false;  // the window is this one's …
  bool ended_ = false;  // … and closed
  net::Introduced met_;
  std::shared_ptr<journal::Readmission> readmission_;  // of the visitor at the door
};

}  // namespace duolog
