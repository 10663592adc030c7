// memory.cc: what memory costs in a story.
// SPDX-License-Identifier: GPL-3.0-or-later

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming): the sanitizer's
// name
extern "C" {

const char* __asan_default_options();

// What was freed is kept from use again for some three stories, and not for thirty: each takes about 10 MiB, and pages
// that were never touched are what costs. A report says by eight frames where memory came from; whoever wants more
// tells the story again with ASAN_OPTIONS=malloc_context_size=30. Frames that are used after their return are looked
// for by the rooms' own tests: here it would cost a sixth of the time.
const char* __asan_default_options() {
  return "quarantine_size_mb=32:malloc_context_size=8:detect_stack_use_after_return=0";
}

}  // extern "C"
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming)
