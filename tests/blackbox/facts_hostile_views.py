"""Where else than in lists words of anybody's meet a terminal: what has changed, numbers, days, devices, files, backups."""
# SPDX-License-Identifier: GPL-3.0-or-later
import control
from facts_attachments import write_by_hand
from facts_hostile import HOSTILE, MARK, colourless, shown
from facts_keep import passphrase_of
from house import eventually, fact
from person import DONE, today
from terminal import harm

NAME = "\x1b]0;x\x07\x9b31m\u202edev\r\x85"


def asked(person, question, *command):
    """What a command that asks shows until then; it is answered with no."""
    with person.terminal(*command) as screen:
        screen.expect(question)
        screen.type("n")
        screen.end()
    assert not harm(screen.output), f"{command}: {harm(screen.output)} {screen.output[:2000]!r}"
    return screen.text


@fact
def hostile_words_are_harmless_in_a_history_a_day_and_every_number(house):
    ada, bo = house.two()
    day = today().replace(day=min(today().day, 28))
    then = day.replace(year=day.year - 3).isoformat()
    ids = []
    for text in HOSTILE.values():
        ids.append(bo.duolog("write", "--json", "--on", then, stdin=f"{MARK} {text}".encode()).object["id"])
        bo.duolog("edit", ids[-1], "-", stdin=f"{MARK} another {text} at the end".encode())
    for entry in ids[:2]:
        bo.duolog("reply", entry, stdin=f"{MARK} {HOSTILE['colours of its own']}".encode())
    eventually("all of it is there", lambda: len(ada.list()) == len(HOSTILE) + 2, 60)
    eventually("and its edits", lambda: all(item["version_count"] == 2 for item in ada.list("--kind", "entry")), 60)
    for entry in ids:
        text = colourless(ada, "history", entry)  # in colours it paints what goes and what comes, as no other view does
        assert MARK in text and "another" in text, text
    assert shown(ada, "on-this-day", day.isoformat()).count(MARK) >= len(HOSTILE)
    shown(ada, "on-this-day", "--whole", day.isoformat())
    for command in (["stats"], ["trends"], ["search", "another"], ["letters"], ["answers"]):
        shown(ada, *command)
        colourless(ada, *command)


@fact
def hostile_words_are_harmless_in_every_question(house):
    ada = house.resident("Ada")
    for text in list(HOSTILE.values())[:8]:
        entry = ada.duolog("write", "--json", stdin=f"{MARK} {text}".encode()).object["id"]
        assert MARK in asked(ada, "take", "delete", entry)
    entry = write_by_hand(ada, f"{MARK} a page", [f"a{NAME}b.html"])
    asked(ada, "may do more than show something", "attachment", "open", entry)
    shown(ada, "attachment", "list")
    assert ada.list()[-1]["attachments"][0]["name"].startswith("a\x1b"), "kept as it was given"


@fact
def hostile_names_of_devices_and_journals_are_harmless_in_lists_and_reports(house):
    ada = house.person("Ada")
    ada.start()
    report = ada.duolog("init", "--name", NAME, "--device", NAME, "--yes", "--json").object
    house.secrets.words(report["words"])
    ada.learn_key()
    phone = house.person("Phone")
    phone.start()
    with ada.add_device() as window:
        phone.duolog("device", "join", window.code, "--yes", "--json", "--name", f"phone {NAME}", seconds=120)
        phone.learn_key()
        window.arrived()
    assert f"phone {NAME}" in ada.devices() and NAME in phone.devices(), "kept as they were given"
    for someone in (ada, phone):
        shown(someone, "device", "list")
        colourless(someone, "device", "list")
        shown(someone, "status")
    (other,) = [device["id"] for device in ada.json("device", "list") if not device["self"]]
    asked(ada, "remove", "device", "remove", other)
    place = ada.folder / "xdg" / "journal.backup"
    passphrase = passphrase_of(ada)
    shown(ada, "backup", place, "--passphrase-file", passphrase)
    ada.stop()
    again = house.person("Again")
    again.start()
    with again.terminal("restore", place, "--passphrase-file", passphrase, "--yes") as screen:
        assert screen.end(60) == DONE, screen.text
    assert not harm(screen.output), f"{harm(screen.output)} {screen.output[:2000]!r}"
    assert "restored" in screen.text and again.status()["device"]["person"] == NAME
    again.learn_key()
    shown(again, "status")
    with control.Control(again) as door:
        assert NAME.encode() in b"".join(door.ask(control.request(control.STATUS))), "else nothing was put to the test"
