// search_query_test.cc: what somebody types, and which texts have it; and that an index is of the same opinion.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/search_query.h"

#include <gmock/gmock.h>
#include <sqlite3.h>

#include <memory>
#include <random>

#include "daemon/journal/refusal.h"

namespace duolog::journal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

bool any_field(Field, std::string_view) { return true; }
bool no_field(Field, std::string_view) { return false; }

bool found(std::string_view query, std::string_view text) {
  const auto node = parse_query(query, no_field);
  return node && matches(*node, fold(text), no_field);
}
std::vector<std::string> marked(std::string_view query, std::string_view text) {
  std::vector<std::string> pieces;
  for (const Hit& hit : hits_in(*parse_query(query, any_field), fold(text)))
    pieces.emplace_back(text.substr(hit.at.begin, hit.at.end - hit.at.begin));
  return pieces;
}

TEST(SearchQuery, AllWordsMustOccur) {
  EXPECT_TRUE(found("cold lake", "the lake was cold"));
  EXPECT_TRUE(found("cold AND lake", "the lake was cold"));
  EXPECT_FALSE(found("cold lake", "the lake was warm"));
}

TEST(SearchQuery, APhraseIsInItsOrder) {
  EXPECT_TRUE(found("\"so to bed\"", "and so,\nto bed."));
  EXPECT_TRUE(found("“so to bed”", "and so to bed"));
  EXPECT_FALSE(found("\"bed to so\"", "and so to bed"));
}

TEST(SearchQuery, AWordIsAWholeWordUnlessItSaysOtherwise) {
  EXPECT_FALSE(found("swim", "we swam and were swimming"));
  EXPECT_TRUE(found("swim*", "we were swimming"));
  EXPECT_TRUE(found("\"were swi\"*", "we were swimming"));
  EXPECT_FALSE(found("*", "anything"));
}

TEST(SearchQuery, EitherAndWithout) {
  EXPECT_TRUE(found("lake OR river", "by the river"));
  EXPECT_FALSE(found("lake or river", "by the river")) << "small, it is a word";
  EXPECT_FALSE(found("lake -swans", "the lake and its swans"));
  EXPECT_FALSE(found("lake NOT swans", "the lake and its swans"));
  EXPECT_TRUE(found("NOT swans", "the lake"));
  EXPECT_TRUE(found("(lake OR river) cold", "a cold river"));
  EXPECT_FALSE(found("-(lake OR river)", "a cold river"));
  EXPECT_TRUE(found("lake river OR sea", "the sea")) << "AND binds closer";
}

TEST(SearchQuery, WhatCannotBeReadIsWords) {
  EXPECT_TRUE(found("don't", "I don’t know"));
  EXPECT_TRUE(found("Ada's", "Ada’s boat"));
  EXPECT_TRUE(found("\"and so", "so it was, and so on"));
  EXPECT_TRUE(found("rock AND", "rock and roll"));
  EXPECT_TRUE(found("NOT", "not today"));
  EXPECT_TRUE(found("OR lake", "lake or river"));
  EXPECT_TRUE(found("lake OR", "lake or river"));
  EXPECT_TRUE(found("((lake", "the lake"));
  EXPECT_TRUE(found("lake))) cold", "the lake was cold"));
  EXPECT_TRUE(found("well-known", "a well known place"));
  EXPECT_TRUE(found("f(x)", "f (x) it says"));
  EXPECT_TRUE(found("tag:lake", "its tag: lake")) << "a field that cannot be is words as well";
  EXPECT_TRUE(found("- lake", "the lake"));
  EXPECT_TRUE(found("5\" x", "5 x 3"));
}

TEST(SearchQuery, NothingToLookForIsNothing) {
  for (const char* query : {"", "  ", "'", "\"\"", "()", "-", "?!", "( - )", "* *", "-\"\""})
    EXPECT_EQ(parse_query(query, any_field), std::nullopt) << query;
}

TEST(SearchQuery, OneAndTwoCharactersAreFound) {
  EXPECT_TRUE(found("京", "東京都へ行きました"));
  EXPECT_TRUE(found("東京", "きのう東京都へ行きました"));
  EXPECT_TRUE(found("東京都へ", "きのう東京都へ行きました"));
  EXPECT_FALSE(found("京東", "東京"));
  EXPECT_FALSE(found("東京都", "東京、京都")) << "two runs are not one";
  EXPECT_TRUE(found("한국", "한국어는 어렵다"));
  EXPECT_TRUE(found("ไทย", "ฉันรักเมืองไทยมาก"));
  EXPECT_TRUE(found("ลาว", "ຂ້ອຍ ลาว"));
  EXPECT_TRUE(found("Ada東京", "with Ada 東京 was fun"));
}

