// lines.h: a text line by line, without copying it.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

namespace duolog::client {

class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}
  // False: there are no more.
  bool next() {
    if (rest_.empty()) return false;
    const auto end = rest_.find('\n');
    whole_ = rest_.substr(0, end == std::string_view::npos ? rest_.size() : end + 1);
    line_ = whole_.substr(0, end == std::string_view::npos ? rest_.size() : end);
    rest_.remove_prefix(whole_.size());
    return true;
  }
  [[nodiscard]] std::string_view line() const { return line_; }
  [[nodiscard]] std::string_view whole() const { return whole_; }  // with its end
  [[nodiscard]] std::string_view rest() const { return rest_; }    // what follows it

 private:
  std::string_view rest_, line_, whole_;
};

}  // namespace duolog::client
