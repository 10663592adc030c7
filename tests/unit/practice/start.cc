// Each test runs in a process of its own: libsodium starts before any of them, whatever its fixture makes first.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include "crypto/secret.h"

namespace duolog::practice {
namespace {

class Start : public testing::Environment {
  void SetUp() override { crypto::initialise(); }
};

const auto* const kStart = testing::AddGlobalTestEnvironment(new Start);

}  // namespace
}  // namespace duolog::practice
