// progress.h: how far something that takes a while has come: on standard error, where that is a terminal; else nothing.
//
// One line that is written over, at most ten times a second and only where the number has changed; on a terminal that
// cannot do that (TERM=dumb: a screen reader, an editor's window) a line for each quarter.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace duolog::client {

class Progress {
 public:
  enum class In { kBytes, kParts };  // parts are told in percent alone
  // `what` is for the person and sanitised: "sending photo.jpg". `quiet`: says nothing.
  Progress(std::string what, std::uint64_t total, bool quiet, In in = In::kBytes);
  ~Progress();  // takes its line away
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  void at(std::uint64_t done);

 private:
  [[nodiscard]] std::string line(std::uint64_t done, unsigned percent) const;

  std::string what_;
  std::uint64_t total_;
  In in_;
  bool shown_ = false;
  bool plain_ = false;
  unsigned told_ = 0;      // percent
  std::size_t width_ = 0;  // of what stands there
  std::chrono::steady_clock::time_point next_;
};

}  // namespace duolog::client
