// word_index_test.cc: what the index finds is what the query means, whatever has happened to the records; and what was
// let out of it is gone from its pages.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <sqlite3.h>
#include <utf8proc.h>

#include <random>

#include "daemon/journal/searching.h"
#include "daemon/store/query.h"
#include "daemon/store/view_database.h"
#include "tests/unit/journal/together.h"

namespace duolog::journal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::int64_t kLast = (std::int64_t{1} << 48) + 9'000;

// ---- the index alone ----

class AnIndex {
 public:
  explicit AnIndex(const std::filesystem::path& file = {})
      : file_((crypto::initialise(), file), crypto::LocalKey::random(), nullptr) {}

  void add(std::int64_t number, std::string_view text, bool keep = false) {
    file_.transaction([&] { index_.add(place(number), fold(text), keep); });
  }
  void remove(std::int64_t number, std::string_view own) {
    file_.transaction([&] { index_.remove(place(number), own.empty() ? Folded() : fold(own)); });
  }
  std::vector<std::int64_t> find(std::string_view query, bool newest_first = false, std::size_t most = SIZE_MAX) {
    const auto node = parse_query(query, [](Field, std::string_view) { return false; });
    std::vector<std::int64_t> numbers;
    for (const std::int64_t found : index_.find(match_text(*node).text, place(0), kLast, newest_first, most))
      numbers.push_back(found - place(0));
    return numbers;
  }
  // How many slices it takes.
  int wipe(std::size_t pages) {
    file_.transaction([&] { index_.wipe(); });
    int slices = 0;
    bool more = true;
    while (more) {
      more = index_.wipe_some(pages);
      ++slices;
    }
    return slices;
  }
  WordIndex& operator*() { return index_; }
  ViewFile& file() { return file_; }

 private:
  static std::int64_t place(std::int64_t number) { return (std::int64_t{1} << 48) + number; }

  ViewFile file_;
  WordIndex index_{file_};
};

TEST(WordIndex, FindsInBothDirectionsAndNoMoreThanWanted) {
  AnIndex index;
  for (int i = 1; i <= 9; ++i) index.add(i, i % 3 == 0 ? "the lake" : "the sea");
  EXPECT_THAT(index.find("lake"), ElementsAre(3, 6, 9));
  EXPECT_THAT(index.find("lake", true), ElementsAre(9, 6, 3));
  EXPECT_THAT(index.find("the", true, 2), ElementsAre(9, 8));
  EXPECT_THAT(index.find("la*"), ElementsAre(3, 6, 9));
  EXPECT_THAT(index.find("the -sea"), ElementsAre(3, 6, 9));
}

TEST(WordIndex, WhatWasRemovedIsNotFound) {
  AnIndex index;
  index.add(1, "the lake");
  index.add(2, "東京 at night", true);
  index.remove(1, "the lake");
  EXPECT_THAT(index.find("lake"), IsEmpty());
  index.remove(2, "");
  EXPECT_THAT(index.find("東京"), IsEmpty()) << "it knows what it was fed";
  EXPECT_THAT(index.find("night"), IsEmpty());
  index.add(3, "the lake");
  index.remove(2, "");
  EXPECT_THAT(index.find("lake"), ElementsAre(3)) << "and what it was not";
}

TEST(WordIndex, TheBestComeFirst) {
  AnIndex index;
  index.add(1, "a lake, a lake, a lake");
  index.add(2, "a lake among many other words of a long day by the sea and in the town");
  index.add(3, "no water at all");
  const auto ranked = (*index).ranked("words : \"lake\"", 0, kLast);
  ASSERT_THAT(ranked, SizeIs(2));
  EXPECT_EQ(ranked[0].place & 7, 1);
}

