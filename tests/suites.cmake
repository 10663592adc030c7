# Read by ctest before it runs: each suite of the unit tests of one `room`, whose `program` holds them, is a test of its own,
# under these `asan_options`.
#
# A test a process would be 2,900 starts of programs that the sanitizers make slow to start: a fifth of the quick tier.
# SPDX-License-Identifier: GPL-3.0-or-later
if(NOT EXISTS ${program})
  add_test(${room}_NOT_BUILT ${program})
  return()
endif()
set(listing ${program}.suites)
if(${program} IS_NEWER_THAN ${listing})
  execute_process(COMMAND ${program} --gtest_list_tests OUTPUT_FILE ${listing} COMMAND_ERROR_IS_FATAL ANY)
endif()
file(STRINGS ${listing} suites REGEX "^[A-Za-z0-9_/]+\\.")
foreach(suite IN LISTS suites)
  string(REGEX MATCH "^[A-Za-z0-9_/]+" suite "${suite}")
  add_test("${room}.${suite}" ${program} "--gtest_filter=${suite}.*")
  set_tests_properties("${room}.${suite}" PROPERTIES TIMEOUT 1200 PROCESSORS 2 SKIP_RETURN_CODE 77
    ENVIRONMENT "ASAN_OPTIONS=${asan_options}")
endforeach()
