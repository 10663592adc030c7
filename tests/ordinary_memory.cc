// ordinary_memory.cc: secrets on the ordinary heap, for tests that make thousands (--wrap=sodium_malloc, sodium_free).
//
// libsodium's guarded pages are seven calls of the system for each secret. The sanitizer's red zones guard it here;
// that secrets are locked and wiped is shown by unit/crypto and by the black-box tests.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <malloc.h>
#include <sodium.h>

#include <cstdlib>

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming): the linker's
// names
extern "C" {

void* __wrap_sodium_malloc(size_t size);
void __wrap_sodium_free(void* memory);

void* __wrap_sodium_malloc(size_t size) { return std::malloc(size); }  // NOLINT(cppcoreguidelines-no-malloc)

void __wrap_sodium_free(void* memory) {
  if (memory != nullptr) ::sodium_memzero(memory, ::malloc_usable_size(memory));
  std::free(memory);  // NOLINT(cppcoreguidelines-no-malloc)
}

}  // extern "C"
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming)
