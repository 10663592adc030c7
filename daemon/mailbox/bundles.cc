// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/mailbox/bundles.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>

#include "crypto/mailbox.h"
#include "daemon/home/home.h"

namespace duolog::mailbox {
namespace {

using std::chrono::seconds;

// DO NOT CHANGE: magic || u64 cursor || u64 ms since 1970 || u64 seconds of service || u32 size || id 32, then the
// bundle
constexpr std::string_view kMagic = "DUOLOGM1";
constexpr std::size_t kHeader = 8 + 8 + 8 + 8 + 4 + BundleId::kLength;
// DO NOT CHANGE: magic || box 16 || u64 cursors given || u64 seconds of service || u64 ms since 1970
constexpr std::string_view kLedgerMagic = "DUOLOGML";
constexpr std::size_t kLedgerLength = 8 + kBoxLength + 8 + 8 + 8;
constexpr std::size_t kLedgerCheck =
    BundleId::kLength;  // a hash of it: a rotten one would let everything expire at once
constexpr const char* kLedgerName = "ledger";

constexpr std::string_view kEnd = ".bundle";
constexpr std::size_t kDigits = 16;
constexpr std::uint64_t kReserved = 64;                       // cursors, with one write of the ledger
constexpr std::uint64_t kBlock = 4096;                        // a file takes whole ones of the disk
constexpr seconds kAwayAtMost = std::chrono::days(1);         // that a clock is believed between two runs
constexpr std::uint64_t kRoomKept = std::uint64_t{64} << 20;  // on a disk that is larger than sixteen times that

std::uint64_t on_disk(std::uint32_t size) { return (kHeader + size + kBlock - 1) / kBlock * kBlock; }

std::string name_of(std::uint64_t cursor) {
  Bytes number;
  append_u64(number, cursor);
  std::reverse(number.begin(), number.end());
  return hex(number) + std::string(kEnd);
}

std::optional<std::uint64_t> cursor_of(std::string_view name) {
  if (name.size() != kDigits + kEnd.size() || !name.ends_with(kEnd)) return std::nullopt;
  auto number = from_hex(name.substr(0, kDigits));
  if (!number) return std::nullopt;
  std::reverse(number->begin(), number->end());
  const std::uint64_t cursor = read_u64(*number);
  return cursor > 0 && name_of(cursor) == name ? std::optional(cursor) : std::nullopt;
}

Bytes encode(const Lodger& lodger) {
  Bytes header = to_bytes(as_bytes(kMagic));
  append_u64(header, lodger.cursor);
  append_u64(header, static_cast<std::uint64_t>(lodger.came_ms));
  append_u64(header, static_cast<std::uint64_t>(lodger.came_after.count()));
  append_u32(header, lodger.size);
  append(header, lodger.id.bytes);
  return header;
}

home::Descriptor open_bundle(const std::filesystem::path& file) {
  home::Descriptor opened(::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  struct stat is{};
  if (!opened.is_open() || ::fstat(opened.get(), &is) != 0 || !S_ISREG(is.st_mode)) return home::Descriptor(-1);
  return opened;
}

bool read_at(int fd, std::uint64_t place, std::span<std::uint8_t> into) {
  while (!into.empty()) {
    const auto got = ::pread(fd, into.data(), into.size(), static_cast<off_t>(place));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    into = into.subspan(static_cast<std::size_t>(got));
    place += static_cast<std::uint64_t>(got);
  }
  return true;
}

// nullopt: another shape than a bundle has that this program kept.
std::optional<Lodger> read_lodger(const std::filesystem::path& file, std::uint64_t cursor) {
  const home::Descriptor opened = open_bundle(file);
  struct stat is{};
  ByteArray<kHeader> header{};
  if (!opened.is_open() || ::fstat(opened.get(), &is) != 0 || !read_at(opened.get(), 0, header)) return std::nullopt;
  const ByteView from(header);
  if (as_text(from.first(kMagic.size())) != kMagic) return std::nullopt;
  Lodger lodger;
  lodger.cursor = read_u64(from.subspan(8));
  lodger.came_ms = static_cast<std::int64_t>(read_u64(from.subspan(16)));
  const std::uint64_t after = read_u64(from.subspan(24));
  lodger.came_after = seconds(static_cast<std::int64_t>(std::min<std::uint64_t>(after, std::uint64_t{1} << 40)));
  lodger.size = read_u32(from.subspan(32));
  lodger.id = *BundleId::from(from.subspan(36));
  const bool fits = lodger.cursor == cursor && lodger.size > 0 && lodger.size <= kBundleLimit &&
                    static_cast<std::uint64_t>(is.st_size) == kHeader + lodger.size;
  return fits ? std::optional(lodger) : std::nullopt;
}

struct Found {
  std::map<std::uint64_t, Lodger> lodgers;
  std::size_t passed_over = 0;
  std::vector<std::string> left;  // by a kill
};

// Nothing is changed. Throws std::system_error where the folder cannot be read.
Found look_through(const std::filesystem::path& folder) {
  Found found;
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(::opendir(folder.c_str()), ::closedir);
  if (!entries) throw std::system_error(errno, std::generic_category(), folder.string());
  while (const dirent* entry = ::readdir(entries.get())) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == ".." || name == kLedgerName) continue;
    if (name.starts_with(kPartBegin)) {
      found.left.emplace_back(name);
      continue;
    }
    const auto cursor = cursor_of(name);
    const auto lodger = cursor ? read_lodger(folder / name, *cursor) : std::nullopt;
    if (lodger) {
      found.lodgers.emplace(*cursor, *lodger);
    } else {
      ++found.passed_over;
    }
  }
  return found;
}

Bundles::Told tell(const std::map<std::uint64_t, Lodger>& lodgers, std::size_t passed_over) {
  Bundles::Told told;
  told.count = lodgers.size();
  told.passed_over = passed_over;
  for (const auto& [cursor, lodger] : lodgers) told.bytes += lodger.size;
  if (!lodgers.empty()) told.oldest_ms = lodgers.begin()->second.came_ms;
  return told;
}

}  // namespace

