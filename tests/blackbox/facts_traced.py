"""In whole sessions, traced from their first system call on, nothing is written outside the home, memory and what was named."""
# SPDX-License-Identifier: GPL-3.0-or-later
import re

import foreign
from facts_attachments import MARKER, content, file_of, opener
from facts_drafts import editor
from facts_keep import passphrase_of
from facts_locks import FIRST, SECOND
from house import eventually, fact
from person import DONE
from traced import TracedSession


@fact
def in_a_whole_session_nothing_is_written_outside_the_home_and_memory(house):
    ada, bo = house.person("Ada"), house.resident("Bo")
    session = TracedSession(ada)
    command = session.command
    place = ada.passphrase_file(FIRST)
    second = ada.passphrase_file(SECOND, "second")
    command("init", "--name", "Ada", "--yes", "--passphrase-file", place)
    house.secrets.words(ada.duolog("words", "--json", "--passphrase-file", place).object["words"])
    house.pair(ada, bo)
    house.secrets.text("a text from standard input, traced", "a text")
    command("write", stdin=b"a text from standard input, traced")
    house.secrets.text("a text out of the traced editor", "a text")
    editor(ada, "writes", 'printf "a text out of the traced editor" >"$1"')
    with session.terminal("write") as screen:
        assert screen.end() == DONE, screen.text
    command("checkin", "--set", "connection=7", "--set", "highlight=an answer about the traced weekend",
            "--set", "distance=nothing at all", "--set", "wish=nothing")
    for verb in ("list", "status", "doctor", "today", "answers", "sync"):
        command(verb)
    command("passphrase", "--passphrase-file", place, "--new-passphrase-file", second)
    command("lock")
    eventually("it is locked", lambda: ada.status()["locked"])
    with session.terminal("unlock") as screen:
        screen.expect("passphrase: ")
        screen.type(SECOND)
        assert screen.end() == DONE, screen.text
    assert len(ada.list()) == 3
    session.end()
    session.nothing_outside(shows=("duolog-draft-",))
    session.nothing_secret_executed(certain=ada.environment["EDITOR"])
    session.forget()


@fact
def in_a_session_of_files_changes_and_copies_nothing_is_written_but_where_it_was_asked_for(house):
    """Attached, looked at, saved, edited, taken back, imported, exported, backed up: only what was named is made there."""
    ada, shelf = house.person("Ada"), foreign.Shelf(house)
    session = TracedSession(ada)
    command = session.command
    command("init", "--name", "Ada", "--yes")
    ada.learn_key()
    house.secrets.words(ada.duolog("words", "--json").object["words"])
    for text in ("a first text of the traced hand", "a second text out of the traced editor", "an imported traced day"):
        house.secrets.text(text, "a text")
    command("write", "--attach", file_of(house, "lake.png", 300_000), stdin=b"a first text of the traced hand")
    entry = ada.list()[-1]["id"]
    editor(ada, "changes", 'printf "a second text out of the traced editor" >"$1"')
    with session.terminal("edit", entry) as screen:
        assert screen.end() == DONE, screen.text
    opener(house, ada, "true")
    with session.terminal("attachment", "open", entry) as screen:
        screen.expect("Enter takes it away")
        screen.type("")
        assert screen.end() == DONE, screen.text
    out = house.folder / "asked-for"
    out.mkdir()
    command("attachment", "save", entry, "1", "-o", out / "lake.png")
    about, files = foreign.photo(content(5000, 3), "A1")
    archive = shelf.put("j.zip", foreign.day_one(foreign.day_one_entry(1, text="an imported traced day", photos=[about]), **files))
    command("import", "day-one", archive, "--yes")
    for verb in (["search", "traced"], ["history", entry], ["show", entry], ["stats"], ["on-this-day"], ["attachment", "list"]):
        command(*verb)
    for form, name in (("json", "out.json"), ("markdown", "notes"), ("keepsake", "book.html")):
        command("export", form, out / name)
    command("backup", out / "journal.backup", "--passphrase-file", passphrase_of(ada))
    command("doctor", "--repair")
    command("delete", entry, "--yes")
    session.end()
    assert MARKER in (out / "lake.png").read_bytes() and (out / "book.html").exists()
    session.nothing_outside(rf"{re.escape(str(out))}(?:/.*)?", shows=("duolog-edit-", "duolog-look-", "/blobs/", "lake.png",
                                                                    "journal.backup", "book.html"))
    session.nothing_secret_executed(certain=ada.environment["EDITOR"])
    session.forget()


@fact
def in_a_traced_restore_nothing_is_written_outside_the_home(house):
    ada = house.resident("Ada")
    ada.write("by the lake", "--attach", file_of(house, "lake.png", 300_000))
    place = ada.folder / "xdg" / "journal.backup"
    ada.duolog("backup", place, "--passphrase-file", passphrase_of(ada))
    ada.stop()
    again = house.person("Again")
    session = TracedSession(again)
    session.command("restore", place, "--passphrase-file", passphrase_of(ada), "--yes", "--old-device-is-gone")
    again.learn_key()
    assert again.texts() == ["by the lake"]
    session.end()
    session.nothing_outside(shows=("/blobs/", "vault"))
    session.nothing_secret_executed(certain="restore")
    session.forget()
