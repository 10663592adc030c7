// counting.h: how far an import has come: a line that grows where somebody looks at it, ten times a second at most.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>

namespace duolog::client {

class Counting {
 public:
  // Of so many entries, and so many bytes that go with them. A short import says nothing.
  Counting(bool shown, std::size_t entries, std::uint64_t bytes);
  ~Counting();  // takes its line away
  Counting(const Counting&) = delete;
  Counting& operator=(const Counting&) = delete;
  void step();                     // one more entry
  void sent(std::uint64_t bytes);  // of files, so far

 private:
  void show();

  bool shown_, said_ = false;
  std::size_t all_, done_ = 0;
  std::uint64_t all_bytes_, done_bytes_ = 0;
  std::chrono::steady_clock::time_point last_;
};

}  // namespace duolog::client
