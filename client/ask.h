// ask.h: questions to the person at the terminal, and passphrases.
//
// Prompts go to standard error, so that standard output stays what was asked for. A passphrase comes from the
// terminal, without echo, or from the first line of a file; never from an argument and never from the environment.
// Ctrl-C gives the terminal back as it was.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "client/interrupts.h"
#include "client/secret_text.h"

namespace duolog::client {

// Somebody is there to answer: standard input and output are both a terminal.
bool can_ask();

// One line, without its end. nullopt: the person stops (Ctrl-D, Ctrl-C). REQUIRES: can_ask(), as for all that follow.
std::optional<std::string> ask_line(const std::string& prompt);
// The same, where nothing may be lost: with `stopped`, `text` is what stood on the line by then.
struct Typed {
  std::string text;
  bool stopped = false;
};
Typed ask_text(const std::string& prompt);
// Enter takes `offered`; whoever stops has said no. Asks again until it is one of them.
bool ask_yes(const std::string& prompt, bool offered);

// While a conversation goes on: kNews when `news` became readable before there was an answer. Nothing is offered, and
// what was typed before the question does not count. kInterrupted leaves the signal to be taken.
enum class Decision { kYes, kNo, kNews, kInterrupted };
Decision ask_yes_meanwhile(const std::string& prompt, int news, const Interrupts& interrupts);

// Without echo. Throws Failure when it is interrupted or longer than kPassphraseLimit.
SecretText ask_secret(const std::string& prompt);
// Twice, until both are the same. Empty: none is wanted.
SecretText ask_new_secret(const std::string& prompt);

// The first line of `file`; "-" is standard input. Throws Failure.
SecretText read_secret(const std::string& file);
// Does `use` with the passphrase there is. Where it was typed, a wrong one may be typed again, twice; where it came
// from a file, it is what it is. Throws what `use` threw last.
void with_passphrase(const std::string& file, const std::function<void(const SecretText&)>& use);
// The passphrase there is: from `file` where one is named, otherwise asked for. Throws Failure where nobody is there.
SecretText known_passphrase(const std::string& file);

}  // namespace duolog::client
