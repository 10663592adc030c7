"""What comes from the other side may be anything; what meets a terminal may not."""
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import time
import unicodedata

import control
import foreign
from house import eventually, fact
from person import DONE
from terminal import harm

MARK = "harmless-to-show"
HOSTILE = {
    "every control character": "".join(chr(point) for point in range(1, 32)) + "\x7f",
    "the upper control characters": "".join(chr(point) for point in range(0x80, 0xA0)),
    "a clipboard write": "\x1b]52;c;cm0gLXJmIH4=\x07",
    "a window title": "\x1b]0;root@bank\x07\x1b]2;x\x1b\\",
    "cursor and screen": "\x1b[2J\x1b[H\x1b[1A\x1b[K\x1b[?1049h\x1bc",
    "questions to the terminal": "\x1b[6n\x1b[c\x1b[>c\x1b[?1000h\x1bP$q\"p\x1b\\\x05",
    "eight-bit sequences": "\x9b31m\x9d0;x\x9c\x90q\x9c",
    "colours of its own": "\x1b[31mred\x1b[0m\x1b[8mhidden",
    "overprinting": "safe\rEVIL\b\b\b\bGOOD",
    "direction overrides": "\u202etxt.exe\u202c \u2066a\u2067b\u2068c\u2069 \u200f\u200e\u061c",
    "invisible characters": "pass\u200bword\ufeff\u2060\u00ad\u2028\u2029",
    "ten thousand marks": "e" + "\u0301" * 10_000,
    "a hyperlink": "\x1b]8;;http://evil.example/\x1b\\click\x1b]8;;\x1b\\",
    "a repeat count": "A\x1b[1000000000b",
    "our own colours": "\x1b[1mbold\x1b[0m \x1b[1;36mBo\x1b[0m \x1b[33mwarning\x1b[0m",
    "mouse, paste and keys": "\x1b[?1003h\x1b[?1006h\x1b[?2004h\x1b[201~\x1b[>4;2m\x1b=",
    "a notification, a file, a picture": "\x1b]9;x\x07\x1b]1337;File=inline=1:AAAA\x07\x1bPq#0;2;0;0;0\x1b\\",
    "every other sign of Latin": "".join(chr(point) for point in range(32, 0x180) if point not in range(127, 160)),
}


def shown(person, *command):
    began = time.monotonic()
    with person.terminal(*command) as screen:
        code = screen.end(60)
        assert code == DONE, f"{command}: {code}\n{screen.text}"
    assert time.monotonic() - began < 20, f"{command} took {time.monotonic() - began:.0f} s"
    found = harm(screen.output)
    assert not found, f"{command} printed {found}:\n{screen.output[:4000]!r}"
    return screen.text


def colourless(person, *command):
    """Without colours not one escape is ours: any that comes is somebody else's."""
    with person.terminal(*command, "--color", "never") as screen:
        assert screen.end(60) == DONE, screen.text
    assert b"\x1b" not in screen.output, f"{command}: {screen.output[:2000]!r}"
    assert not harm(screen.output), harm(screen.output)
    return screen.text


def columns(line):
    """By the standard's tables as Python has them, not by the program's: what a terminal makes of a line."""
    wide = sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in line
               if unicodedata.category(sign) not in ("Mn", "Me", "Cf"))
    return wide


@fact
def hostile_text_is_kept_as_it_is_and_shown_harmless(house):
    ada, bo = house.two()
    for text in HOSTILE.values():
        bo.duolog("write", stdin=f"{MARK} {text} {MARK}".encode())
    eventually("all of it is there", lambda: len(ada.list()) == len(HOSTILE), 40)
    assert set(ada.texts()) == {f"{MARK} {text} {MARK}" for text in HOSTILE.values()}, "kept as it was written"
    text = shown(ada, "list")
    assert text.count(MARK) >= len(HOSTILE)
    for item in ada.list():
        assert MARK in shown(ada, "show", item["id"])
    shown(ada)
    shown(ada, "today")
    shown(ada, "status")
    colourless(ada, "list")


