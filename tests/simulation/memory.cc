// memory.cc: what memory costs in a story.
//
// A secret lies on the ordinary heap here: libsodium's guarded pages are seven calls of the system each, and a story
// asks for hundreds. The sanitizer's red zones guard it instead; that secrets are locked and wiped is shown by
// unit/crypto and by the black-box tests.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <malloc.h>
#include <sodium.h>

#include <cstdlib>

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming): the linker's and
// the sanitizer's names
extern "C" {

void* __wrap_sodium_malloc(size_t size);
void __wrap_sodium_free(void* memory);
const char* __asan_default_options();

void* __wrap_sodium_malloc(size_t size) { return std::malloc(size); }  // NOLINT(cppcoreguidelines-no-malloc)

void __wrap_sodium_free(void* memory) {
  if (memory != nullptr) ::sodium_memzero(memory, ::malloc_usable_size(memory));
  std::free(memory);  // NOLINT(cppcoreguidelines-no-malloc)
}

// What was freed is kept from use again for some three stories, and not for thirty: each takes about 10 MiB, and pages
// that were never touched are what costs. A report says by eight frames where memory came from; whoever wants more
// tells the story again with ASAN_OPTIONS=malloc_context_size=30. Frames that are used after their return are looked
// for by the rooms' own tests: here it would cost a sixth of the time.
const char* __asan_default_options() {
  return "quarantine_size_mb=32:malloc_context_size=8:detect_stack_use_after_return=0";
}

}  // extern "C"
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming)
