// Reads what was typed. What there is to type is declared in declare_*.cc.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/command_line.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <string_view>

#include "client/declare.h"
#include "client/sanitise.h"
#include "client/words.h"

namespace duolog::client {
namespace {

constexpr const char* kAbout = "duolog: a private journal for two people";

// One reading of what was typed: what CLI11 was told of, and what it fills in.
struct Parser {
  Invocation call;
  CLI::App app{kAbout, "duolog"};
  Declared declared{app, call};

  Parser();
  void parse(std::vector<std::string> arguments);
};

Parser::Parser() {
  app.option_defaults()->group(kOptions);
  app.set_help_flag("-h,--help", "this text, or that of a verb");
  app.set_version_flag("--version", std::string("duolog ") + DUOLOG_VERSION, "the version");
  app.require_subcommand(0, 1);
  app.fallthrough();
  declare_globals(app, call.globals);
}

void Parser::parse(std::vector<std::string> arguments) {
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::CallForVersion& version) {
    call.verb = Verb::kHelp;
    call.text = std::string(version.what()) + "\n";
  }
}

void make_readable(CLI::App& app) {
  app.get_formatter()->column_width(34);
  for (const auto& [theirs, ours] : {std::pair{"Usage", "usage"},
                                     {"Options", "options"},
                                     {"OPTIONS", "options"},
                                     {"Positionals", "what it takes"},
                                     {"SUBCOMMAND", "VERB"},
                                     {"REQUIRED", ""}}) {
    app.get_formatter()->label(theirs, ours);
  }
  app.footer("duolog alone shows what is new and what waits for you; duolog VERB --help shows examples");
}

// ---- what is wrong with it ----

// How many letters were put in, left out, exchanged, or swapped with their neighbour.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> of(a.size() + 1, std::vector<std::size_t>(b.size() + 1));  // of the beginnings
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        of[i][j] = i + j;
        continue;
      }
      const std::size_t other = a[i - 1] == b[j - 1] ? 0 : 1;
      of[i][j] = std::min({of[i - 1][j - 1] + other, of[i - 1][j] + 1, of[i][j - 1] + 1});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) of[i][j] = std::min(of[i][j], of[i - 2][j - 2] + 1);
    }
  }
  return of.back().back();
}

Failure unknown_verb(const std::string& word) {
  std::string nearest;
  std::size_t least = 3;
  for (const auto& verb : all_verbs()) {
    const auto d = distance(word, verb);
    if (d < least) least = d, nearest = verb;
  }
  const auto shown = sanitise_line(word);
  return wrong_usage("there is no verb \"" + shown + "\"",
                     nearest.empty() ? "duolog --help lists them; duolog write \"" + shown + " …\" writes it down"
                                     : "did you mean duolog " + nearest + "?");
}

std::string unexpected(const std::string& word) {
  const bool option = word.starts_with('-');
  if (option) return "there is no option " + sanitise_line(word.substr(0, word.find('=')));
  return "one word too many: " + sanitise_line(word);
}

// CLI11 names the option first, before a colon or a space, and says the rest in words of its own.
std::string what_is_wrong(const CLI::ParseError& error) {
  const std::string theirs = sanitise_line(error.what());
  const auto option = theirs.substr(0, theirs.find_first_of(": "));
  switch (static_cast<CLI::ExitCodes>(error.get_exit_code())) {
    case CLI::ExitCodes::RequiredError:
      return "the " + option + " is missing";
    case CLI::ExitCodes::ArgumentMismatch:
      return option + (theirs.ends_with(" missing") ? " needs a value" : " is there more than once");
    case CLI::ExitCodes::ConversionError:
    case CLI::ExitCodes::InvalidError:
      return "a switch such as --yes takes no value";
    default:
      return "that cannot be understood";
  }
}

Failure usage_failure(const CLI::App& app, const CLI::ParseError& error) {
  const auto verbs = app.get_subcommands();
  const auto rest = app.remaining(true);
  const bool extra = error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError);
  if (verbs.empty() && extra && !rest.empty() && !rest.front().starts_with('-')) {
    return unknown_verb(unmarked(rest.front()));
  }
  const std::string verb = verbs.empty() ? "" : verbs.front()->get_name() + " ";
  // Whoever typed a passphrase there does not want to read it once more, in a script's log for example.
  constexpr std::array kAboutPassphrases = {"init ", "unlock ", "words ", "passphrase "};
  if (extra && std::ranges::find(kAboutPassphrases, verb) != kAboutPassphrases.end() && !rest.empty() &&
      !rest.front().starts_with('-')) {
    return wrong_usage(
        "duolog " + verb + "takes no such word, and a passphrase never from an argument; nothing was done",
        "--passphrase-file FILE, or type it when it is asked for; what was typed here is in the shell's "
        "history now");
  }
  return wrong_usage(extra && !rest.empty() ? unexpected(unmarked(rest.front())) : what_is_wrong(error),
                     "duolog " + verb + "--help shows how; -- goes before text that begins with a hyphen");
}