Incoming::Incoming(const std::filesystem::path& folder, const Put& first)
    : id_(first.id), size_(first.size), file_(folder) {}

Bundles::Bundles(std::filesystem::path folder, Limits limits, Clock clock, std::function<void(std::string)> note)
    : folder_(std::move(folder)),
      limits_(limits),
      clock_(std::move(clock)),
      note_(std::move(note)),
      began_(clock_.steady()) {
  if (::mkdir(folder_.c_str(), 0700) == 0) {
    home::sync_folder(folder_.parent_path());
  } else if (errno != EEXIST) {
    throw std::system_error(errno, std::generic_category(), folder_.string());
  }
  learn();
  tick();
  drop_what_is_too_much();
}

// What this run has served is in the ledger up to the last hour; the rest costs nothing but that a bundle lies longer.
Bundles::~Bundles() {
  try {
    write_ledger();
  } catch (const std::system_error& refused) {
    note_(refused.what());
  }
}

void Bundles::learn() {
  Found found = look_through(folder_);
  for (const std::string& name : found.left) ::unlink((folder_ / name).c_str());
  lodgers_ = std::move(found.lodgers);
  passed_over_ = found.passed_over;
  if (passed_over_ > 0)
    note_(std::to_string(passed_over_) + " files in " + folder_.string() +
          " are no bundles of this mailbox, or damaged");
  for (const auto& [cursor, lodger] : lodgers_) {
    by_id_[lodger.id] = cursor;
    bytes_ += on_disk(lodger.size);
    given_ = std::max(given_, cursor);
    served_before_ = std::max(served_before_, lodger.came_after);
  }
  ByteArray<kLedgerLength + kLedgerCheck> ledger{};
  const home::Descriptor file = open_bundle(folder_ / kLedgerName);
  const ByteView from(ledger);
  const auto is_whole = [&] {
    return as_text(from.first(kLedgerMagic.size())) == kLedgerMagic &&
           std::ranges::equal(crypto::bundle_id(from.first(kLedgerLength)).bytes, from.last(kLedgerCheck));
  };
  if (!file.is_open() || !read_at(file.get(), 0, ledger) || !is_whole()) {
    if (file.is_open() || !lodgers_.empty()) note_("the ledger is lost: those who come will look at everything anew");
    const Bytes box = crypto::random_bytes(kBoxLength);
    std::copy(box.begin(), box.end(), box_.begin());
    return write_ledger();
  }
  std::copy_n(from.begin() + 8, kBoxLength, box_.begin());
  given_ = reserved_ = std::max(given_, read_u64(from.subspan(24)));
  const std::uint64_t before = read_u64(from.subspan(32));
  served_before_ = std::max(served_before_, seconds(static_cast<std::int64_t>(before)));
  // While it did not run the clock is all there is; it may have jumped, so it is believed for a day.
  const std::int64_t away_ms =
      clock_.wall().time_since_epoch().count() - static_cast<std::int64_t>(read_u64(from.subspan(40)));
  served_before_ += std::clamp(seconds(away_ms / 1000), seconds(0), kAwayAtMost);
}

