// vault_test.cc: locks, wrong passphrases, damaged files, and too little memory.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/vault.h"

#include <sys/resource.h>

#include <fstream>

#include "damage.h"

namespace duolog::crypto::testing {
namespace {

constexpr Argon2Cost kCheap{1, 8};

SecretBytes phrase(std::string_view text) { return SecretBytes(as_bytes(text)); }

class VaultTest : public ::testing::Test {
 protected:
  Bytes payload_ = to_bytes(as_bytes("everything this device keeps"));
  VaultKeyFile key_ = VaultKeyFile::random();
  Bytes by_phrase_ = VaultLock::with_passphrase(phrase("correct horse"), kCheap).seal(payload_);
  Bytes by_key_ = VaultLock::with_key_file(key_).seal(payload_);

  [[nodiscard]] std::optional<Bytes> opened(ByteView file, std::string_view passphrase) const {
    return payload_of(VaultLock::of(file, phrase(passphrase)), file);
  }
  [[nodiscard]] std::optional<Bytes> opened(ByteView file, const VaultKeyFile& key) const {
    return payload_of(VaultLock::of(file, key), file);
  }
  static std::optional<Bytes> payload_of(const std::optional<VaultLock>& lock, ByteView file) {
    if (!lock) return std::nullopt;
    return to_bytes(lock->open(file).value().view());
  }
  static Bytes with_cost(Bytes file, std::uint32_t ops, std::uint32_t memory_kib) {
    Bytes cost;
    append_u32(cost, ops);
    append_u32(cost, memory_kib);
    std::copy(cost.begin(), cost.end(), file.begin() + 9);
    return file;
  }
};

TEST_F(VaultTest, OpensWithItsPassphraseOrKeyFile) {
  EXPECT_EQ(opened(by_phrase_, "correct horse"), payload_);
  EXPECT_EQ(opened(by_key_, key_), payload_);
  EXPECT_EQ(vault_mode(by_phrase_), VaultMode::kPassphrase);
  EXPECT_EQ(vault_mode(by_key_), VaultMode::kKeyFile);
}

TEST_F(VaultTest, AnotherPassphraseOrKeyFileIsRefused) {
  EXPECT_FALSE(opened(by_phrase_, "correct horsf"));
  EXPECT_FALSE(opened(by_phrase_, ""));
  EXPECT_FALSE(opened(by_key_, VaultKeyFile::random()));
  EXPECT_FALSE(opened(by_phrase_, key_));
  EXPECT_FALSE(opened(by_key_, "correct horse"));
}

TEST_F(VaultTest, ALockSealsAgainWithoutAskingAndUnderANewNonce) {
  const auto lock = VaultLock::of(by_phrase_, phrase("correct horse"));
  ASSERT_TRUE(lock);
  const Bytes again = lock->seal(as_bytes("changed"));
  EXPECT_EQ(opened(again, "correct horse"), to_bytes(as_bytes("changed")));
  EXPECT_NE(lock->seal(as_bytes("changed")), again);
}

TEST_F(VaultTest, ALockDoesNotOpenAnothersFile) {
  const Bytes other = VaultLock::with_passphrase(phrase("correct horse"), kCheap).seal(payload_);
  EXPECT_FALSE(VaultLock::of(by_phrase_, phrase("correct horse"))->open(other));
}

TEST_F(VaultTest, AcceptsItsPassphraseAlone) {
  const auto lock = VaultLock::of(by_phrase_, phrase("correct horse"));
  EXPECT_TRUE(lock->accepts(phrase("correct horse")));
  EXPECT_FALSE(lock->accepts(phrase("correct horsf")));
  EXPECT_FALSE(VaultLock::of(by_key_, key_)->accepts(phrase("correct horse")));
}

TEST_F(VaultTest, AKeyFilesHeaderHasNoCost) {
  EXPECT_EQ(read_u32(ByteView(by_key_).subspan(9)), 0U);
  EXPECT_EQ(read_u32(ByteView(by_key_).subspan(13)), 0U);
  EXPECT_EQ(vault_mode(with_cost(by_key_, 1, 0)), std::nullopt);
  EXPECT_EQ(vault_mode(with_cost(by_key_, 0, 8)), std::nullopt);
}

TEST_F(VaultTest, EveryByteFlippedIsRefused) {
  for (std::size_t i = 0; i < by_phrase_.size(); ++i) {
    Bytes bad = by_phrase_;
    bad[i] ^= 1;  // the lowest bit: the cost stays small or goes beyond the limit
    EXPECT_FALSE(opened(bad, "correct horse")) << i;
  }
  expect_each_bit_flip_refused(by_key_, [&](ByteView bad) { return !opened(bad, key_); });
}

TEST_F(VaultTest, EveryCutIsRefused) {
  expect_each_cut_refused(by_phrase_, [&](ByteView bad) { return !opened(bad, "correct horse"); });
  expect_each_cut_refused(by_key_, [&](ByteView bad) { return !opened(bad, key_); });
}

TEST_F(VaultTest, CostsBeyondTheLimitsAreRefusedBeforeArgon2Runs) {
  EXPECT_EQ(vault_mode(with_cost(by_phrase_, 10, 2 << 20)), VaultMode::kPassphrase);
  for (const auto& [ops, memory] : {std::pair{11U, 8U}, std::pair{0U, 8U}, std::pair{1U, 7U},
                                    std::pair{1U, (2U << 20) + 1}, std::pair{0xffffffffU, 0xffffffffU}}) {
    const Bytes file = with_cost(by_phrase_, ops, memory);
    EXPECT_EQ(vault_mode(file), std::nullopt) << ops << " " << memory;
    EXPECT_FALSE(opened(file, "correct horse"));
  }
}

// Leaves this process room for `bytes` more of address space, until the end of the scope.
class LittleMemory {
 public:
  explicit LittleMemory(std::size_t bytes) {
    EXPECT_EQ(getrlimit(RLIMIT_AS, &before_), 0);
    std::size_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    rlimit little = before_;
    little.rlim_cur = pages * 4096 + bytes;
    EXPECT_EQ(setrlimit(RLIMIT_AS, &little), 0);
  }
  ~LittleMemory() { EXPECT_EQ(setrlimit(RLIMIT_AS, &before_), 0); }
  LittleMemory(const LittleMemory&) = delete;
  LittleMemory& operator=(const LittleMemory&) = delete;

