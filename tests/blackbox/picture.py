"""picture.py: what a camera would see of a terminal: half blocks and colours become black and white squares, and a PNG."""
# SPDX-License-Identifier: GPL-3.0-or-later
import re
import struct
import zlib

PIXELS = 6  # a side of one module
QUIET = 4   # modules of white around

# Foreground and background colours that mean dark or light, by their SGR numbers.
DARK = {"30", "40", "38;5;0", "48;5;0", "38;5;16", "48;5;16", "38;2;0;0;0", "48;2;0;0;0"}
COLOUR = re.compile(r"\x1b\[([0-9;]*)m")


def of_half_blocks(text):
    """Rows of booleans (dark is True) of the one square of half blocks in the text."""
    rows = []
    for line in text.replace("\r", "").split("\n"):
        cells = cells_of(line)
        if sum(glyph in "▀▄█" for glyph, _, _ in cells) < 10:
            continue
        upper, lower = [], []
        for glyph, ink_dark, paper_dark in cells:
            upper.append(ink_dark if glyph in "▀█" else paper_dark)
            lower.append(ink_dark if glyph in "▄█" else paper_dark)
        rows += [upper, lower]
    assert rows, "no square was drawn"
    width = max(map(len, rows))
    return [row + [False] * (width - len(row)) for row in rows]


def cells_of(line):
    """(glyph, is the ink dark, is the paper dark) for each character between colours."""
    cells, ink_dark, paper_dark, at = [], False, True, 0
    for match in list(COLOUR.finditer(line)) + [None]:
        end = match.start() if match else len(line)
        cells += [(glyph, ink_dark, paper_dark) for glyph in line[at:end]]
        if match:
            for part in re.findall(r"[34]8;5;\d+|[34]8;2;\d+;\d+;\d+|\d+", match[1] or "0"):
                if part == "0":
                    ink_dark, paper_dark = False, True
                elif part == "7":
                    ink_dark, paper_dark = paper_dark, ink_dark
                elif part[0] == "3" or part[0] == "9":
                    ink_dark = part in DARK
                elif part[0] == "4" or part.startswith("10"):
                    paper_dark = part in DARK
            at = match.end()
    return cells


def write_png(path, modules):
    side = [False] * QUIET
    blank = [[False] * (len(modules[0]) + 2 * QUIET)] * QUIET
    rows = blank + [side + row + side for row in modules] + blank
    raw = b"".join((b"\0" + b"".join((b"\0" if dark else b"\xff") * PIXELS for dark in row)) * PIXELS for row in rows)

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    size = struct.pack(">IIBBBBB", len(rows[0]) * PIXELS, len(rows) * PIXELS, 8, 0, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b""))
