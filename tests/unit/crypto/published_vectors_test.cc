// published_vectors_test.cc: what others have computed with the same primitives, and our own answers for HMAC and HKDF.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <sodium.h>

#include <nlohmann/json.hpp>

#include "crypto/noise_primitives.h"
#include "crypto/pairing.h"
#include "scripted_random.h"
#include "vectors.h"

namespace duolog::crypto::testing {
namespace {

using nlohmann::json;

Bytes field(const json& from, const std::string& name) { return unhex(from.at(name)); }

template <class Test>
int for_each_wycheproof(const std::string& path, Test test) {
  int count = 0;
  const json file = shared_vectors(path);
  for (const json& group : file.at("testGroups"))
    for (const json& vector : group.at("tests")) {
      SCOPED_TRACE(path + " test " + vector.at("tcId").dump());
      test(group, vector);
      ++count;
    }
  return count;
}

// One of flynn's vectors, played by our two sides.
class XXpsk0 {
 public:
  explicit XXpsk0(const json& vector) : vector_(vector) {}

  [[nodiscard]] Bytes payload(std::size_t i) const { return field(vector_.at("messages").at(i), "payload"); }
  [[nodiscard]] Bytes message(std::size_t i) const { return field(vector_.at("messages").at(i), "ciphertext"); }
  [[nodiscard]] Bytes ephemeral(const std::string& side) const { return field(vector_, side + "_ephemeral"); }
  [[nodiscard]] NoiseSecret self(const std::string& side) const {
    return *NoiseSecret::from(field(vector_, side + "_static"));
  }
  [[nodiscard]] PreparedPsk psk() const {
    return {field(vector_, "init_prologue"), *HandshakePsk::from(unhex(vector_.at("init_psks").at(0)))};
  }

  void expect_initiator() const {
    const ScriptedRandom random = ScriptedRandom::giving({ephemeral("init")});
    Handshake initiator = Handshake::initiate(psk(), self("init"));
    EXPECT_EQ(initiator.write(payload(0)), message(0));
    EXPECT_EQ(initiator.read(message(1)), payload(1));
    EXPECT_EQ(initiator.write(payload(2)), message(2));
    const ChannelKeys keys = initiator.split();
    EXPECT_EQ(noise_encrypt(keys.send.view(), 0, {}, payload(3)), message(3));
    EXPECT_EQ(noise_decrypt(keys.receive.view(), 0, {}, message(4)), payload(4));
  }

  void expect_responder() const {
    const ScriptedRandom random = ScriptedRandom::giving({ephemeral("resp")});
    auto responder = Handshake::answer(psk(), self("resp"), message(0));
    ASSERT_TRUE(responder);
    EXPECT_EQ(responder->write(payload(1)), message(1));
    EXPECT_EQ(responder->read(message(2)), payload(2));
    const ChannelKeys keys = responder->split();
    EXPECT_EQ(noise_decrypt(keys.receive.view(), 0, {}, message(3)), payload(3));
    EXPECT_EQ(noise_encrypt(keys.send.view(), 0, {}, payload(4)), message(4));
  }

