// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/care.h"

#include <google/protobuf/repeated_field.h>

#include "client/json.h"
#include "client/layout.h"
#include "client/sanitise.h"
#include "client/words.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

using control::CareReport;
using Ids = google::protobuf::RepeatedPtrField<std::string>;

std::string title_of(const CareReport& report, const std::string& id) {
  for (const auto& language : report.languages()) {
    if (language.id() == id && !language.title().empty()) return sanitise_line(language.title());
  }
  return sanitise_line(id);
}

std::string listed(const CareReport& report, const Ids& ids, const char* between) {
  std::string text;
  for (const auto& id : ids) text += (text.empty() ? "" : between) + title_of(report, id);
  return text;
}

// The one thing in that request that a person may have made up.
CareReport known_care(const Context& context, const std::string& language) {
  try {
    return ask_for_care(context, context.globals.journal, language);
  } catch (const Failure& failure) {
    if (language.empty() || failure.code() != "BAD_REQUEST") throw;
  }
  const auto all = ask_for_care(context, context.globals.journal, {});
  std::string known;
  for (const auto& one : all.languages()) {
    known += (known.empty() ? "" : ", ") + sanitise_line(one.id());
  }
  throw wrong_usage("none of the ways of showing care is called " + sanitise_line(language),
                    "one of: " + known + "; duolog languages --ideas alone shows all");
}

std::string line(const std::string& label, const std::string& text, const Output& out) {
  return text.empty() ? text : paragraph(label + ": " + text, 0, out.width());
}

}  // namespace

CareReport ask_for_care(const Context& context, const std::string& journal, const std::string& language) {
  control::Request request;
  request.mutable_care()->set_journal(journal);
  request.mutable_care()->set_language(language);
  return std::move(*context.daemon.ask_one(request).mutable_care());
}

std::string care_text(const CareReport& report, const Output& out) {
  const auto other = report.other().empty() ? std::string("the other") : sanitise_line(report.other());
  std::string text;
  for (const auto& ranking : report.rankings()) {
    const auto who = ranking.mine() ? std::string("you") : sanitise_line(ranking.person());
    text += line(who + (ranking.mine() ? " like to receive" : " likes to receive"),
                 listed(report, ranking.receive(), ", then "), out);
    text += line(who + (ranking.mine() ? " tend to give" : " tends to give"), listed(report, ranking.give(), ", then "),
                 out);
  }
  auto meets = line("you like it, and " + other + " gives it", listed(report, report.mine_meets(), ", "), out);
  meets += line(other + " likes it, and you give it", listed(report, report.theirs_meets(), ", "), out);
  meets += line("you like it, and it seldom comes", listed(report, report.mine_missed(), ", "), out);
  meets += line(other + " likes it, and it seldom comes", listed(report, report.theirs_missed(), ", "), out);
  if (!meets.empty()) text += (text.empty() ? "" : "\n") + meets;
  if (text.empty()) text = "no ranking can be read yet: duolog languages\n";
  return text + "\n" + paragraph("small things to do: duolog languages --ideas", 0, out.width());
}

std::string ideas_text(const CareReport& report, const Output& out) {
  std::string text;
  for (const auto& language : report.languages()) {
    text += (text.empty() ? "" : "\n") +
            out.style().strong(sanitise_line(language.title()) + " (" + sanitise_line(language.id()) + ")") + "\n";
    if (!language.what().empty()) text += paragraph(sanitise(language.what()), 0, out.width()) + "\n";
    for (const auto& idea : language.ideas()) {
      const auto block = paragraph(sanitise(idea), 2, out.width());
      text += "-" + block.substr(1);
    }
  }
  return text;
}

Exit show_ideas(Context& context, const std::string& language) {
  const auto report = known_care(context, language);
  if (context.out.json()) {
    context.out.line(to_json(report));
  } else {
    const auto text = ideas_text(report, context.out);
    context.out.print(text.empty() ? "there are no ideas here\n" : text);
  }
  return Exit::kDone;
}

}  // namespace duolog::client
