// drop_folder.h: a folder that two computers share somehow, as files: nothing in it is trusted. Whoever can write there
// can put links, pipes, a million names or a file without end into it; each call does a bounded piece of work.
//
// A bundle there is called by 16 random hex digits and ".duolog", which says nothing of whose it is. It appears whole,
// by a rename; a program that brings the folder over may still show half of it.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <compare>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "crypto/bytes.h"
#include "daemon/home/descriptor.h"

namespace duolog {

inline constexpr std::size_t kNamesRead = 100'000;  // entries of the folder in one look
inline constexpr std::size_t kFilesFound = 4096;    // bundles among them

std::string drop_name();  // a new one
bool is_drop_name(std::string_view name);

class DropFolder {
 public:
  explicit DropFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // Which file it is, and of which moment: another size or time is another try.
  struct Found {
    std::string name;
    std::uint64_t size = 0;
    std::int64_t changed_ns = 0;
    std::uint64_t file = 0;
    auto operator<=>(const Found&) const = default;
  };
  // Regular files of such a name, by name. Takes away what a kill has left of ours, a day later. Throws
  // std::system_error where the folder cannot be read.
  [[nodiscard]] std::vector<Found> look() const;
  // Not open: it is not there any more, or something else, or may not be read.
  [[nodiscard]] home::Descriptor open(const std::string& name) const;
  [[nodiscard]] bool has(const std::string& name) const;
  // A regular file; nothing else is touched. Throws std::system_error where it is not known to be gone.
  void remove(const std::string& name) const;

  // A file that has no such name until it is kept.
  class Writing {
   public:
    Writing(const std::filesystem::path& folder, std::string name);  // throws std::system_error, as all here
    ~Writing();
    Writing(const Writing&) = delete;
    Writing& operator=(const Writing&) = delete;
    void write(ByteView bytes);
    void keep();
    [[nodiscard]] const std::string& name() const { return name_; }

   private:
    home::Descriptor folder_;
    std::string name_;
    std::string part_;
    home::Descriptor file_;
    bool kept_ = false;
  };
  [[nodiscard]] const std::filesystem::path& path() const { return folder_; }

 private:
  std::filesystem::path folder_;
};

}  // namespace duolog
