#!/usr/bin/python3
"""Writes the pages of guide/ as a C++ source file, so that the program carries them with it. Run by the build.

    embed_guide.py FOLDER OUT
"""
# SPDX-License-Identifier: GPL-3.0-or-later
import pathlib
import sys

# As they are listed: how to begin, what there is to do, what gets in the way.
ORDER = ["start", "question", "reflect", "mood", "checkin", "appreciate", "prompt", "languages", "closeness", "need",
         "promise", "repair", "plan", "talk", "listening", "letters", "nudges", "calendar", "devices", "lost", "fear", "time",
         "styles", "silence", "distance", "wounds", "leaving", "safety", "help"]

folder, out = pathlib.Path(sys.argv[1]), sys.argv[2]
found = {page.stem: page.read_text(encoding="utf-8") for page in folder.glob("*.txt")}
if sorted(found) != sorted(ORDER):
    sys.exit(f"embed_guide.py: ORDER and {folder} disagree: {sorted(set(found) ^ set(ORDER))}")
with open(out, "w", encoding="utf-8") as file:
    file.write('// Made by client/embed_guide.py.\n#include <array>\n\n#include "client/guide.h"\n\n')
    file.write("namespace duolog::client {\nnamespace {\n\n")
    file.write(f"constexpr std::array<GuidePage, {len(ORDER)}> kPages = {{{{\n")
    for name in ORDER:
        file.write(f'    {{"{name}", R"~~~({found[name]})~~~"}},\n')
    file.write("}};\n\n}  // namespace\n\nstd::span<const GuidePage> guide_pages() { return kPages; }\n\n")
    file.write("}  // namespace duolog::client\n")