@fact
def hostile_names_and_tags_are_shown_harmless(house):
    ada = house.resident("Ada")
    bo = house.person("Bo")
    bo.start()
    report = bo.duolog("init", "--name", "Bo\x1b[31m\u202e\x9b\x07\r", "--yes", "--json").object
    house.secrets.words(report["words"])
    bo.learn_key()
    with ada.terminal("pair", "--yes", columns=120, rows=60) as screen:
        code = screen.expect(r"\b\d{1,2}-[a-z]+-[a-z]+\b").group()
        house.secrets.code(code)
        house.secrets.link(screen.expect(r"duolog:[a-z2-7]{60,}(?=\s)").group())
        bo.duolog("pair", code, "--yes", seconds=90)
        assert screen.end() == DONE, screen.text
        assert not harm(screen.output), harm(screen.output)
    tag = "tag\u202e\x1b]0;x\x07\x9b"
    answer = bo.run("write", "-t", tag, "--", f"{MARK} with a strange tag")
    if answer.code != DONE:  # a writer may refuse such a tag; then there is nothing to show
        bo.duolog("write", "--", f"{MARK} without a tag")
    eventually("it is there", ada.list)
    for command in (["list"], ["status"], [], ["show", "last"], ["daemon", "status"], ["doctor"]):
        shown(ada, *command)


@fact
def hostile_arguments_are_not_thrown_back_at_the_terminal(house):
    ada = house.resident("Ada")
    for command in (["show", "\x1b[2J\x9b"], ["\x1b]0;x\x07"], ["pair", "7-\x1b[31m-x\x9b"], ["list", "-t", "\x1b[2J"],
                    ["write", "-j", "\x1b[2J\u202e", "--", "x"], ["list", "--from", "\x1b[2J"], ["list", "--since", "\x1b[2J"],
                    ["list", "-n", "\x1b[2J"], ["write", "--on", "\x1b[2J\x07", "--", "x"], ["answers", "\x1b]0;x\x07"],
                    ["checkin", "--set", "\x1b[2J=\x07"], ["checkin", "--set", "connection=\x1b[2J"],
                    ["unlock", "--passphrase-file", "/no/\x1b]0;x\x07\u202e"], ["pair", "--qr", "/no/\x1b[2J\x9b.png"],
                    ["pair", "7-apple-bridge", "--at", "\x1b[2J:1"], ["--home", "/no/\x1b]0;x\x07/\x9b", "status"],
                    ["--color", "\x1b[2J", "list"]):
        with ada.terminal(*command) as screen:
            screen.end(60)
        assert not harm(screen.output), f"{command}: {harm(screen.output)} {screen.output!r}"


@fact
def json_carries_hostile_text_in_escapes_only(house):
    ada = house.resident("Ada")
    for text in HOSTILE.values():
        ada.duolog("write", stdin=text.encode() + b"x")
    raw = ada.duolog("list", "--json").out
    assert not any(byte < 32 and byte != 10 for byte in raw), "a raw control byte in JSON"


EVERY_BYTE = bytes(range(1, 256))


@fact
def every_byte_in_every_argument_is_answered_harmlessly(house):
    """Arguments are bytes: what is no UTF-8 is refused with its place, and nothing of it reaches the terminal raw."""
    ada = house.resident("Ada")
    arguments = [EVERY_BYTE, EVERY_BYTE[::-1], EVERY_BYTE[127:], EVERY_BYTE[:31], EVERY_BYTE[127:159] + b"x"]
    for bytes_given in arguments:
        for command in (["show"], ["list", "-t"], ["list", "--from"], ["list", "-j"], ["write", "-t"], ["write", "--"],
                        ["pair"], ["answers"], ["unlock", "--passphrase-file"], []):
            done = ada.run(*command, bytes_given, "--json") if command == ["list", "-j"] else ada.run(*command, bytes_given)
            found = raw_controls(done.out + done.err)
            assert not found, f"{command}: {found} in {(done.out + done.err)[:600]!r}"


def raw_controls(output):
    """Control bytes in either encoding, and what is no UTF-8."""
    return [sentence for sentence in harm(output) if "direction" not in sentence] + (["an escape"] if b"\x1b" in output else [])


@fact
def hostile_journal_and_device_names_are_shown_harmless_on_both_sides(house):
    ada, bo = house.person("Ada"), house.person("Bo")
    names = {ada: ("A\x1b]0;x\x07\x9b31m\u202e", "dev\x1b[2J\r\n\u2066"), bo: ("B\x85\x1b[1;36m\u200b", "\x1bc\u2028disk")}
    for someone, (name, device) in names.items():
        someone.start()
        report = someone.duolog("init", "--name", name, "--device", device, "--yes", "--json").object
        house.secrets.words(report["words"])
        someone.learn_key()
    ada.name, bo.name = "Ada", "Bo"
    house.pair(ada, bo, "--name", "us\x1b[2J\u202e\x07")
    ada.duolog("write", "--", f"{MARK} from one to the other")
    eventually("it is there", bo.list)
    for someone in (ada, bo):
        assert someone.status()["device"]["person"] == names[someone][0], "kept as it was given"
        for command in (["status"], ["list"], ["show", "last"], [], ["answers"], ["doctor"], ["sync"]):
            shown(someone, *command)
        colourless(someone, "status")
    notes = (ada.home / "notes.log").read_bytes() + (ada.folder / "duologd.said").read_bytes()
    assert not raw_controls(notes), "notes are read at a terminal, too"


