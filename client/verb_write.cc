// write: what is kept, and who reads it.
//
// The editor opens only when the journal can take what will be written in it, and whatever was typed outlives every
// failure that follows: see draft.h.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <unistd.h>

#include "client/ask.h"
#include "client/attach.h"
#include "client/draft.h"
#include "client/json.h"
#include "client/moment.h"
#include "client/sanitise.h"
#include "client/show_item.h"
#include "client/verbs.h"
#include "client/words.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

enum class Source { kWords, kStandardInput, kEditor };

Source source_of(const WriteOptions& options) {
  if (options.words.size() == 1 && options.words.front() == "-") return Source::kStandardInput;
  if (!options.words.empty()) return Source::kWords;
  return ::isatty(STDIN_FILENO) == 1 ? Source::kEditor : Source::kStandardInput;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

// What a closed terminal or a failed save left behind is gone on with, unless the person wants a new page.
Draft draft_to_write(const Context& context) {
  for (const auto& draft : Draft::abandoned()) {
    const auto what = "an unsaved draft is still in memory (" + draft.described() + ")";
    if (!context.globals.yes && ask_yes(what + "; go on with it?", true)) return draft;
    say(what + ": duolog write < " + sanitise_line(draft.file().string()) + "\n");
  }
  return Draft::make();
}

// Everything that goes with the text: options, and files.
struct Rest {
  const WriteOptions& options;
  FilesToAttach& files;
};

control::Saved save(Context& context, const Rest& rest, std::string text) {
  const auto& options = rest.options;
  rest.files.send(context);
  control::Request request;
  auto& write = *request.mutable_write();
  write.set_text(std::move(text));
  for (const auto& tag : options.tags) write.add_tags(tag.starts_with('#') ? tag.substr(1) : tag);
  write.set_journal(context.globals.journal);
  write.set_private_entry(options.private_entry);
  write.set_on(options.on);
  write.set_mood(options.mood);
  write.set_between_us(options.between_us);
  write.set_open_on(options.open_on);
  write.set_attachments(static_cast<std::uint32_t>(rest.files.count()));
  try {
    return std::move(*context.daemon.ask_one(request, kDurable).mutable_saved());
  } catch (const Failure& failure) {
    const bool day_of_the_letter =
        !options.open_on.empty() && std::string(failure.what()).find(options.open_on) != std::string::npos;
    if (day_of_the_letter && failure.code() == "BAD_DATE") {
      throw Failure(failure.status(), failure.code(), failure.what() + std::string("; nothing was saved"),
                    "a letter opens on a day that lies ahead: --open-on 2027-12-01, or tomorrow");
    }
    throw perhaps_done(failure, "duolog list");
  }
}

// With files there need be no words.
std::string text_beside(const Rest& rest, std::string typed) {
  const bool blank = typed.find_first_not_of(" \t\r\n") == std::string::npos;
  return blank && !rest.files.empty() ? std::string() : checked_text(std::move(typed));
}

// Of the words; of the files nothing was kept.
std::string hint_of(const Draft& draft, const Rest& rest) {
  return draft.kept_hint() + (rest.files.empty() ? "" : " (and --attach as before)");
}

control::Saved save_from_editor(Context& context, const Rest& rest) {
  if (::isatty(STDOUT_FILENO) != 1) {
    throw needs_an_answer("write opens an editor", "duolog write WORDS, or duolog write < FILE");
  }
  context.daemon.open_status();
  context.daemon.disconnect();  // an hour in the editor needs no open line
  const auto draft = draft_to_write(context);
  try {
    draft.edit();
    auto saved = save(context, rest, text_beside(rest, draft.read()));
    draft.shred();
    return saved;
  } catch (const Failure& failure) {
    if (!draft.blank()) throw failure.with_hint(hint_of(draft, rest));
    draft.shred();
    throw;
  } catch (const std::exception& trouble) {
    throw Failure(Exit::kFailed, "FAILED", sanitise_line(trouble.what()) + "; nothing was saved", hint_of(draft, rest));
  }
}

// What the hint says then; nothing where even that fails.
std::string kept_as_draft(const std::string& text, const Rest& rest) {
  try {
    return hint_of(Draft::make(text), rest);
  } catch (const std::exception&) {
    return "it could not be kept as a draft either: keep it where it came from";
  }
}

// A pipe cannot be read twice: what came through it is kept as a draft when it cannot be saved.
control::Saved save_from_standard_input(Context& context, const Rest& rest) {
  const auto text = text_beside(rest, read_standard_input());
  const auto earlier = Draft::behind_standard_input();
  try {
    auto saved = save(context, rest, text);
    if (earlier) earlier->shred();
    return saved;
  } catch (const Failure& failure) {
    if (earlier || text.empty()) throw;  // it is kept already
    throw failure.with_hint(kept_as_draft(text, rest));
  }
}

// What the disk refused is kept, also where it was typed: a terminal's last lines are no place for it.
control::Saved save_from_words(Context& context, const Rest& rest) {
  const auto text = checked_text(joined(rest.options.words));
  try {
    return save(context, rest, text);
  } catch (const Failure& failure) {
    if (failure.code() != "NOT_SAVED" && failure.code() != "RESTORED") throw;
    throw failure.with_hint(kept_as_draft(text, rest));
  }
}

control::Saved save_from(Source source, Context& context, const Rest& rest) {
  switch (source) {
    case Source::kEditor:
      return save_from_editor(context, rest);
    case Source::kStandardInput:
      return save_from_standard_input(context, rest);
    case Source::kWords:
      break;
  }
  return save_from_words(context, rest);
}

std::string with_files(std::size_t count) {
  return count == 0 ? "" : count == 1 ? " · with a file" : " · with " + std::to_string(count) + " files";
}

std::string saved_text(const control::Saved& saved, std::size_t files) {
  const bool shared = saved.visibility() == "shared";
  if (!saved.opens_at().empty()) {
    const auto who = saved.shared_with().empty() ? "" : " · a letter to " + sanitise_line(saved.shared_with());
    return "saved" + who + " · sealed until " + day_and_hour(saved.opens_at()) + " · " + short_id(saved.id());
  }
  return "saved" + with_files(files) + " · " +
         (shared ? "shared with " + sanitise_line(saved.shared_with()) : std::string("private")) + " · " +
         short_id(saved.id());
}

}  // namespace

Exit write(Context& context, const WriteOptions& options) {
  FilesToAttach files(options.files);  // before anybody types a word
  const auto saved = save_from(source_of(options), context, {options, files});
  context.out.line(context.out.json() ? to_json(saved) : saved_text(saved, files.count()));
  return Exit::kDone;
}

}  // namespace duolog::client
