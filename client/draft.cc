// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/draft.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <functional>
#include <iterator>
#include <system_error>

#include "client/failure.h"
#include "client/program.h"
#include "client/sanitise.h"
#include "client/words.h"

namespace duolog::client {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kBeganFrom = ".began-from";  // beside a draft
constexpr std::size_t kBeganFromLimit = 16 << 10;

// Where somebody else may rename what is ours, a draft is not safe: after `su` with the environment kept, for example.
bool only_we_rename_in(const fs::path& folder) {
  struct stat found{};
  return ::stat(folder.c_str(), &found) == 0 && (found.st_uid == ::geteuid() || (found.st_mode & S_ISVTX) != 0);
}

std::vector<fs::path> memory_folders() {
  std::vector<fs::path> folders;
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  if (runtime != nullptr && runtime[0] == '/') folders.emplace_back(runtime);
  folders.emplace_back("/dev/shm");
  std::erase_if(folders, [](const fs::path& folder) {
    struct statfs found{};
    if (!only_we_rename_in(folder)) return true;
    if (::statfs(folder.c_str(), &found) != 0 || ::access(folder.c_str(), W_OK | X_OK) != 0) return true;
    return found.f_type != TMPFS_MAGIC && found.f_type != RAMFS_MAGIC;
  });
  return folders;
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// A new file with this text; false where there is no room for it.
bool put(const fs::path& file, std::string_view text) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return false;
  const bool whole = write_all(fd, text);
  return ::close(fd) == 0 && whole;
}

// Up to one byte over the limit, so that the caller can tell.
std::string read_all(int fd) {
  std::string text;
  std::array<char, 1 << 16> bytes{};
  while (text.size() <= kTextLimit) {
    const auto got = ::read(fd, bytes.data(), bytes.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw std::system_error(errno, std::generic_category(), "the text cannot be read");
    if (got == 0) return text;
    text.append(bytes.data(), static_cast<std::size_t>(got));
  }
  throw too_long(kTextLimit);
}

// Memory may be swapped out: what was there is overwritten before it is let go.
void overwrite(int fd) {
  struct stat found{};
  if (fd < 0 || ::fstat(fd, &found) != 0 || !S_ISREG(found.st_mode)) return;
  constexpr std::size_t kBlock = 64 << 10;  // what was opened may be a gigabyte
  const std::string zeros(kBlock, '\0');
  for (auto left = static_cast<std::size_t>(found.st_size); left > 0;) {
    const auto length = std::min(left, kBlock);
    if (!write_all(fd, std::string_view(zeros).substr(0, length))) return;
    left -= length;
  }
}

void shred_file(const fs::path& file) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
  overwrite(fd);
  if (fd >= 0) ::close(fd);
  ::unlink(file.c_str());
}

// Held by this process and inherited by the editor: whoever of the two lives longest is still writing.
// False: somebody else is.
bool hold(const fs::path& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  if (fd < 0) return false;
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return true;  // open until the process ends
  ::close(fd);
  return false;
}

bool is_blank(const std::string& text) { return text.find_first_not_of(" \t\r\n") == std::string::npos; }

std::string editor() {
  for (const char* variable : {"VISUAL", "EDITOR"}) {
    const char* value = std::getenv(variable);
    if (value != nullptr && *value != '\0') return value;
  }
  for (const char* program : {"sensible-editor", "editor", "nano", "vi"}) {
    if (is_installed(program)) return program;
  }
  throw Failure(Exit::kFailed, "NO_EDITOR", "there is no editor here",
                "set EDITOR, or write on one line: duolog write WORDS");
}

}  // namespace

Draft Draft::make(std::string_view text, const DraftKind& kind) {
  for (const auto& folder : memory_folders()) {
    auto name = (folder / kind.folder).string() + "XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) continue;  // 0700
    hold(name);
    const Draft draft(fs::path(name) / kind.file);
    if (put(draft.file_, text)) return draft;
    draft.shred();  // this memory is full
  }
  throw Failure(Exit::kFailed, "NO_MEMORY_FOLDER",
                "there is no folder in memory with room for the draft, and it does not belong on the disk",
                "duolog write < FILE, or mount a tmpfs at /dev/shm, or make room there");
}

void Draft::edit() const {
  // As git does it: the variable may hold options, so a shell takes it apart.
  const int status = run_in_terminal({"/bin/sh", "-c", editor() + " \"$@\"", "sh", file_.string()});
  if (status == 0) return;
  throw Failure(Exit::kFailed, "EDITOR",
                "the editor ended with status " + std::to_string(status) + "; nothing was saved",
                "VISUAL or EDITOR says which one is opened");
}

std::string Draft::read() const {
  const int fd = ::open(file_.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), "the draft cannot be read");
  try {
    auto text = read_all(fd);
    ::close(fd);
    return text;
  } catch (...) {
    ::close(fd);
    throw;
  }
}

