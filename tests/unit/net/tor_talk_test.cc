// tor_talk_test.cc: what is said to tor, and what becomes of whatever it says.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/tor_talk.h"

#include <gmock/gmock.h>

namespace duolog::net {
namespace {

using Is = TorTalk::Is;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kService(56, 'a');

class ATalkWithTor : public ::testing::Test {
 protected:
  ATalkWithTor()
      : talk(Bytes(32, 0xab), crypto::onion_secret((crypto::initialise(), crypto::LocalKey::random())),
             "/run/visitors") {}

  std::vector<std::string> said() {
    std::vector<std::string> lines;
    for (auto next = talk.take_output(); !next.empty(); next = talk.take_output()) {
      EXPECT_TRUE(next.text().ends_with("\r\n"));
      lines.emplace_back(next.text().substr(0, next.text().size() - 2));
    }
    return lines;
  }
  void hears(const std::string& lines) {
    for (const char c : lines) talk.receive(as_bytes(std::string(c == '\n' ? "\r\n" : std::string(1, c))));
  }
  void is_up() {
    said();
    hears("250 OK\n250 OK\n250 OK\n250-status/bootstrap-phase=NOTICE BOOTSTRAP PROGRESS=100 TAG=done\n250 OK\n");
    ASSERT_EQ(talk.is(), Is::kUp);
  }
  void is_found() {
    is_up();
    talk.let_in({crypto::OnionClientPublic{}});
    said();
    hears("250-ServiceID=" + kService + "\n250 OK\n650 HS_DESC UPLOADED " + kService + " UNKNOWN $AA~r1\n");
    ASSERT_EQ(talk.onion(), kService + ".onion");
  }

