// In and out: what other programs kept, and what leaves this one.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "client/declare.h"

namespace duolog::client {

void declare_inout(Declared& d) {
  auto& import =
      d.verb(Verb::kImport, "import", kDays, "take in what another program kept",
             "  duolog import day-one Journal.zip --dry-run     says what would be kept, and writes nothing\n"
             "  duolog import jrnl journal.txt\n"
             "  duolog import markdown notes/ -j Bo             for both of you\n"
             "  duolog import text diary.txt --dates day-first\n",
             "day-one      its JSON export (ZIP), or a Day One Classic folder; with its photographs\n"
             "jrnl         its text, its JSON, or a folder YYYY/MM/DD.txt\n"
             "markdown     a folder of notes: the day in their name or front matter (Obsidian);\n"
             "             with the pictures and files of the folder that they show or link to\n"
             "text         plain text in which lines say the date\n"
             "duolog       what duolog export json wrote: the file, or the folder with what is attached\n"
             "everything goes into your notebook unless -j names a journal; importing once more writes\n"
             "only what is not there yet; it says what of it cannot be kept, and asks.\n"
             "pictures and files come with entries that are new, and with no other\n\n");
  choice(import, "format", d.call.import.format, "day-one, jrnl, markdown, text or duolog",
         {"day-one", "jrnl", "markdown", "text", "duolog"})
      ->required();
  text(import, "file", d.call.import.file, "the file or folder")->required();
  flag(import, "--dry-run", d.call.import.dry_run, "say what would be kept and what not; write nothing");
  flag(import, "--private", d.call.import.private_entry, "into your notebook, for nobody else: so it is anyhow");
  flag(import, "--no-media", d.call.import.no_media, "leave pictures and other files where they are");
  choice(import, "--dates", d.call.import.dates, "ORDER  how 03/04/2019 is meant: day-first or month-first",
         {"day-first", "month-first"});

  auto& out = d.verb(Verb::kExport, "export", kDays, "your journal as files of your own",
                     "  duolog export json journal.json\n"
                     "  duolog export json - | less\n"
                     "  duolog export json journal/ --folder           with what is attached, beside it\n"
                     "  duolog export markdown notes/\n"
                     "  duolog export keepsake our-year.html --since 2026-01-01 --until 2026-12-31\n"
                     "  duolog export keepsake our-year/               a folder, its pictures beside the page\n"
                     "  duolog export keepsake mine.html --mine        your own words alone, for a therapist\n",
                     "json         everything, for programs, and to be imported again; of what is attached the\n"
                     "             names alone, or with --folder a folder with the files\n"
                     "markdown     a folder with a file for each day, and beside it what is attached\n"
                     "keepsake     a book for the two of you: one page for any browser, made to be printed, with\n"
                     "             its photographs (JPEG, PNG, GIF, WebP) in it; a folder where they are more than\n"
                     "             24 MiB\n"
                     "what the other has marked between you stays here; what is sealed stays sealed. The files\n"
                     "are readable by you alone, and by everybody who gets hold of them; photographs say what the\n"
                     "camera wrote into them, often where they were taken. Attached files that are not here yet\n"
                     "are named, and end it with exit code 1\n\n");
  auto& options = d.call.exporting;
  choice(out, "format", options.format, "json, markdown or keepsake", {"json", "markdown", "keepsake"})->required();
  text(out, "place", options.place, "the file or folder to make; - with json: standard output")->required();
  text(out, "--since", options.since, "DATE  from this day on");
  text(out, "--until", options.until, "DATE  up to this day");
  repeated(out, "-t,--tag", options.tags, "TAG  entries with this tag; may be repeated: with all of them");
  flag(out, "--mine", options.mine, "your own words alone, without the other's reactions or name");
  flag(out, "--no-attachments", options.no_attachments, "name what is attached, and leave it out");
  flag(out, "--folder", options.folder, "a keepsake or JSON with its files beside it");
}

}  // namespace duolog::client
