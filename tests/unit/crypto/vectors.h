// vectors.h: where the tests' known answers come from.
//
// kat.json and salamander.json are the project's own and stand in tests/vectors. The published vectors are read from
// $DUOLOG_SHARED/vectors (by default ../shared beside the project); where that folder is absent their tests are
// skipped, loudly.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json_fwd.hpp>

#include "crypto/hash.h"

namespace duolog::crypto::testing {

// A value of kat.json by its JSON pointer, "/keys/dev_id_a1", from hexadecimal.
Bytes kat(const std::string& pointer);
std::string kat_text(const std::string& pointer);  // as it stands there
Bytes salamander(const std::string& name);

template <class Value>
Value kat_as(const std::string& pointer) {
  return *Value::from(kat(pointer));
}

// REQUIRES: text is hexadecimal.
Bytes unhex(const std::string& text);

bool shared_vectors_are_here();
// "noise/flynn-25519_ChaChaPoly_BLAKE2b.json"
nlohmann::json shared_vectors(const std::string& path);

#define NEEDS_SHARED_VECTORS()                                                                               \
  if (!::duolog::crypto::testing::shared_vectors_are_here())                                                 \
  GTEST_SKIP() << "SKIPPED, NOT PASSED: no folder with the published vectors; set DUOLOG_SHARED to the one " \
                  "that holds vectors/"

}  // namespace duolog::crypto::testing
