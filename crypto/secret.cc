// secret.cc: libsodium's guarded memory and random source, behind types.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/secret.h"

#include <sodium.h>

#include <new>
#include <stdexcept>

namespace duolog::crypto {

void initialise() {
  if (sodium_init() < 0) throw std::runtime_error("no source of randomness: the cryptography cannot start");
}

void fill_random(std::span<std::uint8_t> out) {
  if (!out.empty()) randombytes_buf(out.data(), out.size());
}

Bytes random_bytes(std::size_t length) {
  Bytes bytes(length);
  fill_random(bytes);
  return bytes;
}

bool secret_memory_is_locked() {
  // sodium_malloc says nothing when the kernel refused to lock; asking again for the same page does.
  SecretMemory probe(32);
  return sodium_mlock(probe.writable().data(), probe.writable().size()) == 0;
}

void wipe(std::span<std::uint8_t> bytes) {
  if (!bytes.empty()) sodium_memzero(bytes.data(), bytes.size());
}

bool equal_in_constant_time(ByteView a, ByteView b) {
  return a.size() == b.size() && (a.empty() || sodium_memcmp(a.data(), b.data(), a.size()) == 0);
}

SecretMemory::SecretMemory(std::size_t length)
    : data_(static_cast<std::uint8_t*>(sodium_malloc(length))), length_(length) {
  if (data_ == nullptr) throw std::bad_alloc();
  wipe(writable());
}

SecretMemory& SecretMemory::operator=(SecretMemory&& other) noexcept {
  if (this == &other) return *this;
  sodium_free(data_);
  data_ = std::exchange(other.data_, nullptr);
  length_ = std::exchange(other.length_, 0);
  return *this;
}

SecretMemory::~SecretMemory() { sodium_free(data_); }

SecretBytes::SecretBytes(ByteView bytes) : memory_(bytes.size()) {
  std::copy(bytes.begin(), bytes.end(), memory_.writable().begin());
}

}  // namespace duolog::crypto
