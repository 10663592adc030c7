// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/run_unit_tests.h"

int main(int argc, char** argv) { return run_unit_tests(argc, argv); }
