// node.h: one device of a person's: a whole household on a disk that can die, with clocks of its own.
//
// Whatever is asked of the household is asked in at_work(): when the disk dies under it, the process is dead from that
// instant, nothing that came back counts, and the world buries it before anything else happens.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/household.h"
#include "daemon/journal/reading.h"
#include "tests/simulation/disk.h"
#include "tests/simulation/network.h"

namespace duolog::simulation {

class World;

class Node : public Station {
 public:
  Node(World& world, std::string name, std::string host, std::filesystem::path folder);
  ~Node() override;

  // ---- its life ----
  // Opens what is on disk; where nothing is, sets the person up. False: it did not come up, because the disk died or
  // refused; on a sound disk whatever keeps it from starting is thrown.
  bool start();
  void stop();                 // as SIGTERM does it: says goodbye and leaves
  void die(Disk::Kept kept);   // at once. kKill: the process alone; else the machine
  void bury(Disk::Kept kept);  // what the disk has killed. REQUIRES: struck()
  // A further device of host's person, let in by it: the conversation of an arrival, without a line between. False: it
  // came to nothing, or the host died of it. REQUIRES: nothing is there yet.
  bool be_let_in(Node& host);
  // ---- while it is down: copies of its disk ----
  void copy_to(const std::filesystem::path& folder) const;
  // What lay here is gone. `restored`: it is known to be a backup; else nobody sees it.
  void take_copy(const std::filesystem::path& folder, bool restored);
  void sleep();             // the machine is suspended: its steady clock stands still
  void wake(bool is_told);  // the system says so, or it must find out by itself
  [[nodiscard]] bool up() const { return household_ != nullptr && !struck_; }
  [[nodiscard]] bool struck() const { return struck_; }
  [[nodiscard]] bool asleep() const { return asleep_at_.has_value(); }
  [[nodiscard]] Household& household() { return *household_; }
  [[nodiscard]] Disk& disk() { return *disk_; }
  [[nodiscard]] std::uintmax_t disk_bytes() const;  // of all its files
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const DeviceId& device() const { return device_; }  // REQUIRES: it was up once

  // ---- its clocks ----
  [[nodiscard]] WallTime wall() const;
  [[nodiscard]] SteadyTime steady() const;
  [[nodiscard]] milliseconds skew() const { return skew_; }
  void set_clock(milliseconds skew, bool is_told);  // its wall clock is off by so much from now on

  // ---- a station of the network ----
  [[nodiscard]] const std::string& host() const override { return host_; }
  [[nodiscard]] bool awake() const override { return up() && !asleep(); }
  [[nodiscard]] bool there() const override { return !asleep() && !machine_off_; }
  bool at_work(const std::function<void(net::Switchboard&)>& work) override;
  bool asked(const std::function<void(net::Switchboard&)>& work) override;
  [[nodiscard]] std::uint64_t works() const override { return works_; }
  bool in_house(const std::function<void(Household&)>& work);  // the same, with all of it

  // ---- what its person does ----
  // kSaved: it was said to be saved. kRefused: it was said not to be. kUnknown: it died before it said anything.
  enum class Outcome { kSaved, kRefused, kUnknown };
  struct Said {
    Outcome outcome = Outcome::kUnknown;
    std::string id;  // of kSaved
  };
  Said write(const std::string& text, bool private_entry, ByteView request);
  Said check_in(const std::string& highlight, int connection, ByteView request);
  Said say(const std::function<journal::Saved(Household&)>& save);  // whatever is saved by one call
  Outcome change_passphrase(const std::string& passphrase);         // empty: over to a key file

  // ---- what its person sees ----
  struct Line {
    std::string id;
    std::string text;
    bool mine = false;
    auto operator<=>(const Line&) const = default;
  };
  std::vector<Line> entries(bool private_ones = false);  // of the shared journal, or of the notebook
  struct Round {
    std::string period;
    bool mine_in = false;
    std::vector<Line> answers;  // readable ones, by their highlight
  };
  std::vector<Round> rounds();
  [[nodiscard]] std::string shared_journal();  // its name; empty before pairing
  [[nodiscard]] std::optional<JournalId> shared_id();
  [[nodiscard]] std::optional<net::PeerStatus> other();  // as status tells of it
  std::function<void(const journal::News&)> on_news;     // what a watcher would hear
  std::function<void(std::string_view)> on_note;         // what stands in the daemon's notes

 private:
  friend class World;
  void clock_was_set();  // as Node of net/ is told by the system
  void open_house(journal::Identity identity);
  std::optional<journal::Identity> open_vault();
  void wait_for_moment();
  bool meet_moment();
  bool looked_after(const std::function<void(Household&)>& work);
  // ---- for the world: it is asked again only once something has happened to it, or its time has come ----
  [[nodiscard]] bool rests() const;
  void rest();
  [[nodiscard]] SteadyTime deadline() const;  // of its switchboard

  World& world_;
  std::string name_;
  std::string host_;
  std::filesystem::path folder_;
  std::unique_ptr<Disk> disk_;
  std::unique_ptr<Household> household_;
  std::shared_ptr<void> visitor_;  // at the control socket: gone before the house is
  DeviceId device_;
  // As last changed, and each that a change was refused for since, or that was under way when it died: where the disk
  // failed over the folder's name of the new vault, that one lies there, though the change was refused.
  std::vector<std::string> passphrases_ = {""};
  milliseconds skew_{0};
  milliseconds booted_at_{0};  // of the world's time
  std::optional<milliseconds> asleep_at_;
  std::optional<SteadyTime> moment_;  // when it looks whether a letter's day has come
  bool machine_off_ = false;
  bool struck_ = false;
  bool fold_wanted_ = false;
  bool wrote_ = false;
  bool woken_ = false;
  std::uint64_t works_ = 0;
  std::uint64_t rested_at_ = UINT64_MAX;  // works_ when it wanted nothing more
  SteadyTime deadline_;                   // … and until when that is so
};

}  // namespace duolog::simulation
