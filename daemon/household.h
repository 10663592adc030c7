// household.h: everything that stands while the vault is open, wired together; all of a daemon but its sockets and
// timers.
//
// Members are built from top to bottom and fall in the reverse order. Time, chance and news go in and out through
// Outside, so that two whole households can stand in one process on a virtual clock.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <set>

#include "daemon/journal/attachments.h"
#include "daemon/journal/door.h"
#include "daemon/net/switchboard.h"
#include "daemon/store/restored_mark.h"

namespace duolog {

class Household {
 public:
  struct Outside {
    Clock clock;
    net::Random random;
    store::Quota quota;
    std::string zone;                 // of this machine
    std::function<void()> fold_soon;  // call fold() when there is time
    std::function<void(const journal::News&)> news;
    std::function<bool()> heard;  // somebody would hear them; absent: always
    std::function<void(const net::PeerStatus&)> came_or_left;
    std::function<void()> wrote;  // our own log has grown: once it is folded, shelf().next_moment() may be another one
    std::function<void(std::string_view)> note;  // for the daemon's notes
    std::function<void()> elsewhere;             // another network, or the machine slept
    std::filesystem::path view;                  // its file; empty: in memory alone
    std::filesystem::path blobs;                 // the folder of attachments
    store::BlobQuota blob_quota;
    std::uint64_t eager_bytes = 0;                // of others' attachments those that are fetched unasked
    std::optional<store::RestoredMark> restored;  // this home comes from a backup
  };
  // Folds what the view does not know yet; where there is none that fits, fold() does the rest. Throws what the rooms
  // throw.
  Household(std::unique_ptr<store::Database> database, journal::Identity identity, Outside outside);
  Household(const Household&) = delete;
  Household& operator=(const Household&) = delete;

  bool fold();  // one slice of what sessions have stored, or of what the view has still to be told; true: there is more
  // Nothing has happened for a while: what is in the view is made durable. Nothing where that is so. What waits to come
  // into it comes now.
  void rest();

  [[nodiscard]] journal::Shelf& shelf() { return shelf_; }
  [[nodiscard]] const journal::Door& door() const { return door_; }
  [[nodiscard]] journal::Identity& identity() { return identity_; }
  [[nodiscard]] const journal::Identity& identity() const { return identity_; }
  [[nodiscard]] store::Database& database() { return *database_; }
  [[nodiscard]] store::SealedLog& log() { return log_; }
  [[nodiscard]] store::LocalState& local_state() { return memory_; }
  [[nodiscard]] journal::Attachments& attachments() { return attachments_; }
  [[nodiscard]] std::uint32_t chunk_givers(const JournalId& journal) const;  // connected, and know attachments
  [[nodiscard]] net::Switchboard& switchboard() { return switchboard_; }
  // ---- for doctor ----
  [[nodiscard]] std::vector<std::string> log_problems();      // what is damaged, one sentence each
  [[nodiscard]] std::vector<std::string> receives_nothing();  // why journals take in nothing more
  // A disk that was full may have room again. Called whenever somebody wants to write.
  void try_disk_again();
  // ---- of a home that was restored ----
  // Journals it may not write in yet: by the other person's name, empty for those that nobody else has.
  [[nodiscard]] std::vector<std::string> waits_for() const;
  // The person says that nothing goes on with this home elsewhere: what nobody else holds may be written again.
  // Throws NotDurable.
  void old_device_is_gone();
  // ---- for backup and repair ----
  void write_notes_down();  // what waits to be noted is in the database, unless the disk refuses
  void want_again();        // what is missing is wanted anew: sessions are told
  // ---- for what is carried by hand: carrying.h ----
  // Records were stored that no session brought.
  void was_brought(const JournalId& journal, const DeviceId& author, std::uint64_t first, std::uint64_t last);
  [[nodiscard]] bool is_folding() const { return fold_asked_; }  // or will be, in a moment
  // Every peer is connected and holds what we hold.
  [[nodiscard]] bool in_step() const;

 private:
  [[nodiscard]] net::Switchboard::House network_house();
  void forgotten(const JournalId& journal, const std::vector<DeviceId>& strangers, const std::vector<ChunkId>& chunks);
  void look_for_whom_the_host_knew(net::Doorway& doorway);
  void show_doors();  // journals, epochs or members are other ones than before: tell the network
  sync::Chunks session_chunks(const JournalId& journal);
  sync::Hooks session_hooks(const JournalId& journal, const DeviceId& other);
  void peer_changed(const JournalId& journal, const DeviceId& other);
  void fold_soon();
  bool say_what_is_to_come();
  void heard_of_own_log(const JournalId& journal, const store::Frontier& theirs);
  void release(const JournalId& journal);  // throws NotDurable
  void release_met_again();

  Outside outside_;
  std::unique_ptr<store::Database> database_;
  store::SealedLog log_;
  journal::Identity identity_;
  store::LocalState memory_;
  store::Blobs blobs_;
  journal::ViewFile view_;
  journal::Shelf shelf_;
  journal::Door door_;
  journal::Attachments attachments_;
  net::Switchboard switchboard_;
  std::set<std::pair<JournalId, DeviceId>> connected_;
  std::set<JournalId> met_again_;  // since the restore, and all of our own log is here
  bool fold_asked_ = false;
  bool arriving_ = false;  // a session has stored something, and there may be more
};

}  // namespace duolog