TEST(WordIndex, WhatBeginsVeryManyWordsIsBroad) {
  AnIndex index;
  index.file().transaction([&] {
    for (int i = 0; i < 9'000; ++i) {
      std::string text;
      for (int word = 0; word < 40; ++word) text += "ab" + std::to_string((i * 40 + word) % 3'000) + " ";
      (*index).add((std::int64_t{1} << 48) + i, fold(text + (i % 500 == 0 ? "swimming" : "walking")), false);
    }
  });
  index.wipe(1'000);
  EXPECT_TRUE((*index).is_broad("ab"));
  EXPECT_FALSE((*index).is_broad("swim"));
  EXPECT_FALSE((*index).is_broad("zz"));
  const auto broad = [&](std::string_view prefix) { return (*index).is_broad(prefix); };
  const auto none = [](Field, std::string_view) { return false; };
  const MatchText match = match_text(*parse_query("swimming ab*", none), broad);
  EXPECT_FALSE(match.exact);
  EXPECT_EQ(match.text, "(words : \"swimming\")");
  EXPECT_EQ(match_text(*parse_query("ab*", none), broad).text, "");
  EXPECT_EQ(match_text(*parse_query("\"swimming ab\"*", none), broad).text, "words : \"swimming\"");
  EXPECT_EQ(match_text(*parse_query("swimming -ab*", none), broad).text, "(words : \"swimming\")");
  EXPECT_TRUE(match_text(*parse_query("swim*", none), broad).exact);
}

// ---- what is in the pages, in the clear, free ones too ----

sqlite3* opened_last = nullptr;

int note_connection(sqlite3* database, const char**, const void*) {
  opened_last = database;
  return SQLITE_OK;
}

bool pages_hold(sqlite3* database, std::string_view text) {
  sqlite3_int64 size = 0;
  unsigned char* pages = sqlite3_serialize(database, "main", &size, 0);
  EXPECT_NE(pages, nullptr);
  const std::string_view all(reinterpret_cast<const char*>(pages), static_cast<std::size_t>(size));
  const bool found = all.find(text) != std::string_view::npos;
  sqlite3_free(pages);
  return found;
}

class Wiping : public ::testing::Test {
 protected:
  Wiping() { sqlite3_auto_extension(reinterpret_cast<void (*)()>(note_connection)); }
  ~Wiping() override { sqlite3_cancel_auto_extension(reinterpret_cast<void (*)()>(note_connection)); }
  testing::TemporaryFolder folder_;
};

TEST_F(Wiping, WhatWasRemovedIsGoneFromEveryPage) {
  AnIndex index(folder_ / "view.db");
  sqlite3* database = opened_last;
  const std::string secret = "xyzzyplugh";
  for (int slice = 0; slice < 160; ++slice) {
    index.file().transaction([&] {
      for (int i = 0; i < 50; ++i) {
        const int number = 50 * slice + i;
        std::string text = "day " + std::to_string(number) + " of many words";
        if (number == 777) text += " " + secret;
        (*index).add((std::int64_t{1} << 48) + number, fold(text), number == 777);
      }
    });
    index.file().commit();
  }
  ASSERT_TRUE(pages_hold(database, secret));
  index.remove(777, "");
  ASSERT_THAT(index.find(secret), IsEmpty());
  ASSERT_TRUE(pages_hold(database, secret)) << "that it is not found does not mean that it is gone";
  EXPECT_GT(index.wipe(4), 3) << "not in one go";
  EXPECT_FALSE((*index).wiping());
  EXPECT_FALSE(pages_hold(database, secret));
  EXPECT_THAT(index.find("day 776"), ElementsAre(776));
  EXPECT_THAT(index.find("many"), SizeIs(7'999));
}

// What is written meanwhile neither keeps it from ending nor brings anything back.
TEST_F(Wiping, EndsThoughWordsGoOnComing) {
  AnIndex index(folder_ / "view.db");
  sqlite3* database = opened_last;
  for (int i = 0; i < 300; ++i) index.add(i, "the day " + std::to_string(i) + (i == 20 ? " xyzzyplugh" : ""));
  index.remove(20, "the day 20 xyzzyplugh");
  index.file().transaction([&] { (*index).wipe(); });
  bool more = true;
  int slices = 0;
  while (more) {
    more = (*index).wipe_some(1);
    index.add(1'000 + slices, "the night");
    ASSERT_LT(++slices, 1'000);
  }
  EXPECT_FALSE(pages_hold(database, "xyzzyplugh"));
  EXPECT_THAT(index.find("night"), SizeIs(static_cast<std::size_t>(slices)));
  EXPECT_THAT(index.find("day"), SizeIs(299));
}

TEST_F(Wiping, ARecordWhoseBodyIsGoneTakesItsWordsWithIt) {
  ViewFile file(folder_ / "view.db", (crypto::initialise(), crypto::LocalKey::random()), nullptr);
  sqlite3* database = opened_last;
  View view(file, JournalId{}, Scene{}, [](const Noted& noted) {
    const auto* entry = std::get_if<Entry>(&noted.what);
    return View::Said{entry != nullptr ? fold(entry->text) : Folded(), {}};
  });
  const auto put = [&](std::uint64_t seq, decltype(Noted::what) what) {
    Noted noted;
    noted.seq = seq;
    noted.id.bytes[0] = static_cast<std::uint8_t>(seq);
    noted.written_ms = static_cast<std::int64_t>(seq);
    noted.what = std::move(what);
    const auto* entry = std::get_if<Entry>(&noted.what);
    const Bytes event = entry == nullptr ? Bytes() : to_bytes(encode_event({*noted.written_ms, 0, {}, *entry}).view());
    file.transaction([&] { view.put(noted, true, event); });
  };
  const auto index = [&] {
    std::size_t all = SIZE_MAX;
    file.transaction([&] { view.index_words(all); });
  };
  for (std::uint64_t seq = 1; seq <= 20; ++seq) put(seq, Entry{seq == 7 ? "the word xyzzyplugh" : "the word", {}, {}});
  index();
  Wanted wanted;
  wanted.match = "words : \"xyzzyplugh\"";
  ASSERT_THAT(view.lines(wanted), SizeIs(1));
  ASSERT_TRUE(pages_hold(database, "xyzzyplugh"));
  put(7, Unreadable{true});
  EXPECT_THAT(view.lines(wanted), IsEmpty());
  WordIndex words(file);
  ASSERT_TRUE(words.wiping());
  bool more = true;
  while (more) more = words.wipe_some(4);
  EXPECT_FALSE(pages_hold(database, "xyzzyplugh"));
  wanted.match = "words : \"word\"";
  EXPECT_THAT(view.lines(wanted), SizeIs(19));
}

TEST_F(Wiping, WhatIsTakenBackIsInNoPageOfTheView) {
  Person ada("Ada");
  Person bo("Bo");
  pair(ada, bo);
  ada.restart();
  sqlite3* database = opened_last;
  for (int i = 0; i < 30; ++i) ada.write("day " + std::to_string(i));
  const Saved saved = ada.write("the word xyzzyplugh");
  const Saved edited = ada.write("the word frobozzica");
  ada.settle();
  ada.shelf().edit({{hex(edited.id.view()), {}}, "the word quuxandfoo"}, {});
  ada.settle();
  EXPECT_THAT(search(ada.shelf(), "quuxandfoo", {}).findings, SizeIs(1));
  EXPECT_THAT(search(ada.shelf(), "frobozzica", {}).findings, IsEmpty());
  for (const char* word : {"xyzzyplugh", "frobozzica", "quuxandfoo"}) ASSERT_TRUE(pages_hold(database, word)) << word;
  for (const Saved* one : {&saved, &edited}) ada.shelf().take_back({.ids = {hex(one->id.view())}}, {});
  ada.settle();
  EXPECT_EQ(ada.shelf().to_index(), 0U);
  for (const char* word : {"xyzzyplugh", "frobozzica", "quuxandfoo"}) {
    EXPECT_FALSE(pages_hold(database, word)) << word;
    EXPECT_THAT(search(ada.shelf(), word, {}).findings, IsEmpty()) << word;
  }
}

// A newer library that knows more letters would find other words in a text, and take other words out than went in.
TEST(TheIndex, IsOfTheViewThatWasMadeByTheSameUnicode) {
  const store::ViewSchema schema = view_schema();
  EXPECT_THAT(std::string(schema.made_by), ::testing::HasSubstr(utf8proc_unicode_version()));
  EXPECT_THAT(std::string(schema.made_by), ::testing::StartsWith(std::to_string(kSearchTextVersion) + ","));
  const testing::TemporaryFolder folder;
  const auto key = [] { return *crypto::LocalKey::from(Bytes(32, 7)); };
  const auto why_fresh = [&](const store::ViewSchema& of) {
    return store::ViewDatabase(folder / "view.db", key(), of).why_fresh();
  };
  ViewFile(folder / "view.db", key(), {}).rest();
  EXPECT_EQ(why_fresh(schema), "");
  EXPECT_EQ(why_fresh({schema.text, schema.version, "1, utf8proc 2.8.0, Unicode 13.0.0"}), "it is of another version");
}

}  // namespace
}  // namespace duolog::journal
