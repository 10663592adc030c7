"""A shared journal is left: kept to be read, or forgotten; what the other sees of it, and what a kill in between leaves."""
# SPDX-License-Identifier: GPL-3.0-or-later
import contextlib
import shutil
import sqlite3
import time

import faults
from facts_attachments import file_of, is_whole
from facts_change import lies_in
from house import eventually, fact, waits
from person import DONE, FAILED, NOT_FOUND, USAGE

QUICK = 15.0  # seconds, on a crowded machine: whoever waited for the other would wait for longer


def reads(someone, text):
    eventually(f"{someone.name} reads {text!r}", lambda: text in someone.texts(), seconds=60)


def shared(someone):
    """name -> what status says of a journal for two."""
    return {journal["name"]: journal for journal in someone.status()["journals"] if journal["kind"] == "shared"}


def entries(someone, name="Bo"):
    return shared(someone)[name]["entries"]


def part(someone, how, *options, name="Bo"):
    count = ["--count", entries(someone, name)] if how == "--forget" else []
    begun = time.monotonic()
    report = someone.duolog("part", how, "--yes", *count, "--json", *options).object
    assert time.monotonic() - begun < QUICK, "whoever leaves may have no more than a moment"
    return report


def is_away(someone):
    return not any(peer["connected"] for peer in someone.status()["peers"])


@contextlib.contextmanager
def database_of(person):
    """A copy, so that nothing is locked or folded."""
    copy = person.house.folder / f"looked-at-{person.name}"
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir()
    for name in ("duolog.db", "duolog.db-wal"):
        if (person.home / name).exists():
            (copy / name).write_bytes((person.home / name).read_bytes())
    with contextlib.closing(sqlite3.connect(copy / "duolog.db")) as database:
        yield database
    shutil.rmtree(copy)


def bytes_of_journal(person, journal_id):
    """What lies on the disk of one journal and of nothing else, a piece of each: what it is -> bytes."""
    raw = bytes.fromhex(journal_id)
    found = {"the journal's id": raw, "the journal's id in a name": journal_id.encode()}
    with database_of(person) as database:
        devices = list(database.execute(
            "SELECT device.row, device.id FROM device JOIN journal ON device.journal = journal.row WHERE journal.id = ?", (raw,)))
        elsewhere = {bytes(one) for (one,) in database.execute(
            "SELECT device.id FROM device JOIN journal ON device.journal = journal.row WHERE journal.id != ?", (raw,))}
        for row, device in devices:
            if bytes(device) not in elsewhere:
                found["the other's device"] = bytes(device)
                found["the other's device in a name"] = bytes(device).hex().encode()
            for place, head, body in database.execute("SELECT place, head, body FROM record WHERE place >> 32 = ?", (row,)):
                found[f"the signature at {place:x}"] = bytes(head)[-64:]
                if body and len(body) > 64:
                    found[f"the body at {place:x}"] = bytes(body)[:48]
    view = (person.home / "view.db").read_bytes()
    for at in range(0, len(view), 4096):
        found[f"page {at // 4096} of the view"] = view[at:at + 48]
    return found


def is_nowhere(person, found):
    left = {what: places for what, wanted in found.items() if (places := lies_in(person, wanted))}
    assert not left, f"of what was forgotten there is still: {left}"


@fact
def what_is_kept_is_read_and_nothing_is_synced(house):
    ada, bo = house.two()
    ada.write("from Ada, for both")
    bo.write("from Bo, for both")
    reads(ada, "from Bo, for both")
    reads(bo, "from Ada, for both")
    report = part(ada, "--keep")
    assert report["state"] == "kept" and report["other"] == "Bo" and report["entries"] == 2, report
    assert report["write_to"] == "notebook" and not report["told"], report
    eventually("Bo is not connected with her any more", lambda: is_away(bo))
    bo.write("written after she had gone")
    for _start in range(2):
        assert sorted(ada.texts()) == ["from Ada, for both", "from Bo, for both"]
        assert [item["text"] for item in ada.json("search", "Bo")] == ["from Bo, for both"]
        ada.refused("PARTED", "write", "-j", "Bo", "may I?")
        ada.refused("PARTED", "config", "write-to", "Bo")
        ada.refused("PARTED", "react", ada.list()[-1]["id"], "heart")
        assert shared(ada)["Bo"]["parted"] and ada.status()["peers"] == [], ada.status()
        ada.run("sync", "--wait", "--timeout", "2")
        bo.run("sync", "--wait", "--timeout", "2")
        assert is_away(bo)
        ada.restart()
    assert "written after she had gone" not in ada.texts()
    page = ada.folder / "book.html"
    ada.duolog("export", "keepsake", page, "-j", "Bo", "--no-attachments")
    assert "from Bo, for both" in page.read_text()
    page.unlink()
    secret = ada.passphrase_file("the passphrase of this backup")
    ada.duolog("backup", ada.folder / "kept.backup", "--passphrase-file", secret)


