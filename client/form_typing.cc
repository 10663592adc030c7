// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/form_typing.h"

#include "client/ask.h"
#include "client/gentle.h"
#include "client/layout.h"
#include "client/sanitise.h"
#include "proto/control.pb.h"

namespace duolog::client {

bool is_blank(const std::string& text) { return text.find_first_not_of(" \t\n") == std::string::npos; }

std::string trimmed(const std::string& text) {
  const auto begin = text.find_first_not_of(" \t");
  return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

std::optional<Step> command_in(const std::string& line) {
  const auto word = trimmed(line);
  if (word == "<" || word == "back") return Step::kBack;
  if (word == "later") return Step::kLater;
  return std::nullopt;
}

std::optional<std::string> Typing::line_of(const std::string& prompt) {
  auto typed = ask_text(prompt);
  if (typed.stopped) throw Stopped{typed.text};
  if (utf8_fault(typed.text) == std::string_view::npos) return typed.text;
  say("that line is not UTF-8; once more, please\n");
  return std::nullopt;
}

std::string Typing::whole_text(std::string text) {
  while (text.ends_with('\\')) {
    text.back() = '\n';
    try {
      const auto more = line_of("  … ");
      text += more.value_or("\\");
    } catch (const Stopped& stopped) {
      throw Stopped{text + stopped.unfinished};
    }
  }
  return text;
}

Worded Typing::gentle(const std::string& text) {
  constexpr std::size_t kIndent = 2;
  if (round_.gentle().empty() || said_ || always_or_never(text).empty()) return {text};
  said_ = true;
  say(paragraph(sanitise(round_.gentle()), kIndent, out_.width()));
  try {
    const auto other = line_of("(Enter keeps it, or write it anew) > ");
    if (!other || is_blank(*other)) return {text};
    if (const auto command = command_in(*other)) return {text, *command};
    if (trimmed(*other) == "-") return {{}, Step::kNext, true};
    return {whole_text(*other)};
  } catch (const Stopped& stopped) {
    throw Stopped{is_blank(stopped.unfinished) ? text : stopped.unfinished};
  }
}

}  // namespace duolog::client
