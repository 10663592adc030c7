// export: the journal as files of one's own. What is written, and what stays here, is said at the end.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/export/verb_export.h"

#include <sys/stat.h>
#include <map>

#include <optional>

#include "client/export/attached_folder.h"
#include "client/export/binding.h"
#include "client/export/export_json.h"
#include "client/export/markdown_days.h"
#include "client/export/private_file.h"
#include "client/interrupts.h"
#include "client/json.h"
#include "client/layout.h"
#include "client/sanitise.h"
#include "client/words.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

std::string numbers_of(const Made& made) {
  const auto& left = made.exported.left_out;
  const auto& files = made.carried;
  return "{\"items\":" + std::to_string(made.exported.items) + ",\"place\":" + json_string(made.place) +
         ",\"left_out\":{\"between_us\":" + std::to_string(left.between_us) +
         ",\"sealed\":" + std::to_string(left.sealed) + ",\"unreadable\":" + std::to_string(left.unreadable) +
         ",\"newer\":" + std::to_string(left.newer) + ",\"taken_back\":" + std::to_string(left.taken_back) +
         "},\"attachments\":{\"copied\":" + std::to_string(files.copied) + ",\"named\":" + std::to_string(files.named) +
         ",\"not_here\":" + std::to_string(files.not_here) + ",\"garbled\":" + std::to_string(files.garbled) + "}}";
}

void tell(Context& context, const ExportOptions& options, const Made& made) {
  if (context.out.json()) return context.out.line(numbers_of(made));
  const bool book = options.format == "keepsake";
  std::string line = "exported · " + counted(made.exported.items, "piece", "pieces");
  if (made.carried.copied > 0) {
    line += ", " + counted(made.carried.copied, book ? "photograph" : "attached file",
                           book ? "photographs" : "attached files");
  }
  context.out.line(line + " · " + sanitise_line(made.place));
  if (made.instead)
    context.out.line("the photographs are too many for one page: it is a folder, with index.html in it");
  for (const auto& sentence : left_out_text(made.exported.left_out)) context.out.line("left out: " + sentence);
  for (const auto& sentence : not_carried_text(made.carried)) context.out.line("left out: " + sentence);
  if (made.carried.not_here > 0)
    context.out.line("duolog attachment list shows what is not here; duolog attachment save ID fetches it");
}

void check_json(const ExportOptions& options) {
  if (options.no_attachments && options.folder)
    throw wrong_usage(
        "--folder puts what is attached beside the JSON, and --no-attachments leaves it out: which of them?",
        "duolog export json FILE only names it, duolog export json FOLDER --folder takes it along");
  if (options.no_attachments) {
    throw wrong_usage("export json as one file only names what is attached",
                      "--no-attachments is for markdown and keepsake; --folder puts the files beside it");
  }
  if (options.folder && options.place == "-")
    throw wrong_usage("a folder is written to a place of its own", "duolog export json FOLDER --folder");
}

// The document, and what is attached in files beside it.
Made export_json_folder(Context& context, const ExportOptions& options, const ExportChoice& choice, const GoOn& go_on) {
  Made made{{}, {}, options.place};
  check_place(options.place, true, context.globals.yes);
  PrivateFolder folder(options.place);
  Attachments attachments(context.daemon, Attachments::Wanted::kCopied, go_on, context.out.json());
  std::map<std::string, AttachedFolder> attached;  // by day: items come in no order of days
  const auto beside = [&](const control::Item& item, int at) {
    const std::string day = item.written_at().empty() ? "undated" : day_of_item(item);
    return attached.try_emplace(day, folder.path(), day, attachments).first->second.copy(item, at).place;
  };
  PrivateFile file(folder.path() / kJournalFile);
  made.exported = write_export_json(context.daemon, choice, [&](auto text) { go_on(), file.write(text); }, beside);
  file.keep(false);
  folder.keep(context.globals.yes);
  made.carried = attachments.carried();
  return made;
}

Made export_json(Context& context, const ExportOptions& options, const GoOn& go_on) {
  check_json(options);
  auto choice = choice_of(context, options);
  choice.with_sealed = true;
  if (options.folder) return export_json_folder(context, options, choice, go_on);
  Made made{{}, {}, options.place};
  if (options.place == "-") {
    made.exported = write_export_json(context.daemon, choice, [&](auto text) { context.out.print(text); });
    return made;
  }
  check_place(options.place, false, context.globals.yes);
  PrivateFile file(options.place);
  made.exported = write_export_json(context.daemon, choice, [&](auto text) { go_on(), file.write(text); });
  file.keep(context.globals.yes);
  made.carried.named = made.exported.attachments;
  return made;
}

Made export_markdown(Context& context, const ExportOptions& options, const GoOn& go_on) {
  Made made{{}, {}, options.place};
  check_place(options.place, true, context.globals.yes);
  PrivateFolder folder(options.place);
  Days days(options.place);
  made.exported = gather(context.daemon, choice_of(context, options), days, go_on);
  Attachments attachments(context.daemon, wanted_by(options), go_on, context.out.json());
  write_markdown(folder.path(), days, attachments, go_on);
  folder.keep(context.globals.yes);
  made.carried = attachments.carried();
  return made;
}

Made export_as(Context& context, const ExportOptions& options, const GoOn& go_on) {
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
  const auto made = export_as(context, options, [&interrupts] {
    interrupts.leave_if_come("stopped; nothing was exported, and nothing half-written is left");
  });
  tell(context, options, made);
  return made.carried.whole() ? Exit::kDone : Exit::kFailed;
}

}  // namespace duolog::client
