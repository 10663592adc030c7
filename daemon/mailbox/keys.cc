// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/mailbox/keys.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "daemon/home/descriptor.h"
#include "daemon/mailbox/new_file.h"

namespace duolog::mailbox {
namespace {

constexpr std::string_view kMagic = "DUOLOGMK";  // DO NOT CHANGE: || noise secret 32 || S_m 32
constexpr std::size_t kSecret = 32;
constexpr std::size_t kLength = 8 + kSecret + kSecret;

std::shared_ptr<const Keys> read(int fd) {
  crypto::SecretBytes bytes(kLength);
  if (::pread(fd, bytes.writable().data(), kLength, 0) != static_cast<ssize_t>(kLength)) return nullptr;
  if (as_text(bytes.view().first(kMagic.size())) != kMagic) return nullptr;
  auto noise = *crypto::NoiseSecret::from(bytes.view().subspan(kMagic.size(), kSecret));
  auto secret = *crypto::MailboxSecret::from(bytes.view().subspan(kMagic.size() + kSecret));
  const NoisePublic server = crypto::noise_public(noise);
  const NoisePublic client = crypto::noise_public(crypto::mailbox_client(secret));
  crypto::PreparedPsk fits = crypto::prepare_mailbox(secret, server);
  return std::make_shared<const Keys>(Keys{std::move(noise), std::move(secret), server, client, std::move(fits)});
}

}  // namespace

bool KeyFile::exists() const {
  struct stat found{};
  return ::lstat(file_.c_str(), &found) == 0;
}

void KeyFile::make() { write(crypto::NoiseSecret::random(), crypto::MailboxSecret::random()); }

void KeyFile::new_link() {
  const auto old = now();
  check(old != nullptr, "a new link of a mailbox without a key");
  write(old->noise, crypto::MailboxSecret::random());
}

void KeyFile::write(const crypto::NoiseSecret& noise, const crypto::MailboxSecret& secret) const {
  crypto::SecretBytes bytes(kLength);
  auto to = std::copy(kMagic.begin(), kMagic.end(), bytes.writable().begin());
  to = std::copy(noise.view().begin(), noise.view().end(), to);
  std::copy(secret.view().begin(), secret.view().end(), to);
  replace_file(file_, bytes.view());
}

std::shared_ptr<const Keys> KeyFile::now() {
  const home::Descriptor file(::open(file_.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat is{};
  const bool ours = file.is_open() && ::fstat(file.get(), &is) == 0 && S_ISREG(is.st_mode) &&
                    is.st_uid == ::geteuid() && (is.st_mode & (S_IRWXG | S_IRWXO)) == 0 &&
                    is.st_size == static_cast<off_t>(kLength);
  if (!ours) {
    which_ = {};
    keys_.reset();
    return nullptr;
  }
  const Which found{is.st_ino, is.st_ctim.tv_sec * std::int64_t{1'000'000'000} + is.st_ctim.tv_nsec};
  if (keys_ == nullptr || which_ != found) keys_ = read(file.get());
  which_ = found;
  return keys_;
}

}  // namespace duolog::mailbox
