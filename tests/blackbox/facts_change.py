"""What is changed and what is taken back, as two people live it, and what is left of it on both disks."""
# SPDX-License-Identifier: GPL-3.0-or-later
import contextlib
import os
import pathlib
import shutil
import sqlite3
import subprocess

import foreign
from facts_attachments import chunks, file_of, is_whole
from facts_drafts import MEMORY, editor
from house import eventually, fact
from person import DONE, FAILED, NOT_FOUND, USAGE


def sees(person, saved, words):
    eventually(f"{person.name} sees it", lambda: words in person.run("show", saved["id"][:8]).out.decode())


def bodies(person):
    """Of every record: what lies sealed in the database. A copy is read, so that nothing is locked or folded."""
    copy = person.house.folder / f"looked-at-{person.name}"
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir()
    for name in ("duolog.db", "duolog.db-wal"):
        place = person.home / name
        if place.exists():
            (copy / name).write_bytes(place.read_bytes())
    with contextlib.closing(sqlite3.connect(copy / "duolog.db")) as database:
        return {bytes(body) for (body,) in database.execute("SELECT body FROM record WHERE length(body) > 64")}


def lies_in(person, wanted):
    found = []
    for place, _folders, files in os.walk(person.home):
        for name in files:
            path = pathlib.Path(place, name)
            try:
                if path.is_file() and wanted in path.read_bytes():
                    found.append(str(path))
            except FileNotFoundError:  # a daemon at work may remove a file while we look
                pass
    return found


