// Any bytes as a vault: no key opens them, and no limit is passed before it was checked. And any bytes inside a vault
// of one's own: damaged, or an identity that can be changed, stored and opened again.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/vault.h"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "daemon/journal/identity.h"
#include "tests/fuzz/script.h"

using namespace duolog;
using fuzz::must;

namespace {

constexpr std::size_t kLongest = 1 << 20;

struct Home {
  Home() {
    std::string pattern = "/dev/shm/duolog-fuzz-XXXXXX";
    must(::mkdtemp(pattern.data()) != nullptr, "no folder in memory");
    folder = pattern;
    store::VaultFile file(folder / "vault", folder / "key");
    lock.emplace(file.lock_with_key_file(as_bytes("nothing yet")));
  }
  ~Home() { std::filesystem::remove_all(folder); }
  void write(ByteView vault) const {
    std::ofstream(folder / "vault", std::ios::binary | std::ios::trunc) << as_text(vault);
  }
  [[nodiscard]] store::VaultFile file() const { return {folder / "vault", folder / "key"}; }
  std::filesystem::path folder;
  std::optional<crypto::VaultLock> lock;
};
const Home& home() {
  static const Home made;
  return made;
}

bool is_cheap(ByteView file) {
  return file.size() < 17 || (read_u32(file.subspan(9)) <= 2 && read_u32(file.subspan(13)) <= 64);
}

void strangers(ByteView file) {
  static const auto key = *crypto::VaultKeyFile::from(Bytes(32, 7));
  const auto mode = crypto::vault_mode(file);
  must(!crypto::VaultLock::of(file, key), "a key file was guessed");
  if (mode == crypto::VaultMode::kPassphrase && is_cheap(file))
    must(!crypto::VaultLock::of(file, crypto::SecretBytes(as_bytes("a guess"))), "a passphrase was guessed");
  must(!home().lock->open(file), "another lock's vault was opened");
}

// A vault of ours, damaged on the disk.
void damaged(fuzz::Script& script) {
  Bytes file = home().lock->seal(as_bytes("a payload of no account"));
  const bool changed = fuzz::damage(script, file);
  must(home().lock->open(file).has_value() != changed, "a damaged vault opens, or a whole one does not");
  const crypto::SecretBytes passphrase(script.take(16));
  const auto lock = crypto::VaultLock::with_passphrase(passphrase, {1, 8});
  Bytes other = to_bytes(passphrase.view());
  other.push_back('x');
  must(lock.accepts(passphrase) && !lock.accepts(crypto::SecretBytes(other)), "another passphrase is taken");
  must(!home().lock->accepts(passphrase), "a key file asks for a passphrase");
}

void ours(ByteView payload) {
  home().write(home().lock->seal(payload));
  try {
    auto identity = journal::Identity::open(home().file(), {});
    must(identity.has_value(), "a vault of ours does not open");
    must(!identity->journals().empty(), "an identity without a notebook");
    const JournalId first = identity->journals().front().id;
    std::vector<crypto::EpochSecret> more;
    more.push_back(crypto::EpochSecret::random());
    identity->add_epochs(first, std::move(more));
    const auto again = journal::Identity::open(home().file(), {});
    must(again && again->keys().id() == identity->keys().id(), "a stored identity is another");
    must(again->journal(first).epochs.size() == identity->journal(first).epochs.size(), "an epoch is lost");
  } catch (const store::BadVaultFile& why) {
    must(*why.what() != '\0', "a refusal says nothing");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  home();
  fuzz::same_chance();
  const fuzz::Frugal frugal(size, kLongest);
  fuzz::Script script(data, size);
  switch (script.byte() % 4) {
    case 0:
      strangers(script.rest());
      break;
    case 1:
      damaged(script);
      break;
    default:
      ours(script.rest());
  }
  return 0;
}