TEST(SearchQuery, FieldsAreAskedAndMayBeCombined) {
  const auto holds = [](Field field, std::string_view value) { return field == Field::kTag && value == "us"; };
  const auto finds = [&](std::string_view query, std::string_view text) {
    return matches(*parse_query(query, any_field), fold(text), holds);
  };
  EXPECT_TRUE(finds("tag:us lake", "lake"));
  EXPECT_FALSE(finds("tag:work lake", "lake"));
  EXPECT_FALSE(finds("-tag:us lake", "lake"));
  EXPECT_TRUE(finds("TAG:us OR nothing", "lake"));
  EXPECT_EQ(parse_query("from:\"Ada Lovelace\"", any_field)->value, "Ada Lovelace");
  EXPECT_EQ(parse_query("(in:notebook)", any_field)->value, "notebook");
  EXPECT_EQ(parse_query("tag: us", any_field)->what, Node::What::kAnd) << "no value: two words";
}

TEST(SearchQuery, WhatWasFoundIsMarkedWhereItStood) {
  EXPECT_THAT(marked("été", "an ETE\u0301 and été"), ElementsAre("ETE\u0301", "été"));
  EXPECT_THAT(marked("lake -swans", "lake"), ElementsAre("lake"));
  EXPECT_THAT(marked("\"so to\"", "and so,  to bed"), ElementsAre("so,  to"));
  EXPECT_THAT(marked("東京", "は東京都"), ElementsAre("東京"));
  EXPECT_THAT(marked("tag:us", "us"), IsEmpty());
}

TEST(SearchQuery, ItsLengthAndDepthAreBounded) {
  EXPECT_NO_THROW(parse_query(std::string(kQueryLimit, 'a'), any_field));
  EXPECT_THROW(parse_query(std::string(kQueryLimit + 1, 'a'), any_field), Refusal);
  for (const char* piece : {"(", "-(", "NOT ", "-a(", "\"", ")", "(a OR ", "a AND ", "tag:"}) {
    std::string deep;
    while (deep.size() + std::string_view(piece).size() <= kQueryLimit) deep += piece;
    const auto node = parse_query(deep, any_field);
    if (node) matches(*node, fold("a"), no_field);
  }
}

// ---- an index of the same opinion ----

class Index {
 public:
  Index() {
    sqlite3* opened = nullptr;
    EXPECT_EQ(sqlite3_open(":memory:", &opened), SQLITE_OK);
    db_.reset(opened);
    run("CREATE VIRTUAL TABLE found USING fts5(words, pairs, content='', tokenize='ascii')");
  }
  void add(int row, const Folded& text) {
    const auto insert = prepare("INSERT INTO found(rowid, words, pairs) VALUES (?, ?, ?)");
    sqlite3_bind_int(insert.get(), 1, row);
    bind(insert.get(), 2, text.words.text);
    bind(insert.get(), 3, text.pairs.text);
    EXPECT_EQ(sqlite3_step(insert.get()), SQLITE_DONE) << sqlite3_errmsg(db_.get());
  }
  std::vector<int> rows(const std::string& match) {
    const auto select = prepare("SELECT rowid FROM found WHERE found MATCH ? ORDER BY rowid");
    bind(select.get(), 1, match);
    std::vector<int> rows;
    int step = 0;
    while ((step = sqlite3_step(select.get())) == SQLITE_ROW) rows.push_back(sqlite3_column_int(select.get(), 0));
    EXPECT_EQ(step, SQLITE_DONE) << sqlite3_errmsg(db_.get()) << " in " << match;
    return rows;
  }

 private:
  struct Close {
    void operator()(sqlite3* db) const { sqlite3_close(db); }
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  using Statement = std::unique_ptr<sqlite3_stmt, Close>;
  void run(const char* sql) { EXPECT_EQ(sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr), SQLITE_OK); }
  Statement prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    EXPECT_EQ(sqlite3_prepare_v2(db_.get(), sql, -1, &statement, nullptr), SQLITE_OK) << sqlite3_errmsg(db_.get());
    return Statement(statement);
  }
  static void bind(sqlite3_stmt* statement, int at, const std::string& text) {
    sqlite3_bind_text(statement, at, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
  }
  std::unique_ptr<sqlite3, Close> db_;
};

