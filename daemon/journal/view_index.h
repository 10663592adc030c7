// view_index.h: which records have which words: an FTS5 index in the view's file, one for all journals.
//
// Its rows are the records' places (view_schema.h). A place never changes, and within a chain places stand in the order
// of the journal: however the chains are merged anew, nothing in here moves.
//
// It holds no text. Whoever lets a record out has to say once more what it was fed; where that does not follow from the
// record's own event (a sealed answer, a letter) it is kept beside it. What was let out is not found any more, and is
// gone from the pages after wipe() has come to its end: FTS5 only notes that it went, until segments are merged.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "daemon/journal/records.h"
#include "daemon/journal/search_text.h"
#include "daemon/journal/view_file.h"

namespace duolog::journal {

// Throws store::ViewLost from every function. REQUIRES of add(), remove() and wipe(): within ViewFile::transaction().
class WordIndex {
 public:
  explicit WordIndex(ViewFile& file) : file_(file) {}

  // `keep`: they do not follow from the record's own event. REQUIRES: it is not in it; it has words.
  void add(std::int64_t place, const Folded& words, bool keep);
  [[nodiscard]] bool keeps(std::int64_t place) const;  // it was added so
  // `own`: the words of its own event; none: it is in it with kept ones or not at all. REQUIRES: without kept ones,
  // `own` is what was added.
  void remove(std::int64_t place, const Folded& own);

  // Places from here to there, both included, of what `match` (search_query.h) finds.
  [[nodiscard]] std::vector<std::int64_t> find(const std::string& match, std::int64_t from, std::int64_t to,
                                               bool newest_first, std::size_t most) const;
  // All of them, the best first (bm25). Reads everything that is found: slow for common words.
  [[nodiscard]] std::vector<Records::Ranked> ranked(const std::string& match, std::int64_t from, std::int64_t to) const;
  // So much begins with it that FTS5, which reads all of that before the first row, is slower than looking at records.
  [[nodiscard]] bool is_broad(std::string_view prefix) const;

  // Everything that is in it now is written anew as one segment, by and by; without what was let out. Also makes a
  // search quicker after much was added.
  void wipe();
  [[nodiscard]] bool wiping() const;
  // About so many pages, in a transaction of its own; true while there are more. Else what was let out is nowhere in
  // the file any more.
  bool wipe_some(std::size_t pages);

 private:
  [[nodiscard]] std::vector<std::int64_t> segments() const;
  void note_stale();
  void merge(std::size_t pages);

  ViewFile& file_;
};

}  // namespace duolog::journal
