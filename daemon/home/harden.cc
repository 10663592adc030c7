// harden.cc: what a process that holds keys gives up before it does anything else.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <string_view>
#include <system_error>

#include "daemon/home/home.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define DUOLOG_HAS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define DUOLOG_HAS_SANITIZER 1
#endif
#endif
#ifndef DUOLOG_HAS_SANITIZER
#define DUOLOG_HAS_SANITIZER 0
#endif

namespace duolog::home {
namespace {

bool sanitizer_may_trace() {
#if DUOLOG_HAS_SANITIZER
  const char* asked = std::getenv("DUOLOG_SANITIZER_MAY_TRACE");
  return asked != nullptr && std::string_view(asked) == "1";
#else
  return false;
#endif
}

void must(int result, const char* what) {
  if (result != 0) throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

void harden_process() {
  ::umask(077);
  const rlimit none{0, 0};
  must(::setrlimit(RLIMIT_CORE, &none), "core dumps cannot be forbidden");
  must(::prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL), "new privileges cannot be forbidden");
  if (!sanitizer_may_trace()) must(::prctl(PR_SET_DUMPABLE, 0UL, 0UL, 0UL, 0UL), "memory cannot be closed to others");
}

}  // namespace duolog::home
