"""A disk that fails: at any write, any fsync, any read, or altogether. Told once, believed for good, nothing lost."""
# SPDX-License-Identifier: GPL-3.0-or-later
import errno
import hashlib

import disks
import faults
from faults import with_a_disk
from house import NIGHTLY, eventually, fact
from pen import Pen, same_once_each, texts
from person import FAILED


def at_every_place(disk, calls, act, **how):
    """act() with the first, the second ... of these calls failing, until it makes no more of them; how many it made."""
    nth = 1
    while True:
        disk.fail(calls, nth, **how)
        act(nth)
        if not disk.heal():
            return nth - 1
        nth += 1
        assert nth < 2000, "there is no end to it"


@fact
def after_a_failed_write_or_fsync_nothing_more_is_said_to_be_saved_until_a_restart(house):
    ada, disk = with_a_disk(house)
    pen, perhaps = Pen(ada), []

    def write(nth):
        pen.open()
        text = f"the disk fails at call {nth}, {len(pen.saved)}"
        pen.send(text)
        answered = pen.answer(text)
        if not disk.heal() or answered is True:
            return
        perhaps.append(text)  # half of it may be there, and then all of it: never said to be saved
        assert "the disk failed" in answered, answered
        for _ in range(2):  # the disk is well again, and yet: a failure of fsync is told once
            pen.send("a second try that must not be believed")
            assert "the disk failed" in pen.answer("")
        assert texts(ada) == pen.saved, "what is certain can still be read"
        assert "cannot-write" in ada.warnings()
        ada.restart()
        held = texts(ada)
        assert [each for each in held if each not in perhaps] == pen.saved

    assert at_every_place(disk, faults.WRITE, write) >= 3
    assert at_every_place(disk, faults.SYNC, write) >= 1
    disk.fail(faults.SYNC)
    refused = ada.refused("NOT_SAVED", "write", "--", "never to be believed")
    assert disk.heal() == 1
    assert "the disk failed" in refused.said and "what was saved before is safe" in refused.said, refused.said
    assert "duologd" in refused.said and "make room" not in refused.said, f"the hint is for another fault: {refused.said}"
    assert "the disk failed" in ada.duolog("doctor", expect=FAILED).text
    ada.restart()
    pen.open()
    pen.write("and after a restart it goes on")
    same_once_each(texts(ada), pen.saved, [*perhaps, "never to be believed"])


@fact
def setting_up_on_a_failing_disk_makes_a_whole_home_or_none(house):
    step = 1 if NIGHTLY else 3
    struck, place = 0, 1 - step
    calls = faults.many(faults.CHANGES & ~faults.OPEN, faults.CHANGES)
    while place < 200:
        place += step
        ada = house.person(f"Ada-{place}")
        disk = faults.Disk(ada)
        ada.start()
        disk.fail(calls, place)
        first = ada.run("init", "--name", "Ada", "--yes", "--json")
        if not disk.heal():
            break
        struck += 1
        if first.code == FAILED:
            assert first.out == b"" and ("NOT saved" in first.said or str(ada.home) in first.said), first.said
            assert "\\n" not in first.said and '"hint":""' not in first.said, first.said
            ada.init()  # as soon as the disk is well
        else:
            house.secrets.words(first.object["words"])
        ada.learn_key()
        ada.restart()
        pen = Pen(ada)
        pen.open()
        pen.write("it works from the first day")
        assert texts(ada) == pen.saved
        ada.stop()
        house.people.remove(ada)  # a good end was seen; dozens of homes are searched for leaks otherwise
    print(f"{struck} calls failed, one at a time")
    assert struck >= 20 // step, f"only {struck} calls failed"


@fact
def changing_the_lock_on_a_failing_disk_leaves_the_old_one_or_the_new_one(house):
    ada, disk = with_a_disk(house)
    ada.stop()
    (ada.home / "config.toml").write_text("[passphrase]\nops = 1\nmemory_kib = 64\n")
    ada.start()
    ada.write("it stays, whatever opens it")
    sentence = ada.passphrase_file("a sentence about the failing disk")
    kept = {"refused": 0, "done": 0}

    def change(_nth):
        changed = ada.run("passphrase", "--new-passphrase-file", sentence, "--json")
        fired = disk.heal()
        disk.plan[24:28] = fired.to_bytes(4, "little")
        ada.restart()
        locked = ada.status()["locked"]
        assert locked or changed.code == FAILED, "said to be locked by a passphrase, and is not"
        kept["refused" if changed.code == FAILED else "done"] += 1
        if locked:
            ada.duolog("unlock", "--passphrase-file", sentence)
            ada.duolog("passphrase", "--passphrase-file", sentence, "--key-file")
            ada.learn_key()
        assert ada.texts() == ["it stays, whatever opens it"]

    assert at_every_place(disk, faults.CHANGES, change) >= 6
    assert kept["refused"] >= 4, kept


