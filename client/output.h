// output.h: standard output, and how wide and how colourful it may be.
//
// Written in one go where possible; a reader who has gone (`duolog list | head`) ends the program quietly.
// REQUIRES: SIGPIPE is ignored. Text from elsewhere is sanitised before it comes here.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "client/command_line.h"

namespace duolog::client {

// Whether and how to paint. Everything is readable without.
class Style {
 public:
  explicit Style(bool colours) : colours_(colours) {}
  [[nodiscard]] std::string strong(std::string_view text) const { return paint("1", text); }
  [[nodiscard]] std::string faint(std::string_view text) const { return paint("2", text); }
  [[nodiscard]] std::string warning(std::string_view text) const { return paint("33", text); }
  [[nodiscard]] std::string removed(std::string_view text) const { return paint("31", text); }
  [[nodiscard]] std::string added(std::string_view text) const { return paint("32", text); }
  // A person's name in a colour that stays theirs.
  [[nodiscard]] std::string person(std::string_view name) const;

 private:
  [[nodiscard]] std::string paint(std::string_view sgr, std::string_view text) const;
  bool colours_;
};

class Output {
 public:
  Output(Colour colour, bool json);
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  void print(std::string_view text);
  void line(std::string_view text) {
    print(text);
    print("\n");
  }
  // Throws ReaderGone, or Failure where the text cannot be written.
  void flush();
  // What was printed and not flushed is secret: forget it.
  void wipe();

  [[nodiscard]] const Style& style() const { return style_; }
  [[nodiscard]] std::size_t width() const { return width_; }  // columns
  [[nodiscard]] bool terminal() const { return terminal_; }
  [[nodiscard]] bool json() const { return json_; }

 private:
  std::string buffer_;
  bool json_;
  bool terminal_;
  std::size_t width_;
  Style style_;
};

// To standard error, at once; never throws.
void say(std::string_view text);
// The same, with its lines broken where standard error is a terminal. Spaces at the end stay: a prompt has one.
void say_wrapped(std::string_view text);

}  // namespace duolog::client
