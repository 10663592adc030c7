// formats.h: what can be read, one function a format. Each reads everything, gives what it understood to `sink` and
// tells the rest to `findings`; it throws Failure only where the whole of it is of no use. README: proto/README.md says
// what of each is kept.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "client/import/dates.h"
#include "client/import/files.h"
#include "client/import/found.h"

namespace duolog::client {

struct Reading {
  const Files& files;
  DateOrder order = DateOrder::kUnknown;
  Findings& findings;
  const Sink& sink;
  bool into_notebook = true;
  bool with_media = true;  // pictures and other files go with their entries
};

void read_day_one(const Reading& reading);  // its JSON export: a ZIP, a folder or one of its files; and Day One Classic
void read_jrnl(const Reading& reading);     // text, JSON, or a folder YYYY/MM/DD.txt
void read_markdown(const Reading& reading);  // a folder of notes, or one; Obsidian's daily notes
void read_text(const Reading& reading);      // plain text in which lines say the date; Day One's text export
void read_duolog(const Reading& reading);    // what `duolog export json` wrote

// ---- for the formats themselves ----

// nullopt and told, where it is no UTF-8; CR LF becomes a newline, a byte order mark goes.
std::optional<std::string> text_of(const Reading& reading, const Files::File& file);
std::string trimmed(std::string_view text);  // without blank lines around it and blanks at its end
// The date in a file's name ("2019-01-31", "2019-01-31 a walk", "20190131"), or nothing.
std::optional<Civil> date_in_name(std::string_view name);
std::string_view base_name(std::string_view name);  // without its folders
std::string_view stem_of(std::string_view name);    // and without its ending
bool has_ending(std::string_view name, std::string_view ending);

}  // namespace duolog::client
