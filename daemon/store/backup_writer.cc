// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/store/backup_writer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
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

[[noreturn]] void unreadable(const fs::path& file, const std::string& why) {
  throw BadDatabase(fmt::format("{} cannot be read: {}\nhint: the disk may be failing: make a copy of the whole folder",
                                file.string(), why));
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
  void append_pieces(Bytes& out, ByteView content);
  void append_vault(Bytes& out);
  void begin_database(Bytes& out);
  void append_database_part(Bytes& out);
  void append_chunk(Bytes& out);

  BackupParts parts;
  Bytes vault;  // from kChecking on
  DatabaseCopy copy;
  Stage stage = Stage::kCopying;
  std::unique_ptr<Check> check;
  std::uint64_t records = 0;
  std::uint64_t missing = 0;
  std::vector<std::string> damage;

  BackupFrames frames;
  std::optional<home::Descriptor> reading;  // the copy
  std::uint64_t to_read = 0;                // of it
  std::vector<ChunkId> chunks_left;         // the next one last
  std::uint64_t chunks = 0;
  bool begun = false;
  Progress written;
};

BackupWriter::BackupWriter(BackupParts parts) : state_(std::make_unique<State>(std::move(parts))) {}
BackupWriter::~BackupWriter() = default;

void BackupWriter::work() {
  if (state_->stage == Stage::kCopying) {
    if (state_->copy.step(kCopySlice)) return;
    state_->vault = state_->parts.vault();
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
  require_one_file(copy.file());
  begin_writing();
}

// The chunks are listed after the copy was made: what a record in it names is there by now.
void BackupWriter::State::begin_writing() {
  reading.emplace(::open(copy.file().c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  struct stat found{};
  if (!reading->is_open() || ::fstat(reading->get(), &found) != 0)
    unreadable(copy.file(), std::generic_category().message(errno));
  to_read = static_cast<std::uint64_t>(found.st_size);
  chunks_left = parts.blobs.all();
  std::sort(chunks_left.begin(), chunks_left.end());
  written.total = vault.size() + to_read + parts.blobs.bytes();
  stage = Stage::kWriting;
}

void BackupWriter::State::append_pieces(Bytes& out, ByteView content) {
  written.done += content.size();
  while (!content.empty()) {
    const ByteView piece = content.first(std::min(content.size(), kBackupPiece));
    append(out, frames.piece(piece));
    content = content.subspan(piece.size());
  }
}

void BackupWriter::State::append_vault(Bytes& out) {
  append(out, frames.file("vault", vault.size()));
  append_pieces(out, vault);
}

void BackupWriter::State::begin_database(Bytes& out) { append(out, frames.file("duolog.db", to_read)); }

void BackupWriter::State::append_database_part(Bytes& out) {
  Bytes piece(static_cast<std::size_t>(std::min<std::uint64_t>(kBackupPiece, to_read)));
  for (std::size_t have = 0; have < piece.size();) {
    const ssize_t got = ::read(reading->get(), piece.data() + have, piece.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) unreadable(copy.file(), std::generic_category().message(errno));
    if (got == 0) unreadable(copy.file(), "it is shorter than a moment ago");
    have += static_cast<std::size_t>(got);
  }
  to_read -= piece.size();
  append_pieces(out, piece);
  if (to_read > 0) return;
  reading.reset();
  copy.drop();  // what is taken back from now on does not lie in it until the last chunk was fetched
}

void BackupWriter::State::append_chunk(Bytes& out) {
  const ChunkId id = chunks_left.back();
  chunks_left.pop_back();
  const auto sealed = parts.blobs.get(id);
  if (!sealed && parts.blobs.has(id)) unreadable(backup_name(id), "too many files are open, or memory is short");
  if (!sealed) return;
  append(out, frames.file(backup_name(id), sealed->size()));
  append_pieces(out, *sealed);
  ++chunks;
}

Bytes BackupWriter::next() {
  check(stage() == Stage::kWriting || stage() == Stage::kDone, "a backup was read before it was made");
  State& state = *state_;
  Bytes out;
  if (stage() == Stage::kDone) return out;
  if (!std::exchange(state.begun, true)) {
    append(out, state.frames.head(state.parts.head));
    state.append_vault(out);
    state.begin_database(out);
  }
  while (out.size() < kBatch) {
    if (state.to_read > 0) {
      state.append_database_part(out);
    } else if (!state.chunks_left.empty()) {
      state.append_chunk(out);
    } else {
      append(out, state.frames.end(state.parts.key));
      state.stage = Stage::kDone;
      break;
    }
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
std::uint64_t BackupWriter::chunks() const { return state_->chunks; }

}  // namespace duolog::store
