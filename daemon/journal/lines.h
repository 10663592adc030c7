// lines.h: lines of several journals in one order, a few at a time.
//
// Journals know nothing of each other: between them only time can say what came first; never before what precedes it in
// its own journal. Where times are equal the journal comes first that was added first. A journal may be added more than
// once, where several indexes know parts of what is wanted.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>

#include "daemon/journal/journal.h"

namespace duolog::journal {

class Lines {
 public:
  // At most so many of each journal are fetched ahead.
  explicit Lines(std::size_t ahead = kLargestPage) : ahead_(ahead) {}
  // REQUIRES: all `wanted` have the same direction; those of one journal share no line.
  void add(const Journal& journal, Wanted wanted);

  struct Hit {
    const Journal* journal = nullptr;
    Line line;
    bool fits = true;  // false: it is walked past (Wanted::passed_too)
  };
  std::optional<Hit> next();  // nullopt: there are no more

 private:
  static constexpr std::size_t kLargestPage = 8192;
  struct Stream {
    const Journal* journal;
    Wanted wanted;
    std::size_t page;
    std::size_t largest;
    std::deque<Hit> hits = {};
    bool over = false;

    bool fill();                                                 // false: it has no more
    [[nodiscard]] bool comes_before(const Stream& other) const;  // REQUIRES: both have some
  };
  std::size_t ahead_;
  std::vector<Stream> streams_;
};

}  // namespace duolog::journal
