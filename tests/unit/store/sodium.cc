// sodium.cc: libsodium is made ready before any test of this program, as main does it.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include "crypto/secret.h"

namespace duolog::testing {
namespace {

class SodiumIsReady : public ::testing::Environment {
 public:
  void SetUp() override { crypto::initialise(); }
};
const auto* const kSodium = ::testing::AddGlobalTestEnvironment(new SodiumIsReady);

}  // namespace
}  // namespace duolog::testing
