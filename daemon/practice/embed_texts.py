#!/usr/bin/python3
"""Writes texts/ as a C++ source file, so that the program carries its words with it. Run by the build.

    embed_texts.py FOLDER OUT
"""
# SPDX-License-Identifier: GPL-3.0-or-later
import pathlib
import sys

# As they are listed to a person: from every day to seldom, then what is there when it is needed.
ORDER = ["question", "reflect", "mood", "checkin", "appreciate", "prompt", "languages", "closeness", "gesture", "need",
         "promise", "repair", "plan", "talk"]

folder, out = pathlib.Path(sys.argv[1]), sys.argv[2]


def literal(path):
    # Pieces of a literal are joined by the compiler; ISO C++ promises 64 KiB for one.
    text = path.read_text(encoding="utf-8")
    pieces = [text[at : at + 8192] for at in range(0, len(text), 8192)]
    return "\n".join(f'R"~~~({piece})~~~"' for piece in pieces)


found = {path.stem: path for path in (folder / "practices").glob("*.toml")}
if sorted(found) != sorted(ORDER):
    sys.exit(f"embed_texts.py: ORDER and {folder}/practices disagree: {sorted(set(found) ^ set(ORDER))}")
with open(out, "w", encoding="utf-8") as file:
    file.write('// Made by daemon/practice/embed_texts.py.\n#include <array>\n\n#include "daemon/practice/texts.h"\n\n')
    file.write("namespace duolog::practice {\nnamespace {\n\n")
    file.write(f"constexpr std::array<Text, {len(ORDER)}> kPractices = {{{{\n")
    for name in ORDER:
        file.write(f'    {{"{name}.toml", {literal(found[name])}}},\n')
    file.write("}};\n\n}  // namespace\n\n")
    file.write("std::span<const Text> practice_texts() { return kPractices; }\n")
    for name in ["deck", "languages", "prompts"]:
        file.write(f"std::string_view {name}_text() {{\n  return {literal(folder / (name + '.toml'))};\n}}\n")
    file.write("\n}  // namespace duolog::practice\n")
