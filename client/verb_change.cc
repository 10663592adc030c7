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

// The versions that a text replaces when it is saved: those that its writer saw.
std::string shown_in(const control::HistoryReport& history) {
  std::string ids;
  for (const auto& version : history.versions())
    if (version.shown()) ids += version.id() + "\n";
  return ids;
}

// An old draft replaces what it began from; what was written since stays beside it.
std::string seen_by(const Draft& draft, const control::HistoryReport& history) {
  const auto began_from = draft.began_from();
  std::string ids;
  for (const auto& version : history.versions())
    if (version.taken_back_at().empty() && began_from.find(version.id() + "\n") != std::string::npos)
      ids += version.id() + "\n";
  return ids.empty() ? shown_in(history) : ids;
}

control::Changed save(Context& context, const control::HistoryReport& history, const EditOptions& options,
                      const std::optional<std::string>& text, const std::string& seen) {
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
  for (const auto& version : history.versions())
    if (seen.find(version.id() + "\n") != std::string::npos) edit.add_replaces(version.id());
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

DraftKind kind_of(const std::string& folder) { return {folder, kEntryDraft.file}; }

std::string folder_of(const std::string& id) { return std::string(kEditFolder) + id.substr(0, 16) + "-"; }

Draft new_draft(const control::HistoryReport& history, const std::string& text, const std::string& seen) {
  const auto folder = folder_of(history.item().id());
  auto draft = Draft::make(text, kind_of(folder));
  draft.began_from(seen);
  return draft;
}

Draft draft_of(const Context& context, const control::HistoryReport& history) {
  const auto folder = folder_of(history.item().id());
  for (const auto& draft : Draft::abandoned(kind_of(folder))) {
    const auto what = "what you wrote about it before is still in memory (" + draft.described() + ")";
    if (!context.globals.yes && ask_yes(what + "; go on with it?", true)) return draft;
    say(what + ": " + sanitise_line(draft.file().string()) + "\n");
  }
  return new_draft(history, present_text(history), shown_in(history));
}

control::Changed save_from_editor(Context& context, const control::HistoryReport& history, const EditOptions& options) {
  const auto& id = history.item().id();
  if (::isatty(STDOUT_FILENO) != 1) {
    throw needs_an_answer("edit opens an editor", "duolog edit " + short_id(id) + " WORDS, or - < FILE");
  }
  context.daemon.disconnect();  // an hour in the editor needs no open line
  const auto draft = draft_of(context, history);
  try {
    draft.edit();
    auto changed = save(context, history, options, checked_text(draft.read()), seen_by(draft, history));
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
                            const std::string& text, const std::string& seen) {
  try {
    return save(context, history, options, text, seen);
  } catch (const Failure& failure) {
    std::string kept;
    try {
      kept = kept_in(new_draft(history, text, seen), history.item().id());
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
    return save_words(context, history, options, checked_text(joined(options.words)), shown_in(history));
  const bool others = !options.tags.empty() || options.no_tags || !options.mood.empty() || !options.on.empty();
  if (others && !from_input) return save(context, history, options, std::nullopt, shown_in(history));
  if (!from_input && ::isatty(STDIN_FILENO) == 1) return save_from_editor(context, history, options);
  const auto folder = folder_of(history.item().id());
  const auto earlier = Draft::behind_standard_input(kind_of(folder));
  const auto seen = earlier ? seen_by(*earlier, history) : shown_in(history);
  return save_words(context, history, options, checked_text(read_standard_input()), seen);
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
