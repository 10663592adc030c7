// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/pairing_screen.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

#include "client/layout.h"
#include "client/moment.h"
#include "client/qr.h"
#include "client/sanitise.h"
#include "client/words.h"
#include "proto/control.pb.h"

namespace duolog::client {

using control::PairEvent;

std::string four_words(const google::protobuf::RepeatedPtrField<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : " ") + sanitise_line(word);
  return text;
}

// ---- what the host shows ----

namespace {

std::size_t terminal_rows() {
  winsize size{};
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_row : 0;
}
std::size_t terminal_columns() {
  winsize size{};
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

void print_qr(Output& out, const std::string& link, const std::string& command) {
  const char* term = std::getenv("TERM");
  if (!out.terminal() || term == nullptr || std::string_view(term) == "dumb") return;
  const auto qr = qr_of_link(link);
  if (qr.side == 0 || qr.columns() > terminal_columns()) {
    out.line(fmt::format("(this window is too narrow for the QR: it takes {} columns)", qr.columns()));
    return;
  }
  out.print("or show this; a picture of it is read by: " + command + " --qr PICTURE\n\n");
  out.print(half_blocks(qr));
  if (terminal_rows() <= qr.rows()) {
    out.line(fmt::format("(the QR takes {} lines: make this window higher to see all of it)", qr.rows() + 1));
  }
}

// Never broken: it is there to be copied.
std::string command_line_there(const Output& out, const std::string& command) {
  return "      " + out.style().strong(command) + "\n";
}

// The command for the other computer with an address of this one; empty where there is none.
std::string command_with_address(const PairEvent::Window& window, const std::string& command) {
  if (window.addresses().empty()) return {};
  return command + " " + typeable(window.code()) + " --at " + typeable(window.addresses(0));
}

void print_addresses(Output& out, const PairEvent::Window& window, const std::string& command) {
  if (window.announced() && window.addresses_size() > 0) {
    out.print("if this computer is not found from there:\n" +
              command_line_there(out, command_with_address(window, command)));
  }
  std::string others;
  for (int i = 1; i < window.addresses_size(); ++i) others += " " + typeable(window.addresses(i));
  if (!others.empty()) out.print(paragraph("or, after --at, another address of it:" + others, 0, out.width()));
}

}  // namespace

void print_wrong(Output& out, const PairEvent::Wrong& wrong) {
  out.print(fmt::format("\nsomebody tried a wrong code: that code is burnt, {}\n",
                        wrong.codes_left() == 1 ? "and this is the last one" : "here is a new one"));
}

void print_window(Output& out, std::string& visitor, const PairEvent::Window& window, const WindowWords& words) {
  if (!visitor.empty()) out.line("\n" + std::exchange(visitor, {}) + " went away; here is a new code");
  const auto code = sanitise_line(window.code());
  const auto link = sanitise_line(window.link());
  // Where nothing announces this window, the code alone finds nobody.
  const auto with_address = window.announced() ? std::string() : command_with_address(window, words.command);
  const auto command = with_address.empty() ? words.command + " " + code : with_address;
  out.print("\n" + paragraph("first, here: leave this open until " + near(window.expires_at(), today()) +
                                 "\nthen, on " + words.there + ", please run:",
                             0, out.width()));
  out.print("\n" + command_line_there(out, command) + "\n");
  out.print(paragraph("say the code aloud or type it there: " + code + " is good for one guess.", 0, out.width()));
  out.print("\n");
  print_qr(out, link, words.command);
  out.print("\n" + paragraph("the link, " + words.apart + "; send it only where nobody else reads:", 0, out.width()) +
            link + "\n");
  print_addresses(out, window, words.command);
  // Once more, below the square: on a low terminal what stood above it has scrolled away.
  out.print("\nwaiting for this over there; Ctrl-C closes the window\n" + command_line_there(out, command));
}

// ---- what the joiner shows ----

void JoinSteps::print(Output& out, const PairEvent::Progress& progress, const std::string& waits_for, bool verbose) {
  switch (progress.step()) {
    case PairEvent::Progress::LOOKING:
      looked_ = true;
      out.line("looking for the other computer");
      break;
    case PairEvent::Progress::CONNECTING:
      if (!std::exchange(connecting_, true)) out.line(looked_ ? "found it, connecting" : "connecting");
      if (verbose) out.line("  to " + sanitise_line(progress.address()));
      break;
    case PairEvent::Progress::WAITING:
      if (progress.words_size() > 0) {
        out.print("these four words are on both screens:\n      " + out.style().strong(four_words(progress.words())) +
                  "\n");
      }
      out.line("waiting for " + (progress.name().empty() ? waits_for : sanitise_line(progress.name())) + " to say yes");
      break;
    default:
      break;
  }
}

}  // namespace duolog::client
