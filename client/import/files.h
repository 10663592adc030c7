// files.h: a folder, a ZIP or a single file that somebody else has made, as names and streams. Nothing is unpacked onto
// the disk, so no name in it can lead anywhere; all the same, an archive that tries is refused whole: whoever made it
// meant no journal.
//
//   refused   absolute names, "..", backslashes, control characters, names that are not UTF-8, the same name twice,
//             symbolic links, what wants a password, more names than kNamesLimit, a file that unpacks to more than
//             kFileLimit, or to more than kRatioLimit times its packed size beyond kRatioFree
//   left out  of a folder: links, hidden files and folders, what is no plain file, folders below kDepthLimit others;
//             what has become one of these by the time it is opened is refused
//
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <istream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace duolog::client {

inline constexpr std::size_t kNamesLimit = 200'000;
inline constexpr std::uint64_t kFileLimit = std::uint64_t{2} << 30;  // bytes of one file that is read
inline constexpr std::uint64_t kRatioLimit = 200;
inline constexpr std::uint64_t kRatioFree = std::uint64_t{16} << 20;
inline constexpr std::size_t kNameLimit = 1024;
inline constexpr int kDepthLimit = 16;

inline constexpr const char* kBadFile = "BAD_FILE";  // the code of each Failure here

class Files {
 public:
  struct File {
    std::string name;  // below the folder or in the archive, with slashes
    std::uint64_t size = 0;
    std::int64_t changed_ms = 0;  // 0: not known
  };
  virtual ~Files() = default;
  // In the order of their names.
  [[nodiscard]] const std::vector<File>& all() const { return files_; }
  [[nodiscard]] const std::vector<std::string>& left_out() const { return left_out_; }
  // By its whole name; nullptr: there is none. A name that is not in all() leads nowhere, whoever gave it.
  [[nodiscard]] const File* find(std::string_view name) const;
  // The first of those whose name begins so and names no further folder; nullptr: there is none.
  [[nodiscard]] const File* find_beginning(std::string_view beginning) const;
  // Throws Failure where it cannot be read, also while it is read: the stream's exceptions are on.
  [[nodiscard]] virtual std::unique_ptr<std::istream> open(const File& file) const = 0;
  // All of it. Throws Failure over `limit`.
  [[nodiscard]] std::string read(const File& file, std::uint64_t limit) const;
  [[nodiscard]] bool is_single() const { return single_; }

 protected:
  std::vector<File> files_;
  std::vector<std::string> left_out_;
  bool single_ = false;
};

// Throws Failure: not there, not readable, refused.
std::unique_ptr<Files> open_files(const std::filesystem::path& place);

// Every file here that cannot be used: what is wrong with it and what to do. `name` is foreign.
[[noreturn]] void refuse_file(const std::string& name, const std::string& why, const std::string& hint);

}  // namespace duolog::client
