// keys.h: a mailbox's two secrets, in one file beside its bundles: the key by which it is known, which stays, and that
// of its link, which a new link replaces.
//
// A running mailbox sees a new link at once: the file is looked at whenever somebody comes or asks. So the old one is
// refused from then on, and nobody need restart anything.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <compare>
#include <filesystem>
#include <memory>

#include "crypto/mailbox.h"

namespace duolog::mailbox {

struct Keys {
  crypto::NoiseSecret noise;
  crypto::MailboxSecret secret;
  NoisePublic server;  // of `noise`
  NoisePublic client;  // with which all devices of the link call
  crypto::PreparedPsk fits;
};

class KeyFile {
 public:
  explicit KeyFile(std::filesystem::path file) : file_(std::move(file)) {}

  [[nodiscard]] bool exists() const;
  // Durable when they return. Throw std::system_error.
  void make();      // REQUIRES: there is none
  void new_link();  // of the same mailbox. REQUIRES: now() is one
  // Null: it is not there, is damaged, or may be read by others. The same object as long as the file is the same.
  [[nodiscard]] std::shared_ptr<const Keys> now();

 private:
  struct Which {
    std::uint64_t file = 0;
    std::int64_t changed_ns = 0;
    auto operator<=>(const Which&) const = default;
  };
  void write(const crypto::NoiseSecret& noise, const crypto::MailboxSecret& secret) const;

  std::filesystem::path file_;
  Which which_;
  std::shared_ptr<const Keys> keys_;
};

}  // namespace duolog::mailbox
