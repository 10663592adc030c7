// edit and history: what an entry is from now on, and what it was.
//
// As in verb_write.cc whatever was typed outlives every failure that follows. The edit names the versions that were on
// the screen: what another device writes meanwhile stays beside it.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <unistd.h>

#include <algorithm>

#include "client/ask.h"
#include "client/draft.h"
#include "client/json.h"
#include "client/layout.h"
#include "client/moment.h"
#include "client/sanitise.h"
#include "client/show_item.h"
#include "client/verbs.h"
#include "client/word_diff.h"
#include "client/words.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

constexpr const char* kNone = "none";
constexpr const char* kBetweenVersions = "\n\n--- and as it was written on another device ---\n\n";

control::HistoryReport history_of(const Context& context, const std::string& id) {
  control::Request request;
  request.mutable_history()->set_id(id);
  request.mutable_history()->set_journal(context.globals.journal);
  control::HistoryReport history;
  for (const auto& reply : context.daemon.ask(request))
    if (reply.has_history()) history.MergeFrom(reply.history());
  return history;
}

// ---- edit ----

// Of an entry that stands in several versions all of them: what is left in the editor replaces them.
std::string present_text(const control::HistoryReport& history) {
  std::string text;
  for (const auto& version : history.versions()) {
    if (version.shown()) text += (text.empty() ? "" : kBetweenVersions) + version.text();
  }
  return text;
}

control::Changed save(Context& context, const control::HistoryReport& history, const EditOptions& options,
                      const std::optional<std::string>& text) {
  control::Request request;
  auto& edit = *request.mutable_edit();
  edit.set_id(history.item().id());
  edit.set_journal(context.globals.journal);
  if (text) edit.set_text(*text);
  edit.set_set_tags(options.no_tags || !options.tags.empty());
  for (const auto& tag : options.tags) edit.add_tags(tag.starts_with('#') ? tag.substr(1) : tag);
  if (!options.mood.empty())
    edit.set_mood(options.mood == kNone ? 0 : static_cast<std::uint32_t>(options.mood[0] - '0'));
  if (!options.on.empty()) edit.set_on(options.on == kNone ? "" : options.on);
  for (const auto& version : history.versions()) {
    if (version.shown()) edit.add_replaces(version.id());
  }
  try {
    return std::move(*context.daemon.ask_one(request, kDurable).mutable_changed());
  } catch (const Failure& failure) {
    throw perhaps_done(failure, "duolog history " + short_id(history.item().id()));
  }
}

std::string kept_in(const Draft& draft, const std::string& id) {
  return "what you wrote is kept in memory until you log out: duolog edit " + short_id(id) +
         " opens it again; to save it as it is: duolog edit " + short_id(id) + " - < " + draft.file().string();
}

Draft draft_of(const Context& context, const DraftKind& kind, const std::string& text) {
  for (const auto& draft : Draft::abandoned(kind)) {
    const auto what = "what you wrote about it before is still in memory (" + draft.described() + ")";
    if (!context.globals.yes && ask_yes(what + "; go on with it?", true)) return draft;
    say(what + ": " + sanitise_line(draft.file().string()) + "\n");
  }
  return Draft::make(text, kind);
}

control::Changed save_from_editor(Context& context, const control::HistoryReport& history, const EditOptions& options) {
  const auto& id = history.item().id();
  if (::isatty(STDOUT_FILENO) != 1) {
    throw needs_an_answer("edit opens an editor", "duolog edit " + short_id(id) + " WORDS, or - < FILE");
  }
  context.daemon.disconnect();  // an hour in the editor needs no open line
  const auto folder = std::string(kEditFolder) + id.substr(0, 16) + "-";
  const auto draft = draft_of(context, {folder, kEntryDraft.file}, present_text(history));
  try {
    draft.edit();
    auto changed = save(context, history, options, checked_text(draft.read()));
    draft.shred();
    return changed;
  } catch (const Failure& failure) {
    if (!draft.blank()) throw failure.with_hint(kept_in(draft, id));
    draft.shred();
    throw;
  } catch (const std::exception& trouble) {
    throw Failure(Exit::kFailed, "FAILED", sanitise_line(trouble.what()) + "; nothing was saved", kept_in(draft, id));
  }
}

