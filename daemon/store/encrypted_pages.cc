// encrypted_pages.cc: SQLite's calls to the disk, with every page sealed on its way out and proven on its way in.
//
// SQLite reads and writes whole pages, but for a few looks into page 1 before it knows how long a page is (and some
// into others, where it wants the beginning alone): the whole page is opened for each. It never writes a part.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/store/encrypted_pages.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <new>
#include <stdexcept>

#include "crypto/check.h"

namespace duolog::store {
namespace {

using Page = std::span<std::uint8_t>;
constexpr std::size_t kLength = EncryptedPages::kPageSize;

// The lowest bit is given away, so that none is kNeverWritten.
EncryptedPages::Stamp stamp_of(ByteView sealed_page) { return read_u64(crypto::page_nonce(sealed_page)) | 1; }

}  // namespace

struct EncryptedPages::State {
  // What SQLite holds for our file: the system's own lies behind it, in the memory that SQLite gave.
  struct File {
    sqlite3_file base;
    State* state;
    sqlite3_file* real;
  };

  State(crypto::PageKey with, Stamps known, std::function<void()> before);
  ~State() { sqlite3_vfs_unregister(&vfs); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  int open(const char* path, sqlite3_file* file, int flags, int* out_flags);
  int read(void* to, int amount, sqlite3_int64 at);
  int write(const void* from, int amount, sqlite3_int64 at);
  int truncate(sqlite3_int64 size);
  int load(std::size_t number, Page page);
  void begin_change();
  int refuse(int code, std::string_view what) noexcept;
  template <class Work>
  int guarded(Work&& work) noexcept;

  // ---- what SQLite calls ----
  static State& of(sqlite3_file* file) { return *reinterpret_cast<File*>(file)->state; }
  static sqlite3_file* real_of(sqlite3_file* file) { return reinterpret_cast<File*>(file)->real; }
  static sqlite3_io_methods methods();
  static const sqlite3_io_methods kMethods;

  crypto::PageKey key;
  Stamps stamps;
  std::function<void()> before_first_write;
  bool changed = false;
  std::string trouble;
  std::array<std::uint8_t, kLength> scratch{};
  sqlite3_file* file = nullptr;  // the system's, while it is open
  std::string name;
  sqlite3_vfs* real_vfs;
  sqlite3_vfs vfs;
};

// ---- one page at a time ----

// From here on nothing is read or written: SQLite may otherwise go on with what is in its memory.
int EncryptedPages::State::refuse(int code, std::string_view what) noexcept {
  try {
    if (trouble.empty()) trouble = what;
  } catch (const std::bad_alloc&) {
    trouble = "no memory";  // short enough to need none
  }
  return code;
}

// Nothing may be thrown through SQLite, which is C.
template <class Work>
int EncryptedPages::State::guarded(Work&& work) noexcept {
  if (!trouble.empty()) return SQLITE_IOERR;
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return refuse(SQLITE_IOERR_NOMEM, "no memory");
  } catch (const std::exception& error) {
    return refuse(SQLITE_IOERR, error.what());
  }
}

void EncryptedPages::State::begin_change() {
  if (changed) return;
  before_first_write();
  changed = true;
}

int EncryptedPages::State::load(std::size_t number, Page page) {
  if (stamps[number - 1] == kNeverWritten) {
    std::ranges::fill(page, std::uint8_t{0});
    return SQLITE_OK;
  }
  const int result =
      file->pMethods->xRead(file, page.data(), kPageSize, static_cast<sqlite3_int64>((number - 1) * kLength));
  if (result == SQLITE_IOERR_SHORT_READ) return refuse(SQLITE_IOERR_DATA, fmt::format("page {} is cut off", number));
  if (result != SQLITE_OK) return refuse(result, fmt::format("page {} cannot be read ({})", number, result));
  if (stamp_of(page) != stamps[number - 1]) {
    return refuse(SQLITE_IOERR_DATA, fmt::format("page {} is not what was written last", number));
  }
  if (!crypto::open_page(page, key, static_cast<std::uint32_t>(number))) {
    return refuse(SQLITE_IOERR_DATA, fmt::format("page {} is not authentic", number));
  }
  return SQLITE_OK;
}

int EncryptedPages::State::read(void* to, int amount, sqlite3_int64 at) {
  const Page out(static_cast<std::uint8_t*>(to), static_cast<std::size_t>(amount));
  const std::size_t number = static_cast<std::size_t>(at) / kLength + 1;
  const std::size_t offset = static_cast<std::size_t>(at) % kLength;
  if (offset + out.size() > kLength) return refuse(SQLITE_IOERR_READ, "SQLite reads across pages");
  if (number > stamps.size()) {  // as SQLite wants it behind the end
    std::ranges::fill(out, std::uint8_t{0});
    return SQLITE_IOERR_SHORT_READ;
  }
  if (out.size() == kLength) return load(number, out);
  const int result = load(number, scratch);
  if (result == SQLITE_OK) std::memcpy(to, &scratch[offset], out.size());
  crypto::wipe(scratch);
  return result;
}

int EncryptedPages::State::write(const void* from, int amount, sqlite3_int64 at) {
  const ByteView page(static_cast<const std::uint8_t*>(from), static_cast<std::size_t>(amount));
  if (page.size() != kLength || at % kPageSize != 0)
    return refuse(SQLITE_IOERR_WRITE, "SQLite writes a part of a page");
  const std::size_t number = static_cast<std::size_t>(at) / kLength + 1;
  if (!std::ranges::all_of(page.last(crypto::kPageSealLength), [](std::uint8_t byte) { return byte == 0; })) {
    return refuse(SQLITE_IOERR_WRITE, fmt::format("page {} has no room for its seal", number));
  }
  begin_change();
  if (number > stamps.size()) stamps.resize(number, kNeverWritten);
  std::ranges::copy(page, scratch.begin());
  crypto::seal_page(scratch, key, static_cast<std::uint32_t>(number));
  const int result = file->pMethods->xWrite(file, scratch.data(), kPageSize, at);
  if (result != SQLITE_OK) {
    return refuse(result, result == SQLITE_FULL ? std::string("the disk is full")
                                                : fmt::format("page {} cannot be written ({})", number, result));
  }
  stamps[number - 1] = stamp_of(scratch);
  return SQLITE_OK;
}

int EncryptedPages::State::truncate(sqlite3_int64 size) {
  if (size % kPageSize != 0) return refuse(SQLITE_IOERR_TRUNCATE, "SQLite cuts a page");
  begin_change();
  const int result = file->pMethods->xTruncate(file, size);
  if (result != SQLITE_OK) return refuse(result, fmt::format("the file cannot be cut ({})", result));
  stamps.resize(static_cast<std::size_t>(size) / kLength, kNeverWritten);
  return SQLITE_OK;
}

// ---- the file as SQLite sees it ----

// Version 1: no shared memory and no mapping of the file, which would go past us.
sqlite3_io_methods EncryptedPages::State::methods() {
  sqlite3_io_methods is{};
  is.iVersion = 1;
  is.xClose = [](sqlite3_file* f) {
    of(f).file = nullptr;
    return real_of(f)->pMethods->xClose(real_of(f));
  };
  is.xRead = [](sqlite3_file* f, void* to, int amount, sqlite3_int64 at) {
    return of(f).guarded([&] { return of(f).read(to, amount, at); });
  };
  is.xWrite = [](sqlite3_file* f, const void* from, int amount, sqlite3_int64 at) {
    return of(f).guarded([&] { return of(f).write(from, amount, at); });
  };
  is.xTruncate = [](sqlite3_file* f, sqlite3_int64 size) {
    return of(f).guarded([&] { return of(f).truncate(size); });
  };
  is.xSync = [](sqlite3_file* f, int flags) { return real_of(f)->pMethods->xSync(real_of(f), flags); };
  is.xFileSize = [](sqlite3_file* f, sqlite3_int64* size) {
    *size = static_cast<sqlite3_int64>(of(f).stamps.size() * kLength);
    return SQLITE_OK;
  };
  is.xLock = [](sqlite3_file* f, int level) { return real_of(f)->pMethods->xLock(real_of(f), level); };
  is.xUnlock = [](sqlite3_file* f, int level) { return real_of(f)->pMethods->xUnlock(real_of(f), level); };
  is.xCheckReservedLock = [](sqlite3_file* f, int* held) {
    return real_of(f)->pMethods->xCheckReservedLock(real_of(f), held);
  };
  is.xFileControl = [](sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; };
  is.xSectorSize = [](sqlite3_file*) { return kPageSize; };
  is.xDeviceCharacteristics = [](sqlite3_file*) { return 0; };
  return is;
}
const sqlite3_io_methods EncryptedPages::State::kMethods = methods();

// A journal or a temporary file would hold pages in the clear. None is made with the settings that ViewDatabase proves;
// where one is asked for all the same, there is none.
int EncryptedPages::State::open(const char* path, sqlite3_file* at, int flags, int* out_flags) {
  auto* ours = reinterpret_cast<File*>(at);
  ours->base.pMethods = nullptr;
  if ((flags & SQLITE_OPEN_MAIN_DB) == 0 || file != nullptr) return SQLITE_CANTOPEN;
  ours->state = this;
  ours->real = reinterpret_cast<sqlite3_file*>(ours + 1);
  const int result = real_vfs->xOpen(real_vfs, path, ours->real, flags & ~SQLITE_OPEN_CREATE, out_flags);
  if (result != SQLITE_OK) return result;
  ours->base.pMethods = &kMethods;
  file = ours->real;
  return SQLITE_OK;
}

EncryptedPages::State::State(crypto::PageKey with, Stamps known, std::function<void()> before)
    : key(std::move(with)),
      stamps(std::move(known)),
      before_first_write(std::move(before)),
      name(fmt::format("encrypted-pages-{}", fmt::ptr(this))),
      real_vfs(sqlite3_vfs_find(nullptr)),
      vfs(*real_vfs) {  // every other call goes to the system's, which ignores whose it is
  vfs.iVersion = 1;
  vfs.pNext = nullptr;
  vfs.zName = name.c_str();
  vfs.pAppData = this;
  vfs.szOsFile = static_cast<int>(sizeof(File)) + real_vfs->szOsFile;
  vfs.xOpen = [](sqlite3_vfs* self, const char* path, sqlite3_file* at, int flags, int* out_flags) {
    return static_cast<State*>(self->pAppData)->open(path, at, flags, out_flags);
  };
  // A journal that somebody laid beside the file is not ours, is not looked at, and is left where it is.
  vfs.xAccess = [](sqlite3_vfs*, const char*, int, int* there) {
    *there = 0;
    return SQLITE_OK;
  };
  vfs.xDelete = [](sqlite3_vfs*, const char*, int) { return SQLITE_IOERR_DELETE_NOENT; };
  check(sqlite3_vfs_register(&vfs, 0) == SQLITE_OK, "SQLite takes no VFS");
}

EncryptedPages::EncryptedPages(crypto::PageKey key, Stamps stamps, std::function<void()> before_first_write)
    : state_(std::make_unique<State>(std::move(key), std::move(stamps), std::move(before_first_write))) {}
EncryptedPages::~EncryptedPages() { check(state_->file == nullptr, "pages go before their database"); }

const std::string& EncryptedPages::vfs() const { return state_->name; }
const EncryptedPages::Stamps& EncryptedPages::stamps() const { return state_->stamps; }
bool EncryptedPages::changed() const { return state_->changed; }
void EncryptedPages::settle() { state_->changed = false; }
const std::string& EncryptedPages::trouble() const { return state_->trouble; }

void EncryptedPages::sync() {
  State& state = *state_;
  const int result = state.guarded([&] {
    const int synced = state.file->pMethods->xSync(state.file, SQLITE_SYNC_FULL);
    return synced == SQLITE_OK ? synced : state.refuse(synced, fmt::format("the file cannot be synced ({})", synced));
  });
  if (result != SQLITE_OK) throw std::runtime_error(state.trouble);
}

}  // namespace duolog::store
