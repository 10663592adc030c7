// disk.h: a node's disk that keeps what was made durable apart from what was merely written, and dies when told to.
//
// Files lie in a folder in memory and are read from there. Beside it this remembers, for every file, its durable bytes
// and each write since the last fsync; for the folder, its durable names and each name made, moved or removed since. A
// power cut keeps, drops or tears those at random, within what a disk may do: a torn write harms nothing outside it,
// and names change in the order in which they were changed.
//
// SQLite is watched by a VFS (disk_vfs.cc), everything else by the linker: open, write, fsync, ftruncate, rename and
// unlink of our own rooms pass through disk_files.cc (--wrap in tests/CMakeLists.txt).
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace duolog::simulation {

class Disk {
 public:
  using Dice = std::function<std::uint64_t(std::uint64_t below)>;
  using ByteView = std::span<const std::uint8_t>;

  // What lies in `folder` now is durable.
  Disk(std::filesystem::path folder, Dice dice);
  ~Disk();
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  // ---- what befalls it ----
  // In the middle of the nth change from now (1: the next; a write, a sync, a name) everything stops: that change is
  // made in part or not at all, and each later one is refused, until come_back().
  void die_in(int changes) { dies_in_ = changes; }
  void die() { dead_ = true; }
  [[nodiscard]] bool dead() const { return dead_; }
  // kKill: the process ended, the machine did not, so that nothing is lost. kNothing: whatever was not durable is gone.
  // kSome: of each file and of the names, some of it. REQUIRES: nobody has a file open.
  enum class Kept { kKill, kNothing, kSome };
  void come_back(Kept kept);

  void set_full(bool full) { full_ = full; }          // nothing grows, nothing new is made
  void fail_in(int changes) { fails_in_ = changes; }  // that change is answered with EIO, once, and is made in part
  void ignore_syncs(bool ignored) { ignores_ = ignored; }  // a disk that lies: every sync succeeds and keeps nothing
  void heal();                                             // none of these is to come
  // A refusal (full, or EIO) was given since it last came back.
  [[nodiscard]] bool troubled() const { return troubled_; }

  struct Tally {
    std::uint64_t changes = 0;  // writes, syncs and names, whatever became of them
    std::uint64_t syncs = 0;
    std::uint64_t deaths = 0;  // by die_in()
    std::uint64_t refused_full = 0;
    std::uint64_t refused_error = 0;
    std::uint64_t lost = 0;  // writes and names that a power cut took
    std::uint64_t torn = 0;  // writes of which it left a part
  };
  [[nodiscard]] const Tally& tally() const { return tally_; }

  // ---- for disk_vfs.cc and disk_files.cc ----
  struct Change {  // of a file's bytes
    std::uint64_t at = 0;
    std::vector<std::uint8_t> bytes;
    bool cuts = false;  // shorten, or lengthen, to `at`
  };
  struct File {
    std::vector<std::uint8_t> durable;
    std::vector<Change> pending;
  };
  enum class Answer { kDone, kFull, kError };
  struct Written {
    Answer answer = Answer::kDone;
    std::size_t passed = 0;  // so many bytes are to reach the real file
  };
  static Disk* of(const std::filesystem::path& file);  // null: lies on no disk of ours
  static Disk* of_folder(const std::filesystem::path& folder);

  std::shared_ptr<File> find(const std::string& name);  // null: not there
  Answer make(const std::string& name);                 // a new, empty file
  Answer move(const std::string& from, const std::string& to);
  Answer remove(const std::string& name);
  Answer sync_names();
  Written write(File& file, std::uint64_t at, ByteView bytes, bool grows);
  Answer cut(File& file, std::uint64_t size);
  Answer sync(File& file);

 private:
  using Names = std::map<std::string, std::shared_ptr<File>>;
  struct NameChange {
    std::string from;  // empty: made anew
    std::string to;    // empty: removed
    std::shared_ptr<File> file;
  };
  enum class Fate { kDone, kDies, kFull, kError };

  Fate next(bool grows);
  Answer rename(NameChange change, bool grows);
  void lose_names(Kept kept);
  void lose_bytes(File& file, Kept kept);
  void tear(File& file, const Change& change);
  void lay_out() const;
  static void apply(Names& names, const NameChange& change);
  static void apply(std::vector<std::uint8_t>& bytes, const Change& change);

  std::filesystem::path folder_;
  Dice dice_;
  Names names_;
  Names durable_names_;
  std::vector<NameChange> pending_names_;
  bool dead_ = false;
  bool full_ = false;
  bool ignores_ = false;
  bool troubled_ = false;
  int dies_in_ = 0;   // 0: it does not
  int fails_in_ = 0;  // 0: it does not
  Tally tally_;
};

// While one lives, SQLite opens every database through the VFS of disk_vfs.cc.
class DiskVfs {
 public:
  DiskVfs();
  ~DiskVfs();
  DiskVfs(const DiskVfs&) = delete;
  DiskVfs& operator=(const DiskVfs&) = delete;
};

}  // namespace duolog::simulation
