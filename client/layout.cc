// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/layout.h"

#include <fmt/format.h>

#include <algorithm>

#include "client/unicode.h"

namespace duolog::client {
namespace {

constexpr char32_t kEmojiStyle = 0xFE0F;
constexpr std::size_t kLeastText = 8;  // columns that text gets even where the indent leaves none

// A base with all that sits on it: what a line may end after, inside a word.
struct Cluster {
  std::string_view bytes;
  std::size_t width = 0;
};

Cluster cluster_at(std::string_view text, std::size_t begin) {
  Cluster cluster;
  auto at = begin;
  while (at < text.size()) {
    const auto now = decode(text, at);
    const auto kind = now.valid ? kind_of(now.point) : Kind::kForbidden;
    if (at > begin && (kind == Kind::kVisible || kind == Kind::kForbidden)) break;
    auto width = now.valid ? static_cast<std::size_t>(std::max(0, width_of(now.point))) : 1;
    if (now.point == kEmojiStyle && cluster.width == 1) width = 1;  // a sign shown as an emoji takes two columns
    cluster.width += width;
    at += now.length;
  }
  cluster.bytes = text.substr(begin, at - begin);
  return cluster;
}

class Wrapper {
 public:
  explicit Wrapper(std::size_t width) : width_(width) {}

  std::vector<std::string> take() && { return std::move(lines_); }
  void line(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
      const auto spaces = std::min(text.find_first_not_of(' ', at), text.size()) - at;
      const auto end = std::min(text.find(' ', at + spaces), text.size());
      word(spaces, text.substr(at + spaces, end - at - spaces));
      at = end;
    }
    end_line();
  }

 private:
  void word(std::size_t spaces, std::string_view word) {
    if (word.empty()) return;  // spaces at the end of a line
    const auto wide = display_width(word);
    if (used_ + spaces + wide <= width_) return append(spaces, word, wide);
    if (wide <= width_) {
      if (used_ > 0) end_line();
      return append(0, word, wide);
    }
    break_up(spaces, word);
  }
  void break_up(std::size_t spaces, std::string_view word) {
    if (used_ + spaces + 2 > width_) {
      if (used_ > 0) end_line();
      spaces = 0;
    }
    append(spaces, {}, 0);
    for (std::size_t at = 0; at < word.size();) {
      const auto cluster = cluster_at(word, at);
      if (used_ > 0 && used_ + cluster.width > width_) end_line();
      append(0, cluster.bytes, cluster.width);
      at += cluster.bytes.size();
    }
  }
  void append(std::size_t spaces, std::string_view bytes, std::size_t wide) {
    line_.append(spaces, ' ');
    line_ += bytes;
    used_ += spaces + wide;
  }
  void end_line() {
    line_.erase(line_.find_last_not_of(' ') + 1);
    lines_.push_back(std::move(line_));
    line_.clear();
    used_ = 0;
  }

  std::size_t width_;
  std::size_t used_ = 0;
  std::string line_;
  std::vector<std::string> lines_;
};

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto cluster = cluster_at(text, at);
    width += cluster.width;
    at += cluster.bytes.size();
  }
  return width;
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  Wrapper wrapper(std::max<std::size_t>(width, 2));
  for (std::size_t at = 0; at <= text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    wrapper.line(text.substr(at, end - at));
    at = end + 1;
  }
  return std::move(wrapper).take();
}

std::string paragraph(std::string_view text, std::size_t indent, std::size_t width) {
  const auto room = width > indent + kLeastText ? width - indent : kLeastText;
  std::string out;
  for (const auto& line : wrap(text, room)) {
    if (!line.empty()) out.append(indent, ' ');
    out += line;
    out += '\n';
  }
  return out;
}

std::string one_line(std::string_view text, std::size_t width) {
  const auto lines = wrap(text, width);
  return lines.size() == 1 ? lines.front() : wrap(text, width - 2).front() + " …";
}

std::string with_colon(std::string text) {
  for (const std::string_view mark : {".", "?", "!", ":", "…"}) {
    if (text.ends_with(mark)) return text;
  }
  return text + ":";
}

std::string without_end_mark(std::string text) {
  const auto whole = text;
  while (!text.empty() && std::string_view(".?!: ").find(text.back()) != std::string_view::npos) text.pop_back();
  return text.empty() ? whole : text;
}

std::string padded(std::string_view text, std::size_t width) {
  std::string out(text);
  const auto wide = display_width(text);
  if (wide < width) out.append(width - wide, ' ');
  return out;
}

std::string counted(std::size_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

std::string so_many(std::size_t count, std::string_view one, std::string_view many) {
  return count == 1 ? fmt::format("one {}", one) : counted(count, one, many);
}

}  // namespace duolog::client
