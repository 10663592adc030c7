// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/new_home.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "client/ask.h"
#include "client/layout.h"
#include "client/sanitise.h"
#include "client/words.h"

namespace duolog::client {
namespace {

constexpr std::size_t kNameLimit = 64;  // bytes

std::string user_name() {
  const char* user = std::getenv("USER");
  if (user != nullptr && *user != '\0' && utf8_fault(user) == std::string_view::npos) return user;
  return {};
}

}  // namespace

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "this device";
  std::string host(name.data());
  host = host.substr(0, host.find('.'));
  return host.empty() || utf8_fault(host) != std::string::npos ? "this device" : host.substr(0, kNameLimit);
}

std::string checked_name(const std::string& name) {
  const auto begin = name.find_first_not_of(" \t");
  const auto trimmed = begin == std::string::npos ? "" : name.substr(begin, name.find_last_not_of(" \t") - begin + 1);
  if (trimmed.empty()) throw wrong_usage("a name is needed", "--name NAME: what the other person will see");
  if (trimmed.size() > kNameLimit)
    throw wrong_usage(fmt::format("a name has at most {} bytes", kNameLimit), "choose a shorter one");
  const auto fault = utf8_fault(trimmed);
  if (fault != std::string_view::npos) throw not_utf8("the name", fault);
  return trimmed;
}

std::string name_of_person(const Context& context, const std::string& given, const std::string& prompt) {
  if (!given.empty()) return checked_name(given);
  const auto offered = user_name();
  if (context.globals.yes || !can_ask()) return checked_name(offered);
  const auto name = ask_line(prompt + (offered.empty() ? "" : " [" + sanitise_line(offered) + "]") + ": ");
  if (!name) throw interrupted("stopped; nothing was made");
  return checked_name(name->empty() ? offered : *name);
}

void clear_screen(const Output& out) {
  const char* term = std::getenv("TERM");
  if (out.terminal() && term != nullptr && std::string_view(term) != "dumb") say("\x1b[H\x1b[2J\x1b[3J");
}

SecretText passphrase_of_new_home(const Context& context) {
  if (!context.globals.passphrase_file.empty()) return read_secret(context.globals.passphrase_file);
  if (context.globals.yes) return {};
  say("\n" + paragraph("a passphrase keeps this journal closed to whoever finds or takes this computer.\n"
                       "Enter alone means a key file instead, and nothing to remember, but\n"
                       "whoever takes the disk reads the journal.",
                       0, context.out.width()));
  return ask_new_secret("passphrase: ");
}

}  // namespace duolog::client
