// vault_file_test.cc: files for their owner's eyes, replaced whole or not at all; a vault that always has its key.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/store/vault_file.h"

#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <system_error>

#include "tests/unit/home/temporary_folder.h"

namespace duolog::store {
namespace {

namespace fs = std::filesystem;
using crypto::SecretBytes;
using crypto::VaultMode;
using ::testing::HasSubstr;
using testing::mode_of;
using testing::text_of;
using testing::what_it_says;
using testing::write_text;

constexpr crypto::Argon2Cost kCheap{1, 8};
constexpr fs::perms kOwnerOnly = fs::perms::owner_read | fs::perms::owner_write;

SecretBytes secret(std::string_view text) { return SecretBytes(as_bytes(text)); }

// While it exists, no file of this process grows over `bytes`: the disk is as good as full.
class NoRoomOver {
 public:
  explicit NoRoomOver(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit small{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  ~NoRoomOver() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  NoRoomOver(const NoRoomOver&) = delete;
  NoRoomOver& operator=(const NoRoomOver&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int) = std::signal(SIGXFSZ, SIG_IGN);
};

class APrivateFile : public ::testing::Test {
 protected:
  [[nodiscard]] fs::path file() const { return folder / "secret"; }
  std::string refusal(std::size_t limit = 100) {
    return what_it_says<BadVaultFile>([&] { static_cast<void>(read_private_file(file(), limit)); });
  }
  [[nodiscard]] std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()));
  }
  testing::TemporaryFolder folder;
};

TEST_F(APrivateFile, IsWrittenForItsOwnerAlone) {
  replace_file(file(), as_bytes("one"));
  EXPECT_EQ(mode_of(file()), kOwnerOnly);
  EXPECT_EQ(as_text(read_private_file(file(), 3)), "one");
}

TEST_F(APrivateFile, IsReplacedWhole) {
  replace_file(file(), as_bytes("a long first version"));
  replace_file(file(), as_bytes("two"));
  EXPECT_EQ(text_of(file()), "two");
  EXPECT_EQ(files(), 1U);
}

TEST_F(APrivateFile, KeepsItsOldVersionWhenTheDiskIsFull) {
  replace_file(file(), as_bytes("one"));
  {
    const NoRoomOver small(1000);
    EXPECT_THROW(replace_file(file(), Bytes(1001)), std::system_error);
  }
  EXPECT_EQ(text_of(file()), "one");
  EXPECT_EQ(files(), 1U) << "a temporary file was left";
}

TEST_F(APrivateFile, LeavesNothingWhereItCannotBePut) {
  fs::create_directory(file());
  EXPECT_THROW(replace_file(file(), as_bytes("one")), std::system_error);
  EXPECT_EQ(files(), 1U);
}

TEST_F(APrivateFile, ReplacesWhatAKillLeftBehind) {
  write_text(file().string() + ".new", "half");
  replace_file(file(), as_bytes("one"));
  EXPECT_EQ(text_of(file()), "one");
  EXPECT_EQ(files(), 1U);
}

TEST_F(APrivateFile, IsNotWrittenThroughALink) {
  write_text(folder / "precious", "mine");
  fs::create_symlink(folder / "precious", file().string() + ".new");
  replace_file(file(), as_bytes("one"));
  EXPECT_EQ(text_of(folder / "precious"), "mine");
}

TEST_F(APrivateFile, AnyBitForOthersIsRefused) {
  replace_file(file(), as_bytes("one"));
  for (unsigned bit = 0001; bit <= 0040; bit <<= 1U) {
    fs::permissions(file(), fs::perms{0600 | bit});
    EXPECT_THAT(refusal(), HasSubstr("can be reached by others; nothing was changed\nhint: chmod 600")) << bit;
  }
}

TEST_F(APrivateFile, OfSomebodyElseIsRefused) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file to somebody else";
  replace_file(file(), as_bytes("one"));
  ASSERT_EQ(::chown(file().c_str(), 12345, 12345), 0);
  EXPECT_THAT(refusal(), HasSubstr("belongs to another user"));
}

TEST_F(APrivateFile, IsReadToItsLimitAndNotOneByteMore) {
  replace_file(file(), Bytes(100));
  EXPECT_EQ(read_private_file(file(), 100).size(), 100U);
  EXPECT_THAT(refusal(99), HasSubstr("is longer than 99 bytes"));
}

