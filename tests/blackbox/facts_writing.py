"""What is written is saved, reaches the other, and can be found again."""
# SPDX-License-Identifier: GPL-3.0-or-later
import threading
import time

import control
from house import eventually, fact
from person import FAILED, NOT_FOUND, USAGE


def both_read(people, wanted):
    for someone in people:
        eventually(f"{someone.name} reads all of it", lambda who=someone: set(who.texts("-j", journal_of(who))) == set(wanted))


def journal_of(person):
    return next(j["name"] for j in person.status()["journals"] if j["kind"] == "shared")


@fact
def what_one_writes_the_other_reads_a_moment_later(house):
    ada, bo = house.two()
    saved = ada.write("the kettle sang before the rain", tags=["kitchen"])
    assert saved["visibility"] == "shared" and saved["shared_with"] == "Bo"
    read = eventually("Bo reads it", lambda: bo.list())[0]
    assert read["text"] == "the kettle sang before the rain"
    assert read["tags"] == ["kitchen"]
    assert read["author"] == "Ada" and read["mine"] is False
    assert read["id"] == saved["id"]
    assert ada.list()[0]["mine"] is True


@fact
def both_write_at_once_and_both_read_both(house):
    ada, bo = house.two()
    written = {who: [f"{who.name} saw {thing} at the river" for thing in ("swans", "boats", "lights", "ducks", "foam")]
               for who in (ada, bo)}
    threads = [threading.Thread(target=lambda w=who: [w.write(text) for text in written[w]]) for who in (ada, bo)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    both_read((ada, bo), written[ada] + written[bo])


@fact
def one_is_away_and_finds_everything_on_coming_back(house):
    ada, bo = house.two()
    bo.stop()
    written = [f"while you were away: note {n} from the balcony" for n in range(12)]
    for text in written:
        ada.write(text)
    assert {item["delivery"]["state"] for item in ada.list()} == {"here"}
    bo.start()
    both_read((ada, bo), written)
    eventually("Ada knows it arrived", lambda: {i["delivery"]["state"] for i in ada.list()} == {"delivered"}, 40)


@fact
def a_daemon_killed_in_the_middle_loses_nothing_that_was_saved(house):
    ada, bo = house.two()
    saved = []
    for turn in range(4):
        saved.append(f"saved before stroke {turn} of the clock")
        ada.write(saved[-1])
        ada.kill()
        ada.start()
    both_read((ada, bo), saved)
    bo.kill()
    bo.start()
    both_read((ada, bo), saved)


@fact
def a_daemon_that_restarts_reconnects_by_itself(house):
    ada, bo = house.two()
    bo.restart()
    house.pair_is_up(ada, bo)
    bo.write("the train was nearly empty")
    both_read((ada, bo), ["the train was nearly empty"])


@fact
def a_text_comes_from_standard_input_byte_for_byte(house):
    ada = house.resident("Ada")
    text = "first line of the letter\n\n  indented, with ümläuts and 日本語\nlast line, no newline"
    house.secrets.text("first line of the letter", "a text")
    ada.duolog("write", stdin=text.encode())
    assert ada.texts() == [text]
    ada.duolog("write", "-", stdin=text.encode())
    assert ada.texts() == [text, text]


@fact
def a_text_comes_from_the_editor_and_leaves_no_trace(house):
    ada = house.resident("Ada")
    text = "the editor closed and the words were safe"
    house.secrets.text(text, "a text")
    editor = house.folder / "editor"
    editor.write_text(f'#!/bin/sh\nstat -c %a "$(dirname "$1")" >{house.folder}/mode\nprintf "%s" "{text}" >"$1"\n')
    editor.chmod(0o755)
    ada.environment["EDITOR"] = str(editor)
    with ada.terminal("write") as screen:
        assert screen.end() == 0, screen.text
    assert ada.texts() == [text]
    assert (house.folder / "mode").read_text().strip() == "700"


@fact
def an_editor_that_leaves_nothing_writes_nothing(house):
    ada = house.resident("Ada")
    ada.environment["EDITOR"] = "true"
    with ada.terminal("write") as screen:
        screen.end()
    assert ada.texts() == []


@fact
def an_entry_may_be_about_another_day(house):
    ada = house.resident("Ada")
    ada.write("the day the bridge was closed", "--on", "2024-02-29")
    item = ada.list()[0]
    assert item["on"].startswith("2024-02-29") and item["day_only"] is True
    ada.write("the evening the lights went out", "--on", "2024-03-01T21:40")
    item = next(i for i in ada.list() if "lights" in i["text"])
    assert item["on"].startswith("2024-03-01T21:40") and item["day_only"] is False
    ada.refused("BAD_DATE", "write", "--on", "2023-02-29", "--", "never so", expect=USAGE)


@fact
def what_is_private_never_leaves(house):
    ada, bo = house.two()
    saved = ada.write("only for the notebook: the surprise is booked", "--private")
    assert saved["visibility"] == "private"
    ada.write("shared: dinner is at eight tonight")
    eventually("Bo reads the shared one", lambda: bo.texts() == ["shared: dinner is at eight tonight"])
    assert next(i for i in ada.list() if i["id"] == saved["id"])["visibility"] == "private"
    assert next(j for j in bo.status()["journals"] if j["kind"] == "shared")["entries"] == 1


@fact
def a_journal_is_chosen_by_its_name(house):
    ada, bo = house.two()
    ada.write("into the shared one, by its name", "-j", journal_of(ada))
    eventually("Bo reads it", lambda: bo.texts() == ["into the shared one, by its name"])
    ada.refused("NO_SUCH_JOURNAL", "write", "-j", "nowhere", "--", "lost?", expect=NOT_FOUND)


@fact
def a_list_can_be_narrowed(house):
    ada, bo = house.two()
    ada.write("ada saw the first swallow", "--on", "2024-04-10", tags=["springtime"])
    ada.write("ada planted the tomatoes", "--on", "2024-05-20", tags=["gardening"])
    bo.write("bo repaired the old bicycle", "--on", "2024-06-01", tags=["workshop"])
    both_read((ada, bo), ["ada saw the first swallow", "ada planted the tomatoes", "bo repaired the old bicycle"])
    assert set(ada.texts("--from", "me")) == {"ada saw the first swallow", "ada planted the tomatoes"}
    assert ada.texts("--from", "Bo") == ["bo repaired the old bicycle"]
    assert bo.texts("--from", "me") == ["bo repaired the old bicycle"]
    assert ada.texts("-t", "gardening") == ["ada planted the tomatoes"]
    assert ada.texts("--since", "2024-05-20", "--until", "2024-05-31") == ["ada planted the tomatoes"]
    assert len(ada.texts("-n", "2")) == 2
    assert len(ada.texts("--kind", "entry")) == 3
    assert ada.texts("--kind", "answer") == []
    assert ada.texts("-t", "nothing-has-this-tag") == []


@fact
def an_entry_is_shown_by_the_beginning_of_its_id(house):
    ada = house.resident("Ada")
    ids = [ada.write(text)["id"] for text in ("the first of the three notes", "the second of the three notes",
                                              "the third of the three notes")]
    assert ada.json("show", ids[0][:8])[0]["text"] == "the first of the three notes"
    assert ada.json("show", ids[1])[0]["text"] == "the second of the three notes"
    assert ada.json("show", "last")[0]["text"] == "the third of the three notes"
    ada.duolog("show", "ffffffffffff", expect=NOT_FOUND)
    assert ada.run("show", ids[0][:3]).code in (USAGE, NOT_FOUND), "three digits are too few"


@fact
def a_beginning_that_fits_two_entries_names_both(house):
    ada = house.resident("Ada")
    by_beginning = {}
    with control.Control(ada) as door:
        for n in range(1500):  # of 65,536 beginnings: that no two are alike has a chance of 1 in 10 million
            saved = dict(control.fields(door.ask(control.request(control.WRITE, control.field(1, f"note {n}")))[0]))
            new = dict(control.fields(saved[14]))[1].decode()
            old = by_beginning.setdefault(new[:4], new)
            if old != new:
                break
    answer = ada.refused("AMBIGUOUS", "show", new[:4], expect=NOT_FOUND)
    assert new[:8] in answer.said and old[:8] in answer.said, answer.said


@fact
def the_delivery_line_says_where_it_is(house):
    ada, bo = house.two()
    saved = ada.write("did the parcel reach you today")

    def delivered():
        item = next(i for i in ada.list() if i["id"] == saved["id"])
        return item["delivery"] if item["delivery"]["state"] == "delivered" else None

    line = eventually("it is delivered", delivered)
    assert line["person"] == "Bo" and line["at"] and line["device"]
    assert "Bo" in ada.duolog("status").text
    peer = ada.status()["peers"][0]
    assert peer["name"] == "Bo" and peer["connected"] is True and peer["behind"] == 0
    bo.stop()
    ada.write("and this one waits for you")
    eventually("status counts what waits", lambda: (lambda p: not p["connected"] and p["behind"] >= 1)(ada.status()["peers"][0]))


@fact
def watch_tells_of_news_the_moment_it_comes(house):
    ada, bo = house.two()
    with bo.lines("watch", "--backlog", "--json") as watching:
        ada.write("first, so that it is certain who listens")
        watching.until(lambda said: said["event"] == "entry")
        ada.write("look out of the window now")
        began = time.monotonic()
        told = watching.until(lambda said: said["event"] == "entry")
        assert told["item"]["text"] == "look out of the window now"
        assert time.monotonic() - began < 3, "a moment, not a minute"


@fact
def sync_waits_until_both_hold_the_same(house):
    ada, bo = house.two()
    bo.stop()
    ada.write("this one waits on the shelf")
    assert ada.run("sync", "--json").object["complete"] is False
    bo.start()
    assert bo.duolog("sync", "--wait", "--json").object["complete"] is True
    assert "this one waits on the shelf" in bo.texts()
    assert ada.duolog("sync", "--wait", "--json").object["complete"] is True


@fact
def bare_duolog_shows_what_is_new_and_what_waits(house):
    ada, bo = house.two()
    ada.write("the concert tickets are on the table")
    eventually("it is there", lambda: any(j["entries"] and j["kind"] == "shared" for j in bo.status()["journals"]))
    shown = bo.duolog().text
    assert "the concert tickets are on the table" in shown
    assert "check-in" in shown.lower()
    assert bo.duolog("today", "--json").object["news_count"] == 0, "what was shown is no longer new"


@fact
def a_text_that_is_not_utf8_is_refused_with_the_place(house):
    ada = house.resident("Ada")
    assert "byte 5" in ada.refused("BAD_UTF8", "write", stdin=b"good \xff bad").said
    ada.refused("BAD_UTF8", "write", "--", b"good \xff bad")
    assert ada.texts() == []
