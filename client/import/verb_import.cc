// import: what another program kept. It is read once to say what will come of it, and once more to write it.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/import/verb_import.h"

#include "client/ask.h"
#include "client/import/counting.h"
#include "client/import/formats.h"
#include "client/import/media.h"
#include "client/import/summary.h"
#include "client/import/taking_in.h"
#include "client/sanitise.h"
#include "client/words.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

using Reader = void (*)(const Reading&);

Reader reader_of(const std::string& format) {
  if (format == "day-one") return read_day_one;
  if (format == "jrnl") return read_jrnl;
  if (format == "markdown") return read_markdown;
  return format == "text" ? read_text : read_duolog;
}

DateOrder order_of(const std::string& dates) {
  if (dates == "day-first") return DateOrder::kDayFirst;
  return dates == "month-first" ? DateOrder::kMonthFirst : DateOrder::kUnknown;
}

void read_all(const ImportOptions& options, const Files& files, bool into_notebook, Findings& findings,
              const std::function<void(Found, std::uint32_t)>& take) {
  Once once(findings);
  const Sink sink = [&](Found found) {
    std::uint32_t again = 0;
    keep_what_has_room(found, findings);
    if (can_be_kept(found, findings) && once.first(found, again)) take(std::move(found), again);
  };
  reader_of(options.format)({files, order_of(options.dates), findings, sink, into_notebook, !options.no_media});
}

// Whose eyes will see it, before anything is written.
control::StatusReport::Journal target_of(Context& context, const std::string& wanted) {
  const auto status = context.daemon.open_status();
  for (const auto& journal : status.journals()) {
    const bool notebook = journal.kind() == "notebook";
    if (wanted.empty() ? notebook : journal.name() == wanted) return journal;
  }
  control::StatusReport::Journal unknown;
  unknown.set_kind(wanted == "notebook" ? "notebook" : "shared");
  unknown.set_other(wanted);  // by an id or in other letters: the daemon knows, or refuses
  return unknown;
}

void confirm(Context& context, const Overview& overview, const control::StatusReport::Journal& target) {
  if (context.globals.yes || overview.entries + overview.others == 0) return;
  const bool shared = target.kind() == "shared";
  const auto who = shared ? sanitise_line(target.other()) + " will be able to read it, at once and for good"
                          : std::string("it goes into your notebook, for you alone");
  if (!can_ask())
    throw needs_an_answer("import says what it has found and asks",
                          "look at it with --dry-run, then repeat it with --yes");
  if (!ask_yes(who + "; import it?", !shared)) throw Failure(Exit::kFailed, "DECLINED", "nothing was imported", "");
}

TakenIn send_all(Context& context, const ImportOptions& options, const Files& files, bool into_notebook,
                 const Overview& overview, Findings& findings) {
  Counting progress(context.out.terminal() && !context.out.json(), overview.entries, overview.media_bytes);
  const MediaSource media{&files, [&progress](std::uint64_t bytes) { progress.sent(bytes); }};
  TakingIn taking(context.daemon, context.globals.journal, options.format, options.dry_run, findings, media);
  Findings told_before;
  read_all(options, files, into_notebook, told_before, [&](Found found, std::uint32_t again) {
    taking.take(std::move(found), again);
    progress.step();
  });
  taking.finish();
  return taking.result();
}

}  // namespace

Exit import(Context& context, const ImportOptions& options) {
  const auto target = target_of(context, context.globals.journal);
  const bool into_notebook = target.kind() == "notebook";
  context.daemon.disconnect();  // reading may take its time
  const auto files = open_files(options.file);
  Findings findings;
  Overview overview;
  read_all(options, *files, into_notebook, findings,
           [&overview](const Found& found, std::uint32_t) { overview.count(found); });
  auto& out = context.out;
  if (!out.json()) {
    out.line(found_text(overview));
    out.print(findings_text(findings, out.width()));
    out.flush();
  }
  if (!options.dry_run) confirm(context, overview, target);
  Findings refused;
  TakenIn taken;
  try {
    taken = send_all(context, options, *files, into_notebook, overview, refused);
  } catch (const Failure& failure) {
    throw failure.with_hint("what was imported until then is saved; the same command goes on with the rest");
  }
  for (const auto& tally : refused.missed())
    for (std::size_t i = 0; i < tally.count; ++i)
      findings.miss(tally.what, i < tally.samples.size() ? tally.samples[i] : std::string());
  if (out.json()) {
    out.line(result_json(overview, taken, findings, options.dry_run));
  } else {
    out.print(findings_text(refused, out.width()));
    out.line(result_text(taken, options.dry_run));
  }
  return Exit::kDone;
}

}  // namespace duolog::client
