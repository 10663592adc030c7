// new_file.h: a file that is there whole or not at all, whatever happens when.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

#include "crypto/bytes.h"
#include "daemon/home/descriptor.h"

namespace duolog::mailbox {

inline constexpr std::string_view kPartBegin = ".part-";

// All throw std::system_error. What is not kept is gone when the object goes; after a kill a file of kPartBegin is
// left.
class NewFile {
 public:
  explicit NewFile(std::filesystem::path folder);
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  void write_at(std::uint64_t place, ByteView bytes);
  [[nodiscard]] Bytes read_at(std::uint64_t place, std::size_t length) const;
  // On the disk under that name, in the place of what was there, also after a power cut. Where it throws the name may
  // stand for either.
  void keep(const std::string& name);

 private:
  std::filesystem::path folder_;
  std::string part_;
  home::Descriptor file_;
  bool kept_ = false;
};

void replace_file(const std::filesystem::path& file, ByteView content);

}  // namespace duolog::mailbox
