// bundle_file.h: a bundle that was brought, read piece by piece.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "client/verbs.h"

namespace duolog::control {
class BundleReport;
class Request;
}  // namespace duolog::control

namespace duolog::client {

class Stoppable;

class BundleFile {
 public:
  explicit BundleFile(std::string file);  // "-": standard input, whatever it is; else a file. Throws Failure
  ~BundleFile();
  BundleFile(const BundleFile&) = delete;
  BundleFile& operator=(const BundleFile&) = delete;

  std::string read() const;                                   // empty: the end. Throws Failure
  [[nodiscard]] std::uint64_t size() const { return size_; }  // 0: not known

 private:
  [[noreturn]] void fail() const;
  std::string file_;
  int fd_ = -1;
  std::uint64_t size_ = 0;
};

// All of it to the daemon, which has been told that it comes, each piece as `fill` puts it into a request (an empty one
// is the end); its last report. `what`: for whoever looks on. Throws Failure.
control::BundleReport send_bundle(Context& context, const BundleFile& file, const char* what,
                                  const Stoppable& stoppable,
                                  const std::function<void(control::Request&, std::string piece)>& fill);

// Where it goes on after words that are not here. REQUIRES: it does.
std::string gaps_text(const control::BundleReport& report);

// What of it was passed over, and why; mostly nothing.
std::string passed_over_text(const control::BundleReport& report, std::size_t width);

}  // namespace duolog::client