@fact
def a_home_whose_only_journal_is_left_works_as_a_notebook(house):
    ada, bo = house.two()
    bo.write("she has not read this")
    eventually("it is here", lambda: entries(ada) == 1)
    part(ada, "--keep")
    assert ada.write("to myself")["visibility"] == "private"
    today = ada.duolog("today", "--json").object
    assert today["alone"] and today["news"] == [], today
    assert ada.check_in(4)["journal"] == "notebook"
    assert "kept to be read" in ada.duolog("status").text
    assert "she has not read this" in ada.texts(), "it is there for whoever looks"
    assert "with Bo" not in ada.duolog("config").text


@fact
def what_is_forgotten_is_in_no_byte_of_the_home(house):
    ada, bo = house.two()
    photograph = file_of(house, "photograph.bin", 300_000, 1)
    own = file_of(house, "own.bin", 200_000, 2)
    ada.write("a picture for both", "--attach", photograph)
    kept = ada.write("mine alone", "--private", "--attach", own)["id"]
    bo.write("from Bo, for both")
    reads(ada, "from Bo, for both")
    bo.check_in(3)
    ada.duolog("checkin", "--set", "connection=4")
    eventually("all is seen and at rest", lambda: (ada.home / "view.clean").exists())
    blobs_of_both = {file.name for file in (ada.home / "blobs").rglob("*") if file.is_file()}
    found = bytes_of_journal(ada, shared(ada)["Bo"]["id"])
    assert len(found) > 20
    missed = [what for what, wanted in found.items() if not lies_in(ada, wanted)]
    assert not missed, f"the search does not find what is there: {missed}"
    report = part(ada, "--forget")
    assert report["state"] == "forgotten" and not report["unfinished"], report
    is_nowhere(ada, found)
    left = {file.name for file in (ada.home / "blobs").rglob("*") if file.is_file()}
    assert left < blobs_of_both and is_whole(ada, kept), "the picture has gone, and what is private has not"
    ada.stop()
    is_nowhere(ada, found)
    ada.start()
    is_nowhere(ada, found)
    assert ada.texts() == ["mine alone"] and shared(ada) == {}
    assert is_whole(ada, kept)
    assert sorted(text for text in bo.texts() if text) == ["a picture for both", "from Bo, for both"], "his copy is his"


@fact
def the_other_sees_only_that_the_device_is_away(house):
    ada, bo = house.two()
    ada.write("before")
    reads(bo, "before")

    def what_bo_sees():
        eventually("she is away", lambda: is_away(bo))
        status = bo.status()
        return (status["warnings"], shared(bo), [(peer["name"], peer["device"]) for peer in status["peers"]],
                bo.list(), bo.duolog("today", "--json").object["news"])

    with bo.lines("watch", "--backlog", "--json") as watch:
        watch.until(lambda said: said["event"] == "entry")  # it listens from here on
        ada.stop()
        watch.until(lambda said: said["event"] == "disconnected")
        at_a_stop = what_bo_sees()
        ada.start()
        watch.until(lambda said: said["event"] == "connected", 60)
        part(ada, "--keep")
        watch.until(lambda said: said["event"] == "disconnected")
        at_a_parting = what_bo_sees()
        assert [said["event"] for said in watch.seen] == ["entry", "disconnected", "connected", "disconnected"], watch.seen
    assert at_a_stop == at_a_parting, (at_a_stop, at_a_parting)


