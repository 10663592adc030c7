// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/declare.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <map>
#include <string_view>

#include "client/sanitise.h"
#include "client/words.h"

namespace duolog::client {
namespace {

constexpr char kMark = '\x1f';

constexpr std::array kGroups = {
    VerbGroup{"today write show letters", declare_days},
    VerbGroup{"reply react share", declare_answering},
    VerbGroup{"edit history delete", declare_changing},
    VerbGroup{"attachment", declare_attachments},
    VerbGroup{"list search on-this-day stats", declare_finding},
    VerbGroup{
        "question reflect mood checkin appreciate prompt languages closeness gesture need promise repair plan talk",
        declare_house_practices},
    VerbGroup{"do answers practices trends guide", declare_practices},
    VerbGroup{"pair pause resume part bundle mailbox watch sync", declare_together},
    VerbGroup{"import export", declare_inout},
    VerbGroup{"init words status lock unlock passphrase config device recover doctor backup restore daemon",
              declare_device},
};

// "-n,--number" as a person knows it: the last of its names.
std::string told(const std::string& names) { return names.substr(names.find_last_of(',') + 1); }

Failure unfit(const CLI::App& app, const std::string& names, const std::string& takes, const std::string& value) {
  const auto verb = app.get_parent() == nullptr ? std::string() : app.get_name() + " ";
  return wrong_usage(told(names) + " takes " + takes + ", not \"" + sanitise_line(value) + "\"",
                     "duolog " + verb + "--help shows how");
}

std::string listed(const std::vector<std::string>& choices) {
  std::string text;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == choices.size() ? " or " : ", ") + choices[i];
  }
  return text;
}

}  // namespace

std::string marked(const char* argument) {
  const std::string_view text(argument);
  const bool risky = text.starts_with('[') || text.starts_with('{') || text.starts_with(kMark) || text == "%%";
  return risky ? kMark + std::string(text) : std::string(text);
}

std::string unmarked(const std::string& text) { return text.starts_with(kMark) ? text.substr(1) : text; }

Help::Help(const char* help) : text(help) {
  const auto gap = text.find("  ");
  if (gap == std::string::npos) return;
  value = text.substr(0, gap);
  text.erase(0, gap + 2);
}

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

CLI::Option* choice(CLI::App& app, const std::string& names, std::string& into, const Help& help,
                    const std::vector<std::string>& choices) {
  auto keep = [&app, names, &into, choices](const std::string& value) {
    into = unmarked(value);
    if (std::ranges::find(choices, into) == choices.end()) throw unfit(app, names, listed(choices), into);
  };
  return app.add_option_function<std::string>(names, keep, help.text)->type_name(help.value);
}

CLI::Option* repeated(CLI::App& app, const std::string& name, std::vector<std::string>& into, const Help& help) {
  return texts(app, name, into, help)->allow_extra_args(false)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void flag(CLI::App& app, const std::string& names, bool& into, const std::string& help) {
  app.add_flag(names, into, help);
}

CLI::App& Declared::verb(Verb which, const std::string& name, const char* group, const std::string& help,
                         const std::string& examples, const std::string& more) {
  auto* sub = app.add_subcommand(name, help);
  sub->group(group)->fallthrough()->footer(more + "examples:\n" + examples +
                                           "\nduolog --help names the options that every verb takes");
  sub->get_help_ptr()->group(kOptions);
  sub->callback([this, which] { call.verb = which; });
  return *sub;
}

std::vector<std::string_view> VerbGroup::verbs() const {
  std::vector<std::string_view> out;
  for (std::string_view rest = names; !rest.empty();) {
    const auto end = std::min(rest.find(' '), rest.size());
    out.push_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return out;
}

std::span<const VerbGroup> verb_groups() { return kGroups; }

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

}  // namespace duolog::client
