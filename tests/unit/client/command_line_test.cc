// What was typed, as values.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/command_line.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <sstream>

#include "client/failure.h"
#include "client/help_page.h"
#include "client/layout.h"
#include "client/practice_verbs.h"

namespace duolog::client {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Invocation typed(std::vector<const char*> words) {
  words.insert(words.begin(), "duolog");
  return parse_command_line(static_cast<int>(words.size()), words.data());
}

std::string refused(std::vector<const char*> words) {
  try {
    typed(std::move(words));
  } catch (const Failure& failure) {
    return std::string(failure.what()) + " hint: " + failure.hint();
  }
  return "taken";
}

TEST(CommandLine, NothingAtAllIsToday) { EXPECT_EQ(typed({}).verb, Verb::kToday); }

TEST(CommandLine, WordsArriveAsTheyAre) {
  for (const char* word :
       {"[a]", "{}", "%%", "list", "- milk", "-5 degrees", "a  b", "[", "{\"a\":1}", "\x1f", "[a,b]", "", "="}) {
    EXPECT_THAT(typed({"write", word}).write.words, ElementsAre(word));
    EXPECT_THAT(typed({"write", word, "x", word}).write.words, ElementsAre(word, "x", word));
    EXPECT_THAT(typed({"checkin", "--set", word}).doing.set, ElementsAre(word)) << word;
    EXPECT_EQ(typed({"list", "--from", word}).list.from, word);
  }
}

TEST(CommandLine, TextAfterTwoHyphensMayBeginWithOne) {
  EXPECT_THAT(typed({"write", "--", "--private", "-j"}).write.words, ElementsAre("--private", "-j"));
}

TEST(CommandLine, ATagTakesOneWord) {
  const auto call = typed({"write", "-t", "lake", "we", "-t", "walk", "walked"});
  EXPECT_THAT(call.write.tags, ElementsAre("lake", "walk"));
  EXPECT_THAT(call.write.words, ElementsAre("we", "walked"));
}

TEST(CommandLine, GlobalOptionsWorkBeforeAndAfterTheVerb) {
  for (const auto& call : {typed({"--json", "--home", "/x", "-j", "Bo", "--yes", "list"}),
                           typed({"list", "--json", "--home", "/x", "-j", "Bo", "--yes"})}) {
    EXPECT_EQ(call.verb, Verb::kList);
    EXPECT_TRUE(call.globals.json && call.globals.yes);
    EXPECT_EQ(call.globals.home, "/x");
    EXPECT_EQ(call.globals.journal, "Bo");
  }
}

TEST(CommandLine, ColourIsOneOfThree) {
  EXPECT_EQ(typed({"--color", "never"}).globals.colour, Colour::kNever);
  EXPECT_EQ(typed({"list", "--color=always"}).globals.colour, Colour::kAlways);
  EXPECT_NE(refused({"--color", "pink"}), "taken");
}

TEST(CommandLine, TheHomeBecomesAbsolute) { EXPECT_TRUE(typed({"--home", "here"}).globals.home.starts_with('/')); }

TEST(CommandLine, AnUnknownVerbIsMetWithTheNearest) {
  EXPECT_THAT(refused({"wriet"}), HasSubstr("did you mean duolog write"));
  EXPECT_THAT(refused({"hello world"}), HasSubstr("no verb"));
}

TEST(CommandLine, WrongUsageNamesTheVerbsHelp) {
  EXPECT_THAT(refused({"search", "lake", "--relevance", "--before", "3fa9"}), HasSubstr("which of them?"));
  EXPECT_THAT(refused({"list", "--bogus"}), HasSubstr("duolog list --help"));
  EXPECT_NE(refused({"list", "-n", "many"}), "taken");
  EXPECT_NE(refused({"list", "-n", "-1"}), "taken");
  EXPECT_NE(refused({"show"}), "taken");
  EXPECT_NE(refused({"daemon", "restart"}), "taken");
  EXPECT_NE(refused({"pair", "--relationship", "enemy"}), "taken");
  EXPECT_NE(refused({"list", "show"}), "taken");
}

TEST(CommandLine, WrongUsageIsToldInOurWords) {
  EXPECT_THAT(refused({"list", "-n", "-3"}), HasSubstr("--number takes a whole number"));
  EXPECT_THAT(refused({"list", "--kind", "foo"}),
              HasSubstr("--kind takes entry, letter, answer, remark, taken back, unreadable or newer, not"));
  EXPECT_THAT(refused({"--color", "pink"}), HasSubstr("--color takes auto, always or never, not"));
  EXPECT_THAT(refused({"daemon", "restart"}), HasSubstr("action takes start, stop or status, not"));
  EXPECT_THAT(refused({"passphrase", "--key-file", "--new-passphrase-file", "x"}), HasSubstr("which of them?"));
  EXPECT_THAT(refused({"list", "--bogus"}), HasSubstr("there is no option --bogus"));
  EXPECT_THAT(refused({"show"}), HasSubstr("the id is missing"));
  EXPECT_THAT(refused({"show", "a", "b"}), HasSubstr("one word too many: b"));
  EXPECT_THAT(refused({"list", "--from"}), HasSubstr("--from needs a value"));
  EXPECT_THAT(refused({"--home", "x", "--home", "y"}), HasSubstr("--home is there more than once"));
  EXPECT_THAT(refused({"--yes=foo"}), HasSubstr("takes no value"));
}

TEST(Help, TheCheckinsFieldsAreNamedWithoutADaemon) {
  for (const char* field : {"connection", "highlight", "distance", "wish", "unsaid"}) {
    EXPECT_THAT(typed({"checkin", "--help"}).text, HasSubstr(field));
  }
}

TEST(CommandLine, EveryPracticeIsAVerb) {
  for (const auto& verb : practice_verbs()) {
    const auto call = typed({verb.id, "--set", "a=b", "--period", "2026-W47"});
    EXPECT_EQ(call.verb, Verb::kDo);
    EXPECT_EQ(call.doing.practice, verb.id);
    EXPECT_EQ(call.doing.period, "2026-W47");
    EXPECT_EQ(typed({"do", verb.id}).doing.practice, verb.id);
  }
  EXPECT_THAT(typed({"mood", "4", "tired", "a long day"}).doing.words, ElementsAre("4", "tired", "a long day"));
  EXPECT_TRUE(typed({"question", "--skip"}).doing.pass);
  EXPECT_TRUE(typed({"repair", "--pass"}).doing.pass);
  EXPECT_TRUE(typed({"do", "sunday-walk", "--pass"}).doing.pass);
  EXPECT_NE(refused({"mood", "--pass"}), "taken");
}

TEST(CommandLine, AReactionIsAnEmojiOrNone) {
  EXPECT_EQ(typed({"react", "3fa9", "🌿"}).react.emoji, "🌿");
  EXPECT_TRUE(typed({"react", "3fa9", "--none"}).react.none);
  EXPECT_THAT(refused({"react", "3fa9"}), HasSubstr("takes an emoji"));
  EXPECT_THAT(refused({"react", "3fa9", "🌿", "--none"}), HasSubstr("takes an emoji"));
}

TEST(CommandLine, AnEditTakesWordsOrWhatElseShallChange) {
  EXPECT_THAT(typed({"edit", "3fa9", "to", "the", "sea"}).edit.words, ElementsAre("to", "the", "sea"));
  EXPECT_THAT(typed({"edit", "3fa9", "-"}).edit.words, ElementsAre("-"));
  const EditOptions edit = typed({"edit", "3fa9", "-t", "lake", "-t", "sea", "--mood", "4", "--on", "2026-11-03"}).edit;
  EXPECT_THAT(edit.tags, ElementsAre("lake", "sea"));
  EXPECT_EQ(edit.mood + edit.on, "42026-11-03");
  EXPECT_EQ(typed({"edit", "3fa9", "--mood", "none"}).edit.mood, "none");
  EXPECT_THAT(refused({"edit", "3fa9", "--mood", "6"}), HasSubstr("--mood takes"));
}

TEST(CommandLine, AnExportTakesSeveralTags) {
  const auto call = typed({"export", "keepsake", "mine.html", "--mine", "-t", "garden", "--tag", "lake"}).exporting;
  EXPECT_THAT(call.tags, ElementsAre("garden", "lake"));
  EXPECT_TRUE(call.mine);
}

TEST(CommandLine, ManyThingsAreTakenBackAtOnce) {
  EXPECT_THAT(typed({"delete", "3fa9", "81c0", "--yes"}).erase.ids, ElementsAre("3fa9", "81c0"));
  const DeleteOptions found = typed({"delete", "-t", "work", "--until", "2026-06-30", "--count", "12"}).erase;
  EXPECT_EQ(found.tag + found.until, "work2026-06-30");
  EXPECT_EQ(found.count, 12U);
}

TEST(CommandLine, ALetterIsNotForTheNotebook) {
  EXPECT_THAT(refused({"write", "--private", "--open-on", "2027-12-01", "x"}), HasSubstr("a letter is for the other"));
}

TEST(CommandLine, AnArgumentThatIsNotUtf8IsRefusedWithItsOffset) {
  EXPECT_THAT(refused({"write", "ab\xff"}), HasSubstr("byte 2"));
}

TEST(CommandLine, JsonIsRecognisedBeforeAnythingIsParsed) {
  const char* with[] = {"duolog", "bogus", "--json"};
  const char* after[] = {"duolog", "write", "--", "--json"};
  EXPECT_TRUE(wants_json(3, with));
  EXPECT_FALSE(wants_json(4, after));
}

TEST(Help, EveryVerbHasExamplesThatBeginWithIt) {
  for (const auto& verb : all_verbs()) {
    const auto call = typed({verb.c_str(), "--help"});
    EXPECT_EQ(call.verb, Verb::kHelp);
    EXPECT_THAT(call.text, HasSubstr("examples:\n  duolog")) << verb;
  }
}

TEST(Help, IsAlsoAskedForInAWord) {
  EXPECT_EQ(typed({"help"}).text, typed({"--help"}).text);
  EXPECT_EQ(typed({"help", "need"}).text, typed({"need", "--help"}).text);
  EXPECT_EQ(typed({"help", "nonsens"}).text, typed({"--help"}).text);
  EXPECT_EQ(typed({"write", "help"}).verb, Verb::kWrite);
}

TEST(Help, IsBrokenWhereTheTerminalIsNarrow) {
  EXPECT_EQ(help_page("short\n\n  --set FIELD=VALUE      answer without asking; may be repeated\n"
                      "  duolog reply 3fa9      answers one: yes, a limit, something\n"
                      "  duolog checkin --set connection=7 --set wish=rest\n"
                      "at a terminal it asks, one question after the other\n",
                      40),
            "short\n\n  --set FIELD=VALUE\n      answer without asking; may be\n      repeated\n"
            "  duolog reply 3fa9\n      answers one: yes, a limit,\n      something\n"
            "  duolog checkin --set connection=7 --set wish=rest\n"
            "at a terminal it asks, one question\nafter the other\n");
  for (const auto& verb : all_verbs()) {
    const auto text = typed({verb.c_str(), "--help"}).text;
    std::istringstream lines(help_page(text, 40));
    for (std::string line; std::getline(lines, line);) {
      EXPECT_TRUE(display_width(line) <= 40 || line.starts_with("  ")) << line;
    }
    EXPECT_EQ(help_page(text, 120), text);
  }
}

// Every line of examples, without what a person would fill in for themselves, is something that parses.
TEST(Help, NamesOnlyWhatExists) {
  const auto verbs = all_verbs();
  for (const auto& verb : verbs) {
    std::istringstream lines(typed({verb.c_str(), "--help"}).text);
    for (std::string line; std::getline(lines, line);) {
      if (!line.starts_with("  duolog ")) continue;
      std::istringstream words(line);
      std::string program;
      std::string named;
      words >> program >> named;
      EXPECT_TRUE(std::ranges::find(verbs, named) != verbs.end()) << line;
    }
  }
}

TEST(Help, FitsAnOrdinaryTerminal) {
  for (const auto& verb : all_verbs()) {
    std::istringstream lines(typed({verb.c_str(), "--help"}).text);
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100U) << line;
  }
}

}  // namespace
}  // namespace duolog::client