TEST_F(APrivateFile, MissingIsSaid) { EXPECT_THAT(refusal(), HasSubstr("is missing; nothing was changed\nhint: ")); }

TEST_F(APrivateFile, ThatIsALinkOrAPipeIsRefused) {
  replace_file(folder / "real", as_bytes("one"));
  fs::create_symlink(folder / "real", file());
  EXPECT_THAT(refusal(), HasSubstr("cannot be opened"));
  fs::remove(file());
  ASSERT_EQ(::mkfifo(file().c_str(), 0600), 0);
  EXPECT_THAT(refusal(), HasSubstr("is not an ordinary file"));
}

class AVaultFile : public ::testing::Test {
 protected:
  static std::string payload_of(const std::optional<VaultFile::Opened>& opened) {
    return opened ? std::string(opened->payload.text()) : "(closed)";
  }
  std::string opened_with(std::string_view passphrase) { return payload_of(vault.open(secret(passphrase))); }
  std::string opened_by_key() { return payload_of(vault.open_with_key_file()); }
  testing::TemporaryFolder folder;
  fs::path file = folder / "vault";
  fs::path key = folder / "key";
  VaultFile vault{file, key};
};

TEST_F(AVaultFile, IsThereOnceItWasLocked) {
  EXPECT_FALSE(vault.exists());
  EXPECT_THROW(static_cast<void>(vault.mode()), BadVaultFile);
  vault.lock_with(secret("correct horse"), as_bytes("payload"), kCheap);
  EXPECT_TRUE(vault.exists());
  EXPECT_EQ(vault.mode(), VaultMode::kPassphrase);
  EXPECT_EQ(mode_of(file), kOwnerOnly);
}

TEST_F(AVaultFile, OpensToItsPassphraseOnly) {
  vault.lock_with(secret("correct horse"), as_bytes("payload"), kCheap);
  EXPECT_EQ(opened_with("correct horse"), "payload");
  EXPECT_EQ(opened_with("correct hors"), "(closed)");
  EXPECT_EQ(opened_with(""), "(closed)");
}

TEST_F(AVaultFile, OpensToItsKeyFile) {
  vault.lock_with_key_file(as_bytes("payload"));
  EXPECT_EQ(vault.mode(), VaultMode::kKeyFile);
  EXPECT_EQ(mode_of(key), kOwnerOnly);
  EXPECT_EQ(opened_by_key(), "payload");
  EXPECT_EQ(opened_with("correct horse"), "(closed)");
}

TEST_F(AVaultFile, SavesAnotherPayloadUnderTheSameLock) {
  const auto lock = vault.lock_with(secret("correct horse"), as_bytes("one"), kCheap);
  vault.save(lock, as_bytes("two"));
  EXPECT_EQ(opened_with("correct horse"), "two");
}

TEST_F(AVaultFile, APassphraseTakesTheKeyFilesPlace) {
  vault.lock_with_key_file(as_bytes("one"));
  const fs::path copy = folder / "a hard link to the key";
  fs::create_hard_link(key, copy);
  vault.lock_with(secret("correct horse"), as_bytes("two"), kCheap);
  EXPECT_TRUE(vault.forget_key_file());
  EXPECT_FALSE(fs::exists(key));
  EXPECT_EQ(text_of(copy), std::string(32, '\0')) << "the key's bytes are still on the disk";
  EXPECT_EQ(opened_with("correct horse"), "two");
}

// Whoever changes the lock may be stopped by the disk before knowing that it was changed, and goes on with the old one.
TEST_F(AVaultFile, OpensToTheOldLocksKeyUntilThatIsForgotten) {
  const auto before = vault.lock_with_key_file(as_bytes("one"));
  vault.lock_with(secret("correct horse"), as_bytes("two"), kCheap);
  vault.save(before, as_bytes("three"));
  EXPECT_EQ(opened_by_key(), "three");
}

TEST_F(AVaultFile, WhoseKeyTheDiskDoesNotForgetSaysSo) {
  vault.lock_with(secret("correct horse"), as_bytes("one"), kCheap);
  EXPECT_TRUE(vault.forget_key_file()) << "there is none";
  fs::create_directory(key);  // nobody writes over that
  EXPECT_FALSE(vault.forget_key_file());
}

