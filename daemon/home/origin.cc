// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/home/origin.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>
#include <vector>

#include "crypto/hash.h"

namespace duolog::home {
namespace {

constexpr unsigned long kXfs = 0x58465342;  // not in the system's header

// Where a file keeps its inode for as long as it is there, over every mount.
bool inodes_stay(const std::filesystem::path& file) {
  struct statfs disk{};
  if (::statfs(file.c_str(), &disk) != 0) return false;
  constexpr std::array<unsigned long, 5> kSteady{EXT4_SUPER_MAGIC, kXfs, BTRFS_SUPER_MAGIC, F2FS_SUPER_MAGIC,
                                                 TMPFS_MAGIC};
  return std::find(kSteady.begin(), kSteady.end(), static_cast<unsigned long>(disk.f_type)) != kSteady.end();
}

std::string first_line(const std::filesystem::path& file) {
  std::string line;
  std::getline(std::ifstream(file) >> std::ws, line);
  return line;
}

std::vector<std::string> lines_in(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> lines_of(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return lines_in(text.str());
}

}  // namespace

std::string place_of(const std::filesystem::path& database, const std::filesystem::path& machine_id) {
  struct statx found{};
  constexpr unsigned kAsked = STATX_INO | STATX_BTIME;
  if (::statx(AT_FDCWD, database.c_str(), AT_SYMLINK_NOFOLLOW, kAsked, &found) != 0 || !inodes_stay(database))
    return {};
  const std::string machine = first_line(machine_id);
  Bytes inode;
  append_u64(inode, found.stx_ino);
  std::string place = hex(crypto::hash_bytes("home.origin", {as_bytes(machine), inode})) + "\n";
  if ((found.stx_mask & STATX_BTIME) == 0) return place;
  Bytes birth;
  append_u64(birth, static_cast<std::uint64_t>(found.stx_btime.tv_sec));
  append_u32(birth, found.stx_btime.tv_nsec);
  return place + hex(crypto::hash_bytes("home.origin", {as_bytes(machine), inode, birth})) + "\n";
}

bool is_a_copy(const std::filesystem::path& noted, const std::string& place) {
  const std::vector<std::string> there = lines_of(noted);
  const std::vector<std::string> here = lines_in(place);
  for (std::size_t i = 0; i < std::min(there.size(), here.size()); ++i)
    if (there[i].size() == here[i].size() && there[i] != here[i]) return true;
  return false;
}

bool is_noted(const std::filesystem::path& noted, const std::string& place) {
  const std::vector<std::string> there = lines_of(noted);
  const std::vector<std::string> here = lines_in(place);
  return there.size() >= here.size() && std::equal(here.begin(), here.end(), there.begin());
}

}  // namespace duolog::home
