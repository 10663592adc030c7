// export: the journal as files of one's own. What is written, and what stays here, is said at the end.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/export/verb_export.h"

#include <sys/stat.h>

#include <algorithm>

#include "client/export/collect.h"
#include "client/export/export_json.h"
#include "client/export/keepsake.h"
#include "client/export/markdown_days.h"
#include "client/export/private_file.h"
#include "client/interrupts.h"
#include "client/json.h"
#include "client/sanitise.h"
#include "client/words.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

ExportChoice choice_of(const Context& context, const ExportOptions& options) {
  return {context.globals.journal, options.since, options.until, options.tag, options.mine, false};
}

void tell(Context& context, const ExportOptions& options, const Exported& exported) {
  const auto sentences = left_out_text(exported.left_out);
  if (context.out.json()) {
    const auto& left = exported.left_out;
    return context.out.line(
        "{\"items\":" + std::to_string(exported.items) + ",\"place\":" + json_string(options.place) +
        ",\"left_out\":{\"between_us\":" + std::to_string(left.between_us) +
        ",\"sealed\":" + std::to_string(left.sealed) + ",\"unreadable\":" + std::to_string(left.unreadable) +
        ",\"newer\":" + std::to_string(left.newer) + ",\"taken_back\":" + std::to_string(left.taken_back) + "}}");
  }
  context.out.line("exported · " + std::to_string(exported.items) + (exported.items == 1 ? " piece" : " pieces") +
                   " · " + sanitise_line(options.place));
  for (const auto& sentence : sentences) context.out.line("left out: " + sentence);
}

// Throws where Ctrl-C has come: whoever stops an export has nothing half-written left.
using GoOn = std::function<void()>;

Exported export_json(Context& context, const ExportOptions& options, const GoOn& go_on) {
  auto choice = choice_of(context, options);
  choice.with_sealed = true;
  if (options.place == "-")
    return write_export_json(context.daemon, choice, [&](auto text) { context.out.print(text); });
  check_place(options.place, false, context.globals.yes);
  PrivateFile file(options.place);
  const auto exported = write_export_json(context.daemon, choice, [&](auto text) { go_on(), file.write(text); });
  file.keep(context.globals.yes);
  return exported;
}

Exported collect(Context& context, const ExportOptions& options, Days& days, const GoOn& go_on) {
  Exported exported;
  exported.left_out = each_item(context.daemon, choice_of(context, options), [&](const control::Item& item) {
    go_on();
    days.add(item);
    ++exported.items;
  });
  days.sort();
  return exported;
}

Exported export_markdown(Context& context, const ExportOptions& options, const GoOn& go_on) {
  check_place(options.place, true, context.globals.yes);
  PrivateFolder folder(options.place);
  Days days(options.place);
  const auto exported = collect(context, options, days, go_on);
  write_markdown(folder.path(), days, go_on);
  folder.keep(context.globals.yes);
  return exported;
}

// ---- the keepsake ----

std::string title_of(const Days& days, const std::string& person, bool mine) {
  if (mine || days.authors().size() < 2) return days.authors().empty() ? person : days.authors().front();
  std::vector<std::string> names;
  for (const bool own : {true, false})
    for (std::uint32_t i = 0; i < days.authors().size(); ++i)
      if (days.is_mine(i) == own) names.push_back(days.authors()[i]);
  std::string title;
  for (std::size_t i = 0; i < names.size(); ++i)
    title += (i == 0 ? "" : i + 1 == names.size() ? " & " : ", ") + names[i];
  return title;
}

Book book_of(const ExportOptions& options, const Exported& exported, const Days& days, const std::string& person) {
  Book book;
  book.title = title_of(days, person, options.mine);
  book.about.push_back(options.mine ? "The words of " + person + " alone."
                                    : "What was written in this journal, day by day.");
  if (!options.since.empty() || !options.until.empty())
    book.about.push_back("The days" + (options.since.empty() ? "" : " from " + options.since) +
                         (options.until.empty() ? "" : " up to " + options.until) + ".");
  if (!options.tag.empty()) book.about.push_back("Entries with the tag " + options.tag + ".");
  for (const auto& sentence : left_out_text(exported.left_out)) book.about.push_back("Left out: " + sentence + ".");
  return book;
}

Exported export_keepsake(Context& context, const ExportOptions& options, const GoOn& go_on) {
  const bool one_file = options.place.ends_with(".html") || options.place.ends_with(".htm");
  check_place(options.place, !one_file, context.globals.yes);
  const auto person = context.daemon.open_status().device().person();
  Days days(options.place);
  const auto exported = collect(context, options, days, go_on);
  const auto series =
      options.tag.empty() ? series_of(context.daemon, choice_of(context, options)) : std::vector<control::Series>();
  const auto book = book_of(options, exported, days, person);
  if (one_file) {
    PrivateFile file(options.place);
    write_keepsake(book, series, days, [&](std::string_view text) { go_on(), file.write(text); });
    file.keep(context.globals.yes);
    return exported;
  }
  PrivateFolder folder(options.place);
  PrivateFile file(folder.path() / "index.html");
  write_keepsake(book, series, days, [&](std::string_view text) { go_on(), file.write(text); });
  file.keep(false);
  folder.keep(context.globals.yes);
  return exported;
}

Exported export_as(Context& context, const ExportOptions& options, const GoOn& go_on) {
  if (options.format == "json") return export_json(context, options, go_on);
  if (options.place == "-") {
    throw wrong_usage(options.format + " is written to a place of its own",
                      "only export json takes - for standard output");
  }
  return options.format == "markdown" ? export_markdown(context, options, go_on)
                                      : export_keepsake(context, options, go_on);
}

}  // namespace

Exit export_journal(Context& context, const ExportOptions& options) {
  ::umask(S_IRWXG | S_IRWXO);
  context.daemon.open_status();
  if (options.place == "-") {  // what takes it may take its time, and is stopped by Ctrl-C as anything else
    export_as(context, options, [] {});
    return Exit::kDone;
  }
  const Interrupts interrupts;
  sweep_unfinished(options.place);
  const auto exported = export_as(context, options, [&interrupts] {
    interrupts.leave_if_come("stopped; nothing was exported, and nothing half-written is left");
  });
  tell(context, options, exported);
  return Exit::kDone;
}

}  // namespace duolog::client
