// Declares the verbs to CLI11. A text option goes through text(): CLI11 would otherwise take "[a]" for a list and "{}"
// for an empty one, and words that somebody writes down must arrive as they are.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/command_line.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <string_view>

#include "client/sanitise.h"
#include "client/words.h"

namespace duolog::client {
namespace {

// ---- words as they are ----

constexpr char kMark = '\x1f';  // put before what CLI11 would read as more than text, taken off again by text()

std::string marked(const char* argument) {
  const std::string_view text(argument);
  const bool risky = text.starts_with('[') || text.starts_with('{') || text.starts_with(kMark) || text == "%%";
  return risky ? kMark + std::string(text) : std::string(text);
}
std::string unmarked(const std::string& text) { return text.starts_with(kMark) ? text.substr(1) : text; }

// "DATE  the day": the name of the value, two spaces, what it is.
struct Help {
  Help(const char* help) : text(help) {
    const auto gap = text.find("  ");
    if (gap == std::string::npos) return;
    value = text.substr(0, gap);
    text.erase(0, gap + 2);
  }
  std::string value, text;
};

CLI::Option* text(CLI::App& app, const std::string& name, std::string& into, const Help& help) {
  auto keep = [&into](const std::string& value) { into = unmarked(value); };
  return app.add_option_function<std::string>(name, keep, help.text)->type_name(help.value);
}
CLI::Option* texts(CLI::App& app, const std::string& name, std::vector<std::string>& into, const Help& help) {
  auto keep = [&into](const std::vector<std::string>& values) {
    for (const auto& value : values) into.push_back(unmarked(value));
  };
  return app.add_option_function<std::vector<std::string>>(name, keep, help.text)->type_name(help.value);
}

// "-n,--number" as a person knows it: the last of its names.
std::string told(const std::string& names) { return names.substr(names.find_last_of(',') + 1); }

Failure unfit(const CLI::App& app, const std::string& names, const std::string& takes, const std::string& value) {
  const auto verb = app.get_parent() == nullptr ? std::string() : app.get_name() + " ";
  return wrong_usage(told(names) + " takes " + takes + ", not \"" + sanitise_line(value) + "\"",
                     "duolog " + verb + "--help shows how");
}

CLI::Option* number(CLI::App& app, const std::string& names, std::uint32_t& into, const Help& help) {
  auto keep = [&app, names, &into](const std::string& value) {
    const auto* end = value.data() + value.size();
    const auto [stopped, trouble] = std::from_chars(value.data(), end, into);
    if (trouble != std::errc() || stopped != end) {
      throw unfit(app, names, "a whole number from 0 to " + std::to_string(UINT32_MAX), value);
    }
  };
  return app.add_option_function<std::string>(names, keep, help.text)->type_name(help.value);
}

std::string listed(const std::vector<std::string>& choices) {
  std::string text;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == choices.size() ? " or " : ", ") + choices[i];
  }
  return text;
}

CLI::Option* choice(CLI::App& app, const std::string& names, std::string& into, const Help& help,
                    const std::vector<std::string>& choices) {
  auto keep = [&app, names, &into, choices](const std::string& value) {
    into = unmarked(value);
    if (std::ranges::find(choices, into) == choices.end()) throw unfit(app, names, listed(choices), into);
  };
  return app.add_option_function<std::string>(names, keep, help.text)->type_name(help.value);
}

