// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/typed_words.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "client/ask.h"
#include "client/layout.h"
#include "client/new_home.h"
#include "client/sanitise.h"
#include "client/words.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

constexpr std::size_t kWords = 24;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// Throws Failure: one that is not in the list, or, of all of them, that they are nobody's.
void check_words(Context& context, const std::string& words) {
  control::Request request;
  auto& asked = *request.mutable_recover();
  const Wiped wiped(*asked.mutable_words());
  asked.set_words(words);
  asked.set_check_only(true);
  context.daemon.ask_one(request);
}

class TypedWords {
 public:
  explicit TypedWords(Context& context) : context_(context) { words_.reserve(kWords + 1); }
  ~TypedWords() {
    for (auto& word : words_) wipe(word);
  }
  TypedWords(const TypedWords&) = delete;
  TypedWords& operator=(const TypedWords&) = delete;

  // Until they are somebody's, or the person stops.
  void ask() {
    say("your 24 words, from your paper: one after the other, or all at once\n");
    for (;;) {
      while (words_.size() < kWords) take_line(words_.size() + 1, kWords - words_.size());
      if (hold()) return;
      mend();
    }
  }
  [[nodiscard]] std::string joined() const {
    std::string all;
    all.reserve(kPassphraseLimit);
    for (const auto& word : words_) all.append(all.empty() ? "" : " ").append(word);
    return all;
  }

 private:
  // Words that stand on one line, up to `most`; the first is number `place`.
  void take_line(std::size_t place, std::size_t most) {
    auto line = ask_line(fmt::format("  word {}: ", place));
    if (!line) throw interrupted("stopped; nothing was made");
    const Wiped wiped(*line);
    std::size_t at = 0;
    for (; most > 0; --most, ++place) {
      while (at < line->size() && is_space((*line)[at])) ++at;
      auto end = at;
      while (end < line->size() && !is_space((*line)[end])) ++end;
      if (end == at || !take_word(line->substr(at, end - at), place)) return;
      at = end;
    }
  }
  bool take_word(std::string word, std::size_t place) {
    const Wiped wiped(word);
    try {
      check_words(context_, word);
    } catch (const Failure& failure) {
      if (failure.code() != "MISTYPED_WORD") throw;
      say_wrapped(fmt::format("\"{}\" is none of the 2048 words. {}\n", sanitise_line(word), failure.hint()));
      return false;
    }
    words_.insert(words_.begin() + static_cast<std::ptrdiff_t>(place - 1), word);
    return true;
  }
  bool hold() {
    auto all = joined();
    const Wiped wiped(all);
    try {
      check_words(context_, all);
      return true;
    } catch (const Failure& failure) {
      if (failure.code() != "WRONG_RECOVERY_WORDS") throw;
      say_wrapped(std::string(failure.what()) + "\n");
      return false;
    }
  }
  // One of them is typed once more, or all.
  void mend() {
    const auto number = ask_line("which number was it? Enter alone: all of them once more: ");
    if (!number) throw interrupted("stopped; nothing was made");
    std::size_t place = 0;
    for (const char c : *number)
      place = c >= '0' && c <= '9' && place < kWords ? place * 10 + static_cast<std::size_t>(c - '0') : kWords + 1;
    if (number->empty()) {
      for (auto& word : words_) wipe(word);
      words_.clear();
    } else if (place >= 1 && place <= kWords) {
      wipe(words_[place - 1]);
      words_.erase(words_.begin() + static_cast<std::ptrdiff_t>(place - 1));
      while (words_.size() < kWords) take_line(place, 1);
    }
  }

  Context& context_;
  std::vector<std::string> words_;
};

// A file may have them on one line or on many.
SecretText words_in(const std::string& file) {
  const int fd = file == "-" ? STDIN_FILENO : ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) {
    throw Failure(Exit::kFailed, "WORDS_FILE",
                  "the file " + sanitise_line(file) + " cannot be read: " + std::strerror(errno),
                  "--words-file FILE names where your 24 words are; without it they are asked for");
  }
  SecretText words;
  char c = 0;
  bool fits = true;
  while (fits && ::read(fd, &c, 1) == 1) fits = words.push_back(is_space(c) ? ' ' : c);
  if (fd != STDIN_FILENO) ::close(fd);
  if (utf8_fault(words.view()) == std::string_view::npos && fits) return words;
  throw Failure(Exit::kUsage, "WORDS_FILE", "what is in " + sanitise_line(file) + " is not 24 words; nothing was sent",
                "the words alone, with spaces or line ends between them");
}

}  // namespace

SecretText the_24_words(Context& context, const std::string& file) {
  SecretText words;
  if (file.empty()) {
    TypedWords typed(context);
    typed.ask();
    auto all = typed.joined();
    const Wiped wiped(all);
    for (const char c : all) words.push_back(c);
    clear_screen(context.out);
    return words;
  }
  words = words_in(file);
  auto all = words.copy();
  const Wiped wiped(all);
  try {
    check_words(context, all);
  } catch (const Failure& failure) {
    if (failure.code() != "MISTYPED_WORD") throw;
    throw Failure(Exit::kUsage, failure.code(), "one of them is none of the 2048 words; nothing was sent",
                  failure.hint());
  }
  return words;
}

}  // namespace duolog::client
