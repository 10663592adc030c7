// bundles.h: what was brought, in the order in which it came: one file each, never opened, never changed.
//
//   <folder>/0000000000000007.bundle   header || what was brought       the number is its cursor, given once and never
//   again <folder>/ledger                    which store this is, which cursors are given, how long it has served
//
// Kept means on the disk: after kept() a power cut takes nothing. What lies there in another shape (half a file, a
// link, a name of somebody else's) is passed over and counted. The oldest give way to the newest where all together are
// more than the quota; each goes after its time. That time is the time this program has served, not what a clock says:
// a clock that jumps by years takes nothing away.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>

#include "daemon/home/clock.h"
#include "daemon/line/mailbox_message.h"
#include "daemon/mailbox/new_file.h"

namespace duolog::mailbox {

struct Limits {
  std::uint64_t quota = std::uint64_t{1} << 30;
  std::chrono::seconds keep = std::chrono::days(90);
};

// Of one bundle, from its file's header.
struct Lodger {
  std::uint64_t cursor = 0;
  std::uint32_t size = 0;
  BundleId id;
  std::int64_t came_ms = 0;            // by this machine's clock, to be shown
  std::chrono::seconds came_after{0};  // of service
};

// A bundle that comes in parts.
class Incoming {
 public:
  Incoming(const std::filesystem::path& folder, const Put& first);

 private:
  friend class Bundles;
  BundleId id_;
  std::uint32_t size_;
  std::uint32_t held_ = 0;
  NewFile file_;
};

class Bundles {
 public:
  // Makes the folder where it is missing. Throws std::system_error where it cannot be used.
  Bundles(std::filesystem::path folder, Limits limits, Clock clock, std::function<void(std::string)> note);
  ~Bundles();
  Bundles(const Bundles&) = delete;
  Bundles& operator=(const Bundles&) = delete;

  // Answers a part. `incoming`: what of it came before on this connection; empty where nothing is under way.
  Answer put(std::unique_ptr<Incoming>& incoming, const Put& part);
  [[nodiscard]] Answer list(std::uint64_t after) const;
  Answer get(const Get& asked);

  // What is too old goes, and how long this has served is written down. Once an hour will do.
  void tick();

  struct Told {
    std::size_t count = 0;
    std::uint64_t bytes = 0;
    std::size_t passed_over = 0;            // files that are none of ours, or damaged
    std::optional<std::int64_t> oldest_ms;  // when it came
  };
  [[nodiscard]] Told told() const;
  // The same of a folder that another process serves; nothing there is touched.
  static Told look_at(const std::filesystem::path& folder);

 private:
  struct Ledger;
  void learn();
  void keep(Incoming& incoming);
  std::uint64_t next_cursor();
  void write_ledger();
  void drop(std::map<std::uint64_t, Lodger>::iterator which);
  void drop_what_is_too_much();
  [[nodiscard]] std::chrono::seconds served() const;
  [[nodiscard]] bool has_room(std::uint64_t bytes) const;

  std::filesystem::path folder_;
  Limits limits_;
  Clock clock_;
  std::function<void(std::string)> note_;
  ByteArray<kBoxLength> box_{};
  std::uint64_t given_ = 0;     // cursors up to here
  std::uint64_t reserved_ = 0;  // up to here the ledger says that they are given
  std::chrono::seconds served_before_{0};
  SteadyTime began_;
  std::map<std::uint64_t, Lodger> lodgers_;
  std::map<BundleId, std::uint64_t> by_id_;
  std::uint64_t bytes_ = 0;
  std::size_t passed_over_ = 0;
};

}  // namespace duolog::mailbox
