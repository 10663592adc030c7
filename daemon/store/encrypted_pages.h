// encrypted_pages.h: a file of SQLite's whose every page is sealed, as a VFS over the system's own.
//
// On the disk a page is  ciphertext (4056) || tag (16) || nonce (24)  under XChaCha20-Poly1305, its number bound in;
// the 40 bytes at the end are those that SQLite leaves free. In memory stands for every page the first part of its
// nonce, its stamp: a page that is authentic but older than the newest is refused like one that was made up. Nothing
// but the one main database is ever opened: no journal, no temporary file, no shared memory.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "crypto/page.h"

namespace duolog::store {

class EncryptedPages {
 public:
  static constexpr int kPageSize = 4096;
  static constexpr int kReserved = static_cast<int>(crypto::kPageSealLength);

  using Stamp = std::uint64_t;
  static constexpr Stamp kNeverWritten = 0;  // SQLite left it out: it reads as zeros
  using Stamps = std::vector<Stamp>;         // of page 1 first

  // `stamps`: those of the file as it lies; empty for a new one. `before_first_write` runs before anything of the file
  // changes, and again after settle(); where it throws the write is refused.
  EncryptedPages(crypto::PageKey key, Stamps stamps, std::function<void()> before_first_write);
  ~EncryptedPages();  // REQUIRES: the database that was opened by it is closed
  EncryptedPages(const EncryptedPages&) = delete;
  EncryptedPages& operator=(const EncryptedPages&) = delete;

  // The name to open the file under, once. The file must exist.
  [[nodiscard]] const std::string& vfs() const;

  [[nodiscard]] const Stamps& stamps() const;
  [[nodiscard]] bool changed() const;  // since it was opened, or since settle()
  void sync();                         // the file is on the disk. Throws std::runtime_error
  void settle();                       // the stamps are kept: before_first_write runs before the next change

  // What went wrong first, for notes; empty while all is well. From then on nothing is read or written.
  [[nodiscard]] const std::string& trouble() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace duolog::store
