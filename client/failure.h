// failure.h: a command that could not be done. Thrown by the verbs, turned into words and an exit code in main alone.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace duolog::client {

// DO NOT CHANGE: scripts rely on these.
enum class Exit { kDone = 0, kFailed = 1, kUsage = 2, kNoDaemon = 3, kLocked = 4, kNotFound = 5 };

class Failure : public std::runtime_error {
 public:
  // `code` is for scripts (--json): the name of the control message's code, or one of the client's own in capitals.
  Failure(Exit status, std::string code, const std::string& what, std::string hint)
      : std::runtime_error(what), status_(status), code_(std::move(code)), hint_(std::move(hint)) {}

  [[nodiscard]] Exit status() const { return status_; }
  [[nodiscard]] const std::string& code() const { return code_; }
  [[nodiscard]] const std::string& hint() const { return hint_; }

  // The same failure, with more to say about what to do next.
  [[nodiscard]] Failure with_hint(const std::string& more) const {
    return {status_, code_, what(), hint_.empty() ? more : hint_ + "; " + more};
  }

 private:
  Exit status_;
  std::string code_;
  std::string hint_;
};

// Whoever was reading our output has gone (`duolog list | head`): nothing is wrong, and nothing more is to be said.
struct ReaderGone {};

}  // namespace duolog::client
