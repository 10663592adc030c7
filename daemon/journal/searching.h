// searching.h: which records have what somebody looks for. The view's index (view_index.h) says where to look; what it
// does not know yet is looked at one by one, and so is everything while there is no view. Both find the same: what is
// shown was held against the query itself.
//
// What is searched is what a list would show: the words and tags of entries and what their files are called, letters
// whose day has come, answers that may be read, and remarks. What is sealed is never found, nor that it is there.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "daemon/journal/looking.h"
#include "daemon/journal/snippet.h"

namespace duolog::journal {

// What a record says, in its parts. The views are as the record was made.
struct Words {
  std::shared_ptr<const Form> form;  // that they are in, where they are no entry's
  std::vector<std::string_view> parts;
  std::size_t tags = 0;   // how many of the last parts are tags: found, and no piece to show
  std::size_t names = 0;  // how many before those are names of files
};
Words words_of(const Journal& journal, const Noted& noted);  // empty: nothing to find
// As an index is fed it. Ranges count in the parts one after the other, with a byte between.
Folded fold(const Words& words);

struct Finding {
  Item item;
  Snippet snippet;
};
struct Findings {
  std::vector<Finding> findings;
  std::size_t more = 0;  // that the limit has left out, as far as they were counted
  bool sought = true;    // false: there was nothing in the query to look for, and no filter either
};
// `filter` narrows down what fields in the query may narrow down further; its `oldest` and `after` mean nothing here.
// By relevance the best come first (bm25), where there is an index and words to ask it for; such a search has no pages.
// Where the index is gone before the search has come to its end, the newest come first after all.
// Throws as walk() does, but for store::ViewLost, and Refusal kTooLong.
enum class By { kTime, kRelevance };
Findings search(const Shelf& shelf, std::string_view query, const Filter& filter, By by = By::kTime);
// The same, the newest first, without the index: what the index is held against, in tests and figures.
Findings look_at_all(const Shelf& shelf, std::string_view query, const Filter& filter);

// The same, a slice at a time.
class Search {
 public:
  Search(const Shelf& shelf, std::string_view query, const Filter& filter, By by = By::kTime, bool by_index = true);
  bool go_on(std::size_t lines = Slices::kLines);  // true: there is more to look at
  Findings take();                                 // REQUIRES: there is none

 private:
  struct Found {  // as much as a page takes
    Page page;
    Findings findings;
  };
  void begin();
  bool go_on_with_the_best(std::size_t lines);
  void use_index();
  bool see(const Journal& journal, const Line& line, Found& found) const;
  [[nodiscard]] Found nothing() const;

  const Shelf& shelf_;
  std::optional<Node> query_;  // none: whatever the filter lets through
  Filter filter_;
  Filter scope_;        // where to look: what it lets through is held against query and filter
  bool exact_ = false;  // what the index finds needs no look
  bool best_first_;
  std::optional<Slices> slices_;  // none: all was looked at
  std::optional<Best> ranked_;    // with `best_first_`
  Found looked_at_;               // the newest first; with `best_first_` what the index does not know
  Found best_;
};

}  // namespace duolog::journal