seconds Bundles::served() const {
  return served_before_ + std::chrono::duration_cast<seconds>(clock_.steady() - began_);
}

void Bundles::write_ledger() {
  Bytes ledger = to_bytes(as_bytes(kLedgerMagic));
  append(ledger, box_);
  append_u64(ledger, std::max(given_, reserved_));
  append_u64(ledger, static_cast<std::uint64_t>(served().count()));
  append_u64(ledger, static_cast<std::uint64_t>(clock_.wall().time_since_epoch().count()));
  append(ledger, crypto::bundle_id(ledger).bytes);
  replace_file(folder_ / kLedgerName, ledger);
}

// A cursor that was given to somebody is not given again, whatever becomes of its file.
std::uint64_t Bundles::next_cursor() {
  if (given_ == reserved_) {
    reserved_ += kReserved;
    try {
      write_ledger();
    } catch (...) {
      reserved_ -= kReserved;
      throw;
    }
  }
  return ++given_;
}

bool Bundles::has_room(std::uint64_t bytes) const {
  const auto room = std::filesystem::space(folder_);
  return room.available >= bytes + (room.capacity / 16 > kRoomKept ? kRoomKept : 0);
}

Answer Bundles::put(std::unique_ptr<Incoming>& incoming, const Put& part) {
  const auto known = by_id_.find(part.id);
  if (known != by_id_.end()) {
    incoming.reset();
    return Kept{known->second};
  }
  if (on_disk(part.size) > limits_.quota) return No{Why::kTooLong};
  try {
    if (part.at == 0) {
      incoming.reset();
      if (!has_room(on_disk(part.size))) return No{Why::kFull};
      incoming = std::make_unique<Incoming>(folder_, part);
    }
    const bool goes_on = incoming && incoming->id_ == part.id && incoming->size_ == part.size &&
                         incoming->held_ == part.at && part.part.size() <= part.size - part.at;
    if (!goes_on) {
      incoming.reset();
      return No{Why::kBroken};
    }
    incoming->file_.write_at(kHeader + part.at, part.part);
    incoming->held_ += static_cast<std::uint32_t>(part.part.size());
    if (incoming->held_ < incoming->size_) return More{incoming->held_};
    const std::unique_ptr<Incoming> whole = std::move(incoming);
    if (crypto::bundle_id(whole->file_.read_at(kHeader, whole->size_)) != whole->id_) return No{Why::kBroken};
    keep(*whole);
    return Kept{by_id_.at(part.id)};
  } catch (const std::system_error& refused) {
    note_(std::string("a bundle is not taken: ") + refused.what());
    incoming.reset();
    return No{Why::kFull};
  }
}

