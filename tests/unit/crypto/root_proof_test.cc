// root_proof_test.cc: the words are proved in one conversation, by one device, and nowhere else.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/root_proof.h"

#include <gtest/gtest.h>

#include "crypto/certificate.h"
#include "people.h"

namespace duolog::crypto::testing {
namespace {

ByteArray<64> conversation(std::uint8_t which) {
  ByteArray<64> binding{};
  binding.fill(which);
  return binding;
}

TEST(ARootProof, HoldsForItsRootItsConversationAndItsDevice) {
  const People people;
  const Signature proof = prove_root(people.anna, conversation(1), people.laptop.id());
  EXPECT_TRUE(root_proof_holds(people.anna.public_keys(), proof, conversation(1), people.laptop.id()));
  EXPECT_FALSE(root_proof_holds(people.ben.public_keys(), proof, conversation(1), people.laptop.id()));
  EXPECT_FALSE(root_proof_holds(people.anna.public_keys(), proof, conversation(2), people.laptop.id()));
  EXPECT_FALSE(root_proof_holds(people.anna.public_keys(), proof, conversation(1), people.phone.id()));
}

TEST(ARootProof, IsBrokenByEveryFlippedBit) {
  const People people;
  const Signature proof = prove_root(people.anna, conversation(1), people.laptop.id());
  for (std::size_t bit = 0; bit < proof.size() * 8; ++bit) {
    Signature damaged = proof;
    damaged[bit / 8] = static_cast<std::uint8_t>(damaged[bit / 8] ^ 1U << bit % 8);
    EXPECT_FALSE(root_proof_holds(people.anna.public_keys(), damaged, conversation(1), people.laptop.id())) << bit;
  }
}

// Nothing else that a root or a device ever signs is taken for one.
TEST(ARootProof, IsNoOtherSignatureOfTheRoot) {
  const People people;
  const Certificate certificate = certify(people.anna, people.laptop.public_keys(), 1, "laptop");
  const Signature revocation = revoke(people.anna, people.journal, people.laptop.id(), 0, RecordId{});
  for (const Signature& other : {certificate.signature, revocation})
    EXPECT_FALSE(root_proof_holds(people.anna.public_keys(), other, ByteArray<64>{}, people.laptop.id()));
}

}  // namespace
}  // namespace duolog::crypto::testing