@fact
def the_other_is_told_where_that_is_wished(house):
    ada, bo = house.two()
    ada.write("before")
    reads(bo, "before")
    report = part(ada, "--keep", "--tell")
    assert report["told"] and report["state"] == "kept", report
    eventually("Bo is told", lambda: "parted" in bo.warnings())
    assert "has left the journal Ada" in bo.duolog("status").text
    assert bo.texts() == ["before"], "it is no entry"
    bo.restart()
    assert "parted" in bo.warnings()
    bo.duolog("part", "--keep", "--yes")
    assert "parted" not in bo.warnings(), "whoever has left it, too, is not told any more"


@fact
def nobody_is_told_who_is_away_and_then_nothing_is_done(house):
    ada, bo = house.two()
    bo.stop()
    eventually("Bo is away", lambda: is_away(ada))
    ada.refused("NOBODY_TO_TELL", "part", "--keep", "--tell", "--yes")
    assert not shared(ada)["Bo"]["parted"]
    ada.write("for Bo, when he is back")
    report = part(ada, "--keep")
    assert report["not_delivered"] == 1 and not report["told"], report
    bo.start()
    bo.run("sync", "--wait", "--timeout", "3")
    assert "for Bo, when he is back" not in bo.texts()


@fact
def whoever_does_not_answer_keeps_nobody_from_leaving(house):
    ada, bo = house.two()
    ada.write("before")
    reads(bo, "before")
    with bo.held_still():
        report = ada.duolog("part", "--keep", "--tell", "--yes", "--json").object
    assert report["state"] == "kept" and not report["told"], report
    assert ada.status()["peers"] == []


@fact
def ones_other_devices_follow(house):
    ada, bo = house.two()
    bo.write("for both of us")
    phone = house.second(ada, "Phone")
    tablet = house.second(ada, "Tablet")
    for device in (ada, phone, tablet):
        reads(device, "for both of us")
    tablet.stop()
    report = part(ada, "--keep")
    assert report["other_devices"] == 2, report
    eventually("the phone follows", lambda: shared(phone)["Bo"]["parted"], seconds=60)
    phone.refused("PARTED", "write", "-j", "Bo", "may I?")
    assert "for both of us" in phone.texts()
    part(phone, "--forget")
    assert shared(phone) == {} and phone.texts() == []
    phone.stop()
    tablet.start()
    eventually("so does the tablet, later, by the laptop", lambda: shared(tablet)["Bo"]["parted"], seconds=60)
    assert "for both of us" in tablet.texts() and "for both of us" in ada.texts(), "nobody has asked there"
    part(ada, "--forget")
    assert shared(ada) == {} and ada.texts() == []
    desk = house.second(ada, "Desk")
    ada.write("a note of mine", "--private")
    reads(desk, "a note of mine")
    assert shared(desk) == {}, "one that is let in later hears of it and gets nothing"


@fact
def parting_asks_for_the_passphrase_again(house):
    ada = house.person("Ada")
    ada.start()
    secret = ada.passphrase_file("a long passphrase of Ada's")
    ada.duolog("init", "--name", "Ada", "--yes", "--json", "--passphrase-file", secret)
    house.pair(ada, house.resident("Bo"))
    wrong = ada.passphrase_file("guessed", "wrong")
    ada.refused("WRONG_PASSPHRASE", "part", "--keep", "--yes", "--passphrase-file", wrong)
    assert not shared(ada)["Bo"]["parted"]
    ada.duolog("part", "--keep", "--yes", "--passphrase-file", secret)
    assert shared(ada)["Bo"]["parted"]


@fact
def the_same_two_can_pair_anew(house):
    ada, bo = house.two()
    ada.write("in the old one")
    reads(bo, "in the old one")
    part(ada, "--keep")
    with ada.invite() as window:
        refused = bo.refused("ALREADY_PAIRED", "pair", window.code, "--yes")
        assert "duolog part --keep" in refused.said, refused.said
    part(bo, "--forget", name="Ada")
    house.pair(ada, bo)
    assert sorted(shared(ada)) == ["Bo", "Bo 2"] and list(shared(bo)) == ["Ada"]
    ada.write("in the new one")
    reads(bo, "in the new one")
    assert bo.texts() == ["in the new one"]
    assert sorted(ada.texts()) == ["in the new one", "in the old one"]


