// The texts: one for each code, by the rules of words.h, and no command in them that does not exist.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/words.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "client/command_line.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

using control::Error;
using testing::HasSubstr;
using testing::Not;

std::vector<Error> every_error() {
  std::vector<Error> errors;
  for (int code = Error::Code_MIN; code <= Error::Code_MAX; ++code) {
    if (!Error::Code_IsValid(code)) continue;
    Error bare;
    bare.set_code(static_cast<Error::Code>(code));
    errors.push_back(bare);
    bare.set_detail("Detail");
    bare.set_offset(17);
    bare.set_limit(4096);
    bare.add_candidates("banana");
    errors.push_back(bare);
  }
  return errors;
}

// The words after "duolog" in a text that are meant as a verb.
std::vector<std::string> verbs_named_in(const std::string& text) {
  std::vector<std::string> verbs;
  std::istringstream words(text);
  std::string before;
  for (std::string word; words >> word; before = word) {
    while (!word.empty() && std::ispunct(static_cast<unsigned char>(word.back())) != 0) word.pop_back();
    if (before == "duolog" && !word.empty() && std::islower(static_cast<unsigned char>(word[0])) != 0)
      verbs.push_back(word);
  }
  return verbs;
}

// English that may follow the program's name.
const std::set<std::string> kNoVerbs = {"and", "alone", "was"};

TEST(Words, EveryCodeHasATextOfItsOwn) {
  std::set<std::string> seen;
  for (const auto& error : every_error()) {
    if (!error.detail().empty() || error.code() == Error::FAILED) continue;
    EXPECT_TRUE(seen.insert(failure_of(error).what()).second) << failure_of(error).what();
  }
}

TEST(Words, ErrorsAreLowerCaseWithoutAFullStopAndSayWhatToDo) {
  for (const auto& error : every_error()) {
    const auto failure = failure_of(error);
    const std::string what = failure.what();
    ASSERT_FALSE(what.empty());
    const bool shouts = what.starts_with("NOT saved");  // the one thing that must not be missed
    EXPECT_TRUE(shouts || std::isupper(static_cast<unsigned char>(what[0])) == 0) << what;
    EXPECT_NE(what.back(), '.') << what;
    EXPECT_THAT(what, Not(HasSubstr("!")));
    EXPECT_THAT(what, Not(HasSubstr("{")));
    EXPECT_FALSE(failure.hint().empty()) << what;
    EXPECT_NE(failure.hint().back(), '.') << failure.hint();
    EXPECT_THAT(failure.hint(), Not(HasSubstr("{")));
  }
}

TEST(Words, CodesForScriptsAreTheNamesOfTheMessage) {
  for (const auto& error : every_error()) EXPECT_EQ(failure_of(error).code(), Error::Code_Name(error.code()));
}

TEST(Words, TheyNameOnlyVerbsThatExist) {
  const auto verbs = all_verbs();
  for (const auto& error : every_error()) {
    const auto failure = failure_of(error);
    for (const auto& verb : verbs_named_in(std::string(failure.what()) + " " + failure.hint())) {
      EXPECT_TRUE(kNoVerbs.contains(verb) || std::ranges::find(verbs, verb) != verbs.end())
          << verb << " in " << failure.hint();
    }
  }
}

TEST(Words, ExitCodesAreThoseScriptsKnow) {
  auto status = [](Error::Code code) {
    Error error;
    error.set_code(code);
    return failure_of(error).status();
  };
  EXPECT_EQ(status(Error::FAILED), Exit::kFailed);
  EXPECT_EQ(status(Error::LOCKED), Exit::kLocked);
  EXPECT_EQ(status(Error::NOT_FOUND), Exit::kNotFound);
  EXPECT_EQ(status(Error::NO_SUCH_JOURNAL), Exit::kNotFound);
  EXPECT_EQ(status(Error::BAD_DATE), Exit::kUsage);
  EXPECT_EQ(daemon_not_running("x").status(), Exit::kNoDaemon);
  EXPECT_EQ(daemon_hangs(10).status(), Exit::kNoDaemon);
}

TEST(Words, AMistypedWordComesWithTheNearest) {
  Error error;
  error.set_code(Error::MISTYPED_WORD);
  error.set_detail("bannana");
  error.add_candidates("banana");
  error.add_candidates("banner");
  EXPECT_THAT(failure_of(error).what(), HasSubstr("bannana"));
  EXPECT_THAT(failure_of(error).hint(), HasSubstr("banana, banner"));
}

TEST(Words, NobodyFoundNamesThreeCausesInOrder) {
  Error error;
  error.set_code(Error::NOBODY_FOUND);
  const auto hint = failure_of(error).hint();
  EXPECT_LT(hint.find("1."), hint.find("2."));
  EXPECT_LT(hint.find("2."), hint.find("3."));
}

TEST(Words, ABurntCodeAsksForANewOne) {
  for (const auto code : {Error::WRONG_CODE, Error::CODE_SPENT, Error::OTHER_SIDE_LEFT}) {
    Error error;
    error.set_code(code);
    EXPECT_THAT(failure_of(error).hint(), HasSubstr("ask for a new code"));
  }
}

TEST(Words, WhatTheDaemonPassesOnIsSanitised) {
  Error error;
  error.set_code(Error::NOT_FOUND);
  error.set_detail("\x1b]0;x\x07");
  EXPECT_THAT(failure_of(error).what(), HasSubstr("‹U+001B›"));
  EXPECT_THAT(warning_text("clock:B\x1bo:12"), HasSubstr("‹U+001B›"));
}