def content_of(home):
    """Of what matters; notes and locks may change."""
    return {name: hashlib.sha256((home / name).read_bytes()).hexdigest() for name in ("duolog.db", "vault", "key")}


@fact
def a_start_with_a_failing_read_is_well_or_refused_and_changes_nothing(house):
    ada, disk = with_a_disk(house)
    (ada.home / "config.toml").write_text('notes_level = "info"\n')
    pen = Pen(ada)
    pen.open()
    for page in range(40):
        pen.write(f"page {page} of the book " + "word " * 50)
    ada.stop()
    for calls, fault, error in ((faults.READ, faults.ERROR, errno.EIO), (faults.READ, faults.SHORT, 0),
                                (faults.OPEN, faults.ERROR, errno.EIO)):
        outcomes = []

        def start(_nth):
            before = content_of(ada.home)
            outcomes.append(ada.starts())
            if outcomes[-1]:
                disk.plan[:4] = bytes(4)
                assert texts(ada) == pen.saved or ada.run("doctor").code == FAILED, "neither whole nor said not to be"
                ada.kill()
            else:
                assert content_of(ada.home) == before, "a failing read changed what is kept"

        def start_and_well(nth):
            start(nth)
            struck = disk.fired
            disk.heal()
            ada.start()
            assert texts(ada) == pen.saved, "the disk is well again"
            ada.stop()
            assert disk.fired == struck

        places = at_every_place(disk, calls, start_and_well, fault=fault, error=error)
        print(f"{places} places, {outcomes.count(False)} starts refused")
        assert places >= 5


@fact
def failing_reads_while_a_partner_catches_up_lose_nothing(house):
    bo = house.resident("Bo")
    ada, disk = with_a_disk(house)
    house.pair(ada, bo)
    pen = Pen(ada)
    fired = 0
    for nth in faults.many((1, 5), range(1, 40)):
        bo.stop()
        pen.open()
        for page in range(30):
            pen.write(f"page {page} of book {nth} " + "word " * 4000)
        ada.restart()  # nothing of it is in memory
        disk.fail(faults.READ, nth)
        bo.start()
        eventually("Bo has all of it, or Ada is told", lambda: len(texts(bo)) == len(pen.saved) or
                   "cannot-write" in ada.warnings(), 60)
        fired += disk.heal()
        if ada.warnings() != ["words-unconfirmed"]:
            ada.restart()  # as the hint says
        eventually("Bo has all of it", lambda: len(texts(bo)) == len(pen.saved), 60)
    assert fired, "no read failed"
    same_once_each(texts(bo), pen.saved)
    assert ada.duolog("doctor").code == 0


@fact
def a_read_only_disk_is_refused_at_the_start_and_left_as_it_was(house):
    disk = disks.Small(house, "ada", size="4m")
    ada = house.person("Ada")
    disk.move_in(ada)
    ada.start()
    ada.init()
    ada.write("written while that was possible")
    ada.stop()
    before = content_of(ada.home)
    disk.becomes("ro")
    assert not ada.starts()
    said = (ada.folder / "duologd.said").read_text()
    assert "ead-only" in said and said.count("ead-only") == 1, said
    ada.environment.pop("DUOLOG_NO_AUTOSTART")
    refused = ada.run("list")
    assert refused.code == 3 and "ead-only" in refused.said and "hint: " in refused.said, refused.said
    ada.environment["DUOLOG_NO_AUTOSTART"] = "1"
    disk.becomes("rw")
    assert content_of(ada.home) == before
    ada.start()
    assert ada.texts() == ["written while that was possible"]


@fact
def a_disk_that_goes_away_under_a_daemon_is_told_and_what_is_in_memory_can_be_read(house):
    disk = disks.Powered(house, "ada")
    ada = house.person("Ada")
    disk.move_in(ada)
    ada.start()
    ada.init()
    ada.write("before the disk went away")
    pid = ada.daemon.pid
    disk.cut()
    refused = ada.refused("NOT_SAVED", "write", "--", "after the disk went away")
    assert "what was saved before is safe" in refused.said and "duolog write < /dev/shm/" in refused.said, refused.said
    assert "cannot-write" in ada.warnings()
    assert ada.texts() == ["before the disk went away"]
    assert ada.daemon.pid == pid and ada.daemon.process.poll() is None
    ada.kill()
    disk.power()
    ada.start()
    assert ada.texts() == ["before the disk went away"]
