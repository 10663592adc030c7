// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/import/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <streambuf>

#include "client/failure.h"
#include "client/import/zip_files.h"
#include "client/sanitise.h"

namespace duolog::client {
namespace {

namespace fs = std::filesystem;

constexpr const char* kNothingWritten = "nothing was imported";

std::int64_t changed_ms(const struct stat& found) {
  return std::int64_t{found.st_mtim.tv_sec} * 1000 + found.st_mtim.tv_nsec / 1'000'000;
}

std::unique_ptr<std::istream> open_plain(const fs::path& place, const std::string& name) {
  auto stream = std::make_unique<std::ifstream>(place, std::ios::binary);
  if (!*stream) refuse_file(name, std::string("cannot be read: ") + std::strerror(errno), kNothingWritten);
  return stream;
}

// A plain file that is open, as a stream.
class Opened : public std::istream {
 public:
  Opened(int fd, std::string name) : std::istream(nullptr), bytes_(fd, std::move(name)) {
    rdbuf(&bytes_);
    exceptions(std::ios::badbit);  // so that a Failure of the buffer comes through
  }

 private:
  class Bytes : public std::streambuf {
   public:
    Bytes(int fd, std::string name) : fd_(fd), name_(std::move(name)) {}
    ~Bytes() override { ::close(fd_); }
    Bytes(const Bytes&) = delete;
    Bytes& operator=(const Bytes&) = delete;

   protected:
    int_type underflow() override {
      ssize_t got = 0;
      do {
        got = ::read(fd_, bytes_.data(), bytes_.size());
      } while (got < 0 && errno == EINTR);
      if (got < 0) refuse_file(name_, std::string("cannot be read: ") + std::strerror(errno), kNothingWritten);
      if (got == 0) return traits_type::eof();
      setg(bytes_.data(), bytes_.data(), bytes_.data() + got);
      return traits_type::to_int_type(bytes_[0]);
    }

   private:
    int fd_;
    std::string name_;
    std::array<char, 1 << 16> bytes_{};
  };
  Bytes bytes_;
};

// Step by step, through no link and out of no folder, whatever has been put there since the names were read. -1: errno.
int open_below(int folder, const std::string& name) {
  constexpr int kWay = O_RDONLY | O_NOFOLLOW | O_CLOEXEC;
  int at = folder;
  for (std::size_t begin = 0;;) {
    const auto end = name.find('/', begin);
    const bool last = end == std::string::npos;
    const auto part = name.substr(begin, last ? end : end - begin);
    const int next = ::openat(at, part.c_str(), kWay | (last ? O_NONBLOCK : O_DIRECTORY));
    const int why = errno;
    if (at != folder) ::close(at);
    errno = why;
    if (next < 0 || last) return next;
    at = next;
    begin = end + 1;
  }
}

class OneFile : public Files {
 public:
  OneFile(const fs::path& place, const struct stat& found) : place_(place) {
    files_.push_back({place.filename().string(), static_cast<std::uint64_t>(found.st_size), changed_ms(found)});
    single_ = true;
  }
  [[nodiscard]] std::unique_ptr<std::istream> open(const File& file) const override {
    return open_plain(place_, file.name);
  }

 private:
  fs::path place_;
};

class Folder : public Files {
 public:
  explicit Folder(const fs::path& place) : place_(place) {
    walk(place, "", 0);
    std::ranges::sort(files_, {}, &File::name);
    fd_ = ::open(place.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  }
  ~Folder() override { ::close(fd_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::unique_ptr<std::istream> open(const File& file) const override {
    const int opened = open_below(fd_, file.name);
    if (opened < 0) refuse_file(file.name, std::string("cannot be read: ") + std::strerror(errno), kNothingWritten);
    auto stream = std::make_unique<Opened>(opened, file.name);
    struct stat found{};
    if (::fstat(opened, &found) != 0 || !S_ISREG(found.st_mode))
      refuse_file(file.name, "is no plain file any more", kNothingWritten);
    return stream;
  }

 private:
  void walk(const fs::path& folder, const std::string& below, int depth) {
    std::error_code trouble;
    fs::directory_iterator entries(folder, trouble);
    if (trouble) refuse_file(folder.string(), "cannot be read: " + trouble.message(), kNothingWritten);
    for (const auto& entry : entries) {
      const auto name = below + entry.path().filename().string();
      struct stat found{};
      if (::lstat(entry.path().c_str(), &found) != 0) continue;
      if (entry.path().filename().string().starts_with('.') || utf8_fault(name) != std::string::npos) {
        left_out_.push_back(name);
      } else if (S_ISDIR(found.st_mode) && depth < kDepthLimit) {
        walk(entry.path(), name + "/", depth + 1);
      } else if (S_ISREG(found.st_mode)) {
        files_.push_back({name, static_cast<std::uint64_t>(found.st_size), changed_ms(found)});
        if (files_.size() > kNamesLimit)
          refuse_file(place_.string(), "holds more than " + std::to_string(kNamesLimit) + " files",
                      "name the folder that has the journal in it");
      } else {
        left_out_.push_back(name);
      }
    }
  }
  fs::path place_;
  int fd_ = -1;
};

bool is_zip(const fs::path& place) {
  std::ifstream stream(place, std::ios::binary);
  char begin[4] = {};
  stream.read(begin, sizeof(begin));
  return stream.gcount() == 4 && (std::memcmp(begin, "PK\3\4", 4) == 0 || std::memcmp(begin, "PK\5\6", 4) == 0);
}

}  // namespace

void refuse_file(const std::string& name, const std::string& why, const std::string& hint) {
  throw Failure(Exit::kFailed, kBadFile, sanitise_line(name) + ": " + why, hint);
}

const Files::File* Files::find(std::string_view name) const {
  const auto at = std::ranges::lower_bound(files_, name, {}, &File::name);
  return at != files_.end() && at->name == name ? &*at : nullptr;
}

const Files::File* Files::find_beginning(std::string_view beginning) const {
  for (auto at = std::ranges::lower_bound(files_, beginning, {}, &File::name);
       at != files_.end() && at->name.starts_with(beginning); ++at)
    if (at->name.find('/', beginning.size()) == std::string::npos) return &*at;
  return nullptr;
}

std::string Files::read(const File& file, std::uint64_t limit) const {
  const auto stream = open(file);
  std::string text;
  std::string piece(1 << 16, '\0');
  while (stream->read(piece.data(), static_cast<std::streamsize>(piece.size())), stream->gcount() > 0) {
    text.append(piece, 0, static_cast<std::size_t>(stream->gcount()));
    if (text.size() > limit)
      refuse_file(file.name, "is longer than " + std::to_string(limit >> 20) + " MiB", kNothingWritten);
  }
  return text;
}

std::unique_ptr<Files> open_files(const fs::path& place) {
  struct stat found{};
  if (::stat(place.c_str(), &found) != 0) {
    const int why = errno;
    throw Failure(why == ENOENT ? Exit::kNotFound : Exit::kFailed, kBadFile,
                  sanitise_line(place.string()) + ": " + std::strerror(why),
                  "nothing was imported; is the name right?");
  }
  if (S_ISDIR(found.st_mode)) return std::make_unique<Folder>(place);
  if (!S_ISREG(found.st_mode)) refuse_file(place.string(), "is neither a file nor a folder", kNothingWritten);
  if (is_zip(place)) return open_zip(place);
  if (static_cast<std::uint64_t>(found.st_size) > kFileLimit)
    refuse_file(place.string(), "is longer than 2 GiB", "split it, and import one after the other");
  return std::make_unique<OneFile>(place, found);
}

}  // namespace duolog::client