 private:
  rlimit before_{};
};

TEST_F(VaultTest, TooLittleMemoryFallsBackToTheSmallerCost) {
  Bytes file;
  {
    const LittleMemory little(160U << 20);
    file = VaultLock::with_passphrase(phrase("p"), {1, 256 << 10}).seal(payload_);
  }
  EXPECT_EQ(read_u32(ByteView(file).subspan(9)), kSmallMemoryCost.ops);
  EXPECT_EQ(read_u32(ByteView(file).subspan(13)), kSmallMemoryCost.memory_kib);
  EXPECT_EQ(opened(file, "p"), payload_);
}

TEST_F(VaultTest, NoMemoryIsNotAWrongPassphrase) {
  const Bytes file = VaultLock::with_passphrase(phrase("p"), {1, 64 << 10}).seal(payload_);
  const SecretBytes right = phrase("p");
  const LittleMemory little(24U << 20);
  EXPECT_THROW((void)VaultLock::of(file, right), std::bad_alloc);
  EXPECT_THROW((void)VaultLock::with_passphrase(right, kDefaultCost), std::bad_alloc);
}

using VaultDeathTest = VaultTest;
TEST_F(VaultDeathTest, ACostThatCouldNotBeOpenedAgainIsOurBug) {
  EXPECT_DEATH((void)VaultLock::with_passphrase(phrase("p"), {11, 64}), "could not be opened again");
}

}  // namespace
}  // namespace duolog::crypto::testing
