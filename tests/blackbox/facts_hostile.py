"""What comes from the other side may be anything; what meets a terminal may not."""
# SPDX-License-Identifier: GPL-3.0-or-later
import time

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
        house.secrets.link(screen.expect(r"duolog:[a-z2-7]{60,}").group())
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
                    ["write", "-j", "\x1b[2J\u202e", "--", "x"], ["list", "--from", "\x1b[2J"], ["list", "--since", "\x1b[2J"]):
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
