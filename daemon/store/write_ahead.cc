// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/store/write_ahead.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <system_error>

#include "crypto/bytes.h"
#include "daemon/home/descriptor.h"

namespace duolog::store {
namespace {

namespace fs = std::filesystem;

// All numbers are big-endian; only the words that a checksum adds up are in the order that the magic names.
constexpr std::size_t kHeader = 32;           // magic, version, page size, count of folds, salt (8), checksum (8)
constexpr std::uint32_t kMagic = 0x377f0682;  // the last bit: checksums add up big-endian words
constexpr std::uint32_t kVersion = 3007000;
constexpr std::size_t kVersionAt = 4;
constexpr std::size_t kPageSizeAt = 8;
constexpr std::size_t kSaltAt = 16;
constexpr std::size_t kHeaderSumAt = 24;
constexpr std::size_t kFrameHeader = 24;  // page number, pages after a commit (else 0), salt (8), checksum (8)
constexpr std::size_t kCommitAt = 4;
constexpr std::size_t kFrameSaltAt = 8;
constexpr std::size_t kFrameSumAt = 16;

std::uint32_t big_endian(const std::uint8_t* at) {
  return std::uint32_t{at[0]} << 24 | std::uint32_t{at[1]} << 16 | std::uint32_t{at[2]} << 8 | at[3];
}
std::uint32_t little_endian(const std::uint8_t* at) {
  return std::uint32_t{at[3]} << 24 | std::uint32_t{at[2]} << 16 | std::uint32_t{at[1]} << 8 | at[0];
}

void put_big_endian(std::uint8_t* at, std::uint32_t number) {
  for (int i = 0; i < 4; ++i) at[i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
}

struct Sum {
  std::uint32_t first = 0, second = 0;
  static Sum at(const std::uint8_t* bytes) { return {big_endian(bytes), big_endian(bytes + 4)}; }
  void add(ByteView bytes, bool in_big_endian) {
    const auto word = in_big_endian ? big_endian : little_endian;
    for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
      first += word(&bytes[at]) + second;
      second += word(&bytes[at + 4]) + first;
    }
  }
  void take_away(ByteView bytes, bool in_big_endian) {
    const auto word = in_big_endian ? big_endian : little_endian;
    for (std::size_t at = bytes.size() / 8 * 8; at >= 8; at -= 8) {
      second -= word(&bytes[at - 4]) + first;
      first -= word(&bytes[at - 8]) + second;
    }
  }
  bool operator==(const Sum&) const = default;
};

// Empty where there is no such file.
Bytes read_whole(const fs::path& file) {
  const home::Descriptor opened(::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!opened.is_open() && errno == ENOENT) return {};
  struct stat found{};
  if (!opened.is_open() || ::fstat(opened.get(), &found) != 0) {
    throw std::system_error(errno, std::generic_category(), file.string());
  }
  Bytes bytes(static_cast<std::size_t>(found.st_size));
  std::size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t got = ::read(opened.get(), bytes.data() + have, bytes.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw std::system_error(errno, std::generic_category(), file.string());
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  bytes.resize(have);
  return bytes;
}

// The frames of a log, by their place from 0.
class Frames {
 public:
  Frames(ByteView log, std::size_t page_size, bool big_endian_sums)
      : log_(log), length_(kFrameHeader + page_size), big_endian_sums_(big_endian_sums) {}

  [[nodiscard]] std::size_t count() const { return (log_.size() - kHeader) / length_; }
  [[nodiscard]] const std::uint8_t* frame(std::size_t place) const { return &log_[kHeader + place * length_]; }
  [[nodiscard]] ByteView page(std::size_t place) const { return {frame(place) + kFrameHeader, length_ - kFrameHeader}; }
  [[nodiscard]] bool commits(std::size_t place) const { return big_endian(frame(place) + kCommitAt) != 0; }
  [[nodiscard]] bool has_salt(std::size_t place, const std::uint8_t* salt) const {
    return std::memcmp(frame(place) + kFrameSaltAt, salt, 8) == 0;
  }
  // Whether it continues the frame before it, or the header.
  [[nodiscard]] bool continues(std::size_t place) const {
    Sum sum = Sum::at(place == 0 ? &log_[kHeaderSumAt] : frame(place - 1) + kFrameSumAt);
    sum.add({frame(place), kCommitAt + 4}, big_endian_sums_);
    sum.add(page(place), big_endian_sums_);
    return sum == Sum::at(frame(place) + kFrameSumAt);
  }
  // The page as it is in this frame, or in a later one that was folded without having been proven here.
  [[nodiscard]] bool have(ByteView version, std::uint32_t number, std::size_t place) const {
    const std::uint8_t* salt = frame(place) + kFrameSaltAt;
    for (; place < count() && has_salt(place, salt); ++place) {
      if (big_endian(frame(place)) == number && std::ranges::equal(page(place), version)) return true;
    }
    return false;
  }
  // Whether the first frame is as it was written, though the header that it continues is lost: its sums lead back to
  // those of a header with its salt. Of that header only the count of folds is unknown, which is added once to the
  // second sum of a pair of words, so once to the first of the next pair and twice to the second.
  [[nodiscard]] bool begins_a_generation() const {
    Sum left = Sum::at(frame(0) + kFrameSumAt);
    left.take_away(page(0), big_endian_sums_);
    left.take_away({frame(0), kCommitAt + 4}, big_endian_sums_);
    std::array<std::uint8_t, kHeaderSumAt> header{};
    put_big_endian(&header[0], kMagic | (big_endian_sums_ ? 1 : 0));
    put_big_endian(&header[kVersionAt], kVersion);
    put_big_endian(&header[kPageSizeAt], static_cast<std::uint32_t>(length_ - kFrameHeader));
    std::memcpy(&header[kSaltAt], frame(0) + kFrameSaltAt, 8);
    Sum sum;
    sum.add(header, big_endian_sums_);
    return left.second - sum.second == 2 * (left.first - sum.first);
  }

 private:
  ByteView log_;
  std::size_t length_;
  bool big_endian_sums_;
};

// Behind the place where the log does not add up any more: a commit that the next transaction followed.
bool lost_a_commit(const Frames& frames, const std::uint8_t* salt) {
  std::size_t end = 0;
  while (end < frames.count() && frames.has_salt(end, salt) && frames.continues(end)) ++end;
  for (std::size_t place = end; place + 1 < frames.count(); ++place) {
    if (frames.has_salt(place, salt) && frames.commits(place) && frames.has_salt(place + 1, salt) &&
        frames.continues(place + 1)) {
      return true;
    }
  }
  return false;
}

// Where the frames of one generation begin; SQLite writes the header anew when all behind it is in the file, and then
// frames over the old ones, so that those of several generations may lie behind each other, each with its own salt.
// What was committed among them is the newest of each page, as far as every frame continues the one before.
std::map<std::uint32_t, std::size_t> committed_from(std::size_t begin, const Frames& frames) {
  const std::uint8_t* salt = frames.frame(begin) + kFrameSaltAt;
  const auto belongs = [&](std::size_t place) {
    return place < frames.count() && frames.has_salt(place, salt) && (place == begin || frames.continues(place));
  };
  const bool proven = begin == 0;  // else a commit counts if the next transaction shows that it was acknowledged
  std::map<std::uint32_t, std::size_t> newest, pending;
  for (std::size_t place = begin; belongs(place); ++place) {
    pending[big_endian(frames.frame(place))] = place;
    if (!frames.commits(place) || (!proven && !belongs(place + 1))) continue;
    for (const auto& [page, at] : pending) newest[page] = at;
    pending.clear();
    const std::uint32_t pages = big_endian(frames.frame(place) + kCommitAt);  // what lies behind them was given back
    newest.erase(newest.upper_bound(pages), newest.end());
  }
  return newest;
}

// A header is written anew only after all that was behind it has been folded into the file, and a power cut may tear
// it then. Where the file lacks something of that, it is the header that was damaged.
bool lost_without_header(const Frames& frames, const home::Descriptor& database, std::size_t page_size) {
  if (frames.count() == 0) return false;
  // The first block may be damaged with the first frame in it; where that frame is as it was written, all behind it of
  // another salt is older and long folded, and was perhaps changed since.
  const std::size_t begin = frames.begins_a_generation() ? 0 : 1;
  if (begin == frames.count()) return false;
  Bytes page(page_size);
  return std::ranges::any_of(committed_from(begin, frames), [&](const auto& each) {
    const auto [number, newest] = each;
    const auto at = static_cast<off_t>((std::size_t{number} - 1) * page_size);
    return number == 0 || ::pread(database.get(), page.data(), page_size, at) != static_cast<ssize_t>(page_size) ||
           !frames.have(page, number, newest);
  });
}

bool header_is_whole(ByteView log) {
  const std::uint32_t magic = big_endian(log.data());
  if ((magic & ~1U) != kMagic) return false;
  Sum sum;
  sum.add(log.first(kHeaderSumAt), (magic & 1) != 0);
  return sum == Sum::at(&log[kHeaderSumAt]);
}

// 0 where it is no database.
std::size_t page_size_of(const home::Descriptor& database) {
  std::array<std::uint8_t, 18> header{};
  if (!database.is_open() || ::pread(database.get(), header.data(), header.size(), 0) != ssize_t{header.size()})
    return 0;
  const std::size_t size = std::size_t{header[16]} << 8 | header[17];
  return size == 1 ? 65536 : size;
}

}  // namespace

fs::path write_ahead_of(const fs::path& database) { return database.string() + "-wal"; }
fs::path given_up_of(const fs::path& database) { return database.string() + "-wal.lost"; }

bool write_ahead_is_there(const fs::path& database) {
  std::error_code absent;
  const std::uintmax_t size = fs::file_size(write_ahead_of(database), absent);
  return !absent && size > 0;
}

bool write_ahead_has_its_header(const fs::path& database) {
  const Bytes log = read_whole(write_ahead_of(database));
  return log.size() < kHeader || header_is_whole(log);
}

void drop_frames_of_write_ahead(const fs::path& database) {
  const fs::path file = write_ahead_of(database);
  const auto fail = [&] { throw std::system_error(errno, std::generic_category(), file.string()); };
  const home::Descriptor log(::open(file.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC));
  if (!log.is_open() && errno == ENOENT) return;
  struct stat found{};
  if (!log.is_open() || ::fstat(log.get(), &found) != 0) return fail();
  if (found.st_size <= off_t{kHeader}) return;
  if (::ftruncate(log.get(), kHeader) != 0 || ::fsync(log.get()) != 0) return fail();
}

bool write_ahead_is_whole(const fs::path& database) {
  const Bytes log = read_whole(write_ahead_of(database));
  if (log.size() <= kHeader) return true;
  if (!header_is_whole(log)) {
    const home::Descriptor file(::open(database.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    const std::size_t page_size = page_size_of(file);
    return page_size == 0 || (!lost_without_header(Frames(log, page_size, false), file, page_size) &&
                              !lost_without_header(Frames(log, page_size, true), file, page_size));
  }
  const std::size_t page_size = big_endian(&log[kPageSizeAt]);
  return page_size < 512 || page_size > 65536 ||
         !lost_a_commit(Frames(log, page_size, (big_endian(log.data()) & 1) != 0), &log[kSaltAt]);
}

}  // namespace duolog::store