# ---- every script, and every trick with it ----

TRICKS = {
    "one letter": "\u00e9", "the same as two": "e\u0301", "another order of marks": "a\u0323\u0307", "and its twin": "a\u0307\u0323",
    "a sign and its double": "\u212b \u00c5 A\u030a", "a family": "\U0001f469\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466",
    "a flag": "\U0001f1e9\U0001f1ea", "half a flag": "\U0001f1e9", "a skin": "\U0001f44b\U0001f3fd", "keycap": "1\ufe0f\u20e3",
    "right to left": "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627", "Persian joiner": "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
    "ideographs": "\u6771\u4eac\u90fd" * 60, "a bomb of marks": "x" + "\u0489\u0336\u0300" * 3000, "zero width": "a\u200b\u200c\u200d\u2060\ufeffb",
    "tags": "\U0001f3f4\U000e0067\U000e0062\U000e007f", "a lone mark": "\u0301", "private": "\ue000\U0010fffd", "unassigned": "\u0378\U0001fffe",
    "Hangul in pieces": "\u1112\u1161\u11ab\u1100\u1173\u11af", "Zalgo": "".join(c + "\u0300\u0316\u0489" * 12 for c in "we meet at noon"),
}


@fact
def what_looks_alike_is_kept_apart_byte_for_byte_and_fits_its_line(house):
    ada, bo = house.two()
    with control.Control(ada) as door:
        for text in TRICKS.values():
            door.ask(control.request(control.WRITE, control.field(1, f"{MARK} {text}")))
    wanted = {f"{MARK} {text}".encode() for text in TRICKS.values()}
    assert len(wanted) == len(TRICKS), "no two are the same bytes"
    assert {text.encode() for text in ada.texts()} == wanted
    eventually("Bo has them", lambda: {text.encode() for text in bo.texts()} == wanted)
    for width in (80, 40):
        with bo.terminal("list", "--color", "never", columns=width) as screen:
            assert screen.end() == DONE
        assert not harm(screen.output), harm(screen.output)
        wide = [line for line in screen.text.splitlines() if columns(line) > width]
        assert not wide, f"wider than {width} columns: {wide[:3]}"
    for bad, place in ((b"ab\xed\xa0\x80", 2), (b"\xed\xbf\xbf", 0), (b"abc\xf4\x90\x80\x80", 3), (b"\xc0\x80", 0)):
        answer = ada.refused("BAD_UTF8", "write", stdin=bad)
        assert f"the fault is at byte {place}; nothing was saved" in answer.said, answer.said
        with control.Control(ada) as door:
            try:
                reply = door.ask(control.request(control.WRITE, control.field(1, bad)))[-1]
                assert 14 not in dict(control.fields(reply)), "saved by another way"
            except AssertionError as closed:
                assert "closed" in str(closed)
    assert len(ada.list()) == len(TRICKS)


@fact
def a_megabyte_of_any_trick_is_shown_without_delay(house):
    ada = house.resident("Ada")
    for unit in ("\u0301", "\U0001f469\u200d"):
        text = MARK + unit * (1_000_000 // len(unit.encode()))
        ada.duolog("write", stdin=text.encode())
        assert MARK in shown(ada, "show", "last")  # within 20 s: what takes the square of it would take days


@fact
def the_collections_of_hostile_text_are_kept_and_shown_harmless(house):
    nasty, ada = foreign.real_data() / "nasty", house.resident("Ada")
    files = [path for path in sorted(nasty.rglob("*")) if path.is_file() and "udhr" not in path.parts]
    texts = [path.read_bytes().replace(b"\0", b" ").decode(errors="replace") for path in files]
    for path in files:
        if path.suffix == ".json":  # payloads that are escaped in the file
            texts.append(" ".join(strings(json.loads(path.read_text()))))
    sent = 0
    with control.Control(ada) as door:
        for text in texts:
            pieces = [text[at:at + 100_000] for at in range(0, len(text), 100_000)][:4]
            for piece in filter(str.strip, (piece.encode(errors="replace").decode() for piece in pieces)):
                assert 14 in dict(control.fields(door.ask(control.request(control.WRITE, control.field(1, piece)))[-1]))
                sent += 1
    assert sent >= 10
    colourless(ada, "list", "-n", "1000")
    shown(ada, "list", "-n", "1000")


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from strings(inner)
