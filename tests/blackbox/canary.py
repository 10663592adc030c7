"""canary.py: everything that must never be found outside its place, and the search for it.

Texts, tags, passphrases, codes and links are looked for as they are; keys and link secrets also as hex and base64; the 24
words as any three neighbours with anything but letters between them: two may stand side by side in a path by chance.
"""
# SPDX-License-Identifier: GPL-3.0-or-later
import base64
import hashlib
import os
import pathlib
import re

SHORTEST = 6    # a shorter text could be found by chance
LONG = 1 << 16  # bytes; worth a sum
WORD = re.compile(rb"[a-z]{3,8}")  # as all 2048 are


class Secrets:
    def __init__(self):
        self.texts = {}     # bytes -> what it is
        self.patterns = {}  # compiled -> what it is, and the words in it
        self.clean = set()  # sums of what was searched and held none of them: a piece of a file lies in both homes

    def text(self, text, what):
        raw = text.encode() if isinstance(text, str) else text
        assert len(raw) >= SHORTEST, f"{what} is too short to look for: {raw!r}"
        self.texts[raw] = what
        self.clean.clear()

    def key(self, raw, what):
        self.text(raw, what)
        self.text(raw.hex(), f"{what} in hex")
        self.text(raw.hex().upper(), f"{what} in hex")
        for cut in range(3):  # base64 of a longer run may begin at any of three places
            whole = base64.b64encode(raw[cut:cut + (len(raw) - cut) // 3 * 3])
            self.text(whole, f"{what} in base64")
            self.text(whole.translate(bytes.maketrans(b"+/", b"-_")), f"{what} in base64")

    def words(self, words, what="three of the 24 words"):
        for neighbours in zip(words, words[1:], words[2:]):
            raw = [word.encode() for word in neighbours]
            self.patterns[re.compile(rb"\b" + b"[^a-zA-Z]{1,4}".join(raw) + rb"\b")] = (what, raw)
        self.clean.clear()

    def link(self, link):
        self.text(link, "the link")
        packed = link.removeprefix("duolog:").upper()
        raw = base64.b32decode(packed + "=" * (-len(packed) % 8))
        self.key(raw[2:34], "the link's secret")

    def code(self, code):
        self.text(code, "the code")
        self.text(code.split("-", 1)[1], "the code")


def in_bytes(secrets, content, where):
    sum_ = hashlib.sha256(content).digest() if len(content) >= LONG else None
    if sum_ in secrets.clean:
        return []
    found = [f"{what} in {where}" for raw, what in secrets.texts.items() if raw in content]
    spelled = set(WORD.findall(content)) if secrets.patterns else ()  # of a file of noise next to none, and patterns are slow
    found += [f"{what} in {where}" for pattern, (what, words) in secrets.patterns.items()
              if spelled.issuperset(words) and pattern.search(content)]
    if sum_ and not found:
        secrets.clean.add(sum_)
    return found


def in_files(secrets, folder, except_for=None):
    """Every file below, its name, and where its links point."""
    found = []
    for place, folders, files in os.walk(folder):
        for name in folders + files:
            path = pathlib.Path(place, name)
            if path == except_for:
                continue
            found += in_bytes(secrets, os.fsencode(name), f"the name {path}")
            if path.is_symlink():
                found += in_bytes(secrets, os.fsencode(os.readlink(path)), f"the link {path}")
            elif path.is_file():
                try:
                    found += in_bytes(secrets, path.read_bytes(), str(path))
                except FileNotFoundError:  # a daemon at work may remove a file while we look
                    pass
    return found


def in_process(secrets, pid):
    """The command line and the environment, which others on the machine or a careless bug report may show."""
    found = []
    for name in ("cmdline", "environ"):
        found += in_bytes(secrets, pathlib.Path(f"/proc/{pid}/{name}").read_bytes(), f"/proc/PID/{name} of the daemon")
    return found


def in_memory(pid, needles):
    """Which of these byte strings are in the memory of a process; None where we may not look."""
    found = set()
    overlap = max(map(len, needles))
    try:
        maps = pathlib.Path(f"/proc/{pid}/maps").read_text()
        memory = open(f"/proc/{pid}/mem", "rb", 0)
    except PermissionError:
        return None
    with memory:
        for line in maps.splitlines():
            match = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw", line)
            if not match:
                continue
            begin, end = int(match[1], 16), int(match[2], 16)
            if end - begin > 1 << 32:  # a sanitizer's shadow
                continue
            rest = b""
            for at in range(begin, end, 1 << 22):
                try:
                    memory.seek(at)
                    piece = memory.read(min(1 << 22, end - at))
                except (OSError, ValueError):
                    break
                found |= {needle for needle in needles if needle in rest + piece}
                rest = piece[-overlap:]
    return found
