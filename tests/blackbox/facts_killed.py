"""kill -9: at random, before every system call, in the middle of a write to the disk."""
# SPDX-License-Identifier: GPL-3.0-or-later
import random
import shutil
import signal
import time

import faults
from faults import each_call, many
from house import eventually, fact
from pen import Pen, delivered, request_id, same_once_each, texts
from person import DONE, FAILED

SEED = 20261122


def was_killed(person):
    """Whether the daemon ended by kill -9 just now; then the person has none any more."""
    if person.daemon.process.poll() is None:
        return False
    daemon, person.daemon = person.daemon, None
    assert daemon.stop() == -signal.SIGKILL, "the daemon ended by itself"
    return True


def ends(person, seconds=10):
    """Waits for the end of the daemon: it was killed while nobody asked it anything."""
    person.daemon.process.wait(seconds)
    assert was_killed(person)


@fact
def no_kill_at_random_loses_what_was_saved(house):
    chance = random.Random(SEED)
    ada = house.resident("Ada")
    pen, kills, asked_again = Pen(ada), many(300, 10000), 0
    for kill in range(kills):
        pen.open()
        for turn in range(chance.randrange(4)):
            pen.write(f"kill {kill} turn {turn} of the wheel")
        last = f"kill {kill} meets this under way"
        name = request_id()
        pen.send(last, name)
        time.sleep(chance.uniform(0, 0.01))  # the moment is what chance decides
        ada.kill()
        answered = pen.answer(last)  # it may have come before the stroke
        ada.start()
        if answered is None:  # asked again, as the client does: written once
            asked_again += 1
            pen.open()
            pen.send(last, name)
            assert pen.answer(last) is True
        assert texts(ada, 1) == pen.saved[-1:]
    same_once_each(texts(ada), pen.saved)
    ada.duolog("doctor")
    assert kills * 0.9 > asked_again > kills * 0.1, f"{asked_again} of {kills} kills met a write under way"


@fact
def no_kill_before_any_system_call_of_a_write_loses_anything(house):
    ada = house.resident("Ada")
    pen = Pen(ada)

    def write(traced):
        text, name, answered = f"under way, {len(pen.saved)}", request_id(), None
        with traced():
            try:
                pen.open()
                pen.send(text, name)
                answered = pen.answer(text)
                assert texts(ada, 1)  # by then all is done that is done after the answer
            except (ConnectionError, AssertionError):
                ada.daemon.process.wait(10)
        if not was_killed(ada):
            return False
        ada.start()
        assert texts(ada, 1) in (pen.saved[-1:], [text]), f"{text}: {texts(ada, 3)}"
        pen.open()
        pen.send(text, name)  # as the client does when it had no answer: written once
        assert pen.answer(text) is True
        if answered:
            pen.saved.pop()
        return True

    pen.open()
    pen.write("before all the strokes")
    assert each_call(ada, write) >= 20
    same_once_each(texts(ada), pen.saved)
    ada.duolog("doctor")


@fact
def no_kill_before_any_system_call_of_receiving_loses_anything(house):
    """Delivered is what the receiver has after the stroke, and what was not delivered comes again."""
    ada, bo = house.two()
    pen = Pen(ada)
    pen.open()

    def receive(traced):
        text = f"letter {len(pen.saved)} to Bo"
        with traced():
            pen.write(text)
            eventually("it is delivered or Bo was killed", lambda: text in delivered(ada, 1) or bo.daemon.process.poll())
            try:
                texts(bo, 1)  # by then all is done that is done after the receipt was sent
            except (ConnectionError, AssertionError):
                bo.daemon.process.wait(10)
        if not was_killed(bo):
            return False
        told = delivered(ada)
        with ada.held_still():  # what Bo has now, Bo has from the disk
            bo.start()
            held = texts(bo)
        assert set(told) <= set(held), f"delivered and lost: {set(told) - set(held)}"
        eventually("it is delivered", lambda: text in delivered(ada, 1), 40)
        return True

    assert each_call(bo, receive) >= 20
    same_once_each(texts(bo), pen.saved)
    same_once_each(delivered(ada), pen.saved)
    bo.duolog("doctor")


def torn(disk, act):
    """act(arm) once for every write that it makes to the disk: half of it is done and the daemon killed."""
    nth = 1
    while act(lambda: disk.fail(faults.WRITE, nth, faults.HALF_AND_KILL)):
        assert disk.heal() == 1, "it was killed, but not in the middle of a write"
        nth += 1
    assert disk.heal() == 0, "it lived through a write torn in two"
    return nth - 1


@fact
def no_write_torn_in_two_loses_what_was_saved(house):
    ada, disk = faults.with_a_disk(house)
    pen = Pen(ada)
    perhaps = []

    def start_well():
        disk.heal()
        ada.start()
        pen.open()
        same_once_each(texts(ada), pen.saved, perhaps)

    def write(arm):
        pen.open()
        perhaps.append(f"torn in two, {len(perhaps)}")
        arm()
        pen.send(perhaps[-1])
        if pen.answer(perhaps[-1]):
            perhaps.pop()
            return False
        ends(ada)
        start_well()
        return True

    def stop(arm):
        pen.write(f"before the end, {len(pen.saved)}")
        arm()
        ada.daemon.process.terminate()
        struck = ada.daemon.process.wait(15) != 0
        ada.daemon.stop()
        ada.daemon = None
        start_well()
        return struck

    def start(arm):
        pen.write(f"before another start, {len(pen.saved)}")
        ada.kill()  # so that there is something to recover
        arm()
        try:
            ada.start()
        except AssertionError:  # it was not ready
            start_well()
            return True
        return False

    assert torn(disk, write) >= 2
    assert torn(disk, stop) >= 2, "the end folds the log into the database"
    assert torn(disk, start) >= 1
    ada.duolog("doctor")


