// disk_vfs.cc: SQLite's calls to the disk, told to the node's Disk and passed on to the system's own VFS.
//
// It offers no shared memory, as the program needs none. What the system's VFS does beside the file is done here too: a
// journal or write-ahead log that was just made has its name synced with its first sync (nobody is told where that
// fails), and a removal is synced when SQLite asks for that. Syncs stop here: the folder lies in memory.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <sqlite3.h>

#include <cstring>
#include <utility>

#include "tests/simulation/disk.h"

namespace duolog::simulation {
namespace {

using Answer = Disk::Answer;

sqlite3_vfs* real_vfs = nullptr;  // SQLite's callbacks have no place for it
sqlite3_vfs our_vfs;

struct Held {
  Disk* disk;
  std::shared_ptr<Disk::File> file;
  bool name_is_unsynced;
};
struct OpenFile {
  sqlite3_file base;
  sqlite3_file* real;
  Held* held;  // null: a file without a name, which no crash brings back
};
OpenFile& ours(sqlite3_file* file) { return *reinterpret_cast<OpenFile*>(file); }
sqlite3_file* real_of(sqlite3_file* file) { return ours(file).real; }
const sqlite3_io_methods& real(sqlite3_file* file) { return *real_of(file)->pMethods; }

int code(Answer answer, int error) {
  return answer == Answer::kDone ? SQLITE_OK : answer == Answer::kFull ? SQLITE_FULL : error;
}

int close_file(sqlite3_file* file) {
  delete ours(file).held;
  return real(file).xClose(real_of(file));
}
int read_file(sqlite3_file* file, void* to, int amount, sqlite3_int64 at) {
  return real(file).xRead(real_of(file), to, amount, at);
}
int write_file(sqlite3_file* file, const void* from, int amount, sqlite3_int64 at) {
  Held* held = ours(file).held;
  if (held == nullptr) return real(file).xWrite(real_of(file), from, amount, at);
  sqlite3_int64 size = 0;
  real(file).xFileSize(real_of(file), &size);
  const auto* first = static_cast<const std::uint8_t*>(from);
  const auto written = held->disk->write(*held->file, static_cast<std::uint64_t>(at),
                                         {first, static_cast<std::size_t>(amount)}, at + amount > size);
  if (written.passed > 0) {
    const int result = real(file).xWrite(real_of(file), from, static_cast<int>(written.passed), at);
    if (result != SQLITE_OK) return result;
  }
  return code(written.answer, SQLITE_IOERR_WRITE);
}
int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  if (Held* held = ours(file).held) {
    const Answer answer = held->disk->cut(*held->file, static_cast<std::uint64_t>(size));
    if (answer != Answer::kDone) return SQLITE_IOERR_TRUNCATE;
  }
  return real(file).xTruncate(real_of(file), size);
}
int sync_file(sqlite3_file* file, int /*flags*/) {
  Held* held = ours(file).held;
  if (held == nullptr) return SQLITE_OK;
  const Answer answer = held->disk->sync(*held->file);
  if (answer == Answer::kDone && std::exchange(held->name_is_unsynced, false)) held->disk->sync_names();
  return code(answer, SQLITE_IOERR_FSYNC);
}
int file_size(sqlite3_file* file, sqlite3_int64* size) { return real(file).xFileSize(real_of(file), size); }
int lock_file(sqlite3_file* file, int level) { return real(file).xLock(real_of(file), level); }
int unlock_file(sqlite3_file* file, int level) { return real(file).xUnlock(real_of(file), level); }
int check_lock(sqlite3_file* file, int* held) { return real(file).xCheckReservedLock(real_of(file), held); }
int file_control(sqlite3_file* file, int operation, void* argument) {
  return real(file).xFileControl(real_of(file), operation, argument);
}
int sector_size(sqlite3_file* file) { return real(file).xSectorSize(real_of(file)); }
int characteristics(sqlite3_file* file) { return real(file).xDeviceCharacteristics(real_of(file)); }

sqlite3_io_methods methods_without_shared_memory() {
  sqlite3_io_methods methods{};
  methods.iVersion = 1;
  methods.xClose = close_file;
  methods.xRead = read_file;
  methods.xWrite = write_file;
  methods.xTruncate = truncate_file;
  methods.xSync = sync_file;
  methods.xFileSize = file_size;
  methods.xLock = lock_file;
  methods.xUnlock = unlock_file;
  methods.xCheckReservedLock = check_lock;
  methods.xFileControl = file_control;
  methods.xSectorSize = sector_size;
  methods.xDeviceCharacteristics = characteristics;
  return methods;
}
const sqlite3_io_methods kMethods = methods_without_shared_memory();

// The real file lies behind ours in the memory that SQLite gave.
int open_file(sqlite3_vfs* /*vfs*/, const char* path, sqlite3_file* file, int flags, int* out_flags) {
  OpenFile& opened = ours(file);
  opened.base.pMethods = nullptr;
  opened.held = nullptr;
  opened.real = reinterpret_cast<sqlite3_file*>(&opened + 1);
  Disk* disk = path != nullptr ? Disk::of(path) : nullptr;
  const std::string name = path != nullptr ? std::filesystem::path(path).filename().string() : "";
  bool is_new = false;
  if (disk != nullptr && disk->find(name) == nullptr) {
    if ((flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
    const Answer answer = disk->make(name);
    if (answer != Answer::kDone) return code(answer, SQLITE_IOERR);
    is_new = true;
  }
  const int result = real_vfs->xOpen(real_vfs, path, opened.real, flags, out_flags);
  if (opened.real->pMethods == nullptr) return result;
  opened.base.pMethods = &kMethods;
  const bool is_log = (flags & (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL)) != 0;
  if (disk != nullptr) opened.held = new Held{disk, disk->find(name), is_new && is_log};
  return result;
}

int delete_file(sqlite3_vfs* /*vfs*/, const char* path, int sync_folder) {
  Disk* disk = Disk::of(path);
  const std::string name = std::filesystem::path(path).filename().string();
  if (disk != nullptr && disk->find(name) != nullptr && disk->remove(name) != Answer::kDone) return SQLITE_IOERR_DELETE;
  const int result = real_vfs->xDelete(real_vfs, path, 0);
  if (result != SQLITE_OK || sync_folder == 0 || disk == nullptr) return result;
  return code(disk->sync_names(), SQLITE_IOERR_DIR_FSYNC);
}

// SQLite's own chance, the salts of its log, begins alike in each story.
int draw(sqlite3_vfs* /*vfs*/, int amount, char* out) {
  std::memset(out, 0x5a, static_cast<std::size_t>(amount));
  return amount;
}

}  // namespace

DiskVfs::DiskVfs() {
  real_vfs = sqlite3_vfs_find(nullptr);
  our_vfs = *real_vfs;  // every other call goes to the real one, which ignores whose it is
  our_vfs.zName = "simulated";
  our_vfs.pNext = nullptr;
  our_vfs.szOsFile = static_cast<int>(sizeof(OpenFile)) + real_vfs->szOsFile;
  our_vfs.xOpen = open_file;
  our_vfs.xDelete = delete_file;
  our_vfs.xRandomness = draw;
  sqlite3_vfs_register(&our_vfs, 1);
  sqlite3_randomness(0, nullptr);  // it draws anew
}

DiskVfs::~DiskVfs() {
  sqlite3_vfs_unregister(&our_vfs);
  sqlite3_vfs_register(real_vfs, 1);
}

}  // namespace duolog::simulation
