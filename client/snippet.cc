// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/snippet.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "client/layout.h"
#include "client/sanitise.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

// Sanitised, and which of its bytes are of something found. Lines are broken at spaces, which come and go; whatever
// else is in it stays in its order, so that counting without spaces finds it again.
class Marked {
 public:
  void add(std::string_view foreign, bool found) {
    const auto shown = sanitise_line(foreign);
    text_ += shown;
    for (const char c : shown) {
      if (c != ' ') found_.push_back(found);
    }
  }
  [[nodiscard]] const std::string& text() const { return text_; }

  // The next line, painted; in the order in which wrap() made them.
  std::string paint(std::string_view line, const Style& style) {
    std::string out;
    for (std::size_t at = 0; at < line.size();) {
      const bool found = is_found(line, at);
      std::size_t end = at;
      while (end < line.size() && is_found(line, end) == found) {
        if (line[end++] != ' ') ++next_;
      }
      const auto piece = line.substr(at, end - at);
      out += found ? style.strong(piece) : std::string(piece);
      at = end;
    }
    return out;
  }

 private:
  // A space is, where what comes after it is, and what came before.
  [[nodiscard]] bool is_found(std::string_view line, std::size_t at) const {
    if (line[at] != ' ') return next_ < found_.size() && found_[next_];
    return next_ > 0 && next_ < found_.size() && found_[next_ - 1] && found_[next_];
  }

  std::string text_;
  std::vector<bool> found_;
  std::size_t next_ = 0;
};

bool is_between_characters(std::string_view text, std::size_t at) {
  return at >= text.size() || (static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U;
}

Marked marked(const control::Snippet& snippet) {
  const std::string_view text = snippet.text();
  Marked out;
  if (snippet.text_before()) out.add("… ", false);
  std::size_t done = 0;
  for (const auto& range : snippet.matches()) {
    const bool fits = range.begin() >= done && range.begin() < range.end() && range.end() <= text.size();
    if (!fits || !is_between_characters(text, range.begin()) || !is_between_characters(text, range.end())) continue;
    out.add(text.substr(done, range.begin() - done), false);
    out.add(text.substr(range.begin(), range.end() - range.begin()), true);
    done = range.end();
  }
  out.add(text.substr(done), false);
  if (snippet.text_after()) out.add(" …", false);
  return out;
}

}  // namespace

std::string snippet_text(const control::Snippet& snippet, std::size_t indent, std::size_t width, const Style& style) {
  constexpr std::size_t kLeastText = 8;
  Marked text = marked(snippet);
  std::string out;
  for (const auto& line : wrap(text.text(), width > indent + kLeastText ? width - indent : kLeastText)) {
    out += std::string(line.empty() ? 0 : indent, ' ') + text.paint(line, style) + "\n";
  }
  return out;
}

}  // namespace duolog::client