@fact
def a_write_that_went_astray_is_noticed_and_never_shown_as_somebody_s_words(house):
    """The disk said yes and put it elsewhere. What it overwrote is lost to every program; nothing else may be."""
    ada, disk = faults.with_a_disk(house)
    pen, lost = Pen(ada), 0
    pen.open()
    for page in range(5):
        pen.write(f"folded before, {page}")
    ada.stop()
    safe = list(pen.saved)
    folded = {file.name: file.read_bytes() for file in ada.home.iterdir() if file.name in ("duolog.db", "vault", "key")}
    nth = 0
    while True:
        nth += 1
        ada.start()
        pen.saved = list(safe)
        pen.open()
        pen.write("first of the day")
        disk.fail(faults.WRITE, nth, faults.ASTRAY)
        for turn in range(4):
            pen.send(f"turn {turn} of the wheel")
            if pen.answer(f"turn {turn} of the wheel") is not True:
                break
        if not disk.heal():
            break
        ada.kill()
        if ada.starts():  # else it has named the file, with a hint
            found = texts(ada)
            assert found[:len(safe)] == safe and set(found) <= set(pen.saved), found
            at_the_end = len(pen.saved) - len(found) <= 2  # as a power cut would leave it
            assert found == pen.saved or at_the_end or ada.run("doctor").code == FAILED, "lost, and nothing said so"
            lost += found != pen.saved
            ada.kill()
        for name, content in folded.items():  # anew
            (ada.home / name).write_bytes(content)
        (ada.home / "duolog.db-wal").unlink(missing_ok=True)
    assert nth > 8 and lost > 0, f"{nth} writes, {lost} losses: nothing went astray"


def homes(person):
    """A new home each time, in the place of the one before."""
    while True:
        shutil.rmtree(person.home, ignore_errors=True)
        yield person.home


@fact
def no_kill_before_any_system_call_of_setting_up_leaves_half_a_home(house):
    ada = house.person("Ada")
    next_home = homes(ada)

    def set_up(traced):
        next(next_home)
        ada.start()
        with traced():
            first = ada.run("init", "--name", "Ada", "--yes", "--json")
            if first.code == DONE and ada.run("status").code == DONE:
                pass
            else:
                ada.daemon.process.wait(10)
        struck = was_killed(ada)
        if struck:
            ada.start()
        if ada.status()["initialised"]:
            words = ada.duolog("words", "--json").object["words"]
            assert first.code != DONE or first.object["words"] == words, "another identity than the one that was shown"
            house.secrets.words(words)
        else:
            assert first.code != DONE, "set up, and gone"
            ada.init()
        ada.learn_key()
        assert ada.write("it works from the first day") and len(texts(ada)) == 1
        ada.stop()
        return struck

    assert each_call(ada, set_up, quick=("fsync", "rename", "unlink")) >= many(6, 60)


@fact
def no_kill_before_any_system_call_of_locking_and_unlocking_loses_anything(house):
    ada = house.person("Ada")
    ada.home.mkdir(mode=0o700)
    (ada.home / "config.toml").write_text("[passphrase]\nops = 1\nmemory_kib = 64\n")
    ada.start()
    sentence = ada.passphrase_file("a sentence for the night")
    report = ada.duolog("init", "--name", "Ada", "--yes", "--json", "--passphrase-file", sentence).object
    house.secrets.words(report["words"])
    ada.write("behind a lock")

    def lock_and_unlock(traced):
        with traced():
            try:
                ada.run("lock")
                ada.daemon.wait_until_ready()
                ada.run("unlock", "--passphrase-file", sentence)
                ada.run("status")
            except AssertionError:
                pass
            if ada.run("status").code != DONE:
                ada.daemon.process.wait(10)
        struck = was_killed(ada)
        if struck:
            ada.start()
        ada.duolog("unlock", "--passphrase-file", sentence)
        assert ada.texts() == ["behind a lock"]
        return struck

    assert each_call(ada, lock_and_unlock, quick=("execve", "fdatasync", "unlink")) >= many(3, 60)


@fact
def no_kill_before_any_system_call_of_pairing_leaves_two_people_unable_to_meet(house):
    ada, bo = house.person("Ada"), house.person("Bo")
    rooms = {ada: homes(ada), bo: homes(bo)}
    for struck_one in (ada, bo):
        def pair(traced):
            for someone in (ada, bo):
                next(rooms[someone])
                someone.start()
                someone.init()
            with traced():
                try:
                    with ada.invite() as window:
                        bo.run("pair", window.code, "--yes", "--json", seconds=60)
                        struck_one.run("status")
                except AssertionError:
                    pass
            struck = was_killed(struck_one)
            if struck:
                struck_one.start()
            if not (ada.status()["peers"] and bo.status()["peers"]):
                house.pair(ada, bo)
            house.pair_is_up(ada, bo)
            ada.write("we found each other after all")
            eventually("Bo reads it", lambda: "we found each other after all" in texts(bo), 40)
            for someone in (ada, bo):
                someone.stop()
            return struck

        assert each_call(struck_one, pair, quick=("rename",)) >= many(1, 60)