void check_arguments(int argc, const char* const* argv) {
  for (int i = 1; i < argc; ++i) {
    const auto fault = utf8_fault(argv[i]);
    if (fault == std::string_view::npos) continue;
    throw not_utf8("argument " + std::to_string(i), fault);
  }
}

void check_sense(const Invocation& call) {
  if (call.passphrase.key_file && !call.passphrase.new_file.empty()) {
    throw wrong_usage("--key-file and --new-passphrase-file at once: which of them?",
                      "a key file means that there is no passphrase");
  }
  if (call.verb == Verb::kReact && call.react.none == !call.react.emoji.empty()) {
    throw wrong_usage("react takes an emoji, or --none to take yours back", "duolog react ID 🌿");
  }
  if (call.verb == Verb::kImport && call.import.private_entry && !call.globals.journal.empty()) {
    throw wrong_usage("--private and -j at once: which of them?", "without either, it goes into your notebook");
  }
  if (call.verb == Verb::kSearch && call.search.relevance && !call.search.which.before.empty()) {
    throw wrong_usage("--relevance and --before at once: which of them?", "before is a place in time; -n shows more");
  }
  const auto& write = call.write;
  if (write.private_entry && !write.open_on.empty()) {
    throw wrong_usage("--private and --open-on at once: a letter is for the other", "leave one of them out");
  }
  if (!write.files.empty() && !write.open_on.empty()) {
    throw wrong_usage("--attach and --open-on at once: a letter holds words alone", "leave one of them out");
  }
  const auto& attachment = call.attachment;
  const bool of_one = attachment.action == "save" || attachment.action == "open";
  if (of_one && attachment.id.empty()) {
    throw wrong_usage("attachment " + attachment.action + " of which entry?", "duolog attachment list shows their ids");
  }
  if (!of_one && (attachment.number != 0 || !attachment.to.empty())) {
    throw wrong_usage("a number and -o go with save or open", "duolog attachment save ID 2 -o FILE");
  }
}

void read_environment(Globals& globals) {
  auto take = [](std::string& into, const char* name) {
    const char* value = std::getenv(name);
    if (into.empty() && value != nullptr) into = value;
  };
  take(globals.home, "DUOLOG_HOME");
  take(globals.passphrase_file, "DUOLOG_PASSPHRASE_FILE");
  if (!globals.home.empty()) globals.home = std::filesystem::absolute(globals.home).lexically_normal().string();
}

// CLI11 wants them from the last to the first.
std::vector<std::string> backwards(int argc, const char* const* argv) {
  std::vector<std::string> arguments;
  for (int i = argc - 1; i > 0; --i) arguments.push_back(marked(argv[i]));
  // Many programs take "help" and "help VERB"; nobody should have to learn that this one does not.
  if (argc > 1 && argc <= 3 && arguments.back() == "help") {
    arguments.pop_back();
    arguments.insert(arguments.begin(), "--help");
  }
  return arguments;
}

bool is_named(const VerbGroup& group, const std::vector<std::string>& arguments) {
  const auto verbs = group.verbs();
  return std::ranges::any_of(arguments,
                             [&verbs](const auto& word) { return std::ranges::find(verbs, word) != verbs.end(); });
}

Invocation finished(Invocation call) {
  check_sense(call);
  read_environment(call.globals);
  return call;
}

}  // namespace

// What a word is to CLI11 depends on it alone and on the verbs that are called so. With every group declared that has a
// verb of which there is a word, what can be read is therefore read as if all were declared.
std::optional<Invocation> parse_with_named_verbs(int argc, const char* const* argv) {
  const auto arguments = backwards(argc, argv);
  Parser parser;
  for (const auto& group : verb_groups()) {
    if (is_named(group, arguments)) group.declare(parser.declared);
  }
  try {
    parser.parse(arguments);
  } catch (const CLI::ParseError&) {
    return std::nullopt;
  } catch (const Failure&) {
    return std::nullopt;
  }
  return finished(std::move(parser.call));
}

Invocation parse_with_all_verbs(int argc, const char* const* argv) {
  Parser parser;
  make_readable(parser.app);
  for (const auto& group : verb_groups()) group.declare(parser.declared);
  try {
    parser.parse(backwards(argc, argv));
  } catch (const CLI::CallForHelp&) {
    parser.call.verb = Verb::kHelp;
    parser.call.text = parser.app.help();
  } catch (const CLI::ParseError& error) {
    throw usage_failure(parser.app, error);
  }
  return finished(std::move(parser.call));
}

Invocation parse_command_line(int argc, const char* const* argv) {
  check_arguments(argc, argv);
  auto call = parse_with_named_verbs(argc, argv);
  return call ? *std::move(call) : parse_with_all_verbs(argc, argv);
}

bool wants_json(int argc, const char* const* argv) {
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--") return false;
    if (std::string_view(argv[i]) == "--json") return true;
  }
  return false;
}

std::vector<std::string> all_verbs() {
  std::vector<std::string> names;
  for (const auto& group : verb_groups()) {
    for (const auto verb : group.verbs()) names.emplace_back(verb);
  }
  return names;
}

}  // namespace duolog::client
