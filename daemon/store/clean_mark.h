// clean_mark.h: the sealed file beside an encrypted one that says of which moment each of its pages is. While it
// stands, the file is whole, on the disk, and as its owner left it.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

#include "crypto/hash.h"
#include "daemon/store/encrypted_pages.h"

namespace duolog::store {

class CleanMark {
 public:
  struct Says {
    ByteArray<32> salt{};  // what the file's own key was derived with; nowhere else is it kept
    Hash schema;
    EncryptedPages::Stamps stamps;
  };
  CleanMark(std::filesystem::path file, const crypto::LocalKey& view_key);

  [[nodiscard]] bool is_there() const;
  // nullopt: missing, not ours, or of a file that has not `pages` pages.
  [[nodiscard]] std::optional<Says> read(std::uint64_t pages) const;
  void write(const Says& says) const;  // durably, or not at all. Throws std::system_error
  void remove() const;                 // durably. Throws std::system_error

 private:
  using Key = crypto::Secret<struct CleanMarkKeyTag>;
  std::filesystem::path file_;
  Key key_;
};

}  // namespace duolog::store
