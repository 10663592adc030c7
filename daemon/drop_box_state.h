// drop_box_state.h: the inside of a drop box, shared by drop_box.cc (time, and one step after the other),
// drop_box_in.cc and drop_box_out.cc. Nobody else includes this.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/steady_timer.hpp>
#include <deque>
#include <map>
#include <optional>
#include <set>

#include "daemon/carrying.h"
#include "daemon/drop_box.h"
#include "daemon/drop_folder.h"
#include "daemon/journal/receipts.h"

namespace duolog {

struct DropBox::State : std::enable_shared_from_this<DropBox::State> {
  State(asio::io_context& context, std::filesystem::path where, Household& home, const Clock& time,
        std::function<void(std::string_view)> noted)
      : io(context),
        folder(std::move(where)),
        house(home),
        clock(time),
        note(std::move(noted)),
        minute(io),
        gather(io),
        settle(io),
        turn(io),
        watch(io) {}

  void start();
  void stop();
  void each_minute();
  void begin_watching();
  void hear();
  void soon();  // one step of what there is to do
  void later(asio::steady_timer& timer, std::chrono::milliseconds time, void (State::*then)());
  void step();
  bool work();
  // ---- in ----
  void look();
  void take_up(const std::vector<DropFolder::Found>& found);
  void put_off_file(const DropFolder::Found& found);
  void read_again_by_new_keys();
  bool begin_reading();
  bool read_on();
  void done_reading();
  // ---- out ----
  // Of a file of our own.
  struct Own {
    std::string name;
    std::int64_t written_ms = 0;
    Hash content;
    std::string before;  // that it has replaced, and that may still lie there
  };
  void learn_own();
  void look_what_to_write();
  bool begin_writing();
  bool write_on();
  void require_room(std::uint64_t bytes) const;  // throws std::system_error
  void keep_written();
  void drop_replaced(const JournalId& journal, Own mine);
  void forget_own(const JournalId& journal);
  void say_what_lies_there(const JournalId& journal, std::vector<journal::Receipts::Lying> lying) const;
  bool drop_strangers();
  [[nodiscard]] std::optional<Own> own_of(const JournalId& journal) const;
  [[nodiscard]] std::int64_t now() const { return clock.wall().time_since_epoch().count(); }
  [[nodiscard]] store::LocalState& memory() const { return house.local_state(); }
  void give_up(const std::string& why);
  void remember_told();

  asio::io_context& io;
  DropFolder folder;
  Household& house;
  const Clock& clock;
  std::function<void(std::string_view)> note;
  asio::steady_timer minute, gather, settle, turn;
  asio::posix::stream_descriptor watch;
  std::array<std::uint8_t, 4096> events{};
  bool gathering = false, settling = false, turning = false, stopped = false;
  bool failed = false;  // since it was last looked what to write
  bool strangers_left = false;
  bool more_to_read = false;
  std::string cannot_look, cannot_work;  // why

  std::set<std::string> own;                      // names of our own files
  std::map<std::string, DropFolder::Found> read;  // as they were when they were read
  std::set<std::string> with_gaps;                // of those
  std::size_t known_before = 0;                   // keys and records
  struct Later {
    std::chrono::seconds pause{30};
    SteadyTime at;
    DropFolder::Found found;
  };
  static constexpr std::chrono::seconds kLongestPause{3600};
  std::map<std::string, Later> put_off;  // files that our own disk, or a full journal, did not take
  std::deque<DropFolder::Found> to_read;
  struct Reading {
    DropFolder::Found found;
    home::Descriptor file;
    std::unique_ptr<sync::BundleReader> reader;
    bool ended = false, hungry = true;
  };
  std::optional<Reading> reading;

  std::deque<JournalId> to_write;
  struct Written {
    JournalId journal;
    Hash content;
    std::unique_ptr<sync::BundleWriter> writer;
    std::unique_ptr<DropFolder::Writing> file;
    journal::Receipts::Lying lying;  // what of it is this device's
  };
  std::optional<Written> writing;
  std::uint64_t last_bytes = 0;
  DropBox::Told told;
};

}  // namespace duolog