// Given once for each value: `-t a b` is the tag a and the word b.
CLI::Option* repeated(CLI::App& app, const std::string& name, std::vector<std::string>& into, const Help& help) {
  return texts(app, name, into, help)->allow_extra_args(false)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

// ---- the verbs ----

constexpr const char* kOptions = "options";
constexpr const char* kDays = "writing and reading";
constexpr const char* kTogether = "together";
constexpr const char* kDevice = "this device";

struct Declared {
  CLI::App& app;
  Invocation& call;

  CLI::App& verb(Verb which, const std::string& name, const char* group, const std::string& help,
                 const std::string& examples, const std::string& more = {}) {
    auto* sub = app.add_subcommand(name, help);
    sub->group(group)->fallthrough()->footer(more + "examples:\n" + examples +
                                             "\nduolog --help names the options that every verb takes");
    sub->get_help_ptr()->group(kOptions);
    sub->callback([this, which] { call.verb = which; });
    return *sub;
  }
};

void declare_writing(Declared& d) {
  auto& write = d.verb(Verb::kWrite, "write", kDays, "write an entry",
                       "  duolog write we walked to the lake\n"
                       "  duolog write                        opens $VISUAL or $EDITOR; the draft stays in memory\n"
                       "  duolog write < letter.txt           nobody on this machine sees it as an argument\n"
                       "  duolog write --private -t work a long day\n"
                       "  duolog write --on 2026-11-20 I forgot to tell you\n");
  texts(write, "text", d.call.write.words, "the words; none: standard input, or the editor; -: standard input");
  repeated(write, "-t,--tag", d.call.write.tags, "TAG  a tag; may be repeated");
  text(write, "--on", d.call.write.on, "DATE  the day or moment it is about");
  write.add_flag("--private", d.call.write.private_entry, "into your notebook, for nobody else");

  auto& list = d.verb(Verb::kList, "list", kDays, "what both of you wrote",
                      "  duolog list -n 10\n"
                      "  duolog list --from me --since 2026-11-01\n"
                      "  duolog list -t lake --json\n",
                      "with --json, delivery stands at what is yours and shared; it is absent where an entry is\n"
                      "private or the other's\n\n");
  auto& options = d.call.list;
  number(list, "-n,--number", options.limit, "N  the newest N only");
  text(list, "--from", options.from, "me|NAME  whose");
  text(list, "--since", options.since, "DATE  from this day on");
  text(list, "--until", options.until, "DATE  up to this day");
  text(list, "-t,--tag", options.tag, "TAG  with this tag");
  choice(list, "--kind", options.kind, "KIND  entry, answer, unreadable or newer",
         {"entry", "answer", "unreadable", "newer"});

  auto& show = d.verb(Verb::kShow, "show", kDays, "one entry in full", "  duolog show 3fa9\n  duolog show last\n");
  text(show, "id", d.call.show.id, "four digits of its id or more, or last")->required();
}

void declare_together(Declared& d) {
  auto& pair = d.verb(Verb::kPair, "pair", kTogether, "invite the other person, or accept an invitation",
                      "  duolog pair                         shows a code, a QR and a link, and waits\n"
                      "  duolog pair 7-guitar-banana         on the other computer\n"
                      "  duolog pair --qr photo.png\n"
                      "  duolog pair 7-guitar-banana --at 192.168.1.20\n");
  auto& options = d.call.pair;
  texts(pair, "invitation", options.invitation, "a code or a link; none: invite");
  text(pair, "--qr", options.picture, "PICTURE  read the link from a picture of the QR");
  text(pair, "--at", options.at, "HOST[:PORT]  where the other computer is, if it is not found");
  choice(pair, "--relationship", options.relationship, "partner|friend|family  what you are to each other",
         {"partner", "friend", "family"});
  text(pair, "--name", options.name, "NAME  what you call this journal; only you see it");

  auto& checkin = d.verb(Verb::kCheckin, "checkin", kTogether, "this week's check-in",
                         "  duolog checkin                      asks field by field\n"
                         "  duolog checkin --set connection=7 --set wish='an evening without telephones'\n",
                         "its fields:\n"
                         "  connection   1 to 10: how close you felt to each other\n"
                         "  highlight    what brought you close (may be left out, as those that follow)\n"
                         "  distance     where you felt far from each other\n"
                         "  wish         one small wish for the week to come\n\n");
  repeated(checkin, "--set", d.call.checkin.set, "FIELD=VALUE  answer without asking; may be repeated");

  auto& answers = d.verb(Verb::kAnswers, "answers", kTogether, "what both of you answered",
                         "  duolog answers\n  duolog answers checkin -n 4\n");
  text(answers, "practice", d.call.answers.practice, "the practice; none: all");
  number(answers, "-n,--number", d.call.answers.limit, "N  the newest N rounds only");

  auto& watch = d.verb(Verb::kWatch, "watch", kTogether, "what happens, as it happens",
                       "  duolog watch\n  duolog watch --json | while read -r event; do …; done\n");
  watch.add_flag("--backlog", d.call.watch.backlog, "begin with what is new already");

  auto& sync = d.verb(Verb::kSync, "sync", kTogether, "look for the other person's devices now",
                      "  duolog sync\n  duolog sync --wait --timeout 120\n");
  sync.add_flag("--wait", d.call.sync.wait, "until both sides hold the same");
  number(sync, "--timeout", d.call.sync.timeout_seconds, "SECONDS  how long --wait waits (60)");
}

void declare_device(Declared& d) {
  auto& init = d.verb(Verb::kInit, "init", kDevice, "make your journal: your name, a passphrase, your 24 words",
                      "  duolog init\n  duolog init --name Ada --passphrase-file secret.txt\n"
                      "  duolog init --yes                   asks nothing; a key file instead of a passphrase\n");
  text(init, "--name", d.call.init.name, "NAME  as the other person will see it");
  text(init, "--device", d.call.init.device, "NAME  of this device (its host name)");

  d.verb(Verb::kWords, "words", kDevice, "your 24 words, until they are confirmed", "  duolog words\n");
  d.verb(Verb::kStatus, "status", kDevice, "journals, devices, and what has arrived", "  duolog status\n");
  d.verb(Verb::kLock, "lock", kDevice, "close the journal until the passphrase is given", "  duolog lock\n");
  d.verb(Verb::kUnlock, "unlock", kDevice, "open it",
         "  duolog unlock\n  duolog unlock --passphrase-file secret.txt\n");

  auto& passphrase = d.verb(Verb::kPassphrase, "passphrase", kDevice, "set, change or drop the passphrase",
                            "  duolog passphrase\n"
                            "  duolog passphrase --passphrase-file old.txt --new-passphrase-file new.txt\n"
                            "  duolog passphrase --key-file        no passphrase from now on\n");
  text(passphrase, "--new-passphrase-file", d.call.passphrase.new_file, "FILE  the new one is in its first line");
  passphrase.add_flag("--key-file", d.call.passphrase.key_file, "a key file instead of a passphrase");

  auto& config = d.verb(Verb::kConfig, "config", kDevice, "where duolog write goes",
                        "  duolog config write-to\n  duolog config write-to notebook\n  duolog config write-to Bo\n");
  choice(config, "key", d.call.config.key, "write-to", {"write-to"})->required();
  text(config, "value", d.call.config.value, "a journal's name, or notebook; none: show it");

  d.verb(Verb::kDoctor, "doctor", kDevice, "look for what is wrong", "  duolog doctor\n");
  auto& daemon = d.verb(Verb::kDaemon, "daemon", kDevice, "the process that keeps and carries your journal",
                        "  duolog daemon start\n  duolog daemon status\n");
  choice(daemon, "action", d.call.daemon.action, "start, stop or status", {"start", "stop", "status"})->required();
}

void declare_globals(CLI::App& app, Globals& globals) {
  text(app, "--home", globals.home, "DIR  where this person's journal lives (DUOLOG_HOME)");
  text(app, "-j,--journal", globals.journal, "NAME  which journal");
  app.add_flag("--yes", globals.yes, "ask nothing, take what is offered");
  app.add_flag("--json", globals.json, "for scripts");
  app.add_flag("-v,--verbose", globals.verbose, "say more");
  auto colour = [&app, &globals](const std::string& value) {
    const std::map<std::string, Colour> colours = {
        {"auto", Colour::kAuto}, {"always", Colour::kAlways}, {"never", Colour::kNever}};
    const auto known = colours.find(value);
    if (known == colours.end()) throw unfit(app, "--color", "auto, always or never", value);
    globals.colour = known->second;
  };
  app.add_option_function<std::string>("--color", colour, "auto, always or never (NO_COLOR)")->type_name("WHEN");
  text(app, "--passphrase-file", globals.passphrase_file,
       "FILE  its first line is the passphrase; - for standard input");
}

void declare_all(CLI::App& app, Declared& declared) {
  app.option_defaults()->group(kOptions);
  app.set_help_flag("-h,--help", "this text, or that of a verb");
  app.set_version_flag("--version", std::string("duolog ") + DUOLOG_VERSION, "the version");
  app.require_subcommand(0, 1);
  app.fallthrough();
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
  declare_globals(app, declared.call.globals);
  auto& today = declared.verb(Verb::kToday, "today", kDays, "what is new and what waits for you", "  duolog\n");
  static_cast<void>(today);
  declare_writing(declared);
  declare_together(declared);
  declare_device(declared);
}

constexpr const char* kAbout = "duolog: a private journal for two people";

// ---- what is wrong with it ----

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto swap = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({swap, row[j] + 1, row[j - 1] + 1}));
    }
  }
  return row.back();
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
  if (!call.passphrase.key_file || call.passphrase.new_file.empty()) return;
  throw wrong_usage("--key-file and --new-passphrase-file at once: which of them?",
                    "a key file means that there is no passphrase");
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

}  // namespace

