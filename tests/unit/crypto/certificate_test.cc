// certificate_test.cc: which chains prove a device, and which do not.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/certificate.h"

#include "damage.h"
#include "people.h"

namespace duolog::crypto::testing {
namespace {

class ChainTest : public ::testing::Test {
 protected:
  People people_;
  std::vector<RootPublic> roots_ = people_.genesis.roots();
  Certificate by_root_ = certify(people_.anna, people_.laptop.public_keys(), 100, "Anna's laptop");
  Certificate by_laptop_ = certify(people_.laptop, people_.phone.public_keys(), 200, "Anna's phone");

  [[nodiscard]] bool holds(const Chain& chain) const { return prove(chain, roots_).has_value(); }
};

TEST_F(ChainTest, ProvesWhoseDeviceItIs) {
  const auto proven = prove({by_root_, by_laptop_}, roots_);
  ASSERT_TRUE(proven);
  EXPECT_EQ(proven->person, people_.anna.public_keys().id());
  EXPECT_EQ(proven->device, people_.phone.public_keys());
  EXPECT_EQ(proven->name, "Anna's phone");
  EXPECT_EQ(proven->created, 200U);
  EXPECT_EQ(proven->path, (std::vector<DeviceId>{people_.laptop.id(), people_.phone.id()}));
}

TEST_F(ChainTest, AnEmptyChainProvesNothing) { EXPECT_FALSE(holds({})); }
TEST_F(ChainTest, MustBeginAtARootOfTheJournal) {
  EXPECT_FALSE(holds({by_laptop_}));
  const RootKeys stranger(RootEntropy::random());
  EXPECT_FALSE(holds({certify(stranger, people_.laptop.public_keys(), 1, "")}));
}
TEST_F(ChainTest, EachLinkIsSignedByTheOneBefore) {
  EXPECT_FALSE(holds({by_root_, certify(people_.desktop, people_.phone.public_keys(), 200, "")}));
  EXPECT_FALSE(holds({by_laptop_, by_root_}));
}
TEST_F(ChainTest, NoDeviceAppearsTwice) {
  EXPECT_FALSE(holds({by_root_, by_laptop_, certify(people_.phone, people_.laptop.public_keys(), 300, "")}));
}
TEST_F(ChainTest, NoCertificateIsOlderThanItsIssuers) {
  EXPECT_TRUE(holds({by_root_, certify(people_.laptop, people_.phone.public_keys(), 100, "")}));
  EXPECT_FALSE(holds({by_root_, certify(people_.laptop, people_.phone.public_keys(), 99, "")}));
}

TEST_F(ChainTest, EveryByteOfBodyAndSignatureFlippedIsRefused) {
  for (const std::size_t i : {0U, 1U}) {
    const Chain good{by_root_, by_laptop_};
    expect_each_flip_refused(good[i].body, [&](ByteView bad) {
      Chain chain = good;
      chain[i].body = to_bytes(bad);
      return !holds(chain);
    });
    expect_each_flip_refused(good[i].signature, [&](ByteView bad) {
      Chain chain = good;
      std::copy(bad.begin(), bad.end(), chain[i].signature.begin());
      return !holds(chain);
    });
  }
}

TEST_F(ChainTest, ABodyCutOrLongerIsNotRead) {
  expect_each_cut_refused(by_root_.body, [&](ByteView bad) { return !decode({to_bytes(bad), {}}); });
  Certificate longer = by_root_;
  longer.body.push_back('x');
  EXPECT_FALSE(decode(longer));
}

TEST_F(ChainTest, ANameOf64BytesIsReadAndOf65IsNot) {
  Certificate longest = certify(people_.anna, people_.laptop.public_keys(), 1, std::string(kNameLimit, 'n'));
  EXPECT_TRUE(decode(longest));
  longest.body[longest.body.size() - kNameLimit - 1] = kNameLimit + 1;
  longest.body.push_back('n');
  EXPECT_FALSE(decode(longest));
}

TEST_F(ChainTest, ANameThatIsNotUtf8IsNotRead) {
  Certificate named = certify(people_.anna, people_.laptop.public_keys(), 1, "n");
  named.body.back() = 0xff;
  EXPECT_FALSE(decode(named));
}

TEST_F(ChainTest, SixtyFourDevicesAreProvedAndOneMoreIsNot) {
  Chain chain{by_root_};
  std::vector<DeviceKeys> devices;
  devices.emplace_back(DeviceSeed::random());
  chain.push_back(certify(people_.laptop, devices.back().public_keys(), 100, ""));
  while (chain.size() < kChainLimit) {
    DeviceKeys next(DeviceSeed::random());
    chain.push_back(certify(devices.back(), next.public_keys(), 100, ""));
    devices.push_back(std::move(next));
  }
  EXPECT_TRUE(holds(chain));
  chain.push_back(certify(devices.back(), people_.phone.public_keys(), 100, ""));
  EXPECT_FALSE(holds(chain));
}

TEST_F(ChainTest, ARevocationHoldsForThatDeviceThatPlaceAndThatJournalAlone) {
  const DeviceId phone = people_.phone.id();
  const RecordId cut{{4}};
  const Signature signature = revoke(people_.anna, people_.journal, phone, 9, cut);
  const RootPublic anna = people_.anna.public_keys();
  EXPECT_TRUE(revocation_holds(anna, signature, people_.journal, phone, 9, cut));
  EXPECT_FALSE(revocation_holds(people_.ben.public_keys(), signature, people_.journal, phone, 9, cut));
  EXPECT_FALSE(revocation_holds(anna, signature, JournalId{}, phone, 9, cut));
  EXPECT_FALSE(revocation_holds(anna, signature, people_.journal, people_.laptop.id(), 9, cut));
  EXPECT_FALSE(revocation_holds(anna, signature, people_.journal, phone, 10, cut));
  EXPECT_FALSE(revocation_holds(anna, signature, people_.journal, phone, 9, RecordId{{5}}));
}

}  // namespace
}  // namespace duolog::crypto::testing