// A pipe cannot be read twice, and a terminal's last lines are no place for what the disk refused.
control::Changed save_words(Context& context, const control::HistoryReport& history, const EditOptions& options,
                            const std::string& text) {
  try {
    return save(context, history, options, text);
  } catch (const Failure& failure) {
    const auto folder = std::string(kEditFolder) + history.item().id().substr(0, 16) + "-";
    std::string kept;
    try {
      kept = kept_in(Draft::make(text, {folder, kEntryDraft.file}), history.item().id());
    } catch (const std::exception&) {
      kept = "it could not be kept as a draft either: keep it where it came from";
    }
    throw failure.with_hint(kept);
  }
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

control::Changed save_from(Context& context, const control::HistoryReport& history, const EditOptions& options) {
  const bool from_input = options.words.size() == 1 && options.words.front() == "-";
  if (!options.words.empty() && !from_input)
    return save_words(context, history, options, checked_text(joined(options.words)));
  const bool others = !options.tags.empty() || options.no_tags || !options.mood.empty() || !options.on.empty();
  if (others && !from_input) return save(context, history, options, std::nullopt);
  if (!from_input && ::isatty(STDIN_FILENO) == 1) return save_from_editor(context, history, options);
  return save_words(context, history, options, checked_text(read_standard_input()));
}

std::string changed_text(const control::Changed& changed) {
  if (changed.unchanged()) return "nothing has changed, and nothing was written";
  const auto who = changed.shared_with().empty() ? std::string("private")
                                                 : sanitise_line(changed.shared_with()) + " sees that it was edited";
  return "saved · " + who + " · " + short_id(changed.id());
}

// ---- history ----

std::string others_of(const control::Version& version) {
  std::string text;
  for (const auto& tag : version.tags()) text += (text.empty() ? "#" : " #") + sanitise_line(tag);
  if (version.mood() > 0) text += (text.empty() ? "" : " ") + ("mood " + std::to_string(version.mood()) + " of 5");
  if (!version.on().empty()) text += (text.empty() ? "" : " ") + ("about " + about(version.on(), version.day_only()));
  return text;
}

// That which it replaces, the latest of it; else the first.
const control::Version* before(const control::HistoryReport& history, int place) {
  for (int i = place - 1; i >= 0; --i) {
    const auto& replaced = history.versions(place).replaces();
    if (std::ranges::find(replaced, history.versions(i).id()) != replaced.end()) return &history.versions(i);
  }
  return place > 0 ? &history.versions(0) : nullptr;
}

std::string version_text(const control::HistoryReport& history, int place, const Output& out) {
  constexpr std::size_t kIndent = 2;
  const auto& version = history.versions(place);
  const auto where = version.device().empty() ? std::string() : " · on " + sanitise_line(version.device());
  const bool gone = !version.taken_back_at().empty();
  const auto when = gone ? "taken back " + about(version.taken_back_at(), false) : about(version.written_at(), false);
  const auto shown = version.shown() && history.versions_size() > 1 ? " · shown" : "";
  std::string text = out.style().strong(when) + out.style().faint(where + shown) + "\n";
  if (gone) return text;
  const auto* earlier = before(history, place);
  if (earlier == nullptr || !earlier->taken_back_at().empty()) {
    text += paragraph(sanitise(version.text()), kIndent, out.width());
    const auto others = others_of(version);
    return others.empty() ? text : text + paragraph(others, kIndent, out.width());
  }
  text += word_diff(sanitise(earlier->text()), sanitise(version.text()), kIndent, out.width(), out.style());
  const auto others = others_of(version);
  if (others_of(*earlier) == others) return text;
  return text + word_diff(others_of(*earlier), others, kIndent, out.width(), out.style());
}

}  // namespace

Exit edit(Context& context, const EditOptions& options) {
  check_id(options.id);
  const auto history = history_of(context, options.id);
  if (!history.item().mine()) {
    throw Failure(Exit::kFailed, "NOT_YOURS",
                  sanitise_line(history.item().author()) + " wrote that; nothing was changed",
                  "duolog reply " + short_id(history.item().id()) + " says something about it");
  }
  const bool any = std::ranges::any_of(history.versions(), [](const auto& version) { return version.shown(); });
  if (!any) throw refusal(control::Error::GONE);
  const auto changed = save_from(context, history, options);
  context.out.line(context.out.json() ? to_json(changed) : changed_text(changed));
  return Exit::kDone;
}

Exit history(Context& context, const HistoryOptions& options) {
  check_id(options.id);
  const auto history = history_of(context, options.id);
  if (context.out.json()) {
    context.out.line(to_json(history));
    return Exit::kDone;
  }
  for (int i = 0; i < history.versions_size(); ++i)
    context.out.print((i == 0 ? "" : "\n") + version_text(history, i, context.out));
  return Exit::kDone;
}

}  // namespace duolog::client
