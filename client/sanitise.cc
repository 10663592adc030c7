// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/sanitise.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "client/unicode.h"

namespace duolog::client {
namespace {

constexpr char32_t kZeroWidthJoiner = 0x200D;

// Judges one code point after the other; what it has let through decides about the next. It knows nothing of how
// the refused ones are written down.
class Gate {
 public:
  explicit Gate(std::string_view text) : text_(text) {}

  enum class Verdict { kShow, kEscape, kTooManyMarks };
  Verdict judge(const Decoded& now, std::size_t at) {
    if (!now.valid) return refuse();
    switch (kind_of(now.point)) {
      case Kind::kVisible:
        // A skin tone changes the person before it and is no base of its own.
        if (!(is_skin_tone(now.point) && base_ != 0)) base_ = now.point;
        marks_ = 0;
        selected_ = joined_ = false;
        return Verdict::kShow;
      case Kind::kMark:
        return judge_mark();
      case Kind::kSelector:
        return judge_selector(now.point);
      case Kind::kJoiner:
        return judge_joiner(now, at);
      case Kind::kForbidden:
        break;
    }
    return refuse();
  }

  // After a newline, or after anything of ours, there is nothing for a mark to sit on.
  void begin_afresh() { stand_on(0); }
  // As judging each of a run of plain letters would: all are shown.
  void pass(char last) { stand_on(static_cast<unsigned char>(last)); }

 private:
  static bool is_skin_tone(char32_t point) { return point >= 0x1F3FB && point <= 0x1F3FF; }

  void stand_on(char32_t base) {
    base_ = base;
    marks_ = 0;
    selected_ = joined_ = false;
  }

  Verdict refuse() {
    begin_afresh();
    return Verdict::kEscape;
  }
  Verdict judge_mark() {
    if (base_ == 0) return refuse();
    if (++marks_ > kMarksPerBase) return Verdict::kTooManyMarks;
    joined_ = false;
    return Verdict::kShow;
  }
  Verdict judge_selector(char32_t point) {
    if (base_ == 0 || selected_ || marks_ > 0 || !takes_selector(base_, point)) return refuse();
    selected_ = true;
    return Verdict::kShow;
  }
  Verdict judge_joiner(const Decoded& now, std::size_t at) {
    if (base_ == 0 || joined_ || !(joins_pictographs(now, at) || wants_joiners(base_))) return refuse();
    joined_ = true;
    return Verdict::kShow;
  }
  [[nodiscard]] bool joins_pictographs(const Decoded& now, std::size_t at) const {
    const auto next_at = at + now.length;
    if (now.point != kZeroWidthJoiner || !is_pictograph(base_) || next_at >= text_.size()) return false;
    const auto next = decode(text_, next_at);
    return next.valid && is_pictograph(next.point);
  }

  std::string_view text_;
  char32_t base_ = 0;  // 0: nothing that a mark could sit on
  std::size_t marks_ = 0;
  bool selected_ = false;
  bool joined_ = false;
};

// Writes what was refused, a run of the same as one.
class Escapes {
 public:
  explicit Escapes(std::string& out) : out_(out) {}
  void add(const Decoded& what, unsigned char byte, bool mark) {
    const Run next{mark, what.valid, mark ? 0 : (what.valid ? what.point : char32_t{byte})};
    if (count_ != 0 && next == run_) {
      ++count_;
      return;
    }
    flush();
    run_ = next;
    count_ = 1;
  }
  void flush() {
    if (count_ == 0) return;
    auto out = std::back_inserter(out_);
    if (run_.mark) {
      fmt::format_to(out, "‹+{} mark{}›", count_, count_ == 1 ? "" : "s");
    } else {
      const auto value = static_cast<std::uint32_t>(run_.value);
      if (run_.valid) fmt::format_to(out, "‹U+{:04X}", value);
      if (!run_.valid) fmt::format_to(out, "‹0x{:02X}", value);
      if (count_ > 1) fmt::format_to(out, " ×{}", count_);
      out_ += "›";
    }
    count_ = 0;
  }

 private:
  struct Run {
    bool mark, valid;
    char32_t value;
    bool operator==(const Run&) const = default;
  };
  std::string& out_;
  Run run_{};
  std::size_t count_ = 0;
};

enum class Newlines { kKept, kEscaped };

bool is_line_end(std::string_view text, std::size_t at) {
  return text[at] == '\n' || (text[at] == '\r' && at + 1 < text.size() && text[at + 1] == '\n');
}

std::string pass(std::string_view text, Newlines newlines) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  Gate gate(text);
  Escapes escapes(out);
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '\t' || (newlines == Newlines::kKept && is_line_end(text, at))) {
      escapes.flush();
      out += text[at] == '\t' ? std::string(kTabWidth, ' ') : "\n";
      at += text[at] == '\r' ? 2 : 1;
      gate.begin_afresh();
      continue;
    }
    const auto now = decode(text, at);
    const auto verdict = gate.judge(now, at);
    if (verdict == Gate::Verdict::kShow) {
      escapes.flush();
      out.append(text.substr(at, now.length));
    } else {
      escapes.add(now, static_cast<unsigned char>(text[at]), verdict == Gate::Verdict::kTooManyMarks);
    }
    at += now.length;
  }
  escapes.flush();
  return out;
}

void append_json_escape(std::string& out, char32_t point) {
  auto append = [&out](char32_t unit) {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<std::uint32_t>(unit));
  };
  if (point < 0x10000) return append(point);
  append(0xD800 + ((point - 0x10000) >> 10));
  append(0xDC00 + ((point - 0x10000) & 0x3FF));
}

// How many letters of printable ASCII stand there: nearly all of most JSON.
std::size_t plain_run(std::string_view text, std::size_t at) {
  const auto* end = std::find_if(text.begin() + at, text.end(), [](char c) { return c < 0x20 || c > 0x7e; });
  return static_cast<std::size_t>(end - text.begin()) - at;
}

}  // namespace

std::string sanitise(std::string_view foreign) { return pass(foreign, Newlines::kKept); }
std::string sanitise_line(std::string_view foreign) { return pass(foreign, Newlines::kEscaped); }

std::string escape_json(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  Gate gate(json);
  for (std::size_t at = 0; at < json.size();) {
    if (const std::size_t plain = plain_run(json, at); plain > 0) {
      out.append(json.substr(at, plain));
      at += plain;
      gate.pass(json[at - 1]);
      continue;
    }
    const auto now = decode(json, at);
    if (gate.judge(now, at) == Gate::Verdict::kShow) {
      out.append(json.substr(at, now.length));
    } else {
      append_json_escape(out, now.valid ? now.point : char32_t{0xFFFD});
    }
    at += now.length;
  }
  return out;
}

std::size_t utf8_fault(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto now = decode(text, at);
    if (!now.valid) return at;
    at += now.length;
  }
  return std::string_view::npos;
}

}  // namespace duolog::client