class Author {
 public:
  explicit Author(unsigned seed) : random_(seed) {}
  std::size_t below(std::size_t limit) { return random_() % limit; }
  std::string words(const std::vector<std::string_view>& pieces, std::size_t most) {
    std::string text;
    for (std::size_t left = below(most + 1); left > 0; --left) {
      text += pieces[below(pieces.size())];
      if (below(3) > 0) text += ' ';
    }
    return text;
  }

 private:
  std::mt19937 random_;
};

// Few pieces, so that a good part of all texts has a good part of all queries.
const std::vector<std::string_view> kOfTexts{"lake", "Été", "ete\u0301", "don’t", "don", "t", "東", "京", "都",
                                             "ไทย",  "ที่",   "한국",      "🍅",    "\n",  "'", ",",  "ab", "abc"};
const std::vector<std::string_view> kOfQueries{"lake", "été", "don't", "t", "東",    "京都", "東京", "ไทย", "ที่",   "한",
                                               "🍅",   "\"",  "(",     ")", "-",     "*",    "AND",  "OR",  "NOT", " ",
                                               "ab*",  "a*",  "tag:x", "'", "lake*", "한국", "“",    "”"};

TEST(SearchQuery, AnIndexFindsWhatTheTextsSay) {
  Author author(2026);
  Index index;
  std::vector<Folded> texts;
  for (int row = 0; row < 300; ++row) {
    Folded text = fold(author.words(kOfTexts, 12));
    if (author.below(2) == 0) fold_into(text, author.words(kOfTexts, 4));
    index.add(row, text);
    texts.push_back(std::move(text));
  }
  std::size_t some = 0;
  for (int round = 0; round < 3000; ++round) {
    const std::string typed = author.words(kOfQueries, 7);
    const auto query = parse_query(typed, no_field);
    if (!query) continue;
    const MatchText match = match_text(*query);
    ASSERT_TRUE(match.exact);
    std::vector<int> expected;
    for (std::size_t row = 0; row < texts.size(); ++row)
      if (matches(*query, texts[row], no_field)) expected.push_back(static_cast<int>(row));
    ASSERT_EQ(index.rows(match.text), expected) << typed << " became " << match.text;
    some += !expected.empty() && expected.size() < texts.size() ? 1 : 0;
  }
  EXPECT_GT(some, 1000U) << "the queries were of a kind that shows something";
}

TEST(SearchQuery, WithFieldsAnIndexFindsNoneTooFew) {
  Author author(1660);
  Index index;
  std::vector<Folded> texts;
  for (int row = 0; row < 100; ++row) index.add(row, texts.emplace_back(fold(author.words(kOfTexts, 12))));
  std::size_t narrowed = 0;
  for (int round = 0; round < 2000; ++round) {
    const auto query = parse_query(author.words(kOfQueries, 7) + " tag:x", any_field);
    const MatchText match = match_text(*query);
    EXPECT_FALSE(match.exact);
    if (match.text.empty()) continue;
    const std::vector<int> rows = index.rows(match.text);
    narrowed += rows.size() < texts.size() ? 1 : 0;
    for (const bool tagged : {true, false}) {
      const auto holds = [&](Field, std::string_view) { return tagged; };
      for (std::size_t row = 0; row < texts.size(); ++row) {
        const bool listed = std::find(rows.begin(), rows.end(), static_cast<int>(row)) != rows.end();
        ASSERT_TRUE(listed || !matches(*query, texts[row], holds)) << match.text;
      }
    }
  }
  EXPECT_GT(narrowed, 500U);
}

TEST(SearchQuery, AnIndexTakesTheLongestQueryThereIs) {
  Index index;
  index.add(1, fold("a b"));
  for (const std::string_view piece : {"a ", "-a ", "a OR ", "(a) ", "NOT a ", "( b OR ", "\"a b\" "}) {
    std::string longest;
    while (longest.size() + piece.size() <= kQueryLimit) longest += piece;
    const auto query = parse_query(longest, no_field);
    const bool expected = matches(*query, fold("a b"), no_field);
    EXPECT_EQ(!index.rows(match_text(*query).text).empty(), expected) << piece;
  }
}

}  // namespace
}  // namespace duolog::journal
