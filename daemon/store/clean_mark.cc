// clean_mark.cc: u8 version || salt || schema || stamps (u64 each), sealed.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/store/clean_mark.h"

#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "daemon/home/home.h"
#include "daemon/store/vault_file.h"

namespace duolog::store {
namespace {

namespace fs = std::filesystem;

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kSaltAt = 1;
constexpr std::size_t kSchemaAt = kSaltAt + 32;
constexpr std::size_t kStampsAt = kSchemaAt + Hash::kLength;
constexpr std::size_t kStampLength = sizeof(EncryptedPages::Stamp);

ByteView purpose() { return as_bytes("duolog1:view.clean"); }

}  // namespace

CleanMark::CleanMark(fs::path file, const crypto::LocalKey& view_key)
    : file_(std::move(file)), key_(crypto::kdf<Key>(view_key.view(), "view.clean")) {}

bool CleanMark::is_there() const {
  std::error_code unknown;
  return fs::symlink_status(file_, unknown).type() != fs::file_type::not_found;
}

std::optional<CleanMark::Says> CleanMark::read(std::uint64_t pages) const {
  const std::size_t expected = kStampsAt + static_cast<std::size_t>(pages) * kStampLength;
  std::optional<Bytes> plain;
  try {
    plain = crypto::open(key_.view(), purpose(), read_private_file(file_, expected + crypto::kSealOverhead));
  } catch (const BadVaultFile&) {
    return std::nullopt;
  }
  if (!plain || plain->size() != expected || plain->front() != kVersion) return std::nullopt;
  const ByteView bytes = *plain;
  Says says;
  std::ranges::copy(bytes.subspan(kSaltAt, says.salt.size()), says.salt.begin());
  std::ranges::copy(bytes.subspan(kSchemaAt, Hash::kLength), says.schema.bytes.begin());
  says.stamps.reserve(static_cast<std::size_t>(pages));
  for (std::size_t at = kStampsAt; at < bytes.size(); at += kStampLength)
    says.stamps.push_back(read_u64(bytes.subspan(at)));
  return says;
}

void CleanMark::write(const Says& says) const {
  Bytes plain{kVersion};
  plain.reserve(kStampsAt + says.stamps.size() * kStampLength);
  append(plain, says.salt);
  append(plain, says.schema.bytes);
  for (const EncryptedPages::Stamp stamp : says.stamps) append_u64(plain, stamp);
  replace_file(file_, crypto::seal(key_.view(), purpose(), plain));
}

void CleanMark::remove() const {
  if (::unlink(file_.c_str()) != 0) {
    if (errno == ENOENT) return;
    throw std::system_error(errno, std::generic_category(), file_.string());
  }
  home::sync_folder(file_.parent_path());
}

}  // namespace duolog::store
