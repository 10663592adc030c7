// secret_text.h: passphrases and the 24 words while they pass through this program: never longer than needed.
//
// A std::string that wipes what it held. Its room is taken at once, so that growing leaves no copy behind. Protobuf
// holds secrets as ordinary strings: wipe() those as soon as they were sent or shown.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstring>
#include <string>
#include <string_view>

namespace duolog::client {

inline constexpr std::size_t kPassphraseLimit = 1024;  // bytes

inline void wipe(std::string& text) {
  text.resize(text.capacity());  // what was there before it shrank
  explicit_bzero(text.data(), text.size());
  text.clear();
}

// Wipes what a message holds of it, however the asking ends.
class Wiped {
 public:
  explicit Wiped(std::string& one) : one_(&one) {}
  Wiped(std::string& one, std::string& other) : one_(&one), other_(&other) {}
  ~Wiped() {
    wipe(*one_);
    if (other_ != nullptr) wipe(*other_);
  }
  Wiped(const Wiped&) = delete;
  Wiped& operator=(const Wiped&) = delete;

 private:
  std::string* one_;
  std::string* other_ = nullptr;
};

class SecretText {
 public:
  SecretText() { text_.reserve(kPassphraseLimit + 1); }
  ~SecretText() { wipe(text_); }
  SecretText(SecretText&& other) noexcept : SecretText() { text_.swap(other.text_); }
  SecretText& operator=(SecretText&& other) noexcept {
    text_.swap(other.text_);
    return *this;
  }
  SecretText(const SecretText&) = delete;
  SecretText& operator=(const SecretText&) = delete;

  // False: it is full.
  bool push_back(char c) {
    if (text_.size() >= kPassphraseLimit) return false;
    text_.push_back(c);
    return true;
  }
  void pop_back() {
    if (!text_.empty()) text_.pop_back();
  }
  void clear() { text_.clear(); }
  [[nodiscard]] bool empty() const { return text_.empty(); }
  [[nodiscard]] std::string_view view() const { return text_; }
  // A copy to put into a message, which is then the caller's to wipe.
  [[nodiscard]] std::string copy() const { return text_; }
  bool operator==(const SecretText& other) const { return text_ == other.text_; }

 private:
  std::string text_;
};

}  // namespace duolog::client