TEST(Words, AClockThatDiffersIsToldInWordsThatFitTheDifference) {
  EXPECT_EQ(
      warning_text("clock:Bo:12"),
      "Bo's clock differs from this one by 12 minutes (it is ahead); nothing is lost by it, but look which of the "
      "two is right");
  EXPECT_THAT(warning_text("clock:Bo:-300"), HasSubstr("by 5 hours (it is behind)"));
  EXPECT_THAT(warning_text("clock:Bo:5256000"), HasSubstr("by 3650 days"));
  EXPECT_THAT(warning_text("clock:Bo: the second:-29916666"), HasSubstr("Bo: the second's clock"));
  EXPECT_THAT(warning_text("clock"), HasSubstr("the other's clock"));
}

TEST(Words, APartnerWithAnotherVersionIsToldWithWhoNeedsAnUpdateAndThatNothingIsLost) {
  EXPECT_EQ(
      warning_text("peer-newer:Bo: the second"),
      "Bo: the second's Duolog is newer than this one, and the two cannot talk until this one is updated; nothing is "
      "lost, and what you write is kept for Bo: the second");
  EXPECT_THAT(warning_text("peer-older:Bo"), HasSubstr("until it is updated; nothing is lost"));
  EXPECT_EQ(finding_text("peer-newer", "Bo"), warning_text("peer-newer:Bo"));
  EXPECT_EQ(finding_text("peer-older", "B\x1bo"), warning_text("peer-older:B\x1bo"));
}

TEST(Words, WhatIsStillToBeDoneIsToldWithHowMuchAndThatNothingIsMissing) {
  EXPECT_EQ(warning_text("indexing:5000"),
            "words are being indexed: 5000 records to go; nothing is missing, searches take a little longer");
  EXPECT_EQ(warning_text("folding:300"),
            "the view is being made anew: 300 records to go; everything is here, lists take a little longer");
}

TEST(Words, ADeviceInTwoPlacesIsToldByTheBeginningOfItsId) {
  EXPECT_EQ(warning_text("fork:3fa9c2d1" + std::string(56, '0')),
            "the device 3fa9c2d1 writes nothing more: two copies of it were used; all that is here can be read");
  EXPECT_THAT(warning_text("fork"), HasSubstr("the device ? writes nothing more"));
}

TEST(Words, AFindingSaysWhatItMeansAndAnUnknownOneItsCode) {
  EXPECT_EQ(finding_text("listening", "38650"), "listens on port 38650");
  for (const char* way : {"here", "name", "across", "came-in", "through-port", "tor"})
    EXPECT_THAT(finding_text(std::string("peer-connected-") + way, "Bo"), HasSubstr("connected with Bo"));
  for (const char* code : {"mapping-off", "mapping-no-router", "mapping-asking", "mapping-no-answer", "mapping-refused",
                           "mapping-double-nat", "mapping-not-needed", "mapping-tunnel", "mapped", "tor-missing",
                           "tor-waits", "tor-starting", "tor-up", "tor-published", "tor-ended"})
    EXPECT_THAT(finding_text(code, "x"), Not(HasSubstr(code)));
  EXPECT_EQ(finding_text("words-unconfirmed", ""), warning_text("words-unconfirmed"));
  EXPECT_EQ(finding_text("brand-new", "x\x1b"), "brand-new: x‹U+001B›");
}

TEST(Words, AFieldThatDoesNotFitSaysWhy) {
  Error error;
  error.set_code(Error::BAD_FIELD);
  error.set_detail("connection");
  error.add_candidates("range");
  EXPECT_THAT(failure_of(error).what(), HasSubstr("connection is outside its scale"));
}

TEST(Words, WhatCannotBeDoneWithAThingSaysWhy) {
  Error error;
  error.set_code(Error::NOT_ITS_KIND);
  error.set_detail("sealed");
  EXPECT_THAT(failure_of(error).what(), HasSubstr("it is sealed, and there is nothing to read yet"));
}

TEST(Words, WhatIsTooLongIsNamed) {
  Error error;
  error.set_code(Error::TOO_LONG);
  error.set_limit(64);
  error.set_detail("name");
  EXPECT_STREQ(failure_of(error).what(), "the name is longer than 64 bytes; nothing was changed");
  error.set_detail("text");
  EXPECT_THAT(failure_of(error).what(), HasSubstr("the text is longer than 64 bytes"));
  error.set_detail("tags");
  EXPECT_THAT(failure_of(error).what(), HasSubstr("at most 64 tags"));
}

TEST(Words, ANameInACommandIsQuotedWhereAShellWouldSplitIt) {
  EXPECT_EQ(typeable("Bo"), "Bo");
  EXPECT_EQ(typeable("Zoë"), "Zoë");
  EXPECT_EQ(typeable("Bo B"), "'Bo B'");
  EXPECT_EQ(typeable("it's"), "'it'\\''s'");
  EXPECT_EQ(typeable("$(x)"), "'$(x)'");
  EXPECT_EQ(typeable(""), "''");
}

TEST(Words, ACodeFromANewerDaemonStillHasWords) {
  Error error;
  error.set_code(static_cast<Error::Code>(9999));
  error.set_detail("something new");
  EXPECT_THAT(failure_of(error).what(), HasSubstr("something new"));
}

}  // namespace
}  // namespace duolog::client