Invocation parse_command_line(int argc, const char* const* argv) {
  check_arguments(argc, argv);
  Invocation call;
  CLI::App app(kAbout, "duolog");
  Declared declared{app, call};
  declare_all(app, declared);
  std::vector<std::string> arguments;  // CLI11 wants them from the last to the first
  for (int i = argc - 1; i > 0; --i) arguments.push_back(marked(argv[i]));
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::CallForHelp&) {
    call.verb = Verb::kHelp;
    call.text = app.help();
  } catch (const CLI::CallForVersion& version) {
    call.verb = Verb::kHelp;
    call.text = std::string(version.what()) + "\n";
  } catch (const CLI::ParseError& error) {
    throw usage_failure(app, error);
  }
  check_sense(call);
  read_environment(call.globals);
  return call;
}

bool wants_json(int argc, const char* const* argv) {
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--") return false;
    if (std::string_view(argv[i]) == "--json") return true;
  }
  return false;
}

std::vector<std::string> all_verbs() {
  Invocation call;
  CLI::App app(kAbout, "duolog");
  Declared declared{app, call};
  declare_all(app, declared);
  std::vector<std::string> names;
  for (const auto* sub : app.get_subcommands([](const CLI::App*) { return true; })) names.push_back(sub->get_name());
  return names;
}

}  // namespace duolog::client