TEST_F(AVaultFile, AKeyFileTakesThePassphrasesPlace) {
  vault.lock_with(secret("correct horse"), as_bytes("one"), kCheap);
  vault.lock_with_key_file(as_bytes("two"));
  EXPECT_EQ(opened_by_key(), "two");
  EXPECT_EQ(opened_with("correct horse"), "(closed)");
}

TEST_F(AVaultFile, KeepsItsKeyWhenItIsLockedByAKeyFileAgain) {
  vault.lock_with_key_file(as_bytes("one"));
  const std::string before = text_of(key);
  vault.lock_with_key_file(as_bytes("two"));
  EXPECT_EQ(text_of(key), before);
  EXPECT_EQ(opened_by_key(), "two");
}

TEST_F(AVaultFile, IsNotLockedOutWhenTheDiskIsFull) {
  vault.lock_with_key_file(as_bytes("one"));
  {
    const NoRoomOver small(500);
    EXPECT_THROW(vault.lock_with(secret("correct horse"), Bytes(1000), kCheap), std::system_error);
    EXPECT_THROW(vault.lock_with_key_file(Bytes(1000)), std::system_error);
  }
  EXPECT_EQ(opened_by_key(), "one");
}

TEST_F(AVaultFile, MissingItsKeyFileSaysSo) {
  vault.lock_with_key_file(as_bytes("one"));
  fs::remove(key);
  EXPECT_THAT(what_it_says<BadVaultFile>([&] { opened_by_key(); }), HasSubstr("key is missing"));
}

TEST_F(AVaultFile, WithAKeyFileOfAnotherLengthSaysSo) {
  vault.lock_with_key_file(as_bytes("one"));
  replace_file(key, Bytes(31));
  EXPECT_THAT(what_it_says<BadVaultFile>([&] { opened_by_key(); }), HasSubstr("is no key file"));
  replace_file(key, Bytes(33));
  EXPECT_THAT(what_it_says<BadVaultFile>([&] { opened_by_key(); }), HasSubstr("is longer than 32 bytes"));
}

TEST_F(AVaultFile, CutAtAnyByteStaysClosed) {
  vault.lock_with_key_file(as_bytes("one"));
  const Bytes whole = read_private_file(file, 1000);
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    replace_file(file, ByteView(whole).first(cut));
    EXPECT_EQ(opened_by_key(), "(closed)") << cut;
  }
}

TEST_F(AVaultFile, EveryFlippedByteKeepsItClosed) {
  vault.lock_with_key_file(as_bytes("one"));
  const Bytes whole = read_private_file(file, 1000);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    Bytes flipped = whole;
    flipped[at] ^= 0x80;
    replace_file(file, flipped);
    EXPECT_EQ(opened_by_key(), "(closed)") << at;
  }
}

TEST_F(AVaultFile, OfNoKnownKindIsRefusedByName) {
  replace_file(file, as_bytes("DUOLOGV9 and so on, long enough to be something"));
  EXPECT_THAT(what_it_says<BadVaultFile>([&] { static_cast<void>(vault.mode()); }),
              HasSubstr("was written by a newer duolog (vault 9; this one knows 1)"));
  replace_file(file, as_bytes("DUOLOGV0 and so on, long enough to be something"));
  EXPECT_THAT(what_it_says<BadVaultFile>([&] { static_cast<void>(vault.mode()); }),
              HasSubstr("is damaged: it is no vault"));
}

TEST_F(AVaultFile, ShowsNoPayloadOnTheDisk) {
  vault.lock_with(secret("correct horse"), as_bytes("canary-of-the-vault"), kCheap);
  EXPECT_THAT(text_of(file), ::testing::Not(HasSubstr("canary")));
}

TEST(AKeyFile, ThatIsDestroyedIsOverwrittenBeforeItGoes) {
  const testing::TemporaryFolder folder;
  replace_file(folder / "key", Bytes(32, 0x5a));
  std::filesystem::create_hard_link(folder / "key", folder / "blocks");
  destroy_key_file(folder / "key");
  EXPECT_FALSE(std::filesystem::exists(folder / "key"));
  EXPECT_EQ(testing::text_of(folder / "blocks"), std::string(32, '\0'));
  EXPECT_NO_THROW(destroy_key_file(folder / "key"));
  EXPECT_NO_THROW(destroy_key_file(folder / "nowhere" / "key"));
}

}  // namespace
}  // namespace duolog::store