bool Draft::replace(std::string_view text) const {
  auto beside = file_;
  beside += "~";
  ::unlink(beside.c_str());
  if (!put(beside, text)) {
    shred_file(beside);
    return false;
  }
  const int before = ::open(file_.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
  const bool done = ::rename(beside.c_str(), file_.c_str()) == 0;
  if (done) overwrite(before);
  if (before >= 0) ::close(before);
  return done;
}

void Draft::shred() const {
  std::error_code trouble;
  for (const auto& left : fs::directory_iterator(file_.parent_path(), trouble)) shred_file(left.path());
  ::rmdir(file_.parent_path().c_str());
}

std::string Draft::kept_hint() const {
  if (file_.filename() == kPracticeDraft.file) {
    return "your text is kept in memory until you log out: duolog practices new opens it again";
  }
  return "your text is kept in memory until you log out: duolog write opens it again; to save it as it is: "
         "duolog write < " +
         file_.string();
}

bool Draft::blank() const {
  try {
    return is_blank(read());
  } catch (const std::exception&) {
    return false;  // whatever is in it is to be kept
  }
}

void Draft::began_from(std::string_view what) const {
  const auto beside = file_.parent_path() / kBeganFrom;
  if (!put(beside, what)) shred_file(beside);  // it costs a version that stays beside the new one, and no word
}

std::string Draft::began_from() const {
  const int fd = ::open((file_.parent_path() / kBeganFrom).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return {};
  std::array<char, kBeganFromLimit> bytes{};
  const auto got = ::read(fd, bytes.data(), bytes.size());
  ::close(fd);
  return {bytes.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
}

std::optional<Draft> Draft::behind_standard_input(const DraftKind& kind) {
  struct stat input{};
  if (::fstat(STDIN_FILENO, &input) != 0 || !S_ISREG(input.st_mode)) return std::nullopt;
  for (const auto& file : left_behind(kind)) {
    struct stat found{};
    if (::lstat(file.c_str(), &found) == 0 && found.st_dev == input.st_dev && found.st_ino == input.st_ino) {
      return Draft(file);
    }
  }
  return std::nullopt;
}

std::vector<fs::path> Draft::left_behind(const DraftKind& kind) {
  std::vector<fs::path> found;
  for (const auto& folder : memory_folders()) {
    std::error_code trouble;
    for (const auto& entry : fs::directory_iterator(folder, trouble)) {
      struct stat owner{};
      if (!entry.path().filename().string().starts_with(kind.folder)) continue;
      if (::lstat(entry.path().c_str(), &owner) != 0 || owner.st_uid != ::geteuid() || !S_ISDIR(owner.st_mode))
        continue;
      const auto file = entry.path() / kind.file;
      if (fs::is_regular_file(file, trouble)) found.push_back(file);
    }
  }
  return found;
}

void Draft::sweep(std::string_view folder_prefix) {
  for (const auto& folder : memory_folders()) {
    std::error_code trouble;
    for (const auto& entry : fs::directory_iterator(folder, trouble)) {
      struct stat owner{};
      if (!entry.path().filename().string().starts_with(folder_prefix)) continue;
      if (::lstat(entry.path().c_str(), &owner) != 0 || owner.st_uid != ::geteuid() || !S_ISDIR(owner.st_mode))
        continue;
      if (hold(entry.path())) Draft(entry.path() / "any").shred();
    }
  }
}

std::string Draft::described() const {
  struct stat found{};
  if (::stat(file_.c_str(), &found) != 0) return "unreadable";
  std::array<char, 32> when{};
  struct tm local{};
  static_cast<void>(::localtime_r(&found.st_mtime, &local));
  static_cast<void>(std::strftime(when.data(), when.size(), "%Y-%m-%d %H:%M", &local));
  return std::to_string(found.st_size) + " bytes, last changed " + when.data();
}

std::optional<Draft> Draft::taken_up(const fs::path& file) {
  return hold(file.parent_path()) ? std::optional(Draft(file)) : std::nullopt;
}

std::vector<Draft> Draft::abandoned(const DraftKind& kind) {
  std::vector<Draft> drafts;
  for (const auto& file : left_behind(kind)) {
    if (!hold(file.parent_path())) continue;
    const Draft draft(file);
    std::error_code trouble;
    const auto files = fs::directory_iterator(file.parent_path(), trouble);
    const auto theirs =
        std::count_if(begin(files), end(files), [](const auto& one) { return one.path().filename() != kBeganFrom; });
    if (theirs == 1 && draft.blank()) {
      draft.shred();  // what an editor rescues beside it is not blank
    } else {
      drafts.push_back(draft);
    }
  }
  const auto changed = [](const Draft& draft) {
    std::error_code trouble;
    return fs::last_write_time(draft.file_, trouble);
  };
  std::ranges::sort(drafts, std::greater(), changed);
  return drafts;
}

std::string read_standard_input() { return read_all(STDIN_FILENO); }

std::string checked_text(std::string text) {
  const auto fault = utf8_fault(text);
  if (fault != std::string_view::npos) throw not_utf8("the text", fault);
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  if (is_blank(text)) throw nothing_to_save();
  if (text.size() > kTextLimit) throw too_long(kTextLimit);
  return text;
}

}  // namespace duolog::client