 private:
  const json& vector_;
};

TEST(PublishedVectors, NoiseXXpsk0) {
  NEEDS_SHARED_VECTORS();
  int as_initiator = 0;
  int as_responder = 0;
  const json file = shared_vectors("noise/flynn-25519_ChaChaPoly_BLAKE2b.json");
  for (const json& vector : file.at("vectors")) {
    if (vector.at("protocol_name") != "Noise_XXpsk0_25519_ChaChaPoly_BLAKE2b") continue;
    const XXpsk0 known(vector);
    known.expect_initiator();
    ++as_initiator;
    // Our responder takes a first message of exactly 48 bytes: two of the four carry a payload and are refused.
    if (known.payload(0).empty()) {
      known.expect_responder();
      ++as_responder;
    } else {
      EXPECT_FALSE(Handshake::answer(known.psk(), known.self("resp"), known.message(0)));
    }
  }
  EXPECT_EQ(as_initiator, 4);
  EXPECT_EQ(as_responder, 2);
}

TEST(PublishedVectors, HmacOverUnkeyedBlake2b) {
  NEEDS_SHARED_VECTORS();
  const json file = shared_vectors("misc/hmac-blake2b-computed.json");
  for (const json& vector : file.at("hmac_blake2b")) {
    ByteArray<64> out{};
    hmac_blake2b(out, field(vector, "key"), {field(vector, "data")});
    EXPECT_EQ(hex(out), vector.at("hmac").get<std::string>()) << vector.at("name");
  }
  EXPECT_EQ(file.at("hmac_blake2b").size(), 5U);
}

TEST(PublishedVectors, HkdfOfNoise) {
  NEEDS_SHARED_VECTORS();
  const json file = shared_vectors("misc/hmac-blake2b-computed.json");
  for (const json& vector : file.at("noise_hkdf_blake2b")) {
    std::array<Wiped<64>, 3> outputs;
    noise_hkdf(outputs, field(vector, "ck"), field(vector, "ikm"));
    for (std::size_t i = 0; i < 3; ++i)
      EXPECT_EQ(hex(outputs[i].view()), vector.at("out" + std::to_string(i + 1)).get<std::string>());
  }
  EXPECT_EQ(file.at("noise_hkdf_blake2b").size(), 3U);
}

TEST(PublishedVectors, CPaceRistretto255) {
  NEEDS_SHARED_VECTORS();
  const json known = shared_vectors("cpace/cpace-ristretto255-sha512.json").at("G_Coffee25519");
  const auto generator = cpace_generator(field(known, "PRS"), field(known, "CI"), field(known, "sid"));
  EXPECT_EQ(to_bytes(generator), field(known, "g"));
  ByteArray<32> out{};
  ASSERT_TRUE(cpace_multiply(out, field(known, "ya"), generator));
  EXPECT_EQ(to_bytes(out), field(known, "Ya"));
  ASSERT_TRUE(cpace_multiply(out, field(known, "yb"), generator));
  EXPECT_EQ(to_bytes(out), field(known, "Yb"));
  ASSERT_TRUE(cpace_multiply(out, field(known, "ya"), field(known, "Yb")));
  EXPECT_EQ(to_bytes(out), field(known, "K"));
  const CPaceKey key = cpace_key(field(known, "sid"), out, field(known, "Ya"), field(known, "ADa"), field(known, "Yb"),
                                 field(known, "ADb"));
  EXPECT_EQ(to_bytes(key.view()), field(known, "ISK_IR"));
}

TEST(PublishedVectors, CPaceRefusesInvalidPoints) {
  NEEDS_SHARED_VECTORS();
  const json points = shared_vectors("cpace/cpace-ristretto255-sha512.json").at("G_Coffee25519_points");
  const json& valid = points.at("Valid");
  ByteArray<32> out{};
  ASSERT_TRUE(cpace_multiply(out, field(valid, "s"), field(valid, "X")));
  EXPECT_EQ(to_bytes(out), field(valid, "G.scalar_mult_vfy(s,X)"));
  EXPECT_FALSE(cpace_multiply(out, field(valid, "s"), field(points, "Invalid Y1")));
  EXPECT_FALSE(cpace_multiply(out, field(valid, "s"), field(points, "Invalid Y2")));
}

TEST(PublishedVectors, TwentyFourWordsOfBip39) {
  NEEDS_SHARED_VECTORS();
  int count = 0;
  const json file = shared_vectors("bip39/vectors-english.json");
  for (const json& vector : file.at("english")) {
    const auto entropy = RootEntropy::from(unhex(vector.at(0)));
    if (!entropy) continue;  // fewer than 24 words
    const std::string words = vector.at(1);
    EXPECT_EQ(words_from_entropy(*entropy).text(), words);
    EXPECT_TRUE(entropy_from_words(words) == *entropy);
    ++count;
  }
  EXPECT_EQ(count, 8);
}

TEST(PublishedVectors, X25519OfWycheproof) {
  NEEDS_SHARED_VECTORS();
  int refused = 0;
  const int count = for_each_wycheproof("wycheproof/x25519_test.json", [&](const json&, const json& vector) {
    ByteArray<32> shared{};
    const bool agreed = dh(shared, field(vector, "private"), field(vector, "public"));
    const Bytes expected = field(vector, "shared");
    const bool all_zero = expected == Bytes(32);
    EXPECT_EQ(agreed, !all_zero);
    if (agreed) {
      EXPECT_EQ(to_bytes(shared), expected);
    }
    refused += all_zero ? 1 : 0;
  });
  EXPECT_EQ(count, 518);
  EXPECT_EQ(refused, 31);
}

// verify() signs labelled digests only, so the call beneath it is asked.
TEST(PublishedVectors, Ed25519OfWycheproof) {
  NEEDS_SHARED_VECTORS();
  const int count = for_each_wycheproof("wycheproof/ed25519_test.json", [](const json& group, const json& vector) {
    const Bytes key = field(group.at("publicKey"), "pk");
    const Bytes signature = field(vector, "sig");
    const Bytes message = field(vector, "msg");
    const bool holds =
        signature.size() == crypto_sign_ed25519_BYTES &&
        crypto_sign_ed25519_verify_detached(signature.data(), message.data(), message.size(), key.data()) == 0;
    EXPECT_EQ(holds, vector.at("result") == "valid");
  });
  EXPECT_EQ(count, 151);
}

TEST(PublishedVectors, XChaCha20Poly1305OfWycheproof) {
  NEEDS_SHARED_VECTORS();
  int tried = 0;
  for_each_wycheproof("wycheproof/xchacha20_poly1305_test.json", [&](const json& group, const json& vector) {
    if (group.at("ivSize") != 192) return;  // SEAL has 24-byte nonces only
    ++tried;
    Bytes box = field(vector, "iv");
    append(box, field(vector, "ct"));
    append(box, field(vector, "tag"));
    const auto opened = open(field(vector, "key"), field(vector, "aad"), box);
    EXPECT_EQ(opened.has_value(), vector.at("result") == "valid");
    if (opened) {
      EXPECT_EQ(*opened, field(vector, "msg"));
    }
  });
  EXPECT_EQ(tried, 306);
}

TEST(PublishedVectors, Padme) {
  NEEDS_SHARED_VECTORS();
  const json file = shared_vectors("padme/padme.json");
  for (const json& vector : file.at("vectors"))
    EXPECT_EQ(padme(vector.at("len").get<std::uint64_t>()), vector.at("padded").get<std::uint64_t>());
  EXPECT_EQ(file.at("vectors").size(), 55U);
}

}  // namespace
}  // namespace duolog::crypto::testing
