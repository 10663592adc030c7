// counted_memory.cc: what this program allocates with `new` is counted for MemoryPeak where no sanitizer does it.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <malloc.h>

#include <cstdlib>
#include <new>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define DUOLOG_SANITIZED
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define DUOLOG_SANITIZED
#endif

#ifndef DUOLOG_SANITIZED
namespace {
void (*allocated)(const volatile void*, std::size_t) = nullptr;
void (*freed)(const volatile void*) = nullptr;
}  // namespace

extern "C" {
// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming): the sanitizers'
int __sanitizer_install_malloc_and_free_hooks(void (*on_new)(const volatile void*, std::size_t),
                                              void (*on_delete)(const volatile void*)) {
  allocated = on_new;
  freed = on_delete;
  return 1;
}
std::size_t __sanitizer_get_allocated_size(const volatile void* memory) {
  return malloc_usable_size(const_cast<void*>(memory));
}
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming)
}

// NOLINTBEGIN(cppcoreguidelines-no-malloc,misc-new-delete-overloads)
void* operator new(std::size_t size) {
  void* memory = std::malloc(size > 0 ? size : 1);
  if (memory == nullptr) throw std::bad_alloc();
  if (allocated != nullptr) allocated(memory, malloc_usable_size(memory));
  return memory;
}
void operator delete(void* memory) noexcept {
  if (freed != nullptr) freed(memory);
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }
// NOLINTEND(cppcoreguidelines-no-malloc,misc-new-delete-overloads)
#endif
