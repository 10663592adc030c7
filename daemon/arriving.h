// arriving.h: this device becomes one of a person's, as the control desk sees it: from a code or a link to a home that
// holds what the others hold.
//
//   pairing ── handed over, kept ─► leaving the antechamber ─► moved in, open ─► fetching ─► over
//      └── a no, an error, nobody looks on ─► leaving ─► nothing is left of it
//
// Up to the handover, whoever asked for it can end it by leaving. From then on the other devices count this one, and it
// goes on without anybody who looks on.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <asio/steady_timer.hpp>

#include "daemon/antechamber.h"
#include "daemon/meeting_events.h"

namespace duolog {

// What is said to whoever is met, and what is kept of it: let in by another device of the same person, or given back to
// somebody who has come with the words (homecoming.h).
struct WayIn {
  crypto::PairPurpose purpose = crypto::PairPurpose::kOwnDevice;
  std::string invitation;  // a code or a link
  std::string at;
  std::string device_name;
  crypto::SecretBytes passphrase;           // of the home that is to be
  std::function<void(Antechamber&)> enter;  // before anybody is met; may be empty

  struct Outcome {
    bool kept = false;  // all that makes a home is on the disk
    bool declined = false;
    bool refused_by_disk = false;
    std::string detail;
  };
  struct Talk {
    net::Conversation conversation;
    std::function<Outcome()> outcome;
  };
  // `cost`: of a lock.
  std::function<Talk(Antechamber&, const net::Introduced&, const crypto::SecretBytes& passphrase, crypto::Argon2Cost)>
      talk;
};
WayIn as_own_device(const control::DeviceJoin& asked);

// How far a home that was just let in has come.
struct Fetched {
  std::uint32_t have = 0;  // records
  std::uint32_t of = 0;    // that others have, as far as they have said
  bool complete = false;   // whoever was asked for it is here, and holds nothing that is not here
};

class Arriving : public std::enable_shared_from_this<Arriving> {
 public:
  struct House {
    asio::io_context& io;
    const home::Home& home;
    const home::Config& config;
    Clock clock;
    std::function<void(std::exception_ptr)> failed;        // our own bug
    std::function<void(const crypto::SecretBytes&)> open;  // the home that has come to be; throws
    std::function<void(control::PairEvent&)> describe;     // whose it is: fills Arrived
    std::function<Fetched()> fetched;                      // REQUIRES: open() has returned
    std::function<void()> over;                            // this may go; called from the io_context
    Bytes& spent;  // codes that were guessed here, also by attempts of which nothing is left
  };
  // REQUIRES: there is no home, and nothing lies in home.joining(). Throws what Antechamber throws.
  static std::shared_ptr<Arriving> begin(House house, WayIn way, MeetingEars ears);
  Arriving(House house, WayIn way, MeetingEars ears);

  [[nodiscard]] control::Hold hold();     // of whoever looks on
  void stop(std::function<void()> done);  // the daemon stops

 private:
  void join();
  net::Conversation talk(const net::Introduced& met);
  void ended(net::JoinEnd end);
  void look_away();
  void leave();  // the antechamber, as soon as nothing of it is at work
  void left();
  void move_in();
  void look();
  void tell_progress(const Fetched& fetched);
  void tell_arrived(const Fetched& fetched);
  void finish();

  House house_;
  WayIn way_;
  MeetingVoice voice_;
  std::unique_ptr<Antechamber> antechamber_;
  std::function<WayIn::Outcome()> outcome_;  // of what was said; empty: nobody was met
  asio::steady_timer timer_;
  std::function<void()> stopped_;
  std::vector<std::string> words_;
  bool by_link_ = false;
  bool let_in_ = false;
  bool leaving_ = false;
  Fetched told_;
  int idle_looks_ = 0;
};

}  // namespace duolog