void Bundles::keep(Incoming& incoming) {
  const Lodger lodger{next_cursor(), incoming.size_, incoming.id_, clock_.wall().time_since_epoch().count(), served()};
  incoming.file_.write_at(0, encode(lodger));
  try {
    incoming.file_.keep(name_of(lodger.cursor));
  } catch (const std::system_error&) {
    ::unlink((folder_ / name_of(lodger.cursor)).c_str());  // nobody is told that it is here, so it shall not be
    throw;
  }
  lodgers_.emplace(lodger.cursor, lodger);
  by_id_[lodger.id] = lodger.cursor;
  bytes_ += on_disk(lodger.size);
  drop_what_is_too_much();
}

// Where the file stays it is found again at the next start, and goes then.
void Bundles::drop(std::map<std::uint64_t, Lodger>::iterator which) {
  ::unlink((folder_ / name_of(which->first)).c_str());
  const auto named = by_id_.find(which->second.id);
  if (named != by_id_.end() && named->second == which->first) by_id_.erase(named);
  bytes_ -= on_disk(which->second.size);
  lodgers_.erase(which);
}

void Bundles::drop_what_is_too_much() {
  while (bytes_ > limits_.quota && lodgers_.size() > 1) drop(lodgers_.begin());
}

void Bundles::tick() {
  const seconds now = served();
  for (auto lodger = lodgers_.begin(); lodger != lodgers_.end();) {
    const auto one = lodger++;
    if (now - one->second.came_after > limits_.keep) drop(one);
  }
  try {
    write_ledger();
  } catch (const std::system_error& refused) {
    note_(refused.what());
  }
}

Answer Bundles::list(std::uint64_t after) const {
  Listing listing;
  listing.box = box_;
  listing.time_ms = clock_.wall().time_since_epoch().count();
  listing.quota = limits_.quota;
  listing.held = bytes_;
  listing.count = static_cast<std::uint32_t>(lodgers_.size());
  listing.keeps_days = static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::days>(limits_.keep).count());
  for (auto lodger = lodgers_.upper_bound(after); lodger != lodgers_.end(); ++lodger) {
    listing.more = listing.bundles.size() == kListedLimit;
    if (listing.more) break;
    listing.bundles.push_back({lodger->first, lodger->second.size, lodger->second.id});
  }
  return listing;
}

// What has rotted is given to nobody and listed no more, so whoever has the words brings them again.
Answer Bundles::get(const Get& asked) {
  const auto lodger = lodgers_.find(asked.cursor);
  if (lodger == lodgers_.end() || asked.at > lodger->second.size) return No{Why::kGone};
  const home::Descriptor file = open_bundle(folder_ / name_of(asked.cursor));
  Part part{asked.at, Bytes(std::min<std::size_t>(kPartSent, lodger->second.size - asked.at))};
  bool sound = file.is_open();
  if (sound && asked.at == 0) {
    Bytes all(lodger->second.size);
    sound = read_at(file.get(), kHeader, all) && crypto::bundle_id(all) == lodger->second.id;
  }
  if (sound && read_at(file.get(), kHeader + asked.at, part.part)) return part;
  note_("a bundle cannot be read any more, and is passed over: " + name_of(asked.cursor));
  ++passed_over_;
  bytes_ -= on_disk(lodger->second.size);
  by_id_.erase(lodger->second.id);
  lodgers_.erase(lodger);
  return No{Why::kGone};
}

Bundles::Told Bundles::told() const { return tell(lodgers_, passed_over_); }

Bundles::Told Bundles::look_at(const std::filesystem::path& folder) {
  const Found found = look_through(folder);
  return tell(found.lodgers, found.passed_over);
}

}  // namespace duolog::mailbox