@fact
def parting_asks_once_and_no_changes_nothing(house):
    ada, bo = house.two()
    for text in ("one", "two", "three"):
        ada.write(text, secret=False)
    with ada.terminal("part", "--keep") as screen:
        screen.expect("part from Bo\\?")
        screen.type("n")
        screen.expect("nothing was changed")
        assert screen.end() == FAILED
    with ada.terminal("part", "--forget") as screen:
        screen.expect("duolog export keepsake FILE -j Bo")
        screen.expect("3 entries; their number forgets them")
        screen.type("4")
        screen.expect("nothing was changed")
        assert screen.end() == FAILED
    assert entries(ada) == 3 and not shared(ada)["Bo"]["parted"]
    with ada.terminal("part", "--keep") as screen:
        screen.expect("part from Bo\\?")
        screen.type("y")
        screen.expect("you have parted from Bo; 3 entries stay to be read")
        assert screen.end() == DONE
    assert "already" in ada.duolog("part", "--keep", "--yes").text
    with ada.terminal("part", "--forget") as screen:
        screen.expect("their number forgets them")
        screen.type("3")
        screen.expect("Bo is gone from this device")
        assert screen.end() == DONE
    assert shared(ada) == {}


@fact
def what_is_not_meant_is_refused_and_nothing_is_changed(house):
    ada, bo = house.two()
    ada.write("one", secret=False)
    ada.duolog("part", "--yes", expect=USAGE)
    ada.duolog("part", "--keep", "--forget", "--yes", expect=USAGE)
    ada.duolog("part", "--keep", "--count", "1", "--yes", expect=USAGE)
    ada.duolog("part", "--forget", "--yes", expect=USAGE)
    ada.duolog("part", "--forget", "--yes", "--count", "2", expect=USAGE)
    ada.refused("NOT_ITS_KIND", "part", "--keep", "--yes", "-j", "notebook", expect=USAGE)
    ada.refused("NO_SUCH_JOURNAL", "part", "--keep", "--yes", "-j", "nobody", expect=NOT_FOUND)
    assert entries(ada) == 1 and not shared(ada)["Bo"]["parted"]
    cleo = house.resident("Cleo")
    cleo.refused("NO_JOURNAL_YET", "part", "--keep", "--yes")
    house.pair(ada, cleo)
    ada.refused("USAGE", "part", "--keep", "--yes", expect=USAGE)
    ada.duolog("config", "write-to", "Bo")
    part(ada, "--forget", "-j", "Bo")
    assert ada.write("to nobody else")["visibility"] == "private", "not to Cleo instead"


@waits
@fact
def no_kill_before_any_step_of_a_parting_leaves_half_of_one(house):
    ada, bo = house.two()
    ada.write("mine alone", "--private")

    def leave(how):
        def act(traced):
            if not shared(ada):
                house.pair(ada, bo)
            bo.write("for both")
            reads(ada, "for both")
            found = bytes_of_journal(ada, shared(ada)["Bo"]["id"])
            count = ["--count", entries(ada)] if how == "--forget" else []
            with traced():
                answer = ada.run("part", how, "--yes", *count)
            struck = ada.daemon.process.poll() is not None
            if struck:
                ada.kill()
                ada.start()
            now = shared(ada)
            assert struck or answer.code == DONE, answer.said
            whole = "Bo" in now and not now["Bo"]["parted"]
            if whole:
                assert struck, "nothing struck, and nothing was done"
                assert sorted(ada.texts()) == ["for both", "mine alone"]
                ada.duolog("write", "-j", "Bo", "still whole")
                part(ada, how)
            elif how == "--keep":
                assert now["Bo"]["parted"] and sorted(ada.texts()) == ["for both", "mine alone"]
            else:
                assert now == {}
            if how == "--forget":
                is_nowhere(ada, found)
                assert ada.texts() == ["mine alone"]
            else:
                part(ada, "--forget")
            part(bo, "--forget", name="Ada")
            return struck

        return act

    quick = {"rename", "unlink", "ftruncate"}  # a kill loses nothing that was written: before fsync is after a write
    assert faults.each_call(ada, leave("--forget"), quick=quick) >= 4
    assert faults.each_call(ada, leave("--keep"), quick=quick) >= 2
