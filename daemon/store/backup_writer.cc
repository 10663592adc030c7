// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/store/backup_writer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "daemon/home/descriptor.h"
#include "daemon/store/database_copy.h"
#include "daemon/store/log_walk.h"

namespace duolog::store {
namespace {

namespace fs = std::filesystem;

constexpr int kCopySlice = 256;            // pages between two looks at the sockets: a MiB
constexpr std::size_t kCheckSlice = 2048;  // records
constexpr std::size_t kBatch = 1 << 20;    // bytes that next() gives at a time

struct Source {
  std::string name;
  fs::path file;
  std::uint64_t size = 0;
};

[[noreturn]] void unreadable(const fs::path& file, const std::string& why) {
  throw BadDatabase(fmt::format("{} cannot be read: {}\nhint: the disk may be failing: make a copy of the whole folder",
                                file.string(), why));
}

std::vector<Source> chunks_in(const fs::path& folder) {
  std::vector<Source> found;
  std::error_code absent;
  for (fs::directory_iterator at(folder, absent), end; !absent && at != end; at.increment(absent)) {
    const std::string name = "blobs/" + at->path().filename().string();
    std::error_code gone;
    if (!is_backup_name(name) || at->symlink_status(gone).type() != fs::file_type::regular || gone) continue;
    const std::uintmax_t size = fs::file_size(at->path(), gone);
    if (!gone) found.push_back({name, at->path(), size});
  }
  if (absent && absent != std::errc::no_such_file_or_directory) unreadable(folder, absent.message());
  return found;
}

}  // namespace

struct BackupWriter::State {
  explicit State(BackupParts given) : parts(std::move(given)), copy(parts.source, parts.copy) {}

  // The copy as a daemon would open it; it goes before the copy is read as a file.
  struct Check {
    explicit Check(const fs::path& file) : database(file, Database::Open::kExisting), log(database), walk(log) {}
    Database database;
    SealedLog log;
    LogWalk walk;
  };

  void check_slice();
  void begin_writing();
  void append_vault(Bytes& out);
  void append_file_part(Bytes& out);
  bool open_next(Bytes& out);

  BackupParts parts;
  DatabaseCopy copy;
  Stage stage = Stage::kCopying;
  std::unique_ptr<Check> check;
  std::uint64_t records = 0;
  std::uint64_t missing = 0;
  std::vector<std::string> damage;

  BackupFrames frames;
  std::vector<Source> left;  // the next one last
  std::optional<home::Descriptor> reading;
  fs::path reading_file;
  std::uint64_t to_read = 0;
  bool begun = false;
  Progress written;
};

BackupWriter::BackupWriter(BackupParts parts) : state_(std::make_unique<State>(std::move(parts))) {}
BackupWriter::~BackupWriter() = default;

void BackupWriter::work() {
  if (state_->stage == Stage::kCopying) {
    if (state_->copy.step(kCopySlice)) return;
    state_->check = std::make_unique<State::Check>(state_->copy.file());
    state_->stage = Stage::kChecking;
  } else if (state_->stage == Stage::kChecking) {
    state_->check_slice();
  }
}

void BackupWriter::State::check_slice() {
  if (check->walk.step(kCheckSlice)) return;
  records = check->walk.read();
  missing = missing_in_all(check->log);
  for (const Damage& one : check->log.damage()) damage.push_back(one.what);
  check.reset();
  begin_writing();
}

void BackupWriter::State::begin_writing() {
  left = chunks_in(parts.blobs);
  std::error_code unknown;
  left.push_back({"duolog.db", copy.file(), fs::file_size(copy.file(), unknown)});
  if (unknown) unreadable(copy.file(), unknown.message());
  written.total = parts.vault.size();
  for (const Source& one : left) written.total += one.size;
  stage = Stage::kWriting;
}

// A chunk that was taken back meanwhile is not in the backup. False: there is no further file.
bool BackupWriter::State::open_next(Bytes& out) {
  while (!left.empty()) {
    const Source next = std::move(left.back());
    left.pop_back();
    home::Descriptor opened(::open(next.file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (!opened.is_open() && errno == ENOENT && next.name != "duolog.db") continue;
    struct stat found{};
    if (!opened.is_open() || ::fstat(opened.get(), &found) != 0)
      unreadable(next.file, std::generic_category().message(errno));
    to_read = static_cast<std::uint64_t>(found.st_size);
    append(out, frames.file(next.name, to_read));
    reading_file = next.file;
    if (to_read == 0) continue;
    reading.emplace(std::move(opened));
    return true;
  }
  return false;
}

void BackupWriter::State::append_file_part(Bytes& out) {
  Bytes piece(static_cast<std::size_t>(std::min<std::uint64_t>(kBackupPiece, to_read)));
  for (std::size_t have = 0; have < piece.size();) {
    const ssize_t got = ::read(reading->get(), piece.data() + have, piece.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) unreadable(reading_file, std::generic_category().message(errno));
    if (got == 0) unreadable(reading_file, "it is shorter than a moment ago");
    have += static_cast<std::size_t>(got);
  }
  to_read -= piece.size();
  written.done += piece.size();
  append(out, frames.piece(piece));
  if (to_read == 0) reading.reset();
}

void BackupWriter::State::append_vault(Bytes& out) {
  append(out, frames.file("vault", parts.vault.size()));
  for (ByteView rest(parts.vault); !rest.empty();) {
    const ByteView piece = rest.first(std::min(rest.size(), kBackupPiece));
    append(out, frames.piece(piece));
    rest = rest.subspan(piece.size());
  }
  written.done += parts.vault.size();
}

Bytes BackupWriter::next() {
  check(stage() == Stage::kWriting || stage() == Stage::kDone, "a backup was read before it was made");
  State& state = *state_;
  Bytes out;
  if (stage() == Stage::kDone) return out;
  if (!std::exchange(state.begun, true)) {
    append(out, state.frames.head(state.parts.head));
    state.append_vault(out);
  }
  while (out.size() < kBatch) {
    if (!state.reading && !state.open_next(out)) {
      append(out, state.frames.end(state.parts.key));
      state.stage = Stage::kDone;
      return out;
    }
    state.append_file_part(out);
  }
  return out;
}

BackupWriter::Stage BackupWriter::stage() const { return state_->stage; }

BackupWriter::Progress BackupWriter::progress() const {
  switch (state_->stage) {
    case Stage::kCopying:
      return {state_->copy.copied(), state_->copy.pages()};
    case Stage::kChecking:
      return {state_->check->walk.read(), state_->check->walk.total()};
    default:
      return state_->written;
  }
}

std::uint64_t BackupWriter::records() const { return state_->records; }
std::uint64_t BackupWriter::missing() const { return state_->missing; }
const std::vector<std::string>& BackupWriter::damage() const { return state_->damage; }

}  // namespace duolog::store