  TorTalk talk;
};

TEST_F(ATalkWithTor, BeginsWithTheCookieAndTakesTorForItsOwn) {
  EXPECT_THAT(said(),
              ElementsAre("AUTHENTICATE abababababababababababababababababababababababababababababababab",
                          "TAKEOWNERSHIP", "SETEVENTS STATUS_CLIENT HS_DESC", "GETINFO status/bootstrap-phase"));
  EXPECT_EQ(talk.is(), Is::kGreeting);
  hears("250 OK\n250 OK\n250 OK\n");
  EXPECT_EQ(talk.is(), Is::kStarting);
  hears("250-status/bootstrap-phase=NOTICE BOOTSTRAP PROGRESS=45 TAG=a SUMMARY=\"b c\"\n250 OK\n");
  EXPECT_EQ(talk.progress(), 45);
  hears("650 STATUS_CLIENT WARN BOOTSTRAP PROGRESS=100 TAG=done SUMMARY=\"Done\"\n");
  EXPECT_EQ(talk.is(), Is::kUp);
}

TEST_F(ATalkWithTor, OffersTheServiceToThoseWithAKeyAndToNobodyElse) {
  is_up();
  EXPECT_THAT(said(), ElementsAre()) << "nobody may come";
  crypto::OnionClientPublic bo;
  bo.bytes.fill(0xff);
  talk.let_in({bo});
  const auto offer = said();
  ASSERT_EQ(offer.size(), 1U);
  EXPECT_THAT(offer[0], StartsWith("ADD_ONION ED25519-V3:"));
  EXPECT_THAT(offer[0], HasSubstr("== Flags=V3Auth,DiscardPK Port=7,unix:/run/visitors ClientAuthV3="
                                  "777777777777777777777777777777777777777777777777777q"));
  hears("250-ServiceID=" + kService + "\n250 OK\n");
  EXPECT_EQ(talk.onion(), "") << "nobody holds its descriptor yet";
  hears("650 HS_DESC UPLOADED " + std::string(56, 'b') + " UNKNOWN $AA~r1\n");
  EXPECT_EQ(talk.onion(), "") << "somebody else's";
  hears("650 HS_DESC UPLOADED " + kService + " UNKNOWN $AA~r1\n");
  EXPECT_EQ(talk.onion(), kService + ".onion");
}

TEST_F(ATalkWithTor, OffersItAnewWhereOthersMayComeAndToldTwiceOnlyOnce) {
  is_found();
  talk.let_in({crypto::OnionClientPublic{}});
  EXPECT_THAT(said(), ElementsAre()) << "the same";
  crypto::OnionClientPublic cy;
  cy.bytes.fill(1);
  talk.let_in({cy});
  talk.let_in({cy, crypto::OnionClientPublic{}});  // while the first is under way
  EXPECT_THAT(said(), ElementsAre("DEL_ONION " + kService, StartsWith("ADD_ONION ")));
  EXPECT_EQ(talk.onion(), kService + ".onion") << "it is found under the same name";
  hears("250 OK\n250-ServiceID=" + kService + "\n250 OK\n");
  EXPECT_THAT(said(), ElementsAre("DEL_ONION " + kService, StartsWith("ADD_ONION ")));
  talk.let_in({});
  hears("250 OK\n250-ServiceID=" + kService + "\n250 OK\n");
  EXPECT_THAT(said(), ElementsAre("DEL_ONION " + kService));
  EXPECT_EQ(talk.onion(), "");
}

TEST_F(ATalkWithTor, UsesAKeyForAService) {
  std::vector<bool> told;
  const auto key = crypto::OnionClientSecret::random();
  const auto tell = [&](bool taken) { told.push_back(taken); };
  talk.use(kService + ".onion", key, tell);
  EXPECT_THAT(told, ElementsAre(false)) << "there is no way yet";
  is_up();
  talk.use(kService + ".onion", key, tell);
  talk.use(kService + ".onion", key, tell);
  const std::string line =
      "ONION_CLIENT_AUTH_ADD " + kService + " x25519:" + std::string(crypto::in_base64(key.view()).text());
  EXPECT_THAT(said(), ElementsAre(line, line));
  hears("251 Client for onion existed and replaced\n512 Invalid v3 address\n");
  EXPECT_THAT(told, ElementsAre(false, true, false));
}

TEST_F(ATalkWithTor, SaysNoLineThatAnAddressMakesUp) {
  is_up();
  const auto key = crypto::OnionClientSecret::random();
  for (const std::string& name : {std::string("a.onion"), std::string(".onion"), kService, kService + ".onion.onion",
                                  std::string(47, 'a') + "\r\nSIGNAL.onion", std::string(56, '1') + ".onion"}) {
    bool taken = true;
    talk.use(name, key, [&](bool told) { taken = told; });
    EXPECT_FALSE(taken) << name;
  }
  EXPECT_THAT(said(), ElementsAre());
}

TEST_F(ATalkWithTor, EndsWithItsWordsWhereTheCookieIsNotTaken) {
  hears("515 Authentication failed: \x1b[31mno\n");
  EXPECT_EQ(talk.is(), Is::kBroken);
  EXPECT_EQ(talk.why(), "Authentication failed: ?[31mno");
  EXPECT_THAT(said(), ElementsAre());
}

TEST_F(ATalkWithTor, EndsWhereTheServiceIsRefused) {
  is_up();
  talk.let_in({crypto::OnionClientPublic{}});
  hears("513 Invalid v3 client-auth key\n");
  EXPECT_EQ(talk.is(), Is::kBroken);
}

TEST_F(ATalkWithTor, PassesOverDataAndEventsOfOtherKinds) {
  is_found();
  hears("650+SOMETHING\n250 OK\n.\n650 CIRC 1 BUILT\n650-A\n650 B\n");
  EXPECT_EQ(talk.is(), Is::kUp);
}

TEST_F(ATalkWithTor, EndsWithWhatIsNoAnswer) {
  for (const char* line : {"nonsense\n", "\n", "25\n", "250\n", "0x250 OK\n", "-25 OK\n"}) {
    TorTalk one({}, crypto::onion_secret(crypto::LocalKey::random()), "");
    for (const char c : std::string_view(line))
      one.receive(as_bytes(std::string(c == '\n' ? "\r\n" : std::string(1, c))));
    EXPECT_EQ(one.is(), Is::kBroken) << line;
  }
}

TEST_F(ATalkWithTor, EndsWithAnAnswerToNothing) {
  is_up();
  hears("250 OK\n");
  EXPECT_EQ(talk.is(), Is::kBroken);
}

TEST_F(ATalkWithTor, EndsWithALineOrAnAnswerWithoutAnEnd) {
  TorTalk endless({}, crypto::onion_secret(crypto::LocalKey::random()), "");
  endless.receive(as_bytes(std::string(TorTalk::kLineLimit, '2')));
  EXPECT_EQ(endless.is(), Is::kGreeting);
  endless.receive(as_bytes(std::string("2")));
  EXPECT_EQ(endless.is(), Is::kBroken);
  for (std::size_t i = 0; i < TorTalk::kLinesLimit; ++i) hears("250-a=b\n");
  EXPECT_EQ(talk.is(), Is::kGreeting);
  hears("250-a=b\n");
  EXPECT_EQ(talk.is(), Is::kBroken);
}

}  // namespace
}  // namespace duolog::net
