// device_state.h: the inside of an installation, shared by device.cc and device_*.cc. Nobody else includes this.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <list>

#include "daemon/arriving.h"
#include "daemon/control/server.h"
#include "daemon/device.h"
#include "daemon/drop_box.h"
#include "daemon/household.h"
#include "daemon/keeping.h"
#include "daemon/net/node.h"
#include "daemon/nudging.h"
#include "daemon/post.h"
#include "daemon/recovering.h"

namespace duolog {

// The house and its sockets.
struct Device::Open {
  Open(Device::State& device, std::unique_ptr<store::Database> database, journal::Identity identity);
  // nullopt: nobody has proven yet who that is.
  [[nodiscard]] std::optional<control::Peer> describe(const net::PeerStatus& status) const;
  // device_reach.cc: by which way somebody is connected, as control.proto says it; what doctor says of router and Tor.
  [[nodiscard]] const char* way_of(const net::PeerStatus& status) const;
  void examine_mapping(const std::function<void(const char*, const char*, std::string)>& find) const;
  void examine_tor(const std::function<void(const char*, const char*, std::string)>& find) const;
  // device_mailboxes.cc
  void describe_mailboxes(control::StatusReport& report) const;
  void examine_mailboxes(const std::function<void(const char*, const char*, std::string)>& find) const;

  Device::State& device;
  Household house;
  net::Node node;
  asio::steady_timer moment;       // at which a letter may open
  asio::steady_timer idle;         // when the view is made durable
  std::optional<Nudging> nudging;  // unless the person wants quiet
  std::optional<DropBox> drop_box;
  Post post;
};

struct Device::State {
  State(asio::io_context& context, home::Home& place, const home::Config& settings, Clock time,
        std::function<void()> on_stopped)
      : io(context), home(place), config(settings), clock(std::move(time)), stopped(std::move(on_stopped)) {}

  asio::io_context& io;
  home::Home& home;
  const home::Config& config;
  Clock clock;
  std::function<void()> stopped;

  control::Desk desk;
  std::list<std::function<void(const control::WatchEvent&)>> watchers;
  std::unique_ptr<Open> open;
  std::unique_ptr<control::Server> server;
  bool stopping = false;
  bool anew = false;
  Keeping keeping{home, config};
  std::optional<store::RestoredMark> restored;  // on its way into the house
  std::shared_ptr<Arriving> arriving;           // this device joins a person's others
  std::weak_ptr<Recovering> recovering;         // somebody reads a bundle into a home that is to be
  Bytes spent_codes;                            // of attempts to do so, as net::kSpentCodes
  bool half_set_up = false;  // a vault was made whose database could not be begun: nobody was told of it
  std::exception_ptr bug;
  std::shared_ptr<bool> alive = std::make_shared<bool>(true);

  [[nodiscard]] control::Desk::State now() const {
    if (open) return control::Desk::State::kOpen;
    return vault().exists() && !half_set_up ? control::Desk::State::kLocked : control::Desk::State::kFresh;
  }
  [[nodiscard]] bool nudged() const { return open && open->nudging; }
  [[nodiscard]] bool is_joining() const {
    return arriving || !recovering.expired();
  }  // something lies in home.joining()
  [[nodiscard]] store::VaultFile vault() const { return {home.vault(), home.key_file()}; }

  Household::Outside outside();
  net::Node::Options network_of(Household& house);
  void fold();
  void wait_for_moment();
  void rest_later();
  void furnish_desk();
  void open_with(journal::Identity identity, store::Database::Open how);
  void open_what_moved_in(const crypto::SecretBytes& passphrase);
  [[nodiscard]] std::optional<journal::Identity> open_vault(const crypto::SecretBytes& passphrase) const;
  void clear_half_set_up();
  void refuse_a_log_without_its_vault() const;
  void init(const control::Init& asked, control::Reply& reply);
  void unlock(const control::Unlock& asked, control::Reply& reply);
  void change_passphrase(const control::Passphrase& asked);
  // ---- the person's devices: device_devices.cc ----
  void furnish_devices();
  [[nodiscard]] std::vector<journal::Reach> reach() const;
  control::Desk::Pairing add_device(const control::DeviceAdd& asked, MeetingEars ears);
  control::Desk::Pairing join_device(const control::DeviceJoin& asked, MeetingEars ears);
  void list_devices(control::DeviceReport& report) const;
  void remove_device(const control::DeviceRemove& asked, control::DeviceRemoved& report);
  void refuse_what_is_anothers(const std::vector<journal::DeviceRow>& own, const std::string& name) const;
  [[nodiscard]] bool was_removed() const;                           // this device, by another of its person's
  [[nodiscard]] std::vector<std::string> unlisted_devices() const;  // names, or ids, of those the notebook lacks
  void refuse_two_at_once() const;                                  // who make a home here
  void make_room_for_a_home();
  [[nodiscard]] Fetched fetched() const;
  control::Desk::Pairing begin_arriving(const std::function<WayIn()>& way, std::function<Fetched()> how_far,
                                        MeetingEars ears);
  void describe_arrived(control::PairEvent& event) const;
  // ---- the way back with the 24 words: device_recovery.cc ----
  control::Desk::Pairing recover(const control::Recover& asked, MeetingEars ears);
  control::Desk::Recovery recover_from(const control::RecoverFrom_Begin& asked);
  [[nodiscard]] Fetched given_back() const;
  control::Desk::Pairing give_back(const control::Pair& asked, MeetingEars ears);

  void furnish_keeping();
  void furnish_mailboxes();
  void move_in(store::BackupUnpacker& backup, const control::Restore_Finish& asked, control::RestoreReport& report);
  void describe(control::StatusReport& report) const;
  void examine(control::DoctorReport& report) const;
  void tell(const control::WatchEvent& event);
  control::Hold subscribe(std::function<void(const control::WatchEvent&)> watcher);
  control::Hold after(std::chrono::milliseconds time, std::function<void()> then);
  void stop();
  std::filesystem::path move_house();
  void stop_for_good() { anew = false, stop(); }  // also where it was on its way to run anew, locked
};

}  // namespace duolog
