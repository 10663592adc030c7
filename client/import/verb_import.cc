// import: what another program kept. It is read once to say what will come of it, and once more to write it.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/import/verb_import.h"

#include <fmt/format.h>

#include <chrono>
#include <limits>

#include "client/ask.h"
#include "client/import/formats.h"
#include "client/import/taking_in.h"
#include "client/json.h"
#include "client/layout.h"
#include "client/moment.h"
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

// What is there, as far as it was understood.
struct Overview {
  std::size_t entries = 0, others = 0;
  std::int64_t first_ms = std::numeric_limits<std::int64_t>::max();
  std::int64_t last_ms = std::numeric_limits<std::int64_t>::min();

  void count(const Found& found) {
    const bool entry = found.practice.empty() && found.to.empty() && found.toml.empty();
    (entry ? entries : others) += 1;
    if (!entry) return;
    const auto civil = found.at.at_ms + found.at.offset_minutes * std::int64_t{60'000};
    first_ms = std::min(first_ms, civil);
    last_ms = std::max(last_ms, civil);
  }
  [[nodiscard]] std::string days() const {
    if (entries == 0) return {};
    const auto day = [](std::int64_t ms) { return day_text((ms - (ms < 0 ? 86'399'999 : 0)) / 86'400'000); };
    const auto first = day(first_ms);
    const auto last = day(last_ms);
    return first == last ? first : first + " to " + last;
  }
};

void read_all(const ImportOptions& options, const Files& files, bool into_notebook, Findings& findings,
              const std::function<void(Found, std::uint32_t)>& take) {
  Once once(findings);
  const Sink sink = [&](Found found) {
    std::uint32_t again = 0;
    if (can_be_kept(found, findings) && once.first(found, again)) take(std::move(found), again);
  };
  reader_of(options.format)({files, order_of(options.dates), findings, sink, into_notebook});
}

// ---- what is said ----

std::string tally_text(const char* title, const std::vector<Tally>& tallies, std::size_t width) {
  std::string text;
  for (const auto& tally : tallies) {
    std::string line = fmt::format("{}  {}", tally.count, sanitise_line(tally.what));
    for (std::size_t i = 0; i < tally.samples.size(); ++i)
      line += (i == 0 ? ": " : ", ") + one_line(sanitise_line(tally.samples[i]), 40);
    if (!tally.samples.empty() && tally.count > tally.samples.size()) line += ", …";
    text += paragraph(line, 2, width);
  }
  return text.empty() ? text : std::string(title) + "\n" + text;
}

std::string findings_text(const Findings& findings, std::size_t width) {
  return tally_text("kept in another form", findings.bent(), width) +
         tally_text("not kept", findings.dropped(), width) +
         tally_text("not understood, and left out", findings.missed(), width);
}

std::string tallies_json(const std::vector<Tally>& tallies) {
  std::string out;
  for (const auto& tally : tallies) {
    std::string samples;
    for (const auto& sample : tally.samples)
      samples += (samples.empty() ? "" : ",") + json_string(sanitise_line(sample));
    out += (out.empty() ? "" : ",") + fmt::format("{{\"what\":{},\"count\":{},\"samples\":[{}]}}",
                                                  json_string(sanitise_line(tally.what)), tally.count, samples);
  }
  return "[" + out + "]";
}

std::string result_json(const Overview& overview, const TakenIn& taken, const Findings& findings, bool dry_run) {
  return fmt::format(
      "{{\"dry_run\":{},\"entries\":{},\"others\":{},\"written\":{},\"already_there\":{},\"refused\":{},\"practices\":{"
      "},"
      "\"journal\":{},\"visibility\":{},\"other_form\":{},\"not_kept\":{},\"not_understood\":{}}}",
      dry_run, overview.entries, overview.others, taken.written, taken.already_there, taken.refused, taken.practices,
      json_string(taken.journal), json_string(taken.visibility), tallies_json(findings.bent()),
      tallies_json(findings.dropped()), tallies_json(findings.missed()));
}

std::string counted(std::size_t count, const char* one, const char* many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

std::string found_text(const Overview& overview) {
  std::string text = "found " + counted(overview.entries, "entry", "entries");
  if (overview.entries > 0) text += ", " + overview.days();
  if (overview.others > 0)
    text += ", and " + counted(overview.others, "answer, reply or practice", "answers, replies and practices");
  return text;
}

std::string where_text(const TakenIn& taken) {
  if (taken.visibility == "shared") return "shared with " + sanitise_line(taken.shared_with);
  return taken.journal.empty() ? "" : "private";
}

std::string result_text(const TakenIn& taken, bool dry_run) {
  std::string text = dry_run ? fmt::format("nothing was written; {} would be", taken.written)
                             : fmt::format("imported {}", taken.written);
  if (taken.already_there > 0) text += fmt::format(" · {} there already", taken.already_there);
  if (taken.practices > 0) text += " · " + counted(taken.practices, "practice", "practices");
  if (taken.refused > 0) text += fmt::format(" · {} refused", taken.refused);
  const auto where = where_text(taken);
  return where.empty() ? text : text + " · " + where;
}

// A line that grows where somebody looks at it, ten times a second at most.
class Progress {
 public:
  Progress(bool shown, std::size_t all) : shown_(shown && all >= kWorthIt), all_(all) {}
  ~Progress() {
    if (said_) say("\r\x1b[K");
  }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  void step() {
    ++done_;
    const auto now = std::chrono::steady_clock::now();
    if (!shown_ || now - last_ < std::chrono::milliseconds(100)) return;
    last_ = now;
    said_ = true;
    constexpr std::size_t kBar = 24;
    const auto full = std::min(kBar, done_ * kBar / all_);
    say(fmt::format("\rimporting {} of {}  [{}{}]", done_, all_, std::string(full, '#'),
                    std::string(kBar - full, '.')));
  }

 private:
  static constexpr std::size_t kWorthIt = 2000;
  bool shown_, said_ = false;
  std::size_t all_, done_ = 0;
  std::chrono::steady_clock::time_point last_;
};

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
                 std::size_t all, Findings& findings) {
  TakingIn taking(context.daemon, context.globals.journal, options.format, options.dry_run, findings);
  Progress progress(context.out.terminal() && !context.out.json(), all);
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
    taken = send_all(context, options, *files, into_notebook, overview.entries, refused);
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
