// vault_file.cc: files that only their owner may read, replaced whole or not at all.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/store/vault_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "daemon/home/descriptor.h"
#include "daemon/home/home.h"

namespace duolog::store {
namespace {

namespace fs = std::filesystem;
using crypto::SecretBytes;
using crypto::VaultKeyFile;
using crypto::VaultLock;
using crypto::VaultMode;
using home::Descriptor;

constexpr std::size_t kVaultLimit = 4 << 20;         // journals and their epochs' secrets: far less
constexpr std::string_view kVaultMagic = "DUOLOGV";  // crypto/vault.h
constexpr char kVaultVersion = '1';
constexpr mode_t kOthersMayAnything = S_IRWXG | S_IRWXO;

std::system_error failed(const fs::path& file) { return {errno, std::generic_category(), file.string()}; }

[[noreturn]] void refuse(const fs::path& file, std::string_view what, std::string_view hint) {
  throw BadVaultFile(fmt::format("{} {}; nothing was changed\nhint: {}", file.string(), what, hint));
}

void write_all(const Descriptor& to, ByteView bytes, const fs::path& file) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(to.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) throw failed(file);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void write_new(const fs::path& file, ByteView bytes) {
  const Descriptor opened(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!opened.is_open()) throw failed(file);
  write_all(opened, bytes, file);
  if (::fsync(opened.get()) != 0) throw failed(file);
}

// Judged by the open file, so that nothing can be exchanged between the look and the reading.
std::size_t judged_size(const Descriptor& opened, const fs::path& file, std::size_t limit) {
  struct stat found{};
  if (::fstat(opened.get(), &found) != 0) refuse(file, "cannot be read", "look at the disk");
  if (!S_ISREG(found.st_mode)) refuse(file, "is not an ordinary file", "restore it from a backup");
  if (found.st_uid != ::geteuid()) refuse(file, "belongs to another user", "use a file of your own");
  if ((found.st_mode & kOthersMayAnything) != 0) {
    refuse(file, "can be reached by others",
           fmt::format("chmod 600 '{}', and think of who may have read it", file.string()));
  }
  const auto size = static_cast<std::uint64_t>(found.st_size);
  if (size > limit) refuse(file, fmt::format("is longer than {} bytes", limit), "restore it from a backup");
  return static_cast<std::size_t>(size);
}

VaultKeyFile read_key(const fs::path& file) {
  Bytes bytes = read_private_file(file, VaultKeyFile::kLength);
  auto key = VaultKeyFile::from(bytes);
  crypto::wipe(bytes);
  if (!key) refuse(file, "is no key file", "restore it from a backup: without it the vault stays closed");
  return std::move(*key);
}

std::optional<VaultFile::Opened> opened_with(std::optional<VaultLock> lock, ByteView file) {
  if (!lock) return std::nullopt;
  auto payload = lock->open(file);
  if (!payload) return std::nullopt;
  return VaultFile::Opened{std::move(*lock), std::move(*payload)};
}

}  // namespace

void replace_file(const fs::path& file, ByteView bytes) {
  const fs::path unfinished = file.string() + ".new";
  if (::unlink(unfinished.c_str()) != 0 && errno != ENOENT) throw failed(unfinished);  // left by a kill
  try {
    write_new(unfinished, bytes);
    if (::rename(unfinished.c_str(), file.c_str()) != 0) throw failed(file);
  } catch (...) {
    ::unlink(unfinished.c_str());
    throw;
  }
  home::sync_folder(file.parent_path());
}

void destroy_key_file(const fs::path& file) {
  {
    const Descriptor opened(::open(file.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC));
    if (!opened.is_open() && (errno == ENOENT || errno == ENOTDIR)) return;
    if (!opened.is_open()) throw failed(file);
    write_all(opened, ByteArray<VaultKeyFile::kLength>{}, file);
    if (::fsync(opened.get()) != 0) throw failed(file);
  }
  if (::unlink(file.c_str()) != 0) throw failed(file);
  home::sync_folder(file.parent_path());
}

Bytes read_private_file(const fs::path& file, std::size_t limit) {
  const Descriptor opened(::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!opened.is_open() && errno == ENOENT) refuse(file, "is missing", "restore it from a backup");
  if (!opened.is_open()) refuse(file, "cannot be opened", "it must be an ordinary file of your own with mode 600");
  Bytes bytes(judged_size(opened, file, limit));
  std::size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t got = ::read(opened.get(), bytes.data() + have, bytes.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) refuse(file, "cannot be read", "the disk may be failing: make a copy of it");
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  bytes.resize(have);
  return bytes;
}

VaultFile::VaultFile(fs::path vault, fs::path key_file) : vault_(std::move(vault)), key_file_(std::move(key_file)) {}

bool VaultFile::exists() const { return fs::symlink_status(vault_).type() != fs::file_type::not_found; }

VaultMode VaultFile::mode() const {
  const Bytes file = read_private_file(vault_, kVaultLimit);
  if (const auto mode = crypto::vault_mode(file)) return *mode;
  const std::string_view magic = as_text(file).substr(0, kVaultMagic.size() + 1);
  if (magic.starts_with(kVaultMagic) && magic.size() > kVaultMagic.size() && magic.back() > kVaultVersion) {
    refuse(vault_,
           fmt::format("was written by a newer duolog (vault {}; this one knows {})", magic.back(), kVaultVersion),
           "install that version");
  }
  refuse(vault_, "is damaged: it is no vault", "restore it from a backup");
}

std::optional<VaultFile::Opened> VaultFile::open(const SecretBytes& passphrase) const {
  const Bytes file = read_private_file(vault_, kVaultLimit);
  return opened_with(VaultLock::of(file, passphrase), file);
}

std::optional<VaultFile::Opened> VaultFile::open_with_key_file() const {
  const Bytes file = read_private_file(vault_, kVaultLimit);
  return opened_with(VaultLock::of(file, read_key(key_file_)), file);
}

VaultLock VaultFile::lock_with(const SecretBytes& passphrase, ByteView payload, crypto::Argon2Cost cost) {
  VaultLock lock = VaultLock::with_passphrase(passphrase, cost);
  save(lock, payload);
  return lock;
}

bool VaultFile::forget_key_file() {
  try {
    destroy_key_file(key_file_);
    return true;
  } catch (const std::system_error&) {
    return false;
  }
}

VaultLock VaultFile::lock_with_key_file(ByteView payload) {
  // A vault that a key file opens keeps its key: between two renames there must be no moment without the right one.
  if (exists() && mode() == VaultMode::kKeyFile) {
    VaultLock lock = VaultLock::with_key_file(read_key(key_file_));
    save(lock, payload);
    return lock;
  }
  const VaultKeyFile key = VaultKeyFile::random();
  VaultLock lock = VaultLock::with_key_file(key);
  replace_file(key_file_, key.view());
  save(lock, payload);
  return lock;
}

void VaultFile::remove() {
  if (::unlink(vault_.c_str()) != 0 && errno != ENOENT) throw failed(vault_);
  home::sync_folder(vault_.parent_path());
  destroy_key_file(key_file_);
}

void VaultFile::save(const VaultLock& lock, ByteView payload) { replace_file(vault_, lock.seal(payload)); }

}  // namespace duolog::store