def middle(body):
    return body[len(body) // 3:len(body) // 3 + 48]


@fact
def an_edit_is_seen_on_the_other_side_with_what_it_was(house):
    ada, bo = house.two()
    saved = ada.write("we walked to the lake and back")
    sees(bo, saved, "walked to the lake")
    house.secrets.text("we walked to the sea and back", "an edit")
    assert "sees that it was edited" in ada.duolog("edit", saved["id"][:8], "we walked to the sea and back").text
    sees(bo, saved, "walked to the sea")
    shown = bo.duolog("show", saved["id"][:8], "--json").object
    assert shown["edited_at"] and shown["version_count"] == 2 and not shown["versions"], shown
    history = bo.duolog("history", saved["id"][:8]).text
    assert "[-lake-] {+sea+}" in history, history
    assert "edited" in bo.duolog("list").text
    whole = bo.duolog("history", saved["id"][:8], "--json").object
    assert [one["text"] for one in whole["versions"]] == ["we walked to the lake and back", "we walked to the sea and back"]
    bo.refused("NOT_YOURS", "edit", saved["id"][:8], "to the hills", expect=FAILED)


@fact
def tags_mood_and_day_change_alone(house):
    ada = house.resident("Ada")
    saved = ada.write("a day of rain and tea", tags=["raining"])
    house.secrets.text("sunshine", "a tag")
    ada.duolog("edit", saved["id"][:8], "-t", "sunshine", "--mood", "4", "--on", "2026-11-03")
    assert ada.texts("-t", "sunshine") == ["a day of rain and tea"]
    assert ada.texts("-t", "raining") == []
    assert ada.texts("--until", "2026-11-03") == ["a day of rain and tea"]
    assert ada.duolog("show", saved["id"][:8], "--json").object["mood"] == 4
    ada.duolog("edit", saved["id"][:8], "--no-tags", "--mood", "none", "--on", "none")
    shown = ada.duolog("show", saved["id"][:8], "--json").object
    assert shown["tags"] == [] and shown["mood"] == 0 and shown["on"] == "", shown


@fact
def a_hundred_saves_of_the_same_text_make_one_entry_and_no_conflict(house):
    ada, bo = house.two()
    saved = ada.write("typed and saved, again and again")
    for _ in range(100):
        ada.duolog("edit", saved["id"][:8], "-", stdin=b"typed and saved, again and again\n")
    for person in (ada, bo):
        eventually(f"{person.name} has one entry", lambda who=person: who.texts() == ["typed and saved, again and again"])
        shown = person.duolog("show", saved["id"], "--json").object
        assert shown["versions"] == [] and shown["version_count"] <= 1 and not shown["edited_at"], shown


@fact
def a_hundred_saves_a_letter_at_a_time_are_one_entry_without_a_conflict_on_either_side(house):
    """While the two are connected, and while the other is away."""
    ada, bo = house.two()
    words = ("typed a letter at a time and saved after each of them, as some editors do, until there was "
             "a hundred of them at last, and no more")[:110]
    saved = ada.write(words[:10])
    house.secrets.text(words[:60], "an edit")
    seen = set()
    for end in range(11, 111):
        if end == 60:
            bo.stop()
        ada.duolog("edit", saved["id"], words[:end])
        if end < 60 and end % 7 == 0:
            seen |= {item["text"] for item in bo.list()}
    assert len(seen) >= 3 and all(words.startswith(text) for text in seen), "Bo saw it grow"
    bo.start()
    eventually("Bo has all of it", lambda: bo.texts() == [words], 40)
    for person in (ada, bo):
        (item,) = person.list()
        assert item["text"] == words, item
        shown = person.duolog("show", saved["id"], "--json").object
        assert shown["versions"] == [] and shown["version_count"] == 101, shown
        assert set(person.warnings()) <= {"words-unconfirmed"} and person.json("search", "editors")[0]["id"] == saved["id"]


@fact
def what_is_typed_in_the_editor_survives_what_goes_wrong(house):
    ada = house.resident("Ada")
    saved = ada.write("before the editor was opened")
    house.secrets.text("typed for an hour", "an edit")
    editor(ada, "fails", "printf ' typed for an hour' >> \"$1\"; exit 1")
    with ada.terminal("edit", saved["id"][:8]) as screen:
        assert screen.end() == FAILED, screen.text
        assert "duolog edit " + saved["id"][:8] in screen.text and "kept in memory" in screen.text.replace("\n", " "), screen.text
    assert ada.texts() == ["before the editor was opened"]
    editor(ada, "works", "true")
    with ada.terminal("edit", saved["id"][:8]) as screen:
        screen.expect("go on with it")
        screen.type("y")
        assert screen.end() == DONE, screen.text
    assert not list(MEMORY.glob("duolog-edit-" + saved["id"][:16] + "*"))
    assert "typed for an hour" in ada.texts()[0].replace("\n", "")


@fact
def a_draft_that_is_gone_on_with_replaces_what_it_began_from_and_nothing_newer(house):
    ada = house.resident("Ada")
    for how in ("in the editor", "from the file"):
        saved = ada.write(f"as it was, {how}")
        for text in ("typed for an hour", "said meanwhile"):
            house.secrets.text(f"{text} {how}", "an edit")
        editor(ada, "fails", f"printf ' typed for an hour {how}' >> \"$1\"; exit 1")
        with ada.terminal("edit", saved["id"][:8]) as screen:
            assert screen.end() == FAILED, screen.text
        ada.duolog("edit", saved["id"][:8], f"said meanwhile {how}")
        (draft,) = MEMORY.glob("duolog-edit-" + saved["id"][:16] + "*/entry.txt")
        if how == "in the editor":
            editor(ada, "works", "true")
            with ada.terminal("edit", saved["id"][:8]) as screen:
                screen.expect("go on with it")
                screen.type("y")
                assert screen.end() == DONE, screen.text
            assert not draft.parent.exists()
        else:
            with draft.open("rb") as text:
                command = [str(house.programs / "duolog"), "edit", saved["id"][:8], "-"]
                assert subprocess.run(command, env=ada.environment, stdin=text, check=False).returncode == DONE
            shutil.rmtree(draft.parent)
        versions = ada.duolog("show", saved["id"][:8], "--json").object["versions"]
        found = sorted(version["text"].replace("\n", "") for version in versions)
        assert found == sorted([f"as it was, {how} typed for an hour {how}", f"said meanwhile {how}"]), found


@fact
def what_is_taken_back_is_in_no_file_of_either_home(house):
    ada, bo = house.two()
    before = ada.write("this stays where it is")
    sees(bo, before, "this stays")
    had = bodies(ada)
    saved = ada.write("words that I take back, every byte of them " * 40)
    sees(bo, saved, "every byte")
    ada.duolog("edit", saved["id"][:8], "-", stdin=b"and the words after them, every other byte as well " * 30)
    house.secrets.text("every other byte as well", "an edit")
    sees(bo, saved, "every other byte")
    new = bodies(ada) - had
    sealed = [middle(body) for body in new & bodies(bo) if len(body) > 1024]
    assert len(sealed) == 2, "the entry and its edit, the same bytes on both sides"
    for person in (ada, bo):
        for body in sealed:
            assert lies_in(person, body), "else this fact shows nothing"
    told = ada.duolog("delete", saved["id"][:8], "--yes").text
    assert "from Bo's now: you are connected" in told, told
    for person in (ada, bo):
        eventually(f"{person.name} has it no more", lambda: person.duolog("show", saved["id"][:8], "--json").object["kind"] == "taken back")
        for body in sealed:
            eventually("not a byte is left", lambda: not lies_in(person, body))
        shown = person.duolog("show", saved["id"][:8], "--json").object
        assert shown["text"] == "" and shown["taken_back_at"] and shown["author"] == "Ada", shown
        assert "taken back by" in person.duolog("list").text
        assert "this stays where it is" in person.texts()
        history = person.duolog("history", saved["id"][:8], "--json").object
        assert all(one["text"] == "" and one["taken_back_at"] for one in history["versions"]), history
    for person in (ada, bo):
        person.restart()
        assert person.duolog("show", saved["id"][:8], "--json").object["kind"] == "taken back"
        for body in sealed:
            assert not lies_in(person, body)


@fact
def what_is_taken_back_while_the_other_is_away_goes_when_they_meet(house):
    ada, bo = house.two()
    had = bodies(ada)
    saved = ada.write("said in anger and regretted " * 60)
    sees(bo, saved, "regretted")
    sealed = [middle(body) for body in (bodies(ada) & bodies(bo)) - had if len(body) > 1024]
    assert len(sealed) == 1
    bo.stop()
    eventually("Ada knows", lambda: not ada.duolog("status", "--json").object["peers"][0]["connected"])
    assert "from Bo's when you next meet" in ada.duolog("delete", saved["id"][:8], "--yes").text
    for body in sealed:
        eventually("gone on her side", lambda: not lies_in(ada, body))
        assert lies_in(bo, body)
    bo.start()
    for body in sealed:
        eventually("gone on his side", lambda: not lies_in(bo, body))
    assert bo.duolog("show", saved["id"][:8], "--json").object["kind"] == "taken back"
    bo.refused("GONE", "reply", saved["id"][:8], "what was it?", expect=NOT_FOUND)


@fact
def delete_says_whom_it_concerns_and_asks(house):
    ada, bo = house.two()
    saved = ada.write("thought better of it")
    sees(bo, saved, "better of it")
    assert ada.run("delete", saved["id"][:8]).code == USAGE, "nobody is there to ask"
    with ada.terminal("delete", saved["id"][:8]) as screen:
        screen.expect(r"Bo may have read it; it goes from both\s+your\s+journals")
        screen.type("n")
        assert screen.end() == DONE, screen.text
    assert ada.duolog("show", saved["id"][:8], "--json").object["kind"] == "entry"
    bo.refused("NOT_YOURS", "delete", saved["id"][:8], "--yes", expect=FAILED)
    bo.stop()
    unread = ada.write("thought better of this one as well")
    with ada.terminal("delete", unread["id"][:8]) as screen:
        screen.expect(r"Bo does not have it yet; it goes from both\s+your\s+journals")
        screen.type("n")
        assert screen.end() == DONE and "may have read" not in screen.text, screen.text


@fact
def many_things_at_once_want_their_number(house):
    ada = house.resident("Ada")
    ids = [ada.write(f"entry number {i} of many", tags=["manifold"])["id"][:8] for i in range(11)]
    assert ada.run("delete", *ids, "--yes").code == USAGE
    assert ada.run("delete", *ids, "--yes", "--count", "10").code == USAGE
    assert ada.run("delete", "-t", "manifold", "--yes").code == USAGE
    assert len(ada.list("--kind", "entry")) == 11
    with ada.terminal("delete", "-t", "manifold") as screen:
        screen.expect("their number takes them back: ")
        screen.type("11")
        assert screen.end() == DONE, screen.text
    assert ada.list("--kind", "entry") == []
    assert len(ada.list("--kind", "taken back")) == 11


@fact
def all_that_was_named_is_taken_back_however_long_it_is(house):
    """Four of these are more than one reply shows."""
    ada = house.resident("Ada")

    def long(text):
        return ada.duolog("write", "--json", stdin=(text + " and on it goes" * 60_000).encode()).object["id"]

    ids = [long(f"page {page} of the book") for page in range(4)]
    with ada.terminal("delete", *(id[:8] for id in ids)) as screen:
        screen.expect("take them back")
        assert "and " in screen.text and " more" in screen.text, screen.text
        screen.type("n")
        assert screen.end() == DONE, screen.text
    said = ada.duolog("delete", *(id[:8] for id in ids), "--yes").text
    assert "4 taken back" in said, said
    assert ada.list("--kind", "entry") == []
    more = [long(f"page {page} of the sequel") for page in range(4)]
    assert ada.duolog("delete", *(id[:8] for id in more), "--yes", "--json").object["ids"] == more
    assert ada.list("--kind", "entry") == []


@fact
def a_history_of_long_texts_arrives_whole(house):
    ada = house.resident("Ada")
    saved = ada.write("short at first")
    for nth in range(6):
        ada.duolog("edit", saved["id"][:8], "-", stdin=(f"version {nth} " + "of many words " * 60_000).encode())
    versions = ada.duolog("history", saved["id"][:8], "--json").object["versions"]
    assert [len(one["text"]) > 800_000 for one in versions] == [False] + [True] * 6, [len(one["text"]) for one in versions]
    assert [one["shown"] for one in versions] == [False] * 6 + [True]


@fact
def the_files_of_what_is_taken_back_go_from_both_sides(house):
    ada, bo = house.two()
    file = file_of(house, "film.bin", 700_000)
    saved = ada.write("with a film of it", "--attach", file)
    ada.duolog("edit", saved["id"][:8], "with a film of all of us")
    eventually("Bo has it", lambda: is_whole(bo, saved["id"]))
    assert bo.list()[-1]["text"] == "with a film of all of us" and bo.list()[-1]["attachments"]
    assert chunks(ada) and chunks(bo)
    ada.duolog("delete", saved["id"][:8], "--yes")
    for person in (ada, bo):
        eventually(f"{person.name} has no piece of it", lambda: not chunks(person))
        assert person.json("attachment", "list") == []
        person.restart()
        assert not chunks(person)


@fact
def search_export_and_numbers_know_nothing_of_what_was_replaced_or_taken_back(house):
    ada, bo = house.two()
    edited = ada.write("pomegranates in the market")
    regretted = ada.write("quinces in anger")
    house.secrets.text("apples in the market", "an edit")
    ada.duolog("edit", edited["id"][:8], "apples in the market")
    ada.duolog("delete", regretted["id"][:8], "--yes")
    sees(bo, edited, "apples")
    eventually("it is gone", lambda: bo.duolog("show", regretted["id"][:8], "--json").object["kind"] == "taken back")
    for person in (ada, bo):
        assert person.json("search", "pomegranates") == [] and person.json("search", "quinces") == []
        assert [one["text"] for one in person.json("search", "apples")] == ["apples in the market"]
        for kind in ("json", "markdown", "keepsake"):
            place = foreign.Shelf(house) / f"{person.name}.{kind}"
            told = person.duolog("--json", "export", kind, place).object
            assert told["left_out"]["taken_back"] == 1, told
            files = [place] if place.is_file() else [file for file in place.rglob("*") if file.is_file()]
            text = "".join(file.read_text() for file in files)
            assert "apples in the market" in text and "pomegranates" not in text and "quinces" not in text, kind
