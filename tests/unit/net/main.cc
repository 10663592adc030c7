// main.cc: these tests, and the errand that they start (upnp_test.cc), as duologd is both.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/upnp_errand.h"
#include "tests/unit/run_unit_tests.h"

int main(int argc, char** argv) {
  constexpr int kOwnWords = 2;
  if (argc >= kOwnWords && std::string_view(argv[1]) == duolog::net::kUpnpErrandWord)
    return duolog::net::run_upnp_errand(argc - kOwnWords, argv + kOwnWords);
  return run_unit_tests(argc, argv);
}
