#!/usr/bin/python3
"""Writes the 2048 BIP39 words of Debian's python3-mnemonic as a C++ source file. Run by the build."""
# SPDX-License-Identifier: GPL-3.0-or-later
import hashlib
import sys

LIST = "/usr/lib/python3/dist-packages/mnemonic/wordlist/english.txt"
SHA256 = "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda"

raw = open(LIST, "rb").read()
if hashlib.sha256(raw).hexdigest() != SHA256:
    sys.exit(f"{LIST} is not the BIP39 English word list; is python3-mnemonic whole?")
words = raw.decode("ascii").split()
with open(sys.argv[1], "w", encoding="ascii") as out:
    out.write('// Made by crypto/make_wordlist.py. The order is part of the protocol.\n#include "crypto/wordlist.h"\n\n')
    out.write("namespace duolog::crypto {\n\nconst std::array<std::string_view, 2048> kWords = {\n")
    out.writelines(f'    "{word}",\n' for word in words)
    out.write("};\n\n}  // namespace duolog::crypto\n")
